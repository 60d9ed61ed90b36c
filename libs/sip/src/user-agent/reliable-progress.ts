import {
  startReliableProvisional,
  stepReliableProvisional,
  type ReliableProvisional,
  type ReliableProvisionalInput,
} from "../dialog/reliable-provisional-machine.ts";
import { RACK } from "../message/headers/rack.ts";
import type { SipRequest } from "../message/message.ts";
import type { Timer, TimerOwner, TimerQueues } from "../transaction/timers.ts";

export interface ReliableProgressHost {
  readonly timers: TimerQueues;
  /** Number and method of the INVITE, for RAck. */
  readonly sequenceNumber: number;
  /** Sends the provisional that was given, with Require and RSeq. */
  send(rseq: number): void;
  sendAgain(): void;
  /** 64·T1 without a PRACK (RFC 3262 §3). */
  giveUp(): void;
}

/** Runs the reliable provisional responses of one INVITE. */
export class ReliableProgress implements TimerOwner {
  readonly #host: ReliableProgressHost;
  readonly #running = new Map<string, Timer>();
  #state: ReliableProvisional;

  constructor(host: ReliableProgressHost, firstRseq: number) {
    this.#host = host;
    this.#state = startReliableProvisional(firstRseq);
  }

  get isWaiting(): boolean {
    return this.#state.name === "waiting";
  }

  get hasClosed(): boolean {
    return this.#state.name === "closed";
  }

  /** The owner queues, so that this is called while none is out. */
  send(): void {
    this.#input("send");
  }

  final(): void {
    this.#input("final");
  }

  /** True where the PRACK is for the one that was sent last: 2xx; else 481 (RFC 3262 §3). */
  receivePrack(request: SipRequest): boolean {
    const rack = request.get(RACK);
    const isOurs =
      rack?.responseNumber === this.#state.rseq &&
      rack.sequenceNumber === this.#host.sequenceNumber &&
      rack.method === "INVITE";
    return this.#input(isOurs ? "PRACK" : "PRACK of another");
  }

  onTimer(name: string): void {
    this.#running.delete(name);
    this.#input(name === "retransmit" ? "timer retransmit" : "timer give up");
  }

  #input(input: ReliableProvisionalInput): boolean {
    const { state, outputs } = stepReliableProvisional(this.#state, input);
    this.#state = state;
    let isAcknowledged = false;
    for (const output of outputs) {
      if (output === "send") this.#host.send(state.rseq);
      else if (output === "send again") this.#host.sendAgain();
      else if (output === "acknowledged") isAcknowledged = true;
      else if (output === "504") this.#host.giveUp();
      else if (typeof output === "object") this.#time(output);
    }
    return isAcknowledged;
  }

  #time(output: { start: string; afterMs: number } | { stop: string }): void {
    const name = "start" in output ? output.start : output.stop;
    this.#host.timers.stop(this.#running.get(name));
    this.#running.delete(name);
    if ("start" in output) this.#running.set(name, this.#host.timers.start(this, name, output.afterMs));
  }
}
