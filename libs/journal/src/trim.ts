import type { StatementSync } from "node:sqlite";
import type { JournalStore } from "./store.ts";

/** Rows that one step deletes, about: a few milliseconds during which a group may have to wait. */
const TRIM_ROWS = 500;

/** Rows that go at once with the oldest row of an ended key. */
const TRIM_KEY_ROWS_MAX = 256;

/** Of the limit: what delivered rows may fill before their time is over. */
const DELIVERED_SHARE = 0.25;

/** Makes room, one small step at a time; `step` returns whether another one may find something. */
export interface Trimmer {
  step(usedBytes: number, deliveredTo: number, now: number): boolean;
}

/** With a broker: rows that were delivered go by age, or earlier when they fill their share of the limit. */
export class DeliveredTrimmer implements Trimmer {
  readonly #store: JournalStore;
  readonly #bytesMax: number;
  readonly #keepMs: number;
  readonly #bound: StatementSync;
  readonly #delete: StatementSync;

  constructor(store: JournalStore, maxBytes: number, keepMs: number) {
    this.#store = store;
    this.#bytesMax = maxBytes * DELIVERED_SHARE;
    this.#keepMs = keepMs;
    this.#bound = store.database.prepare(
      "SELECT max(position) AS position, max(at) AS at FROM (SELECT position, at FROM event WHERE position <= ? ORDER BY position LIMIT ?)",
    );
    this.#delete = store.database.prepare("DELETE FROM event WHERE position <= ?");
  }

  step(usedBytes: number, deliveredTo: number, now: number): boolean {
    const bound = this.#bound.get(deliveredTo, TRIM_ROWS);
    if (bound === undefined || bound["position"] === null) return false;
    const isOld = Number(bound["at"]) <= now - this.#keepMs;
    if (!isOld && usedBytes <= this.#bytesMax) return false;
    this.#store.transaction(() => this.#delete.run(Number(bound["position"])));
    return true;
  }
}

/** Without a broker: at the limit the oldest keys that have ended go, whole; what is open stays. */
export class EndedTrimmer implements Trimmer {
  readonly #store: JournalStore;
  readonly #maxBytes: number;
  readonly #scan: StatementSync;
  readonly #deleteKey: StatementSync;
  readonly #deleteRow: StatementSync;
  #scannedTo = 0;
  #deletedInSweep = 0;

  constructor(store: JournalStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
    this.#scan = store.database.prepare(
      "SELECT position, key, stateful FROM event WHERE position > ? ORDER BY position LIMIT ?",
    );
    this.#deleteKey = store.database.prepare(
      "DELETE FROM event WHERE position IN (SELECT position FROM event WHERE key = ? AND stateful = 1 ORDER BY position LIMIT ?)",
    );
    this.#deleteRow = store.database.prepare("DELETE FROM event WHERE position = ?");
  }

  step(usedBytes: number): boolean {
    if (usedBytes <= this.#maxBytes) {
      // Keys passed over because they were open may have ended when room is needed again.
      this.#scannedTo = 0;
      return false;
    }
    const rows = this.#scan.all(this.#scannedTo, TRIM_ROWS);
    if (rows.length === 0) {
      const didHelp = this.#deletedInSweep > 0;
      this.#scannedTo = 0;
      this.#deletedInSweep = 0;
      return didHelp;
    }
    this.#store.transaction(() => {
      this.#deleteEnded(rows);
    });
    return true;
  }

  #deleteEnded(rows: readonly Readonly<Record<string, unknown>>[]): void {
    const done = new Set<string>();
    let deleted = 0;
    for (const row of rows) {
      if (deleted >= TRIM_ROWS) break;
      const key = String(row["key"]);
      this.#scannedTo = Number(row["position"]);
      if (row["stateful"] !== 1) {
        deleted += Number(this.#deleteRow.run(this.#scannedTo).changes);
      } else if (!done.has(key) && !this.#store.isOpen(key)) {
        done.add(key);
        deleted += Number(this.#deleteKey.run(key, TRIM_KEY_ROWS_MAX).changes);
      }
    }
    this.#deletedInSweep += deleted;
  }
}
