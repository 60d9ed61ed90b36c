import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { Baresip, stopBaresips } from "../helpers/baresip.ts";
import { dataOf, eventsByCall, expectWhole, releaseOf, wordsOf, type CallEvent } from "../helpers/calls.ts";
import { hasOpenssl, makeCertificateFiles, type CertificateFiles } from "../helpers/certificates.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { closeAgents, TestAgent } from "../helpers/sip-agent.ts";
import { tandem } from "../helpers/tandem.ts";

const LIFE = ["incoming", "ringing", "answered", "released"];
const NUMBER = "+493099900100";
const RINGS_LONG = "+493099902";
const BUSY = "+493099903";
/** Of its own speech that the telephone is to hear, seconds; and how long it listens to silence. */
const SPEECH_S = 0.5;
const SILENCE_MS = 400;
/** Packets of 20 ms that are to come back to the carrier within its second. */
const PACKETS_MIN = 25;
/** Of 16 bits; the tone has 8,000. */
const LOUD = 6_000;

jest.setTimeout(30_000);

let directory: string;
let edge: TestEdge;
let own: CertificateFiles | undefined;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tandem-baresip-"));
  if (hasOpenssl) own = makeCertificateFiles(directory, "edge");
  else process.stderr.write("SKIPPED: baresip over TLS, there is no openssl\n");
  edge = await startEdge({
    listen: [
      { id: "tcp", transport: "tcp", address: "127.0.0.1:0" },
      ...(own === undefined ? [] : [{ id: "tls", transport: "tls", address: "127.0.0.1:0", tls: own }]),
    ],
    routes: [
      { id: "long", when: { called: RINGS_LONG }, answer: { after: "10m" } },
      { id: "busy", when: { called: BUSY }, reject: { sip: 486 } },
      { id: "echo", answer: "echo" },
    ],
  });
});

afterEach(async () => {
  await stopBaresips();
  await closeAgents();
});

afterAll(async () => {
  await removeEdges();
  rmSync(directory, { recursive: true, force: true });
});

const TRANSPORTS = ["udp", "tcp", ...(hasOpenssl ? (["tls"] as const) : [])] as const;

