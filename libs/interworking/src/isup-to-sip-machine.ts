import {
  causeIndicatorsOf,
  type CauseIndicators,
  type IsupMessage,
  type IsupMessageOf,
  type IsupVariant,
} from "@tandem/isup";
import { acmFrom18x, anmFrom200, relFromCause, rlc } from "./answers.ts";
import { messagesFrom18x, holdFromCpg } from "./call-progress.ts";

/**
 * A call from ISUP to SIP as a pure machine (RFC 3398 §8.2), with the collection of digits of RFC 3578 in front. Times are
 * milliseconds on the scale of `now`; nothing is sent here.
 *
 * | state       | means                                          | leaves by                                      |
 * | ----------- | ---------------------------------------------- | ---------------------------------------------- |
 * | Idle        | nothing heard                                  | IAM → Collecting or Trying                     |
 * | Collecting  | digits are missing (RFC 3578 §3.1)             | SAM, ST, T10 → Trying; T35, REL → end          |
 * | Trying      | INVITE sent, T11 may run                       | 18x, 200, final, REL, T11, no answer           |
 * | Progressing | ACM sent without alerting                      | 180, 200, final, REL                           |
 * | Alerting    | 180 came, ACM or CPG sent                      | 200, final, REL                                |
 * | Connected   | 200 came, ANM or CON sent                      | BYE, REL → end                                 |
 * | Cancelling  | REL came, CANCEL is out (RFC 3398 §8.2.7)      | final → Ended; 200 → ACK and BYE               |
 * | Releasing   | REL sent, its RLC is waited for                | RLC → Ended                                    |
 * | Ended       | nothing owed                                   | -                                              |
 */
export interface IsupToSipState {
  readonly name:
    | "Idle"
    | "Collecting"
    | "Trying"
    | "Progressing"
    | "Alerting"
    | "Connected"
    | "Cancelling"
    | "Releasing"
    | "Ended";
  readonly timers: Readonly<Partial<Record<IsupToSipTimer, number>>>;
  readonly iam: IsupMessageOf<"IAM"> | undefined;
  /** Digits of SAMs behind those of the IAM. */
  readonly moreDigits: string;
  readonly hasSentAcm: boolean;
  /** A provisional response came: without one there may be no CANCEL (RFC 3261 §9.1). */
  readonly hasProvisional: boolean;
}

/** T10 and T35 of Q.764 collect digits, T11 answers a slow SIP side with an early ACM. */
export type IsupToSipTimer = "T10" | "T11" | "T35";

export type IsupToSipInput =
  | { readonly type: "isup"; readonly message: IsupMessage }
  /** A response to the INVITE; `isup` is what it carried, `cause` what `causeOfResponse` makes of a final one. */
  | {
      readonly type: "response";
      readonly status: number;
      readonly isup?: IsupMessage | undefined;
      readonly cause?: CauseIndicators | undefined;
    }
  /** No response at all (RFC 3261 §17.1.1.2, Timer B). */
  | { readonly type: "timeout" }
  | { readonly type: "bye"; readonly cause: CauseIndicators; readonly isup?: IsupMessage | undefined }
  | { readonly type: "hold" | "retrieve"; readonly notification: IsupMessage }
  | { readonly type: "info"; readonly message: IsupMessage }
  | { readonly type: "timer"; readonly name: IsupToSipTimer };

export type IsupToSipOutput =
  | { readonly to: "isup"; readonly message: IsupMessage }
  | {
      readonly to: "sip";
      readonly type: "invite";
      readonly iam: IsupMessageOf<"IAM">;
      readonly moreDigits: string;
    }
  | { readonly to: "sip"; readonly type: "ack" }
  | {
      readonly to: "sip";
      readonly type: "cancel" | "bye";
      readonly cause: CauseIndicators;
      readonly isup: IsupMessage | undefined;
    }
  /** Give up an INVITE nobody has answered: stop its retransmissions. */
  | { readonly to: "sip"; readonly type: "abandon" }
  | { readonly to: "sip"; readonly type: "confirm" }
  | { readonly to: "sip"; readonly type: "info"; readonly isup: IsupMessage }
  | {
      readonly to: "sip";
      readonly type: "reinvite";
      readonly direction: "sendonly" | "sendrecv";
      readonly isup: IsupMessage;
    };

