import type { Ignored } from "../machine-step.ts";
import { ACK, go, PASS, SEND, start, stay, stop, TIMED_OUT, TRANSPORT_ERROR, type Step } from "./machine.ts";
import { T1, TIMER_D, TIMEOUT } from "./timers.ts";

/**
 * INVITE client transaction, RFC 3261 §17.1.1 (figure 5) with RFC 6026 §7.2.
 *
 * | state      | means                       | leaves by                                                   |
 * | ---------- | --------------------------- | ----------------------------------------------------------- |
 * | Calling    | INVITE sent, nothing heard  | 1xx → Proceeding, 2xx → Accepted, 300-699 → Completed, B    |
 * | Proceeding | a provisional came          | 2xx → Accepted, 300-699 → Completed, 64·T1 after a CANCEL   |
 * | Completed  | final ≥ 300, ACK sent       | timer D → Terminated                                        |
 * | Accepted   | 2xx, more may come          | timer M → Terminated                                        |
 */
export interface InviteClientState {
  readonly name: "Calling" | "Proceeding" | "Completed" | "Accepted" | "Terminated";
  /** Next interval of timer A. */
  readonly aMs: number;
}

export type InviteClientInput =
  | "1xx"
  | "2xx"
  | "300-699"
  | "timer A"
  | "timer B"
  | "timer D"
  | "timer M"
  | "transport error"
  /** A CANCEL for it goes out; its own timer has no letter in the RFC. */
  | "cancel"
  | "timer cancel";

const CALLING: InviteClientState = { name: "Calling", aMs: T1 };
const PROCEEDING: InviteClientState = { name: "Proceeding", aMs: 0 };
const COMPLETED: InviteClientState = { name: "Completed", aMs: 0 };
const ACCEPTED: InviteClientState = { name: "Accepted", aMs: 0 };
const TERMINATED: InviteClientState = { name: "Terminated", aMs: 0 };

const STOP_ALL = [stop("A"), stop("B"), stop("cancel")];
/** Steps of every call, made once. */
const CALL_RELIABLY = go(CALLING, SEND, start("B", TIMEOUT));
const CALL = go(CALLING, SEND, start("A", T1), start("B", TIMEOUT));
const PROVISIONAL = go(PROCEEDING, stop("A"), stop("B"), PASS);
const FURTHER_PROVISIONAL = go(PROCEEDING, PASS);
const ACCEPT = go(ACCEPTED, ...STOP_ALL, PASS, start("M", TIMEOUT));
const END = go(TERMINATED);

export const INVITE_CLIENT_IGNORED: Ignored<InviteClientState["name"], InviteClientInput> = [
  [["Calling"], ["cancel", "timer cancel"], "RFC 3261 §9.1: no CANCEL before a provisional response"],
  [["Proceeding", "Completed", "Accepted"], ["timer A", "timer B"], "RFC 3261 §17.1.1.2: run in Calling"],
  [["Calling", "Proceeding", "Accepted"], ["timer D"], "RFC 3261 §17.1.1.2: runs in Completed"],
  [["Calling", "Proceeding", "Completed"], ["timer M"], "RFC 6026 §7.2: runs in Accepted"],
  [["Completed"], ["1xx", "2xx"], "RFC 3261 §17.1.1.2, figure 5: the final response is there"],
  [["Accepted"], ["1xx", "300-699"], "RFC 6026 §7.2: 2xx alone are passed on"],
  [["Accepted"], ["transport error"], "RFC 6026 §7.2: nothing is sent in Accepted"],
  [
    ["Completed", "Accepted"],
    ["cancel", "timer cancel"],
    "RFC 3261 §9.1: no effect on a request that has its final response",
  ],
  [["Terminated"], "all", "RFC 3261 §17.1.1.2: destroyed the instant that it terminates"],
];

export function startInviteClient(isReliable: boolean): Step<InviteClientState> {
  return isReliable ? CALL_RELIABLY : CALL;
}

export function stepInviteClient(
  state: InviteClientState,
  input: InviteClientInput,
  isReliable: boolean,
): Step<InviteClientState> {
  switch (state.name) {
    case "Calling":
      if (input === "timer A") {
        const aMs = 2 * state.aMs;
        return go({ ...state, aMs }, SEND, start("A", aMs));
      }
      if (input === "timer B") return go(TERMINATED, stop("A"), TIMED_OUT);
      if (input === "1xx") return PROVISIONAL;
      return final(state, input, isReliable);
    case "Proceeding":
      if (input === "1xx") return FURTHER_PROVISIONAL;
      // RFC 3261 §9.1: a peer of RFC 2543 may never send the 487, and one that has died sends nothing.
      if (input === "cancel") return go(state, start("cancel", TIMEOUT));
      if (input === "timer cancel") return go(TERMINATED, TIMED_OUT);
      return final(state, input, isReliable);
    case "Completed":
      // Retransmitted finals cause another ACK, and are not passed up.
      if (input === "300-699") return go(state, ACK);
      if (input === "timer D") return go(TERMINATED);
      if (input === "transport error") return go(TERMINATED, stop("D"), TRANSPORT_ERROR);
      return stay(state);
    case "Accepted":
      // RFC 6026 §7.2: each 2xx goes up, whichever fork it is of; the rest is discarded.
      if (input === "2xx") return go(state, PASS);
      return input === "timer M" ? END : stay(state);
    case "Terminated":
      return stay(state);
  }
}

function final(
  state: InviteClientState,
  input: InviteClientInput,
  isReliable: boolean,
): Step<InviteClientState> {
  if (input === "2xx") return ACCEPT;
  if (input === "300-699") {
    // Timer D is zero over a reliable transport.
    if (isReliable) return go(TERMINATED, ...STOP_ALL, ACK, PASS);
    return go(COMPLETED, ...STOP_ALL, ACK, PASS, start("D", TIMER_D));
  }
  if (input === "transport error") return go(TERMINATED, ...STOP_ALL, TRANSPORT_ERROR);
  return stay(state);
}
