import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { topicsOf } from "@tandem/call-events";
import { Journal, JournalReader } from "@tandem/journal";
import { Call, type CallLeg } from "./call.ts";
import { EventWriter } from "./event-writer.ts";
import { releaseLeftOpen } from "./recovery.ts";

const NOW = 1_790_000_000_000;
const writer = new EventWriter({ cluster: "test", node: "edge-1", topics: topicsOf() }, 12);

let directory: string;
let journal: Journal;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-recovery-"));
});

afterEach(async () => {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<void> {
  journal = await Journal.open({ directory, maxBytes: 2 ** 30, delivery: "broker" });
}

/** A leg of which only the dialog is of interest here. */
function legOf(callId: string): CallLeg {
  const sip = { callId, fromTag: "a", toTag: "b", cseq: 1 };
  return {
    common: { direction: "inbound", trunkId: "acme", legId: "a", sip },
    earlyMessages: 0,
    attach: () => undefined,
    perform: () => undefined,
    detailsOf: () => {
      throw new TypeError("no fact of this leg is written");
    },
    close: () => undefined,
  };
}

/** Leaves calls as a process does that is gone: their state, after three events each. */
async function leaveOpen(count: number, sipCallId: (index: number) => string): Promise<void> {
  await open();
  for (let index = 0; index < count; index += 1) {
    const call = new Call(`call-${index}`, index % 12, legOf(sipCallId(index)));
    call.state = {
      ...call.state,
      name: "Answered",
      sequence: 3,
      createdAt: NOW - 5_000,
      answeredAt: NOW - 4_000,
    };
    journal.append({ records: [], state: { key: call.callId, state: writer.openState(call) } });
    if (index % 100 === 0) await journal.flush();
  }
  await journal.close();
  await open();
}

describe("releaseLeftOpen", () => {
  it("gives each call that was open its one release, next in its sequence, and forgets the calls", async () => {
    await leaveOpen(3, (index) => `sip-${index}`);
    expect(await releaseLeftOpen(journal, writer, () => NOW)).toBe(3);
    await journal.close();
    const reader = JournalReader.open(directory);
    const records = [...reader.records()];
    reader.close();
    expect(records.map(({ key, partition, sequence }) => [key, partition, sequence])).toEqual([
      ["call-0", 0, 4],
      ["call-1", 1, 4],
      ["call-2", 2, 4],
    ]);
    expect(JSON.parse(new TextDecoder().decode(records[1]?.value))).toMatchObject({
      callId: "call-1",
      sequence: 4,
      sip: { callId: "sip-1" },
      cause: {
        class: "internal",
        mapping: "derived",
        side: "gateway",
        detail: "gateway-recovery",
        q850: { value: 127 },
      },
      durationMs: 5_000,
      billableMs: 4_000,
      finalState: "answered",
    });
    await open();
    expect(journal.openStates).toEqual([]);
    expect(await releaseLeftOpen(journal, writer, () => NOW)).toBe(0);
  });

  it("takes more than what may wait for the disk at once (64 MiB)", async () => {
    const long = "x".repeat(50_000);
    await leaveOpen(1_500, (index) => `${long}${index}`);
    expect(await releaseLeftOpen(journal, writer, () => NOW)).toBe(1_500);
    await journal.flush();
    expect(journal.committedTo).toBe(1_500);
  }, 60_000);
});
