import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JournalOptions } from "./journal.ts";
import { Journal, JOURNAL_BYTES_MIN } from "./journal.ts";
import { JournalReader } from "./reader.ts";

const MIB = 1024 * 1024;
const EVENTS_PER_CALL = 4;
const VALUE = "x".repeat(1000);

let directory: string;
let journal: Journal;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-journal-"));
});

afterEach(async () => {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(options: Partial<JournalOptions>): Promise<void> {
  journal = await Journal.open({ directory, maxBytes: JOURNAL_BYTES_MIN, delivery: "none", ...options });
}

function appendEvent(key: string, sequence: number, isLast: boolean): void {
  journal.append({
    records: [{ topic: "t", key, partition: 0, sequence, headers: "{}", value: VALUE, at: Date.now() }],
    state: { key, state: isLast ? undefined : "open" },
  });
}

/** Appends whole calls, a few at a time so that the writer sees groups and pauses. */
async function appendCalls(count: number, prefix: string): Promise<void> {
  for (let call = 0; call < count; call += 1) {
    for (let i = 1; i <= EVENTS_PER_CALL; i += 1) appendEvent(`${prefix}${call}`, i, i === EVENTS_PER_CALL);
    if (call % 50 === 0) await committed();
  }
  await committed();
}

function committed(): Promise<void> {
  const position = journal.appendedTo;
  return new Promise((resolve) => {
    if (journal.committedTo >= position) resolve();
    journal.onCommit((to) => {
      if (to >= position) resolve();
    });
  });
}

async function until(claim: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !claim() && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(claim()).toBe(true);
}

function countByKey(): Map<string, number> {
  const reader = JournalReader.open(directory);
  const counts = new Map<string, number>();
  for (const { key } of reader.records()) counts.set(key, (counts.get(key) ?? 0) + 1);
  reader.close();
  return counts;
}

describe("a journal without a broker", () => {
  it("drops the oldest ended calls whole at its limit, keeps open ones, and is never full", async () => {
    await open({ delivery: "none" });
    // A disk that is slow for once says so, too; at its limit a journal without a broker does not.
    const reports: (string | undefined)[] = [];
    journal.onHealth(({ reason }) => reports.push(reason));
    appendEvent("open", 1, false);
    appendEvent("gateway", 1, false);
    await appendCalls(2500, "call-");
    await until(() => journal.health.usedBytes <= JOURNAL_BYTES_MIN);
    const counts = countByKey();
    expect(counts.get("open")).toBe(1);
    expect(counts.has("call-0")).toBe(false);
    expect(counts.get("call-2499")).toBe(EVENTS_PER_CALL);
    expect(
      [...counts].filter(([key, count]) => key.startsWith("call-") && count !== EVENTS_PER_CALL),
    ).toEqual([]);
    expect(counts.size).toBeGreaterThan(100);
    expect(reports).not.toContain("full");
  });

  it("drops a call that was passed over while open once it has ended", async () => {
    await open({ delivery: "none" });
    appendEvent("long", 1, false);
    await appendCalls(1500, "a-");
    appendEvent("long", 2, true);
    await appendCalls(1500, "b-");
    await until(() => journal.health.usedBytes <= JOURNAL_BYTES_MIN);
    expect(countByKey().has("long")).toBe(false);
  });

  it("drops records without a state one by one, oldest first", async () => {
    await open({ delivery: "none" });
    for (let i = 1; i <= 6000; i += 1) {
      journal.append({
        records: [{ topic: "t", key: "node", partition: 0, sequence: i, headers: "{}", value: VALUE, at: 0 }],
      });
      if (i % 200 === 0) await committed();
    }
    await until(() => journal.health.usedBytes <= JOURNAL_BYTES_MIN);
    const reader = JournalReader.open(directory);
    const left = [...reader.records()].map(({ position }) => position);
    reader.close();
    expect(left.length).toBeGreaterThan(500);
    expect(left).toEqual(Array.from({ length: left.length }, (_, i) => 6000 - left.length + 1 + i));
  });
});

describe("a journal with a broker", () => {
  it("keeps undelivered records over its limit and says `full` until they are delivered", async () => {
    await open({ delivery: "broker" });
    await appendCalls(1600, "call-");
    await until(() => journal.health.status === "degraded");
    expect(journal.health.reason).toBe("full");
    expect(countByKey().size).toBe(1600);
    journal.setDelivered(journal.appendedTo);
    await until(() => journal.health.status === "ok");
    await until(() => journal.health.usedBytes <= JOURNAL_BYTES_MIN / 4 + MIB);
    expect(countByKey().size).toBeLessThan(400);
  });

  it("keeps delivered records below a quarter of the limit until their time is over", async () => {
    await open({ delivery: "broker", maxBytes: 64 * MIB, keepDeliveredMs: 2500 });
    await appendCalls(100, "call-");
    journal.setDelivered(journal.appendedTo - 4);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(countByKey().size).toBe(100);
    await until(() => countByKey().size === 1);
    expect(countByKey().get("call-99")).toBe(EVENTS_PER_CALL);
  });
});
