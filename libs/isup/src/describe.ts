import type { CauseIndicators } from "./cause-indicators.ts";
import { textNameOf } from "./fields.ts";
import { hexOf } from "./hex.ts";
import { unplacedOf } from "./json.ts";
import type { IsupMessage } from "./message.ts";
import type { IsupNumber } from "./numbers.ts";
import type { Parameters } from "./parameters.ts";
import { layoutOf } from "./variants.ts";

/** A message in words, a line each: what it is, then what a person looks for first, then the rest by name. */
export function describeIsup(message: IsupMessage): string[] {
  const { messageType, typeCode } = message;
  const parameters: Parameters = message.parameters;
  if (messageType === "unknown") return [`unknown ISUP message type ${typeCode}: ${hexOf(message.octets)}`];
  const lines = [`${messageType} (${layoutOf(messageType, message.variant)?.name.toLowerCase() ?? ""})`];
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
  say("category", spaced(parameters.callingPartysCategory?.name), "callingPartysCategory");
  say("medium", spaced(parameters.transmissionMediumRequirement?.name), "transmissionMediumRequirement");
  say("cause", causeText(parameters.causeIndicators), "causeIndicators");
  say("event", spaced(parameters.eventInformation?.name), "eventInformation");
  say(
    "called party's status",
    spaced(parameters.backwardCallIndicators?.calledPartysStatus),
    "backwardCallIndicators",
  );
  say("hop counter", parameters.hopCounter && String(parameters.hopCounter.value), "hopCounter");
  say("indicators", indicatorText(parameters), "natureOfConnectionIndicators", "forwardCallIndicators");
  for (const [name, value] of Object.entries(parameters)) {
    if (!said.has(name)) lines.push(`  ${name}: ${wordsOf(value)}`);
  }
  for (const { name, code, octets } of unplacedOf(message)) {
    lines.push(`  ${name === undefined ? `unknown parameter ${code}` : `${name} again`}: ${hexOf(octets)}`);
  }
  if (message.trailing.length > 0) lines.push(`  octets behind the message: ${hexOf(message.trailing)}`);
  return lines;
}

/** A name as words: `networkProvided` is network provided. */
function spaced<T extends string | undefined>(name: T): T | string {
  return (
    name?.replace(/(?<=[a-z0-9])(?!Hz)[A-Z](?=[a-z])/g, (capital) => ` ${capital.toLowerCase()}`) ?? name
  );
}

/** Fields that say something: names in the place of numbers, zeros and what is empty left out. */
function wordsOf(value: unknown): string {
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(wordsOf).join("; ");
  if (typeof value !== "object" || value === null) return String(value);
  if ("digits" in value && "natureOfAddress" in value) return numberText(value as IsupNumber) ?? "";
  const named = namedFields(value as Readonly<Record<string, unknown>>);
  const fields = named.filter(([, each]) => !isSilent(each));
  if (fields.length === 0) return "nothing set";
  return fields
    .map(([name, each]) => {
      if (name === "value") return wordsOf(each);
      return fields.length === 1 && each === 1 ? name : `${name} ${wordsOf(each)}`;
    })
    .join(", ");
}

function isSilent(value: unknown): boolean {
  return value === 0 || value === "" || value === false;
}

/** Numbers that have a name by that name, and the fields of names left out. */
function namedFields(value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  const texts = new Set(
    Object.keys(value)
      .filter((name) => typeof value[name] === "number")
      .map(textNameOf),
  );
  return Object.entries(value).flatMap(([name, each]): readonly (readonly [string, unknown])[] => {
    if (texts.has(name)) return [];
    const text = typeof each === "number" ? value[textNameOf(name)] : undefined;
    if (isSilent(each) || text === undefined || text === "") return [[name, each]];
    const label = textNameOf(name);
    return [[name === "value" || label.endsWith("Name") ? name : label, text]];
  });
}

function numberText(number: IsupNumber | undefined): string | undefined {
  if (number === undefined) return undefined;
  const words = [
    number.natureOfAddress === ""
      ? `nature of address ${number.natureOfAddressIndicator}`
      : spaced(number.natureOfAddress),
    number.numberingPlanIndicator === 1 ? "E.164" : `numbering plan ${number.numberingPlanIndicator}`,
    ...(number.presentation === undefined || number.presentation === ""
      ? []
      : [`presentation ${spaced(number.presentation)}`]),
    ...(number.screening === undefined ? [] : [spaced(number.screening)]),
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

function indicatorText(parameters: Parameters): string | undefined {
  const forward = parameters.forwardCallIndicators;
  if (forward === undefined) return undefined;
  return [
    forward.internationalCall === 1 ? "international call" : "national call",
    forward.isdnUserPart === 1 ? "ISUP all the way" : "ISUP not all the way",
    forward.interworking === 1 ? "interworking" : "no interworking",
    forward.isdnAccess === 1 ? "ISDN access" : "non-ISDN access",
  ].join(", ");
}
