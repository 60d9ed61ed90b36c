const FIRST_MS = 200;

/** Kafka that comes back is used again within about this time. */
const LONGEST_MS = 5_000;

/** Several edges do not come back in the same instant. */
const JITTER = 0.25;

/** The pause before an attempt: doubles up to a bound, spread a little. */
export class BackOff {
  #nextMs = FIRST_MS;

  next(random: number): number {
    const pauseMs = this.#nextMs * (1 - JITTER + 2 * JITTER * random);
    this.#nextMs = Math.min(LONGEST_MS, this.#nextMs * 2);
    return pauseMs;
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
