import { isToken, quote, unquote } from "../token.ts";
import { headerType, listType, type HeaderType } from "./header-type.ts";

const asToken = (text: string): string | undefined => (isToken(text) ? text : undefined);
const asIs = (value: string): string => value;

function tokenList(name: string): HeaderType<string> {
  return listType(name, asToken, asIs);
}

/** Methods, RFC 3261 §20.5. */
export const ALLOW = tokenList("Allow");
/** Option tags: RFC 3261 §20.29, §20.32, §20.37, §20.40. */
export const SUPPORTED = tokenList("Supported");
export const REQUIRE = tokenList("Require");
export const PROXY_REQUIRE = tokenList("Proxy-Require");
export const UNSUPPORTED = tokenList("Unsupported");
/** Event packages, RFC 6665 §8.2.2. */
export const ALLOW_EVENTS = tokenList("Allow-Events");
/** RFC 3261 §20.12, §20.13. */
export const CONTENT_ENCODING = tokenList("Content-Encoding");
export const CONTENT_LANGUAGE = tokenList("Content-Language");
/** Hexadecimal tokens, RFC 3313 §5. */
export const P_MEDIA_AUTHORIZATION = tokenList("P-Media-Authorization");

/** RFC 3261 §25.1 `callid`. */
const CALL_ID_TEXT = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;

export function isCallId(text: string): boolean {
  return CALL_ID_TEXT.test(text);
}

const asCallId = (text: string): string | undefined => (isCallId(text) ? text : undefined);

/** RFC 3261 §20.8. */
export const CALL_ID = headerType("Call-ID", asCallId, asIs);
/** RFC 3261 §20.21. */
export const IN_REPLY_TO = listType("In-Reply-To", asCallId, asIs);

/** Free text: RFC 3261 §20.25, §20.35, §20.36, §20.41. */
export const ORGANIZATION = headerType("Organization", asIs, asIs);
export const SERVER = headerType("Server", asIs, asIs);
export const SUBJECT = headerType("Subject", asIs, asIs);
export const USER_AGENT = headerType("User-Agent", asIs, asIs);

const MIME = /^[0-9]+\.[0-9]+$/;
/** RFC 3261 §20.24. */
export const MIME_VERSION = headerType("MIME-Version", (text) => (MIME.test(text) ? text : undefined), asIs);

/** Tokens or quoted strings, RFC 7315 §4.3. */
export const P_VISITED_NETWORK_ID = listType(
  "P-Visited-Network-ID",
  (text) => (isToken(text) || (text.startsWith('"') && text.length > 1) ? unquote(text) : undefined),
  (value) => (isToken(value) ? value : quote(value)),
);
