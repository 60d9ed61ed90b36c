import type { AgreedInterval } from "../dialog/session-interval.ts";
import {
  SESSION_TIMER_OFF,
  stepSessionTimer,
  type SessionTimer as SessionTimerState,
  type SessionTimerInput,
} from "../dialog/session-timer-machine.ts";
import type { Timer, TimerOwner, TimerQueues } from "../transaction/timers.ts";

export interface SessionTimerHost {
  refresh(): void;
  /** The session has expired, or its refresh was lost. */
  expire(): void;
}

/** Runs the machine of RFC 4028 for one session. */
export class SessionTimer implements TimerOwner {
  readonly #timers: TimerQueues;
  readonly #host: SessionTimerHost;
  #refresh: Timer | undefined;
  #expiry: Timer | undefined;
  #state: SessionTimerState = SESSION_TIMER_OFF;
  #agreed: AgreedInterval | undefined;

  constructor(timers: TimerQueues, host: SessionTimerHost) {
    this.#timers = timers;
    this.#host = host;
  }

  /** What stands; the next refresh repeats it. */
  get agreed(): AgreedInterval | undefined {
    return this.#agreed;
  }

  agree(agreed: AgreedInterval | undefined): void {
    this.#agreed = agreed;
    if (agreed === undefined) this.#input("agreed: none");
    else
      this.#input(
        agreed.refresher === "us" ? "agreed: we refresh" : "agreed: they refresh",
        agreed.intervalS,
      );
  }

  lost(): void {
    this.#input("refresh lost");
  }

  stop(): void {
    this.#input("stop");
  }

  onTimer(name: string): void {
    this.#set(name === "refresh" ? "refresh" : "expiry", undefined);
    this.#input(name === "refresh" ? "timer refresh" : "timer expiry");
  }

  #input(input: SessionTimerInput, intervalS?: number): void {
    const { state, outputs } = stepSessionTimer(this.#state, input, intervalS);
    this.#state = state;
    for (const output of outputs) {
      if (output === "refresh") this.#host.refresh();
      else if (output === "bye") this.#host.expire();
      else if ("start" in output)
        this.#set(output.start, this.#timers.start(this, output.start, output.afterMs));
      else {
        this.#timers.stop(output.stop === "refresh" ? this.#refresh : this.#expiry);
        this.#set(output.stop, undefined);
      }
    }
  }

  #set(name: "refresh" | "expiry", timer: Timer | undefined): void {
    if (name === "refresh") this.#refresh = timer;
    else this.#expiry = timer;
  }
}
