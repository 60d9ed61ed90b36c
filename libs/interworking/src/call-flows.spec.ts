import { describe, expect, it } from "@jest/globals";
import {
  causeIndicatorsOf,
  editIsup,
  isupMessage,
  isupNumber,
  type IsupMessage,
  type IsupMessageOf,
} from "@tandem/isup";
import { acmFrom18x, anmFrom200, iamFrom, relFromCause, rlc } from "./answers.ts";
import {
  ISUP_TO_SIP_IDLE,
  stepIsupToSip,
  type IsupToSipInput,
  type IsupToSipOptions,
  type IsupToSipOutput,
  type IsupToSipState,
} from "./isup-to-sip-machine.ts";
import {
  SIP_TO_ISUP_IDLE,
  stepSipToIsup,
  type SipToIsupInput,
  type SipToIsupOptions,
  type SipToIsupOutput,
  type SipToIsupState,
} from "./sip-to-isup-machine.ts";

const ITU = "itu-t92+" as const;
const ANSI = "ansi88" as const;
const iam = iamFrom({ called: "+493022", calling: "+493011" }, ITU);
const cause = (value: number) => causeIndicatorsOf(value, 0);
const rel = (value: number): IsupMessage => relFromCause(cause(value), ITU);
const acm = (status: number): IsupMessage => acmFrom18x(status, ITU);
const cpg = (event: number, parameters = {}): IsupMessage =>
  isupMessage("CPG", { eventInformation: { value: event }, ...parameters });
const con = anmFrom200(false, ITU);
const anm = anmFrom200(true, ITU);
const inBand = editIsup(acm(183) as IsupMessageOf<"ACM">, {
  optionalBackwardCallIndicators: { inBandInformation: 1 },
});
const failing = editIsup(acm(183) as IsupMessageOf<"ACM">, { causeIndicators: cause(17) });
const suspend = isupMessage("SUS", { suspendResumeIndicators: { networkInitiated: 0 } });

/** What stands on the wire: "IAM", "REL 16", "ACM 1", "CPG 6". */
function nameOf(message: IsupMessage): string {
  switch (message.messageType) {
    case "REL":
      return `REL ${message.parameters.causeIndicators.causeValue}`;
    case "ACM":
      return `ACM ${message.parameters.backwardCallIndicators.calledPartysStatusIndicator}`;
    case "CPG":
      return `CPG ${message.parameters.eventInformation.value}`;
    default:
      return message.messageType;
  }
}

interface Step<S, O> {
  readonly state: S;
  readonly outputs: readonly O[];
}

/** A gateway with simulated peers on both sides: gives one input after the other, and says what left in words. */
class Gateway<S extends { readonly name: string; readonly timers: object }, I, O> {
  state: S;
  now = 0;
  readonly #step: (state: S, input: I, now: number) => Step<S, O>;
  readonly #wordsOf: (output: O) => string;

  constructor(
    idle: S,
    step: (state: S, input: I, now: number) => Step<S, O>,
    wordsOf: (output: O) => string,
  ) {
    this.state = idle;
    this.#step = step;
    this.#wordsOf = wordsOf;
  }

