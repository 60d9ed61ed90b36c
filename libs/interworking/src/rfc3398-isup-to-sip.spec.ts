import { describe, expect, it } from "@jest/globals";
import { editIsup, hexOf, isupMessage, type IsupMessageOf } from "@tandem/isup";
import { rlc } from "./answers.ts";
import { causeOfResponse } from "./causes.ts";
import type { IsupToSipOptions } from "./isup-to-sip-call.ts";
import {
  anm,
  ANSI,
  cause,
  cpg,
  iam,
  inBand,
  isupCaller,
  ITU,
  rel,
  suspend,
  type IsupCaller,
} from "./testing/simulated-gateway.ts";

function placed(options?: IsupToSipOptions): IsupCaller {
  const call = isupCaller(options);
  expect(call.isup(iam)).toEqual(["INVITE"]);
  return call;
}

/** After an early ACM. */
function progressing(options?: Partial<IsupToSipOptions>): IsupCaller {
  const call = placed({ variant: ITU, T11Ms: 15_000, ...options });
  expect(call.expire()).toEqual(["ACM 0"]);
  return call;
}

describe("ISUP → SIP, the state machine (RFC 3398 §8.2)", () => {
  it("§8.2.1: IAM → INVITE; T11 runs where it is wanted", () => {
    const call = placed({ variant: ITU, T11Ms: 16_000 });
    expect(call.last[0]).toMatchObject({ type: "invite", iam });
    expect(call.state).toMatchObject({ name: "Trying", timers: { T11: 16_000 } });
    expect(placed().state.timers).toEqual({});
  });

  it("§8.2.2: 100 → nothing", () => {
    const call = placed({ variant: ITU, T11Ms: 16_000 });
    expect(call.response(100)).toEqual([]);
    expect(call.state).toMatchObject({ name: "Trying", timers: { T11: 16_000 } });
  });

  it.each([
    [180, ["ACM 1"], "Alerting"],
    [181, ["ACM 0", "CPG 6"], "Progressing"],
    [182, ["ACM 0"], "Progressing"],
    [183, ["ACM 0"], "Progressing"],
  ])("§8.2.3: %i before any ACM → %j, state %s", (status, messages, name) => {
    const call = placed();
    expect(call.response(status)).toEqual(messages);
    expect(call.state).toMatchObject({ name, timers: {} });
  });

  it.each([
    [180, "CPG 1", "Alerting"],
    [181, "CPG 6", "Progressing"],
    [182, "CPG 2", "Progressing"],
    [183, "CPG 2", "Progressing"],
  ])("§8.2.3: %i after an ACM → %s, state %s", (status, message, name) => {
    const call = progressing();
    expect(call.response(status)).toEqual([message]);
    expect(call.state.name).toBe(name);
  });

  it("§8.2.3: the backward call indicators of its ACM", () => {
    const octetsAfter = (status: number): string => {
      const call = placed();
      call.response(status);
      const [output] = call.last;
      if (output?.to !== "isup") throw new TypeError("no message");
      return hexOf(output.message.octets);
    };
    // Charge, subscriber free or no indication, ordinary subscriber; ISUP all the way and nothing else.
    expect(octetsAfter(180)).toBe("06160400");
    expect(octetsAfter(183)).toBe("06120400");
  });

  it("§8.2.3: 183 while media are played → in-band information, in ACM and CPG", () => {
    const media = { type: "response", status: 183, hasMedia: true } as const;
    expect(placed().give(media)).toEqual(["ACM 0 in-band"]);
    expect(progressing().give(media)).toEqual(["CPG 3"]);
    expect(progressing().give({ ...media, status: 180 })).toEqual(["CPG 1"]);
  });

  it("§8.2.3: ISUP in the response is used as it is", () => {
    const call = placed();
    expect(call.give({ type: "response", status: 183, isup: inBand })).toEqual(["ACM 0 in-band"]);
    expect(call.last[0]).toMatchObject({ message: inBand });
    const forwarded = cpg(4);
    expect(call.give({ type: "response", status: 181, isup: forwarded })).toEqual(["CPG 4"]);
  });

  it("§8.2.4: 200 → ACK, CON before any ACM, ANM after one and in ANSI", () => {
    expect(placed().response(200)).toEqual(["ACK", "CON"]);
    expect(placed({ variant: ANSI }).response(200)).toEqual(["ACK", "ANM"]);
    const call = progressing();
    expect(call.response(200)).toEqual(["ACK", "ANM"]);
    expect(call.state).toMatchObject({ name: "Connected", timers: {} });
  });

  it("§8.2.4: an ANM in the 200 is used as it is", () => {
    const call = progressing();
    expect(call.give({ type: "response", status: 200, isup: anm })).toEqual(["ACK", "ANM"]);
    expect(call.last[1]).toMatchObject({ message: anm });
  });

  it("§8.2.5: 3xx whose Contact the gateway tries → a new INVITE, and CPG 6 where ISUP takes it", () => {
    const moved = { type: "response", status: 302, contact: "sip:b@two" } as const;
    const call = placed();
    expect(call.give(moved)).toEqual(["INVITE sip:b@two"]);
    expect(call.give({ ...moved, contact: "sip:b@three" })).toEqual(["INVITE sip:b@three"]);
    expect(call.response(180)).toEqual(["ACM 1"]);
    expect(placed({ variant: ANSI, takesEarlyCpg: true }).give(moved)).toEqual(["CPG 6", "INVITE sip:b@two"]);
    expect(progressing().give(moved)).toEqual(["CPG 6", "INVITE sip:b@two"]);
  });

  it("§8.1.6: redirection before an ACM: CPG, INVITE to the second node, 18x → ACM, 200 → ACK, ANM", () => {
    const call = placed({ variant: ITU, takesEarlyCpg: true });
    const moved = { type: "response", status: 302, contact: "sip:b@two" } as const;
    expect(call.give(moved)).toEqual(["CPG 6", "INVITE sip:b@two"]);
    expect(call.response(180)).toEqual(["ACM 1"]);
    expect(call.response(200)).toEqual(["ACK", "ANM"]);
    expect(call.state.name).toBe("Connected");
  });

  it("§8.2.5: 3xx that leads nowhere → REL, 23 where the gateway says so", () => {
    expect(placed().response(302, 23)).toEqual(["REL 23"]);
    expect(placed().response(300, causeOfResponse(300, NOTHING).cause.causeValue)).toEqual(["REL 31"]);
  });

  it.each([
    ["Trying", () => placed()],
    ["Progressing", () => progressing()],
    [
      "Alerting",
      () => {
        const call = placed();
        call.response(180);
        return call;
      },
    ],
  ])("§8.2.6: 4xx to 6xx in state %s → REL; its RLC ends the call", (name, make) => {
    for (const status of [400, 503, 600]) {
      const call = make();
      expect(call.state.name).toBe(name);
      expect(call.response(status, 17)).toEqual(["REL 17"]);
      expect(call.isup(rlc(ITU))).toEqual([]);
      expect(call.state).toMatchObject({ name: "Ended", timers: {} });
    }
  });

  it("§8.2.6: a REL in the response goes on as it is", () => {
    const call = placed();
    const encapsulated = rel(34);
    call.give({ type: "response", status: 503, isup: encapsulated, cause: cause(34) });
    expect(call.last).toMatchObject([{ message: encapsulated }]);
  });

  const NOTHING = { reasons: [], rel: undefined };
  const NETWORK = 10;
  const USER = 0;
  it.each([
    [400, 41, NETWORK],
    [401, 21, NETWORK],
    [402, 21, NETWORK],
    [403, 21, NETWORK],
    [404, 1, NETWORK],
    [405, 63, NETWORK],
    [406, 79, NETWORK],
    [407, 21, NETWORK],
    [408, 102, NETWORK],
    [410, 22, NETWORK],
    [413, 127, NETWORK],
    [414, 127, NETWORK],
    [415, 79, NETWORK],
    [416, 127, NETWORK],
    [420, 127, NETWORK],
    [421, 127, NETWORK],
    [423, 127, NETWORK],
    [480, 18, NETWORK],
    [481, 41, NETWORK],
    [482, 25, NETWORK],
    [483, 25, NETWORK],
    [484, 28, NETWORK],
    [485, 1, NETWORK],
    [486, 17, NETWORK],
    [487, 31, NETWORK],
    [488, 31, NETWORK],
    [499, 31, NETWORK],
    [500, 41, NETWORK],
    [501, 79, NETWORK],
    [502, 38, NETWORK],
    [503, 41, NETWORK],
    [504, 102, NETWORK],
    [505, 127, NETWORK],
    [513, 127, NETWORK],
    [600, 17, USER],
    [603, 21, USER],
    [604, 1, USER],
    [606, 31, USER],
  ])("§8.2.6.1: %i → cause %i, location %i", (status, value, location) => {
    const decided = causeOfResponse(status, NOTHING);
    expect(decided.cause).toMatchObject({ causeValue: value, locationValue: location });
    expect(placed().give({ type: "response", status, cause: decided.cause })).toEqual([`REL ${value}`]);
  });

  it.each([488, 606])("§8.2.6.1: %i with a Warning of the bearer → 65", (status) => {
    expect(causeOfResponse(status, NOTHING, undefined, [370]).cause.causeValue).toBe(65);
    expect(causeOfResponse(status, NOTHING, undefined, [300]).cause.causeValue).toBe(31);
  });

  it("§8.2.7: REL after a provisional → RLC, CANCEL with its cause; no BYE, and 487 ends it", () => {
    const call = placed();
    call.response(180);
    expect(call.isup(rel(31))).toEqual(["RLC", "CANCEL"]);
    // CANCEL has no body: the cause is for Reason.
    expect(call.last[1]).toMatchObject({ cause: { causeValue: 31 }, isup: undefined });
    expect(call.response(487)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§8.2.7: a 200 that crosses the CANCEL → ACK, BYE, once", () => {
    const call = placed();
    call.response(180);
    call.isup(rel(16));
    expect(call.response(200)).toEqual(["ACK", "BYE"]);
    expect(call.response(200)).toEqual([]);
  });

  it("§8.2.8: T11 → early ACM; 180 after it → CPG", () => {
    const call = progressing();
    expect(call.state).toMatchObject({ name: "Progressing", timers: {} });
    expect(call.response(180)).toEqual(["CPG 1"]);
  });
});

describe("the continuity check (RFC 3398 §11.3)", () => {
  const checked = (continuityCheck: number): IsupMessageOf<"IAM"> =>
    editIsup(iam, { natureOfConnectionIndicators: { continuityCheck } });
  const cot = (continuityCheckSuccessful: number) =>
    isupMessage("COT", { continuityIndicators: { continuityCheckSuccessful } });

  it.each([1, 2])("§11.3: indicator %i: no INVITE before COT says that it succeeded", (indicator) => {
    const call = isupCaller({ variant: ITU, T8Ms: 10_000, T11Ms: 15_000 });
    expect(call.isup(checked(indicator))).toEqual([]);
    expect(call.state).toMatchObject({ name: "Checking", timers: { T8: 10_000 } });
    call.now = 5_000;
    expect(call.isup(cot(1))).toEqual(["INVITE"]);
    expect(call.state).toMatchObject({ name: "Trying", timers: { T11: 20_000 } });
    expect(call.isup(cot(1))).toEqual(["INFO"]);
  });

  it("§11.3: none at all where it failed", () => {
    const call = isupCaller();
    call.isup(checked(1));
    expect(call.isup(cot(0))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("releases with 41 where no COT comes (Q.764, T8), and ends with the caller's REL", () => {
    const call = isupCaller();
    call.isup(checked(2));
    expect(call.expire()).toEqual(["REL 41"]);
    const gone = isupCaller();
    gone.isup(checked(2));
    expect(gone.isup(rel(16))).toEqual(["RLC"]);
    expect(gone.state.name).toBe("Ended");
  });

  it("runs beside the collection of digits", () => {
    const call = isupCaller({ variant: ITU, digitsMin: 8, T10Ms: 4_000, T8Ms: 12_000 });
    call.isup(checked(1));
    expect(call.state).toMatchObject({ name: "Collecting", timers: { T8: 12_000, T35: 15_000 } });
    expect(call.isup(isupMessage("SAM", { subsequentNumber: { digits: "1234", stSignal: true } }))).toEqual(
      [],
    );
    expect(call.state).toMatchObject({ name: "Checking", timers: { T8: 12_000 } });
    expect(call.isup(cot(1))).toEqual(["INVITE +1234"]);
    const other = isupCaller({ variant: ITU, digitsMin: 6, T10Ms: 4_000, T8Ms: 12_000 });
    other.isup(checked(1));
    expect(other.isup(cot(1))).toEqual([]);
    expect(other.expire()).toEqual(["INVITE"]);
  });
});

describe("other messages of ISUP towards SIP (RFC 3398 §13.1)", () => {
  it("§13.1: travel in INFO, one outstanding", () => {
    const call = placed();
    call.response(180);
    expect(call.isup(suspend)).toEqual(["INFO"]);
    expect(call.isup(suspend)).toEqual([]);
    expect(call.give({ type: "infoEnded" })).toEqual(["INFO"]);
    expect(call.give({ type: "infoEnded" })).toEqual([]);
  });

  it("§9.1: without ISUP in SIP, SUS and RES hold the media", () => {
    const call = placed({ variant: ITU, hasIsup: false });
    call.response(200);
    expect(call.isup(suspend)).toEqual(["INVITE sendonly"]);
    expect(call.isup(isupMessage("FAC", {}))).toEqual([]);
  });

  it("§9.2: hold in ANSI is told by its own notification indicator", () => {
    const call = placed({ variant: ANSI });
    call.response(200);
    const eventInformation = { value: 2 };
    const held = { eventInformation, notificationIndicator: [{ value: 0x79 }] };
    expect(call.isup(isupMessage("CPG", held, { variant: ANSI }))).toEqual(["INVITE sendonly"]);
  });

  it("§11, §11.1: messages about circuits are ignored, RSC is a REL", () => {
    const call = placed();
    call.response(180);
    for (const type of ["BLO", "UBL", "CCR", "UCIC"] as const)
      expect(call.isup(isupMessage(type, {}))).toEqual([]);
    expect(call.isup(isupMessage("RSC", {}))).toEqual(["RLC", "CANCEL"]);
  });

  it("§8.1.3: no final response in time, though a provisional came → CANCEL, REL 18; a late 200 → ACK, BYE", () => {
    const call = placed();
    call.response(180);
    expect(call.give({ type: "timeout" })).toEqual(["CANCEL", "REL 18"]);
    expect(call.response(200)).toEqual(["ACK", "BYE"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });
});
