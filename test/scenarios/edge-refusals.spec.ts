import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { dataOf, eventsOf, expectWhole, releaseOf, wordsOf, type CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { freeUdpPorts } from "../helpers/ports.ts";
import { ISUP, sdpFor, TestCall, type CallOptions } from "../helpers/sip-call.ts";
import { closeClients, isupOf, SipClient } from "../helpers/sip-client.ts";

/** Called numbers of routes, and what becomes of them. */
const BUSY = "+493099903";
const NO_ANSWER = "+493099904";
const GLOBAL = "+493099905";
const NOWHERE = "+1";

let edge: TestEdge;
let carrier: SipClient;

beforeAll(async () => {
  const port = await freeUdpPorts(2);
  edge = await startEdge({
    routes: [
      { id: "busy", when: { called: BUSY }, reject: 486 },
      { id: "no-answer", when: { called: NO_ANSWER }, reject: { sip: 480, q850: 19 } },
      { id: "global", when: { called: GLOBAL }, reject: 603 },
      { id: "echo", when: { called: "+49*" }, answer: "echo" },
    ],
    // One port: the second call at a time finds none.
    media: { ports: `${port}-${port + 1}` },
  });
  carrier = await SipClient.open(edge);
});
jest.setTimeout(20_000);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

const isupCall = (options: CallOptions = {}): TestCall =>
  new TestCall(carrier, edge, { iam: ISUP.iam, ...options });

function eventsOfCall(call: TestCall): CallEvent[] {
  return eventsOf(edge.journalEvents(), call.callId);
}

/** REL as the edge writes it: coding ITU, location 2 (public network serving the local user). */
const relOf = (cause: number): string => `0c02000282${(0x80 | cause).toString(16)}`;

interface Refusal {
  readonly what: string;
  readonly options: CallOptions;
  readonly status: number;
  readonly cause: number;
  readonly finalState: string;
}

const refusals: readonly Refusal[] = [
  {
    what: "a route that rejects with 486: cause 17 by RFC 3398 §8.2.6.1",
    options: { called: BUSY },
    status: 486,
    cause: 17,
    finalState: "busy",
  },
  {
    what: "a route that rejects with a status and a cause: both as configured",
    options: { called: NO_ANSWER },
    status: 480,
    cause: 19,
    finalState: "noAnswer",
  },
  {
    what: "a route that rejects with 603: cause 21",
    options: { called: GLOBAL },
    status: 603,
    cause: 21,
    finalState: "rejected",
  },
  {
    what: "a number no route has: 404, cause 1",
    options: { called: NOWHERE },
    status: 404,
    cause: 1,
    finalState: "failed",
  },
  {
    what: "an offer without a codec of ours: 488 (RFC 3264 §6), cause 65 (bearer capability not implemented)",
    options: { sdp: sdpFor("127.0.0.1", 40_000, "18 9") },
    status: 488,
    cause: 65,
    finalState: "failed",
  },
  {
    what: "an offer without audio: 488, cause 65",
    options: { sdp: sdpFor("127.0.0.1", 40_000).replace("m=audio", "m=video") },
    status: 488,
    cause: 65,
    finalState: "failed",
  },
  {
    what: "an offer that cannot be read: 400 (RFC 3261 §21.4.1), cause 95 (invalid message)",
    options: { sdp: "this is no session description\r\n" },
    status: 400,
    cause: 95,
    finalState: "failed",
  },
];

describe("a call that is refused", () => {
  it.each(refusals)("by $what", async ({ options, status, cause, finalState }) => {
    const call = isupCall(options);
    call.invite();
    const final = await call.final(status);
    expect(isupOf(final)).toBe(relOf(cause));
    expect(final.header("reason")).toMatch(new RegExp(`^Q\\.850;cause=${cause}(;|$)`));
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "released"]);
    expect(releaseOf(events)).toMatchObject({
      finalState,
      billableMs: 0,
      cause: {
        side: "gateway",
        mapping: "derived",
        sip: { code: status },
        q850: { value: cause },
        isup: null,
      },
    });
    expect(Buffer.from(releaseOf(events).isup?.raw ?? "", "base64").toString("hex")).toBe(relOf(cause));
    const { calls, rtp } = await edge.health();
    expect({ calls, ports: rtp.portsInUse }).toEqual({ calls: 0, ports: 0 });
  });

  it.each(refusals)("shows a caller of plain SIP no REL: $what", async ({ options, status, cause }) => {
    const call = isupCall({ ...options, iam: undefined });
    call.invite();
    const final = await call.final(status);
    expect(final.body).toHaveLength(0);
    expect(final.header("content-type")).toBeUndefined();
    expect(final.header("reason")).toMatch(new RegExp(`^Q\\.850;cause=${cause}(;|$)`));
    expect(releaseOf(eventsOfCall(call)).isup).toBeNull();
  });

  it("by having no RTP port left: 503, cause 34 (no circuit available); the port is there for the next call", async () => {
    const first = isupCall();
    await first.establish();
    const second = isupCall();
    second.invite();
    expect(isupOf(await second.final(503))).toBe(relOf(34));
    await first.bye();
    const third = isupCall();
    await third.establish();
    await third.bye();
    expect(releaseOf(eventsOfCall(second)).cause).toMatchObject({
      class: "congestion",
      q850: { value: 34 },
    });
  });

  it("repeats its final response until the ACK comes (RFC 3261 §17.2.1, timer G)", async () => {
    const call = isupCall({ called: BUSY });
    call.invite();
    const first = await call.response(486, "INVITE");
    expect((await call.final(486)).octets).toEqual(first.octets);
    await edge.until(({ sip }) => sip.dialogs === 0);
    expect(dataOf(eventsOfCall(call), "released")).toHaveLength(1);
  });

  it("counts as an event of its call, not as a refused caller", async () => {
    const before = await edge.health();
    const call = isupCall({ called: BUSY });
    call.invite();
    await call.final(486);
    const { counters } = await edge.health();
    expect(counters["tandem_sip_refused_total"]).toEqual(before.counters["tandem_sip_refused_total"]);
    expect(counters["tandem_events_total"]?.["released"]).toBe(
      (before.counters["tandem_events_total"]?.["released"] ?? 0) + 1,
    );
  });
});
