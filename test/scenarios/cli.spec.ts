import { once } from "node:events";
import { createSocket } from "node:dgram";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, jest } from "@jest/globals";
import { removeEdges, startEdge, type PrintedEvent, type TestEdge } from "../helpers/edge.ts";
import { tandem, Tandem, type Ended } from "../helpers/tandem.ts";

/** Each command is two processes, which a busy machine takes seconds to start. */
jest.setTimeout(60_000);

const LAUNCHER = fileURLToPath(new URL("../../tools/tandem.mjs", import.meta.url));
/** Of util-linux: runs a command at a terminal. */
const hasScript = spawnSync("script", ["--version"]).status === 0;
if (!hasScript) process.stderr.write("SKIPPED: SIGHUP at a terminal, there is no script\n");

const directory = mkdtempSync(join(tmpdir(), "tandem-cli-"));
const started: Tandem[] = [];
function start(...args: readonly string[]): Tandem {
  const command = new Tandem(args);
  started.push(command);
  return command;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((command) => command.signal("SIGTERM")));
});
afterAll(async () => {
  await removeEdges();
  rmSync(directory, { recursive: true });
});

function configFile(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

const config = (name: string, sipPort: number): string =>
  configFile(
    `${name}.yaml`,
    `version: 1
cluster: test
node: edge-cli
listen:
  - { id: udp-1, transport: udp, address: 127.0.0.1:${sipPort} }
trunks:
  - { id: carrier, profile: sip-t, sources: [127.0.0.1], numbers: { country: "49" } }
routes:
  - { id: echo, answer: echo }
journal: { directory: ./${name}, maxBytes: 64MiB }
http: { listen: 127.0.0.1:0 }
`,
  );

const NUMBERS = ["--from", "+493012345601", "--to", "+4930990101"];
const call = (edge: TestEdge, ...args: readonly string[]): Promise<Ended> =>
  tandem([
    "carrier",
    "call",
    "--target",
    `sip:127.0.0.1:${edge.port}`,
    ...NUMBERS,
    "--duration",
    "50ms",
    ...args,
  ]);

const lines = (text: string): string[] => text.trimEnd().split("\n");
const typesOf = (text: string): string[] =>
  lines(text).map((line) => (JSON.parse(line) as PrintedEvent).type);
const LIFE = ["incoming", "ringing", "answered", "released"].map((word) => `tandem.call.${word}.v1`);

describe("tandem", () => {
  it.each(["run", "check", "events", "tail", "decode", "cause"])("%s has --help", async (name) => {
    const { code, stdout, stderr } = await tandem([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^tandem ${name} `));
  });

  it("has --help, and shows it on stderr where nothing is asked", async () => {
    const [asked, bare] = await Promise.all([tandem(["--help"]), tandem([])]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    for (const name of ["run", "check", "events", "tail", "decode", "cause", "carrier"])
      expect(asked.stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(bare).toEqual({ code: 2, stdout: "", stderr: asked.stdout });
  });

  it.each([
    ["evnets", "unknown command evnets; did you mean events?"],
    ["toString", "unknown command toString"],
    ["run", "--config FILE is missing"],
    ["run --confg x", "unknown option --confg; did you mean --config?"],
    ["run --config x --log loud", "--log loud: one of error, warn, info, debug"],
    ["check x.yaml", "unexpected argument x.yaml"],
    ["check --config", "--config needs a value"],
    ["check --config --json", "--config needs a value"],
    ["events --config x --json=yes", "--json takes no value"],
    ["tail -x", "unknown option -x"],
    ["decode", "say what to decode: sip, isup or body"],
    ["decode issup 00", "decode issup: one of sip, isup, body; did you mean isup?"],
    ["decode isup 0", "0: neither hexadecimal digits in pairs nor a file"],
    ["decode isup 00 --variant itu-t92", "--variant itu-t92: one of itu-t88, itu-t92+,"],
    ["decode isup nowhere.ndjson --ndjson", "--ndjson reads a file or standard input, not nowhere.ndjson"],
    ["cause", "a Q.850 cause is 1 to 127"],
    ["cause 128", "a Q.850 cause is 1 to 127, not 128"],
    ["cause --sip 200", "a SIP status is 300 to 699, not 200"],
    ["cause 17 --sip 486", "either a cause or --sip CODE, not both"],
    ["cause 17 18", "unexpected argument 18"],
    ["carrier call --tagret x", "carrier: unknown option --tagret; did you mean --target?"],
  ])("%s is refused with one line and exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await tandem(args.split(" "));
    expect({ code, stdout, lines: lines(stderr).length }).toEqual({ code: 2, stdout: "", lines: 1 });
    expect(stderr).toContain(`tandem${args.startsWith("carrier") ? " " : ": "}${message}`);
  });

  const systemNode = findOlderNode();
  (systemNode === undefined ? it.skip : it)("is started by the system's older Node", async () => {
    const { code, stdout } = await tandem(
      ["cause", "17"],
      systemNode === undefined ? {} : { node: systemNode },
    );
    expect({ code, first: lines(stdout)[0] }).toEqual({ code: 0, first: "Q.850 cause 17: User busy" });
  });
});

/** A Node of PATH that is too old for the edge and new enough for the launcher. */
function findOlderNode(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const node = join(folder, "node");
    try {
      accessSync(node, constants.X_OK);
    } catch {
      continue;
    }
    const major = Number(execFileSync(node, ["-p", "process.versions.node"]).toString().split(".")[0]);
    if (major >= 20 && major < 24) return node;
  }
  console.warn("SKIPPED: tandem by an older Node, since PATH has none");
  return undefined;
}

describe("tandem cause", () => {
  it("explains a cause, the location user apart, and a status, with the clause", async () => {
    const [rejected, busy] = await Promise.all([tandem(["cause", "21"]), tandem(["cause", "--sip", "486"])]);
    expect(rejected).toMatchObject({ code: 0, stderr: "" });
    expect(rejected.stdout).toBe(
      [
        "Q.850 cause 21: Call rejected",
        "  class: normal event",
        "  to SIP: 403 Forbidden (RFC 3398 §7.2.4.1: 21 → 403)",
        "          603 Decline (RFC 3398 §7.2.4.1: 21, location user → 603)\n",
      ].join("\n"),
    );
    expect(busy.code).toBe(0);
    expect(busy.stdout).toContain("  to Q.850: 17 User busy, location ");
    expect(busy.stdout).toContain("RFC 3398 §8.2.6.1: 486 → 17");
  });

  it("does so by another profile's tables, and knows no others", async () => {
    const [network, busy, wrong] = await Promise.all([
      tandem(["cause", "--profile", "q1912.5", "47"]),
      tandem(["cause", "--profile", "q1912.5", "--sip", "480"]),
      tandem(["cause", "--profile", "q1912", "47"]),
    ]);
    expect(network.stdout).toContain(
      "503 Service Unavailable (Q.1912.5 (01/2018) p. 54, as quoted: 47 → 503)",
    );
    expect(busy.stdout).toContain("OpenSIPS sip_i (after Q.1912.5): 480 → 20");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("--profile q1912: one of rfc3398, q1912.5; did you mean q1912.5?");
  });
});

describe("tandem check", () => {
  it("says ok of a good configuration", async () => {
    const file = config("good", 0);
    expect(await tandem(["check", "--config", file])).toEqual({
      code: 0,
      stdout: `${file}: ok (1 listener, 1 trunk, 1 route)\n`,
      stderr: "",
    });
  });

  it("names every fault at once, by line, with the nearest key", async () => {
    const text = "version: 1\nlisten:\n  - { id: udp-1, transport: udp, adress: 127.0.0.1:0 }\ntrunks: 7\n";
    const file = configFile("bad.yaml", text);
    const { code, stdout, stderr } = await tandem(["check", "--config", file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const faults = lines(stderr);
    expect(faults.every((line) => line.startsWith(`${file}:`))).toBe(true);
    expect(stderr).toMatch(/:3:\d+: .*adress.*did you mean "address"\?/);
    expect(stderr).toMatch(/:4:\d+: .*trunks/);
    expect(stderr).toMatch(/routes/);
  });

  it("says where there is no file", async () => {
    expect(await tandem(["check", "--config", "nowhere.yaml"])).toMatchObject({
      code: 1,
      stderr: "tandem: nowhere.yaml: there is no such file\n",
    });
  });
});

describe("tandem run", () => {
  it("ends cleanly by each signal, and by two of a kind at once, as a terminal and a launcher send them", async () => {
    for (const signals of [["SIGTERM"], ["SIGINT"], ["SIGINT", "SIGINT"]] as const) {
      const edge = start("run", "--config", config("signals", 0));
      await edge.says(/ edge: ready /);
      for (const signal of signals) edge.child.kill(signal);
      const { code, stderr } = await edge.ended;
      expect({ code, last: lines(stderr).at(-1) }).toEqual({
        code: 0,
        last: "edge: calls ended, journal closed, stopped cleanly",
      });
    }
  });

  it("takes SIGHUP for an order to read certificates again where there is no terminal, and goes on", async () => {
    const edge = start("run", "--config", config("hang-up", 0));
    await edge.says(/ edge: ready /);
    edge.child.kill("SIGHUP");
    await edge.says(/ edge\.sip: there are no certificates to be read again$/m);
    edge.child.kill("SIGTERM");
    expect((await edge.ended).code).toBe(0);
  });

  (hasScript ? it : it.skip)("takes SIGHUP for an order to end where its terminal is gone", async () => {
    const run = `echo pid=$$; exec ${process.execPath} ${LAUNCHER} run --config ${config("terminal", 0)}`;
    const terminal = spawn("script", ["-qec", run, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    let shown = "";
    let isTold = false;
    terminal.stdout.on("data", (octets: Buffer) => {
      shown += octets.toString();
      const pid = Number(/pid=(\d+)/.exec(shown)?.[1]);
      if (isTold || !shown.includes(" edge: ready ")) return;
      isTold = true;
      process.kill(pid, "SIGHUP");
    });
    await once(terminal, "close");
    expect(shown).toContain("edge: calls ended, journal closed, stopped cleanly");
  });

  it("says in one line which port is in use", async () => {
    const other = createSocket("udp4").bind(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address();
    const { code, stderr } = await tandem(["run", "--config", config("port", port), "--log", "error"]);
    other.close();
    const advice = "stop what listens there, or choose another port in the configuration";
    expect({ code, stderr }).toEqual({ code: 1, stderr: `tandem: 127.0.0.1:${port} is in use: ${advice}\n` });
  });

  it("says in one line that another edge has the journal", async () => {
    const edge = await startEdge();
    const { code, stderr } = await tandem(["run", "--config", edge.configFile, "--log", "error"]);
    expect({ code, lines: lines(stderr).length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toMatch(/^tandem: .*journal.*another process/);
    expect(await edge.stop()).toBe(0);
  });

  it("says in one line that there is no configuration", async () => {
    const { code, stderr } = await tandem(["run", "--config", "nowhere.yaml"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "tandem: nowhere.yaml: there is no such file\n" });
  });
});

describe("tandem events and tail", () => {
  it("print what a running edge has written, for people and as CloudEvents, and follow it", async () => {
    const edge = await startEdge();
    const following = start("tail", "--config", edge.configFile, "--json");
    await following.says(/^tail: follows /);
    expect((await call(edge)).code).toBe(0);
    const [people, json] = await Promise.all([
      tandem(["events", "--config", edge.configFile]),
      tandem(["events", "--config", edge.configFile, "--json"]),
    ]);
    expect([people.code, json.code]).toEqual([0, 0]);
    expect(typesOf(json.stdout)).toEqual(LIFE);
    const [first] = lines(json.stdout);
    const event = JSON.parse(first ?? "") as PrintedEvent & { readonly sequence: string };
    expect(event).toMatchObject({
      ...{ specversion: "1.0", type: LIFE[0], sequence: "0000000001", datacontenttype: "application/json" },
      ...{ id: `${event.subject}/1.1`, source: `urn:tandem:test:call:${event.subject}` },
      data: { callId: event.subject, sequence: 1, isup: { messageType: "IAM" } },
    });
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const told = lines(people.stdout).map((line) => line.replace(/^\S+Z event \S+ +/, ""));
    expect(told[0]).toMatch(
      /^1 call\.incoming \+493012345601 → \+4930990101 on carrier, IAM itu-t92\+, Call-ID /,
    );
    expect(told[2]).toMatch(/^3 call\.answered rang \d\.\d s, PCMA, ANM$/);
    expect(told[3]).toContain("4 call.released answered, ended by caller, Q.850 16 Normal call clearing");

    await following.says(new RegExp(`"${LIFE[3]}"`));
    const { code, stdout } = await following.signal("SIGINT");
    expect(code).toBe(0);
    expect(typesOf(stdout)).toEqual(LIFE);

    expect((await call(edge, "--profile", "sip")).code).toBe(0);
    for (const id of [event.subject, event.subject.slice(-12)]) {
      const one = await tandem(["events", "--config", edge.configFile, "--json", "--call", id]);
      expect({ code: one.code, types: typesOf(one.stdout) }).toEqual({ code: 0, types: LIFE });
    }
    expect(await edge.stop()).toBe(0);
    expect(lines((await tandem(["events", "--config", edge.configFile])).stdout)).toHaveLength(
      2 * LIFE.length,
    );
  });

  it("say where there is no journal, and no such call", async () => {
    const edge = await startEdge();
    const unknown = await tandem(["events", "--config", edge.configFile, "--call", "nobody"]);
    expect(unknown).toEqual({
      code: 1,
      stdout: "",
      stderr: "tandem: the journal holds no events of call nobody\n",
    });
    expect(await edge.stop()).toBe(0);
    for (const command of ["events", "tail"]) {
      const { code, stderr } = await tandem([command, "--config", config("never-run", 0)]);
      expect({ code, lines: lines(stderr).length }).toEqual({ code: 1, lines: 1 });
      expect(stderr).toMatch(/^tandem: there is no journal to read: /);
    }
  });

  it("end quietly when their reader is gone", async () => {
    const edge = await startEdge();
    const following = start("tail", "--config", edge.configFile);
    await following.says(/^tail: follows /);
    expect((await call(edge)).code).toBe(0);
    await following.says(/call\.incoming/);
    following.child.stdout?.destroy();
    // What it prints next finds nobody.
    expect((await call(edge)).code).toBe(0);
    const { code, stderr } = await following.ended;
    expect({ code, lines: lines(stderr).length }).toEqual({ code: 0, lines: 1 });
    expect(await edge.stop()).toBe(0);
  });
});

describe("tandem carrier", () => {
  it("places calls to an answering carrier; SIGINT ends it with 0", async () => {
    const answering = start("carrier", "answer", "--listen", "127.0.0.1:0", "--after", "0ms");
    const [, port] = await answering.says(/takes calls on 127\.0\.0\.1:(\d+)/);
    const target = ["--target", `sip:127.0.0.1:${port}`, ...NUMBERS, "--duration", "10ms"];
    const calling = await tandem(["carrier", "call", ...target, "--json"]);
    expect(calling).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(calling.stdout)).toMatchObject({ outcome: "answered", releasedBy: "us" });
    await answering.says(/released by the peer/);
    expect((await answering.signal("SIGINT")).code).toBe(0);
  });
});
