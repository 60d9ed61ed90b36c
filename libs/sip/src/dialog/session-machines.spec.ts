import { describe, expect, it } from "@jest/globals";
import type { Ignored } from "../machine-step.ts";
import {
  CLIENT_SESSION_IGNORED,
  stepClientSession,
  type ClientSessionInput,
  type ClientSessionState,
} from "./client-session-machine.ts";
import {
  SERVER_SESSION_IGNORED,
  stepServerSession,
  type ServerSessionInput,
  type ServerSessionState,
} from "./server-session-machine.ts";
import {
  machineHistories,
  machineRows,
  unlistedPairs,
  walkedPairs,
  type MachineTable,
} from "../testing/machine-table.ts";
import { stepUsage, USAGE_IGNORED, type UsageInput, type UsageState } from "./usage-machine.ts";

function walk<State extends string, Input extends string>(
  rows: readonly [string, string, string, string][],
  ignored: Ignored<State, Input>,
): void {
  it.each(rows)("%s, %s → %s", (_state, _input, said, done) => {
    expect(done).toBe(said);
  });
  it("ignores what it lists, each pair with its clause", () => {
    expect(unlistedPairs(walkedPairs(rows), ignored)).toEqual([]);
  });
}

const countOf = (outputs: readonly string[], ...wanted: readonly string[]): number =>
  outputs.filter((output) => wanted.includes(output)).length;

describe("the INVITE usage of a dialog (RFC 3261 §15)", () => {
  const table: MachineTable<UsageState, UsageInput> = {
    open: {
      bye: "byeSent: stop changes, send BYE",
      "bye, ACK awaited": "ending: stop changes",
      "bye, 2xx unsent": "terminated: stop changes, leave, no BYE",
      "ACKs done": "-",
      BYE: "open: hand on",
      "BYE answered": "terminated: stop changes, stop 2xx, leave",
      request: "open: hand on",
      loss: "open: tell loss",
      end: "terminated: stop changes, stop 2xx, leave",
      "BYE done": "-",
    },
    ending: {
      bye: "ending: no BYE",
      "bye, ACK awaited": "ending: no BYE",
      "bye, 2xx unsent": "ending: no BYE",
      "ACKs done": "byeSent: send BYE",
      BYE: "ending: 200",
      "BYE answered": "terminated: stop 2xx, leave, no BYE",
      request: "ending: 481",
      loss: "-",
      end: "terminated: stop 2xx, leave, no BYE",
      "BYE done": "-",
    },
    byeSent: {
      bye: "byeSent: no BYE",
      "bye, ACK awaited": "byeSent: no BYE",
      "bye, 2xx unsent": "byeSent: no BYE",
      "ACKs done": "-",
      BYE: "byeSent: 200",
      "BYE answered": "terminated: leave",
      request: "byeSent: 481",
      loss: "-",
      end: "terminated: leave",
      "BYE done": "terminated: leave",
    },
    terminated: {
      bye: "terminated: no BYE",
      "bye, ACK awaited": "terminated: no BYE",
      "bye, 2xx unsent": "terminated: no BYE",
      "ACKs done": "-",
      BYE: "terminated: 200",
      "BYE answered": "-",
      request: "terminated: 481",
      loss: "-",
      end: "-",
      "BYE done": "-",
    },
  };
  walk(machineRows(stepUsage, table), USAGE_IGNORED);

  it("sends one BYE at most, leaves once, and tells of no loss after its end, whatever comes", () => {
    for (const { state, outputs } of machineHistories(stepUsage, "open", table, 5)) {
      expect(countOf(outputs, "send BYE")).toBeLessThanOrEqual(1);
      expect(countOf(outputs, "leave")).toBe(state === "terminated" ? 1 : 0);
      const end = outputs.findIndex((output) => output === "stop changes" || output === "leave");
      expect(outputs.lastIndexOf("tell loss")).toBeLessThan(end < 0 ? outputs.length : end);
    }
  });
});

const ANSWERED: Record<ServerSessionInput, string> = {
  "1xx": "-",
  "2xx": "-",
  "300-699": "-",
  "described 1xx": "-",
  PRACK: "-",
  "PRACK lost": "-",
  described: "-",
  "not described": "-",
  withdrawn: "-",
  CANCEL: "",
  "timer expiry": "-",
  "timer repeat": "-",
};

