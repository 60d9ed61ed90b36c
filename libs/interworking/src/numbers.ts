import type { IsupNumber } from "@tandem/isup";
import { isSipUri, unescapeUser, type Uri } from "@tandem/sip";

/** Visual separators of RFC 3966 §5.1.1. */
const SEPARATORS = /[-.()]/g;
const GLOBAL = /^\+[0-9]{1,15}$/;
const E164_PLAN = 1;

/** E.164 with "+" of an ISUP number, or "" where it cannot be known (RFC 3398 §12.1). */
export function e164FromNumber(number: IsupNumber, country?: string): string {
  if (number.numberingPlanIndicator !== E164_PLAN) return "";
  let global = "";
  if (number.natureOfAddress === "international") global = `+${number.digits}`;
  else if (number.natureOfAddress === "national" && country !== undefined)
    global = `+${country}${number.digits}`;
  return GLOBAL.test(global) ? global : "";
}

/** A number as a URI has it: as written without separators, and as E.164 where it is global. */
export interface UriNumber {
  readonly raw: string;
  readonly e164: string;
}

/** Telephone number of a tel URI or of the user part of a SIP URI (RFC 3398 §12.2, RFC 3261 §19.1.6). */
export function numberFromUri(uri: Uri, country?: string): UriNumber | undefined {
  const user = isSipUri(uri) ? uri.user : "number" in uri ? uri.number : undefined;
  if (user === undefined) return undefined;
  const raw = unescapeUser(user.split(";")[0] ?? "");
  const digits = raw.replace(SEPARATORS, "");
  if (GLOBAL.test(digits)) return { raw, e164: digits };
  const context = "params" in uri ? uri.params.get("phone-context") : undefined;
  if (context !== undefined && GLOBAL.test(`${context}${digits}`))
    return { raw, e164: `${context}${digits}` };
  // A national number with its trunk prefix, where the trunk says which country's.
  if (country !== undefined && /^0[1-9][0-9]{2,13}$/.test(digits))
    return { raw, e164: `+${country}${digits.slice(1)}` };
  return { raw, e164: "" };
}
