import type { Clock } from "../transport/clock.ts";

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that moves only when told to: an hour of protocol takes a millisecond. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#now;
  }

  get pendingTimers(): number {
    return this.#pending.size;
  }

  setTimeout(callback: () => void, afterMs: number): unknown {
    const pending: Pending = {
      at: this.#now + Math.max(0, afterMs),
      order: this.#order++,
      callback,
    };
    this.#pending.add(pending);
    return pending;
  }

  clearTimeout(handle: unknown): void {
    this.#pending.delete(handle as Pending);
  }

  /** Runs every timer that falls due within `ms`, in order of deadline, then of setting. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at > end) continue;
      if (
        first === undefined ||
        pending.at < first.at ||
        (pending.at === first.at && pending.order < first.order)
      ) {
        first = pending;
      }
    }
    return first;
  }
}
