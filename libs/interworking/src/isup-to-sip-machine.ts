import { causeIndicatorsOf, type CauseIndicators, type IsupMessage, type IsupMessageOf } from "@tandem/isup";
import { acmFrom18x, anmFrom200, relFromCause, rlc } from "./answers.ts";
import { cpgFrom18x, holdFrom, inBandAcm, messagesFrom18x } from "./call-progress.ts";
import { isCircuitMessage } from "./circuit-messages.ts";
import { verdictOnDigits } from "./digit-collection.ts";
import { nextInfo, queueInfo, type InfoStep } from "./info-queue.ts";
import type {
  FailedInvite,
  IsupToSipInput,
  IsupToSipOptions,
  IsupToSipOutput,
  IsupToSipState,
  IsupToSipStep,
  IsupToSipTimer,
} from "./isup-to-sip-call.ts";

const DEFAULTS = { T8Ms: 12_000 };
const OWN_LOCATION = 2;
const NO_USER_RESPONDING = 18;
const ADDRESS_INCOMPLETE = 28;
const NORMAL_CLEARING = 16;
const TEMPORARY_FAILURE = 41;
const REQUEST_TIMEOUT = 408;
const ADDRESS_INCOMPLETE_STATUS = 484;

export const ISUP_TO_SIP_IDLE: IsupToSipState = {
  name: "Idle",
  timers: {},
  iam: undefined,
  moreDigits: "",
  hasSentAcm: false,
  hasProvisional: false,
  invites: 0,
  best: undefined,
  cause: undefined,
  infos: [],
};

/**
 * A call from ISUP to SIP as a pure machine (RFC 3398 §8.2), with the collection of digits of RFC 3578 §2 in front. Times are
 * milliseconds on the scale of `now`; nothing is sent here.
 */
export function stepIsupToSip(
  state: IsupToSipState,
  input: IsupToSipInput,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (input.type === "isup") return fromIsup(state, input.message, now, options);
  if (input.type === "infoEnded") return sendInfo(state, nextInfo(state.infos));
  switch (state.name) {
    case "Idle":
      return ignored(state);
    case "Collecting":
      return input.type === "timer" ? onCollectingTimer(state, input.name, now, options) : ignored(state);
    case "Checking":
      return input.type === "timer" && input.name === "T8"
        ? release(state, causeIndicatorsOf(TEMPORARY_FAILURE, OWN_LOCATION), options)
        : ignored(state);
    case "Trying":
    case "Progressing":
    case "Alerting":
      return beforeAnswer(state, input, now, options);
    case "Announcing":
      return input.type === "timer" && input.name === "tone" && state.cause !== undefined
        ? release(state, state.cause, options)
        : ignored(state);
    case "Connected":
      return inCall(state, input, options);
    case "Cancelling":
    case "Releasing":
    case "Ended":
      return afterRelease(state, input);
  }
}

type OfCall = Exclude<IsupToSipInput, { readonly type: "isup" | "infoEnded" }>;

function beforeAnswer(
  state: IsupToSipState,
  input: OfCall,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  switch (input.type) {
    case "response":
      return onResponse(state, input, now, options);
    case "timeout": {
      const cause = causeIndicatorsOf(NO_USER_RESPONDING, OWN_LOCATION);
      if (state.hasProvisional) return release(state, cause, options, [cancel(cause)]);
      return onFailure(state, { status: REQUEST_TIMEOUT, cause, isup: undefined }, now, options);
    }
    case "timer":
      if (input.name === "T10") return onLastDigit(state, now, options);
      // RFC 3398 §8.2.8: the ISUP side hears an early ACM, the SIP side is waited for.
      if (input.name !== "T11" || state.timers.T11 === undefined) return ignored(state);
      return {
        state: { ...state, name: "Progressing", timers: without(state.timers, "T11"), hasSentAcm: true },
        outputs: [toIsup(acmFrom18x(183, options.variant))],
      };
    case "bye":
      return release(state, input.cause, options, [CONFIRM]);
    case "info":
      return { state, outputs: [CONFIRM, toIsup(input.message)] };
    case "hold":
    case "retrieve":
      return ignored(state);
  }
}

type Response = Extract<IsupToSipInput, { readonly type: "response" }>;

