import type { InviteServerTransaction } from "../transaction/server-transaction.ts";
import { T1, T2, TIMEOUT, type Timer, type TimerOwner, type TimerQueues } from "../transaction/timers.ts";

/**
 * A 2xx to INVITE on its way (RFC 3261 §13.3.1.4): sent again after T1, 2·T1, … up to T2 until its ACK comes,
 * given up after 64·T1. That end-to-end retransmission holds on every transport.
 */
export class AwaitedAck implements TimerOwner {
  /** Of the INVITE. */
  readonly sequenceNumber: number;
  readonly #timers: TimerQueues;
  readonly #transaction: InviteServerTransaction;
  readonly #onTimeout: () => void;
  #intervalMs = T1;
  #leftMs = TIMEOUT - T1;
  #timer: Timer | undefined;

  constructor(
    sequenceNumber: number,
    timers: TimerQueues,
    transaction: InviteServerTransaction,
    onTimeout: () => void,
  ) {
    this.sequenceNumber = sequenceNumber;
    this.#timers = timers;
    this.#transaction = transaction;
    this.#onTimeout = onTimeout;
    this.#timer = timers.start(this, "retransmit", T1);
  }

  /** The ACK came, or the dialog ended. */
  stop(): void {
    this.#timers.stop(this.#timer);
    this.#transaction.forget();
  }

  onTimer(): void {
    if (this.#leftMs === 0) {
      this.stop();
      this.#onTimeout();
      return;
    }
    this.#transaction.resend();
    this.#intervalMs = Math.min(2 * this.#intervalMs, T2, this.#leftMs);
    this.#leftMs -= this.#intervalMs;
    this.#timer = this.#timers.start(this, "retransmit", this.#intervalMs);
  }
}
