import { IS_TOKEN } from "./token.ts";
import { IS_USER } from "./uri.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const DOT = 0x2e;
const COLON = 0x3a;
const OPEN = 0x3c;
const CLOSE = 0x3e;
const AT = 0x40;
const BACKSLASH = 0x5c;

const SIP = octetsIn("sip:");
const TAG = octetsIn(";tag=");
const PORT_MAX = 65_535;
const PORT_DIGITS_MAX = 5;

/** Octets of a host that is an IPv4 address or a name in lower case, with the dots. */
const IS_HOST = new Uint8Array(256);
for (const code of octetsIn("abcdefghijklmnopqrstuvwxyz0123456789")) IS_HOST[code] = 1;

/**
 * Where the tag begins in a From or To value that is as most are: an optional display name, a SIP URI of user, host and
 * port in angle brackets, and no parameter but a tag, which goes to the end. `end` where it has none, -1 where the value
 * is another. Every message has two, and nearly nobody asks for more: what is found here, `parseNameAddr` reads, too.
 */
export function tagInUsualAddress(octets: Uint8Array, start: number, end: number): number {
  let at = afterName(octets, start, end);
  if (octets[at] !== OPEN || !liesAt(SIP, octets, at + 1)) return -1;
  at += 1 + SIP.length;
  const user = at;
  while (IS_USER[octets[at] ?? 0] === 1) at++;
  if (at === user || octets[at] !== AT) return -1;
  at = afterHost(octets, at + 1);
  if (octets[at] === COLON) at = afterPort(octets, at + 1);
  if (octets[at] !== CLOSE) return -1;
  at++;
  if (at === end) return end;
  const tag = at + TAG.length;
  return liesAt(TAG, octets, at) && isTokenAt(octets, tag, end) ? tag : -1;
}

function octetsIn(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function liesAt(text: Uint8Array, octets: Uint8Array, at: number): boolean {
  for (let index = 0; index < text.length; index++) if (text[index] !== octets[at + index]) return false;
  return true;
}

/** Behind one token or quoted string without escapes, and the spaces after it. */
function afterName(octets: Uint8Array, start: number, end: number): number {
  let at = start;
  if (octets[at] === QUOTE) {
    at++;
    while (at < end && octets[at] !== QUOTE && octets[at] !== BACKSLASH) at++;
    if (octets[at] !== QUOTE) return start;
    at++;
  } else while (IS_TOKEN[octets[at] ?? 0] === 1) at++;
  if (at > start) while (octets[at] === SPACE) at++;
  return at;
}

/** At what cannot be behind a host, where a label of it is empty. */
function afterHost(octets: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const label = at;
    while (IS_HOST[octets[at] ?? 0] === 1) at++;
    if (at === label) return label - 1;
    if (octets[at] !== DOT) return at;
    at++;
  }
}

/** The same for a port. */
function afterPort(octets: Uint8Array, start: number): number {
  let at = start;
  let port = 0;
  for (let octet = octets[at]; octet !== undefined && octet >= 0x30 && octet <= 0x39; octet = octets[++at])
    port = port * 10 + (octet - 0x30);
  return at === start || at > start + PORT_DIGITS_MAX || port > PORT_MAX ? start - 1 : at;
}

function isTokenAt(octets: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (IS_TOKEN[octets[at] ?? 0] !== 1) return false;
  return end > start;
}
