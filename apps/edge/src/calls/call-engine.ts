import type { Journal } from "@tandem/journal";
import type { Clock, Timer, TimerOwner } from "@tandem/sip";
import { TimerQueues, TurnoverMap } from "@tandem/sip";
import type { Counters } from "../telemetry/counters.ts";
import { Call, type CallLeg } from "./call.ts";
import { CallIdentity } from "./call-identity.ts";
import { stepCall, type CallInput, type Decision } from "./call-machine.ts";
import type { EventWriter } from "./event-writer.ts";
import type { LegAct, ReleaseCause } from "./primitives.ts";

/** Calls open at once: at some 10 KB each, what one process should hold. Beyond, new ones are refused with 503. */
const CALLS_MAX = 50_000;

/** How often waiting acts are looked at for a used-up budget; the budgets are 400 ms and more. */
const BUDGET_CHECK_MS = 50;

/** A position that is never committed: for acts whose events the journal refused. */
const NEVER = Number.MAX_SAFE_INTEGER;

export interface CallEngineOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly epochMs: () => number;
  readonly newCallId: () => string;
  readonly writer: EventWriter;
  readonly counters: Counters;
  /** The cause of a call whose answer could not be written in time. */
  readonly commitTimeout: ReleaseCause;
}

/** Why no new call is taken at the moment. */
export type Unavailable = "draining" | "fenced" | "journal" | "call-limit";

/**
 * Owns the calls: gives each input to the call's machine, writes what became true to the journal, and lets the acts
 * that show it leave when it is on disk. All calls of a process live here, on one thread.
 */
export class CallEngine implements TimerOwner {
  readonly identity = new CallIdentity();
  readonly #options: CallEngineOptions;
  readonly #timers: TimerQueues;
  readonly #calls = new TurnoverMap<string, Call>();
  /** Calls with acts that wait, by the position they wait for: positions only rise, so a list is in order. */
  #waiting: { readonly position: number; readonly call: Call }[] = [];
  /** Calls whose events the journal did not take: their acts wait for nothing but their budgets. */
  #unwritten: Call[] = [];
  #budgetTimer: Timer | undefined;
  #budgetTimerSetAt = 0;
  #wasLate = false;
  #isDraining = false;
  #isFenced = false;
  #onIdle: (() => void) | undefined;

  constructor(options: CallEngineOptions) {
    this.#options = options;
    this.#timers = new TimerQueues(options.clock);
    options.journal.onCommit((committedTo) => {
      this.#commit(committedTo);
    });
  }

