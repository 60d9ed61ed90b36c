import { describe, expect, it } from "@jest/globals";
import {
  stepClientSession,
  type ClientSessionInput,
  type ClientSessionState,
} from "./client-session-machine.ts";
import {
  stepServerSession,
  type ServerSessionInput,
  type ServerSessionState,
} from "./server-session-machine.ts";
import { machineHistories, machineRows, type MachineTable } from "../testing/machine-table.ts";
import { stepUsage, type UsageInput, type UsageState } from "./usage-machine.ts";

function walk(rows: readonly [string, string, string, string][]): void {
  it.each(rows)("%s, %s → %s", (_state, _input, said, done) => {
    expect(done).toBe(said);
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
  walk(machineRows(stepUsage, table));

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
  "2xx, PRACK awaited": "-",
  "300-699": "-",
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
  const table: MachineTable<ServerSessionState, ServerSessionInput> = {
    proceeding: {
      "1xx": "proceeding: send 1xx",
      "2xx": "describing: final, confirm, describe",
      "2xx, PRACK awaited": "awaitingPrack: final, confirm",
      "300-699": "rejected: final, send 300-699, end dialogs",
      PRACK: "proceeding: send queued",
      "PRACK lost": "proceeding: drop queued, tell PRACK lost",
      described: "-",
      "not described": "-",
      withdrawn: "-",
      CANCEL: "proceeding: tell CANCEL",
      "timer expiry": "proceeding: tell expired",
      "timer repeat": "proceeding: send 1xx again",
    },
    awaitingPrack: {
      ...ANSWERED,
      PRACK: "describing: describe",
      "PRACK lost": "rejected: refuse 2xx",
      withdrawn: "rejected: 487",
      CANCEL: "awaitingPrack: 200 to CANCEL",
    },
    describing: {
      ...ANSWERED,
      described: "accepted: send 2xx",
      "not described": "rejected: refuse 2xx",
      withdrawn: "rejected: 487",
      CANCEL: "describing: 200 to CANCEL",
    },
    accepted: { ...ANSWERED, CANCEL: "accepted: 200 to CANCEL" },
    rejected: { ...ANSWERED, CANCEL: "rejected: 200 to CANCEL" },
  };
  walk(machineRows(stepServerSession, table));

  it("gives one final response where it comes to an end, and none before, whatever comes", () => {
    for (const { state, outputs } of machineHistories(stepServerSession, "proceeding", table, 4)) {
      const finals = countOf(outputs, "send 2xx", "send 300-699", "refuse 2xx", "487");
      expect(finals).toBe(state === "accepted" || state === "rejected" ? 1 : 0);
      expect(countOf(outputs, "final")).toBe(state === "proceeding" ? 0 : 1);
    }
  });
});

describe("the client side of an INVITE (RFC 3261 §13.2)", () => {
  const table: MachineTable<ClientSessionState, ClientSessionInput> = {
    calling: {
      "1xx": "calling: tell 1xx",
      "2xx": "accepted: end others, tell accepted",
      "2xx again": "-",
      "300-699": "over: end others, roll back, tell rejected",
      failed: "over: end others, roll back, tell failed",
      cancel: "cancelling: last try, send CANCEL",
    },
    cancelling: {
      "1xx": "cancelling: tell 1xx, send CANCEL",
      "2xx": "accepted: end others, tell accepted",
      "2xx again": "-",
      "300-699": "over: end others, roll back, tell rejected",
      failed: "over: end others, roll back, tell failed",
      cancel: "-",
    },
    accepted: {
      "1xx": "-",
      "2xx": "accepted: offer fork",
      "2xx again": "accepted: ACK again",
      "300-699": "-",
      failed: "-",
      cancel: "-",
    },
    over: {
      "1xx": "-",
      "2xx": "over: release fork",
      "2xx again": "over: ACK again",
      "300-699": "-",
      failed: "-",
      cancel: "-",
    },
  };
  walk(machineRows(stepClientSession, table));

  it("tells its owner of one end, and sends no CANCEL after it, whatever comes", () => {
    for (const { state, outputs } of machineHistories(stepClientSession, "calling", table, 6)) {
      const ends = countOf(outputs, "tell accepted", "tell rejected", "tell failed");
      expect(ends).toBe(state === "accepted" || state === "over" ? 1 : 0);
      const end = outputs.findIndex((output) => /^tell (accepted|rejected|failed)$/.test(output));
      expect(outputs.lastIndexOf("send CANCEL")).toBeLessThan(end < 0 ? outputs.length : end);
    }
  });
});