function onResponse(
  state: IsupToSipState,
  response: Response,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  const { status, isup, hasMedia = false } = response;
  if (status >= 300) return onFinal(state, response, now, options);
  if (status >= 200) {
    const answer = isAnswer(isup) ? isup : anmFrom200(state.hasSentAcm, options.variant);
    const invites = Math.max(0, state.invites - 1);
    const connected: IsupToSipState = {
      ...state,
      name: "Connected",
      timers: {},
      hasProvisional: true,
      invites,
    };
    const others: IsupToSipOutput[] = invites > 0 ? [{ to: "sip", type: "cancelOthers" }] : [];
    return { state: connected, outputs: [ACK, ...others, toIsup(answer)] };
  }
  // 100 says nothing to ISUP (RFC 3398 §8.2.2).
  if (status < 180) return { state: { ...state, hasProvisional: true }, outputs: [] };
  // The first that says something is an ACM; what a SIP-T peer sent is taken as it is, where it fits.
  const fits = isup?.messageType === (state.hasSentAcm ? "CPG" : "ACM");
  const messages =
    isup !== undefined && fits
      ? [isup]
      : messagesFrom18x(status, state.hasSentAcm, options.variant, hasMedia);
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

/** RFC 3398 §8.2.5, §8.2.6; the ACK of a final response above 2xx is its transaction's (RFC 3261 §17.1.1.3). */
function onFinal(
  state: IsupToSipState,
  { status, isup, cause = causeIndicatorsOf(NORMAL_CLEARING, OWN_LOCATION), contact }: Response,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  const { iam, moreDigits, hasSentAcm } = state;
  const { variant, takesEarlyCpg = false } = options;
  if (status >= 400 || contact === undefined || iam === undefined)
    return onFailure(state, { status, cause, isup }, now, options);
  const forwarded = hasSentAcm || takesEarlyCpg ? [toIsup(cpgFrom18x(181, variant))] : [];
  return {
    state: { ...state, name: hasSentAcm ? "Progressing" : "Trying", hasProvisional: false },
    outputs: [...forwarded, { to: "sip", type: "invite", iam, moreDigits, contact }],
  };
}

/** Where digits may still come or another INVITE is unanswered, a failure is only remembered (RFC 3578 §3.2). */
function onFailure(
  state: IsupToSipState,
  failed: FailedInvite,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (state.invites === 0) return ignored(state);
  const invites = state.invites - 1;
  const best = state.best !== undefined && rankOf(state.best) <= rankOf(failed) ? state.best : failed;
  const next = { ...state, invites, best };
  if (invites > 0 || state.timers.T10 !== undefined) return { state: next, outputs: [] };
  return fail(next, best, now, options);
}

/** RFC 3261 §16.7: a 6xx first, else the lowest class; any other of the class says more than that digits are missing. */
function rankOf({ status }: FailedInvite): number {
  if (status >= 600) return 0;
  return 2 * Math.floor(status / 100) + (status === ADDRESS_INCOMPLETE_STATUS ? 1 : 0);
}

function fail(
  state: IsupToSipState,
  { cause, isup }: FailedInvite,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  const { variant, toneMs = 0 } = options;
  const isBehindInterworking = state.iam?.parameters.forwardCallIndicators.interworking === 1;
  if (toneMs === 0 || !isBehindInterworking) return release(state, cause, options, [], isup);
  // There a cause may not be understood: a tone is (RFC 3666 §3.6).
  const tone = state.hasSentAcm ? cpgFrom18x(183, variant, true) : inBandAcm(variant);
  const timers = { tone: now + toneMs };
  return {
    state: { ...state, name: "Announcing", timers, hasSentAcm: true, cause },
    outputs: [toIsup(tone)],
  };
}

/** T10: no more digits will come. Where all INVITEs have failed meanwhile, the call has. */
function onLastDigit(state: IsupToSipState, now: number, options: IsupToSipOptions): IsupToSipStep {
  if (state.timers.T10 === undefined) return ignored(state);
  const last = { ...state, timers: without(state.timers, "T10") };
  return state.invites === 0 && state.best !== undefined
    ? fail(last, state.best, now, options)
    : { state: last, outputs: [] };
}

function isAnswer(isup: IsupMessage | undefined): isup is IsupMessage {
  return isup?.messageType === "ANM" || isup?.messageType === "CON";
}

function inCall(state: IsupToSipState, input: OfCall, options: IsupToSipOptions): IsupToSipStep {
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
      return ignored(state);
  }
}

