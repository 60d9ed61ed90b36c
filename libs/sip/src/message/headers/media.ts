import { isToken } from "../token.ts";
import { headerType, listType, type HeaderType } from "./header-type.ts";
import { parseValued, printValued, valuedListType, valuedType, type Valued } from "./valued.ts";

function isMediaType(text: string): boolean {
  const slash = text.indexOf("/");
  return isToken(text.slice(0, slash).trim()) && isToken(text.slice(slash + 1).trim()) && slash > 0;
}

const lowered = ({ value, params }: Valued): Valued => ({
  value: value.toLowerCase().replace(/\s*\/\s*/, "/"),
  params,
});

function mediaType(text: string): Valued | undefined {
  const valued = parseValued(text, isMediaType);
  return valued && lowered(valued);
}

/** RFC 3261 §20.15; the type in lower case. */
export const CONTENT_TYPE: HeaderType<Valued> = headerType("Content-Type", mediaType, printValued);
/** RFC 3261 §20.1: ranges such as `application/*` with `q`; an empty header field takes nothing. */
export const ACCEPT: HeaderType<Valued> = listType("Accept", mediaType, printValued);
/** RFC 3261 §20.2, §20.3. */
export const ACCEPT_ENCODING = valuedListType("Accept-Encoding");
export const ACCEPT_LANGUAGE = valuedListType("Accept-Language");

/** RFC 3261 §20.11: `session`, `render`, `signal` (RFC 3204) …, with `handling`. */
export const CONTENT_DISPOSITION = valuedType("Content-Disposition");

/** RFC 3261 §20.11: without the parameter, a body part must be understood. */
export function isHandlingRequired(disposition: Valued | undefined): boolean {
  return disposition?.params.get("handling")?.toLowerCase() !== "optional";
}
