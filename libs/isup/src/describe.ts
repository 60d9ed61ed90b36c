import type { IsupMessage } from "./codec.ts";
import { ITU_MESSAGES } from "./messages.ts";
import { hexOf } from "./json.ts";
import type { IsupNumber } from "./number-codec.ts";
import type { CauseIndicators } from "./parameter-codecs.ts";

/** A message in words, a line each: what it is, then what a person looks for first, then the rest by name. */
export function describeIsup(message: IsupMessage): string[] {
  const { messageType, parameters, typeCode } = message;
  if (messageType === "unknown") return [`unknown ISUP message type ${typeCode}: ${hexOf(message.octets)}`];
  const lines = [`${messageType} (${ITU_MESSAGES[messageType].name.toLowerCase()})`];
  const said = new Set<string>();
  const say = (name: string, text: string | undefined, ...names: (keyof typeof parameters)[]): void => {
    for (const each of names) said.add(each);
    if (text !== undefined) lines.push(`  ${name}: ${text}`);
  };
  say("called", numberText(parameters.calledPartyNumber), "calledPartyNumber");
  say("calling", numberText(parameters.callingPartyNumber), "callingPartyNumber");
  say("original called", numberText(parameters.originalCalledNumber), "originalCalledNumber");
  say("redirecting", numberText(parameters.redirectingNumber), "redirectingNumber");
  say("connected", numberText(parameters.connectedNumber), "connectedNumber");
  say("category", parameters.callingPartysCategory?.name, "callingPartysCategory");
  say("medium", parameters.transmissionMediumRequirement?.name, "transmissionMediumRequirement");
  say("cause", causeText(parameters.causeIndicators), "causeIndicators");
  say("event", parameters.eventInformation?.name, "eventInformation");
  say(
    "called party's status",
    parameters.backwardCallIndicators?.calledPartysStatus,
    "backwardCallIndicators",
  );
  say("hop counter", parameters.hopCounter && String(parameters.hopCounter.value), "hopCounter");
  say("indicators", indicatorText(message), "natureOfConnectionIndicators", "forwardCallIndicators");
  for (const { name, code, octets } of message.raw) {
    if (name === undefined) lines.push(`  unknown parameter ${code}: ${hexOf(octets)}`);
    else if (!said.has(name)) lines.push(`  ${name}: ${hexOf(octets)}`);
  }
  return lines;
}

function numberText(number: IsupNumber | undefined): string | undefined {
  if (number === undefined) return undefined;
  const words = [
    number.natureOfAddress === ""
      ? `nature of address ${number.natureOfAddressIndicator}`
      : number.natureOfAddress,
    number.numberingPlanIndicator === 1 ? "E.164" : `numbering plan ${number.numberingPlanIndicator}`,
    ...(number.presentation === undefined || number.presentation === ""
      ? []
      : [`presentation ${number.presentation}`]),
    ...(number.screening === undefined ? [] : [number.screening]),
    ...(number.incomplete === 1 ? ["incomplete"] : []),
    ...(number.stSignal ? ["ST"] : []),
  ];
  return `${number.digits === "" ? "(no digits)" : number.digits} (${words.join(", ")})`;
}

function causeText(cause: CauseIndicators | undefined): string | undefined {
  if (cause === undefined) return undefined;
  const diagnostics = cause.diagnostics === undefined ? "" : `, diagnostics ${hexOf(cause.diagnostics)}`;
  return `${cause.causeValue} ${cause.cause}, location ${cause.location}, coding ${cause.codingStandard}${diagnostics}`;
}

function indicatorText({ parameters }: IsupMessage): string | undefined {
  const forward = parameters.forwardCallIndicators;
  if (forward === undefined) return undefined;
  return [
    forward.internationalCall === 1 ? "international call" : "national call",
    forward.isdnUserPart === 1 ? "ISUP all the way" : "ISUP not all the way",
    forward.interworking === 1 ? "interworking" : "no interworking",
    forward.isdnAccess === 1 ? "ISDN access" : "non-ISDN access",
  ].join(", ");
}
