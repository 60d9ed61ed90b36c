import { isupNumber, type IsupNumber } from "@tandem/isup";
import { escapeUser, type Uri } from "@tandem/sip";
import { telephoneSubscriberOf } from "./telephone-uri.ts";

const GLOBAL = /^\+[0-9]{1,15}$/;
const LOCAL = /^[0-9]{1,24}$/;
const E164_PLAN = 1;
const SUBSCRIBER = 1;
const UNKNOWN = 2;
const NATIONAL = 3;
const INTERNATIONAL = 4;

/** Where the numbers of a trunk without country code belong. */
export interface NumberPlan {
  /** Country code without "+". */
  readonly country?: string | undefined;
  /** For subscriber numbers, without trunk prefix. */
  readonly areaCode?: string | undefined;
}

/** E.164 with "+" of an ISUP number, or "" where it cannot be known (RFC 3398 §12.1). */
export function e164FromNumber(number: IsupNumber, country?: string, areaCode?: string): string {
  if (number.numberingPlanIndicator !== E164_PLAN) return "";
  let global = "";
  if (number.natureOfAddressIndicator === INTERNATIONAL) global = `+${number.digits}`;
  else if (number.natureOfAddressIndicator === NATIONAL && country !== undefined)
    global = `+${country}${number.digits}`;
  else if (number.natureOfAddressIndicator === SUBSCRIBER && country !== undefined && areaCode !== undefined)
    global = `+${country}${areaCode}${number.digits}`;
  return GLOBAL.test(global) ? global : "";
}

/** A number as a URI has it: as written without separators, and as E.164 where it is global. */
export interface UriNumber {
  readonly raw: string;
  readonly e164: string;
}

/**
 * Telephone number of a tel URI or of the user part of a SIP URI (RFC 3398 §12.2, RFC 3261 §19.1.6). `moreDigits`: those
 * that came behind it, in SAMs (RFC 3578).
 */
export function numberFromUri(uri: Uri, country?: string, moreDigits = ""): UriNumber | undefined {
  const subscriber = telephoneSubscriberOf(uri);
  if (subscriber === undefined) return undefined;
  const { params } = subscriber;
  const raw = subscriber.written + moreDigits;
  const digits = subscriber.digits + moreDigits;
  if (GLOBAL.test(digits)) return { raw, e164: digits };
  const context = params.get("phone-context");
  if (context !== undefined && GLOBAL.test(`${context}${digits}`))
    return { raw, e164: `${context}${digits}` };
  // A national number with its trunk prefix, where the trunk says which country's.
  if (country !== undefined && /^0[1-9][0-9]{2,13}$/.test(digits))
    return { raw, e164: `+${country}${digits.slice(1)}` };
  return { raw, e164: "" };
}

/** What ISUP needs of an address besides what the parameter itself adds. */
export interface IsupAddress {
  readonly digits: string;
  readonly natureOfAddressIndicator: number;
  readonly numberingPlanIndicator: number;
}

/**
 * The address of a telephone URI: of the trunk's own country national, of another international, without "+" unknown
 * (RFC 3398 §12.2). Undefined where there are no digits a switch could dial.
 */
export function addressFromUri(uri: Uri, plan: NumberPlan = {}): IsupAddress | undefined {
  const number = numberFromUri(uri, plan.country);
  if (number === undefined) return undefined;
  if (number.e164 !== "") return addressFromE164(number.e164, plan);
  const digits = telephoneSubscriberOf(uri)?.digits ?? "";
  if (!LOCAL.test(digits)) return undefined;
  return { digits, natureOfAddressIndicator: UNKNOWN, numberingPlanIndicator: E164_PLAN };
}

/** `e164` with "+". */
export function addressFromE164(e164: string, { country }: NumberPlan = {}): IsupAddress {
  const isOwn = country !== undefined && e164.startsWith(`+${country}`);
  return {
    digits: e164.slice(isOwn ? 1 + country.length : 1),
    natureOfAddressIndicator: isOwn ? NATIONAL : INTERNATIONAL,
    numberingPlanIndicator: E164_PLAN,
  };
}

/**
 * Whether two addresses are the same number, written nationally or internationally. Where one is not known as E.164 its
 * digits decide: a URI that says no more than them has no place for the nature of address.
 */
export function isSameNumber(
  one: IsupAddress | IsupNumber,
  other: IsupAddress | IsupNumber,
  { country, areaCode }: NumberPlan,
): boolean {
  const [first, second] = [one, other].map((address) =>
    e164FromNumber(isupNumber(address), country, areaCode),
  );
  if (first !== "" && second !== "") return first === second;
  const isInternational = one.natureOfAddressIndicator === INTERNATIONAL;
  return (
    one.digits === other.digits && isInternational === (other.natureOfAddressIndicator === INTERNATIONAL)
  );
}

/** Parameters of the telephone-subscriber: `["npdi", ""]` has no value. */
export type SubscriberParams = readonly (readonly [name: string, value: string])[];

/**
 * A SIP URI of an ISUP number: `sip:+4930…@host;user=phone`; digits alone with the country as context where nothing
 * more is known (RFC 3398 §12.1, RFC 3966 §5.1.5).
 */
export function uriFromNumber(
  number: IsupNumber,
  host: string,
  plan: NumberPlan = {},
  params: SubscriberParams = [],
): string {
  const e164 = e164FromNumber(number, plan.country, plan.areaCode);
  const context: SubscriberParams =
    e164 === "" && plan.country !== undefined ? [["phone-context", `+${plan.country}`]] : [];
  return `sip:${userOf(e164 === "" ? number.digits : e164, [...context, ...params])}@${host};user=phone`;
}

function userOf(number: string, params: SubscriberParams): string {
  const text = params.map(([name, value]) => (value === "" ? `;${name}` : `;${name}=${value}`));
  return escapeUser(number) + text.join("");
}
