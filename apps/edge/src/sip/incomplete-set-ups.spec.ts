import { describe, expect, it } from "@jest/globals";
import { iamFrom, T34_MS, type CollectionTimer } from "@tandem/interworking";
import { editIsup, isupMessage, segmentIsup, type IsupMessage } from "@tandem/isup";
import {
  buildMultipart,
  octetsOf,
  octetString,
  parseMessage,
  UserAgent,
  type SipResponse,
} from "@tandem/sip";
import { MemoryNetwork, SeededRandom, VirtualClock } from "@tandem/sip/testing";
import { CallIdentity } from "../calls/call-identity.ts";
import { checkConfig } from "../config/check.ts";
import type { TrunkConfig } from "../config/config.ts";
import { EchoPorts } from "../media/echo-ports.ts";
import { Counters } from "../telemetry/counters.ts";
import { IsupAnswers } from "./leg-isup.ts";
import { IncompleteSetUps, type Arrived } from "./incomplete-set-ups.ts";
import { SipLeg } from "./sip-leg.ts";

const [CARRIER, EDGE] = ["192.0.2.1", "192.0.2.2"];
const T10_MS = 5_000;
const T35_MS = 15_000;

function trunkOf(hasOverlap: boolean): TrunkConfig {
  const overlap = hasOverlap ? "overlap: { minDigits: 8, maxDigits: 12 }" : "";
  const text = [
    "version: 1",
    `listen: [{ id: udp, transport: udp, address: "${EDGE}:5060" }]`,
    `trunks: [{ id: t, profile: sip-t, sources: [${CARRIER}], isup: { ${overlap} }, numbers: { country: "49" } }]`,
    "routes: [{ answer: echo }]",
  ].join("\n");
  const result = checkConfig(text, "test.yaml", () => "");
  const [trunk] = result.ok ? result.config.trunks : [];
  if (trunk === undefined) throw new TypeError("no trunk");
  return trunk;
}

/** A carrier's octets, a user agent, and what becomes of its set-ups, under a clock that a test turns. */
class Dialled {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock, new SeededRandom(1));
  readonly carrier = this.network.transport("carrier", CARRIER);
  readonly counters = new Counters();
  /** `collected +49… T10`, `abandoned`: what the owner was told, by Call-ID. */
  readonly told = new Map<string, string[]>();
  readonly incomplete: IncompleteSetUps;
  readonly agent: UserAgent;
  /** Parameters of the IAM that `call.incoming` has, by Call-ID. */
  readonly isups = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #cseq = new Map<string, number>();
  #branch = 0;

  constructor({ hasOverlap = true } = {}) {
    const trunk = trunkOf(hasOverlap);
    this.incomplete = new IncompleteSetUps(this.clock, {
      digitsOf: ({ leg }) => leg.setup.called.e164.length - 1,
      isNamed: () => false,
      onCollected: (arrived, expired) => {
        this.#collected(arrived, expired);
      },
      onEnded: (arrived, { type }) => {
        this.#tell(arrived, type);
        arrived.leg.turnAway({ status: 487 });
      },
      onTooMany: ({ leg }) => {
        leg.turnAway({ status: 503 });
      },
    });
    const parts = {
      media: new EchoPorts({
        firstPort: 20_000,
        lastPort: 20_099,
        addressOf: () => ({ bind: EDGE, advertise: EDGE }),
        onError: () => undefined,
        clock: this.clock,
      }),
      isup: new IsupAnswers(),
      counters: this.counters,
      newSessionId: () => "1",
    };
    this.agent = new UserAgent(
      {
        clock: this.clock,
        random: new SeededRandom(2),
        transports: [this.network.transport("udp", EDGE)],
        accept: ["application/sdp", "application/isup", "multipart/mixed"],
        callMethods: ["INFO"],
      },
      {
        admit: () => undefined,
        onRefused: () => undefined,
        onInvite: (session) => {
          const { callId = "", fromTag = "", cseq } = session.request;
          const sip = CallIdentity.keyOf(callId, fromTag);
          const key = { sip, sequenceNumber: cseq?.sequenceNumber ?? 0 };
          const arrival = this.incomplete.arrival(trunk, key);
          const read = SipLeg.read(session, trunk, parts);
          if (arrival === "late" || arrival === "merged") session.reject({ status: 484 });
          else if (read.ok) this.incomplete.take({ leg: read.leg, trunk, key }, trunk.isup.overlap);
          else session.reject(read.reply);
        },
      },
    );
  }

  get responses(): SipResponse[] {
    return this.network.sent.flatMap(({ to, octets }) => {
      const parsed = to === `${CARRIER}:5060` ? parseMessage(octets) : undefined;
      return parsed?.ok === true && parsed.message.kind === "response" ? [parsed.message] : [];
    });
  }

  #tell({ leg }: Arrived, what: string): void {
    const { callId } = leg.common.sip;
    this.told.set(callId, [...(this.told.get(callId) ?? []), what]);
  }

  #collected(arrived: Arrived, expired: CollectionTimer | undefined): void {
    const { leg } = arrived;
    const { e164 } = leg.setup.called;
    this.#tell(
      arrived,
      `collected ${e164}${expired === undefined ? "" : ` ${expired}`}, ${leg.earlyMessages} SAM`,
    );
    this.isups.set(
      leg.common.sip.callId,
      leg.detailsOf("incoming", { type: "incoming" }).isup?.parameters ?? {},
    );
    leg.turnAway({ status: 480 });
  }

  send(method: string, callId: string, called: string, isup: IsupMessage[] = [], toTag = ""): void {
    const cseq = (this.#cseq.get(callId) ?? 0) + (method === "CANCEL" ? 0 : 1);
    this.#cseq.set(callId, cseq);
    if (method !== "CANCEL") this.#branch++;
    const { contentType, body } = buildMultipart(
      isup.map(({ octets }) => ({
        headers: [{ name: "Content-Type", value: "application/isup;version=itu-t92+" }],
        octets,
      })),
    );
    const lines = [
      `${method} sip:${called}@${EDGE};user=phone SIP/2.0`,
      `Via: SIP/2.0/UDP ${CARRIER}:5060;branch=z9hG4bK${this.#branch}`,
      "Max-Forwards: 70",
      `From: <sip:+4989@${CARRIER}>;tag=a`,
      `To: <sip:${called}@${EDGE}>${toTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:a@${CARRIER}:5060>`,
      ...(isup.length > 0 ? ["MIME-Version: 1.0", `Content-Type: ${contentType}`] : []),
      `Content-Length: ${isup.length > 0 ? body.length : 0}`,
    ];
    const head = octetsOf(`${lines.join("\r\n")}\r\n\r\n`);
    this.carrier.send(isup.length > 0 ? Buffer.concat([head, body]) : head, EDGE, 5060);
    this.clock.advance(2);
  }

  invite(callId: string, digits: string, hasIsup = true): void {
    this.send("INVITE", callId, `+49${digits}`, hasIsup ? [iamFrom({ called: digits }, "itu-t92+")] : []);
  }

  sam(callId: string, digits: string, stSignal = false): void {
    this.info(callId, isupMessage("SAM", { subsequentNumber: { digits, stSignal } }));
  }

  /** In the early dialog of the last 183. */
  info(callId: string, isup: IsupMessage): void {
    const early = this.responses.filter((each) => each.callId === callId && each.status === 183).at(-1);
    if (early?.toTag !== undefined) this.send("INFO", callId, "x", [isup], `;tag=${early.toTag}`);
  }

  statusesOf(callId: string, method: string): number[] {
    const of = this.responses.filter((each) => each.callId === callId && each.cseq?.method === method);
    return of.map(({ status }) => status);
  }
}

