import type { StatementSync } from "node:sqlite";
import { DatabaseSync } from "node:sqlite";
import { JournalError, messageOf } from "./errors.ts";
import type { StoredRecord } from "./record.ts";
import { databasePath, FORMAT_VERSION, readMeta } from "./schema.ts";

const COLUMNS =
  "position, topic, key, partition, sequence, CAST(headers AS TEXT), value, at, length(headers) + length(value)";

/** What one page holds at most when the caller does not say. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** How long a read waits where the writer is just giving back the log's space. */
const BUSY_TIMEOUT_MS = 2000;

type Row = readonly [number, string, string, number, number, string, Uint8Array, number, number];

/**
 * Reads a journal from any thread or process, beside a running writer. No read stays open between two
 * calls: an open one would keep the write-ahead log growing.
 */
export class JournalReader {
  readonly journalId: string;
  readonly #database: DatabaseSync;
  readonly #page: StatementSync;
  readonly #byKey: StatementSync;
  readonly #last: StatementSync;
  readonly #appended: StatementSync;

  private constructor(database: DatabaseSync, journalId: string) {
    this.#database = database;
    this.journalId = journalId;
    this.#page = database.prepare(
      `SELECT ${COLUMNS} FROM event WHERE position > ? ORDER BY position LIMIT ?`,
    );
    this.#page.setReturnArrays(true);
    this.#byKey = database.prepare(`SELECT ${COLUMNS} FROM event WHERE key = ? ORDER BY position`);
    this.#byKey.setReturnArrays(true);
    this.#last = database.prepare("SELECT max(position) AS position FROM event");
    this.#appended = database.prepare("SELECT seq AS position FROM sqlite_sequence WHERE name = 'event'");
  }

  static open(directory: string): JournalReader {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(databasePath(directory), { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      const format = readMeta(database, "formatVersion");
      const journalId = readMeta(database, "journalId");
      if (format === FORMAT_VERSION && journalId !== undefined) return new JournalReader(database, journalId);
      throw new JournalError(
        "format",
        `${directory}: journal of format ${format ?? "unknown"}, this is ${FORMAT_VERSION}`,
      );
    } catch (error) {
      database?.close();
      if (error instanceof JournalError) throw error;
      throw new JournalError("unusable", `${directory}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** As the writer left it on disk; it may lag behind what was delivered. */
  get deliveredTo(): number {
    return Number(readMeta(this.#database, "deliveredTo") ?? 0);
  }

  /** The highest position that was ever given to a record on disk, held or trimmed. */
  get appendedTo(): number {
    return Number(this.#appended.get()?.["position"] ?? 0);
  }

  /** The highest position that is still held, 0 when there is none. */
  lastPosition(): number {
    return Number(this.#last.get()?.["position"] ?? 0);
  }

  /** Up to `limit` records after a position, the first one always, further ones while they fit in `maxBytes`. */
  page(after: number, limit: number, maxBytes: number = PAGE_BYTES_MAX): StoredRecord[] {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const row of this.#page.iterate(after, limit) as Iterable<unknown>) {
      const columns = row as Row;
      bytes += columns[8];
      if (records.length > 0 && bytes > maxBytes) break;
      records.push(storedRecord(columns));
    }
    return records;
  }

  /** All records of a key in order. */
  byKey(key: string): StoredRecord[] {
    return (this.#byKey.all(key) as unknown as readonly Row[]).map(storedRecord);
  }

  /** Page after page up to what is there at the end; each page is a read of its own. */
  *records(after = 0, pageSize = 500): Generator<StoredRecord> {
    for (let position = after; ;) {
      const page = this.page(position, pageSize);
      const last = page.at(-1);
      if (last === undefined) return;
      yield* page;
      position = last.position;
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function storedRecord(row: Row): StoredRecord {
  const [position, topic, key, partition, sequence, headers, value, at] = row;
  return { position, topic, key, partition, sequence, headers, value, at };
}