export interface IsupToSipStep {
  readonly state: IsupToSipState;
  readonly outputs: readonly IsupToSipOutput[];
}

export interface IsupToSipOptions {
  readonly variant: IsupVariant;
  /** Fewest called digits worth an INVITE; with 0 an IAM is taken as complete (RFC 3578 §3). */
  readonly digitsMin?: number;
  /** From so many digits on the number is complete. */
  readonly digitsMax?: number;
  /** Q.764 §2.1.1: 15 to 20 s. Left out: no early ACM is sent. */
  readonly T11Ms?: number;
  /** 4 to 6 s. */
  readonly T10Ms?: number;
  /** 15 to 20 s. */
  readonly T35Ms?: number;
}

const DEFAULTS = { T10Ms: 5_000, T35Ms: 15_000 };
const OWN_LOCATION = 2;
const NO_USER_RESPONDING = 18;
const ADDRESS_INCOMPLETE = 28;
const NORMAL_CLEARING = 16;

export const ISUP_TO_SIP_IDLE: IsupToSipState = {
  name: "Idle",
  timers: {},
  iam: undefined,
  moreDigits: "",
  hasSentAcm: false,
  hasProvisional: false,
};

export function stepIsupToSip(
  state: IsupToSipState,
  input: IsupToSipInput,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (input.type === "isup") return fromIsup(state, input.message, now, options);
  switch (state.name) {
    case "Idle":
      return ignored(state);
    case "Collecting":
      return input.type === "timer" ? onCollectingTimer(state, input.name, now, options) : ignored(state);
    case "Trying":
    case "Progressing":
    case "Alerting":
      return beforeAnswer(state, input, options);
    case "Connected":
      return inCall(state, input, options);
    case "Cancelling":
      return cancelling(state, input);
    case "Releasing":
    case "Ended":
      return input.type === "bye" ? { state, outputs: [CONFIRM] } : ignored(state);
  }
}

function beforeAnswer(
  state: IsupToSipState,
  input: IsupToSipInput,
  options: IsupToSipOptions,
): IsupToSipStep {
  switch (input.type) {
    case "response":
      return onResponse(state, input, options);
    case "timeout":
      return release(state, causeIndicatorsOf(NO_USER_RESPONDING, OWN_LOCATION), options);
    case "timer":
      // RFC 3398 §8.2.8: the ISUP side hears an early ACM, the SIP side is waited for.
      if (input.name !== "T11" || state.timers.T11 === undefined) return ignored(state);
      return {
        state: { ...state, name: "Progressing", timers: {}, hasSentAcm: true },
        outputs: [toIsup(acmFrom18x(183, options.variant))],
      };
    case "bye":
      return release(state, input.cause, options, [CONFIRM]);
    case "info":
      return { state, outputs: [CONFIRM, toIsup(input.message)] };
    case "hold":
    case "retrieve":
    case "isup":
      return ignored(state);
  }
}

type Response = Extract<IsupToSipInput, { readonly type: "response" }>;

function onResponse(
  state: IsupToSipState,
  { status, isup, cause }: Response,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (status >= 300)
    return release(state, cause ?? causeIndicatorsOf(NORMAL_CLEARING, OWN_LOCATION), options, [], isup);
  if (status >= 200) {
    const answer = isAnswer(isup) ? isup : anmFrom200(state.hasSentAcm, options.variant);
    const connected: IsupToSipState = { ...state, name: "Connected", timers: {}, hasProvisional: true };
    return { state: connected, outputs: [ACK, toIsup(answer)] };
  }
  // 100 says nothing to ISUP (RFC 3398 §8.2.2).
  if (status < 180) return { state: { ...state, hasProvisional: true }, outputs: [] };
  // The first that says something is an ACM; what a SIP-T peer sent is taken as it is, where it fits.
  const fits = isup?.messageType === (state.hasSentAcm ? "CPG" : "ACM");
  const messages =
    isup !== undefined && fits ? [isup] : messagesFrom18x(status, state.hasSentAcm, options.variant);
  const isAlerting = status === 180 || state.name === "Alerting";
  return {
    state: {
      ...state,
      name: isAlerting ? "Alerting" : "Progressing",
      timers: {},
      hasSentAcm: true,
      hasProvisional: true,
    },
    outputs: messages.map(toIsup),
  };
}

