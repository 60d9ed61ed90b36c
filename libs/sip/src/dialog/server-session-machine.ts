import { step, type MachineStep } from "../machine-step.ts";

/**
 * The server side of one INVITE (RFC 3261 §13.3): what its owner may still answer, and what becomes of a 2xx that cannot
 * leave at once.
 *
 * | state         | means                                                | leaves by                                     |
 * | ------------- | ---------------------------------------------------- | --------------------------------------------- |
 * | proceeding    | no final response                                    | 2xx, 300-699                                  |
 * | awaitingPrack | a 2xx waits for a PRACK (RFC 3262 §3)                | PRACK → describing; PRACK lost, withdrawn     |
 * | describing    | a 2xx waits for its description                      | described → accepted; not described, withdrawn |
 * | accepted      | a 2xx has left                                       |                                               |
 * | rejected      | a final response ≥ 300 has left                      |                                               |
 */
export type ServerSessionState = "proceeding" | "awaitingPrack" | "describing" | "accepted" | "rejected";

export type ServerSessionInput =
  /** What the owner answers; `PRACK awaited`: a reliable provisional with a description has none yet. */
  | "1xx"
  | "2xx"
  | "2xx, PRACK awaited"
  | "300-699"
  /** The PRACK of the last reliable provisional, or none in 64·T1. */
  | "PRACK"
  | "PRACK lost"
  | "described"
  | "not described"
  /** The call that was accepted has ended before its 2xx could leave. */
  | "withdrawn"
  | "CANCEL"
  /** The time of Expires is over. */
  | "timer expiry"
  /** A minute without a provisional (§13.3.1.1). */
  | "timer repeat";

export type ServerSessionOutput =
  | "send 1xx"
  | "send 1xx again"
  /** A provisional that waited for the PRACK of the one before it. */
  | "send queued"
  | "drop queued"
  /** Nothing more of before the final response: timers, provisionals that wait, and who looks for the session. */
  | "final"
  /** One dialog stays, those of other tags end. */
  | "confirm"
  /** Asks for the description that is due, where one is. */
  | "describe"
  | "send 2xx"
  | "send 300-699"
  /** The 2xx that was to leave becomes a refusal, and the owner hears that the session is lost. */
  | "refuse 2xx"
  /** The same, where it was the owner who ended it, or the peer: 487. */
  | "487"
  | "end dialogs"
  | "200 to CANCEL"
  | "tell CANCEL"
  | "tell PRACK lost"
  | "tell expired";

export type ServerSessionStep = MachineStep<ServerSessionState, ServerSessionOutput>;

type Cells = Readonly<Record<ServerSessionInput, ServerSessionStep>>;

/** After the final response was given an owner's answer counts no more, and a CANCEL has no effect (§9.2). */
function answered(state: ServerSessionState): Cells {
  const nothing = step(state);
  return {
    "1xx": nothing,
    "2xx": nothing,
    "2xx, PRACK awaited": nothing,
    "300-699": nothing,
    PRACK: nothing,
    "PRACK lost": nothing,
    described: nothing,
    "not described": nothing,
    withdrawn: nothing,
    CANCEL: step(state, "200 to CANCEL"),
    "timer expiry": nothing,
    "timer repeat": nothing,
  };
}

const PROCEEDING = step("proceeding");
const WITHDRAWN = step("rejected", "487");

const TABLE: Readonly<Record<ServerSessionState, Cells>> = {
  proceeding: {
    "1xx": step("proceeding", "send 1xx"),
    "2xx": step("describing", "final", "confirm", "describe"),
    "2xx, PRACK awaited": step("awaitingPrack", "final", "confirm"),
    "300-699": step("rejected", "final", "send 300-699", "end dialogs"),
    PRACK: step("proceeding", "send queued"),
    "PRACK lost": step("proceeding", "drop queued", "tell PRACK lost"),
    // Nothing was accepted yet.
    described: PROCEEDING,
    "not described": PROCEEDING,
    withdrawn: PROCEEDING,
    CANCEL: step("proceeding", "tell CANCEL"),
    "timer expiry": step("proceeding", "tell expired"),
    "timer repeat": step("proceeding", "send 1xx again"),
  },
  awaitingPrack: {
    ...answered("awaitingPrack"),
    PRACK: step("describing", "describe"),
    // RFC 3262 §3: 5xx.
    "PRACK lost": step("rejected", "refuse 2xx"),
    withdrawn: WITHDRAWN,
  },
  describing: {
    ...answered("describing"),
    described: step("accepted", "send 2xx"),
    "not described": step("rejected", "refuse 2xx"),
    withdrawn: WITHDRAWN,
  },
  accepted: answered("accepted"),
  rejected: answered("rejected"),
};

export function stepServerSession(state: ServerSessionState, input: ServerSessionInput): ServerSessionStep {
  return TABLE[state][input];
}
