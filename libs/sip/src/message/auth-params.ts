import { closingQuote, isToken, quote, unquote } from "./token.ts";

/** A challenge or credentials: `auth-scheme` and its parameters (RFC 3261 §20.7, §20.44); one to a header line. */
export interface AuthValue {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case, values without quotes. */
  readonly params: ReadonlyMap<string, string>;
}

export function parseAuthValue(text: string): AuthValue | undefined {
  const trimmed = text.trim();
  const space = trimmed.search(/\s/);
  const scheme = space < 0 ? trimmed : trimmed.slice(0, space);
  if (!isToken(scheme)) return undefined;
  const params = space < 0 ? new Map<string, string>() : parseAuthParams(trimmed.slice(space));
  return params === undefined ? undefined : { scheme: scheme.toLowerCase(), params };
}

/** `name=value` parted by commas, as in Authentication-Info, which has no scheme. */
export function parseAuthParams(text: string): Map<string, string> | undefined {
  const params = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const equals = text.indexOf("=", at);
    if (equals < 0) return text.slice(at).trim() === "" ? params : undefined;
    const name = text.slice(at, equals).trim().toLowerCase();
    let start = equals + 1;
    while (text[start] === " " || text[start] === "\t") start++;
    const isQuoted = text[start] === '"';
    const close = isQuoted ? closingQuote(text, start) : start;
    if (close < 0 || !isToken(name)) return undefined;
    const comma = text.indexOf(",", close);
    const end = comma < 0 ? text.length : comma;
    const value = text.slice(start, end).trim();
    // A name twice would let two readers see two values.
    if (params.has(name) || (isQuoted && close !== start + value.length - 1)) return undefined;
    params.set(name, unquote(value));
    at = end + 1;
  }
  return params;
}

/** Parameters that RFC 3261 §25.1 writes without quotes. */
const TOKENS = new Set(["algorithm", "stale", "nc", "userhash"]);

/** `qop` is a quoted list in a challenge and a token in credentials, so that the caller says which it is. */
export function formatAuthParams(
  params: Iterable<readonly [string, string | undefined]>,
  isQopQuoted: boolean,
): string {
  const shown: string[] = [];
  for (const [name, value] of params) {
    if (value === undefined) continue;
    const isBare = TOKENS.has(name) || (name === "qop" && !isQopQuoted);
    shown.push(`${name}=${isBare ? value : quote(value)}`);
  }
  return shown.join(", ");
}