function isAnswer(isup: IsupMessage | undefined): isup is IsupMessage {
  return isup?.messageType === "ANM" || isup?.messageType === "CON";
}

function inCall(state: IsupToSipState, input: IsupToSipInput, options: IsupToSipOptions): IsupToSipStep {
  switch (input.type) {
    case "bye":
      return release(state, input.cause, options, [CONFIRM], input.isup);
    case "hold":
    case "retrieve":
      return { state, outputs: [CONFIRM, toIsup(input.notification)] };
    case "info":
      return { state, outputs: [CONFIRM, toIsup(input.message)] };
    case "response":
      // A repeated 2xx is acknowledged again (RFC 3261 §13.2.2.4).
      return input.status >= 200 && input.status < 300 ? { state, outputs: [ACK] } : ignored(state);
    case "timeout":
    case "timer":
    case "isup":
      return ignored(state);
  }
}

function cancelling(state: IsupToSipState, input: IsupToSipInput): IsupToSipStep {
  if (input.type === "timeout") return ended(state, []);
  if (input.type !== "response" || input.status < 200) return ignored(state);
  if (input.status >= 300) return ended(state, []);
  // The 200 crossed the CANCEL (RFC 3398 §8.2.7, RFC 3261 §9.1).
  const cause = causeIndicatorsOf(NORMAL_CLEARING, OWN_LOCATION);
  return ended(state, [ACK, { to: "sip", type: "bye", cause, isup: undefined }]);
}

/** Circuits do not exist here: their messages in a body are ignored and counted by who owns the leg (RFC 3398 §11). */
const CIRCUIT = new Set([
  "BLO",
  "BLA",
  "UBL",
  "UBA",
  "CGB",
  "CGBA",
  "CGU",
  "CGUA",
  "CQM",
  "CQR",
  "GRS",
  "GRA",
  "CCR",
]);

function fromIsup(
  state: IsupToSipState,
  message: IsupMessage,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (CIRCUIT.has(message.messageType)) return ignored(state);
  switch (state.name) {
    case "Idle":
      return message.messageType === "IAM" ? onIam(message, now, options) : ignored(state);
    case "Collecting":
      if (message.messageType === "SAM") return onSam(state, message, now, options);
      return message.messageType === "REL" ? ended(state, [toIsup(rlc(options.variant))]) : ignored(state);
    case "Releasing":
      if (message.messageType === "RLC") return ended(state, []);
      return message.messageType === "REL"
        ? { state, outputs: [toIsup(rlc(options.variant))] }
        : ignored(state);
    case "Trying":
    case "Progressing":
    case "Alerting":
      if (message.messageType === "REL") return onRel(state, message, options);
      // The number was taken as complete: later digits change nothing (RFC 3578 §3.1).
      return message.messageType === "SAM" ? ignored(state) : info(state, message);
    case "Connected":
      if (message.messageType === "REL")
        return ended(state, [
          toIsup(rlc(options.variant)),
          { to: "sip", type: "bye", cause: message.parameters.causeIndicators, isup: message },
        ]);
      return message.messageType === "CPG" ? onHold(state, message) : info(state, message);
    case "Cancelling":
    case "Ended":
      return message.messageType === "REL"
        ? { state, outputs: [toIsup(rlc(options.variant))] }
        : ignored(state);
  }
}

function onIam(iam: IsupMessageOf<"IAM">, now: number, options: IsupToSipOptions): IsupToSipStep {
  const next: IsupToSipState = { ...ISUP_TO_SIP_IDLE, name: "Collecting", iam };
  return onDigits(next, iam.parameters.calledPartyNumber.stSignal, now, options);
}

