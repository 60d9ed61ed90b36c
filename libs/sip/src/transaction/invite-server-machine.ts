import type { Ignored } from "../machine-step.ts";
import {
  go,
  PASS,
  SEND,
  start,
  stay,
  stop,
  TIMED_OUT,
  TRANSPORT_ERROR,
  TRYING,
  type Step,
} from "./machine.ts";
import { T1, T2, T4, TIMEOUT, TIMER_100_INVITE } from "./timers.ts";

/**
 * INVITE server transaction, RFC 3261 §17.2.1 (figure 7) with RFC 6026 §7.1.
 *
 * | state      | means                                  | leaves by                                      |
 * | ---------- | -------------------------------------- | ---------------------------------------------- |
 * | Proceeding | no final response yet                  | 2xx → Accepted, 300-699 → Completed            |
 * | Completed  | final ≥ 300 sent, ACK awaited          | ACK → Confirmed, timer H → Terminated          |
 * | Confirmed  | further ACKs are absorbed              | timer I → Terminated                           |
 * | Accepted   | 2xx sent, the user agent retransmits   | timer L → Terminated                           |
 */
export interface InviteServerState {
  readonly name: "Proceeding" | "Completed" | "Confirmed" | "Accepted" | "Terminated";
  /** Next interval of timer G. */
  readonly gMs: number;
  /** Whether a provisional response was sent that a retransmitted INVITE can be answered with. */
  readonly hasResponse: boolean;
}

export type InviteServerInput =
  | "INVITE"
  | "ACK"
  | "1xx"
  | "2xx"
  | "300-699"
  /** The transaction user has been given the INVITE, and has not responded at once. */
  | "unanswered"
  | "timer 100"
  | "timer G"
  | "timer H"
  | "timer I"
  | "timer L"
  | "transport error";

export const INVITE_SERVER_START: InviteServerState = {
  name: "Proceeding",
  gMs: T1,
  hasResponse: false,
};
const ANSWERED: InviteServerState = { name: "Proceeding", gMs: T1, hasResponse: true };
const ACCEPTED: InviteServerState = { name: "Accepted", gMs: 0, hasResponse: true };
const COMPLETED: InviteServerState = { name: "Completed", gMs: T1, hasResponse: true };
const CONFIRMED: InviteServerState = { name: "Confirmed", gMs: 0, hasResponse: true };
const TERMINATED: InviteServerState = { name: "Terminated", gMs: 0, hasResponse: true };

/** Steps of every call, made once. */
const AWAIT_USER = go(INVITE_SERVER_START, start("100", TIMER_100_INVITE));
const PROVISIONAL = go(ANSWERED, stop("100"), SEND);
const ACCEPT = go(ACCEPTED, stop("100"), SEND, start("L", TIMEOUT));
const END = go(TERMINATED);

export const INVITE_SERVER_IGNORED: Ignored<InviteServerState["name"], InviteServerInput> = [
  [["Proceeding"], ["INVITE"], "RFC 3261 §17.2.1: nothing was sent yet that could be sent again"],
  [["Proceeding"], ["unanswered", "timer 100"], "RFC 3261 §17.2.1: the user has answered within 200 ms"],
  [["Proceeding"], ["ACK"], "RFC 3261 §17.2.1, figure 7: an ACK acknowledges a final response"],
  [["Proceeding", "Confirmed", "Accepted"], ["timer G", "timer H"], "RFC 3261 §17.2.1: run in Completed"],
  [["Proceeding", "Completed", "Accepted"], ["timer I"], "RFC 3261 §17.2.1: runs in Confirmed"],
  [["Proceeding", "Completed", "Confirmed"], ["timer L"], "RFC 6026 §7.1: runs in Accepted"],
  [
    ["Completed", "Confirmed"],
    ["1xx", "2xx", "300-699"],
    "RFC 3261 §17.2.1, figure 7: the final response is given",
  ],
  [
    ["Completed", "Confirmed", "Accepted"],
    ["unanswered", "timer 100"],
    "RFC 3261 §17.2.1: a 100 belongs to Proceeding",
  ],
  [["Confirmed"], ["ACK"], "RFC 3261 §17.2.1: additional ACKs are absorbed"],
  [["Confirmed"], ["INVITE"], "RFC 3261 §17.2.1, figure 7: its final response was acknowledged"],
  [["Confirmed"], ["transport error"], "RFC 3261 §17.2.1: nothing is sent in Confirmed"],
  [["Accepted"], ["INVITE"], "RFC 6026 §7.1: a retransmitted INVITE is absorbed"],
  [["Accepted"], ["1xx", "300-699"], "RFC 6026 §7.1: 2xx alone are sent"],
  [["Terminated"], "all", "RFC 3261 §17.2.1: destroyed the instant that it terminates"],
];

export function stepInviteServer(
  state: InviteServerState,
  input: InviteServerInput,
  isReliable: boolean,
): Step<InviteServerState> {
  switch (state.name) {
    case "Proceeding":
      return proceeding(state, input, isReliable);
    case "Completed":
      return completed(state, input, isReliable);
    case "Confirmed":
      return input === "timer I" ? END : stay(state);
    case "Accepted":
      if (input === "timer L") return END;
      // RFC 6026 §7.1: an ACK goes up to the user agent core; a retransmitted INVITE is absorbed; 2xx are sent.
      if (input === "ACK") return go(state, PASS);
      if (input === "2xx") return go(state, SEND);
      if (input === "transport error") return go(state, TRANSPORT_ERROR);
      return stay(state);
    case "Terminated":
      return stay(state);
  }
}

function proceeding(
  state: InviteServerState,
  input: InviteServerInput,
  isReliable: boolean,
): Step<InviteServerState> {
  switch (input) {
    case "INVITE":
      return state.hasResponse ? go(state, SEND) : stay(state);
    case "unanswered":
      return state.hasResponse ? stay(state) : AWAIT_USER;
    case "timer 100":
      return state.hasResponse ? stay(state) : go(ANSWERED, TRYING);
    case "1xx":
      return PROVISIONAL;
    case "2xx":
      return ACCEPT;
    case "300-699":
      if (isReliable) return go(COMPLETED, stop("100"), SEND, start("H", TIMEOUT));
      return go(COMPLETED, stop("100"), SEND, start("G", T1), start("H", TIMEOUT));
    case "transport error":
      return go(state, TRANSPORT_ERROR);
    case "ACK":
    case "timer G":
    case "timer H":
    case "timer I":
    case "timer L":
      return stay(state);
  }
}

function completed(
  state: InviteServerState,
  input: InviteServerInput,
  isReliable: boolean,
): Step<InviteServerState> {
  switch (input) {
    case "INVITE":
      return go(state, SEND);
    case "ACK":
      return isReliable ? go(TERMINATED, stop("H")) : go(CONFIRMED, stop("G"), stop("H"), start("I", T4));
    case "timer G": {
      const gMs = Math.min(2 * state.gMs, T2);
      return go({ ...state, gMs }, SEND, start("G", gMs));
    }
    case "timer H":
      return go(TERMINATED, stop("G"), TIMED_OUT);
    case "transport error":
      return go(state, TRANSPORT_ERROR);
    case "1xx":
    case "2xx":
    case "300-699":
    case "unanswered":
    case "timer 100":
    case "timer I":
    case "timer L":
      return stay(state);
  }
}
