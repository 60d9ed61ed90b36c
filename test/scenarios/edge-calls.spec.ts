import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { dataOf, eventsOf, expectWhole, releaseOf, wordsOf, type CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { bodyOf, ISUP, newBranch, sdpFor, TestCall, type CallOptions } from "../helpers/sip-call.ts";
import { closeClients, isupOf, okTo, partsOf, sdpOf, SipClient } from "../helpers/sip-client.ts";

/** Called numbers of routes, and what becomes of them. */
const RINGS_SHORTLY = "+493099901";
const RINGS_LONG = "+493099902";
const RING_MS = 400;

/** Q.763 (12/1999) §3.5: charge, subscriber free, ordinary; ISUP all the way. */
const ACM = "06160400";
const ANM = "0900";
const RLC = "1000";
/** Location 2: public network serving the local user. */
const REL_16 = "0c0200028290";

let edge: TestEdge;
let carrier: SipClient;
let sipI: SipClient;

beforeAll(async () => {
  edge = await startEdge({
    trunks: [
      { id: "carrier", profile: "sip-t", sources: ["127.0.0.1"], numbers: { country: "49" } },
      { id: "interconnect", profile: "sip-i", sources: ["127.0.0.3"], numbers: { country: "49" } },
    ],
    routes: [
      { id: "short", when: { called: RINGS_SHORTLY }, answer: { after: `${RING_MS}ms` } },
      { id: "long", when: { called: RINGS_LONG }, answer: { after: "10m" } },
      { id: "echo", answer: "echo" },
    ],
  });
  carrier = await SipClient.open(edge);
  sipI = await SipClient.open(edge, "127.0.0.3");
});
jest.setTimeout(20_000);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

const callFrom = (client: SipClient, options: CallOptions = {}): TestCall =>
  new TestCall(client, edge, options);
const isupCall = (options: CallOptions = {}): TestCall => callFrom(carrier, { iam: ISUP.iam, ...options });

function eventsOfCall(call: TestCall): CallEvent[] {
  return eventsOf(edge.journalEvents(), call.callId);
}

describe("a call", () => {
  it("is tried, rings with ACM, is answered with SDP and ANM, and ends with the caller's REL (RFC 3398 §7.2.5-7)", async () => {
    const call = isupCall();
    call.invite();
    const trying = await call.response(100, "INVITE");
    expect(trying.header("to")).not.toContain("tag=");
    const ringing = await call.response(180, "INVITE");
    expect(isupOf(ringing)).toBe(ACM);
    expect(sdpOf(ringing)).toBeUndefined();
    const answer = await call.final(200);
    expect(partsOf(answer).map(({ type }) => type)).toEqual([
      "application/sdp",
      "application/isup;version=itu-t92+;base=itu-t92+",
    ]);
    expect(isupOf(answer)).toBe(ANM);
    expect(answer.header("to")).toBe(ringing.header("to"));
    expect(answer.header("contact")).toBe(`<sip:127.0.0.1:${edge.port}>`);
    call.ack();
    const cleared = await call.bye(['Reason: Q.850;cause=16;text="Normal call clearing"']);
    expect(cleared.body).toHaveLength(0);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
    expect(events.map(({ data }) => data.isup?.raw)).toEqual(
      [ISUP.iam, ACM, ANM, ISUP.rel].map((hex) => Buffer.from(hex, "hex").toString("base64")),
    );
    expect(releaseOf(events)).toMatchObject({
      finalState: "answered",
      cause: {
        side: "caller",
        mapping: "received",
        class: "normal",
        sip: null,
        q850: { value: 16, location: "U", codingStandard: "itu" },
        isup: { value: 16, location: 0, codingStandard: 0 },
      },
    });
  });

  it("shows a caller of plain SIP no ISUP (RFC 3398 §7.2: only what came in goes back)", async () => {
    const call = callFrom(carrier);
    call.invite();
    expect(isupOf(await call.response(180, "INVITE"))).toBeUndefined();
    const answer = await call.final(200);
    expect(answer.header("content-type")).toBe("application/sdp");
    call.ack();
    expect((await call.bye()).body).toHaveLength(0);
    const events = eventsOfCall(call);
    expect(events.map(({ data }) => data.isup)).toEqual([null, null, null, null]);
    expect(releaseOf(events).cause).toMatchObject({ mapping: "derived", q850: { value: 16 }, isup: null });
  });

  it("ends with RLC in the 200 to BYE where the trunk is SIP-I, for callers with ISUP (Q.1912.5 profile C)", async () => {
    const withIsup = callFrom(sipI, { iam: ISUP.iam });
    await withIsup.establish();
    expect(isupOf(await withIsup.bye())).toBe(RLC);
    const without = callFrom(sipI);
    await without.establish();
    expect((await without.bye()).body).toHaveLength(0);
  });

  it("has one transaction: a repeated INVITE is answered from it and makes no second call (RFC 3261 §17.2.1)", async () => {
    const call = isupCall({ called: RINGS_LONG });
    call.invite();
    const first = await call.response(180, "INVITE");
    call.repeatInvite();
    call.repeatInvite();
    expect((await call.response(180, "INVITE")).octets).toEqual(first.octets);
    expect((await call.response(180, "INVITE")).octets).toEqual(first.octets);
    call.cancel();
    const final = await call.final(487);
    expect(final.header("to")).toBe(first.header("to"));
    expect(dataOf(eventsOfCall(call), "incoming")).toHaveLength(1);
  });

  it("absorbs an INVITE that is repeated after the 200 (RFC 6026 §7.1), and the next BYE counts", async () => {
    const call = isupCall();
    await call.establish();
    await carrier.unreadAfterPing();
    call.repeatInvite();
    expect(await carrier.unreadAfterPing()).toEqual([]);
    await call.bye();
    expectWhole(eventsOfCall(call));
  });

  it("repeats its 200 until the ACK comes, octet for octet (RFC 3261 §13.3.1.4)", async () => {
    const call = isupCall();
    call.invite();
    const first = await call.final(200);
    const second = await call.final(200);
    expect(second.octets).toEqual(first.octets);
    call.ack();
    await call.bye();
    expectWhole(eventsOfCall(call));
  });

  it("rings until its time and is answered then", async () => {
    const call = isupCall({ called: RINGS_SHORTLY });
    const start = performance.now();
    call.invite();
    await call.response(180, "INVITE");
    await call.final(200);
    const heardMs = performance.now() - start;
    expect(heardMs).toBeGreaterThanOrEqual(RING_MS - 1);
    call.ack();
    await call.bye();
    const [answered] = dataOf(eventsOfCall(call), "answered");
    expect(answered?.ringMs).toBeGreaterThanOrEqual(RING_MS - 1);
    expect(answered?.ringMs).toBeLessThanOrEqual(Math.ceil(heardMs) + 1);
  });

  it("takes an IAM larger than one Ethernet frame, octet for octet", async () => {
    // Parameters nobody knows (0xe1 …) of 200 octets each, behind the known ones.
    const unknown = Array.from({ length: 20 }, (_, at) => `${(0xe1 + at).toString(16)}c8${"a5".repeat(200)}`);
    const iam = `${ISUP.iam.slice(0, -2)}${unknown.join("")}00`;
    const call = isupCall({ iam });
    await call.establish();
    await call.bye();
    const [incoming] = eventsOfCall(call);
    expect(Buffer.from(incoming?.data.isup?.raw ?? "", "base64").toString("hex")).toBe(iam);
  });
});

describe("a call whose signalling is too large for an event", () => {
  /** One octet on the wire, six characters in JSON. */
  const LONG = "\u0001".repeat(12_000);

  it("has all its events, without header fields where they are too much, and disturbs no call beside it", async () => {
    const headers = ["Subject", "User-Agent", "P-Charge-Info", "Geolocation"].map(
      (name) => `${name}: ${LONG}`,
    );
    const [odd, beside] = [isupCall({ headers }), isupCall()];
    odd.invite();
    beside.invite();
    // Answers whose events do not reach the disk in their time are taken back.
    for (const call of [odd, beside]) {
      await call.final(200);
      call.ack();
    }
    for (const call of [odd, beside]) await call.bye();
    const events = eventsOfCall(odd);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
    const [incoming] = dataOf(events, "incoming");
    expect(incoming).toMatchObject({ called: { e164: "+493099900100" }, hopCounter: 31, headers: {} });
    expect(Buffer.from(incoming?.isup?.raw ?? "", "base64").toString("hex")).toBe(ISUP.iam);
    expectWhole(eventsOfCall(beside));
    expect(await edge.counter("tandem_events_lost_total")).toBe(0);
  });

  it("has its release, without the Reason texts", async () => {
    const call = isupCall();
    await call.establish();
    const reasons = Array.from({ length: 4 }, () => `Reason: SIP;cause=200;text="${LONG}"`);
    call.send("BYE", { headers: ["Reason: Q.850;cause=31", ...reasons] });
    await call.response(200, "BYE");
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(releaseOf(events).cause).toMatchObject({ q850: { value: 31 }, reasonHeaders: [] });
  });

  it("keeps an ISUP message that is longer than any there is, undecoded (Q.763 (12/1999) §1)", async () => {
    const iam = `${ISUP.iam.slice(0, -2)}${"e101a5".repeat(15_000)}00`;
    const call = isupCall({ iam });
    await call.establish();
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    const [incoming] = dataOf(events, "incoming");
    expect(incoming?.isup).toMatchObject({ messageType: "undecodable", parameters: {} });
    expect(Buffer.from(incoming?.isup?.raw ?? "", "base64").toString("hex")).toBe(iam);
  });
});

describe("the end of a call", () => {
  it("is a CANCEL: 200, then 487 with REL and the caller's cause (RFC 3261 §9.2, RFC 3398 §7.2.3)", async () => {
    const call = isupCall({ called: RINGS_LONG });
    call.invite();
    await call.response(180, "INVITE");
    call.cancel({ headers: ['Reason: Q.850;cause=16;text="x"', 'Reason: SIP;cause=487;text="y"'] });
    const cancelled = await call.response(200, "CANCEL");
    const final = await call.final(487);
    expect(isupOf(final)).toBe(REL_16);
    expect(cancelled.header("to")).toBe(final.header("to"));
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "released"]);
    const { cause, finalState, billableMs } = releaseOf(events);
    expect({ finalState, billableMs }).toEqual({ finalState: "cancelled", billableMs: 0 });
    expect(cause).toMatchObject({
      side: "caller",
      mapping: "received",
      sip: { code: 487 },
      q850: { value: 16 },
      reasonHeaders: ['Q.850;cause=16;text="x"', 'SIP;cause=487;text="y"'],
    });
  });

  it("is no CANCEL after the 200: that has no effect but its own 200 (RFC 3261 §9.2)", async () => {
    const call = isupCall();
    await call.establish();
    call.cancel();
    await call.response(200, "CANCEL");
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
  });

  it("may be a BYE before the answer: 200, and 487 to the INVITE (RFC 3261 §15.1.2)", async () => {
    const call = isupCall({ called: RINGS_LONG });
    call.invite();
    call.learn(await call.response(180, "INVITE"));
    await call.bye();
    await call.final(487);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(releaseOf(events)).toMatchObject({
      finalState: "cancelled",
      cause: { side: "caller", sip: { code: 487 } },
    });
  });

  it("may be a BYE before the ACK: the 200 to INVITE is not repeated any more (RFC 3261 §15)", async () => {
    const call = isupCall();
    call.invite();
    await call.final(200);
    await call.bye();
    const { calls, sip } = await edge.until(({ sip: { dialogs } }) => dialogs === 0);
    expect({ calls, dialogs: sip.dialogs }).toEqual({ calls: 0, dialogs: 0 });
    expectWhole(eventsOfCall(call));
  });

  it("is the cause of REL where BYE has no Reason, and of Reason where it has one (RFC 3398 §7.2.3)", async () => {
    const byRel = isupCall();
    await byRel.establish();
    const busy = bodyOf({ isup: "0c0200028491" });
    byRel.send("BYE", busy);
    await byRel.response(200, "BYE");
    expect(releaseOf(eventsOfCall(byRel)).cause).toMatchObject({
      mapping: "received",
      class: "busy",
      q850: { value: 17, location: "RLN" },
      isup: { value: 17, location: 4 },
    });
    const byReason = isupCall();
    await byReason.establish();
    byReason.send("BYE", { ...busy, headers: ["Reason: Q.850;cause=31", ...busy.headers] });
    await byReason.response(200, "BYE");
    expect(releaseOf(eventsOfCall(byReason)).cause).toMatchObject({
      mapping: "received",
      q850: { value: 31 },
      isup: { value: 17, location: 4 },
    });
  });

  it("answers a BYE that is repeated from its transaction, and 481 to one that comes later (RFC 3261 §15.1.2)", async () => {
    const call = isupCall();
    await call.establish();
    const bye = call.request("BYE", {});
    carrier.send(bye);
    const first = await call.response(200, "BYE");
    carrier.send(bye);
    expect((await call.response(200, "BYE")).octets).toEqual(first.octets);
    call.send("BYE");
    await call.response(481, "BYE");
    expectWhole(eventsOfCall(call));
  });

  // It takes its 32 s beside the other tests, with an edge of its own.
  it.concurrent(
    "is a BYE of ours with cause 102 where the ACK does not come for 64·T1 (RFC 3261 §13.3.1.4, RFC 3398 §7.1.4)",
    async () => {
      const lonely = await startEdge();
      const caller = await SipClient.open(lonely);
      const call = new TestCall(caller, lonely, { iam: ISUP.iam });
      call.invite();
      await call.final(200);
      const bye = await caller.request("BYE", 40_000);
      expect(bye.header("reason")).toContain("Q.850;cause=102");
      expect(isupOf(bye)).toBe("0c02000282e6");
      expect(bye.header("call-id")).toBe(call.callId);
      expect(bye.header("to")).toContain(`tag=${call.fromTag}`);
      caller.send(okTo(bye));
      const { calls, rtp } = await lonely.until((report) => report.calls === 0 && report.sip.dialogs === 0);
      expect({ calls, ports: rtp.portsInUse }).toEqual({ calls: 0, ports: 0 });
      const events = eventsOf(lonely.journalEvents(), call.callId);
      expectWhole(events);
      expect(releaseOf(events)).toMatchObject({
        finalState: "answered",
        cause: { side: "gateway", class: "timeout", sip: null, q850: { value: 102 } },
      });
    },
    60_000,
  );
});

