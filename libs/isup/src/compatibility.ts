import { causeIndicatorsOf, type CauseIndicators } from "./cause-indicators.ts";
import { messageCompatibilityInformation } from "./composites.ts";
import type { IsupMessage, RawParameter } from "./message.ts";
import { decodeContent } from "./parameter-row.ts";
import { variantTables } from "./variants.ts";

/**
 * What to do with what is not recognized, Q.764 (12/1999) §2.9.5.3. An exchange of type A is an end of the signalling
 * (originating, terminating, interworking, gateway); type B is a transit exchange. No text of Q.764 was at hand: bits
 * and values are those of Q.763 §3.33 and §3.41, which two dissectors confirm; which cause goes with which act, and what
 * is done without instructions, is from descriptions of the procedure.
 */
export interface CompatibilityOptions {
  readonly exchange: "A" | "B";
  /** Whether there is a next exchange that takes the message or parameter as it is. */
  readonly canPassOn: boolean;
  /** Location of the causes (Q.850 §2.2.3). */
  readonly locationValue: number;
  /** Parameter codes that the caller does not act on although they have a name here. */
  readonly isRecognized?: (parameter: RawParameter) => boolean;
}

export interface CompatibilityDecision {
  readonly action: "passOn" | "discardMessage" | "release";
  /** Parameter codes to take out before the message is used or passed on. */
  readonly discarded: readonly number[];
  /** Cause of the release. */
  readonly cause?: CauseIndicators;
  /** Notification to the sender: Confusion, or Release complete where a Release had it. */
  readonly notification?: { readonly messageType: "CFN" | "RLC"; readonly cause: CauseIndicators };
  /** What decided, for who reads a log. */
  readonly rules: readonly string[];
}

/** Q.850: message type, or parameter, non-existent or not implemented; parameter passed on; message discarded. */
const MESSAGE_UNKNOWN = 97;
const PARAMETER_UNKNOWN = 99;
const PARAMETER_PASSED_ON = 103;
const MESSAGE_WITH_UNKNOWN_PARAMETER = 110;

/** Instructions in the order of what they do to the call. */
const SEVERITY = ["passOn", "discardParameter", "discardMessage", "release"] as const;
type Act = (typeof SEVERITY)[number];

interface Judgement {
  readonly act: Act;
  readonly isNotified: boolean;
  readonly rule: string;
}

/** Messages that are never answered by a Confusion: itself, and the end of a circuit's call. */
const NEVER_NOTIFIED: ReadonlySet<string> = new Set(["CFN", "RLC"]);

export function evaluateCompatibility(
  message: IsupMessage,
  options: CompatibilityOptions,
): CompatibilityDecision {
  if (message.messageType === "unknown") return unknownMessage(message, options);
  const unknown = message.raw.filter(
    (parameter) => parameter.part === "optional" && !isRecognized(parameter, options),
  );
  const judged = unknown.map((parameter) => ({
    code: parameter.code,
    ...judgeParameter(parameter.code, message, options),
  }));
  const worst = judged.reduce<Act>(
    (act, { act: other }) => (SEVERITY.indexOf(other) > SEVERITY.indexOf(act) ? other : act),
    "passOn",
  );
  const rules = judged.map(({ code, rule }) => `parameter ${code}: ${rule}`);
  if (worst === "release") {
    const codes = judged.filter(({ act }) => act === "release").map(({ code }) => code);
    return { action: "release", discarded: [], cause: cause(PARAMETER_UNKNOWN, codes, options), rules };
  }
  const discarded = judged.filter(({ act }) => act === "discardParameter").map(({ code }) => code);
  const notification = notificationFor(message, worst, judged, options);
  return {
    action: worst === "discardMessage" ? "discardMessage" : "passOn",
    discarded: worst === "discardMessage" ? [] : discarded,
    ...(notification && { notification }),
    rules,
  };
}

function isRecognized(parameter: RawParameter, options: CompatibilityOptions): boolean {
  return parameter.name !== undefined && options.isRecognized?.(parameter) !== false;
}

function cause(
  value: number,
  diagnostics: readonly number[],
  options: CompatibilityOptions,
): CauseIndicators {
  return { ...causeIndicatorsOf(value, options.locationValue), diagnostics: Uint8Array.from(diagnostics) };
}

