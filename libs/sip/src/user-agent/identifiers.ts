import { BRANCH_COOKIE } from "../message/via.ts";
import type { Random } from "../transport/clock.ts";

/** 80 bits: RFC 3261 §19.3 asks for 32 at least, and branches must be unique over space and time. */
const OCTETS = 10;
/** Octets taken from the source of randomness at a time: one call for some hundred identifiers. */
const POOL_OCTETS = 4_096;

/**
 * Tags, branches and Call-IDs. Each begins with a prefix of its maker, so that whoever stands in front of several
 * processes can find the owner of a leg.
 */
export class Identifiers {
  readonly #random: Random;
  readonly #prefix: readonly number[];
  readonly #branchPrefix: readonly number[];
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(random: Random, prefix = "") {
    this.#random = random;
    this.#prefix = codesOf(prefix);
    this.#branchPrefix = codesOf(BRANCH_COOKIE + prefix);
  }

  tag(): string {
    return this.#mint(this.#prefix);
  }

  branch(): string {
    return this.#mint(this.#branchPrefix);
  }

  callId(host: string): string {
    return `${this.#mint(this.#prefix)}@${host}`;
  }

  /** Of character codes, since what V8 concatenates stays in its pieces, for as long as a transaction keeps it. */
  #mint(prefix: readonly number[]): string {
    if (this.#at + OCTETS > this.#pool.length) {
      this.#pool = this.#random.octets(POOL_OCTETS);
      this.#at = 0;
    }
    const codes = [...prefix];
    for (let left = OCTETS; left > 0; left--) {
      const octet = this.#pool[this.#at++] ?? 0;
      codes.push(hexCode(octet >> 4), hexCode(octet & 0xf));
    }
    return String.fromCharCode(...codes);
  }
}

function hexCode(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

function codesOf(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
