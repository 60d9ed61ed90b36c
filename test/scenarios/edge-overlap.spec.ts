import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { iamFrom } from "@tandem/interworking";
import { editIsup, hexOf, isupMessage } from "@tandem/isup";
import {
  dataOf,
  eventsByCall,
  eventsOf,
  expectWhole,
  releaseOf,
  wordsOf,
  type CallEvent,
} from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { bodyOf, newBranch, sdpFor, TestCall, type CallOptions } from "../helpers/sip-call.ts";
import { tandem } from "../helpers/tandem.ts";
import { closeClients, isupOf, sdpOf, SipClient, type RawMessage } from "../helpers/sip-client.ts";

/** Instead of the 5 and 15 s of Q.764, of which the test of T35 alone waits for the end. */
const T10_MS = 600;
const T35_MS = 1_200;
const MIN_DIGITS = 8;
/** Nine digits and a tenth that completes it by its length. */
const MAX_DIGITS = 13;
/** A route names it whole. */
const WHOLE = "+4930555";
const RINGS_LONG = "+493099902*";
/** Location 2: public network serving the local user. */
const REL_28 = "0c020002829c";

let edge: TestEdge;
let carrier: SipClient;
/** Of a trunk whose timers are longer than this test waits. */
let patient: SipClient;
let plain: SipClient;

const OVERLAP = {
  minDigits: MIN_DIGITS,
  maxDigits: MAX_DIGITS,
  T10: `${T10_MS}ms`,
  T35: `${T35_MS}ms`,
};

beforeAll(async () => {
  const numbers = { country: "49" };
  edge = await startEdge({
    trunks: [
      { id: "carrier", profile: "sip-t", sources: ["127.0.0.1"], numbers, isup: { overlap: OVERLAP } },
      { id: "plain", sources: ["127.0.0.3"], numbers, isup: { overlap: OVERLAP } },
      {
        id: "patient",
        profile: "sip-t",
        sources: ["127.0.0.5"],
        numbers,
        isup: { overlap: { ...OVERLAP, T10: "20s", T35: "20s" } },
      },
      {
        id: "own-rows",
        sources: ["127.0.0.4"],
        numbers,
        isup: { overlap: OVERLAP },
        interworking: { statusFromCause: [{ cause: 28, status: 404 }] },
      },
    ],
    routes: [
      { id: "whole", when: { called: WHOLE }, answer: "echo" },
      { id: "long", when: { called: RINGS_LONG }, answer: { after: "10m" } },
      { id: "echo", when: { called: "+4930*" }, answer: "echo" },
    ],
  });
  carrier = await SipClient.open(edge);
  patient = await SipClient.open(edge, "127.0.0.5");
  plain = await SipClient.open(edge, "127.0.0.3");
});
jest.setTimeout(20_000);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

function iamTo(digits: string, stSignal = false): string {
  const iam = iamFrom({ called: digits, calling: "89123456789" }, "itu-t92+");
  const { calledPartyNumber } = iam.parameters;
  return hexOf(editIsup(iam, { calledPartyNumber: { ...calledPartyNumber, stSignal } }).octets);
}
const samOf = (digits: string, stSignal = false): string =>
  hexOf(isupMessage("SAM", { subsequentNumber: { digits, stSignal } }).octets);

/** A call of SIP-T to the first digits, national in the IAM, with the country in the Request-URI. */
const dialling = (digits: string, options: CallOptions = {}, client = carrier): TestCall =>
  new TestCall(client, edge, { called: `+49${digits}`, iam: iamTo(digits), ...options });

/** The 183 that makes the dialog for SAMs. */
async function begin(call: TestCall): Promise<RawMessage> {
  call.invite();
  const progress = await call.response(183, "INVITE");
  call.learn(progress);
  return progress;
}

async function dial(call: TestCall, digits: string, stSignal = false): Promise<void> {
  call.send("INFO", bodyOf({ isup: samOf(digits, stSignal) }));
  await call.response(200, "INFO");
}

