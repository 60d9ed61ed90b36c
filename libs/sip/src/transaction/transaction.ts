import type { Output, Step } from "./machine.ts";
import type { Timer, TimerOwner, TimerQueues } from "./timers.ts";

/** Under what a layer keeps a transaction: its own key, and of a server's the one it shares with copies of its request. */
export interface Keys {
  readonly key: string;
  readonly mergeKey?: string | undefined;
}

/** What a transaction needs of the layer it lives in. */
export interface TransactionHost {
  readonly timers: TimerQueues;
  /** Called once, when the machine reaches Terminated. */
  terminated(keys: Keys): void;
}

/** Runs one machine of RFC 3261 §17: keeps its state, its timers and its place in the layer. */
export abstract class Transaction<State extends { readonly name: string }, Input extends string, Message>
  implements TimerOwner, Keys
{
  readonly key: string;
  readonly mergeKey: string | undefined;
  readonly #host: TransactionHost;
  #state: State;
  /** The first of those that run. */
  #timer: Timer | undefined;

  constructor({ key, mergeKey }: Keys, state: State, host: TransactionHost) {
    this.key = key;
    this.mergeKey = mergeKey;
    this.#state = state;
    this.#host = host;
  }

  get state(): State {
    return this.#state;
  }

  onTimer(name: string): void {
    this.#take(name);
    this.input(`timer ${name}` as Input);
  }

  input(input: Input, message?: Message): void {
    this.run(this.step(this.#state, input), message);
  }

  /** Ends at once, without a word to anybody: for closing the layer. */
  drop(): void {
    for (let timer = this.#timer; timer !== undefined; timer = timer.sibling) this.#host.timers.stop(timer);
    this.#timer = undefined;
  }

  protected abstract step(state: State, input: Input): Step<State>;
  protected abstract perform(output: Output, message: Message | undefined): void;

  protected run(step: Step<State>, message?: Message): void {
    const wasTerminated = this.#state.name === "Terminated";
    this.#state = step.state;
    for (const output of step.outputs) {
      if (output.type === "start") this.#keep(this.#host.timers.start(this, output.timer, output.afterMs));
      else if (output.type === "stop") this.#host.timers.stop(this.#take(output.timer));
    }
    if (step.state.name === "Terminated" && !wasTerminated) {
      this.drop();
      this.#host.terminated(this);
    }
    // Last, because a user of the transaction may give it the next input from here.
    for (const output of step.outputs)
      if (output.type !== "start" && output.type !== "stop") this.perform(output, message);
  }

  #keep(timer: Timer): void {
    timer.sibling = this.#timer;
    this.#timer = timer;
  }

  /** Out of the list, where it is there. */
  #take(name: string): Timer | undefined {
    let before: Timer | undefined;
    let timer = this.#timer;
    while (timer !== undefined && timer.name !== name) {
      before = timer;
      timer = timer.sibling;
    }
    if (before === undefined) this.#timer = timer?.sibling;
    else before.sibling = timer?.sibling;
    return timer;
  }
}
