import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { JournalError, messageOf } from "./errors.ts";

const SQLITE_BUSY = 5;

/**
 * Makes one Journal the only writer of a directory. The lock is the operating system's own lock on a small
 * file, held by an open exclusive transaction: it ends with the process, also after kill -9, and needs no
 * guess about whether some process id is still the same process.
 */
export class DirectoryLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  static acquire(directory: string): DirectoryLock {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(join(directory, "lock.db"), { timeout: 0 });
      database.exec("BEGIN EXCLUSIVE");
      return new DirectoryLock(database);
    } catch (error) {
      database?.close();
      const isBusy =
        typeof error === "object" && error !== null && "errcode" in error && error.errcode === SQLITE_BUSY;
      throw isBusy
        ? new JournalError("locked", `${directory}: another process writes this journal`, { cause: error })
        : new JournalError("unusable", `${directory}: ${messageOf(error)}`, { cause: error });
    }
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
