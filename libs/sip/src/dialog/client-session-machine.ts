import { step, type MachineStep } from "../machine-step.ts";

/**
 * The client side of one INVITE (RFC 3261 §13.2): which final answer counts, and when a CANCEL may go.
 *
 * | state      | means                                                  | leaves by                        |
 * | ---------- | ------------------------------------------------------ | -------------------------------- |
 * | calling    | no final response                                      | 2xx, 300-699, failed, cancel     |
 * | cancelling | the same, and the owner does not want the call any more | 2xx, 300-699, failed             |
 * | accepted   | a 2xx came; those of other forks may follow            |                                  |
 * | over       | a final response ≥ 300, or none                        |                                  |
 */
export type ClientSessionState = "calling" | "cancelling" | "accepted" | "over";

export type ClientSessionInput =
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
  /** Once, and only behind a provisional (§9.1). */
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

const ACCEPT = step("accepted", "end others", "tell accepted");
const REJECT = step("over", "end others", "roll back", "tell rejected");
const FAIL = step("over", "end others", "roll back", "tell failed");
const ACCEPTED = step("accepted");
const OVER = step("over");

const TABLE: Readonly<Record<ClientSessionState, Cells>> = {
  calling: {
    "1xx": step("calling", "tell 1xx"),
    "2xx": ACCEPT,
    // No 2xx came before.
    "2xx again": step("calling"),
    "300-699": REJECT,
    failed: FAIL,
    cancel: step("cancelling", "last try", "send CANCEL"),
  },
  cancelling: {
    "1xx": step("cancelling", "tell 1xx", "send CANCEL"),
    // §9.1: a 2xx may cross the CANCEL.
    "2xx": ACCEPT,
    "2xx again": step("cancelling"),
    "300-699": REJECT,
    failed: FAIL,
    cancel: step("cancelling"),
  },
  accepted: {
    // RFC 6026 §7.2: in Accepted the transaction passes 2xx alone.
    "1xx": ACCEPTED,
    "2xx": step("accepted", "offer fork"),
    "2xx again": step("accepted", "ACK again"),
    "300-699": ACCEPTED,
    failed: ACCEPTED,
    // §9.1: no effect on what has its final response.
    cancel: ACCEPTED,
  },
  over: {
    "1xx": OVER,
    "2xx": step("over", "release fork"),
    "2xx again": step("over", "ACK again"),
    "300-699": OVER,
    failed: OVER,
    cancel: OVER,
  },
};

export function stepClientSession(state: ClientSessionState, input: ClientSessionInput): ClientSessionStep {
  return TABLE[state][input];
}
