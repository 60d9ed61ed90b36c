import type { LegAct, ReleaseCause } from "./primitives.ts";

/**
 * The life of a call with one leg, as a pure machine: a step gives the next state, the facts that became true, in
 * order, and the acts that show them. Times are epoch milliseconds.
 *
 * | state      | means                                 | leaves by                                         |
 * | ---------- | ------------------------------------- | ------------------------------------------------- |
 * | Idle       | nothing heard                         | setup                                             |
 * | Proceeding | incoming, nothing told until the timer | timer answer → Answered, abandon, release → Ended |
 * | Progress   | incoming, progress told until the timer | timer answer → Answered, abandon, release → Ended |
 * | Alerting   | incoming, ringing until the timer     | timer answer → Answered, abandon, release → Ended |
 * | Answered   | connected                             | release, clear → Ended                            |
 * | Ended      | released; nothing changes it any more | -                                                 |
 */
export interface CallState {
  readonly name: "Idle" | "Proceeding" | "Progress" | "Alerting" | "Answered" | "Ended";
  /** Facts so far: each becomes an event with the next sequence. */
  readonly sequence: number;
  readonly createdAt: number;
  readonly progressAt: number | undefined;
  readonly ringingAt: number | undefined;
  readonly answeredAt: number | undefined;
  readonly endedAt: number | undefined;
  /** The peer suspended its side of the connected call, and has not resumed it (Q.764 §2.4). */
  readonly isSuspended: boolean;
  /** Pending timers by name, with the absolute time they are due. */
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
}

export type TimerName = "answer";

/** What the caller is told before the answer. */
export type Provisional = "ringing" | "progress" | "none";

/** What the route decided, without a word of signalling. */
export type Decision =
  | { readonly type: "answer"; readonly afterMs: number; readonly provisional: Provisional }
  | { readonly type: "refuse"; readonly cause: ReleaseCause }
  /** The peer gave its set-up up before it was complete. */
  | { readonly type: "abandoned"; readonly cause: ReleaseCause };

export type CallInput =
  /** `messages`: how many messages of information came before the set-up was complete. */
  | { readonly type: "setup"; readonly decision: Decision; readonly messages: number }
  | { readonly type: "timer"; readonly name: TimerName }
  /** The peer gives its set-up up: too late where the call is answered, even if the answer still waits for the disk. */
  | { readonly type: "abandon"; readonly cause: ReleaseCause }
  /** The peer ended its leg. */
  | { readonly type: "release"; readonly cause: ReleaseCause }
  /** The answer never left and will not: the set-up was refused instead. */
  | { readonly type: "takeBack"; readonly cause: ReleaseCause }
  /** We end it: a lost leg, a drain. */
  | { readonly type: "clear"; readonly cause: ReleaseCause }
  /** ISUP in a message of its own. */
  | { readonly type: "information" }
  /** The peer suspends its side, the connection stands; and resumes it. */
  | { readonly type: "suspend" }
  | { readonly type: "resume" };

/** Where a call may be when a message comes, in the words of its events. */
export type DuringName = "incoming" | "progress" | "ringing" | "answered";

export type CallFact =
  | { readonly type: "incoming" }
  | { readonly type: "ringing" }
  | { readonly type: "progress" }
  | { readonly type: "answered" }
  /** `during` is the state it came in. */
  | { readonly type: "isup"; readonly during: DuringName }
  | { readonly type: "released"; readonly cause: ReleaseCause };

export interface CallStep {
  readonly state: CallState;
  readonly facts: readonly CallFact[];
  readonly acts: readonly LegAct[];
}

export const IDLE: CallState = {
  name: "Idle",
  sequence: 0,
  createdAt: 0,
  progressAt: undefined,
  ringingAt: undefined,
  answeredAt: undefined,
  endedAt: undefined,
  isSuspended: false,
  timers: {},
};

export function stepCall(state: CallState, input: CallInput, now: number): CallStep {
  switch (state.name) {
    case "Idle":
      return input.type === "setup" ? setUp(input.decision, input.messages, now) : unchanged(state);
    case "Proceeding":
    case "Progress":
    case "Alerting":
      if (input.type === "timer") return answer(state, now);
      return inCall(state, input, now);
    case "Answered":
      return inCall(state, input, now);
    case "Ended":
      // A peer that releases what is released is told so, and nothing else happens.
      return input.type === "release" || input.type === "abandon" ? confirmed(state) : unchanged(state);
  }
}

