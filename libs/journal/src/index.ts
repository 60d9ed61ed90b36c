export { Journal, JOURNAL_BYTES_MIN, SLOW_COMMIT_MS } from "./journal.ts";
export type { JournalHealth, JournalOptions } from "./journal.ts";
export { JournalReader } from "./reader.ts";
export { RECORD_BYTES_MAX } from "./record.ts";
export type { JournalRecord, JournalStep, OpenState, StoredRecord } from "./record.ts";
export { JournalError } from "./errors.ts";
export type { JournalErrorCode } from "./errors.ts";
