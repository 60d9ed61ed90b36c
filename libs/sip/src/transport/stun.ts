import { equalOctets } from "../message/octets.ts";

/** RFC 5389 §6: type, length, magic cookie, transaction id. */
const HEADER_OCTETS = 20;
const TYPE = { request: 0x0001, success: 0x0101, error: 0x0111 } as const;
const COOKIE = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
/** Below this an attribute must be understood (RFC 5389 §15). */
const OPTIONAL_FROM = 0x8000;
/** Understood, and without effect where nobody authenticates: USERNAME, MESSAGE-INTEGRITY, REALM, NONCE (RFC 5626 §8). */
const IGNORED: ReadonlySet<number> = new Set([0x0006, 0x0008, 0x0014, 0x0015]);
/** Attributes told in an error response: its length must not be the request's choice. */
const UNKNOWN_MAX = 8;
const IPV4 = 1;
const IPV6 = 2;
/** Octets of a transaction id. */
export const STUN_ID_OCTETS = 12;

/** What a server says to a Binding request. */
export interface BindingResponse {
  readonly id: Uint8Array;
  /** Family, port and address that the request came from, in hexadecimal digits; undefined in an error response. */
  readonly mapped: string | undefined;
}

/** A Binding request without attributes (RFC 5389 §7.1, RFC 5626 §8). */
export function bindingRequest(id: Uint8Array): Uint8Array {
  const octets = new Uint8Array(HEADER_OCTETS);
  octets[1] = TYPE.request;
  octets.set(COOKIE, 4);
  octets.set(id, 8);
  return octets;
}

/** RFC 5626 §8: no SIP message begins with 0 or 1. Undefined for all that is not a response to a Binding request. */
export function readBindingResponse(octets: Uint8Array): BindingResponse | undefined {
  const isStun = octets.length >= HEADER_OCTETS && equalOctets(octets.subarray(4, 8), COOKIE);
  const type = isStun ? shortAt(octets, 0) : undefined;
  if (type !== TYPE.success && type !== TYPE.error) return undefined;
  const id = octets.slice(8, HEADER_OCTETS);
  if (type === TYPE.error) return { id, mapped: undefined };
  const mapped = mappedAddress(octets);
  return mapped === undefined ? undefined : { id, mapped };
}

function mappedAddress(octets: Uint8Array): string | undefined {
  let at = HEADER_OCTETS;
  while (at + 4 <= octets.length) {
    const length = shortAt(octets, at + 2);
    const value = octets.subarray(at + 4, at + 4 + length);
    if (value.length < length) return undefined;
    if (shortAt(octets, at) === XOR_MAPPED_ADDRESS) return unmask(value, octets.subarray(4, HEADER_OCTETS));
    // RFC 5389 §15: padded to four octets.
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return undefined;
}

/** RFC 5389 §15.2: the port is masked by the cookie, the address by cookie and transaction id. */
function unmask(value: Uint8Array, mask: Uint8Array): string | undefined {
  if (value.length !== 8 && value.length !== HEADER_OCTETS) return undefined;
  const plain = value.map((octet, at) => {
    if (at < 2) return octet;
    return octet ^ (mask[at < 4 ? at - 2 : at - 4] ?? 0);
  });
  return Array.from(plain, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function shortAt(octets: Uint8Array, at: number): number {
  return (octets[at] ?? 0) * 256 + (octets[at + 1] ?? 0);
}

/**
 * The answer to a Binding request from that address (RFC 5389 §7.3.1, RFC 5626 §8): what it is seen from, or 420 where it
 * has attributes that would have to be understood. Undefined for all that is no Binding request.
 */
export function answerBinding(octets: Uint8Array, address: string, port: number): Uint8Array | undefined {
  const isRequest = octets.length >= HEADER_OCTETS && shortAt(octets, 0) === TYPE.request;
  if (!isRequest || !equalOctets(octets.subarray(4, 8), COOKIE)) return undefined;
  const attributes = attributesOf(octets);
  if (attributes === undefined) return undefined;
  const unknown = attributes.filter((type) => type < OPTIONAL_FROM && !IGNORED.has(type));
  if (unknown.length > 0)
    return bindingAnswer(octets, TYPE.error, unknownAttributes(unknown.slice(0, UNKNOWN_MAX)));
  const plain = addressOctets(address);
  if (plain === undefined) return undefined;
  const mask = octets.subarray(4, HEADER_OCTETS);
  const family = plain.length === 4 ? IPV4 : IPV6;
  const masked = [port >> 8, port & 0xff].map((octet, at) => octet ^ (mask[at] ?? 0));
  const value = [0, family, ...masked, ...plain.map((octet, at) => octet ^ (mask[at] ?? 0))];
  return bindingAnswer(octets, TYPE.success, attribute(XOR_MAPPED_ADDRESS, value));
}

/** Types of a request's attributes; undefined where its length, or that of one of them, is wrong (RFC 5389 §6, §15). */
function attributesOf(octets: Uint8Array): number[] | undefined {
  const types: number[] = [];
  if (shortAt(octets, 2) !== octets.length - HEADER_OCTETS) return undefined;
  let at = HEADER_OCTETS;
  while (at + 4 <= octets.length) {
    types.push(shortAt(octets, at));
    at += 4 + Math.ceil(shortAt(octets, at + 2) / 4) * 4;
  }
  return at === octets.length ? types : undefined;
}

function bindingAnswer(request: Uint8Array, type: number, attributes: readonly number[]): Uint8Array {
  const { length } = attributes;
  const head = [type >> 8, type & 0xff, length >> 8, length & 0xff];
  return Uint8Array.from([...head, ...request.subarray(4, HEADER_OCTETS), ...attributes]);
}

/** RFC 5389 §15.6, §15.9: 420 and what was not understood. */
function unknownAttributes(types: readonly number[]): number[] {
  const phrase = Array.from("Unknown Attribute", (character) => character.charCodeAt(0));
  const listed = types.flatMap((type) => [type >> 8, type & 0xff]);
  return [...attribute(ERROR_CODE, [0, 0, 4, 20, ...phrase]), ...attribute(UNKNOWN_ATTRIBUTES, listed)];
}

function attribute(type: number, value: readonly number[]): number[] {
  const { length } = value;
  const padding = new Array<number>((4 - (length % 4)) % 4).fill(0);
  return [type >> 8, type & 0xff, length >> 8, length & 0xff, ...value, ...padding];
}

/** Of an address as sockets write it: 4 or 16 octets. */
function addressOctets(address: string): number[] | undefined {
  if (!address.includes(":")) return address.split(".").map(Number);
  const [plain = ""] = address.split("%");
  const [before = "", after] = plain.split("::");
  const [head, tail] = [before, after].map((part) =>
    part === undefined || part === "" ? [] : part.split(":"),
  );
  const octets = (groups: readonly string[] | undefined): number[] =>
    (groups ?? []).flatMap((group) => {
      if (group.includes(".")) return group.split(".").map(Number);
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });
  const [first, last] = [octets(head), octets(tail)];
  const missing = 16 - first.length - last.length;
  return missing < 0 ? undefined : [...first, ...new Array<number>(missing).fill(0), ...last];
}