/** The ISUP side has gone; each INVITE that is still unanswered gets its end (RFC 3398 §8.2.7, RFC 3261 §9.1). */
function afterRelease(state: IsupToSipState, input: OfCall): IsupToSipStep {
  if (input.type === "bye") return { state, outputs: [CONFIRM] };
  const isFinal = input.type === "response" && input.status >= 200;
  if (state.invites === 0 || (!isFinal && input.type !== "timeout")) return ignored(state);
  const invites = state.invites - 1;
  const name = state.name === "Cancelling" && invites === 0 ? "Ended" : state.name;
  const isAnswered = input.type === "response" && input.status < 300;
  const cause = causeIndicatorsOf(NORMAL_CLEARING, OWN_LOCATION);
  const bye: IsupToSipOutput = { to: "sip", type: "bye", cause, isup: undefined };
  // The 200 crossed the CANCEL.
  return { state: { ...state, name, invites }, outputs: isAnswered ? [ACK, bye] : [] };
}

function fromIsup(
  state: IsupToSipState,
  message: IsupMessage,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  // A circuit that is reset under a call: as a REL (RFC 3398 §11.1). RLC says that it is free again.
  if (message.messageType === "RSC") return onRelease(state, RESET, undefined, options);
  if (message.messageType === "REL")
    return onRelease(state, message.parameters.causeIndicators, message, options);
  if (isCircuitMessage(message.messageType)) return ignored(state);
  switch (state.name) {
    case "Idle":
      return message.messageType === "IAM" ? onIam(message, now, options) : ignored(state);
    case "Collecting":
      if (message.messageType === "SAM") return onSam(state, message, now, options);
      return message.messageType === "COT" ? onCot(state, message, now, options) : ignored(state);
    case "Checking":
      return message.messageType === "COT" ? onCot(state, message, now, options) : ignored(state);
    case "Releasing":
      return message.messageType === "RLC" ? ended(state, []) : ignored(state);
    case "Trying":
    case "Progressing":
    case "Alerting":
      if (message.messageType !== "SAM") return info(state, message, options);
      // Without T10 the number was taken as complete: later digits change nothing (RFC 3578 §2.2).
      return state.timers.T10 === undefined ? ignored(state) : onSam(state, message, now, options);
    case "Connected":
      return inConversation(state, message, options);
    case "Announcing":
    case "Cancelling":
    case "Ended":
      return ignored(state);
  }
}

const RESET = causeIndicatorsOf(TEMPORARY_FAILURE, OWN_LOCATION);

/** A REL in any state: RLC at once, and SIP hears of it as far as it knows of the call (RFC 3398 §8.2.7, §10.2). */
function onRelease(
  state: IsupToSipState,
  cause: CauseIndicators,
  isup: IsupMessage | undefined,
  { variant }: IsupToSipOptions,
): IsupToSipStep {
  const confirm = toIsup(rlc(variant));
  switch (state.name) {
    case "Idle":
      return ignored(state);
    case "Collecting":
    case "Checking":
    case "Announcing":
      return ended(state, [confirm]);
    case "Trying":
    case "Progressing":
    case "Alerting": {
      const abort: IsupToSipOutput = state.hasProvisional ? cancel(cause) : { to: "sip", type: "abandon" };
      return { state: { ...state, name: "Cancelling", timers: {} }, outputs: [confirm, abort] };
    }
    case "Connected":
      return ended(state, [confirm, { to: "sip", type: "bye", cause, isup }]);
    case "Cancelling":
    case "Releasing":
    case "Ended":
      return { state, outputs: [confirm] };
  }
}

function onIam(iam: IsupMessageOf<"IAM">, now: number, options: IsupToSipOptions): IsupToSipStep {
  const { natureOfConnectionIndicators, calledPartyNumber } = iam.parameters;
  const isChecked = CHECKED.has(natureOfConnectionIndicators.continuityCheck);
  const timers = isChecked ? { T8: now + (options.T8Ms ?? DEFAULTS.T8Ms) } : {};
  const next: IsupToSipState = { ...ISUP_TO_SIP_IDLE, name: "Collecting", timers, iam };
  return onDigits(next, calledPartyNumber.stSignal, now, options);
}

