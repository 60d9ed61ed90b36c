import type { CallCommon, CallIncoming, PartyNumber, Redirection } from "@tandem/call-events";
import { editIsup, type IsupMessage, type ParameterChanges } from "@tandem/isup";

/** Q.763 (12/1999) §3.10 e): address presentation restricted. */
const RESTRICTED = 1;

/** Header fields that name the caller or those who redirected. */
const IDENTIFYING = ["p-asserted-identity", "identity", "p-charge-info", "diversion", "history-info"];

type IncomingDetails = Omit<CallIncoming, keyof CallCommon>;

/**
 * What consumers may see of a call: a number whose presentation is restricted keeps its kind and loses its digits
 * (RFC 3323 §4.1, Q.731 §4). Routing has used the whole number before.
 */
export function maskedDetails(details: IncomingDetails): IncomingDetails {
  const originalCalled = details.originalCalled === null ? null : maskedNumber(details.originalCalled);
  const redirecting = details.redirecting.map((redirection): Redirection => ({
    ...redirection,
    number: maskedNumber(redirection.number),
  }));
  const calling = maskedNumber(details.calling);
  const isMasked =
    calling !== details.calling ||
    originalCalled !== details.originalCalled ||
    redirecting.some(({ number }, index) => number !== details.redirecting[index]?.number);
  if (!isMasked) return details;
  const headers = Object.entries(details.headers).filter(([name]) => !IDENTIFYING.includes(name));
  return { ...details, calling, originalCalled, redirecting, headers: Object.fromEntries(headers) };
}

function maskedNumber(number: PartyNumber): PartyNumber {
  if (number.presentation !== "restricted") return number;
  return { ...number, raw: "", e164: "", display: "" };
}

/**
 * The same message without the digits of restricted numbers; `hidesCaller` where SIP restricts the caller, whatever
 * ISUP says. Undefined where the octets do not let themselves be written anew.
 */
export function maskedIsup(message: IsupMessage, hidesCaller: boolean): IsupMessage | undefined {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message.parameters)) {
    const mask = (each: unknown): unknown =>
      maskedParameter(each, hidesCaller && name === "callingPartyNumber");
    const masked: unknown = Array.isArray(value) ? value.map(mask) : mask(value);
    const isSame =
      Array.isArray(value) && Array.isArray(masked)
        ? value.every((each, at) => each === masked[at])
        : masked === value;
    if (!isSame) changes[name] = masked;
  }
  if (Object.keys(changes).length === 0) return message;
  try {
    return editIsup(message, changes as ParameterChanges);
  } catch {
    // A message so odd that it cannot be edited is not shown at all: hiding what must be hidden comes first.
    return undefined;
  }
}

function maskedParameter(value: unknown, isHidden: boolean): unknown {
  if (typeof value !== "object" || value === null || !("digits" in value) || value.digits === "")
    return value;
  const isRestricted = "presentationIndicator" in value && value.presentationIndicator === RESTRICTED;
  return isRestricted || isHidden ? { ...value, digits: "", stSignal: false } : value;
}
