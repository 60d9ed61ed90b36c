/** Time as the library sees it: milliseconds that never go back, and one-shot timers. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, afterMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Octets nobody can guess (RFC 3261 §19.3: at least 32 bits of randomness in a tag). */
export interface Random {
  octets(count: number): Uint8Array;
}
