import { closingQuote, isToken, unquote } from "./token.ts";

/** Generic parameters (RFC 3261 §25.1 `generic-param`): names in lower case, a flag has the value "". */
export type Params = ReadonlyMap<string, string>;

const NONE: Params = new Map();

/** Values may be tokens, hosts (IPv6 references too) or quoted strings; anything else is left as sent. */
export function parseParams(text: string, from = 0): Params | undefined {
  let at = from;
  if (text.slice(at).trim() === "") return NONE;
  const params = new Map<string, string>();
  while (at < text.length) {
    const semicolon = text.indexOf(";", at);
    if (semicolon < 0) return text.slice(at).trim() === "" ? params : undefined;
    if (text.slice(at, semicolon).trim() !== "") return undefined;
    at = semicolon + 1;
    let end = at;
    while (end < text.length && text[end] !== ";") {
      if (text[end] === '"') {
        end = closingQuote(text, end);
        if (end < 0) return undefined;
      }
      end++;
    }
    const param = text.slice(at, end);
    const equals = param.indexOf("=");
    const name = (equals < 0 ? param : param.slice(0, equals)).trim().toLowerCase();
    if (!isToken(name)) return undefined;
    const value = equals < 0 ? "" : param.slice(equals + 1).trim();
    if (equals >= 0 && value === "") return undefined;
    if (!params.has(name)) params.set(name, unquote(value));
    at = end;
  }
  return params;
}