describe("digits that are collected", () => {
  it("wait for T35 while there are too few, and for T10 from then on, each set again by a digit (RFC 3578 §2)", () => {
    const dialled = new Dialled();
    dialled.invite("c", "3099");
    dialled.clock.advance(T35_MS - 100);
    dialled.sam("c", "90");
    expect(dialled.told.size).toBe(0);
    dialled.clock.advance(T10_MS - 100);
    dialled.sam("c", "0");
    dialled.clock.advance(T10_MS - 100);
    expect(dialled.told.size).toBe(0);
    dialled.clock.advance(200);
    expect(dialled.told.get("c")).toEqual(["collected +493099900 T10, 2 SAM"]);
    expect(dialled.incomplete.pendingTimers).toBe(0);
  });

  it("are not waited for any longer because of a SAM without any", () => {
    const dialled = new Dialled();
    dialled.invite("c", "3099");
    dialled.clock.advance(T35_MS - 1_000);
    dialled.sam("c", "");
    dialled.clock.advance(1_000);
    expect(dialled.told.get("c")).toEqual(["collected +493099 T35, 1 SAM"]);
  });

  it("are 64 messages at most; what comes then is refused, and counted", () => {
    const dialled = new Dialled();
    dialled.invite("c", "3099");
    const MESSAGES_MAX = 64;
    for (let count = 0; count <= MESSAGES_MAX; count++) dialled.sam("c", "");
    const statuses = dialled.statusesOf("c", "INFO");
    expect(statuses.filter((status) => status === 200)).toHaveLength(MESSAGES_MAX);
    expect(statuses.at(-1)).toBe(500);
    expect(dialled.counters.get("tandem_isup_ignored_total", "too-many", "any")).toBe(1);
  });

  it("go over to a later INVITE of the call, with what came on its own (§3.5)", () => {
    const dialled = new Dialled();
    dialled.invite("c", "3099");
    dialled.sam("c", "9");
    dialled.invite("c", "3099900123");
    expect(dialled.told.get("c")).toEqual(["collected +493099900123, 1 SAM"]);
    expect(dialled.statusesOf("c", "INVITE")).toContain(484);
  });

  it("come to one end whatever happens, and leave no timer behind", () => {
    const random = new SeededRandom(42);
    const draw = (below: number): number => Math.floor(random.next() * below);
    const CALLS = 80;
    const dialled = new Dialled();
    for (let call = 0; call < CALLS; call++) {
      const callId = `c${call}`;
      dialled.invite(callId, "309".slice(0, 1 + draw(3)), draw(4) > 0);
      for (let steps = draw(6); steps > 0; steps--) {
        const step = draw(6);
        if (step < 3) dialled.sam(callId, "9012345".slice(0, draw(7)), draw(8) === 0);
        else if (step === 3) dialled.invite(callId, "30990012".slice(0, 3 + draw(6)));
        else if (step === 4) dialled.clock.advance(draw(8_000));
        else dialled.send("CANCEL", callId, "+49309");
      }
    }
    dialled.clock.advance(CALLS * T35_MS);
    expect(dialled.incomplete.size + dialled.incomplete.pendingTimers).toBe(0);
    // A call that has come to its end may be dialled anew: each INVITE with a final answer of its own, no more ends than those.
    for (const [callId, ends] of dialled.told) {
      const invites = dialled.network.sent.filter(
        ({ from, octets }) =>
          from === `${CARRIER}:5060` &&
          octetString(octets).startsWith("INVITE") &&
          octetString(octets).includes(`Call-ID: ${callId}\r\n`),
      );
      expect(ends.length).toBeGreaterThan(0);
      expect(ends.length).toBeLessThanOrEqual(invites.length);
    }
    expect(dialled.told.size).toBe(CALLS);
  });
});