describe("the server side of an INVITE (RFC 3261 §13.3)", () => {
  const open = {
    "300-699": "rejected: final, send 300-699, end dialogs",
    "described 1xx": "-",
    PRACK: "proceeding: send queued",
    "PRACK lost": "proceeding: drop queued, tell PRACK lost",
    described: "-",
    "not described": "-",
    withdrawn: "-",
  };
  const table: MachineTable<ServerSessionState, ServerSessionInput> = {
    proceeding: {
      ...open,
      "1xx": "proceeding: send 1xx",
      "2xx": "describing: final, confirm, describe",
      "described 1xx": "described:",
      CANCEL: "proceeding: tell CANCEL",
      "timer expiry": "proceeding: tell expired",
      "timer repeat": "proceeding: send 1xx again",
    },
    described: {
      ...open,
      "1xx": "described: send 1xx",
      "2xx": "awaitingPrack: final, confirm",
      CANCEL: "described: tell CANCEL",
      "timer expiry": "described: tell expired",
      "timer repeat": "described: send 1xx again",
    },
    awaitingPrack: {
      ...ANSWERED,
      PRACK: "describing: describe",
      "PRACK lost": "rejected: 504",
      withdrawn: "rejected: 487",
      CANCEL: "awaitingPrack: 200 to CANCEL",
    },
    describing: {
      ...ANSWERED,
      described: "accepted: send 2xx",
      "not described": "rejected: refuse",
      withdrawn: "rejected: 487",
      CANCEL: "describing: 200 to CANCEL",
    },
    accepted: { ...ANSWERED, CANCEL: "accepted: 200 to CANCEL" },
    rejected: { ...ANSWERED, CANCEL: "rejected: 200 to CANCEL" },
  };
  walk(machineRows(stepServerSession, table), SERVER_SESSION_IGNORED);

  it("gives one final response where it comes to an end, and none before, whatever comes", () => {
    for (const { state, outputs } of machineHistories(stepServerSession, "proceeding", table, 4)) {
      const finals = countOf(outputs, "send 2xx", "send 300-699", "refuse", "504", "487");
      expect(finals).toBe(state === "accepted" || state === "rejected" ? 1 : 0);
      expect(countOf(outputs, "final")).toBe(state === "proceeding" || state === "described" ? 0 : 1);
    }
  });

  it("sends no 2xx while a provisional with a description has no PRACK (RFC 3262 §3), whatever comes", () => {
    for (const { inputs, outputs } of machineHistories(stepServerSession, "proceeding", table, 5)) {
      if (!outputs.includes("send 2xx")) continue;
      const accepted = inputs.indexOf("2xx");
      const described = inputs.lastIndexOf("described 1xx", accepted);
      const settled = inputs.findIndex((input, at) => at > described && input.startsWith("PRACK"));
      if (described >= 0) expect(settled).toBeGreaterThan(described);
    }
  });
});

describe("the client side of an INVITE (RFC 3261 §13.2)", () => {
  const ends = {
    "2xx": "accepted: end others, tell accepted",
    "2xx again": "-",
    "300-699": "over: end others, roll back, tell rejected",
    failed: "over: end others, roll back, tell failed",
  };
  const table: MachineTable<ClientSessionState, ClientSessionInput> = {
    calling: { ...ends, "next try": "-", "1xx": "proceeding: tell 1xx", cancel: "cancelling: last try" },
    proceeding: {
      ...ends,
      "next try": "calling:",
      "1xx": "proceeding: tell 1xx",
      cancel: "cancelled: last try, send CANCEL",
    },
    cancelling: { ...ends, "next try": "-", "1xx": "cancelled: tell 1xx, send CANCEL", cancel: "-" },
    cancelled: { ...ends, "next try": "-", "1xx": "cancelled: tell 1xx", cancel: "-" },
    accepted: {
      "next try": "-",
      "1xx": "-",
      "2xx": "accepted: offer fork",
      "2xx again": "accepted: ACK again",
      "300-699": "-",
      failed: "-",
      cancel: "-",
    },
    over: {
      "next try": "-",
      "1xx": "-",
      "2xx": "over: release fork",
      "2xx again": "over: ACK again",
      "300-699": "-",
      failed: "-",
      cancel: "-",
    },
  };
  walk(machineRows(stepClientSession, table), CLIENT_SESSION_IGNORED);

  it("tells its owner of one end, and sends one CANCEL at most, not after it, whatever comes", () => {
    for (const { state, outputs } of machineHistories(stepClientSession, "calling", table, 6)) {
      const ends = countOf(outputs, "tell accepted", "tell rejected", "tell failed");
      expect(ends).toBe(state === "accepted" || state === "over" ? 1 : 0);
      const end = outputs.findIndex((output) => /^tell (accepted|rejected|failed)$/.test(output));
      expect(outputs.lastIndexOf("send CANCEL")).toBeLessThan(end < 0 ? outputs.length : end);
      expect(countOf(outputs, "send CANCEL")).toBeLessThanOrEqual(1);
    }
  });

  it("sends CANCEL only behind a provisional of the try that is out (§9.1), whatever comes", () => {
    for (const { inputs, outputs } of machineHistories(stepClientSession, "calling", table, 5)) {
      if (!outputs.includes("send CANCEL")) continue;
      const cancelled = inputs.indexOf("cancel");
      const heard = inputs.findIndex(
        (input, at) => input === "1xx" && at > inputs.lastIndexOf("next try", cancelled),
      );
      expect(heard).toBeGreaterThanOrEqual(0);
    }
  });
});
