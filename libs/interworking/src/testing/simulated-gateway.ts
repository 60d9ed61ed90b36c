import {
  causeIndicatorsOf,
  decodeIsup,
  editIsup,
  encodeIsup,
  isupMessage,
  type CauseIndicators,
  type IsupMessage,
  type IsupMessageOf,
} from "@tandem/isup";
import { acmFrom18x, anmFrom200, iamFrom, relFromCause } from "../answers.ts";
import type {
  IsupToSipInput,
  IsupToSipOptions,
  IsupToSipOutput,
  IsupToSipState,
} from "../isup-to-sip-call.ts";
import { ISUP_TO_SIP_IDLE, stepIsupToSip } from "../isup-to-sip-machine.ts";
import {
  SIP_TO_ISUP_IDLE,
  stepSipToIsup,
  type SipToIsupInput,
  type SipToIsupOptions,
  type SipToIsupOutput,
  type SipToIsupState,
} from "../sip-to-isup-machine.ts";

export const ITU = "itu-t92+" as const;
export const ANSI = "ansi88" as const;
export const iam = iamFrom({ called: "+493022", calling: "+493011" }, ITU);
export const cause = (value: number): CauseIndicators => causeIndicatorsOf(value, 0);
export const rel = (value: number): IsupMessage => relFromCause(cause(value), ITU);
export const acm = (status: number): IsupMessage => acmFrom18x(status, ITU);
export const cpg = (event: number, parameters = {}): IsupMessage =>
  isupMessage("CPG", { eventInformation: { value: event }, ...parameters });
export const con = anmFrom200(false, ITU);
export const anm = anmFrom200(true, ITU);
export const inBand = editIsup(acm(183) as IsupMessageOf<"ACM">, {
  optionalBackwardCallIndicators: { inBandInformation: 1 },
});
export const failing = editIsup(acm(183) as IsupMessageOf<"ACM">, { causeIndicators: cause(17) });
export const suspend = isupMessage("SUS", { suspendResumeIndicators: { networkInitiated: 0 } });

/** What the ISUP peer reads of the octets: a message that it would warn of is a fault of the gateway. */
function received(message: IsupMessage): IsupMessage {
  const result = decodeIsup(encodeIsup(message), { variant: message.variant });
  if (!result.ok) throw new TypeError(result.error.message);
  const [warning] = result.warnings;
  if (warning !== undefined) throw new TypeError(`${message.messageType}: ${warning.code}`);
  return result.message;
}

/** What stands on the wire: "IAM", "REL 16", "ACM 1", "ACM 0 in-band", "CPG 6". */
function nameOf(sent: IsupMessage): string {
  const message = received(sent);
  switch (message.messageType) {
    case "REL":
      return `REL ${message.parameters.causeIndicators.causeValue}`;
    case "ACM": {
      const { backwardCallIndicators, optionalBackwardCallIndicators } = message.parameters;
      const isInBand = optionalBackwardCallIndicators?.inBandInformation === 1;
      return `ACM ${backwardCallIndicators.calledPartysStatusIndicator}${isInBand ? " in-band" : ""}`;
    }
    case "COT":
      return `COT ${message.parameters.continuityIndicators.continuityCheckSuccessful}`;
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
  /** What left last. */
  last: readonly O[] = [];
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
    this.last = outputs;
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

export type SipCaller = Gateway<SipToIsupState, SipToIsupInput, SipToIsupOutput>;
export type IsupCaller = Gateway<IsupToSipState, IsupToSipInput, IsupToSipOutput>;

export const sipCaller = (options: SipToIsupOptions = { variant: ITU }): SipCaller =>
  new Gateway(
    SIP_TO_ISUP_IDLE,
    (state, input, now) => stepSipToIsup(state, input, now, options),
    wordsToSipCaller,
  );

export const isupCaller = (options: IsupToSipOptions = { variant: ITU }): IsupCaller =>
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
  if (output.type === "reinvite") return `INVITE ${output.direction}`;
  if (output.type !== "invite") return output.type.toUpperCase();
  if (output.contact !== undefined) return `INVITE ${output.contact}`;
  return output.moreDigits === "" ? "INVITE" : `INVITE +${output.moreDigits}`;
}
