import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JournalErrorCode } from "./errors.ts";
import { JournalError } from "./errors.ts";
import type { JournalHealth, JournalOptions } from "./journal.ts";
import { Journal } from "./journal.ts";
import { JournalReader } from "./reader.ts";
import type { JournalRecord } from "./record.ts";

let directory: string;
const opened: Journal[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-journal-"));
});

afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await Journal.open({ directory, maxBytes: 64 * 1024 * 1024, delivery: "none", ...options });
  opened.push(journal);
  return journal;
}

function record(key: string, sequence: number, fields: Partial<JournalRecord> = {}): JournalRecord {
  return {
    topic: "events",
    key,
    partition: 3,
    sequence,
    headers: '{"a":"b"}',
    value: `${key} ${sequence}`,
    at: 1000,
    ...fields,
  };
}

function committed(journal: Journal, position: number): Promise<void> {
  return new Promise((resolve) => {
    if (journal.committedTo >= position) resolve();
    journal.onCommit((to) => {
      if (to >= position) resolve();
    });
  });
}

function healthOf(journal: Journal, status: JournalHealth["status"]): Promise<JournalHealth> {
  return new Promise((resolve) => {
    if (journal.health.status === status) resolve(journal.health);
    journal.onHealth((health) => {
      if (health.status === status) resolve(health);
    });
  });
}

async function until(claim: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !claim() && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(claim()).toBe(true);
}

async function codeOf(act: () => unknown): Promise<JournalErrorCode | undefined> {
  try {
    await act();
  } catch (error) {
    return error instanceof JournalError ? error.code : undefined;
  }
  return undefined;
}

