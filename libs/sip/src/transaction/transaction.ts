import type { Output, Step } from "./machine.ts";
import type { Timer, TimerOwner, TimerQueues } from "./timers.ts";

/** Under what a layer keeps a transaction. */
export interface Keys {
  readonly key: string;
}

/** What a transaction needs of the layer it lives in. */
export interface TransactionHost<K extends Keys = Keys> {
  readonly timers: TimerQueues;
  /** Called once, when the machine reaches Terminated. */
  terminated(keys: K): void;
}

/** Most transactions have one timer or none, for 32 s each: an array that grew by pushing has room for 17. */
const NO_TIMERS: readonly Timer[] = [];

/** Runs one machine of RFC 3261 §17: keeps its state, its timers and its place in the layer. */
export abstract class Transaction<
  State extends { readonly name: string },
  Input extends string,
  Message,
  K extends Keys = Keys,
> implements TimerOwner {
  readonly #keys: K;
  readonly #host: TransactionHost<K>;
  #state: State;
  #timers = NO_TIMERS;

  constructor(keys: K, state: State, host: TransactionHost<K>) {
    this.#keys = keys;
    this.#state = state;
    this.#host = host;
  }

  get state(): State {
    return this.#state;
  }

  onTimer(name: string): void {
    this.#forget(name);
    this.input(`timer ${name}` as Input);
  }

  input(input: Input, message?: Message): void {
    this.run(this.step(this.#state, input), message);
  }

  /** Ends at once, without a word to anybody: for closing the layer. */
  drop(): void {
    for (const timer of this.#timers) this.#host.timers.stop(timer);
    this.#timers = NO_TIMERS;
  }

  protected abstract step(state: State, input: Input): Step<State>;
  protected abstract perform(output: Output, message: Message | undefined): void;

  protected run(step: Step<State>, message?: Message): void {
    const wasTerminated = this.#state.name === "Terminated";
    this.#state = step.state;
    for (const output of step.outputs) {
      if (output.type === "start") this.#keep(this.#host.timers.start(this, output.timer, output.afterMs));
      else if (output.type === "stop") this.#stop(output.timer);
    }
    if (step.state.name === "Terminated" && !wasTerminated) {
      this.drop();
      this.#host.terminated(this.#keys);
    }
    // Last, because a user of the transaction may give it the next input from here.
    for (const output of step.outputs)
      if (output.type !== "start" && output.type !== "stop") this.perform(output, message);
  }

  #stop(name: string): void {
    if (this.#timers.length === 0) return;
    for (const timer of this.#timers) if (timer.name === name) this.#host.timers.stop(timer);
    this.#forget(name);
  }

  #keep(timer: Timer): void {
    this.#timers = this.#timers.length === 0 ? [timer] : this.#timers.concat(timer);
  }

  #forget(name: string): void {
    const left = this.#timers.filter((timer) => timer.name !== name);
    this.#timers = left.length === 0 ? NO_TIMERS : left;
  }
}
