import type { Clock } from "../transport/clock.ts";

interface Pending {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Time that moves only when told to: an hour of protocol takes a millisecond. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #size = 0;
  /** A binary heap by deadline, then by order of setting; cleared timers leave it when they come to its top. */
  readonly #heap: Pending[] = [];

  now(): number {
    return this.#now;
  }

  get pendingTimers(): number {
    return this.#size;
  }

  setTimeout(callback: () => void, afterMs: number): unknown {
    const pending: Pending = { at: this.#now + Math.max(0, afterMs), order: this.#order++, callback };
    this.#size++;
    this.#push(pending);
    return pending;
  }

  clearTimeout(handle: unknown): void {
    const pending = handle as Pending | undefined;
    if (pending?.callback === undefined) return;
    pending.callback = undefined;
    this.#size--;
  }

  /** Runs every timer that falls due within `ms`, in order of deadline, then of setting. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      const { callback } = next;
      if (callback === undefined) continue;
      this.clearTimeout(next);
      this.#now = Math.max(this.#now, next.at);
      callback();
    }
    this.#now = end;
  }

  #push(pending: Pending): void {
    const heap = this.#heap;
    let at = heap.push(pending) - 1;
    for (let parent = (at - 1) >> 1; at > 0; at = parent, parent = (at - 1) >> 1) {
      const above = heap[parent];
      if (above === undefined || isBefore(above, pending)) break;
      heap[at] = above;
      heap[parent] = pending;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    heap[0] = last;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) return;
      const next = 2 * at + (isRight ? 2 : 1);
      heap[at] = child;
      heap[next] = last;
      at = next;
    }
  }
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
