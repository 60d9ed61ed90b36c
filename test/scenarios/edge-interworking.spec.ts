import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { CallIncoming } from "@tandem/call-events";
import { iamFrom } from "@tandem/interworking";
import { decodeIsup, editIsup, hexOf, isupNumber, segmentIsup, type IsupNumber } from "@tandem/isup";
import { dataOf, eventsOf, expectWhole, releaseOf, wordsOf, type CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { bodyOf, ISUP, sdpFor, TestCall, type CallOptions } from "../helpers/sip-call.ts";
import { closeClients, isupOf, sdpOf, SipClient } from "../helpers/sip-client.ts";

const RINGS_LONG = "+493099902";
const BUSY = "+493099903";
const CONGESTED = "+493099904";
const BARRED = "+493099905";

const ACM = "06160400";
const ANM = "0900";
const RLC = "1000";

/** One trunk a source address; each reads and says causes its own way. */
const SOURCES = {
  sipT: "127.0.0.1",
  sipI: "127.0.0.3",
  plain: "127.0.0.4",
  relFirst: "127.0.0.5",
  noReason: "127.0.0.6",
  own: "127.0.0.7",
  profileC: "127.0.0.8",
} as const;
type Source = keyof typeof SOURCES;

let edge: TestEdge;
const clients = new Map<Source, SipClient>();

beforeAll(async () => {
  const numbers = { country: "49", restricted: "show" };
  edge = await startEdge({
    trunks: [
      { id: "sip-t", profile: "sip-t", sources: [SOURCES.sipT], numbers },
      { id: "sip-i", profile: "sip-i", sources: [SOURCES.sipI], numbers },
      { id: "plain", profile: "sip", sources: [SOURCES.plain], numbers },
      {
        id: "rel-first",
        profile: "sip-t",
        sources: [SOURCES.relFirst],
        interworking: { reason: "after-rel" },
      },
      { id: "no-reason", profile: "sip-t", sources: [SOURCES.noReason], interworking: { reason: "ignore" } },
      {
        id: "own",
        profile: "sip-t",
        sources: [SOURCES.own],
        interworking: {
          statusFromCause: [{ cause: 34, status: 480 }],
          causeFromStatus: [{ status: 486, cause: 31 }],
        },
      },
      {
        id: "c",
        profile: "sip-i",
        sources: [SOURCES.profileC],
        interworking: { profile: "q1912.5", statusFromCause: [{ cause: 34, location: 2, status: 503 }] },
      },
    ],
    routes: [
      { id: "long", when: { called: RINGS_LONG }, answer: { after: "10m" } },
      { id: "busy", when: { called: BUSY }, reject: 486 },
      { id: "congested", when: { called: CONGESTED }, reject: { q850: 34 } },
      { id: "barred", when: { called: BARRED }, reject: { sip: 403, q850: 21 } },
      { id: "echo", answer: "echo" },
    ],
  });
  for (const [source, address] of Object.entries(SOURCES))
    clients.set(source as Source, await SipClient.open(edge, address));
});
jest.setTimeout(20_000);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

function callFrom(source: Source, options: CallOptions = {}): TestCall {
  const client = clients.get(source);
  if (client === undefined) throw new TypeError(`no client ${source}`);
  return new TestCall(client, edge, options);
}
const eventsOfCall = (call: TestCall): CallEvent[] => eventsOf(edge.journalEvents(), call.callId);
const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

describe("the cause of call.released, with the row that fired", () => {
  const BYE_17_REL_34 = bodyOf({ isup: "0c02000284a2" });

  it.each<readonly [Source, number, string]>([
    ["sipT", 17, "RFC 3398 §7.2.3: Reason"],
    ["relFirst", 34, "reason rule after-rel: encapsulated REL"],
    ["noReason", 34, "reason rule ignore: encapsulated REL"],
    ["profileC", 34, "Q.1912.5 profile C, unverified: encapsulated REL"],
  ])("of a BYE with Reason and REL on trunk %s is %i: %s", async (source, value, row) => {
    const call = callFrom(source, { iam: ISUP.iam });
    await call.establish();
    call.send("BYE", { ...BYE_17_REL_34, headers: ["Reason: Q.850;cause=17", ...BYE_17_REL_34.headers] });
    await call.response(200, "BYE");
    expect(releaseOf(eventsOfCall(call)).cause).toMatchObject({
      mapping: "received",
      q850: { value },
      row,
      isup: { value: 34 },
      reasonHeaders: ["Q.850;cause=17"],
    });
  });

  it.each<readonly [Source, number, string]>([
    ["sipT", 16, "RFC 3398 §7.2.3: default 16"],
    ["profileC", 31, "OpenSIPS sip_i (after Q.1912.5): default 31"],
  ])("of a CANCEL without a word on trunk %s is %i: %s", async (source, value, row) => {
    const call = callFrom(source, { iam: ISUP.iam, called: RINGS_LONG });
    call.invite();
    await call.response(180, "INVITE");
    call.cancel();
    await call.final(487);
    expect(releaseOf(eventsOfCall(call)).cause).toMatchObject({ mapping: "derived", q850: { value }, row });
  });

  it.each<readonly [Source, string, number, number, string]>([
    ["sipT", BUSY, 486, 17, "RFC 3398 §8.2.6.1: 486 → 17"],
    ["own", BUSY, 486, 31, "trunk own: 486 → 31"],
    ["sipT", CONGESTED, 503, 34, "RFC 3398 §7.2.4.1: 34 → 503"],
    ["own", CONGESTED, 480, 34, "trunk own: 34 → 480"],
    ["profileC", CONGESTED, 503, 34, "trunk c: 34 → 503"],
    ["profileC", BUSY, 486, 17, "OpenSIPS sip_i (after Q.1912.5): 486 → 17"],
    ["own", BARRED, 403, 21, "set by the gateway"],
  ])("of a route's refusal on trunk %s to %s is %i, %i: %s", async (source, called, status, value, row) => {
    const call = callFrom(source, { iam: ISUP.iam, called });
    call.invite();
    const final = await call.final(status);
    expect(final.header("reason")).toMatch(new RegExp(`^Q\\.850;cause=${value};`));
    expect(isupOf(final)).toBe(`0c02000282${(0x80 + value).toString(16)}`);
    expect(releaseOf(eventsOfCall(call)).cause).toMatchObject({
      sip: { code: status },
      q850: { value },
      row,
    });
  });
});

describe("ISUP in the answers of the edge", () => {
  it.each<readonly [Source, string | undefined, string | undefined, string | undefined]>([
    ["sipT", ACM, ANM, undefined],
    ["sipI", ACM, ANM, RLC],
    ["plain", undefined, undefined, undefined],
  ])(
    "is what the profile of trunk %s asks for: 18x %s, 200 %s, 200 to BYE %s",
    async (source, acm, anm, rlc) => {
      const call = callFrom(source, { iam: ISUP.iam });
      call.invite();
      expect(isupOf(await call.response(180, "INVITE"))).toBe(acm);
      expect(isupOf(await call.final(200))).toBe(anm);
      call.ack();
      expect(isupOf(await call.bye())).toBe(rlc);
      const events = eventsOfCall(call);
      // What came is in its event whatever the profile.
      expect(events.map(({ data }) => data.isup?.raw)).toEqual(
        [ISUP.iam, acm, anm, ISUP.rel].map((hex) => hex && base64(hex)),
      );
    },
  );

  it("is none for a caller who sent none, whatever the profile", async () => {
    const call = callFrom("sipI");
    call.invite();
    expect(isupOf(await call.response(180, "INVITE"))).toBeUndefined();
    expect(isupOf(await call.final(200))).toBeUndefined();
    call.ack();
    expect((await call.bye()).body).toHaveLength(0);
  });

  it("comes reliably in the 18x where the caller supports 100rel (RFC 3398 §5.4)", async () => {
    const call = callFrom("sipI", { iam: ISUP.iam, called: RINGS_LONG, headers: ["Supported: 100rel"] });
    call.invite();
    const ringing = await call.response(180, "INVITE");
    expect([ringing.header("require"), isupOf(ringing)]).toEqual(["100rel", ACM]);
    const again = await call.response(180, "INVITE");
    expect([again.header("rseq"), isupOf(again)]).toEqual([ringing.header("rseq"), ACM]);
    call.learn(ringing);
    call.send("PRACK", { headers: [`RAck: ${ringing.header("rseq")} 1 INVITE`] });
    await call.response(200, "PRACK");
    call.cancel();
    await call.final(487);
  });
});

/** Messages that travel in a call besides its set-up and release, with nothing in them that need not be. */
const IN_CALL = [
  ["SUS", "0d0000"],
  ["RES", "0e0000"],
  ["CPG", "2c0200"],
  ["FAC", "3300"],
  ["INR", "03000000"],
  ["INF", "04000000"],
  ["USR", "2d020003044142"],
  ["FOT", "0800"],
  ["IDR", "3600"],
  ["IRS", "3700"],
] as const;
const [, INF] = IN_CALL[5];
const [, CPG] = IN_CALL[2];

describe("ISUP that travels in a call", () => {
  it("is decoded in call.isup, message by message, in INFO (RFC 3398 §13.1)", async () => {
    const call = callFrom("sipT", { iam: ISUP.iam });
    await call.establish();
    for (const [, isup] of IN_CALL) {
      call.send("INFO", bodyOf({ isup }));
      await call.response(200, "INFO");
    }
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    const told = dataOf(events, "isup").map(({ state, isup }) => [state, isup.messageType, isup.raw]);
    expect(told).toEqual(IN_CALL.map(([type, hex]) => ["answered", type, base64(hex)]));
  });

  it("is taken before the answer, too, in the early dialog", async () => {
    const call = callFrom("sipT", { iam: ISUP.iam, called: RINGS_LONG });
    call.invite();
    call.learn(await call.response(180, "INVITE"));
    call.send("INFO", bodyOf({ isup: INF }));
    await call.response(200, "INFO");
    call.cancel();
    await call.final(487);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "isup", "released"]);
    expect(dataOf(events, "isup")[0]).toMatchObject({ state: "ringing", isup: { messageType: "INF" } });
  });

  it("may come in a second INFO before the first is answered: each has its answer and its event, in order (§13.1)", async () => {
    const call = callFrom("sipT", { iam: ISUP.iam });
    await call.establish();
    call.send("INFO", bodyOf({ isup: ISUP.suspend }));
    call.send("INFO", bodyOf({ isup: ISUP.resume }));
    const answers = [await call.response(200, "INFO"), await call.response(200, "INFO")];
    expect(answers.map((answer) => answer.header("cseq"))).toEqual(["2 INFO", "3 INFO"]);
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(dataOf(events, "isup").map(({ isup }) => isup.messageType)).toEqual(["SUS", "RES"]);
  });

  it.each(["UPDATE", "INVITE"])(
    "is told of where it stands beside an offer in %s (RFC 3398 §9)",
    async (method) => {
      const call = callFrom("sipI", { iam: ISUP.iam });
      await call.establish();
      const content = bodyOf({ sdp: `${sdpFor(SOURCES.sipI, 40_000)}a=sendonly\r\n`, isup: CPG });
      const contact = `Contact: <sip:carrier@${clients.get("sipI")?.wire.contact}>`;
      call.send(method, { ...content, headers: [...content.headers, contact], cseq: 2 });
      expect(sdpOf(await call.response(200, method))).toContain("a=recvonly");
      if (method === "INVITE") clients.get("sipI")?.send(call.request("ACK", { cseq: 2 }));
      await call.bye();
      const events = eventsOfCall(call);
      expectWhole(events);
      expect(dataOf(events, "isup").map(({ isup }) => [isup.messageType, isup.raw])).toEqual([
        ["CPG", base64(CPG)],
      ]);
    },
  );

  it.each([
    ["BLO", "13"],
    ["RSC", "12"],
    ["GRS", "17010104"],
    ["CQM", "2a010104"],
    ["UCIC", "2e"],
  ])("and is about circuits, %s, is answered 200, ignored and counted (RFC 3398 §11)", async (type, hex) => {
    const call = callFrom("sipT", { iam: ISUP.iam });
    await call.establish();
    const label = `circuit-message ${type}`;
    const before = await edge.counter("tandem_isup_ignored_total", label);
    call.send("INFO", bodyOf({ isup: hex }));
    await call.response(200, "INFO");
    expect(await edge.counter("tandem_isup_ignored_total", label)).toBe(before + 1);
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
  });

  it("and is about circuits makes no ISUP call of an INVITE", async () => {
    const call = callFrom("sipT", { iam: "12" });
    call.invite();
    expect(isupOf(await call.response(180, "INVITE"))).toBeUndefined();
    await call.final(200);
    call.ack();
    call.send("BYE");
    await call.response(200, "BYE");
    expect(dataOf(eventsOfCall(call), "incoming")[0]?.isup).toBeNull();
  });
});