const eventsOfCall = (call: TestCall): CallEvent[] => eventsOf(edge.journalEvents(), call.callId);
const calledOf = (call: TestCall): string | undefined =>
  dataOf(eventsOfCall(call), "incoming")[0]?.called.e164;

describe("digits in SAMs (RFC 3578 §2, Q.764 §2.1.2)", () => {
  it("are collected until ST, then there is one call.incoming with the whole number, and each SAM in an event", async () => {
    const call = dialling("3099");
    const progress = await begin(call);
    expect(isupOf(progress)).toBeUndefined();
    expect(eventsOfCall(call)).toEqual([]);
    await dial(call, "900");
    await dial(call, "12", true);
    await call.response(180, "INVITE");
    await call.final(200);
    call.ack();
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "isup", "isup", "ringing", "answered", "released"]);
    const [incoming] = dataOf(events, "incoming");
    expect(incoming?.called).toMatchObject({ raw: "+49309990012", e164: "+49309990012", source: "ruri" });
    expect(incoming?.isup?.messageType).toBe("IAM");
    expect(
      dataOf(events, "isup").map(({ state, isup }) => [state, isup.messageType, isup.parameters]),
    ).toEqual([
      ["incoming", "SAM", { subsequentNumber: expect.objectContaining({ digits: "900", stSignal: false }) }],
      ["incoming", "SAM", { subsequentNumber: expect.objectContaining({ digits: "12", stSignal: true }) }],
    ]);
  });

  it("are complete by their length, without a timer", async () => {
    const call = dialling("3099", {}, patient);
    await begin(call);
    await dial(call, "9001200");
    await call.final(200);
    call.ack();
    await call.bye();
    expect(calledOf(call)).toBe("+4930999001200");
  });

  it("are complete where a route names the number whole (number analysis, §2.2)", async () => {
    const call = dialling("305", {}, patient);
    await begin(call);
    await dial(call, "55");
    await call.final(200);
    call.ack();
    await call.bye();
    expect(calledOf(call)).toBe(WHOLE);
  });

  it("are complete in the IAM with ST, and then nothing waits", async () => {
    const call = dialling("3099900", { iam: iamTo("3099900", true) });
    call.invite();
    await call.final(200);
    call.ack();
    await call.bye();
    expect(wordsOf(eventsOfCall(call))).toEqual(["incoming", "ringing", "answered", "released"]);
  });

  it("are routed as they are when T10 runs out, which each SAM sets again (§2.2)", async () => {
    const call = dialling("309990");
    await begin(call);
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, T10_MS / 2));
    await dial(call, "1");
    await call.final(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(T10_MS * 1.5 - 20);
    call.ack();
    await call.bye();
    expect(calledOf(call)).toBe("+493099901");
  });

  it("are 484 with REL 28 where T35 runs out before there are enough (§2.1)", async () => {
    const call = dialling("309");
    await begin(call);
    const final = await call.final(484);
    expect(isupOf(final)).toBe(REL_28);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "released"]);
    expect(releaseOf(events).cause).toMatchObject({
      sip: { code: 484 },
      q850: { value: 28 },
      class: "invalidNumber",
      side: "gateway",
      row: "RFC 3578 §2.1: T35 → 28; RFC 3398 §7.2.4.1: 28 → 484",
    });
  });

  it("are 484 with REL 28 where no route has taken them when T10 runs out", async () => {
    const call = dialling("89123456");
    await begin(call);
    expect(isupOf(await call.final(484))).toBe(REL_28);
    expect(releaseOf(eventsOfCall(call)).cause.row).toBe(
      "RFC 3578 §2.2: T10, and no route → 28; RFC 3398 §7.2.4.1: 28 → 484",
    );
  });

  it("end with the status that the trunk has for cause 28", async () => {
    const client = await SipClient.open(edge, "127.0.0.4");
    const call = new TestCall(client, edge, { called: "+49309" });
    call.invite();
    await call.final(404);
    expect(releaseOf(eventsOfCall(call)).cause).toMatchObject({
      sip: { code: 404 },
      q850: { value: 28 },
      row: "RFC 3578 §2.1: T35 → 28; trunk own-rows: 28 → 404",
    });
  });

  it("after the number was taken as complete change nothing, and are told of (§2.2)", async () => {
    const call = dialling("3099902");
    await begin(call);
    await call.response(180, "INVITE");
    await dial(call, "7");
    call.cancel();
    await call.final(487);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "isup", "released"]);
    expect(calledOf(call)).toBe("+493099902");
  });

  it("begin with our offer where the INVITE has none and wants reliable responses: in the 183, and once (RFC 3262 §5)", async () => {
    const call = dialling("3099", { sdp: null, headers: ["Require: 100rel"] });
    const progress = await begin(call);
    expect(sdpOf(progress)).toContain("m=audio ");
    const acknowledge = (response: RawMessage, sdp?: string): Promise<RawMessage> => {
      const content = bodyOf({ sdp });
      const headers = [`RAck: ${response.header("rseq")} 1 INVITE`, ...content.headers];
      call.send("PRACK", { ...content, headers });
      return call.response(200, "PRACK");
    };
    await acknowledge(progress, sdpFor(carrier.address, 40_000));
    await dial(call, "90012", true);
    const ringing = await call.response(180, "INVITE");
    expect([sdpOf(ringing), ringing.header("require")]).toEqual([undefined, "100rel"]);
    await acknowledge(ringing);
    expect(sdpOf(await call.final(200))).toBeUndefined();
    call.ack();
    await call.bye();
    expectWhole(eventsOfCall(call));
    expect(calledOf(call)).toBe("+49309990012");
  });

  it("end with a CANCEL: 200, 487, and a call that nobody answered", async () => {
    const call = dialling("3099");
    await begin(call);
    call.cancel({ headers: ["Reason: Q.850;cause=31"] });
    await call.response(200, "CANCEL");
    await call.final(487);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "released"]);
    expect(releaseOf(events)).toMatchObject({
      finalState: "cancelled",
      cause: { side: "caller", q850: { value: 31 } },
    });
  });
});

