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
  readonly #prefix: string;
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(random: Random, prefix = "") {
    this.#random = random;
    this.#prefix = prefix;
  }

  tag(): string {
    return `${this.#prefix}${this.#hex()}`;
  }

  branch(): string {
    return `${BRANCH_COOKIE}${this.#prefix}${this.#hex()}`;
  }

  callId(host: string): string {
    return `${this.#prefix}${this.#hex()}@${host}`;
  }

  #hex(): string {
    if (this.#at + OCTETS > this.#pool.length) {
      this.#pool = this.#random.octets(POOL_OCTETS);
      this.#at = 0;
    }
    let text = "";
    for (let left = OCTETS; left > 0; left--) text += HEX[this.#pool[this.#at++] ?? 0];
    return text;
  }
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));