describe("an IAM of two segments (Q.764 §2.1.12)", () => {
  const whole = editIsup(iamFrom({ called: "3099900100", calling: "89123456789" }, "itu-t92+"), {
    accessTransport: { octets: new Uint8Array(200).fill(0x7d) },
    userToUserInformation: {
      protocolDiscriminator: 0,
      octets: Uint8Array.from({ length: 100 }, (_, at) => at),
    },
  });
  const [IAM = "", SGM = ""] = (segmentIsup(whole) ?? []).map(({ octets }) => hexOf(octets));

  it("is one call, with the parameters of both; its segment comes in an INFO of the dialog that a 183 makes", async () => {
    const call = callFrom("sipT", { iam: IAM });
    call.invite();
    call.learn(await call.response(183, "INVITE"));
    expect(eventsOfCall(call)).toEqual([]);
    call.send("INFO", bodyOf({ isup: SGM }));
    await call.response(200, "INFO");
    await call.response(180, "INVITE");
    await call.final(200);
    call.ack();
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
    const raw = dataOf(events, "incoming")[0]?.isup?.raw ?? "";
    const carried = decodeIsup(Buffer.from(raw, "base64"), { variant: "itu-t92+" });
    expect(carried.ok && carried.message.parameters).toMatchObject({
      accessTransport: whole.parameters.accessTransport,
      userToUserInformation: whole.parameters.userToUserInformation,
      optionalForwardCallIndicators: { simpleSegmentation: 0 },
    });
  });

  it("goes on alone when T34 is over; a segment that comes then is a message of its own", async () => {
    const before = await edge.counter("tandem_isup_segments_missing_total", "");
    const call = callFrom("sipT", { iam: IAM });
    call.invite();
    call.learn(await call.response(183, "INVITE"));
    await call.final(200, 10_000);
    call.ack();
    call.send("INFO", bodyOf({ isup: SGM }));
    await call.response(200, "INFO");
    await call.bye();
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "isup", "released"]);
    expect(dataOf(events, "isup")[0]?.isup.raw).toBe(base64(SGM));
    expect(await edge.counter("tandem_isup_segments_missing_total", "")).toBe(before + 1);
  });
});

