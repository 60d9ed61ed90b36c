import { parseNameAddr, type NameAddr } from "../name-addr.ts";
import { isToken, quote } from "../token.ts";
import { headerType, listType } from "./header-type.ts";
import { printParams } from "./valued.ts";

const TOKENS = /^[A-Za-z0-9\-.!%*_+`'~]+(?: [A-Za-z0-9\-.!%*_+`'~]+)*$/;

/** Always with angle brackets, so that parameters cannot change sides (RFC 3261 §20.10). */
export function printNameAddr({ displayName, uriText, params }: NameAddr): string {
  const name =
    displayName === undefined ? "" : `${TOKENS.test(displayName) ? displayName : quote(displayName)} `;
  return `${name}<${uriText}>${printParams(params)}`;
}

const one = (name: string) => headerType(name, parseNameAddr, printNameAddr);
const list = (name: string) => listType(name, parseNameAddr, printNameAddr);

/** RFC 3261 §20.20, §20.39. */
export const FROM = one("From");
export const TO = one("To");
/** RFC 3261 §20.10, §20.30, §20.31, §20.34; `Contact: *` is not an address and has no value here. */
export const CONTACT = list("Contact");
export const RECORD_ROUTE = list("Record-Route");
export const REPLY_TO = one("Reply-To");
export const ROUTE = list("Route");
/** RFC 3327 §4, RFC 3608 §5. */
export const PATH = list("Path");
export const SERVICE_ROUTE = list("Service-Route");
/** RFC 3515 §2.1. */
export const REFER_TO = one("Refer-To");
/** RFC 3892 §3; `cid` names the signed body. */
export const REFERRED_BY = one("Referred-By");
/** RFC 3325 §9.1, §9.2: one or two values, then one sip and one tel. */
export const P_ASSERTED_IDENTITY = list("P-Asserted-Identity");
export const P_PREFERRED_IDENTITY = list("P-Preferred-Identity");
/** RFC 7315 §4.1, §4.2, RFC 5502 §6, RFC 5002 §5, RFC 4457 §5, RFC 8496 §6. */
export const P_ASSOCIATED_URI = list("P-Associated-URI");
export const P_CALLED_PARTY_ID = one("P-Called-Party-ID");
export const P_SERVED_USER = one("P-Served-User");
export const P_PROFILE_KEY = one("P-Profile-Key");
export const P_USER_DATABASE = one("P-User-Database");
export const P_CHARGE_INFO = one("P-Charge-Info");
/** RFC 3261 §20.4, §20.9, §20.18: URIs of any scheme. */
export const ALERT_INFO = list("Alert-Info");
export const CALL_INFO = list("Call-Info");
export const ERROR_INFO = list("Error-Info");
/** RFC 6442 §4.1: where the location is, by value (`cid:`) or by reference. */
export const GEOLOCATION = list("Geolocation");
/** RFC 6442 §4.2: whether the location may be used for routing; other values count as `no`. */
export const GEOLOCATION_ROUTING = headerType(
  "Geolocation-Routing",
  (text) => (isToken(text) ? text.toLowerCase() : undefined),
  (value) => value,
);
