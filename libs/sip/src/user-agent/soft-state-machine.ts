import type { Ignored } from "../machine-step.ts";

/**
 * A state of ours that a server keeps for a time: a registration (RFC 3261 §10.2) or a publication (RFC 3903 §4).
 *
 * | state    | means                              | leaves by                                                  |
 * | -------- | ---------------------------------- | ---------------------------------------------------------- |
 * | idle     | nothing sent                       | start → sending                                            |
 * | sending  | first request out, or again        | accepted → held, refused → waiting, remove → removing      |
 * | held     | the server has it                  | timer "refresh", change, flow ended → renewing, remove     |
 * | renewing | a refresh or a change is out       | accepted → held, refused → waiting, remove → removing      |
 * | waiting  | refused; tried again later         | timer "retry" → sending, remove → ended                    |
 * | removing | Expires: 0 is out, or due          | accepted, refused → ended                                  |
 * | ended    | over                               |                                                            |
 */
export interface SoftState {
  readonly name: "idle" | "sending" | "held" | "renewing" | "waiting" | "removing" | "ended";
  readonly failures: number;
  /** While a request is out, what follows its answer: there is one at a time (RFC 3261 §10.2, RFC 3903 §4). */
  readonly due: "nothing" | "change" | "removal";
}

export type SoftStateInput =
  | "start"
  | "accepted"
  | "refused"
  /** The server has forgotten it: 412 to PUBLISH (RFC 3903 §4.1); it is sent whole, at once. */
  | "forgotten"
  | "change"
  | "remove"
  /** The connection that it was made over is gone (RFC 5626 §4.2); a request that is out is told by its transaction. */
  | "flow ended"
  | "timer refresh"
  | "timer retry";

export type SoftStateOutput =
  | "send"
  | "send whole"
  | "send removal"
  | "held"
  | "failed"
  | "ended"
  | { readonly start: "refresh" | "retry"; readonly afterMs: number }
  | { readonly stop: "refresh" | "retry" };

export interface SoftStateStep {
  readonly state: SoftState;
  readonly outputs: readonly SoftStateOutput[];
}

export const SOFT_STATE_START: SoftState = { name: "idle", failures: 0, due: "nothing" };
const ENDED: SoftState = { name: "ended", failures: 0, due: "nothing" };

const ANSWERS = ["accepted", "refused", "forgotten"] as const;

export const SOFT_STATE_IGNORED: Ignored<SoftState["name"], SoftStateInput> = [
  [["idle", "held", "waiting"], ANSWERS, "RFC 3261 §10.2: no request is out"],
  [["idle"], ["change"], "RFC 3903 §4: the first request takes it along"],
  [["sending", "held", "renewing", "waiting", "removing"], ["start"], "RFC 3261 §10.2: it has started"],
  [["removing"], ["change", "remove"], "RFC 3903 §4.5: it is removed"],
  [["idle", "waiting"], ["flow ended"], "RFC 5626 §4.2: nothing was registered over it"],
  [
    ["sending", "renewing", "removing"],
    ["flow ended"],
    "RFC 5626 §4.2: the transaction that is out tells of it",
  ],
  [
    ["idle", "sending", "renewing", "waiting", "removing"],
    ["timer refresh"],
    "RFC 3261 §10.2.4: runs while the server has it",
  ],
  [
    ["idle", "sending", "held", "renewing", "removing"],
    ["timer retry"],
    "RFC 5626 §4.5: runs after a failure",
  ],
  [["ended"], "all", "RFC 3261 §10.2.2: over"],
];

/** RFC 5626 §4.5: 30 s, doubled with each failure, half an hour at most. */
const RETRY_BASE_MS = 30_000;
const RETRY_MS_MAX = 1_800_000;

function retryAfterMs(failures: number): number {
  return Math.min(RETRY_BASE_MS * 2 ** Math.min(failures, 16), RETRY_MS_MAX);
}

/** `expiresS`: what the server granted; it counts for `accepted`. */
export function stepSoftState(state: SoftState, input: SoftStateInput, expiresS = 0): SoftStateStep {
  switch (state.name) {
    case "idle":
      if (input === "start") return to("sending", "send whole");
      return input === "remove" ? { state: ENDED, outputs: ["ended"] } : stay(state);
    case "sending":
    case "renewing":
      return inFlight(state, input, expiresS);
    case "held":
      if (input === "timer refresh" || input === "change" || input === "flow ended")
        return { state: { ...state, name: "renewing" }, outputs: [{ stop: "refresh" }, "send"] };
      if (input === "remove")
        return { state: { ...state, name: "removing" }, outputs: [{ stop: "refresh" }, "send removal"] };
      return stay(state);
    case "waiting":
      if (input === "timer retry" || input === "change")
        return { state: { ...state, name: "sending" }, outputs: [{ stop: "retry" }, "send whole"] };
      if (input === "remove") return { state: ENDED, outputs: [{ stop: "retry" }, "ended"] };
      return stay(state);
    case "removing":
      if (input !== "accepted" && input !== "refused" && input !== "forgotten") return stay(state);
      if (state.due === "removal" && input === "accepted")
        return { state: { ...state, due: "nothing" }, outputs: ["send removal"] };
      return { state: ENDED, outputs: ["ended"] };
    case "ended":
      return stay(state);
  }
}

function inFlight(state: SoftState, input: SoftStateInput, expiresS: number): SoftStateStep {
  switch (input) {
    case "accepted": {
      if (state.due === "change") return to("renewing", "held", "send");
      const next: SoftState = { name: "held", failures: 0, due: "nothing" };
      // Refreshed at the half: a refresh that fails leaves time for another.
      return { state: next, outputs: [{ start: "refresh", afterMs: expiresS * 500 }, "held"] };
    }
    case "refused": {
      // What is tried again is sent whole, as it is then.
      const next: SoftState = { name: "waiting", failures: state.failures + 1, due: "nothing" };
      return { state: next, outputs: [{ start: "retry", afterMs: retryAfterMs(state.failures) }, "failed"] };
    }
    case "forgotten":
      if (state.name === "sending") return inFlight(state, "refused", expiresS);
      return { state: { ...state, name: "sending", due: "nothing" }, outputs: ["send whole"] };
    case "change":
      return { state: { ...state, due: "change" }, outputs: [] };
    case "remove":
      return { state: { ...state, name: "removing", due: "removal" }, outputs: [] };
    case "start":
    case "flow ended":
    case "timer refresh":
    case "timer retry":
      return stay(state);
  }
}

function to(name: SoftState["name"], ...outputs: SoftStateOutput[]): SoftStateStep {
  return { state: { name, failures: 0, due: "nothing" }, outputs };
}

function stay(state: SoftState): SoftStateStep {
  return { state, outputs: [] };
}
