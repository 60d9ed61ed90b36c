import { octetsOf } from "../message/octets.ts";
import type { Clock, Random } from "../transport/clock.ts";
import { isSameDigest, type DigestHash } from "./digest.ts";

/** RFC 7616 §5.4 leaves it to us: long enough for one challenge per call, short enough for a stolen one. */
const NONCE_MS = 5 * 60_000;
/** Nonces of clients that have proven themselves, some 100 octets each. */
const NONCES_MAX = 100_000;
/** Counts that may come out of order, as requests over UDP do. */
const WINDOW = 32;
const TIME_OCTETS = 6;
const UNIQUE_OCTETS = 6;
const MAC_OCTETS = 16;
const KEY_OCTETS = 32;
const NONCE = /^[0-9a-f]{56}$/;

interface Use {
  readonly issuedAt: number;
  highest: number;
  /** Bit n: the count `highest - n` was seen. */
  seen: number;
}

export interface NonceOptions {
  readonly hash: DigestHash;
  readonly clock: Clock;
  readonly random: Random;
  readonly nonceMs?: number | undefined;
}

/**
 * Nonces that prove their own age by a MAC, so that a challenge costs no memory; only a right response makes an entry,
 * which counts its uses (RFC 7616 §3.4, §5.4).
 */
export class Nonces {
  readonly #options: NonceOptions;
  readonly #key: Uint8Array;
  readonly #uses = new Map<string, Use>();
  /** Uses of nonces issued until then may have been forgotten: they are stale. */
  #forgottenUntil = -1;

  constructor(options: NonceOptions) {
    this.#options = options;
    this.#key = options.random.octets(KEY_OCTETS);
  }

  /** Nonces with an entry. */
  get size(): number {
    return this.#uses.size;
  }

  issue(): string {
    const { clock, random } = this.#options;
    const time = Math.floor(clock.now())
      .toString(16)
      .padStart(TIME_OCTETS * 2, "0");
    const stem = time + hex(random.octets(UNIQUE_OCTETS));
    return stem + this.#mac(stem);
  }

  /** `foreign` is none of ours, or from before a restart: a new one is due as for `stale`. */
  check(nonce: string): "fresh" | "stale" | "foreign" {
    const issuedAt = this.#issuedAt(nonce);
    if (issuedAt === undefined) return "foreign";
    const isOld = this.#options.clock.now() >= issuedAt + (this.#options.nonceMs ?? NONCE_MS);
    return isOld || (issuedAt <= this.#forgottenUntil && !this.#uses.has(nonce)) ? "stale" : "fresh";
  }

  /** Counts a use of a fresh nonce by somebody who has proven the secret; false where that count was there before. */
  use(nonce: string, count: number): boolean {
    this.#forget();
    const use = this.#uses.get(nonce);
    if (use === undefined) {
      this.#uses.set(nonce, { issuedAt: this.#issuedAt(nonce) ?? 0, highest: count, seen: 1 });
      return true;
    }
    if (count > use.highest) {
      const ahead = count - use.highest;
      use.seen = ahead >= WINDOW ? 1 : ((use.seen << ahead) | 1) >>> 0;
      use.highest = count;
      return true;
    }
    const behind = use.highest - count;
    if (behind >= WINDOW || ((use.seen >>> behind) & 1) === 1) return false;
    use.seen = (use.seen | (1 << behind)) >>> 0;
    return true;
  }

  #issuedAt(nonce: string): number | undefined {
    if (!NONCE.test(nonce)) return undefined;
    const stem = nonce.slice(0, -MAC_OCTETS * 2);
    if (!isSameDigest(this.#mac(stem), nonce.slice(-MAC_OCTETS * 2))) return undefined;
    return Number.parseInt(stem.slice(0, TIME_OCTETS * 2), 16);
  }

  #mac(stem: string): string {
    return hex(this.#options.hash.hmac(this.#key, octetsOf(stem)).subarray(0, MAC_OCTETS));
  }

  /** Entries are in order of first use, which is nearly that of issue. */
  #forget(): void {
    const oldest = this.#options.clock.now() - (this.#options.nonceMs ?? NONCE_MS);
    for (const [nonce, { issuedAt }] of this.#uses) {
      if (issuedAt > oldest && this.#uses.size < NONCES_MAX) return;
      this.#uses.delete(nonce);
      if (issuedAt > oldest) this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt);
    }
  }
}

function hex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text;
}
