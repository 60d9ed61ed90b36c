import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { dataOf, eventsOf, expectWhole, releaseOf, wordsOf, type CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { RtpPhone } from "../helpers/rtp-phone.ts";
import { bodyOf, ISUP, sdpFor, TestCall, type CallOptions } from "../helpers/sip-call.ts";
import { closeClients, isupOf, sdpOf, SipClient, type RawMessage } from "../helpers/sip-client.ts";
import { tandem } from "../helpers/tandem.ts";

const EARLY = "+493099901";
const EARLY_AND_LONG = "+493099902";
const SILENT = "+493099903";
const SILENT_AND_LONG = "+493099904";

const IN_BAND_ACM = "0612040129010100";
const NO_INDICATION_ACM = "06120400";
const CON = "07160400";
const ANM = "0900";
const PCMA = 8;
const SPEECH = Buffer.from(Array.from({ length: 160 }, (_, at) => at));
const RELIABLE = ["Supported: 100rel"];

let edge: TestEdge;
let carrier: SipClient;
let phone: RtpPhone;

beforeAll(async () => {
  edge = await startEdge({
    routes: [
      { id: "early", when: { called: EARLY }, answer: { after: "500ms", provisional: "progress" } },
      { id: "long", when: { called: EARLY_AND_LONG }, answer: { after: "10m", provisional: "progress" } },
      { id: "silent", when: { called: SILENT }, answer: { provisional: "none" } },
      { id: "still", when: { called: SILENT_AND_LONG }, answer: { after: "10m", provisional: "none" } },
      { id: "ringing", answer: "echo" },
    ],
  });
  carrier = await SipClient.open(edge);
  phone = await RtpPhone.open();
});
jest.setTimeout(20_000);

afterAll(async () => {
  phone.close();
  closeClients();
  await removeEdges();
});

const offer = (): string => sdpFor(phone.address, phone.port, "8");
const callTo = (called: string, options: CallOptions = {}): TestCall =>
  new TestCall(carrier, edge, { called, iam: ISUP.iam, sdp: offer(), ...options });
const eventsOfCall = (call: TestCall): CallEvent[] => eventsOf(edge.journalEvents(), call.callId);
const wholeEventsOf = (call: TestCall): CallEvent[] => {
  const events = eventsOfCall(call);
  expectWhole(events);
  return events;
};
const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

function acknowledge(call: TestCall, response: RawMessage, sdp?: string): void {
  call.learn(response);
  const content = bodyOf({ sdp });
  call.send("PRACK", {
    ...content,
    headers: [`RAck: ${response.header("rseq")} 1 INVITE`, ...content.headers],
  });
}

describe("progress before the answer", () => {
  it("is a 183 with SDP and an ACM of in-band information; the caller hears itself, and is answered by ANM", async () => {
    const call = callTo(EARLY);
    const start = performance.now();
    call.invite();
    const progress = await call.response(183, "INVITE");
    const heardMs = performance.now() - start;
    expect([isupOf(progress), progress.header("require")]).toEqual([IN_BAND_ACM, undefined]);
    const sdp = sdpOf(progress) ?? "";
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toEqual({ payloadType: PCMA, payload: SPEECH });
    const answer = await call.final(200);
    // What left unreliably is said again, word for word (RFC 6337 §3.1.1).
    expect([isupOf(answer), sdpOf(answer)]).toEqual([ANM, sdp]);
    call.ack();
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toBeDefined();
    await call.bye();
    const events = wholeEventsOf(call);
    expect(wordsOf(events)).toEqual(["incoming", "progress", "answered", "released"]);
    expect(dataOf(events, "progress")).toMatchObject([
      {
        state: "progress",
        code: 183,
        earlyMedia: true,
        isup: { messageType: "ACM", raw: base64(IN_BAND_ACM) },
      },
    ]);
    const [{ ringMs, pddMs } = { ringMs: -1, pddMs: -1 }] = dataOf(events, "answered");
    expect(ringMs).toBe(0);
    expect(pddMs).toBeLessThanOrEqual(Math.ceil(heardMs) + 1);
    expect(releaseOf(events).times.ringingAt).toBe("");
  });

  it("settles the descriptions where the 183 is reliable: the 200 has none (RFC 3262 §5, RFC 6337 §3.1.1)", async () => {
    const call = callTo(EARLY, { headers: RELIABLE });
    call.invite();
    const progress = await call.response(183, "INVITE");
    expect([progress.header("require"), isupOf(progress)]).toEqual(["100rel", IN_BAND_ACM]);
    acknowledge(call, progress);
    await call.response(200, "PRACK");
    const sdp = sdpOf(progress) ?? "";
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toBeDefined();
    const answer = await call.final(200);
    expect([isupOf(answer), sdpOf(answer)]).toEqual([ANM, undefined]);
    call.ack();
    await call.bye();
    wholeEventsOf(call);
  });

  it.concurrent(
    "whose PRACK never comes ends the call that was answered meanwhile with 504, cause 102 (RFC 3262 §3)",
    async () => {
      const lonely = await startEdge({
        routes: [{ id: "early", answer: { after: "500ms", provisional: "progress" } }],
      });
      const call = new TestCall(await SipClient.open(lonely), lonely, { iam: ISUP.iam, headers: RELIABLE });
      call.invite();
      await call.final(504, 40_000);
      await lonely.until(({ calls, sip }) => calls === 0 && sip.dialogs === 0);
      const events = eventsOf(lonely.journalEvents(), call.callId);
      expectWhole(events);
      expect(wordsOf(events)).toEqual(["incoming", "progress", "answered", "released"]);
      expect(releaseOf(events).cause).toMatchObject({
        side: "gateway",
        q850: { value: 102 },
        detail: "no PRACK",
      });
    },
    60_000,
  );

  it("offers in a reliable 183 where the INVITE has no offer; the PRACK answers, and the caller hears itself", async () => {
    const call = callTo(EARLY_AND_LONG, { sdp: null, headers: RELIABLE });
    call.invite();
    const progress = await call.response(183, "INVITE");
    acknowledge(call, progress, offer());
    await call.response(200, "PRACK");
    expect(await phone.echoFrom(sdpOf(progress) ?? "", PCMA, SPEECH)).toBeDefined();
    call.cancel();
    await call.final(487);
    expect(dataOf(wholeEventsOf(call), "progress")).toMatchObject([{ earlyMedia: true }]);
  });

  it("has no media where neither side could say where to", async () => {
    const call = callTo(EARLY_AND_LONG, { sdp: null });
    call.invite();
    const progress = await call.response(183, "INVITE");
    expect([sdpOf(progress), isupOf(progress)]).toEqual([undefined, NO_INDICATION_ACM]);
    call.cancel();
    await call.final(487);
    expect(dataOf(wholeEventsOf(call), "progress")).toMatchObject([
      { earlyMedia: false, isup: { raw: base64(NO_INDICATION_ACM) } },
    ]);
  });

  it("is SIP alone for a caller who sent no ISUP", async () => {
    const call = callTo(EARLY, { iam: undefined });
    call.invite();
    const progress = await call.response(183, "INVITE");
    expect([progress.header("content-type"), isupOf(progress)]).toEqual(["application/sdp", undefined]);
    await call.final(200);
    call.ack();
    await call.bye();
    expect(dataOf(wholeEventsOf(call), "progress")).toMatchObject([{ isup: null }]);
  });

  it("says of ISUP that comes meanwhile that the call was in progress, and is silent once it has ended", async () => {
    const call = callTo(EARLY_AND_LONG);
    call.invite();
    const progress = await call.response(183, "INVITE");
    call.learn(progress);
    call.send("INFO", bodyOf({ isup: "3300" }));
    await call.response(200, "INFO");
    call.cancel();
    await call.final(487);
    const events = wholeEventsOf(call);
    expect(wordsOf(events)).toEqual(["incoming", "progress", "isup", "released"]);
    expect(dataOf(events, "isup")).toMatchObject([{ state: "progress" }]);
    expect(releaseOf(events).finalState).toBe("cancelled");
    expect(await phone.echoFrom(sdpOf(progress) ?? "", PCMA, SPEECH, 100)).toBeUndefined();
  });
});

describe("an answer that nothing goes before", () => {
  it("is a 200 with CON (RFC 3398 §7.2.7)", async () => {
    const call = callTo(SILENT);
    expect(isupOf(await call.establish())).toBe(CON);
    await call.bye();
    const events = wholeEventsOf(call);
    expect(wordsOf(events)).toEqual(["incoming", "answered", "released"]);
    expect(dataOf(events, "answered")).toMatchObject([
      { ringMs: 0, isup: { messageType: "CON", raw: base64(CON) } },
    ]);
  });

  it("is a 200 alone for a caller who sent no ISUP, with no 18x before it", async () => {
    const call = callTo(SILENT, { iam: undefined });
    call.invite();
    const answer = await call.final(200);
    expect(answer.header("content-type")).toBe("application/sdp");
    const heard = carrier.received.filter((each) => each.header("call-id") === call.callId);
    expect(heard.map(({ status }) => status)).toEqual([100, 200]);
    call.ack();
    await call.bye();
  });

  it("leaves a call that is still coming in: a message is said to be of that state, and CANCEL ends it", async () => {
    const call = callTo(SILENT_AND_LONG);
    call.invite();
    await call.response(100, "INVITE");
    call.cancel();
    await call.final(487);
    const events = wholeEventsOf(call);
    expect(wordsOf(events)).toEqual(["incoming", "released"]);
    expect(releaseOf(events).finalState).toBe("cancelled");
  });
});

describe("ringing with our offer", () => {
  it("says that its 180 has a description", async () => {
    const call = callTo("+493099905", { sdp: null, headers: RELIABLE });
    call.invite();
    const ringing = await call.response(180, "INVITE");
    acknowledge(call, ringing, offer());
    await call.response(200, "PRACK");
    await call.final(200);
    call.ack();
    await call.bye();
    expect(dataOf(wholeEventsOf(call), "ringing")).toMatchObject([{ code: 180, earlyMedia: true }]);
  });
});

describe("the ladder of a carrier (tandem carrier call)", () => {
  const ladder = async (called: string): Promise<string> => {
    const target = `sip:${edge.address}:${edge.port}`;
    const { code, stdout } = await tandem([
      ...["carrier", "call", "--target", target, "--from", "+4989123456789", "--to", called],
      ...["--listen", "127.0.0.1:0", "--duration", "0s"],
    ]);
    expect(code).toBe(0);
    return stdout;
  };

  it("shows the 183 with its ACM before the 200 with its ANM", async () => {
    expect(await ladder(EARLY)).toMatch(/ 183 .*ISUP[^]*\bACM\b[^]* 200 .*ISUP[^]*\bANM\b/);
  });

  it("shows the 200 with its CON, and nothing of an ACM before it", async () => {
    const shown = await ladder(SILENT);
    expect(shown).toMatch(/ 200 .*ISUP[^]*\bCON\b/);
    expect(shown).not.toMatch(/ 18[03] |\bACM\b/);
  });
});
