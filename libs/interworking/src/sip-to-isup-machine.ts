import {
  causeIndicatorsOf,
  isupMessage,
  type CauseIndicators,
  type IsupMessage,
  type IsupVariant,
} from "@tandem/isup";
import { relFromCause, rlc } from "./answers.ts";
import { holdFrom, progressFromAcm, progressFromCpg, type Progress } from "./call-progress.ts";
import type { CauseProfile } from "./cause-profiles.ts";
import { isCircuitMessage } from "./circuit-messages.ts";
import { nextInfo, queueInfo, type InfoQueue, type InfoStep } from "./info-queue.ts";
import { reasonHeadersFrom, responseFromCause } from "./release.ts";

/**
 * A call from SIP to ISUP as a pure machine (RFC 3398 §7.2): inputs of both sides, outputs to both sides, timers with
 * absolute deadlines in the unit of `now` (milliseconds). Nothing is sent here.
 *
 * | state         | means                                         | leaves by                                       |
 * | ------------- | --------------------------------------------- | ----------------------------------------------- |
 * | Idle          | nothing heard                                 | invite → Trying                                 |
 * | Trying        | IAM sent, T7 runs                             | ACM, CPG, ANM, CON; REL, CANCEL, T7 → end       |
 * | Progressing   | ACM without alerting                          | CPG alerting; ANM, CON; REL, CANCEL, T9         |
 * | Alerting      | 180 sent                                      | ANM, CON; REL, CANCEL, T9                       |
 * | NotAlerting   | failed, and told so in-band                   | interwork timer, REL, CANCEL → end              |
 * | WaitingForAck | 200 sent                                      | ACK → Connected; BYE, REL, no ACK → end         |
 * | Connected     | both sides answered                           | BYE, REL → end                                  |
 * | Releasing     | REL sent, its RLC is waited for               | RLC → Ended                                     |
 * | Ended         | nothing owed                                  | -                                               |
 */
export interface SipToIsupState {
  readonly name:
    | "Idle"
    | "Trying"
    | "Progressing"
    | "Alerting"
    | "NotAlerting"
    | "WaitingForAck"
    | "Connected"
    | "Releasing"
    | "Ended";
  readonly timers: Readonly<Partial<Record<SipToIsupTimer, number>>>;
  /** What an ACM or CPG gave as the cause of a failure told in-band. */
  readonly cause: CauseIndicators | undefined;
  /** A provisional response went back: the caller knows the dialog that an INFO needs. */
  readonly hasSent18x: boolean;
  readonly infos: InfoQueue;
}

/** T7 and T9 of Q.764; `interwork` is RFC 3398 §7.2.6's. */
export type SipToIsupTimer = "T7" | "T9" | "interwork";

export type SipToIsupInput =
  | { readonly type: "invite"; readonly iam: IsupMessage }
  /** An INVITE of the same Call-ID and From tag with a longer number: `iam` is the whole, `sam` what is new (RFC 3578 §3.5). */
  | { readonly type: "digits"; readonly iam: IsupMessage; readonly sam: IsupMessage }
  /** The caller's preconditions (RFC 3312), where the IAM said that a continuity check runs on a previous circuit. */
  | { readonly type: "preconditions"; readonly areMet: boolean }
  | { readonly type: "ack" }
  /** 64·T1 without an ACK (RFC 3261 §13.3.1.4). */
  | { readonly type: "ackTimeout" }
  /** BYE or CANCEL with the cause decided by RFC 3398 §7.2.3. */
  | { readonly type: "cancel" | "bye"; readonly cause: CauseIndicators }
  | { readonly type: "hold" | "retrieve"; readonly notification: IsupMessage }
  /** ISUP of an INFO (RFC 3398 §13.1). */
  | { readonly type: "info"; readonly message: IsupMessage }
  /** A final response to our INFO, or none came: it changes nothing but that the next may go. */
  | { readonly type: "infoEnded" }
  | { readonly type: "isup"; readonly message: IsupMessage }
  | { readonly type: "timer"; readonly name: SipToIsupTimer };