describe("Journal", () => {
  it("numbers records from 1 without gaps and says when they are on disk", async () => {
    const journal = await open();
    expect(journal.append({ records: [record("a", 1), record("a", 2)] })).toBe(2);
    expect(journal.append({ records: [record("b", 1)] })).toBe(3);
    expect(journal.committedTo).toBe(0);
    expect(journal.health.pendingRecords).toBe(3);
    await committed(journal, 3);
    expect(journal.committedTo).toBe(3);
    expect(journal.health).toMatchObject({ status: "ok", pendingRecords: 0 });
  });

  it("reports commits once per group, in order", async () => {
    const journal = await open();
    const commits: number[] = [];
    journal.onCommit((to) => commits.push(to));
    for (let i = 1; i <= 400; i += 1) {
      journal.append({ records: [record("a", i)] });
      if (i % 100 === 0) await committed(journal, i);
    }
    expect(commits).toEqual([100, 200, 300, 400]);
  });

  it("keeps records, positions, state and identity over a close", async () => {
    const first = await open();
    first.append({ records: [record("a", 1)], state: { key: "a", state: "ringing" } });
    first.append({ records: [record("a", 2)], state: { key: "a", state: "up" } });
    first.append({ records: [record("b", 1)], state: { key: "b", state: "up" } });
    first.append({ records: [record("b", 2)], state: { key: "b", state: undefined } });
    first.setDelivered(3);
    await first.close();
    const second = await open();
    expect(second.journalId).toBe(first.journalId);
    expect(second.bootId).not.toBe(first.bootId);
    expect(second.openStates).toEqual([{ key: "a", state: "up" }]);
    expect(second).toMatchObject({ appendedTo: 4, committedTo: 4, deliveredTo: 3 });
    expect(second.append({ records: [record("c", 1)] })).toBe(5);
  });

  it("flush ends when all that was appended before it is on disk, and at once when nothing waits", async () => {
    const journal = await open();
    await journal.flush();
    for (let i = 1; i <= 50; i += 1) journal.append({ records: [record("a", i)] });
    const flushed = journal.flush();
    await new Promise((resolve) => setImmediate(resolve));
    journal.append({ records: [record("a", 51)] });
    await flushed;
    expect(journal.committedTo).toBeGreaterThanOrEqual(50);
    await journal.flush();
    expect(journal.committedTo).toBe(51);
  });

  it("uses the place of an ended key's state again", async () => {
    const journal = await open();
    journal.append({ records: [], state: { key: "a", state: "1" } });
    journal.append({ records: [record("b", 1)], state: { key: "b", state: "1" } });
    await committed(journal, 1);
    journal.append({ records: [record("a", 1)], state: { key: "a", state: undefined } });
    await committed(journal, 2);
    journal.append({ records: [record("c", 1)], state: { key: "c", state: "1" } });
    await journal.close();
    const again = await open();
    expect(again.openStates.map(({ key }) => key)).toEqual(["c", "b"]);
  });

  it("never gives a position twice, also when the records were trimmed", async () => {
    const journal = await open({ delivery: "broker", keepDeliveredMs: 0 });
    journal.append({ records: [record("a", 1), record("a", 2)] });
    journal.setDelivered(2);
    await journal.close();
    const database = new DatabaseSync(join(directory, "journal.db"));
    database.exec("DELETE FROM event");
    database.close();
    const reader = JournalReader.open(directory);
    expect(reader.lastPosition()).toBe(0);
    expect(reader.appendedTo).toBe(2);
    reader.close();
    expect((await open()).append({ records: [record("b", 1)] })).toBe(3);
  });

  it("refuses a second writer with `locked`, in this process and until the first has closed", async () => {
    const first = await open();
    expect(await codeOf(() => open())).toBe("locked");
    await first.close();
    expect(await codeOf(() => open())).toBeUndefined();
  });

  it("refuses a record above 256 KiB and nothing else of its step stays", async () => {
    const journal = await open();
    const step = { records: [record("a", 1), record("a", 2, { value: "x".repeat(256 * 1024) })] };
    expect(await codeOf(() => journal.append(step))).toBe("record-too-large");
    expect(
      await codeOf(() => journal.append({ records: [record("a", 1, { value: "€".repeat(90_000) })] })),
    ).toBe("record-too-large");
    expect(journal.appendedTo).toBe(0);
    expect(journal.append({ records: [record("a", 1, { value: "x".repeat(200 * 1024) })] })).toBe(1);
  });

  it("refuses more than 64 MiB waiting for the disk", async () => {
    const journal = await open();
    const value = "x".repeat(200 * 1024);
    const code = await codeOf(() => {
      for (let i = 1; i < 1000; i += 1) journal.append({ records: [record("a", i, { value })] });
    });
    expect(code).toBe("overloaded");
    expect(journal.appendedTo).toBeGreaterThan(300);
  });

  it("refuses a limit that its own log would fill, a closed journal and an unknown format", async () => {
    expect(await codeOf(() => open({ maxBytes: 1000 }))).toBe("options");
    const journal = await open();
    await journal.close();
    expect(await codeOf(() => journal.append({ records: [] }))).toBe("closed");
    const database = new DatabaseSync(join(directory, "journal.db"));
    database.exec("UPDATE meta SET value = '99' WHERE name = 'formatVersion'");
    database.close();
    expect(await codeOf(() => open())).toBe("format");
    expect(await codeOf(() => JournalReader.open(directory))).toBe("format");
  });

  it("is degraded while a commit takes longer than 200 ms, and recovers without new records", async () => {
    const journal = await open();
    const other = new DatabaseSync(join(directory, "journal.db"));
    other.exec("BEGIN IMMEDIATE");
    journal.append({ records: [record("a", 1)] });
    expect(await healthOf(journal, "degraded")).toMatchObject({ reason: "slow", pendingRecords: 1 });
    other.exec("ROLLBACK");
    other.close();
    expect(await healthOf(journal, "ok")).toMatchObject({ pendingRecords: 0 });
  });

  it("fails for good when a commit fails, and says up to where all is safe", async () => {
    const journal = await open();
    journal.append({ records: [record("a", 1)] });
    await committed(journal, 1);
    const other = new DatabaseSync(join(directory, "journal.db"));
    other.exec("DROP TABLE event");
    other.close();
    const failure = new Promise<JournalError>((resolve) => {
      journal.onFailure(resolve);
    });
    journal.append({ records: [record("a", 2)] });
    expect(await failure).toMatchObject({ code: "failed", retryable: false });
    expect(journal.health).toMatchObject({ status: "failed", pendingRecords: 1 });
    expect(journal.committedTo).toBe(1);
    expect(await codeOf(() => journal.append({ records: [] }))).toBe("failed");
  });
});

