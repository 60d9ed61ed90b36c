import { step, type Ignored, type MachineStep } from "../machine-step.ts";

/**
 * The client side of one INVITE (RFC 3261 §13.2): which final answer counts, and when a CANCEL may go (§9.1).
 *
 * | state      | means                                                            | leaves by                        |
 * | ---------- | ---------------------------------------------------------------- | -------------------------------- |
 * | calling    | nothing was heard of the try that is out                         | 1xx, cancel, final answers       |
 * | proceeding | a provisional came                                               | next try, cancel, final answers  |
 * | cancelling | nothing was heard, and the owner does not want the call any more | 1xx → cancelled, final answers   |
 * | cancelled  | a CANCEL is out                                                  | final answers                    |
 * | accepted   | a 2xx came; those of other forks may follow                      |                                  |
 * | over       | a final response ≥ 300, or none                                  |                                  |
 */
export type ClientSessionState = "calling" | "proceeding" | "cancelling" | "cancelled" | "accepted" | "over";

export type ClientSessionInput =
  /** The request goes out again: to another target, or with what was asked for (§8.1.3.5, RFC 3263 §4.3). */
  | "next try"
  | "1xx"
  /** Of a fork that has none yet; and one that is repeated. */
  | "2xx"
  | "2xx again"
  | "300-699"
  /** No final response: timer B, or the request could not be sent (§8.1.3.1). */
  | "failed"
  | "cancel";

export type ClientSessionOutput =
  | "tell 1xx"
  | "send CANCEL"
  /** Nothing is tried again, wherever the request stands. */
  | "last try"
  /** Early dialogs of other forks end. */
  | "end others"
  | "tell accepted"
  /** A later 2xx of another fork: its owner may keep it, else it is ended with BYE (§13.2.2.4). */
  | "offer fork"
  /** A 2xx that nobody waits for: ACK and BYE. */
  | "release fork"
  | "ACK again"
  | "roll back"
  | "tell rejected"
  | "tell failed";

export type ClientSessionStep = MachineStep<ClientSessionState, ClientSessionOutput>;

type Cells = Readonly<Record<ClientSessionInput, ClientSessionStep>>;

const CALLING = step("calling");
const CANCELLING = step("cancelling");
const CANCELLED = step("cancelled");
const ACCEPTED = step("accepted");
const OVER = step("over");

/** How it comes to its end, whether the owner still wants it or not: a 2xx may cross the CANCEL (§9.1). */
const ENDS = {
  "2xx": step("accepted", "end others", "tell accepted"),
  "300-699": step("over", "end others", "roll back", "tell rejected"),
  failed: step("over", "end others", "roll back", "tell failed"),
} as const;

const TABLE: Readonly<Record<ClientSessionState, Cells>> = {
  calling: {
    ...ENDS,
    "next try": CALLING,
    "1xx": step("proceeding", "tell 1xx"),
    "2xx again": CALLING,
    cancel: step("cancelling", "last try"),
  },
  proceeding: {
    ...ENDS,
    // §9.1: a provisional to the try before is none to this one.
    "next try": CALLING,
    "1xx": step("proceeding", "tell 1xx"),
    "2xx again": step("proceeding"),
    cancel: step("cancelled", "last try", "send CANCEL"),
  },
  cancelling: {
    ...ENDS,
    "next try": CANCELLING,
    "1xx": step("cancelled", "tell 1xx", "send CANCEL"),
    "2xx again": CANCELLING,
    cancel: CANCELLING,
  },
  cancelled: {
    ...ENDS,
    "next try": CANCELLED,
    "1xx": step("cancelled", "tell 1xx"),
    "2xx again": CANCELLED,
    cancel: CANCELLED,
  },
  accepted: {
    "next try": ACCEPTED,
    "1xx": ACCEPTED,
    "2xx": step("accepted", "offer fork"),
    "2xx again": step("accepted", "ACK again"),
    "300-699": ACCEPTED,
    failed: ACCEPTED,
    cancel: ACCEPTED,
  },
  over: {
    "next try": OVER,
    "1xx": OVER,
    "2xx": step("over", "release fork"),
    "2xx again": step("over", "ACK again"),
    "300-699": OVER,
    failed: OVER,
    cancel: OVER,
  },
};

export const CLIENT_SESSION_IGNORED: Ignored<ClientSessionState, ClientSessionInput> = [
  [["calling"], ["next try"], "RFC 3261 §9.1: nothing was heard of the try before either"],
  [["cancelling", "cancelled"], ["next try"], "RFC 3261 §9: who cancels does not want it tried again"],
  [["accepted", "over"], ["next try"], "RFC 3261 §8.1.3.5: a final answer that stands ends the tries"],
  [
    ["calling", "proceeding", "cancelling", "cancelled"],
    ["2xx again"],
    "RFC 3261 §13.2.2.4: there was none before",
  ],
  [["cancelling"], ["cancel"], "RFC 3261 §9.1: it waits for a provisional already"],
  [["cancelled"], ["cancel"], "RFC 3261 §9.1: one CANCEL for a request"],
  [["accepted", "over"], ["cancel"], "RFC 3261 §9.1: no effect on a request that has its final response"],
  [["accepted"], ["1xx", "300-699", "failed"], "RFC 6026 §7.2: in Accepted 2xx alone are passed on"],
  [["over"], ["1xx", "300-699", "failed"], "RFC 3261 §17.1.1.2: the one final answer was passed on"],
];

export function stepClientSession(state: ClientSessionState, input: ClientSessionInput): ClientSessionStep {
  return TABLE[state][input];
}
