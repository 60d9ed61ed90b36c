import { randomUUID } from "node:crypto";
import { statSync, statfsSync } from "node:fs";
import type { StatementSync } from "node:sqlite";
import { DatabaseSync } from "node:sqlite";
import { JournalError } from "./errors.ts";
import type { PackedGroup } from "./group.ts";
import { readGroup } from "./group.ts";
import type { OpenState } from "./record.ts";
import { databasePath, FORMAT_VERSION, readMeta, SCHEMA } from "./schema.ts";

/** Enough for the hot end of every table; the rest stays in the system's page cache. */
const CACHE_KIB = 16 * 1024;

/** How long a commit waits for somebody with a database tool in the same file. */
const BUSY_TIMEOUT_MS = 5000;

/** How long giving back the log's space waits for readers; groups wait meanwhile. */
const TRUNCATE_TIMEOUT_MS = 20;

/** The writer's own connection: every change of the files goes through here, in the writer's thread. */
export class JournalStore {
  readonly journalId: string;
  readonly appendedTo: number;
  readonly openStates: readonly OpenState[];
  readonly database: DatabaseSync;
  readonly #directory: string;
  readonly #pageSize: number;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #putState: StatementSync;
  readonly #dropState: StatementSync;
  readonly #putMeta: StatementSync;
  readonly #pageCount: StatementSync;
  readonly #freePages: StatementSync;
  readonly #slots = new Map<string, number>();
  readonly #freeSlots: number[] = [];
  #nextSlot = 1;

  private constructor(directory: string, database: DatabaseSync) {
    this.#directory = directory;
    this.database = database;
    this.journalId = readMeta(database, "journalId") ?? "";
    this.#pageSize = numberOf(database.prepare("PRAGMA page_size").get(), "page_size");
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#insert = database.prepare(
      "INSERT INTO event (position, topic, key, partition, sequence, headers, value, at, stateful) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#putState = database.prepare(
      "INSERT OR REPLACE INTO call_state (slot, key, state) VALUES (?, ?, ?)",
    );
    this.#dropState = database.prepare("DELETE FROM call_state WHERE slot = ?");
    this.#putMeta = database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
    this.#pageCount = database.prepare("PRAGMA page_count");
    this.#freePages = database.prepare("PRAGMA freelist_count");
    this.appendedTo = numberOf(
      database
        .prepare(
          "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0), coalesce((SELECT max(position) FROM event), 0)) AS position",
        )
        .get(),
      "position",
    );
    this.openStates = this.#loadStates();
  }

  static open(directory: string, bootId: string): JournalStore {
    const database = new DatabaseSync(databasePath(directory), { timeout: BUSY_TIMEOUT_MS });
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA wal_autocheckpoint = 0");
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    database.exec("BEGIN IMMEDIATE");
    database.exec(SCHEMA);
    const format = readMeta(database, "formatVersion");
    if (format !== undefined && format !== FORMAT_VERSION) {
      database.close();
      throw new JournalError(
        "format",
        `${directory}: journal of format ${format}, this is ${FORMAT_VERSION}`,
      );
    }
    const put = database.prepare("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING");
    put.run("formatVersion", FORMAT_VERSION);
    put.run("journalId", randomUUID());
    put.run("deliveredTo", "0");
    database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('bootId', ?)").run(bootId);
    database.exec("COMMIT");
    return new JournalStore(directory, database);
  }

  get deliveredTo(): number {
    return Number(readMeta(this.database, "deliveredTo") ?? 0);
  }

  isOpen(key: string): boolean {
    return this.#slots.has(key);
  }

  /** Writes one group and returns when it is on disk. */
  commitGroup(group: PackedGroup, lastPosition: number, deliveredTo: number | undefined): void {
    let position = lastPosition - group.recordCount;
    this.#begin.run();
    readGroup(
      group,
      (record) => {
        position += 1;
        this.#insert.run(
          position,
          record.topic,
          record.key,
          record.partition,
          record.sequence,
          record.headers,
          record.value,
          record.at,
          record.isStateful ? 1 : 0,
        );
      },
      (key, state) => {
        this.#writeState(key, state);
      },
    );
    if (deliveredTo !== undefined) this.#putMeta.run("deliveredTo", String(deliveredTo));
    // A probe: something must change, or the commit would not reach the disk.
    if (group.recordCount + group.stateCount === 0) this.#putMeta.run("probe", String(Date.now()));
    this.#commit.run();
  }

  setDelivered(deliveredTo: number): void {
    this.#putMeta.run("deliveredTo", String(deliveredTo));
  }

  transaction<T>(change: () => T): T {
    this.#begin.run();
    const result = change();
    this.#commit.run();
    return result;
  }

  /** Pages in use and the whole write-ahead log: what the journal's limit counts. */
  usedBytes(): number {
    const pages =
      numberOf(this.#pageCount.get(), "page_count") - numberOf(this.#freePages.get(), "freelist_count");
    return pages * this.#pageSize + this.logBytes();
  }

  logBytes(): number {
    return statSync(`${databasePath(this.#directory)}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  diskFreeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  /** Copies the log into the database as far as readers allow; never waits for one. */
  checkpoint(): void {
    this.database.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }

  /** As `checkpoint`, and gives the log's space back. Returns whether no reader was in the way. */
  truncateLog(): boolean {
    this.database.exec(`PRAGMA busy_timeout = ${TRUNCATE_TIMEOUT_MS}`);
    const result = this.database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    this.database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return numberOf(result, "busy") === 0;
  }

  close(): void {
    this.truncateLog();
    this.database.close();
  }

  #loadStates(): OpenState[] {
    const states: OpenState[] = [];
    for (const row of this.database.prepare("SELECT slot, key, state FROM call_state ORDER BY slot").all()) {
      const slot = Number(row["slot"]);
      const key = String(row["key"]);
      for (; this.#nextSlot < slot; this.#nextSlot += 1) this.#freeSlots.push(this.#nextSlot);
      this.#nextSlot = slot + 1;
      this.#slots.set(key, slot);
      states.push({ key, state: String(row["state"]) });
    }
    return states;
  }

  /** Rows are found by a slot held here and used again, so that a state costs one row and no index. */
  #writeState(key: string, state: string | undefined): void {
    let slot = this.#slots.get(key);
    if (state === undefined) {
      if (slot === undefined) return;
      this.#dropState.run(slot);
      this.#slots.delete(key);
      this.#freeSlots.push(slot);
      return;
    }
    if (slot === undefined) {
      slot = this.#freeSlots.pop();
      if (slot === undefined) {
        slot = this.#nextSlot;
        this.#nextSlot += 1;
      }
      this.#slots.set(key, slot);
    }
    this.#putState.run(slot, key, state);
  }
}

function numberOf(row: Readonly<Record<string, unknown>> | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}