export type SipToIsupOutput =
  | { readonly to: "isup"; readonly message: IsupMessage }
  /** A response to the INVITE; `isup` is what a SIP-T caller gets with it. */
  | {
      readonly to: "sip";
      readonly type: "response";
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly hasEarlyMedia: boolean;
      readonly isup: IsupMessage | undefined;
      readonly row: string;
    }
  /** 200 to the CANCEL, BYE, INFO or re-INVITE that came. */
  | { readonly to: "sip"; readonly type: "confirm" }
  | {
      readonly to: "sip";
      readonly type: "request";
      readonly method: "BYE" | "INFO" | "INVITE";
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly isup: IsupMessage | undefined;
      /** For the re-INVITE of a hold (RFC 3398 §9). */
      readonly direction?: "sendonly" | "sendrecv";
    };

export interface SipToIsupStep {
  readonly state: SipToIsupState;
  readonly outputs: readonly SipToIsupOutput[];
}

export interface SipToIsupOptions {
  readonly variant: IsupVariant;
  /** Q.764 §2.1.1: 20 to 30 s. */
  readonly T7Ms?: number;
  /** Q.118: 90 s to 3 min. */
  readonly T9Ms?: number;
  /** How long a failure is told in-band before the call ends. */
  readonly interworkMs?: number;
  /** Whether the caller sent ISUP, or is known to take it; without, no message travels in INFO (RFC 3398 §9.1). */
  readonly hasIsup?: boolean;
  /** Which table gives the final response of a REL; RFC 3398's where left out. */
  readonly profile?: CauseProfile;
}

const DEFAULTS = { T7Ms: 25_000, T9Ms: 120_000, interworkMs: 20_000 };
/** Location of what this gateway decides (Q.850 §2.2.3): public network serving the local user. */
const OWN_LOCATION = 2;
const NORMAL_CLEARING = 16;
const NO_ANSWER = 19;
const TIMER_EXPIRY = 102;

export const SIP_TO_ISUP_IDLE: SipToIsupState = {
  name: "Idle",
  timers: {},
  cause: undefined,
  hasSent18x: false,
  infos: [],
};

export function stepSipToIsup(
  state: SipToIsupState,
  input: SipToIsupInput,
  now: number,
  options: SipToIsupOptions,
): SipToIsupStep {
  if (input.type === "isup" && state.name !== "Idle" && state.name !== "Ended")
    return fromIsup(state, input.message, now, options);
  if (input.type === "infoEnded") return sendInfo(state, nextInfo(state.infos));
  switch (state.name) {
    case "Idle":
      return input.type === "invite" ? trying(state, [toIsup(input.iam)], now, options) : ignored(state);
    case "Trying":
    case "Progressing":
    case "Alerting":
    case "NotAlerting":
      return beforeAnswer(state, input, now, options);
    case "WaitingForAck":
      if (input.type === "ack") return step(state, "Connected", []);
      if (input.type === "ackTimeout") {
        const cause = causeIndicatorsOf(TIMER_EXPIRY, OWN_LOCATION);
        return step(state, "Releasing", [bye(cause, undefined), rel(cause, options)]);
      }
      return inCall(state, input, options);
    case "Connected":
      return inCall(state, input, options);
    case "Releasing":
    case "Ended":
      // A BYE that crosses our own is answered, and is no second release.
      return input.type === "bye" || input.type === "cancel" ? { state, outputs: [CONFIRM] } : ignored(state);
  }
}

/** T7 runs from the last address message on (RFC 3398 §7.2.1, Q.764 §2.1.1). */
function trying(
  state: SipToIsupState,
  outputs: readonly SipToIsupOutput[],
  now: number,
  { T7Ms = DEFAULTS.T7Ms }: SipToIsupOptions,
): SipToIsupStep {
  return step(state, "Trying", outputs, { T7: now + T7Ms });
}

type OfCall = Exclude<SipToIsupInput, { readonly type: "infoEnded" }>;

function beforeAnswer(
  state: SipToIsupState,
  input: OfCall,
  now: number,
  options: SipToIsupOptions,
): SipToIsupStep {
  switch (input.type) {
    case "cancel":
    case "bye":
      // RFC 3398 §7.2.3; §7.1.7: 200 to the CANCEL, 487 to the INVITE.
      return step(state, "Releasing", [
        CONFIRM,
        response(487, [], undefined, "RFC 3261 §9.2: cancelled → 487"),
        rel(input.cause, options),
      ]);
    case "info":
      return { state, outputs: [CONFIRM, toIsup(input.message)] };
    case "timer":
      return onTimer(state, input.name, options);
    case "digits":
      return state.name === "Trying" ? onDigits(state, input, now, options) : ignored(state);
    case "preconditions": {
      const continuityIndicators = { continuityCheckSuccessful: input.areMet ? 1 : 0 };
      const { variant } = options;
      return { state, outputs: [toIsup(isupMessage("COT", { continuityIndicators }, { variant }))] };
    }
    case "invite":
    case "ack":
    case "ackTimeout":
    case "hold":
    case "retrieve":
    case "isup":
      return ignored(state);
  }
}

