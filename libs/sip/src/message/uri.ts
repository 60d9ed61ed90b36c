import { parseParams, type Params } from "./params.ts";

/** A SIP or SIPS URI (RFC 3261 §19.1). `user` is as sent, escapes kept. */
export interface SipUri {
  readonly scheme: "sip" | "sips";
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Lower case; an IPv6 reference keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Params;
  readonly headers: string | undefined;
}

/** A tel URI (RFC 3966); `number` keeps its visual separators. */
export interface TelUri {
  readonly scheme: "tel";
  readonly number: string;
  readonly params: Params;
}

export interface OtherUri {
  readonly scheme: string;
  readonly rest: string;
}

export type Uri = SipUri | TelUri | (OtherUri & { readonly other: true });

const SCHEME = /^[A-Za-z][A-Za-z0-9+\-.]*$/;
const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+$/;
/** Octets of a user part that stand for themselves, without `%`. */
export const IS_USER = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()&=+$,;?/")
  IS_USER[character.charCodeAt(0)] = 1;

function isUser(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (IS_USER[text.charCodeAt(at)] !== 1) return USER.test(text);
  return text !== "";
}

const HOST_NAME =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9\-_]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9\-_]*[A-Za-z0-9])?\.?$/;
const IPV6_REFERENCE = /^\[[0-9A-Fa-f:.]+\]$/;
const TEL_NUMBER = /^\+?[0-9A-Fa-f*#\-.()]+$/;

export function isSipUri(uri: Uri): uri is SipUri {
  return uri.scheme === "sip" || uri.scheme === "sips";
}

function isHost(host: string): boolean {
  return isPlainHost(host) || HOST_NAME.test(host) || IPV6_REFERENCE.test(host);
}

/** Letters, digits and single dots, as IPv4 addresses and nearly all names are: without the cost of the pattern. */
function isPlainHost(host: string): boolean {
  let isAfterDot = true;
  for (let at = 0; at < host.length; at++) {
    const code = host.charCodeAt(at);
    const isDot = code === 0x2e;
    const isAlphanumeric = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
    if (isDot ? isAfterDot : !isAlphanumeric) return false;
    isAfterDot = isDot;
  }
  return !isAfterDot;
}

export function parseUri(text: string): Uri | undefined {
  if (text.startsWith("sip:")) return parseSipUri("sip", text.slice(4));
  const colon = text.indexOf(":");
  if (colon <= 0) return undefined;
  const scheme = text.slice(0, colon);
  if (!SCHEME.test(scheme)) return undefined;
  const lower = scheme.toLowerCase();
  if (lower === "sip" || lower === "sips") return parseSipUri(lower, text.slice(colon + 1));
  if (lower === "tel") return parseTelUri(text.slice(colon + 1));
  // RFC 4475 §3.3.2: a scheme we do not know is readable; the user agent answers 416.
  return { scheme: lower, rest: text.slice(colon + 1), other: true };
}

function parseSipUri(scheme: "sip" | "sips", rest: string): SipUri | undefined {
  const at = rest.indexOf("@");
  let user: string | undefined;
  let password: string | undefined;
  let hostPart = rest;
  if (at >= 0) {
    const userInfo = rest.slice(0, at);
    hostPart = rest.slice(at + 1);
    const colon = userInfo.indexOf(":");
    user = colon < 0 ? userInfo : userInfo.slice(0, colon);
    password = colon < 0 ? undefined : userInfo.slice(colon + 1);
    if (!isUser(user) || (password !== undefined && password !== "" && !isUser(password))) return undefined;
  }
  const question = hostPart.indexOf("?");
  const headers = question < 0 ? undefined : hostPart.slice(question + 1);
  if (question >= 0) hostPart = hostPart.slice(0, question);
  const semicolon = hostPart.indexOf(";");
  const hostPort = semicolon < 0 ? hostPart : hostPart.slice(0, semicolon);
  const sentTo = readHostPort(hostPort, 0);
  // What is plain has none, and parameters are looked at on their own.
  if (sentTo === undefined || (!sentTo.isPlain && hasWhite(hostPart))) return undefined;
  const params = semicolon < 0 ? parseParams("") : parseUriParams(hostPart.slice(semicolon));
  if (params === undefined) return undefined;
  return { scheme, user, password, host: sentTo.host, port: sentTo.port, params, headers };
}

const URI_PARAM = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$]|%[0-9A-Fa-f]{2})+$/;

