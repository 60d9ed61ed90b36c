import { go, SEND, start, stay, stop, TRANSPORT_ERROR, type Step } from "./machine.ts";
import { TIMEOUT } from "./timers.ts";

/**
 * Non-INVITE server transaction, RFC 3261 §17.2.2 (figure 8).
 *
 * | state      | means                          | leaves by                                       |
 * | ---------- | ------------------------------ | ----------------------------------------------- |
 * | Trying     | nothing sent                   | 1xx → Proceeding, final → Completed             |
 * | Proceeding | provisional sent               | final → Completed                               |
 * | Completed  | final sent, repeated on demand | timer J → Terminated                            |
 */
export interface NonInviteServerState {
  readonly name: "Trying" | "Proceeding" | "Completed" | "Terminated";
}

export type NonInviteServerInput = "request" | "1xx" | "200-699" | "timer J" | "transport error";

export const NON_INVITE_SERVER_START: NonInviteServerState = { name: "Trying" };
const PROCEEDING: NonInviteServerState = { name: "Proceeding" };
const COMPLETED: NonInviteServerState = { name: "Completed" };
const TERMINATED: NonInviteServerState = { name: "Terminated" };

export function stepNonInviteServer(
  state: NonInviteServerState,
  input: NonInviteServerInput,
  isReliable: boolean,
): Step<NonInviteServerState> {
  switch (state.name) {
    case "Trying":
    case "Proceeding":
      if (input === "1xx") return go(PROCEEDING, SEND);
      // Timer J is zero over a reliable transport.
      if (input === "200-699")
        return isReliable ? go(TERMINATED, SEND) : go(COMPLETED, SEND, start("J", TIMEOUT));
      if (input === "transport error") return go(TERMINATED, TRANSPORT_ERROR);
      // RFC 3261 §17.2.2: in Trying a retransmission is discarded, in Proceeding it is answered.
      return input === "request" && state.name === "Proceeding" ? go(state, SEND) : stay(state);
    case "Completed":
      if (input === "request") return go(state, SEND);
      if (input === "timer J") return go(TERMINATED);
      if (input === "transport error") return go(TERMINATED, stop("J"), TRANSPORT_ERROR);
      // "Any other final responses passed by the TU MUST be discarded."
      return stay(state);
    case "Terminated":
      return stay(state);
  }
}