  get openCalls(): number {
    return this.#calls.size;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Whether a new call can be taken; undefined where it can. */
  get unavailable(): Unavailable | undefined {
    if (this.#isDraining) return "draining";
    if (this.#isFenced) return "fenced";
    if (this.#options.journal.health.status !== "ok") return "journal";
    return this.#calls.size >= CALLS_MAX ? "call-limit" : undefined;
  }

  /** Takes a call in: from here it has an identity, and exactly one release. */
  setUp(
    leg: CallLeg,
    decision: Decision,
    key: { readonly sip: string; readonly sequenceNumber: number },
  ): Call {
    const { epochMs, newCallId, writer } = this.#options;
    const callId = newCallId();
    const call = new Call(callId, writer.partitionOf(callId), leg);
    this.#calls.set(call.callId, call);
    this.identity.bind(call.callId, key.sip, key.sequenceNumber);
    leg.attach((input) => {
      this.#input(call, input, epochMs());
    });
    this.#input(call, { type: "setup", decision, messages: leg.earlyMessages }, epochMs());
    return call;
  }

  /** No new calls any more: another process has taken this node over, and nobody would hear of them. */
  fence(): void {
    this.#isFenced = true;
  }

  /** No new calls; those open are released with the cause for their state. Resolves when the last act has left. */
  async drain(causeFor: (isConnected: boolean) => ReleaseCause): Promise<void> {
    this.#isDraining = true;
    const now = this.#options.epochMs();
    for (const call of [...this.#calls.values()])
      this.#input(call, { type: "clear", cause: causeFor(call.state.name === "Answered") }, now);
    if (this.#calls.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  onTimer(): void {
    this.#budgetTimer = undefined;
    // A thread that stood still hears of its timers before the commits that came meanwhile: it looks once more.
    const isLate = this.#options.epochMs() - this.#budgetTimerSetAt > 2 * BUDGET_CHECK_MS;
    if (!isLate || this.#wasLate) this.#expire();
    this.#wasLate = isLate && !this.#wasLate;
    this.#watchBudgets();
  }

  #input(call: Call, input: CallInput, now: number): void {
    const step = stepCall(call.state, input, now);
    const first = call.state.sequence + 1;
    call.state = step.state;
    let { position } = call;
    if (step.facts.length > 0) {
      const { writer, counters, journal } = this.#options;
      const records = step.facts.map((fact, index) => writer.record(call, fact, first + index, now));
      for (const fact of step.facts) counters.add("tandem_events_total", fact.type);
      const state = step.state.name === "Ended" ? undefined : writer.openState(call);
      try {
        position = journal.append({ records, state: { key: call.callId, state } });
      } catch {
        // The journal has failed and said so; acts leave when their budgets are used up (design: barrier).
        counters.add("tandem_events_lost_total");
        position = NEVER;
      }
      call.position = position;
    }
    const { committedTo } = this.#options.journal;
    for (const act of step.acts) call.outbox.push(act, position, now, committedTo);
    if (!call.outbox.isEmpty) this.#wait(call, position);
    this.#setTimers(call);
    this.#finish(call);
  }

  #wait(call: Call, position: number): void {
    if (position === NEVER) this.#unwritten.push(call);
    else this.#waiting.push({ position, call });
    this.#watchBudgets();
  }

  #commit(committedTo: number): void {
    let done = 0;
    for (const { position, call } of this.#waiting) {
      if (position > committedTo) break;
      done++;
      call.outbox.commit(committedTo);
      this.#finish(call);
    }
    if (done > 0) this.#waiting = this.#waiting.slice(done);
    if (this.#waiting.length + this.#unwritten.length === 0) {
      this.#timers.stop(this.#budgetTimer);
      this.#budgetTimer = undefined;
    }
  }

  #watchBudgets(): void {
    if (this.#waiting.length + this.#unwritten.length === 0 || this.#budgetTimer !== undefined) return;
    this.#budgetTimer = this.#timers.start(this, "budget", BUDGET_CHECK_MS);
    this.#budgetTimerSetAt = this.#options.epochMs();
  }

  #expire(): void {
    const now = this.#options.epochMs();
    for (const call of [...this.#waiting.map((each) => each.call), ...this.#unwritten]) {
      const { deadline } = call.outbox;
      if (deadline === undefined || deadline > now) continue;
      this.#options.counters.add("tandem_barrier_timeouts_total");
      const taken: LegAct | undefined = call.outbox.expire(now);
      // No answered call without its event: the answer is taken back and the call refused.
      if (taken?.type === "answer") this.#takeBack(call, now);
      this.#finish(call);
    }
    this.#waiting = this.#waiting.filter(({ call }) => !call.outbox.isEmpty);
    this.#unwritten = this.#unwritten.filter((call) => !call.outbox.isEmpty);
  }

  /** The refusal does not wait once more. */
  #takeBack(call: Call, now: number): void {
    const { commitTimeout: cause } = this.#options;
    call.leg.perform({ type: "refuse", cause });
    this.#input(call, { type: "takeBack", cause }, now);
  }

  #setTimers(call: Call): void {
    const due = call.state.timers.answer;
    if (due === undefined) {
      this.#timers.stop(call.answerTimer);
      call.answerTimer = undefined;
    } else if (call.answerTimer === undefined) {
      const owner: TimerOwner = {
        onTimer: () => {
          call.answerTimer = undefined;
          this.#input(call, { type: "timer", name: "answer" }, this.#options.epochMs());
        },
      };
      call.answerTimer = this.#timers.start(owner, "answer", Math.round(due - this.#options.epochMs()));
    }
  }

  #finish(call: Call): void {
    if (call.state.name !== "Ended" || !call.outbox.isEmpty || call.isClosed) return;
    call.isClosed = true;
    this.#calls.delete(call.callId);
    this.identity.release(call.callId);
    call.leg.close();
    if (this.#calls.size === 0) this.#onIdle?.();
  }
}