/** RFC 3261 §25.1 `uri-parameters`: no white space, and wider characters than a header parameter's. */
function parseUriParams(text: string): Params | undefined {
  const params = new Map<string, string>();
  for (const param of text.slice(1).split(";")) {
    const equals = param.indexOf("=");
    const name = equals < 0 ? param : param.slice(0, equals);
    const value = equals < 0 ? "" : param.slice(equals + 1);
    if (!URI_PARAM.test(name) || (equals >= 0 && !URI_PARAM.test(value))) return undefined;
    if (!params.has(name.toLowerCase())) params.set(name.toLowerCase(), value);
  }
  return params;
}

function parseTelUri(rest: string): TelUri | undefined {
  const semicolon = rest.indexOf(";");
  const number = semicolon < 0 ? rest : rest.slice(0, semicolon);
  if (!TEL_NUMBER.test(number)) return undefined;
  // A semicolon with nothing behind it is sent by gateways, and means nothing.
  const hasParams = semicolon >= 0 && semicolon < rest.length - 1;
  const params = hasParams ? parseUriParams(rest.slice(semicolon)) : parseParams("");
  return params === undefined ? undefined : { scheme: "tel", number, params };
}

interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
  /** Both are as they were written, without white space. */
  readonly isPlain: boolean;
}

/** `host [":" port]` (RFC 3261 §25.1); the port is 1 to 65535, as something can be sent to it. */
export function parseHostPort(text: string): Pick<HostPort, "host" | "port"> | undefined {
  const read = readHostPort(text, 1);
  return read && { host: read.host, port: read.port };
}

function readHostPort(text: string, lowest: 0 | 1): HostPort | undefined {
  const bracket = text.startsWith("[") ? text.indexOf("]") : -1;
  const colon = text.indexOf(":", bracket < 0 ? 0 : bracket);
  const sent = colon < 0 ? text : text.slice(0, colon);
  const isPlain = isPlainHost(sent);
  const host = isPlain ? sent : sent.trim().toLowerCase();
  if (!isPlain && !isHost(host)) return undefined;
  if (colon < 0) return { host, port: undefined, isPlain };
  const isTrimmed = isPlain && text.charCodeAt(text.length - 1) > 0x20 && text.charCodeAt(colon + 1) > 0x20;
  const port = isTrimmed ? portIn(text, colon + 1) : portIn(text.slice(colon + 1).trim(), 0);
  return port < lowest || port > 65_535 ? undefined : { host, port, isPlain: isTrimmed };
}

/** One to five digits from there to the end; -1 where they are not. */
function portIn(text: string, from: number): number {
  const count = text.length - from;
  if (count < 1 || count > 5) return -1;
  let port = 0;
  for (let at = from; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
  }
  return port;
}

const WHITE = /\s/;

function hasWhite(text: string): boolean {
  return WHITE.test(text);
}

export function formatUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) text += `${uri.user}${uri.password === undefined ? "" : `:${uri.password}`}@`;
  text += uri.host;
  if (uri.port !== undefined) text += `:${uri.port}`;
  for (const [name, value] of uri.params) text += value === "" ? `;${name}` : `;${name}=${value}`;
  return uri.headers === undefined ? text : `${text}?${uri.headers}`;
}

/** Characters of a user part that need no escape (RFC 3261 §25.1 `user`). */
export function escapeUser(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (character) => encodeURIComponent(character));
}

export function unescapeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