/** The earlier INVITE ends with 484; a network without SAM gets a new IAM in place of the first (RFC 3578 §3.5). */
function onDigits(
  state: SipToIsupState,
  { iam, sam }: Extract<SipToIsupInput, { readonly type: "digits" }>,
  now: number,
  options: SipToIsupOptions,
): SipToIsupStep {
  const incomplete = response(484, [], undefined, "RFC 3578 §3.5: more digits came → 484");
  const isEnBloc = options.variant.startsWith("ansi");
  const cause = causeIndicatorsOf(NORMAL_CLEARING, OWN_LOCATION);
  const messages = isEnBloc ? [rel(cause, options), toIsup(iam)] : [toIsup(sam)];
  return trying(state, [incomplete, ...messages], now, options);
}

function onTimer(state: SipToIsupState, name: SipToIsupTimer, options: SipToIsupOptions): SipToIsupStep {
  if (state.timers[name] === undefined) return ignored(state);
  if (name === "interwork" && state.cause !== undefined) {
    const { status, headers, row } = responseFromCause(state.cause, options);
    return step(state, "Releasing", [response(status, headers, undefined, row), rel(state.cause, options)]);
  }
  // The resources go first, then the caller is told (RFC 3398 §7.1.3, §7.2.8).
  const cause = causeIndicatorsOf(name === "T9" ? NO_ANSWER : TIMER_EXPIRY, OWN_LOCATION);
  const status = name === "T9" ? 480 : 504;
  const row = name === "T9" ? "RFC 3398 §7.2.8: T9 → 480, 19" : "RFC 3398 §7.2.2: T7 → 504, 102";
  const release = rel(cause, options);
  return step(state, "Releasing", [
    release,
    response(status, reasonHeadersFrom(cause), release.message, row),
  ]);
}

function inCall(state: SipToIsupState, input: OfCall, options: SipToIsupOptions): SipToIsupStep {
  switch (input.type) {
    case "bye":
      return step(state, "Releasing", [CONFIRM, rel(input.cause, options)]);
    case "cancel":
      // RFC 3261 §9.2: after the final response it has no effect.
      return { state, outputs: [CONFIRM] };
    case "hold":
    case "retrieve":
      return { state, outputs: [CONFIRM, toIsup(input.notification)] };
    case "info":
      return { state, outputs: [CONFIRM, toIsup(input.message)] };
    case "invite":
    case "ack":
    case "ackTimeout":
    case "isup":
    case "timer":
    case "digits":
    case "preconditions":
      return ignored(state);
  }
}

const BEFORE_ANSWER = new Set(["Trying", "Progressing", "Alerting", "NotAlerting"]);

function fromIsup(
  state: SipToIsupState,
  message: IsupMessage,
  now: number,
  options: SipToIsupOptions,
): SipToIsupStep {
  const { messageType } = message;
  if (messageType === "RSC") return onRelease(state, RESET, undefined, options);
  if (messageType === "REL") return onRelease(state, message.parameters.causeIndicators, message, options);
  if (isCircuitMessage(messageType)) return ignored(state);
  if (state.name === "Releasing") return messageType === "RLC" ? step(state, "Ended", []) : ignored(state);
  if (messageType === "RLC") return ignored(state);
  if (!BEFORE_ANSWER.has(state.name)) return inConversation(state, message, options);
  if (messageType === "ACM") return onProgress(state, message, progressFromAcm(message), now, options);
  if (messageType === "CPG") return onProgress(state, message, progressFromCpg(message), now, options);
  if (messageType === "ANM" || messageType === "CON") {
    const row = `RFC 3398 §7.2.7: ${messageType} → 200`;
    return step(state, "WaitingForAck", [response(200, [], message, row)]);
  }
  return info(state, message, options);
}

