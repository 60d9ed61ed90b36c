import { step, type Ignored, type MachineStep } from "../machine-step.ts";

/**
 * The INVITE usage of one dialog (RFC 3261 §15, RFC 5057 §2): who may still say what, until both sides have left it.
 *
 * | state      | means                                            | leaves by                                          |
 * | ---------- | ------------------------------------------------ | -------------------------------------------------- |
 * | open       | an early or a confirmed call                     | bye, BYE answered, end                             |
 * | ending     | a BYE of ours waits for the ACK to our 2xx (§15) | ACKs done → byeSent; BYE answered, end             |
 * | byeSent    | it is out; a BYE that crosses it is answered     | BYE done, BYE answered, end                        |
 * | terminated | left                                             |                                                    |
 */
export type UsageState = "open" | "ending" | "byeSent" | "terminated";

export type UsageInput =
  /** The owner ends the call; `ACK awaited`: a 2xx of ours has no ACK yet; `2xx unsent`: it waits for something itself. */
  | "bye"
  | "bye, ACK awaited"
  | "bye, 2xx unsent"
  /** The last ACK that was waited for has come, or will not. */
  | "ACKs done"
  /** A BYE of theirs; and that it has a final answer, which ends the call whatever it is (§15.1.2). */
  | "BYE"
  | "BYE answered"
  /** Any other request of theirs. */
  | "request"
  /** The session cannot go on, though no BYE came: RFC 4028 §10, RFC 3261 §12.2.1.2. */
  | "loss"
  /** The usage has not come to be: another fork's 2xx, a rejected INVITE. */
  | "end"
  /** The final answer to our BYE, or none. */
  | "BYE done";

export type UsageOutput =
  /** To the owner, who answers. */
  | "hand on"
  | "200"
  | "481"
  /** Changes of the session and its timer end. */
  | "stop changes"
  /** 2xx are not sent any more. */
  | "stop 2xx"
  | "send BYE"
  /** Whoever wanted the BYE is told that none was sent. */
  | "no BYE"
  | "tell loss"
  /** The dialog goes, and what the owner has with it. */
  | "leave";

export type UsageStep = MachineStep<UsageState, UsageOutput>;

type Cells = Readonly<Record<UsageInput, UsageStep>>;

const OPEN = step("open");
const ENDING = step("ending");
const BYE_SENT = step("byeSent");
const TERMINATED = step("terminated");
const END = step("terminated", "stop changes", "stop 2xx", "leave");
const END_WITHOUT_BYE = step("terminated", "stop 2xx", "leave", "no BYE");
const LEAVE = step("terminated", "leave");

const TABLE: Readonly<Record<UsageState, Cells>> = {
  open: {
    bye: step("byeSent", "stop changes", "send BYE"),
    "bye, ACK awaited": step("ending", "stop changes"),
    // The called side sends no BYE before its 2xx (§15): the INVITE is refused instead.
    "bye, 2xx unsent": step("terminated", "stop changes", "leave", "no BYE"),
    "ACKs done": OPEN,
    BYE: step("open", "hand on"),
    "BYE answered": END,
    request: step("open", "hand on"),
    loss: step("open", "tell loss"),
    end: END,
    "BYE done": OPEN,
  },
  ending: {
    bye: step("ending", "no BYE"),
    "bye, ACK awaited": step("ending", "no BYE"),
    "bye, 2xx unsent": step("ending", "no BYE"),
    "ACKs done": step("byeSent", "send BYE"),
    BYE: step("ending", "200"),
    // The peer has hung up while ours waited: there is nothing to say any more.
    "BYE answered": END_WITHOUT_BYE,
    request: step("ending", "481"),
    loss: ENDING,
    end: END_WITHOUT_BYE,
    "BYE done": ENDING,
  },
  byeSent: {
    bye: step("byeSent", "no BYE"),
    "bye, ACK awaited": step("byeSent", "no BYE"),
    "bye, 2xx unsent": step("byeSent", "no BYE"),
    "ACKs done": BYE_SENT,
    // RFC 3261 §15.1.2: a BYE is answered, also where ours crosses it.
    BYE: step("byeSent", "200"),
    "BYE answered": LEAVE,
    request: step("byeSent", "481"),
    loss: BYE_SENT,
    end: LEAVE,
    "BYE done": LEAVE,
  },
  terminated: {
    bye: step("terminated", "no BYE"),
    "bye, ACK awaited": step("terminated", "no BYE"),
    "bye, 2xx unsent": step("terminated", "no BYE"),
    "ACKs done": TERMINATED,
    BYE: step("terminated", "200"),
    "BYE answered": TERMINATED,
    request: step("terminated", "481"),
    loss: TERMINATED,
    end: TERMINATED,
    "BYE done": TERMINATED,
  },
};

export const USAGE_IGNORED: Ignored<UsageState, UsageInput> = [
  [["open"], ["ACKs done"], "RFC 3261 §15: no BYE of ours waits for them"],
  [["byeSent", "terminated"], ["ACKs done"], "RFC 3261 §15: ours is out, or is not needed any more"],
  [["open", "ending"], ["BYE done"], "RFC 3261 §15.1.1: none of ours is out"],
  [
    ["ending", "byeSent", "terminated"],
    ["loss"],
    "RFC 3261 §15.1.1: who has said BYE takes the session for ended",
  ],
  [["terminated"], ["BYE answered", "end"], "RFC 3261 §15.1.2: left already"],
  [["terminated"], ["BYE done"], "RFC 3261 §15.1.2: ours crossed the BYE that has ended the call"],
];

export function stepUsage(state: UsageState, input: UsageInput): UsageStep {
  return TABLE[state][input];
}
