/** Why the journal refused or gave up; callers switch on the code, never on the text. */
export type JournalErrorCode =
  /** Another process (or another Journal here) writes to this directory. */
  | "locked"
  /** A record above RECORD_BYTES_MAX; nothing of its step was appended. */
  | "record-too-large"
  /** More is waiting for the disk than PENDING_BYTES_MAX; nothing of the step was appended. */
  | "overloaded"
  /** A commit failed. The journal accepts nothing more: a failed fsync is never retried. */
  | "failed"
  | "closed"
  /** The directory or its files cannot be opened, read or written. */
  | "unusable"
  /** Written by a format this version does not know. */
  | "format"
  /** An option is outside its range. */
  | "options";

export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalError";
    this.code = code;
  }

  /** Whether the same act may succeed later without anybody changing something. */
  get retryable(): boolean {
    return this.code === "locked" || this.code === "overloaded";
  }
}

/** Not `instanceof`: an error of Node's own may come from another realm. */
export function messageOf(error: unknown): string {
  const message: unknown =
    typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return String(message);
}