/** A REL in any state: RLC at once, and the final response, or BYE (RFC 3398 §7.2.4, §10.2). */
function onRelease(
  state: SipToIsupState,
  cause: CauseIndicators,
  isup: IsupMessage | undefined,
  options: SipToIsupOptions,
): SipToIsupStep {
  const confirm = toIsup(rlc(options.variant));
  if (state.name === "Releasing") return { state, outputs: [confirm] };
  if (!BEFORE_ANSWER.has(state.name)) return step(state, "Ended", [confirm, bye(cause, isup)]);
  const { status, headers, row } = responseFromCause(cause, options);
  return step(state, "Ended", [confirm, response(status, headers, isup, row)]);
}

const TEMPORARY_FAILURE = 41;
/** A circuit that is reset under a call: as a REL of a temporary failure (RFC 3398 §11.1). */
const RESET = causeIndicatorsOf(TEMPORARY_FAILURE, OWN_LOCATION);

function onProgress(
  state: SipToIsupState,
  message: IsupMessage,
  progress: Progress,
  now: number,
  options: SipToIsupOptions,
): SipToIsupStep {
  const { status, hasEarlyMedia, cause, row } = progress;
  const out = response(status, [], message, row, hasEarlyMedia);
  if (cause !== undefined) {
    const timers = { interwork: now + (options.interworkMs ?? DEFAULTS.interworkMs) };
    return { state: { ...state, name: "NotAlerting", timers, cause, hasSent18x: true }, outputs: [out] };
  }
  // T9 begins with the first ACM and goes on; alerting does not fall back (RFC 3398 §7.2.9).
  const T9 = state.timers.T9 ?? now + (options.T9Ms ?? DEFAULTS.T9Ms);
  const isAlerting = status === 180 || state.name === "Alerting";
  return step({ ...state, hasSent18x: true }, isAlerting ? "Alerting" : "Progressing", [out], { T9 });
}

/** The far party holds or takes back: a re-INVITE says so to SIP (RFC 3398 §9.1, §9.2). */
function inConversation(state: SipToIsupState, isup: IsupMessage, options: SipToIsupOptions): SipToIsupStep {
  const hold = holdFrom(isup, options.hasIsup ?? true);
  if (hold === undefined) return info(state, isup, options);
  const direction = hold === "hold" ? "sendonly" : "sendrecv";
  return { state, outputs: [{ to: "sip", type: "request", method: "INVITE", headers: [], isup, direction }] };
}

/** What SIP has no word for travels in INFO; the first message backwards in an 18x, which makes the dialog (RFC 3398 §13.1). */
function info(state: SipToIsupState, isup: IsupMessage, { hasIsup = true }: SipToIsupOptions): SipToIsupStep {
  if (!hasIsup) return ignored(state);
  if (BEFORE_ANSWER.has(state.name) && !state.hasSent18x) {
    const row = `RFC 3398 §13.1: ${isup.messageType} comes first → 183`;
    return { state: { ...state, hasSent18x: true }, outputs: [response(183, [], isup, row)] };
  }
  return sendInfo(state, queueInfo(state.infos, isup));
}

function sendInfo(state: SipToIsupState, { infos, sends }: InfoStep): SipToIsupStep {
  const outputs: SipToIsupOutput[] =
    sends === undefined ? [] : [{ to: "sip", type: "request", method: "INFO", headers: [], isup: sends }];
  return { state: { ...state, infos }, outputs };
}

const CONFIRM: SipToIsupOutput = { to: "sip", type: "confirm" };

function toIsup(message: IsupMessage): Extract<SipToIsupOutput, { to: "isup" }> {
  return { to: "isup", message };
}

function rel(
  cause: CauseIndicators,
  { variant }: SipToIsupOptions,
): Extract<SipToIsupOutput, { to: "isup" }> {
  return toIsup(relFromCause(cause, variant));
}

function response(
  status: number,
  headers: readonly (readonly [string, string])[],
  isup: IsupMessage | undefined,
  row: string,
  hasEarlyMedia = false,
): SipToIsupOutput {
  return { to: "sip", type: "response", status, headers, hasEarlyMedia, isup, row };
}

function bye(cause: CauseIndicators, isup: IsupMessage | undefined): SipToIsupOutput {
  return { to: "sip", type: "request", method: "BYE", headers: reasonHeadersFrom(cause), isup };
}

function step(
  state: SipToIsupState,
  name: SipToIsupState["name"],
  outputs: readonly SipToIsupOutput[],
  timers: SipToIsupState["timers"] = {},
): SipToIsupStep {
  return { state: { ...state, name, timers, cause: undefined }, outputs };
}

function ignored(state: SipToIsupState): SipToIsupStep {
  return { state, outputs: [] };
}
