import { equalOctets } from "../message/octets.ts";

/** RFC 5389 §6: type, length, magic cookie, transaction id. */
const HEADER_OCTETS = 20;
const TYPE = { request: 0x0001, success: 0x0101, error: 0x0111 } as const;
const COOKIE = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);
const XOR_MAPPED_ADDRESS = 0x0020;
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
