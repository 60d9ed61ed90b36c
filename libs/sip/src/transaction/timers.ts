import type { Clock } from "../transport/clock.ts";

/** Round-trip estimate, RFC 3261 §17.1.1.1, Table 4. Milliseconds. */
export const T1 = 500;
/** Longest interval between retransmissions of non-INVITE requests and INVITE responses. */
export const T2 = 4_000;
/** Longest time a message stays in the network. */
export const T4 = 5_000;
/** 64·T1: timers B, F, H, J, L, M. */
export const TIMEOUT = 64 * T1;
/** RFC 3261 §17.2.1: a 100 after 200 ms, unless the transaction user has said something by then. */
export const TIMER_100_INVITE = 200;
/** RFC 4320 §4.1: until the client's timer E is at T2 (T1 + 2·T1 + 4·T1), and not before, a 100 to other requests. */
export const TIMER_100_NON_INVITE = 7 * T1;
/** RFC 3261 §17.1.1.2: at least 32 s over UDP. */
export const TIMER_D = 32_000;

/** Durations that keep a queue although it is empty: more than the RFC has. */
const QUEUES_KEPT = 32;

export interface TimerOwner {
  onTimer(name: string): void;
}

/** A pending timer; give it to {@link TimerQueues.stop}. */
export interface Timer {
  readonly deadline: number;
  readonly name: string;
  owner: TimerOwner | undefined;
  previous: Timer | undefined;
  next: Timer | undefined;
  /** For an owner of several, to keep a list without another object. */
  sibling: Timer | undefined;
  readonly queue: Queue;
}

interface Queue {
  readonly afterMs: number;
  first: Timer | undefined;
  last: Timer | undefined;
}

/**
 * Timers by duration: of one duration the first set is the first due, so a queue is a list and start and stop cost
 * the same for one timer and for a million. One timer of the clock serves all of them; an idle set has none.
 */
export class TimerQueues {
  readonly #clock: Clock;
  readonly #queues = new Map<number, Queue>();
  #size = 0;
  #armed: { readonly deadline: number; readonly handle: unknown } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Timers pending. */
  get size(): number {
    return this.#size;
  }

  now(): number {
    return this.#clock.now();
  }

  start(owner: TimerOwner, name: string, afterMs: number): Timer {
    let queue = this.#queues.get(afterMs);
    if (queue === undefined) {
      queue = { afterMs, first: undefined, last: undefined };
      this.#queues.set(afterMs, queue);
    }
    // Whole milliseconds: V8 boxes each fraction.
    const deadline = Math.ceil(this.#clock.now() + afterMs);
    const timer: Timer = {
      deadline,
      name,
      owner,
      previous: queue.last,
      next: undefined,
      sibling: undefined,
      queue,
    };
    if (queue.last === undefined) {
      queue.first = timer;
      this.#arm(deadline);
    } else queue.last.next = timer;
    queue.last = timer;
    this.#size++;
    return timer;
  }

  /** Stopping a timer twice, or one that has fired, does nothing. */
  stop(timer: Timer | undefined): void {
    if (timer?.owner === undefined) return;
    timer.owner = undefined;
    const { queue } = timer;
    if (timer.previous === undefined) queue.first = timer.next;
    else timer.previous.next = timer.next;
    if (timer.next === undefined) queue.last = timer.previous;
    else timer.next.previous = timer.previous;
    // A timer that somebody still holds, or that only a full collection finds, must not keep those after it.
    timer.previous = undefined;
    timer.next = undefined;
    this.#size--;
    if (this.#size === 0) this.#disarm();
    // The constant durations keep their queues; those that are computed must not pile up.
    if (queue.first === undefined && this.#queues.size > QUEUES_KEPT) this.#queues.delete(queue.afterMs);
  }

  /** Stops every timer: their owners are not told. */
  clear(): void {
    for (const queue of this.#queues.values())
      for (let timer = queue.first; timer !== undefined; timer = queue.first) this.stop(timer);
  }

  #arm(deadline: number): void {
    if (this.#armed !== undefined) {
      if (this.#armed.deadline <= deadline) return;
      this.#clock.clearTimeout(this.#armed.handle);
    }
    const wait = Math.max(0, Math.ceil(deadline - this.#clock.now()));
    this.#armed = {
      deadline,
      handle: this.#clock.setTimeout(() => this.#fire(), wait),
    };
  }

  #disarm(): void {
    if (this.#armed === undefined) return;
    this.#clock.clearTimeout(this.#armed.handle);
    this.#armed = undefined;
  }

  #fire(): void {
    this.#armed = undefined;
    const now = this.#clock.now();
    let next = this.#earliest();
    try {
      for (; next !== undefined && next.deadline <= now; next = this.#earliest()) {
        const { owner } = next;
        this.stop(next);
        owner?.onTimer(next.name);
      }
    } finally {
      // Also where an owner threw: the timers of all others must go on.
      next = this.#earliest();
      if (next !== undefined) this.#arm(next.deadline);
    }
  }

  /** Durations are few, so that looking at each queue's first is cheaper than keeping an order. */
  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const { first } of this.#queues.values()) {
      if (first !== undefined && (earliest === undefined || first.deadline < earliest.deadline))
        earliest = first;
    }
    return earliest;
  }
}