describe("a carrier that dials digit by digit", () => {
  it("has one call with its whole number, and each SAM told of (tandem carrier call --overlap)", async () => {
    const target = `sip:${edge.address}:${edge.port}`;
    const numbers = ["--from", "+4989123456789", "--to", "+4930999005", "--overlap", "4"];
    const { code, stdout } = await tandem([
      ...["carrier", "call", "--target", target, ...numbers],
      ...["--listen", "127.0.0.1:0", "--duration", "0s"],
    ]);
    expect(code).toBe(0);
    expect(stdout.match(/→ INFO /g)).toHaveLength(6);
    const calls = [...eventsByCall(edge.journalEvents()).values()];
    const events = calls.find((each) => dataOf(each, "incoming")[0]?.called.e164 === "+4930999005");
    if (events === undefined) throw new TypeError("no call to the whole number");
    expectWhole(events);
    const digits = dataOf(events, "isup").map(({ isup }) => isup.parameters["subsequentNumber"]);
    expect(digits).toMatchObject([..."999005"].map((digit, at) => ({ digits: digit, stSignal: at === 5 })));
  });
});

describe("digits in INVITEs of one call (RFC 3578 §3.2, §3.5)", () => {
  const further = (call: TestCall, called: string, options: CallOptions = {}): TestCall =>
    new TestCall(plain, edge, { callId: call.callId, fromTag: call.fromTag, called, ...options });

  it("make one call; each earlier INVITE is answered 484", async () => {
    const first = new TestCall(plain, edge, { called: "+493099" });
    first.invite();
    await first.response(100, "INVITE");
    const second = further(first, "+49309990");
    second.invite({ cseq: 2 });
    await first.final(484);
    const third = further(first, "+493099900123");
    third.invite({ cseq: 3 });
    await second.final(484);
    await third.final(200);
    third.ack();
    await third.bye();
    const events = eventsOfCall(first);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
    expect(dataOf(events, "incoming")[0]).toMatchObject({
      called: { e164: "+493099900123" },
      sip: { cseq: 3 },
    });
  });

  it("carry the SAMs behind the IAM, each of which is told of", async () => {
    const call = dialling("3099");
    await begin(call);
    const digits = "309990012";
    const all = new TestCall(carrier, edge, {
      callId: call.callId,
      fromTag: call.fromTag,
      called: `+49${digits}`,
    });
    const boundary = "b2";
    const isupPart = (hex: string): Buffer =>
      Buffer.concat([
        Buffer.from(`--${boundary}\r\nContent-Type: application/isup;version=itu-t92+\r\n\r\n`),
        Buffer.from(hex, "hex"),
        Buffer.from("\r\n"),
      ]);
    const sdp = sdpFor(carrier.address, 40_000);
    const body = Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n`),
      isupPart(iamTo("3099")),
      isupPart(samOf("900")),
      isupPart(samOf("12", true)),
      Buffer.from(`--${boundary}--\r\n`),
    ]);
    const headers = [`Content-Type: multipart/mixed;boundary=${boundary}`];
    const branch = newBranch();
    carrier.send(all.request("INVITE", { cseq: 2, branch, headers, body }));
    await call.final(484);
    const answer = await all.response(200, "INVITE");
    all.learn(answer);
    carrier.send(all.request("ACK", { cseq: 2 }));
    all.send("BYE", { cseq: 3 });
    await all.response(200, "BYE");
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "isup", "isup", "ringing", "answered", "released"]);
    expect(calledOf(call)).toBe(`+49${digits}`);
  });

  it("over another path are 482, and overtaken ones 484", async () => {
    const call = new TestCall(plain, edge, { called: "+493099" });
    call.invite({ cseq: 5 });
    await call.response(100, "INVITE");
    const merged = further(call, "+493099");
    merged.invite({ cseq: 5, branch: newBranch() });
    await merged.final(482);
    const late = further(call, "+4930");
    late.invite({ cseq: 4 });
    await late.final(484);
    await call.final(484);
    expect(wordsOf(eventsOfCall(call))).toEqual(["incoming", "released"]);
  });

  it("come too late once the number was taken as complete: 484, and the call goes on (§2.2)", async () => {
    const call = new TestCall(plain, edge, { called: "+493099902" });
    call.invite();
    await call.response(180, "INVITE");
    const late = further(call, "+4930999021");
    late.invite({ cseq: 2 });
    await late.final(484);
    call.cancel();
    await call.final(487);
    expectWhole(eventsOfCall(call));
    expect(calledOf(call)).toBe("+493099902");
    expect(await edge.counter("tandem_sip_refused_total", "overlap-late 484")).toBeGreaterThanOrEqual(1);
  });
});

describe("an edge that collects digits", () => {
  it("leaves nothing behind", async () => {
    const { calls, sip } = await edge.until(({ sip: { dialogs } }) => dialogs === 0);
    expect({ calls, dialogs: sip.dialogs }).toEqual({ calls: 0, dialogs: 0 });
  });

  it("takes a thousand set-ups without their digits and refuses the next with 503 (§4); at its end all have their release", async () => {
    const WAITING_MAX = 1_000;
    const isup = { overlap: { minDigits: 20, T35: "1m" } };
    const busy = await startEdge({ trunks: [{ id: "all", sources: ["127.0.0.1"], isup }] });
    const caller = await SipClient.open(busy);
    for (let count = 0; count < WAITING_MAX; count++) {
      const call = new TestCall(caller, busy, { sdp: null });
      call.invite();
      await call.response(100, "INVITE");
    }
    const surplus = new TestCall(caller, busy, { sdp: null });
    surplus.invite();
    const refused = await surplus.final(503);
    expect(refused.header("retry-after")).toBe("10");
    expect(await busy.counter("tandem_sip_refused_total", "overlap-limit 503")).toBe(1);
    expect(await busy.stop()).toBe(0);
    const events = busy.journalEvents();
    const released = events.filter(({ type }) => type === "tandem.call.released.v1");
    expect(released).toHaveLength(WAITING_MAX);
    expect(eventsOf(events, surplus.callId)).toEqual([]);
  });
});
