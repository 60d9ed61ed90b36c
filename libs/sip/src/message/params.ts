import { closingQuote, isToken, unquote } from "./token.ts";

/** Generic parameters (RFC 3261 §25.1 `generic-param`): names in lower case, a flag has the value "". */
export type Params = ReadonlyMap<string, string>;

const NONE: Params = new Map();
/** Names as nearly everybody writes them. */
const USUAL = new Map(
  ["tag", "branch", "rport", "received", "lr", "expires", "transport", "q"].map((name) => [name, name]),
);

/** Values may be tokens, hosts (IPv6 references too) or quoted strings; anything else is left as sent. */
export function parseParams(text: string, from = 0): Params | undefined {
  let at = afterBlanks(text, from);
  if (at === text.length) return NONE;
  const hasQuote = text.includes('"', at);
  const params = new Map<string, string>();
  while (at < text.length) {
    if (text[at] !== ";") return undefined;
    const end = hasQuote ? endOutsideQuotes(text, at + 1) : endOf(text, at + 1);
    if (end < 0) return undefined;
    const equals = text.indexOf("=", at + 1);
    const hasValue = equals >= 0 && equals < end;
    const nameText = text.slice(at + 1, hasValue ? equals : end);
    const usual = USUAL.get(nameText);
    const name = usual ?? nameText.trim().toLowerCase();
    const value = hasValue ? text.slice(equals + 1, end).trim() : "";
    if ((usual === undefined && !isToken(name)) || (hasValue && value === "")) return undefined;
    if (!params.has(name)) params.set(name, hasQuote ? unquote(value) : value);
    at = end;
  }
  return params;
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && (text[at] === " " || text[at] === "\t")) at++;
  return at;
}

function endOf(text: string, from: number): number {
  const semicolon = text.indexOf(";", from);
  return semicolon < 0 ? text.length : semicolon;
}

/** -1 where a quoted string stays open. */
function endOutsideQuotes(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ";") {
    if (text[at] === '"') {
      at = closingQuote(text, at);
      if (at < 0) return -1;
    }
    at++;
  }
  return at;
}
