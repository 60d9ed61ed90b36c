import { describe, expect, it } from "@jest/globals";
import {
  machineHistories,
  machineRows,
  unlistedPairs,
  walkedPairs,
  type MachineTable,
} from "../testing/machine-table.ts";
import {
  CONNECTION_IGNORED,
  stepConnection,
  type ConnectionInput,
  type ConnectionState,
} from "./connection-machine.ts";

const NO_DEADLINES = {
  "timer idle": "-",
  "timer silent": "-",
  "timer message": "-",
  "timer pong": "-",
  "timer ping": "-",
  "timer end": "-",
} as const;
const CLOSE = "closed: stop timers, tell closed";
const FAIL = "closed: stop timers, tell closed, destroy";
const END = "ending: stop timers, end channel";

const TABLE: MachineTable<ConnectionState, ConnectionInput> = {
  dialling: {
    ...NO_DEADLINES,
    opened: "open: tell open, write waiting, watch",
    octets: "-",
    send: "dialling: keep",
    end: "leaving:",
    fail: FAIL,
    closed: CLOSE,
  },
  leaving: {
    ...NO_DEADLINES,
    opened: "ending: tell open, write waiting, end channel",
    octets: "-",
    send: "leaving: refuse",
    end: "-",
    fail: FAIL,
    closed: CLOSE,
  },
  open: {
    opened: "-",
    octets: "open: read",
    send: "open: write",
    end: END,
    fail: FAIL,
    closed: CLOSE,
    "timer idle": END,
    "timer silent": END,
    "timer message": FAIL,
    "timer pong": FAIL,
    "timer ping": "open: ping",
    "timer end": "-",
  },
  ending: {
    ...NO_DEADLINES,
    opened: "-",
    octets: "-",
    send: "ending: refuse",
    end: "-",
    fail: FAIL,
    closed: CLOSE,
    "timer end": "ending: destroy",
  },
  closed: {
    ...NO_DEADLINES,
    opened: "-",
    octets: "-",
    send: "closed: refuse",
    end: "-",
    fail: "-",
    closed: "-",
  },
};

describe("a connection (RFC 3261 §18, RFC 5626 §4.4.1)", () => {
  const rows = machineRows(stepConnection, TABLE);
  it.each(rows)("%s, %s → %s", (_state, _input, said, done) => {
    expect(done).toBe(said);
  });

  it("ignores what it lists, each pair with its clause", () => {
    expect(unlistedPairs(walkedPairs(rows), CONNECTION_IGNORED)).toEqual([]);
  });

  it("tells of its end once, and of its opening at most once, whatever comes", () => {
    for (const { state, outputs } of machineHistories(stepConnection, "dialling", TABLE, 4)) {
      const count = (output: string): number => outputs.filter((each) => each === output).length;
      expect(count("tell closed")).toBe(state === "closed" ? 1 : 0);
      expect(count("tell open")).toBeLessThanOrEqual(1);
      expect(count("end channel")).toBeLessThanOrEqual(1);
    }
  });
});
