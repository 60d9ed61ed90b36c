import { parseParams, type Params } from "./params.ts";
import { closingQuote, splitOutside, unquote } from "./token.ts";
import { parseUri, type Uri } from "./uri.ts";

/** `name-addr` or `addr-spec` with parameters: From, To, Contact, Route, Record-Route (RFC 3261 §20.10). */
export interface NameAddr {
  readonly displayName: string | undefined;
  /** As sent, without angle brackets. */
  readonly uriText: string;
  readonly uri: Uri;
  readonly params: Params;
}

const TOKENS = /^[A-Za-z0-9\-.!%*_+`'~]+(?:\s+[A-Za-z0-9\-.!%*_+`'~]+)*$/;

export function parseNameAddr(text: string): NameAddr | undefined {
  const trimmed = text.trim();
  const isQuoted = trimmed.startsWith('"');
  const quoteEnd = isQuoted ? closingQuote(trimmed, 0) : -1;
  if (isQuoted && quoteEnd < 0) return undefined;
  const open = trimmed.indexOf("<", quoteEnd + 1);
  if (open < 0) return isQuoted ? undefined : parseAddrSpec(trimmed);
  const close = trimmed.indexOf(">", open);
  if (close < 0) return undefined;
  const name = trimmed.slice(0, open).trim();
  // RFC 3261 §25.1: a display name is a quoted string or tokens parted by white space (RFC 4475 §3.1.2.15).
  if (isQuoted ? quoteEnd !== name.length - 1 : name !== "" && !TOKENS.test(name)) return undefined;
  const uriText = trimmed.slice(open + 1, close);
  const uri = parseUri(uriText);
  const params = parseParams(trimmed, close + 1);
  if (uri === undefined || params === undefined) return undefined;
  return {
    displayName: name === "" ? undefined : unquote(name),
    uriText,
    uri,
    params,
  };
}

/** Without angle brackets, parameters belong to the header field, not to the URI (RFC 3261 §20). */
function parseAddrSpec(text: string): NameAddr | undefined {
  const semicolon = text.indexOf(";");
  const uriText = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  if (uriText.includes("?") || uriText.includes(",")) return undefined;
  const uri = parseUri(uriText);
  const params = semicolon < 0 ? parseParams("") : parseParams(text, semicolon);
  if (uri === undefined || params === undefined) return undefined;
  return { displayName: undefined, uriText, uri, params };
}

/** A comma-separated list of name-addrs; undefined where one of them is broken. */
export function parseNameAddrs(values: readonly string[]): NameAddr[] | undefined {
  const list: NameAddr[] = [];
  for (const value of values) {
    const parts = splitOutside(value, ",");
    if (parts === undefined) return undefined;
    for (const part of parts) {
      const parsed = parseNameAddr(part);
      if (parsed === undefined) return undefined;
      list.push(parsed);
    }
  }
  return list;
}