function notificationFor(
  { messageType, typeCode }: IsupMessage,
  worst: Act,
  judged: readonly (Judgement & { readonly code: number })[],
  options: CompatibilityOptions,
): CompatibilityDecision["notification"] {
  const notified = judged.filter(({ isNotified, act }) => isNotified && act === worst);
  if (notified.length === 0 || NEVER_NOTIFIED.has(messageType)) return undefined;
  const codes = notified.map(({ code }) => code);
  const byAct = {
    passOn: [PARAMETER_PASSED_ON, codes],
    discardParameter: [PARAMETER_UNKNOWN, codes],
    discardMessage: [MESSAGE_WITH_UNKNOWN_PARAMETER, [typeCode, ...codes]],
    release: [PARAMETER_UNKNOWN, codes],
  } as const;
  const [value, diagnostics] = byAct[worst];
  return {
    messageType: messageType === "REL" ? "RLC" : "CFN",
    cause: cause(value, diagnostics, options),
  };
}

/** Q.763 (12/1999) §3.41, bits A to G. */
function judgeParameter(code: number, message: IsupMessage, options: CompatibilityOptions): Judgement {
  const { instructions = [] } = message.parameters.parameterCompatibilityInformation ?? {};
  const instruction = instructions.find(({ parameterCode }) => parameterCode === code);
  const { hasCompatibility } = variantTables(message.variant);
  if (instruction === undefined || !hasCompatibility) {
    return { act: "discardParameter", isNotified: true, rule: "no instructions: discarded, sender notified" };
  }
  const notPossible = (["release", "discardMessage", "discardParameter", "release"] as const)[
    instruction.passOnNotPossible
  ];
  const isNotified = instruction.sendNotification === 1;
  if (options.exchange === "B" && instruction.endNodeInterpretation === 0) {
    if (options.canPassOn) return { act: "passOn", isNotified: false, rule: "bit A 0: transit, passed on" };
    return {
      act: notPossible ?? "release",
      isNotified,
      rule: "bit A 0: transit, pass on not possible (bits GF)",
    };
  }
  if (instruction.releaseCall === 1)
    return { act: "release", isNotified: false, rule: "bit B 1: call released" };
  if (instruction.discardMessage === 1)
    return { act: "discardMessage", isNotified, rule: "bit D 1: message discarded" };
  if (instruction.discardParameter === 1)
    return { act: "discardParameter", isNotified, rule: "bit E 1: parameter discarded" };
  if (options.canPassOn) return { act: "passOn", isNotified, rule: "bits D and E 0: passed on" };
  return { act: notPossible ?? "release", isNotified, rule: "pass on not possible (bits GF)" };
}

/** Q.763 (12/1999) §3.33, bits A to E. */
function unknownMessage(message: IsupMessage, options: CompatibilityOptions): CompatibilityDecision {
  const { typeCode } = message;
  const notification = { messageType: "CFN", cause: cause(MESSAGE_UNKNOWN, [typeCode], options) } as const;
  const release = (rule: string): CompatibilityDecision => ({
    action: "release",
    discarded: [],
    cause: cause(MESSAGE_UNKNOWN, [typeCode], options),
    rules: [rule],
  });
  const decide = (
    action: "passOn" | "discardMessage",
    isNotified: boolean,
    rule: string,
  ): CompatibilityDecision => ({ action, discarded: [], ...(isNotified && { notification }), rules: [rule] });
  const instruction = instructionsOf(message);
  if (instruction === undefined || !variantTables(message.variant).hasCompatibility) {
    return decide("discardMessage", true, "no instructions: message discarded, sender notified");
  }
  const isNotified = instruction.sendNotification === 1;
  const notPossible = (rule: string): CompatibilityDecision =>
    instruction.passOnNotPossible === 0
      ? release(`${rule}, bit E 0: call released`)
      : decide("discardMessage", isNotified, `${rule}, bit E 1: message discarded`);
  if (options.exchange === "B" && instruction.endNodeInterpretation === 0) {
    if (options.canPassOn) return decide("passOn", false, "bit A 0: transit, passed on");
    return notPossible("bit A 0: transit, pass on not possible");
  }
  if (instruction.releaseCall === 1) return release("bit B 1: call released");
  if (instruction.discardMessage === 1) {
    return decide("discardMessage", isNotified, "bit D 1: message discarded");
  }
  if (options.canPassOn) return decide("passOn", isNotified, "bit D 0: passed on");
  return notPossible("pass on not possible");
}

const MESSAGE_COMPATIBILITY = 0x38;

/** A message that is not known is one of an optional part alone, or its instructions cannot be found. */
function instructionsOf({ octets }: IsupMessage) {
  const pointer = octets[1] ?? 0;
  if (pointer === 0) return undefined;
  for (let at = 1 + pointer; at + 2 < octets.length && octets[at] !== 0; at += 2 + (octets[at + 1] ?? 0)) {
    const end = at + 2 + (octets[at + 1] ?? 0);
    if (octets[at] === MESSAGE_COMPATIBILITY && end <= octets.length && end > at + 2) {
      return decodeContent(messageCompatibilityInformation, octets.subarray(at + 2, end));
    }
  }
  return undefined;
}
