import { step, type Ignored, type MachineStep } from "../machine-step.ts";

/**
 * One connection of a listener (RFC 3261 §18, RFC 5626 §4.4.1), from its dial or its arrival to its end.
 *
 * | state    | means                                            | leaves by                                            |
 * | -------- | ------------------------------------------------ | ---------------------------------------------------- |
 * | dialling | what is sent waits until it is open              | opened, end → leaving, fail, closed                  |
 * | leaving  | the same, and it ends as soon as that is out     | opened → ending, fail, closed                        |
 * | open     | messages go both ways                            | end, timers idle and silent → ending; fail, other timers, closed |
 * | ending   | what was sent is on its way, nothing is taken in | closed, fail                                         |
 * | closed   | gone                                             |                                                      |
 */
export type ConnectionState = "dialling" | "leaving" | "open" | "ending" | "closed";

export type ConnectionInput =
  | "opened"
  | "octets"
  | "send"
  /** Close when what was sent is on its way; also after a stream that cannot be read on (RFC 3261 §18.3). */
  | "end"
  /** Give it up at once. */
  | "fail"
  /** The channel is gone. */
  | "closed"
  /** Nothing was said for a long time; nor ever, by a peer that has connected. */
  | "timer idle"
  | "timer silent"
  /** A message does not end; a ping has no pong (RFC 5626 §4.4.1). */
  | "timer message"
  | "timer pong"
  /** Time for the next ping. */
  | "timer ping"
  /** The peer has not closed its side either. */
  | "timer end";

export type ConnectionOutput =
  | "tell open"
  | "write waiting"
  /** Deadlines are watched from here on. */
  | "watch"
  | "read"
  | "write"
  /** Waits until it is open. */
  | "keep"
  | "refuse"
  | "ping"
  /** Ends the channel, and destroys it where that takes too long. */
  | "end channel"
  | "destroy"
  | "stop timers"
  /** Once. */
  | "tell closed";

export type ConnectionStep = MachineStep<ConnectionState, ConnectionOutput>;

type Cells = Readonly<Record<ConnectionInput, ConnectionStep>>;

const CLOSED = step("closed");
const CLOSE = step("closed", "stop timers", "tell closed");
const FAIL = step("closed", "stop timers", "tell closed", "destroy");
const END = step("ending", "stop timers", "end channel");

/** Deadlines are watched only while it is open. */
function withoutDeadlines(
  state: ConnectionState,
): Omit<Cells, "opened" | "octets" | "send" | "end" | "fail" | "closed"> {
  const nothing = step(state);
  return {
    "timer idle": nothing,
    "timer silent": nothing,
    "timer message": nothing,
    "timer pong": nothing,
    "timer ping": nothing,
    "timer end": nothing,
  };
}

const TABLE: Readonly<Record<ConnectionState, Cells>> = {
  dialling: {
    ...withoutDeadlines("dialling"),
    opened: step("open", "tell open", "write waiting", "watch"),
    octets: step("dialling"),
    send: step("dialling", "keep"),
    end: step("leaving"),
    fail: FAIL,
    closed: CLOSE,
  },
  leaving: {
    ...withoutDeadlines("leaving"),
    opened: step("ending", "tell open", "write waiting", "end channel"),
    octets: step("leaving"),
    send: step("leaving", "refuse"),
    end: step("leaving"),
    fail: FAIL,
    closed: CLOSE,
  },
  open: {
    opened: step("open"),
    octets: step("open", "read"),
    send: step("open", "write"),
    end: END,
    fail: FAIL,
    closed: CLOSE,
    "timer idle": END,
    "timer silent": END,
    "timer message": FAIL,
    "timer pong": FAIL,
    "timer ping": step("open", "ping"),
    "timer end": step("open"),
  },
  ending: {
    ...withoutDeadlines("ending"),
    opened: step("ending"),
    octets: step("ending"),
    send: step("ending", "refuse"),
    end: step("ending"),
    fail: FAIL,
    closed: CLOSE,
    "timer end": step("ending", "destroy"),
  },
  closed: {
    ...withoutDeadlines("closed"),
    opened: step("closed"),
    octets: CLOSED,
    send: step("closed", "refuse"),
    end: CLOSED,
    fail: CLOSED,
    closed: CLOSED,
  },
};

export const CONNECTION_IGNORED: Ignored<ConnectionState, ConnectionInput> = [
  [["open"], ["opened"], "RFC 3261 §18: it is open once"],
  [["ending", "closed"], ["opened"], "RFC 3261 §18.1.1: a dial that was given up may still succeed"],
  [["dialling", "leaving"], ["octets"], "RFC 3261 §18.3: nobody is there who could have sent them"],
  [["ending", "closed"], ["octets"], "RFC 3261 §18.3: nothing is read after what ended it"],
  [["leaving", "ending", "closed"], ["end"], "RFC 3261 §18: it ends, or has ended"],
  [["closed"], ["fail", "closed"], "RFC 3261 §18.4: its end is told once"],
  [
    ["dialling", "leaving", "ending", "closed"],
    ["timer idle", "timer silent", "timer message"],
    "RFC 3261 §18: deadlines are watched while it is open",
  ],
  [
    ["dialling", "leaving", "ending", "closed"],
    ["timer pong", "timer ping"],
    "RFC 5626 §4.4.1: pings are for open flows",
  ],
  [["dialling", "leaving", "open", "closed"], ["timer end"], "RFC 3261 §18: runs while it is ending"],
];

export function stepConnection(state: ConnectionState, input: ConnectionInput): ConnectionStep {
  return TABLE[state][input];
}
