import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

export const FORMAT_VERSION = "1";

/**
 * `stateful` marks the rows of a key that had a state in the same step: when space is short such rows go
 * together, key by key, and only once the key's state is gone.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  key TEXT NOT NULL,
  partition INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  headers BLOB NOT NULL,
  value BLOB NOT NULL,
  at REAL NOT NULL,
  stateful INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_key ON event (key);
CREATE TABLE IF NOT EXISTS call_state (
  slot INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  state TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

export function databasePath(directory: string): string {
  return join(directory, "journal.db");
}

export function readMeta(database: DatabaseSync, name: string): string | undefined {
  const row = database.prepare("SELECT value FROM meta WHERE name = ?").get(name);
  return row === undefined ? undefined : String(row["value"]);
}