function onSam(
  state: IsupToSipState,
  { parameters: { subsequentNumber } }: IsupMessageOf<"SAM">,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  const moreDigits = state.moreDigits + subsequentNumber.digits;
  return onDigits({ ...state, moreDigits }, subsequentNumber.stSignal, now, options);
}

/** Enough digits, or ST: INVITE. Enough perhaps: T10. Too few: T35 (RFC 3578 §3.1, Q.764 §2.1.2.1). */
function onDigits(
  state: IsupToSipState,
  hasSt: boolean,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  const { digitsMin = 0, digitsMax = Infinity, T10Ms = DEFAULTS.T10Ms, T35Ms = DEFAULTS.T35Ms } = options;
  const count = (state.iam?.parameters.calledPartyNumber.digits.length ?? 0) + state.moreDigits.length;
  if (hasSt || digitsMin === 0 || count >= digitsMax) return invite(state, now, options);
  const timers = count >= digitsMin ? { T10: now + T10Ms } : { T35: now + T35Ms };
  return { state: { ...state, timers }, outputs: [] };
}

function onCollectingTimer(
  state: IsupToSipState,
  name: IsupToSipTimer,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (state.timers[name] === undefined) return ignored(state);
  if (name === "T10") return invite(state, now, options);
  return release(state, causeIndicatorsOf(ADDRESS_INCOMPLETE, OWN_LOCATION), options);
}

function invite(state: IsupToSipState, now: number, { T11Ms }: IsupToSipOptions): IsupToSipStep {
  const { iam, moreDigits } = state;
  if (iam === undefined) return ignored(state);
  const timers = T11Ms === undefined ? {} : { T11: now + T11Ms };
  return {
    state: { ...state, name: "Trying", timers },
    outputs: [{ to: "sip", type: "invite", iam, moreDigits }],
  };
}

/** RFC 3398 §8.2.7: RLC at once; CANCEL where a provisional came, else the INVITE is given up. */
function onRel(
  state: IsupToSipState,
  rel: IsupMessageOf<"REL">,
  { variant }: IsupToSipOptions,
): IsupToSipStep {
  const confirm = toIsup(rlc(variant));
  const cause = rel.parameters.causeIndicators;
  const isup = undefined;
  const cancel: IsupToSipOutput = state.hasProvisional
    ? { to: "sip", type: "cancel", cause, isup }
    : { to: "sip", type: "abandon" };
  return { state: { ...state, name: "Cancelling", timers: {} }, outputs: [confirm, cancel] };
}

function onHold(state: IsupToSipState, isup: IsupMessageOf<"CPG">): IsupToSipStep {
  const hold = holdFromCpg(isup);
  if (hold === undefined) return info(state, isup);
  const direction = hold === "hold" ? "sendonly" : "sendrecv";
  return { state, outputs: [{ to: "sip", type: "reinvite", direction, isup }] };
}

function info(state: IsupToSipState, isup: IsupMessage): IsupToSipStep {
  return { state, outputs: [{ to: "sip", type: "info", isup }] };
}

/** A REL that came inside SIP goes on as it is; without one it is made of the cause. */
function release(
  state: IsupToSipState,
  cause: CauseIndicators,
  { variant }: IsupToSipOptions,
  before: readonly IsupToSipOutput[] = [],
  isup?: IsupMessage,
): IsupToSipStep {
  const rel = isup?.messageType === "REL" ? isup : relFromCause(cause, variant);
  return { state: { ...state, name: "Releasing", timers: {} }, outputs: [...before, toIsup(rel)] };
}

const CONFIRM: IsupToSipOutput = { to: "sip", type: "confirm" };
const ACK: IsupToSipOutput = { to: "sip", type: "ack" };

function toIsup(message: IsupMessage): IsupToSipOutput {
  return { to: "isup", message };
}

function ended(state: IsupToSipState, outputs: readonly IsupToSipOutput[]): IsupToSipStep {
  return { state: { ...state, name: "Ended", timers: {} }, outputs };
}

function ignored(state: IsupToSipState): IsupToSipStep {
  return { state, outputs: [] };
}