/** What is told before the answer: where it leads to, what becomes true, what shows it. */
const PROVISIONALS: Readonly<
  Record<
    Provisional,
    {
      readonly name: "Proceeding" | "Progress" | "Alerting";
      readonly facts: readonly CallFact[];
      readonly acts: readonly LegAct[];
    }
  >
> = {
  none: { name: "Proceeding", facts: [], acts: [] },
  progress: { name: "Progress", facts: [{ type: "progress" }], acts: [{ type: "progress" }] },
  ringing: { name: "Alerting", facts: [{ type: "ringing" }], acts: [{ type: "alert" }] },
};

function setUp(decision: Decision, messages: number, now: number): CallStep {
  const before = Array.from({ length: messages }, (): CallFact => ({ type: "isup", during: "incoming" }));
  const begun: readonly CallFact[] = [{ type: "incoming" }, ...before];
  if (decision.type !== "answer") {
    const { type, cause } = decision;
    const ended: CallState = {
      ...IDLE,
      name: "Ended",
      createdAt: now,
      endedAt: now,
      sequence: begun.length + 1,
    };
    const act: LegAct = type === "refuse" ? { type, cause } : { type: "confirmRelease" };
    return { state: ended, facts: [...begun, { type: "released", cause }], acts: [act] };
  }
  const { afterMs, provisional } = decision;
  const { name, facts: told, acts } = PROVISIONALS[provisional];
  const facts = [...begun, ...told];
  const state: CallState = {
    ...IDLE,
    name,
    createdAt: now,
    progressAt: provisional === "progress" ? now : undefined,
    ringingAt: provisional === "ringing" ? now : undefined,
    sequence: facts.length,
  };
  if (afterMs > 0) return { state: { ...state, timers: { answer: now + afterMs } }, facts, acts };
  const answered = answer(state, now);
  return {
    state: answered.state,
    facts: [...facts, ...answered.facts],
    acts: [...acts, ...answered.acts],
  };
}

function answer(state: CallState, now: number): CallStep {
  const next: CallState = {
    ...state,
    name: "Answered",
    answeredAt: now,
    timers: {},
    sequence: state.sequence + 1,
  };
  return { state: next, facts: [{ type: "answered" }], acts: [{ type: "answer" }] };
}

function inCall(state: CallState, input: CallInput, now: number): CallStep {
  switch (input.type) {
    case "abandon":
      return state.name === "Answered"
        ? confirmed(state)
        : end(state, input.cause, now, [{ type: "confirmRelease" }]);
    case "release":
      return end(state, input.cause, now, [{ type: "confirmRelease" }]);
    case "takeBack":
      return state.name === "Answered"
        ? end({ ...state, answeredAt: undefined }, input.cause, now, [])
        : unchanged(state);
    case "clear": {
      const act: LegAct = { type: state.name === "Answered" ? "release" : "refuse", cause: input.cause };
      return end(state, input.cause, now, [act]);
    }
    case "information":
      return informed(state, state.isSuspended);
    case "suspend":
      return informed(state, state.name === "Answered");
    case "resume":
      return informed(state, false);
    case "setup":
    case "timer":
      return unchanged(state);
  }
}

const DURING: Readonly<Partial<Record<CallState["name"], DuringName>>> = {
  Proceeding: "incoming",
  Progress: "progress",
  Alerting: "ringing",
};

function informed(state: CallState, isSuspended: boolean): CallStep {
  return {
    state: { ...state, isSuspended, sequence: state.sequence + 1 },
    facts: [{ type: "isup", during: DURING[state.name] ?? "answered" }],
    acts: [{ type: "confirmInformation" }],
  };
}

function end(state: CallState, cause: ReleaseCause, now: number, acts: readonly LegAct[]): CallStep {
  const ended: CallState = {
    ...state,
    name: "Ended",
    endedAt: now,
    isSuspended: false,
    timers: {},
    sequence: state.sequence + 1,
  };
  return { state: ended, facts: [{ type: "released", cause }], acts };
}

/** Heard, and without effect. */
function confirmed(state: CallState): CallStep {
  return { state, facts: [], acts: [{ type: "confirmRelease" }] };
}

function unchanged(state: CallState): CallStep {
  return { state, facts: [], acts: [] };
}
