import { budgetOf, type LegAct } from "./primitives.ts";

/** Carries out an act once it may leave. */
export type Perform = (act: LegAct) => void;

interface Waiting {
  readonly act: LegAct;
  /** Journal position that has to be on disk first; undefined where nothing is waited for but the acts before. */
  readonly position: number | undefined;
  readonly deadline: number;
}

/**
 * Acts of one call, in order: one that waits for the journal holds up all that follow it (design: the barrier).
 * The engine owns it and tells it what has been committed and what time it is.
 */
export class Outbox {
  readonly #perform: Perform;
  #waiting: Waiting[] = [];

  constructor(perform: Perform) {
    this.#perform = perform;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Earliest time at which an act stops waiting. */
  get deadline(): number | undefined {
    return this.#waiting[0]?.deadline;
  }

  push(act: LegAct, position: number, now: number, committedTo: number): void {
    const budgetMs = budgetOf(act);
    const isFree = budgetMs === undefined || position <= committedTo;
    if (isFree && this.isEmpty) {
      this.#perform(act);
      return;
    }
    const deadline = budgetMs === undefined ? Infinity : now + budgetMs;
    this.#waiting.push({ act, position: budgetMs === undefined ? undefined : position, deadline });
  }

  /** Lets go of everything whose position is on disk, in order. */
  commit(committedTo: number): void {
    this.#release((waiting) => waiting.position === undefined || waiting.position <= committedTo);
  }

  /** The first act's budget is used up: an answer is taken back and returned, anything else leaves without the disk. */
  expire(now: number): LegAct | undefined {
    const [first] = this.#waiting;
    if (first === undefined || first.deadline > now) return undefined;
    if (first.act.type === "answer") {
      this.#waiting = [];
      return first.act;
    }
    this.#waiting.shift();
    this.#perform(first.act);
    this.#release((waiting) => waiting.position === undefined || waiting.deadline <= now);
    return undefined;
  }

  #release(mayLeave: (waiting: Waiting) => boolean): void {
    for (let [first] = this.#waiting; first !== undefined && mayLeave(first); [first] = this.#waiting) {
      this.#waiting.shift();
      this.#perform(first.act);
    }
  }
}
