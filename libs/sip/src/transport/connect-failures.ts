import type { Clock } from "./clock.ts";
import { CONNECT_FAILED_MS, CONNECT_FAILURES_MAX } from "./connection-limits.ts";

/** Addresses that could not be connected to, for a while: the next call need not wait for the same SYN. */
export class ConnectFailures {
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, rememberMs = CONNECT_FAILED_MS) {
    this.#clock = clock;
    this.#rememberMs = rememberMs;
  }

  get size(): number {
    return this.#until.size;
  }

  remember(key: string): void {
    this.#until.delete(key);
    this.#until.set(key, this.#clock.now() + this.#rememberMs);
    // Map order is order of remembering, and all are remembered for the same time: the first is the oldest.
    for (const [oldest, until] of this.#until) {
      if (until > this.#clock.now() && this.#until.size <= CONNECT_FAILURES_MAX) return;
      this.#until.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#until.delete(key);
  }

  has(key: string): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > this.#clock.now()) return true;
    this.#until.delete(key);
    return false;
  }
}
