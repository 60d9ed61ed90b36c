import { step, type Ignored, type MachineStep } from "../machine-step.ts";

/**
 * The server side of one INVITE (RFC 3261 §13.3): what its owner may still answer, and what becomes of a 2xx that cannot
 * leave at once.
 *
 * | state         | means                                                       | leaves by                                      |
 * | ------------- | ----------------------------------------------------------- | ---------------------------------------------- |
 * | proceeding    | no final response                                           | described 1xx, 2xx, 300-699                    |
 * | described     | the same, and a reliable provisional with a description has no PRACK yet | PRACK, PRACK lost, 2xx, 300-699   |
 * | awaitingPrack | a 2xx waits for that PRACK (RFC 3262 §3)                    | PRACK → describing; PRACK lost, withdrawn      |
 * | describing    | a 2xx waits for its description                             | described → accepted; not described, withdrawn |
 * | accepted      | a 2xx has left                                              |                                                |
 * | rejected      | a final response ≥ 300 has left                             |                                                |
 */
export type ServerSessionState =
  "proceeding" | "described" | "awaitingPrack" | "describing" | "accepted" | "rejected";

export type ServerSessionInput =
  /** What the owner answers. */
  | "1xx"
  | "2xx"
  | "300-699"
  /** A reliable provisional with a description has left. */
  | "described 1xx"
  /** The PRACK of the last reliable provisional, or none in 64·T1. */
  | "PRACK"
  | "PRACK lost"
  /** The description of the 2xx is there, or there is none. */
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
  /** The 2xx that was to leave becomes a refusal: no PRACK or no description, which its owner hears; no call any more. */
  | "504"
  | "refuse"
  | "487"
  | "end dialogs"
  | "200 to CANCEL"
  | "tell CANCEL"
  | "tell PRACK lost"
  | "tell expired";

export type ServerSessionStep = MachineStep<ServerSessionState, ServerSessionOutput>;

type Cells = Readonly<Record<ServerSessionInput, ServerSessionStep>>;

/** Once the final response is given; SERVER_SESSION_IGNORED says why nothing of this counts. */
function answered(state: ServerSessionState): Cells {
  const nothing = step(state);
  return {
    "1xx": nothing,
    "2xx": nothing,
    "300-699": nothing,
    "described 1xx": nothing,
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
const DESCRIBED = step("described");
const REJECT = step("rejected", "final", "send 300-699", "end dialogs");
const PRACK_LOST = step("proceeding", "drop queued", "tell PRACK lost");
const WITHDRAWN = step("rejected", "487");

const TABLE: Readonly<Record<ServerSessionState, Cells>> = {
  proceeding: {
    "1xx": step("proceeding", "send 1xx"),
    "2xx": step("describing", "final", "confirm", "describe"),
    "300-699": REJECT,
    "described 1xx": DESCRIBED,
    PRACK: step("proceeding", "send queued"),
    "PRACK lost": PRACK_LOST,
    described: PROCEEDING,
    "not described": PROCEEDING,
    withdrawn: PROCEEDING,
    CANCEL: step("proceeding", "tell CANCEL"),
    "timer expiry": step("proceeding", "tell expired"),
    "timer repeat": step("proceeding", "send 1xx again"),
  },
  described: {
    // RFC 3262 §3: it waits for the PRACK, as a 2xx does.
    "1xx": step("described", "send 1xx"),
    "2xx": step("awaitingPrack", "final", "confirm"),
    "300-699": REJECT,
    "described 1xx": DESCRIBED,
    PRACK: step("proceeding", "send queued"),
    "PRACK lost": PRACK_LOST,
    described: DESCRIBED,
    "not described": DESCRIBED,
    withdrawn: DESCRIBED,
    CANCEL: step("described", "tell CANCEL"),
    "timer expiry": step("described", "tell expired"),
    "timer repeat": step("described", "send 1xx again"),
  },
  awaitingPrack: {
    ...answered("awaitingPrack"),
    PRACK: step("describing", "describe"),
    // RFC 3262 §3: 5xx.
    "PRACK lost": step("rejected", "504"),
    withdrawn: WITHDRAWN,
  },
  describing: {
    ...answered("describing"),
    described: step("accepted", "send 2xx"),
    "not described": step("rejected", "refuse"),
    withdrawn: WITHDRAWN,
  },
  accepted: answered("accepted"),
  rejected: answered("rejected"),
};

const ANSWERED = ["awaitingPrack", "describing", "accepted", "rejected"] as const;

export const SERVER_SESSION_IGNORED: Ignored<ServerSessionState, ServerSessionInput> = [
  [ANSWERED, ["1xx"], "RFC 3261 §13.3.1: provisionals come before the final response"],
  [ANSWERED, ["2xx", "300-699"], "RFC 3261 §17.2.1: one final response; its repetition is not the owner's"],
  [["described"], ["described 1xx"], "RFC 3262 §3: no second one before the PRACK of the first"],
  [ANSWERED, ["described 1xx"], "RFC 3262 §3: those that wait are dropped with the final response"],
  [["describing", "accepted", "rejected"], ["PRACK"], "RFC 3262 §3: acknowledged, and nothing waits for it"],
  [
    ["describing", "accepted", "rejected"],
    ["PRACK lost"],
    "RFC 3262 §3: not waited for after the final response",
  ],
  [
    ["proceeding", "described", "awaitingPrack", "accepted", "rejected"],
    ["described", "not described"],
    "RFC 3261 §13.3.1.4: nothing waits for a description",
  ],
  [["proceeding", "described"], ["withdrawn"], "RFC 3261 §13.3.1.4: nothing was accepted yet"],
  [["accepted"], ["withdrawn"], "RFC 3261 §15: it is BYE that ends what was accepted"],
  [["rejected"], ["withdrawn"], "RFC 3261 §13.3.1.3: there is no call"],
  [ANSWERED, ["timer expiry"], "RFC 3261 §13.3.1: Expires is for the time until the final response"],
  [ANSWERED, ["timer repeat"], "RFC 3261 §13.3.1.1: provisionals are repeated until the final response"],
];

export function stepServerSession(state: ServerSessionState, input: ServerSessionInput): ServerSessionStep {
  return TABLE[state][input];
}
