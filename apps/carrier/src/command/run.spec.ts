import { afterEach, describe, expect, it } from "@jest/globals";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { runCarrier } from "./run.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPED: calls over IPv6, since there is no ::1");

/** One command that runs in this process. */
class Running {
  readonly out: string[] = [];
  readonly err: string[] = [];
  readonly exitCode: Promise<number>;
  readonly #stop = new AbortController();
  #onLine: (() => void) | undefined;

  constructor(...args: readonly string[]) {
    const into = (lines: string[]) => (line: string) => {
      lines.push(line);
      this.#onLine?.();
    };
    const terminal = { out: into(this.out), err: into(this.err), stop: this.#stop.signal };
    this.exitCode = runCarrier(args, terminal);
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of [...this.out, ...this.err]) {
        const found = pattern.exec(line);
        if (found !== null) return found;
      }
      await new Promise<void>((resolve) => (this.#onLine = resolve));
    }
  }

  async stop(): Promise<number> {
    this.#stop.abort();
    return this.exitCode;
  }

  /** The messages of the ladder, without times. */
  get ladder(): string[] {
    return this.out.flatMap((line) => /^(?:#\d+ +)? *\d+\.\d{3} (.*)$/.exec(line)?.[1] ?? []);
  }

  get json(): Record<string, unknown>[] {
    return this.out.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

const running: Running[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

function run(...args: readonly string[]): Running {
  const started = new Running(...args);
  running.push(started);
  return started;
}

async function answering(...args: readonly string[]): Promise<{ answer: Running; target: string }> {
  const answer = run("answer", "--listen", "127.0.0.1:0", "--after", "20ms", ...args);
  const [, where] = await answer.says(/takes calls on (.*)/);
  return { answer, target: `sip:${where}` };
}

const NUMBERS = ["--from", "+49 30 1234", "--to", "+49 40 5678"];
const calling = (target: string, ...args: readonly string[]): Running =>
  run("call", "--target", target, ...NUMBERS, "--duration", "20ms", ...args);

describe("a call between carrier call and carrier answer", () => {
  it("is plain SIP where the caller's profile is", async () => {
    const { answer, target } = await answering();
    const call = calling(target, "--profile", "sip");
    expect(await call.exitCode).toBe(0);
    expect(call.ladder).toEqual([
      `→ INVITE sip:+49405678@${target.slice(4)};user=phone  SDP`,
      "← 100 Trying",
      "← 180 Ringing",
      "← 200 OK  SDP",
      "→ ACK",
      "→ BYE",
      "← 200 OK (BYE)",
    ]);
    expect(call.out.join("\n")).not.toContain("ISUP");
    expect(await answer.stop()).toBe(0);
  });

  it("carries IAM, ACM, ANM and REL where it is SIP-T (RFC 3372)", async () => {
    const { answer, target } = await answering();
    const call = calling(target);
    expect(await call.exitCode).toBe(0);
    expect(call.ladder.map((line) => line.replace(/ sip:\S+/, ""))).toEqual([
      "→ INVITE  SDP + ISUP itu-t92+",
      "← 100 Trying",
      "← 180 Ringing  ISUP itu-t92+",
      "← 200 OK  SDP + ISUP itu-t92+",
      "→ ACK",
      "→ BYE  ISUP itu-t92+",
      "← 200 OK (BYE)",
    ]);
    const words = call.out.map((line) => line.trim());
    for (const line of ["IAM (initial address)", "called: 49405678 (international, E.164)"]) {
      expect(words).toContain(line);
    }
    expect(
      words.filter((line) => /^(IAM|ACM|ANM|REL|RLC) /.test(line)).map((line) => line.slice(0, 3)),
    ).toEqual([...["IAM", "ACM", "ANM", "REL"]]);
    expect(words).toContain('Reason: Q.850;cause=16;text="Normal call clearing";location=U');
    expect(words.at(-1)).toMatch(/^answered after \d\.\d s, held \d\.\d s, released by us$/);
    expect(answer.out.at(-1)).toContain("released by the peer; cause 16 Normal call clearing");
  });

  it("has RLC in the 200 to BYE, too, where it is SIP-I (Q.1912.5)", async () => {
    const { target } = await answering("--profile", "sip-i");
    const call = calling(target, "--profile", "sip-i");
    expect(await call.exitCode).toBe(0);
    expect(call.ladder.at(-1)).toBe("← 200 OK (BYE)  ISUP itu-t92+");
    expect(call.out.map((line) => line.trim())).toContain("RLC (release complete)");
  });

  it.each(["itu-t88", "etsi356", "ansi00"])(
    "speaks ISUP of variant %s, and is answered in it",
    async (variant) => {
      const { target } = await answering();
      const call = calling(target, "--variant", variant);
      expect(await call.exitCode).toBe(0);
      expect(call.ladder.filter((line) => line.endsWith(`ISUP ${variant}`))).toHaveLength(4);
    },
  );

  it("gets no ISUP from an answerer of plain SIP", async () => {
    const { target } = await answering("--profile", "sip");
    const call = calling(target);
    expect(await call.exitCode).toBe(0);
    expect(call.ladder.filter((line) => line.startsWith("←") && line.includes("ISUP"))).toEqual([]);
  });

  it("is refused with the status asked for, REL inside, and then has failed", async () => {
    const { answer, target } = await answering("--reject", "486", "--after", "0ms");
    const call = calling(target);
    expect(await call.exitCode).toBe(1);
    expect(call.ladder).toContain("← 486 Busy Here  ISUP itu-t92+");
    expect(call.out.at(-1)).toMatch(/rejected: 486 Busy Here; cause 17 User busy/);
    expect(answer.out.at(-1)).toContain("rejected: 486 Busy Here");
  });

  it("is cancelled while it rings, where that was asked for (RFC 3261 §9)", async () => {
    const { answer, target } = await answering("--after", "10s");
    const call = calling(target, "--cancel-after", "50ms");
    expect(await call.exitCode).toBe(0);
    expect(call.ladder.slice(3).map((line) => line.replace(/ {2}.*/, ""))).toEqual([
      ...["→ CANCEL", "← 200 OK (CANCEL)", "← 487 Request Terminated", "→ ACK"],
    ]);
    expect(answer.out.at(-1)).toContain("cancelled after");
  });

  it("has failed where it is answered before it was to be cancelled", async () => {
    const { target } = await answering("--after", "0ms");
    const call = calling(target, "--cancel-after", "10s");
    expect(await call.exitCode).toBe(1);
    expect(call.out.at(-1)).toContain("answered before it was cancelled");
  });

  it("may be released by the answerer", async () => {
    const { answer, target } = await answering("--release-after", "20ms");
    const call = calling(target, "--duration", "10s");
    expect(await call.exitCode).toBe(0);
    expect(call.ladder.slice(-2)).toEqual(["← BYE  ISUP itu-t92+", "→ 200 OK (BYE)"]);
    expect(call.out.at(-1)).toContain("released by the peer; cause 16");
    await answer.says(/released by us/);
  });

  it("hears itself, and fails where it does not", async () => {
    const { answer, target } = await answering("--media");
    const call = calling(target, "--media", "--json");
    expect(await call.exitCode).toBe(0);
    expect(call.json).toMatchObject([{ outcome: "answered", media: { sent: 50, back: 50 } }]);
    await answer.stop();
    const silent = calling((await answering()).target, "--media", "--json");
    expect(await silent.exitCode).toBe(1);
    expect(silent.json).toMatchObject([{ wentAsAsked: false, media: { sent: 50, back: 0 } }]);
  });

  (hasIpv6 ? it : it.skip)("goes over IPv6", async () => {
    const answer = run("answer", "--listen", "[::1]:0", "--after", "0ms");
    await answer.says(/takes calls on/);
    const port = /:(\d+)$/.exec(answer.err.join(""))?.[1] ?? "";
    expect(await calling(`sip:[::1]:${port}`).exitCode).toBe(0);
  });
});

describe("carrier call", () => {
  it("tells programs of each call in one line of JSON", async () => {
    const { target } = await answering("--reject", "404", "--after", "0ms");
    const call = calling(target, "--json");
    expect(await call.exitCode).toBe(1);
    expect(call.json).toEqual([
      expect.objectContaining({
        ...{ from: "+49301234", to: "+49405678", wentAsAsked: false },
        ...{ outcome: "rejected", status: 404, phrase: "Not Found" },
        cause: expect.objectContaining({
          value: 1,
          mapping: "received",
          row: expect.stringContaining("REL"),
        }),
      }),
    ]);
  });

  it("places as many calls a second as asked, whatever the others do", async () => {
    const { target } = await answering();
    const call = calling(target, "--count", "20", "--rate", "200", "--quiet", "--duration", "200ms");
    expect(await call.exitCode).toBe(0);
    expect(call.out.at(-1)).toBe("20 of 20 calls went as asked");
    expect(call.out).toHaveLength(21);
  });

  it("places them one after the other where no rate is given, and numbers them", async () => {
    const { target } = await answering();
    const call = calling(target, "--count", "2");
    expect(await call.exitCode).toBe(0);
    const firstOfSecond = call.out.findIndex((line) => line.startsWith("#2"));
    expect(call.out[firstOfSecond - 1]).toMatch(/^#1 .*released by us/);
  });

  it("ends its calls when it is stopped", async () => {
    const { answer, target } = await answering();
    const call = calling(target, "--duration", "1h", "--count", "2");
    await answer.says(/← ACK/);
    expect(await call.stop()).toBe(1);
    expect(call.ladder.slice(-2)).toEqual(["→ BYE  ISUP itu-t92+", "← 200 OK (BYE)"]);
    expect(call.out.at(-1)).toBe("1 of 2 calls went as asked");
  });

  it("gives up on a target that says nothing when it is stopped", async () => {
    const silent = createSocket("udp4");
    silent.bind(0, "127.0.0.1");
    await once(silent, "listening");
    const call = calling(`sip:127.0.0.1:${silent.address().port}`);
    await once(silent, "message");
    expect(await call.stop()).toBe(1);
    expect(call.out.at(-1)).toContain("failed: ended without the peer's answer");
    silent.close();
  });

  it("fails where nothing can be sent", async () => {
    const call = run("call", "--target", "sip:192.0.2.1:5060", ...NUMBERS, "--listen", "127.0.0.1:0");
    expect(await call.exitCode).toBe(1);
    expect(call.out.at(-1)).toContain("failed: nothing can be sent to 192.0.2.1:5060");
  });

  it("takes no calls itself", async () => {
    const silent = createSocket("udp4");
    silent.bind(0, "127.0.0.1");
    await once(silent, "listening");
    const first = calling(`sip:127.0.0.1:${silent.address().port}`);
    const [, from] = (await once(silent, "message")) as [Buffer, { port: number }];
    const second = calling(`sip:127.0.0.1:${from.port}`, "--json");
    expect(await second.exitCode).toBe(1);
    expect(second.json).toMatchObject([{ outcome: "rejected", status: 480 }]);
    await first.stop();
    silent.close();
  });
});

describe("carrier answer", () => {
  it("ends its calls when it is stopped: BYE to those answered, 480 to those that ring", async () => {
    const { answer, target } = await answering();
    const answered = calling(target, "--duration", "1h");
    await answered.says(/→ ACK/);
    expect(await answer.stop()).toBe(0);
    expect(await answered.exitCode).toBe(0);
    const { answer: slow, target: ringing } = await answering("--after", "1h");
    const call = calling(ringing);
    await call.says(/← 180/);
    expect(await slow.stop()).toBe(0);
    expect(await call.exitCode).toBe(1);
    expect(call.ladder).toContain("← 480 Temporarily Unavailable  ISUP itu-t92+");
  });

  it("sends no BYE before its 2xx is acknowledged (RFC 3261 §15)", async () => {
    const { target } = await answering("--after", "0ms", "--release-after", "1ms");
    const caller = createSocket("udp4");
    caller.bind(0, "127.0.0.1");
    await once(caller, "listening");
    const starts: string[] = [];
    const heard = async (start: string): Promise<string> => {
      for (;;) {
        const [octets] = (await once(caller, "message")) as [Buffer];
        starts.push(/^\S+ \S+/.exec(octets.toString())?.[0].replace(/ sip:.*/, "") ?? "");
        if (starts.at(-1) === start) return octets.toString();
      }
    };
    const port = Number(target.split(":").at(-1));
    const send = (method: string, to: string): void => {
      const own = `127.0.0.1:${caller.address().port}`;
      const lines = [
        `${method} ${target} SIP/2.0`,
        `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${method}`,
        `From: <sip:a@${own}>;tag=1`,
        ...[`To: ${to}`, `Call-ID: 1@${own}`, `CSeq: 1 ${method}`, `Contact: <sip:${own}>`],
        ...["Max-Forwards: 70", "Content-Length: 0", "", ""],
      ];
      caller.send(lines.join("\r\n"), port, "127.0.0.1");
    };
    send("INVITE", `<${target}>`);
    const accepted = await heard("SIP/2.0 200");
    // Half a second later, the time of the BYE long past.
    await heard("SIP/2.0 200");
    expect(starts.filter((start) => start.startsWith("BYE"))).toEqual([]);
    send("ACK", /^To: (.*)$/m.exec(accepted)?.[1]?.trim() ?? "");
    await heard("BYE");
    caller.close();
  });

  it("says where a port is in use", async () => {
    const { target } = await answering();
    const other = run("answer", "--listen", target.slice(4));
    expect(await other.exitCode).toBe(1);
    expect(other.err).toEqual([
      `tandem carrier: ${target.slice(4)} is in use: stop what listens there, or choose another --listen`,
    ]);
  });

  it("says where an address is not ours", async () => {
    const other = run("answer", "--listen", "192.0.2.1:0");
    expect(await other.exitCode).toBe(1);
    expect(other.err[0]).toContain("192.0.2.1:0 is no address of this machine");
  });
});

describe("carrier demo", () => {
  it("places calls of several kinds until it is stopped, and ends the open ones", async () => {
    const { answer, target } = await answering();
    const demo = run("demo", "--target", target, "--every", "50ms");
    await demo.says(/cancelled while ringing/);
    await demo.says(/#1 .*→ ACK/);
    expect(await demo.stop()).toBe(0);
    expect(demo.out.at(-1)).toBe("carrier: calls ended, stopped cleanly");
    expect(await answer.stop()).toBe(0);
    const { length } = answer.out.filter((line) => line.includes("← INVITE"));
    expect(answer.out.filter((line) => /answered after|cancelled after/.test(line))).toHaveLength(length);
  });
});

describe("the command line", () => {
  it.each([
    [["call"], "--target sip:HOST:PORT is missing"],
    [["call", "--target", "sip:a@b"], "--target sip:a@b: without a user; --to is the number called"],
    [["call", "--target", "127.0.0.1:5060"], "--target 127.0.0.1:5060: a URI like sip:127.0.0.1:5060"],
    [["call", "--target", "sip:b;transport=tcp"], "--target sip:b;transport=tcp: only SIP over UDP"],
    [["call", "--target", "sip:b"], "--from NUMBER is missing"],
    [
      ["call", "--target", "sip:b", "--from", "x", "--to", "1"],
      "--from x: digits, with + where international",
    ],
    [["call", "--tagret", "sip:b"], "unknown option --tagret; did you mean --target?"],
    [["call", "-x"], "unknown option -x"],
    [["call", "more"], "unexpected argument more"],
    [["call", "--target"], "--target needs a value"],
    [["call", "--media=yes"], "--media takes no value"],
    [
      ["call", "--target", "sip:b", ...NUMBERS, "--profile", "sipt"],
      "--profile sipt: one of sip, sip-t, sip-i; did you mean sip-t?",
    ],
    [
      ["call", "--target", "sip:b", ...NUMBERS, "--variant", "itu"],
      "--variant itu: one of itu-t88, itu-t92+",
    ],
    [["call", "--target", "sip:b", ...NUMBERS, "--duration", "2"], "--duration 2: a time like 500ms, 2s, 1m"],
    [
      ["call", "--target", "sip:b", ...NUMBERS, "--count", "0"],
      "--count 0: a whole number from 1 to 1000000",
    ],
    [["call", "--target", "sip:b", ...NUMBERS, "--rate", "2"], "--rate needs --count"],
    [["answer"], "--listen ADDRESS:PORT is missing"],
    [["answer", "--listen", "5070"], "--listen 5070: an address and a port, like 127.0.0.1:5070"],
    [["answer", "--listen", "0.0.0.0:5070"], "--listen 0.0.0.0:5070: an address that peers can send to"],
    [
      ["answer", "--listen", "127.0.0.1:0", "--reject", "200"],
      "--reject 200: a whole number from 300 to 699",
    ],
    [["anwser"], "unknown command anwser; did you mean answer?"],
  ])("%j is refused with one line and exit code 2", async (args, message) => {
    const command = run(...args);
    expect(await command.exitCode).toBe(2);
    expect(command.err).toHaveLength(1);
    expect(command.err[0]).toContain(`tandem carrier: ${message}`);
    expect(command.out).toEqual([]);
  });

  it("says what it does: --help at every level", async () => {
    for (const args of [["--help"], ["help"], ["call", "--help"], ["answer", "-h"], ["demo", "--help"]]) {
      const command = run(...args);
      expect(await command.exitCode).toBe(0);
      expect(command.out[0]).toMatch(/^tandem carrier (COMMAND|call|answer|demo) /);
    }
    const bare = run();
    expect(await bare.exitCode).toBe(2);
    expect(bare.err[0]).toContain("tandem carrier COMMAND");
  });

  it("says where a name has no address", async () => {
    const command = run("call", "--target", "sip:nowhere.invalid", ...NUMBERS);
    expect(await command.exitCode).toBe(1);
    expect(command.err).toEqual(["tandem carrier: nowhere.invalid: no address is known for that name"]);
  });
});
