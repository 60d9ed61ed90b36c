import type { Ignored } from "../machine-step.ts";
import { go, PASS, SEND, start, stay, stop, TIMED_OUT, TRANSPORT_ERROR, type Step } from "./machine.ts";
import { T1, T2, T4, TIMEOUT } from "./timers.ts";

/**
 * Non-INVITE client transaction, RFC 3261 §17.1.2 (figure 6).
 *
 * | state      | means                        | leaves by                                    |
 * | ---------- | ---------------------------- | -------------------------------------------- |
 * | Trying     | request sent, nothing heard  | 1xx → Proceeding, final → Completed, timer F |
 * | Proceeding | a provisional came           | final → Completed, timer F                   |
 * | Completed  | retransmissions are absorbed | timer K → Terminated                         |
 */
export interface NonInviteClientState {
  readonly name: "Trying" | "Proceeding" | "Completed" | "Terminated";
  /** Next interval of timer E. */
  readonly eMs: number;
}

export type NonInviteClientInput = "1xx" | "200-699" | "timer E" | "timer F" | "timer K" | "transport error";

const TRYING: NonInviteClientState = { name: "Trying", eMs: T1 };
const COMPLETED: NonInviteClientState = { name: "Completed", eMs: 0 };
const TERMINATED: NonInviteClientState = { name: "Terminated", eMs: 0 };

/** Steps of every request, made once. Timer K is zero over a reliable transport. */
const TRY_RELIABLY = go(TRYING, SEND, start("F", TIMEOUT));
const TRY = go(TRYING, SEND, start("E", T1), start("F", TIMEOUT));
const COMPLETE_RELIABLY = go(TERMINATED, stop("F"), PASS);
const COMPLETE = go(COMPLETED, stop("E"), stop("F"), PASS, start("K", T4));
const END = go(TERMINATED);

export const NON_INVITE_CLIENT_IGNORED: Ignored<NonInviteClientState["name"], NonInviteClientInput> = [
  [["Trying", "Proceeding"], ["timer K"], "RFC 3261 §17.1.2.2: runs in Completed"],
  [["Completed"], ["1xx", "200-699"], "RFC 3261 §17.1.2.2: retransmitted responses are absorbed"],
  [["Completed"], ["timer E", "timer F"], "RFC 3261 §17.1.2.2: run until the final response"],
  [["Completed"], ["transport error"], "RFC 3261 §17.1.2.2: nothing is sent in Completed"],
  [["Terminated"], "all", "RFC 3261 §17.1.2.2: destroyed the instant that it terminates"],
];

export function startNonInviteClient(isReliable: boolean): Step<NonInviteClientState> {
  return isReliable ? TRY_RELIABLY : TRY;
}

export function stepNonInviteClient(
  state: NonInviteClientState,
  input: NonInviteClientInput,
  isReliable: boolean,
): Step<NonInviteClientState> {
  switch (state.name) {
    case "Trying":
    case "Proceeding":
      return open(state, input, isReliable);
    case "Completed":
      return input === "timer K" ? END : stay(state);
    case "Terminated":
      return stay(state);
  }
}

function open(
  state: NonInviteClientState,
  input: NonInviteClientInput,
  isReliable: boolean,
): Step<NonInviteClientState> {
  switch (input) {
    case "timer E": {
      const eMs = state.name === "Proceeding" ? T2 : Math.min(2 * state.eMs, T2);
      return go({ ...state, eMs }, SEND, start("E", eMs));
    }
    case "1xx":
      return go({ ...state, name: "Proceeding" }, PASS);
    case "200-699":
      return isReliable ? COMPLETE_RELIABLY : COMPLETE;
    case "timer F":
      return go(TERMINATED, stop("E"), TIMED_OUT);
    case "transport error":
      return go(TERMINATED, stop("E"), stop("F"), TRANSPORT_ERROR);
    case "timer K":
      return stay(state);
  }
}