describe("requests inside a call", () => {
  it("INFO with SUS and RES is confirmed and is an event each (RFC 6086, Q.763 (12/1999) table 38)", async () => {
    const call = isupCall();
    await call.establish();
    for (const isup of [ISUP.suspend, ISUP.resume]) {
      call.send("INFO", bodyOf({ isup }));
      await call.response(200, "INFO");
    }
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "isup", "isup", "released"]);
    const isup = dataOf(events, "isup").map((data) => data.isup);
    expect(isup.map(({ messageType }) => messageType)).toEqual(["SUS", "RES"]);
    expect(isup.map(({ raw }) => Buffer.from(raw, "base64").toString("hex"))).toEqual([
      ISUP.suspend,
      ISUP.resume,
    ]);
  });

  it("INFO without ISUP is confirmed and no event; a body that must be understood is refused with 415 (RFC 6086 §4.2.2)", async () => {
    const call = isupCall();
    await call.establish();
    call.send("INFO");
    await call.response(200, "INFO");
    call.send("INFO", { headers: ["Content-Type: application/x-unknown"], body: Buffer.from("x") });
    expect((await call.response(415, "INFO")).header("accept")).toContain("application/isup");
    await call.bye();
    expect(wordsOf(eventsOfCall(call))).toEqual(["incoming", "ringing", "answered", "released"]);
  });

  it("a re-INVITE is answered by the same session: o= version + 1 with a change, the same without (RFC 3264 §8)", async () => {
    const call = isupCall();
    const first = sdpOf(await call.establish()) ?? "";
    const originOf = (sdp: string): string[] => /^o=- (\d+) (\d+) /m.exec(sdp)?.slice(1) ?? [];
    const [id, version] = originOf(first);
    call.invite({ sdp: sdpFor(carrier.address, 40_000) });
    const same = sdpOf(await call.final(200)) ?? "";
    call.ack();
    expect(same).toBe(first);
    const hold = `${sdpFor(carrier.address, 40_000)}a=sendonly\r\n`;
    call.invite({ sdp: hold });
    const held = sdpOf(await call.final(200)) ?? "";
    call.ack();
    expect(originOf(held)).toEqual([id, String(Number(version) + 1)]);
    expect(held).toContain("a=recvonly");
    await call.bye();
    expectWhole(eventsOfCall(call));
  });

  it("INFO right behind the BYE comes too late: 481, and no event after the release (RFC 3261 §12.2.2)", async () => {
    const call = isupCall();
    await call.establish();
    call.send("BYE");
    call.send("INFO", bodyOf({ isup: ISUP.suspend }));
    await call.response(200, "BYE");
    await call.response(481, "INFO");
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
  });

  it("what is older than the last is answered 500 (RFC 3261 §12.2.2)", async () => {
    const call = isupCall();
    await call.establish();
    call.send("INFO", { cseq: 50 });
    await call.response(200, "INFO");
    call.send("INFO", { cseq: 49 });
    await call.response(500, "INFO");
    call.send("BYE", { cseq: 51 });
    await call.response(200, "BYE");
  });

  it("the same request over another path is refused with 482, and the call goes on (RFC 3261 §8.2.2.2)", async () => {
    const call = isupCall({ called: RINGS_LONG });
    call.invite();
    await call.response(180, "INVITE");
    const again = callFrom(carrier, { called: RINGS_LONG, callId: call.callId, fromTag: call.fromTag });
    again.invite({ branch: newBranch() });
    await again.final(482);
    call.cancel();
    await call.final(487);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(await edge.counter("tandem_sip_refused_total", "merged 482")).toBe(1);
  });
});