/** The file that the telephone shows: certificate and key in one. It checks none itself, in its version 1.0.0. */
function phoneCertificate(): { readonly certificate: string; readonly file: string } {
  const { certificate, key } = makeCertificateFiles(directory, "phone");
  const file = join(directory, "phone.pem");
  writeFileSync(file, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
  return { certificate: readFileSync(certificate, "utf8"), file };
}

const targetOf = (number: string, transport: "udp" | "tcp" | "tls"): string => {
  const port = transport === "udp" ? edge.port : edge.portOf(transport);
  return `sip:${number}@${edge.address}:${port};transport=${transport}`;
};

function ownPair(): { readonly cert: string; readonly key: string } {
  if (own === undefined) throw new TypeError("there are no certificates");
  return { cert: readFileSync(own.certificate, "utf8"), key: readFileSync(own.key, "utf8") };
}

/** The call that came last. */
function lastCall(): CallEvent[] {
  const events = [...eventsByCall(edge.journalEvents()).values()].at(-1);
  if (events === undefined) throw new TypeError("no call came in");
  return events;
}

describe.each(TRANSPORTS)("baresip calls the edge over %s", (transport) => {
  it("hears itself, is silent on hold, speaks again, hears its digits (RFC 4733), and hangs up", async () => {
    const phone = await Baresip.start({ transport });
    await phone.command("dial", targetOf(NUMBER, transport));
    await phone.told.hears("CALL_ESTABLISHED");
    await phone.hears(SPEECH_S);
    await phone.command("hold");
    await phone.told.hears("CALL_REMOTE_SDP", 2);
    const heardS = await phone.heardS();
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
    expect(await phone.heardS()).toBeLessThan(heardS + SILENCE_MS / 2_000);
    await phone.command("resume");
    await phone.told.hears("CALL_REMOTE_SDP", 3);
    await phone.hears(SPEECH_S);
    await phone.command("sndcode", "5");
    await phone.told.hears("CALL_DTMF_START");
    await phone.told.hears("CALL_DTMF_END");
    await phone.command("hangup");
    await phone.told.hears("CALL_CLOSED");
    expect(phone.loudest).toBeGreaterThan(LOUD);
    await edge.until(({ calls }) => calls === 0);
    const events = lastCall();
    expectWhole(events);
    expect(wordsOf(events)).toEqual(LIFE);
    expect(events[0]?.data).toMatchObject({ source: { transport }, called: { e164: NUMBER } });
    expect(dataOf(events, "answered")[0]?.codec).toBe("PCMA");
    expect(releaseOf(events)).toMatchObject({ finalState: "answered", cause: { side: "caller" } });
  });

  it("gives up while it rings (CANCEL), and is told that the number is busy (486)", async () => {
    const phone = await Baresip.start({ transport });
    await phone.command("dial", targetOf(RINGS_LONG, transport));
    await phone.told.hears("CALL_RINGING");
    await phone.command("hangup");
    await edge.until(({ calls }) => calls === 0);
    expect(releaseOf(lastCall())).toMatchObject({ finalState: "cancelled", cause: { side: "caller" } });
    await phone.command("dial", targetOf(BUSY, transport));
    await phone.told.hears("CALL_CLOSED", 2);
    expect(releaseOf(lastCall()).cause).toMatchObject({ sip: { code: 486 } });
  });
});

const PROTOCOLS = ["UDP", "TCP", ...(hasOpenssl ? (["TLS"] as const) : [])] as const;

describe.each(PROTOCOLS)("baresip is called by our user agent over %s", (protocol) => {
  async function open(
    answers: "auto" | "manual",
  ): Promise<{ phone: Baresip; agent: TestAgent; port: number }> {
    if (protocol !== "TLS") {
      const phone = await Baresip.start({ transport: protocol === "UDP" ? "udp" : "tcp", answers });
      return { phone, agent: await TestAgent.open(protocol), port: phone.port };
    }
    const { certificate, file } = phoneCertificate();
    const phone = await Baresip.start({ transport: "tls", answers, certificate: file });
    const agent = await TestAgent.open(protocol, {
      certificates: { own: ownPair(), trusted: [certificate] },
    });
    return { phone, agent, port: phone.port + 1 };
  }

  it("rings, answers, is held and resumed, and hears the BYE", async () => {
    const { phone, agent, port } = await open("manual");
    const call = agent.call("phone", port);
    await phone.told.hears("CALL_INCOMING");
    await call.told.hears("180");
    await phone.command("accept");
    await call.told.hears("agreed");
    await phone.told.hears("CALL_ESTABLISHED");
    call.isHolding = true;
    expect(await call.change("INVITE")).toBe(200);
    expect(call.media.state.audio?.direction).toBe("sendonly");
    call.isHolding = false;
    expect(await call.change("INVITE")).toBe(200);
    expect(call.media.state.audio?.direction).toBe("sendrecv");
    expect(await call.bye()).toBe(200);
    await phone.told.hears("CALL_CLOSED");
  });

  it("makes the offer where the INVITE has none, and takes our answer in the ACK (RFC 3261 §13.2.1)", async () => {
    const { phone, agent, port } = await open("auto");
    const call = agent.call("phone", port, { isLateOffer: true });
    await call.told.hears("agreed");
    await phone.told.hears("CALL_ESTABLISHED");
    expect(call.media.state.audio?.encoding).toBe("PCMA");
    expect(await call.bye()).toBe(200);
    await phone.told.hears("CALL_CLOSED");
  });

  it("hangs up itself: our user agent hears the BYE and keeps nothing", async () => {
    const { phone, agent, port } = await open("auto");
    const call = agent.call("phone", port);
    await call.told.hears("agreed");
    await phone.told.hears("CALL_ESTABLISHED");
    await phone.command("hangup");
    await call.told.hears("BYE");
    await phone.told.hears("CALL_CLOSED");
    expect(agent.agent.dialogs).toBe(0);
  });

  it("declines: the caller is told, and a CANCEL ends what rings", async () => {
    const { phone, agent, port } = await open("manual");
    const declined = agent.call("phone", port);
    await phone.told.hears("CALL_INCOMING");
    await phone.command("hangup");
    await declined.told.hears("486");
    const given = agent.call("phone", port);
    await phone.told.hears("CALL_INCOMING", 2);
    await given.told.hears("180");
    given.session.cancel();
    await given.told.hears("487");
    await phone.told.hears("CALL_CLOSED", 2);
  });
});

describe("baresip is called by our carrier", () => {
  // With ISUP in a multipart it is not: baresip 1.0.0 answers every multipart INVITE with 500.
  it("takes a call of profile sip, and sends the carrier's speech back", async () => {
    const user = "+4930990101";
    const phone = await Baresip.start({ transport: "udp", user, answers: "auto", audio: "echo" });
    const target = [
      "--target",
      `sip:${phone.address}:${phone.port}`,
      "--from",
      "+493012345601",
      "--to",
      user,
    ];
    const options = ["--profile", "sip", "--media", "--duration", "1s", "--json"];
    const placed = await tandem(["carrier", "call", ...target, ...options]);
    expect(placed).toMatchObject({ code: 0, stderr: "" });
    const report = JSON.parse(placed.stdout) as { outcome: string; media: { back: number } };
    expect(report.outcome).toBe("answered");
    expect(report.media.back).toBeGreaterThanOrEqual(PACKETS_MIN);
    await phone.told.hears("CALL_CLOSED");
  });
});
