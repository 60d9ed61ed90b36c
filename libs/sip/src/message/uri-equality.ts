import { isSipUri, type SipUri, type TelUri, type Uri } from "./uri.ts";

/** In a comparison, these count as different where only one URI has them (RFC 3261 §19.1.4). */
const SIGNIFICANT = ["user", "ttl", "method", "maddr", "transport"] as const;
/** Compared as they stand, in any case, once they are values of a parameter. */
const lower = (text: string): string => text.toLowerCase();

/** RFC 3261 §19.1.4, with RFC 5954 §4.2 for IPv6 addresses; tel by RFC 3966 §4; others by their text. */
export function equalUris(one: Uri, other: Uri): boolean {
  if (one.scheme !== other.scheme) return false;
  if (isSipUri(one) && isSipUri(other)) return equalSipUris(one, other);
  if ("number" in one && "number" in other) return equalTelUris(one, other);
  return "rest" in one && "rest" in other && one.rest === other.rest;
}

function equalSipUris(one: SipUri, other: SipUri): boolean {
  return (
    unescaped(one.user) === unescaped(other.user) &&
    unescaped(one.password) === unescaped(other.password) &&
    canonicalHost(one.host) === canonicalHost(other.host) &&
    one.port === other.port &&
    equalParams(one, other) &&
    equalHeaders(one.headers, other.headers)
  );
}

function equalParams(one: SipUri, other: SipUri): boolean {
  for (const name of SIGNIFICANT) if (one.params.has(name) !== other.params.has(name)) return false;
  for (const [name, value] of one.params) {
    const counterpart = other.params.get(name);
    if (counterpart !== undefined && lower(unescaped(counterpart) ?? "") !== lower(unescaped(value) ?? ""))
      return false;
  }
  return true;
}

/** URI headers are never ignored; their order means nothing. */
function equalHeaders(one: string | undefined, other: string | undefined): boolean {
  return headerKey(one) === headerKey(other);
}

function headerKey(headers: string | undefined): string {
  const fields = (headers ?? "").split("&").map((field) => {
    const equals = field.indexOf("=");
    const [name, value] = equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
    return `${lower(unescaped(name) ?? "")}=${unescaped(value) ?? ""}`;
  });
  return fields.sort().join("&");
}

const ESCAPE = /%([0-9A-Fa-f]{2})/g;

/** `%61` is `a`; an escape for a reserved character is not that character, so those stay escapes (§19.1.4). */
function unescaped(text: string | undefined): string | undefined {
  return text?.replace(ESCAPE, (escape: string, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-_.!~*'()]/.test(character) ? character : escape.toUpperCase();
  });
}

/** IPv6 addresses by value; names and IPv4 as they are. */
function canonicalHost(host: string): string {
  if (!host.startsWith("[")) return host.replace(/\.$/, "");
  return ipv6Groups(host.slice(1, -1))?.join(":") ?? host;
}

function ipv6Groups(address: string): number[] | undefined {
  const dotted = /^(.*:)([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/.exec(address);
  const text =
    dotted === null ? address : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const halves = text.split("::");
  const [before, after] = halves.map((half) =>
    half === "" ? [] : half.split(":").map((each) => Number.parseInt(each, 16)),
  );
  if (before === undefined || halves.length > 2) return undefined;
  if (after === undefined) return before.length === 8 ? before : undefined;
  const zeros = 8 - before.length - after.length;
  return zeros < 0 ? undefined : [...before, ...new Array<number>(zeros).fill(0), ...after];
}

function pair(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

const VISUAL_SEPARATORS = /[-.()]/g;

/** RFC 3966 §4: separators and the case of hexadecimal digits mean nothing, order of parameters neither. */
function equalTelUris(one: TelUri, other: TelUri): boolean {
  const digits = ({ number }: TelUri): string => lower(number.replace(VISUAL_SEPARATORS, ""));
  if (digits(one) !== digits(other) || one.params.size !== other.params.size) return false;
  for (const [name, value] of one.params) {
    const counterpart = other.params.get(name);
    if (counterpart === undefined) return false;
    const strip = name === "ext" || name === "phone-context" ? VISUAL_SEPARATORS : "";
    if (lower(counterpart.replace(strip, "")) !== lower(value.replace(strip, ""))) return false;
  }
  return true;
}
