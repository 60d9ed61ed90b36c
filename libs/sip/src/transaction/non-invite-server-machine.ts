import type { Ignored } from "../machine-step.ts";
import { go, SEND, start, stay, stop, TIMED_OUT, TRANSPORT_ERROR, TRYING, type Step } from "./machine.ts";
import { TIMEOUT, TIMER_100_NON_INVITE } from "./timers.ts";

/**
 * Non-INVITE server transaction, RFC 3261 §17.2.2 (figure 8) with RFC 4320.
 *
 * | state      | means                          | leaves by                                            |
 * | ---------- | ------------------------------ | ---------------------------------------------------- |
 * | Trying     | nothing sent                   | 1xx → Proceeding, final → Completed, timer "expiry"  |
 * | Proceeding | provisional sent               | final → Completed, timer "expiry" → Terminated       |
 * | Completed  | final sent, repeated on demand | timer J → Terminated                                 |
 *
 * RFC 4320 §4.1: over UDP no provisional before the client's timer E has reached T2, and a 100 then on any transport;
 * §4.2: who cannot answer before the client's timer F sends nothing at all, and never 408.
 */
export interface NonInviteServerState {
  readonly name: "Trying" | "Proceeding" | "Completed" | "Terminated";
}

export type NonInviteServerInput =
  | "request"
  /** 100; no other provisional exists for these requests (RFC 4320 §4.1). */
  | "100"
  | "200-699"
  /** The transaction user has been given the request, and has not responded at once. */
  | "unanswered"
  | "timer 100"
  | "timer expiry"
  | "timer J"
  | "transport error";

export const NON_INVITE_SERVER_START: NonInviteServerState = { name: "Trying" };
const PROCEEDING: NonInviteServerState = { name: "Proceeding" };
const COMPLETED: NonInviteServerState = { name: "Completed" };
const TERMINATED: NonInviteServerState = { name: "Terminated" };

const STOP_WAITING = [stop("100"), stop("expiry")];
/** Steps of every request that is answered, made once. Timer J is zero over a reliable transport. */
const COMPLETE_RELIABLY = go(TERMINATED, ...STOP_WAITING, SEND);
const COMPLETE = go(COMPLETED, ...STOP_WAITING, SEND, start("J", TIMEOUT));
const END = go(TERMINATED);

export const NON_INVITE_SERVER_IGNORED: Ignored<NonInviteServerState["name"], NonInviteServerInput> = [
  [["Trying"], ["request"], "RFC 3261 §17.2.2: retransmissions are discarded in Trying"],
  [["Trying", "Proceeding"], ["100"], "RFC 4320 §4.1: over UDP none before timer E has reached T2"],
  [["Proceeding"], ["timer 100"], "RFC 4320 §4.1: a 100 was sent"],
  [["Trying", "Proceeding"], ["timer J"], "RFC 3261 §17.2.2: runs in Completed"],
  [["Completed"], ["100", "200-699"], "RFC 3261 §17.2.2: other final responses are discarded"],
  [
    ["Completed"],
    ["unanswered", "timer 100", "timer expiry"],
    "RFC 4320 §4.1 and §4.2: for as long as there is no final response",
  ],
  [["Terminated"], "all", "RFC 3261 §17.2.2: destroyed the instant that it terminates"],
];

export function stepNonInviteServer(
  state: NonInviteServerState,
  input: NonInviteServerInput,
  isReliable: boolean,
): Step<NonInviteServerState> {
  switch (state.name) {
    case "Trying":
    case "Proceeding":
      return open(state, input, isReliable);
    case "Completed":
      if (input === "request") return go(state, SEND);
      if (input === "timer J") return END;
      if (input === "transport error") return go(TERMINATED, stop("J"), TRANSPORT_ERROR);
      return stay(state);
    case "Terminated":
      return stay(state);
  }
}

function open(
  state: NonInviteServerState,
  input: NonInviteServerInput,
  isReliable: boolean,
): Step<NonInviteServerState> {
  switch (input) {
    case "unanswered":
      return go(state, start("100", TIMER_100_NON_INVITE), start("expiry", TIMEOUT));
    case "timer 100":
      return state.name === "Trying" ? go(PROCEEDING, TRYING) : stay(state);
    case "100":
      return isReliable ? go(PROCEEDING, SEND) : stay(state);
    case "timer expiry":
      return go(TERMINATED, stop("100"), TIMED_OUT);
    case "200-699":
      return isReliable ? COMPLETE_RELIABLY : COMPLETE;
    case "transport error":
      return go(TERMINATED, ...STOP_WAITING, TRANSPORT_ERROR);
    case "request":
      // RFC 3261 §17.2.2: in Trying a retransmission is discarded, in Proceeding it is answered.
      return state.name === "Proceeding" ? go(state, SEND) : stay(state);
    case "timer J":
      return stay(state);
  }
}
