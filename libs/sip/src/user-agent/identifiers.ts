import { BRANCH_COOKIE } from "../message/via.ts";
import type { Random } from "../transport/clock.ts";

/** 80 bits: RFC 3261 §19.3 asks for 32 at least, and branches must be unique over space and time. */
const OCTETS = 10;
/** RFC 4122 §4.4: a UUID of 128 bits, 122 of them random. */
const UUID_OCTETS = 16;
/** Octets taken from the source of randomness at a time: one call for some hundred identifiers. */
const POOL_OCTETS = 4_096;

/**
 * Tags, branches and Call-IDs. Each begins with a prefix of its maker, so that whoever stands in front of several
 * processes can find the owner of a leg.
 */
export class Identifiers {
  readonly #random: Random;
  /** Character codes of the next tag, and of the next branch: the prefix stays, and the digits change. */
  readonly #tag: number[];
  readonly #branch: number[];
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(random: Random, prefix = "") {
    this.#random = random;
    const digits = "0".repeat(2 * OCTETS);
    this.#tag = codesOf(prefix + digits);
    this.#branch = codesOf(BRANCH_COOKIE + prefix + digits);
  }

  tag(): string {
    return this.#mint(this.#tag);
  }

  branch(): string {
    return this.#mint(this.#branch);
  }

  callId(host: string): string {
    return `${this.#mint(this.#tag)}@${host}`;
  }

  /** UUID of version 4 as Session-ID prints it: 32 lower-case hexadecimal digits (RFC 7989 §5). */
  uuid(): string {
    const codes: number[] = [];
    for (let at = 0; at < UUID_OCTETS; at++) {
      let octet = this.#octet();
      // RFC 4122 §4.4: version and variant.
      if (at === 6) octet = (octet & 0x0f) | 0x40;
      else if (at === 8) octet = (octet & 0x3f) | 0x80;
      codes.push(hexCode(octet >> 4), hexCode(octet & 0xf));
    }
    return String.fromCharCode(...codes);
  }

  /** Of character codes, since what V8 concatenates stays in its pieces, for as long as a transaction keeps it. */
  #mint(codes: number[]): string {
    for (let at = codes.length - 2 * OCTETS; at < codes.length; at += 2) {
      const octet = this.#octet();
      codes[at] = hexCode(octet >> 4);
      codes[at + 1] = hexCode(octet & 0xf);
    }
    return String.fromCharCode(...codes);
  }

  #octet(): number {
    if (this.#at === this.#pool.length) {
      this.#pool = this.#random.octets(POOL_OCTETS);
      this.#at = 0;
    }
    return this.#pool[this.#at++] ?? 0;
  }
}

function hexCode(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

function codesOf(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