/** An IAM too long for one signal unit, cut in two. */
function segmented(digits: string): readonly [IsupMessage, IsupMessage] {
  const octets = new Uint8Array(120).fill(0x55);
  const iam = editIsup(iamFrom({ called: digits }, "itu-t92+"), {
    accessTransport: { octets: new Uint8Array(150).fill(0x7d) },
    userToUserInformation: { protocolDiscriminator: 0, octets },
  });
  const [first, segment] = segmentIsup(iam) ?? [];
  if (first === undefined || segment === undefined) throw new TypeError("one message is enough");
  return [first, segment];
}

describe("an IAM of two segments (Q.764 §2.1.12)", () => {
  const [IAM, SGM] = segmented("309990012");

  it.each([false, true])(
    "is one set-up with the parameters of both; the trunk collects digits: %s",
    (hasOverlap) => {
      const dialled = new Dialled({ hasOverlap });
      dialled.send("INVITE", "c", "+49309990012", [IAM]);
      dialled.clock.advance(T34_MS - 10);
      expect(dialled.told.size).toBe(0);
      dialled.info("c", SGM);
      expect(dialled.statusesOf("c", "INFO")).toEqual([200]);
      if (hasOverlap) dialled.clock.advance(T10_MS);
      expect(dialled.told.get("c")).toEqual([`collected +49309990012${hasOverlap ? " T10" : ""}, 0 SAM`]);
      expect(dialled.isups.get("c")).toMatchObject({
        accessTransport: {},
        userToUserInformation: {},
        optionalForwardCallIndicators: { simpleSegmentation: 0 },
      });
      expect(dialled.incomplete.size + dialled.incomplete.pendingTimers).toBe(0);
    },
  );

  it("is one set-up at once where the INVITE has both", () => {
    const dialled = new Dialled({ hasOverlap: false });
    dialled.send("INVITE", "c", "+49309990012", [IAM, SGM]);
    expect(dialled.told.get("c")).toEqual(["collected +49309990012, 0 SAM"]);
    expect(dialled.isups.get("c")).toHaveProperty("userToUserInformation");
  });

  it("goes on alone when T34 is over, and is counted", () => {
    const dialled = new Dialled({ hasOverlap: false });
    dialled.send("INVITE", "c", "+49309990012", [IAM]);
    dialled.clock.advance(T34_MS + 10);
    expect(dialled.told.get("c")).toEqual(["collected +49309990012, 0 SAM"]);
    expect(dialled.isups.get("c")).toMatchObject({
      optionalForwardCallIndicators: { simpleSegmentation: 1 },
    });
    expect(dialled.counters.get("tandem_isup_segments_missing_total")).toBe(1);
  });

  it("keeps what else comes meanwhile as messages of their own, and digits for the number", () => {
    const dialled = new Dialled({ hasOverlap: false });
    dialled.send("INVITE", "c", "+49309990012", [IAM]);
    dialled.sam("c", "34");
    dialled.info("c", SGM);
    expect(dialled.told.get("c")).toEqual(["collected +4930999001234, 1 SAM"]);
  });

  it("is not waited for where none was announced: it is a message of its own", () => {
    const dialled = new Dialled();
    dialled.invite("c", "3099");
    dialled.info("c", SGM);
    dialled.clock.advance(T35_MS);
    expect(dialled.told.get("c")).toEqual(["collected +493099 T35, 1 SAM"]);
  });

  it("ends with its CANCEL", () => {
    const dialled = new Dialled({ hasOverlap: false });
    dialled.send("INVITE", "c", "+49309990012", [IAM]);
    dialled.send("CANCEL", "c", "+49309990012");
    expect(dialled.told.get("c")).toEqual(["abandoned"]);
    expect(dialled.incomplete.size + dialled.incomplete.pendingTimers).toBe(0);
  });
});
