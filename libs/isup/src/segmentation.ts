import { editIsup, isupMessage, type ParameterChanges } from "./build.ts";
import type { IsupMessage } from "./message.ts";
import type { ParameterInputs, ParameterName, Parameters } from "./parameters.ts";
import type { Fields } from "./parts.ts";

/** Simple segmentation, Q.764 (12/1999) §2.1.12: one Segmentation message behind IAM, ACM, CPG, ANM or CON. */

/** A signal unit holds 272 octets; routing label and CIC take six of them (Q.703 §2.2, Q.763 (12/1999) §1). */
export const SEGMENT_OCTETS_MAX = 266;

/** What may move to the Segmentation message, Q.763 (12/1999) table 50; the first goes first. */
const MOVABLE = [
  "userToUserInformation",
  "accessTransport",
  "genericDigits",
  "genericNotificationIndicator",
  "genericNumber",
] as const satisfies readonly ParameterName[];

/** The parameter that says whether a segment follows, by message type: §3.37, §3.38. */
const INDICATORS: Readonly<
  Record<string, "optionalForwardCallIndicators" | "optionalBackwardCallIndicators">
> = {
  IAM: "optionalForwardCallIndicators",
  ACM: "optionalBackwardCallIndicators",
  CPG: "optionalBackwardCallIndicators",
  ANM: "optionalBackwardCallIndicators",
  CON: "optionalBackwardCallIndicators",
};

/** Whether the message says that a Segmentation message follows (T34 runs until then). */
export function announcesSegment({ messageType, parameters }: IsupMessage): boolean {
  const name = INDICATORS[messageType];
  return name !== undefined && parameters[name]?.simpleSegmentation === 1;
}

/**
 * The message, or the message and its segment where it is too long for one; undefined where even two cannot hold it.
 */
export function segmentIsup(
  message: IsupMessage,
  octetsMax: number = SEGMENT_OCTETS_MAX,
): readonly IsupMessage[] | undefined {
  if (message.octets.length <= octetsMax) return [message];
  const indicator = INDICATORS[message.messageType];
  if (indicator === undefined) return undefined;
  const parameters: Parameters = message.parameters;
  const changes: Fields = { [indicator]: { ...parameters[indicator], simpleSegmentation: 1 } };
  const moved: Fields = {};
  for (const name of MOVABLE) {
    if (parameters[name] === undefined) continue;
    changes[name] = undefined;
    moved[name] = contentsOf(message, name);
    const first = editIsup(message, changes as ParameterChanges);
    if (first.octets.length > octetsMax) continue;
    const segment = isupMessage("SGM", moved as ParameterInputs, { variant: message.variant });
    return segment.octets.length > octetsMax ? undefined : [first, segment];
  }
  return undefined;
}

/** The contents as they stand, spare bits and all. */
function contentsOf({ raw }: IsupMessage, name: (typeof MOVABLE)[number]): unknown {
  const contents = raw.filter((parameter) => parameter.name === name).map(({ octets }) => ({ octets }));
  return name === "userToUserInformation" || name === "accessTransport" ? contents[0] : contents;
}

/** The message with what its segment carries; its indicator says that nothing follows any more. */
export function reassembleIsup(message: IsupMessage, segment: IsupMessage): IsupMessage {
  const indicator = INDICATORS[message.messageType];
  const parameters: Parameters = message.parameters;
  const changes: Fields = {};
  if (indicator !== undefined && parameters[indicator] !== undefined) {
    changes[indicator] = { ...parameters[indicator], simpleSegmentation: 0 };
  }
  for (const name of MOVABLE) {
    if (segment.parameters[name] === undefined) continue;
    const more = contentsOf(segment, name);
    const before = parameters[name];
    if (before === undefined) changes[name] = more;
    else if (Array.isArray(before)) changes[name] = [...(before as unknown[]), ...(more as unknown[])];
  }
  return editIsup(message, changes as ParameterChanges);
}