/** Continuity check required on this circuit, or performed on a previous one (Q.763 (12/1999) §3.35). */
const CHECKED = new Set([1, 2]);

/** No INVITE before the check has succeeded, none at all where it failed (RFC 3398 §11.3). */
function onCot(
  state: IsupToSipState,
  { parameters: { continuityIndicators } }: IsupMessageOf<"COT">,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (state.timers.T8 === undefined) return ignored(state);
  if (continuityIndicators.continuityCheckSuccessful === 0) return ended(state, []);
  const checked = { ...state, timers: without(state.timers, "T8") };
  return state.name === "Checking" ? invite(checked, now, options) : { state: checked, outputs: [] };
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

/** INVITE with the whole number, or at the fewest digits where SIP hears each of them (RFC 3578 §2, §3.2). */
function onDigits(
  state: IsupToSipState,
  hasSt: boolean,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  const count = (state.iam?.parameters.calledPartyNumber.digits.length ?? 0) + state.moreDigits.length;
  const timers = without(without(state.timers, "T10"), "T35");
  const next = { ...state, timers };
  const verdict = verdictOnDigits(count, hasSt, options);
  if (verdict.type === "complete") return invite(next, now, options);
  const { timer, forMs } = verdict;
  const waiting = { ...next, timers: { ...timers, [timer]: now + forMs } };
  return timer === "T10" && options.isOverlapInSip === true
    ? invite(waiting, now, options)
    : { state: waiting, outputs: [] };
}

function onCollectingTimer(
  state: IsupToSipState,
  name: IsupToSipTimer,
  now: number,
  options: IsupToSipOptions,
): IsupToSipStep {
  if (state.timers[name] === undefined) return ignored(state);
  if (name === "T10") return invite({ ...state, timers: without(state.timers, "T10") }, now, options);
  const value = name === "T35" ? ADDRESS_INCOMPLETE : TEMPORARY_FAILURE;
  return release(state, causeIndicatorsOf(value, OWN_LOCATION), options);
}

function invite(state: IsupToSipState, now: number, options: IsupToSipOptions): IsupToSipStep {
  const { iam, moreDigits, invites, timers } = state;
  const { T11Ms, isOverlapInSip = false } = options;
  if (iam === undefined) return ignored(state);
  if (timers.T8 !== undefined) return { state: { ...state, name: "Checking" }, outputs: [] };
  // Collected en bloc, the number is complete with its INVITE.
  const { T10 } = isOverlapInSip ? timers : {};
  return {
    state: {
      ...state,
      name: "Trying",
      timers: {
        ...(T10 !== undefined && { T10 }),
        ...(T11Ms !== undefined && { T11: now + T11Ms }),
      },
      invites: invites + 1,
    },
    outputs: [{ to: "sip", type: "invite", iam, moreDigits }],
  };
}

function without(timers: IsupToSipState["timers"], name: IsupToSipTimer): IsupToSipState["timers"] {
  return Object.fromEntries(Object.entries(timers).filter(([each]) => each !== name));
}

function inConversation(state: IsupToSipState, isup: IsupMessage, options: IsupToSipOptions): IsupToSipStep {
  const hold = holdFrom(isup, options.hasIsup ?? true);
  if (hold === undefined) return info(state, isup, options);
  const direction = hold === "hold" ? "sendonly" : "sendrecv";
  return { state, outputs: [{ to: "sip", type: "reinvite", direction, isup }] };
}

function info(state: IsupToSipState, isup: IsupMessage, options: IsupToSipOptions): IsupToSipStep {
  return options.hasIsup === false ? ignored(state) : sendInfo(state, queueInfo(state.infos, isup));
}

function sendInfo(state: IsupToSipState, { infos, sends }: InfoStep): IsupToSipStep {
  const outputs: IsupToSipOutput[] = sends === undefined ? [] : [{ to: "sip", type: "info", isup: sends }];
  return { state: { ...state, infos }, outputs };
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

function cancel(cause: CauseIndicators): IsupToSipOutput {
  return { to: "sip", type: "cancel", cause, isup: undefined };
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