describe("the neutral fields of a call", () => {
  const NATIONAL = 3;
  const RESTRICTED = 1;
  const number = (digits: string, presentationIndicator: number): IsupNumber =>
    isupNumber({
      digits,
      natureOfAddressIndicator: NATIONAL,
      numberingPlanIndicator: 1,
      presentationIndicator,
      screeningIndicator: 3,
    });
  /** From +49 89 123456789, restricted, a payphone; +49 30 77 was called first and was busy, then +49 30 88, unconditional. */
  const iam = hexOf(
    editIsup(iamFrom({ called: "3099900100", calling: "89123456789" }, "itu-t92+"), {
      callingPartysCategory: { value: 15 },
      callingPartyNumber: number("89123456789", RESTRICTED),
      redirectingNumber: number("3088", 0),
      originalCalledNumber: number("3077", 0),
      redirectionInformation: {
        redirectingIndicator: 3,
        originalReasonIndicator: 1,
        redirectionCounter: 2,
        redirectingReasonIndicator: 3,
      },
      hopCounter: { value: 31 },
    }).octets,
  );
  const headers = [
    "P-Asserted-Identity: <sip:+4989123456789;cpc=payphone@127.0.0.1;user=phone>",
    "Privacy: id",
    "Diversion: <sip:+493088@127.0.0.1;user=phone>;reason=unconditional;counter=1",
    "Diversion: <sip:+493077@127.0.0.1;user=phone>;reason=user-busy;counter=1",
  ];

  async function incomingOf(source: Source, options: CallOptions): Promise<CallIncoming> {
    const call = callFrom(source, options);
    await call.establish();
    await call.bye();
    const [incoming] = dataOf(eventsOfCall(call), "incoming");
    if (incoming === undefined) throw new TypeError("no call.incoming");
    return incoming;
  }

  const neutral = (incoming: CallIncoming) => ({
    called: incoming.called,
    calling: incoming.calling,
    originalCalled: incoming.originalCalled,
    redirecting: incoming.redirecting,
    callingPartysCategory: incoming.callingPartysCategory,
    hopCounter: incoming.hopCounter,
  });

  it("are equal on trunks of SIP-T, SIP-I and plain SIP (RFC 3398 §7.2.1.1)", async () => {
    const sipT = await incomingOf("sipT", { iam, headers });
    const sipI = await incomingOf("sipI", { iam, headers });
    const plain = await incomingOf("plain", { headers });
    expect(neutral(plain)).toEqual({
      called: expect.objectContaining({
        e164: "+493099900100",
        natureOfAddress: "international",
        source: "ruri",
      }),
      calling: expect.objectContaining({
        e164: "+4989123456789",
        natureOfAddress: "international",
        presentation: "restricted",
        screening: "network",
        source: "pai",
      }),
      originalCalled: expect.objectContaining({ e164: "+493077", natureOfAddress: "international" }),
      redirecting: [
        expect.objectContaining({ reason: "unconditional", count: 1 }),
        expect.objectContaining({ reason: "userBusy", count: 1 }),
      ],
      callingPartysCategory: "payphone",
      hopCounter: 31,
    });
    expect(neutral(sipI)).toEqual(neutral(sipT));
    expect(neutral(sipT)).toEqual(neutral(plain));
  });

  it("say the same where ISUP alone has them: numbers, presentation, category, redirections, hop counter", async () => {
    const anonymous = { calling: "anonymous" };
    const told = await Promise.all([
      incomingOf("sipT", { iam, ...anonymous }),
      incomingOf("sipI", { iam, ...anonymous }),
      incomingOf("plain", { headers, ...anonymous }),
    ]);
    const shown = told.map((incoming) => ({
      called: incoming.called.e164,
      calling: [incoming.calling.e164, incoming.calling.presentation, incoming.calling.screening],
      originalCalled: incoming.originalCalled?.e164,
      redirecting: incoming.redirecting.map((each) => [
        each.number.e164,
        each.number.presentation,
        each.reason,
        each.count,
      ]),
      category: incoming.callingPartysCategory,
      hopCounter: incoming.hopCounter,
    }));
    expect(shown[0]).toEqual({
      called: "+493099900100",
      calling: ["+4989123456789", "restricted", "network"],
      originalCalled: "+493077",
      redirecting: [
        ["+493088", "allowed", "unconditional", 1],
        ["+493077", "allowed", "userBusy", 1],
      ],
      category: "payphone",
      hopCounter: 31,
    });
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);
  });

  it("have the ordinary category where nobody names one", async () => {
    const plain = await incomingOf("plain", {});
    const sipT = await incomingOf("sipT", { iam: ISUP.iam });
    expect([plain.callingPartysCategory, sipT.callingPartysCategory]).toEqual(["ordinary", "ordinary"]);
  });
});