  give(input: I): string[] {
    const { state, outputs } = this.#step(this.state, input, this.now);
    this.state = state;
    return outputs.map((output) => this.#wordsOf(output));
  }

  isup(message: IsupMessage): string[] {
    return this.give({ type: "isup", message } as I);
  }

  response(status: number, value?: number): string[] {
    return this.give({
      type: "response",
      status,
      cause: value === undefined ? undefined : cause(value),
    } as I);
  }

  /** Lets the next timer fire. */
  expire(): string[] {
    const [timer] = Object.entries(this.state.timers as Record<string, number>).sort(([, a], [, b]) => a - b);
    if (timer === undefined) throw new TypeError("no timer runs");
    this.now = timer[1];
    return this.give({ type: "timer", name: timer[0] } as I);
  }
}

type SipCaller = Gateway<SipToIsupState, SipToIsupInput, SipToIsupOutput>;
type IsupCaller = Gateway<IsupToSipState, IsupToSipInput, IsupToSipOutput>;

const sipCaller = (options: SipToIsupOptions = { variant: ITU }): SipCaller =>
  new Gateway(
    SIP_TO_ISUP_IDLE,
    (state, input, now) => stepSipToIsup(state, input, now, options),
    wordsToSipCaller,
  );

const isupCaller = (options: IsupToSipOptions = { variant: ITU }): IsupCaller =>
  new Gateway(
    ISUP_TO_SIP_IDLE,
    (state, input, now) => stepIsupToSip(state, input, now, options),
    wordsToIsupCaller,
  );

function wordsToSipCaller(output: SipToIsupOutput): string {
  if (output.to === "isup") return nameOf(output.message);
  if (output.type === "confirm") return "200 OK";
  if (output.type === "response") return `${output.status}${output.hasEarlyMedia ? " SDP" : ""}`;
  return output.direction === undefined ? output.method : `${output.method} ${output.direction}`;
}

function wordsToIsupCaller(output: IsupToSipOutput): string {
  if (output.to === "isup") return nameOf(output.message);
  if (output.type === "confirm") return "200 OK";
  if (output.type === "invite") return output.moreDigits === "" ? "INVITE" : `INVITE +${output.moreDigits}`;
  return output.type === "reinvite" ? `INVITE ${output.direction}` : output.type.toUpperCase();
}

describe("SIP → ISUP call flows (RFC 3398 §7.1)", () => {
  const placed = (options?: SipToIsupOptions): SipCaller => {
    const call = sipCaller(options);
    expect(call.give({ type: "invite", iam })).toEqual(["IAM"]);
    return call;
  };
  const answered = (): SipCaller => {
    const call = placed();
    call.isup(con);
    call.give({ type: "ack" });
    expect(call.state).toEqual({ name: "Connected", timers: {}, cause: undefined });
    return call;
  };

  it("§7.1.1: en-bloc with progress: ACM, CPG, ANM → 18x, 200", () => {
    const call = placed();
    expect(call.isup(acm(183))).toEqual(["183"]);
    expect(call.isup(cpg(1))).toEqual(["180"]);
    expect(call.isup(anm)).toEqual(["200"]);
    expect(call.state.timers).toEqual({});
    expect(call.give({ type: "ack" })).toEqual([]);
    expect(call.state.name).toBe("Connected");
  });

  it("§7.1.2: answered at once: CON → 200 without an 18x", () => {
    const call = placed();
    expect(call.isup(con)).toEqual(["200"]);
  });

  it("§7.1.3: T7 expires → REL 102, then 504", () => {
    const call = placed({ variant: ITU, T7Ms: 20_000 });
    expect(call.state.timers).toEqual({ T7: 20_000 });
    expect(call.expire()).toEqual(["REL 102", "504"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§7.1.4: the 200 is never acknowledged → BYE and REL 102", () => {
    const call = placed();
    call.isup(con);
    expect(call.give({ type: "ackTimeout" })).toEqual(["BYE", "REL 102"]);
  });

  it.each([
    [1, "404"],
    [17, "486"],
    [34, "503"],
    [16, "500"],
  ])("§7.1.5: REL %i before the answer → RLC, then %s", (value, status) => {
    expect(placed().isup(rel(value))).toEqual(["RLC", status]);
  });

  it("§7.1.6: ACM with cause → 183 with SDP; the interwork timer ends the call with its status", () => {
    const call = placed();
    expect(call.isup(failing)).toEqual(["183 SDP"]);
    expect(call.state.name).toBe("NotAlerting");
    expect(call.expire()).toEqual(["486", "REL 17"]);
  });

  it("§7.1.7: CANCEL → 200 to it, 487 to the INVITE, REL 16", () => {
    const call = placed();
    call.isup(acm(180));
    expect(call.give({ type: "cancel", cause: cause(16) })).toEqual(["200 OK", "487", "REL 16"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
  });

  it("§7.2.8: T9 expires → REL 19, then 480; it starts once, with the first ACM", () => {
    const call = placed({ variant: ITU, T9Ms: 90_000 });
    call.isup(acm(183));
    call.now = 10_000;
    call.isup(cpg(1));
    expect(call.state.timers).toEqual({ T9: 90_000 });
    expect(call.expire()).toEqual(["REL 19", "480"]);
  });

  it("§7.2.9: a CPG that is not alerting does not take alerting back", () => {
    const call = placed();
    call.isup(acm(180));
    expect(call.isup(cpg(3))).toEqual(["183 SDP"]);
    expect(call.state.name).toBe("Alerting");
  });

  it("takes ANM and CPG without an ACM (T1.113, a lost message)", () => {
    expect(placed().isup(anm)).toEqual(["200"]);
    expect(placed().isup(cpg(1))).toEqual(["180"]);
  });

  it("§9.1, §13.1: SUS and what SIP has no word for travel in INFO", () => {
    const call = answered();
    expect(call.isup(suspend)).toEqual(["INFO"]);
    expect(call.give({ type: "info", message: suspend })).toEqual(["200 OK", "SUS"]);
  });

  it("§9.2: hold and retrieval of the ISUP side are re-INVITEs, those of SIP a CPG", () => {
    const call = answered();
    expect(call.isup(cpg(2, { genericNotificationIndicator: [{ value: 0x79 }] }))).toEqual([
      "INVITE sendonly",
    ]);
    expect(call.isup(cpg(2, { genericNotificationIndicator: [{ value: 0x7a }] }))).toEqual([
      "INVITE sendrecv",
    ]);
    expect(call.give({ type: "hold", notification: cpg(2) })).toEqual(["200 OK", "CPG 2"]);
  });

  it("§10.1: BYE → 200 at once, REL; its RLC ends the call", () => {
    const call = answered();
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§10.2: REL → RLC, BYE; one that crosses our REL gets its RLC and is no second release", () => {
    expect(answered().isup(rel(16))).toEqual(["RLC", "BYE"]);
    const crossing = answered();
    crossing.give({ type: "bye", cause: cause(16) });
    expect(crossing.isup(rel(16))).toEqual(["RLC"]);
    expect(crossing.isup(rlc(ITU))).toEqual([]);
  });

  it("§11: a reset circuit is a REL, maintenance of circuits nothing", () => {
    expect(answered().isup(isupMessage("RSC", {}))).toEqual(["RLC", "BYE"]);
    expect(answered().isup(isupMessage("BLO", {}))).toEqual([]);
  });
});

describe("RFC 3666 §2: SIP to PSTN", () => {
  it("§2.1: ACM in-band → 183; ANM → 200; BYE → REL 16", () => {
    const call = sipCaller();
    expect(call.give({ type: "invite", iam })).toEqual(["IAM"]);
    expect(call.isup(inBand)).toEqual(["183 SDP"]);
    expect(call.isup(anm)).toEqual(["200"]);
    call.give({ type: "ack" });
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
  });

  it("§2.5: the caller gives up during the announcement → REL 16 (the flow prints 18, RFC 3398 §7.2.3 wants 16)", () => {
    const call = sipCaller();
    call.give({ type: "invite", iam });
    call.isup(inBand);
    expect(call.give({ type: "cancel", cause: cause(16) })).toEqual(["200 OK", "487", "REL 16"]);
  });

  it("§2.6: REL 1 → 404", () => {
    const call = sipCaller();
    call.give({ type: "invite", iam });
    expect(call.isup(rel(1))).toEqual(["RLC", "404"]);
  });

  it("§2.7: no ANM → 480 and REL 19 (the flow prints 18, RFC 3398 §7.2.8 wants 19)", () => {
    const call = sipCaller();
    call.give({ type: "invite", iam });
    call.isup(inBand);
    expect(call.expire()).toEqual(["REL 19", "480"]);
  });
});

describe("ISUP → SIP call flows (RFC 3398 §8.1)", () => {
  const placed = (options?: IsupToSipOptions): IsupCaller => {
    const call = isupCaller(options);
    expect(call.isup(iam)).toEqual(["INVITE"]);
    return call;
  };
  const answered = (): IsupCaller => {
    const call = placed();
    call.response(200);
    return call;
  };

  it("§8.1.1: en-bloc: 100 is nothing, 180 → ACM, 183 → CPG, 200 → ACK and ANM", () => {
    const call = placed();
    expect(call.response(100)).toEqual([]);
    expect(call.response(180)).toEqual(["ACM 1"]);
    expect(call.response(183)).toEqual(["CPG 2"]);
    expect(call.state.name).toBe("Alerting");
    expect(call.response(200)).toEqual(["ACK", "ANM"]);
    expect(call.response(200)).toEqual(["ACK"]);
  });

  it("§8.1.2: answered at once → CON, in ANSI ANM", () => {
    expect(placed().response(200)).toEqual(["ACK", "CON"]);
    expect(placed({ variant: ANSI }).response(200)).toEqual(["ACK", "ANM"]);
  });

  it("§8.1.3: nobody answers: T11 → early ACM; Timer B → REL 18", () => {
    const call = placed({ variant: ITU, T11Ms: 15_000 });
    expect(call.expire()).toEqual(["ACM 0"]);
    expect(call.give({ type: "timeout" })).toEqual(["REL 18"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§8.1.4: REL of the far T9 before any response → RLC; the INVITE is given up without CANCEL (RFC 3261 §9.1)", () => {
    const call = placed({ variant: ITU, T11Ms: 15_000 });
    call.expire();
    expect(call.isup(rel(19))).toEqual(["RLC", "ABANDON"]);
    expect(call.give({ type: "timeout" })).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it.each([
    [486, 17],
    [404, 1],
  ])("§8.1.5: %i → REL %i", (status, value) => {
    expect(placed().response(status, value)).toEqual([`REL ${value}`]);
  });

  it("§8.1.7: REL of the caller → RLC, CANCEL; a 200 that crosses it → ACK, BYE", () => {
    const call = placed();
    call.response(180);
    expect(call.isup(rel(16))).toEqual(["RLC", "CANCEL"]);
    expect(call.response(487)).toEqual([]);
    expect(call.state.name).toBe("Ended");
    const crossing = placed();
    crossing.response(180);
    crossing.isup(rel(16));
    expect(crossing.response(200)).toEqual(["ACK", "BYE"]);
  });

  it("§8.2.3, §8.2.4: 181 before an ACM needs two messages, 182 after T11 a CPG", () => {
    expect(placed().response(181)).toEqual(["ACM 0", "CPG 6"]);
    const late = placed({ variant: ITU, T11Ms: 1 });
    late.expire();
    expect(late.response(182)).toEqual(["CPG 2"]);
  });

  it("takes the messages a SIP-T peer sent as they are, where they fit", () => {
    const call = placed();
    expect(call.give({ type: "response", status: 183, isup: inBand })).toEqual(["ACM 0"]);
    expect(call.give({ type: "response", status: 180, isup: acm(180) })).toEqual(["CPG 1"]);
    expect(call.give({ type: "response", status: 200, isup: anm })).toEqual(["ACK", "ANM"]);
    expect(call.give({ type: "bye", cause: cause(16), isup: rel(31) })).toEqual(["200 OK", "REL 31"]);
  });

  it("§9, §13.1: hold, retrieval and other messages after the answer", () => {
    const call = answered();
    expect(call.isup(cpg(2, { genericNotificationIndicator: [{ value: 0x79 }] }))).toEqual([
      "INVITE sendonly",
    ]);
    expect(call.isup(suspend)).toEqual(["INFO"]);
    expect(call.give({ type: "info", message: suspend })).toEqual(["200 OK", "SUS"]);
    expect(call.give({ type: "retrieve", notification: cpg(2) })).toEqual(["200 OK", "CPG 2"]);
  });

  it("§10: BYE → 200, REL; REL → RLC, BYE; one that crosses is answered alone", () => {
    const call = answered();
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
    expect(call.isup(rel(16))).toEqual(["RLC"]);
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK"]);
    expect(answered().isup(rel(16))).toEqual(["RLC", "BYE"]);
  });
});

describe("Overlap from ISUP, en-bloc to SIP (RFC 3578 §3.1)", () => {
  const overlap = { variant: ITU, digitsMin: 6, digitsMax: 12, T10Ms: 4_000, T35Ms: 15_000 };
  const short = iamFrom({ called: "30", calling: "+493011" }, ITU);
  const sam = (digits: string, stSignal = false): IsupMessage =>
    isupMessage("SAM", { subsequentNumber: { digits, stSignal } });

  it("waits for the fewest digits with T35, then with T10 for more", () => {
    const call = isupCaller(overlap);
    expect(call.isup(short)).toEqual([]);
    expect(call.state.timers).toEqual({ T35: 15_000 });
    call.now = 1_000;
    expect(call.isup(sam("2233"))).toEqual([]);
    expect(call.state.timers).toEqual({ T10: 5_000 });
    expect(call.expire()).toEqual(["INVITE +2233"]);
    expect(call.isup(sam("44"))).toEqual([]);
  });

  it("does not wait behind ST, nor behind the most digits there are", () => {
    const withSt = isupCaller(overlap);
    withSt.isup(short);
    expect(withSt.isup(sam("1", true))).toEqual(["INVITE +1"]);
    const full = isupCaller(overlap);
    full.isup(short);
    expect(full.isup(sam("1234567890"))).toEqual(["INVITE +1234567890"]);
    const stInIam = editIsup(short, {
      calledPartyNumber: isupNumber({ digits: "30", natureOfAddressIndicator: 3, stSignal: true }),
    });
    expect(isupCaller(overlap).isup(stInIam)).toEqual(["INVITE"]);
  });

  it("releases with 28 where too few digits came in time, and ends with the caller's REL", () => {
    const call = isupCaller(overlap);
    call.isup(short);
    expect(call.expire()).toEqual(["REL 28"]);
    const gone = isupCaller(overlap);
    gone.isup(short);
    expect(gone.isup(rel(16))).toEqual(["RLC"]);
    expect(gone.state.name).toBe("Ended");
  });
});

describe("RFC 3666 §3: PSTN to SIP", () => {
  it("§3.1: 180 → ACM, 200 → ANM, REL → BYE", () => {
    const call = isupCaller();
    call.isup(iam);
    expect([call.response(100), call.response(180), call.response(200), call.isup(rel(16))]).toEqual([
      [],
      ["ACM 1"],
      ["ACK", "ANM"],
      ["RLC", "BYE"],
    ]);
  });

  it("§3.4, §3.5: 604 → REL 1, 600 → REL 17", () => {
    for (const [status, value] of [
      [604, 1],
      [600, 17],
    ] as const) {
      const call = isupCaller();
      call.isup(iam);
      expect(call.response(status, value)).toEqual([`REL ${value}`]);
    }
  });

  it("§3.7: the caller's switch gives up after a 100 → CANCEL", () => {
    const call = isupCaller();
    call.isup(iam);
    call.response(100);
    expect(call.isup(rel(16))).toEqual(["RLC", "CANCEL"]);
  });

  it("§3.8: and without a response there is no CANCEL", () => {
    const call = isupCaller();
    call.isup(iam);
    expect(call.isup(rel(102))).toEqual(["RLC", "ABANDON"]);
  });
});