describe("an idle journal", () => {
  it("gives the space of its log back, and counts it until then", async () => {
    const journal = await open();
    const log = join(directory, "journal.db-wal");
    const value = "x".repeat(10_000);
    journal.append({ records: Array.from({ length: 50 }, (_, i) => record("a", i + 1, { value })) });
    await committed(journal, 50);
    const held = statSync(log).size;
    expect(held).toBeGreaterThan(500_000);
    await until(() => journal.health.usedBytes > held);
    await until(() => statSync(log).size === 0);
    await until(() => journal.health.usedBytes <= statSync(join(directory, "journal.db")).size);
    expect(journal.append({ records: [record("a", 51)] })).toBe(51);
    await committed(journal, 51);
  }, 20_000);
});

describe("closing a journal", () => {
  it("ends also where the last words cannot be written, says that it failed and lets the directory go", async () => {
    const journal = await open({ delivery: "broker" });
    journal.append({ records: [record("a", 1)] });
    await committed(journal, 1);
    const other = new DatabaseSync(join(directory, "journal.db"));
    other.exec("DROP TABLE meta");
    other.close();
    journal.setDelivered(1);
    await journal.close();
    expect(journal.health.status).toBe("failed");
    expect(await codeOf(() => open())).toBeUndefined();
  });

  it("ends at the same time for everybody who asked", async () => {
    const journal = await open();
    journal.append({ records: [record("a", 1)] });
    let isClosed = false;
    const first = journal.close().then(() => (isClosed = true));
    await journal.close();
    expect(isClosed).toBe(true);
    await first;
  });
});

describe("JournalReader", () => {
  it("reads records as they were appended, beside the running writer, in this and in other runs", async () => {
    const journal = await open();
    journal.append({ records: [record("a", 1, { value: '{"x":"€"}', headers: '{"h":"ä"}', at: 12.5 })] });
    await committed(journal, 1);
    const reader = JournalReader.open(directory);
    const [stored] = reader.page(0, 10);
    expect(stored).toMatchObject({
      position: 1,
      topic: "events",
      key: "a",
      partition: 3,
      sequence: 1,
      headers: '{"h":"ä"}',
      at: 12.5,
    });
    expect(new TextDecoder().decode(stored?.value)).toBe('{"x":"€"}');
    expect(reader.journalId).toBe(journal.journalId);
    journal.append({ records: [record("b", 1), record("a", 2)] });
    await committed(journal, 3);
    expect(reader.lastPosition()).toBe(3);
    expect(reader.byKey("a").map(({ position }) => position)).toEqual([1, 3]);
    await journal.close();
    expect(reader.page(1, 10).map(({ position }) => position)).toEqual([2, 3]);
    reader.close();
  });

  it("pages by count and by octets, with at least one record in a page", async () => {
    const journal = await open();
    const value = "x".repeat(1000);
    journal.append({ records: Array.from({ length: 50 }, (_, i) => record("a", i + 1, { value })) });
    await committed(journal, 50);
    const reader = JournalReader.open(directory);
    expect(reader.page(0, 20)).toHaveLength(20);
    expect(reader.page(0, 20, 5100)).toHaveLength(5);
    expect(reader.page(0, 20, 1)).toHaveLength(1);
    expect([...reader.records(0, 7)].map(({ position }) => position)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect(reader.page(50, 20)).toEqual([]);
    reader.close();
  });

  it("holds no read open between pages, so that the writer's log can be given back", async () => {
    const journal = await open();
    journal.append({ records: Array.from({ length: 50 }, (_, i) => record("a", i + 1)) });
    await committed(journal, 50);
    const reader = JournalReader.open(directory);
    const records = reader.records(0, 7);
    records.next();
    expect(reader.page(0, 20, 1)).toHaveLength(1);
    const other = new DatabaseSync(join(directory, "journal.db"), { timeout: 1000 });
    expect(other.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()).toMatchObject({ busy: 0 });
    other.close();
    reader.close();
  });

  it("says `unusable` where there is no journal", async () => {
    expect(await codeOf(() => JournalReader.open(directory))).toBe("unusable");
  });
});
