const COMMITTED_TO = 0;
const IS_WAITING = 1;
const CELLS = 2;

/**
 * How far the journal is committed, shared between the main thread and the publisher's: a message is only
 * sent when the publisher has nothing to do and waits for one.
 */
export class CommitSignal {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(buffer = new SharedArrayBuffer(CELLS * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
  }

  get committedTo(): number {
    return Number(Atomics.load(this.#cells, COMMITTED_TO));
  }

  /** Returns whether the publisher waits and must be woken. */
  raise(position: number): boolean {
    Atomics.store(this.#cells, COMMITTED_TO, BigInt(position));
    return Atomics.exchange(this.#cells, IS_WAITING, 0n) === 1n;
  }

  /** Announces the wait; whoever calls this looks at `committedTo` once more before waiting. */
  announceWait(): void {
    Atomics.store(this.#cells, IS_WAITING, 1n);
  }

  withdrawWait(): void {
    Atomics.store(this.#cells, IS_WAITING, 0n);
  }
}
