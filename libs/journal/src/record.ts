/** What is appended. Every field is final: it is published later exactly as it stands here. */
export interface JournalRecord {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly sequence: number;
  /** A JSON object whose values are strings. */
  readonly headers: string;
  readonly value: string;
  /** When it happened, milliseconds since the epoch. */
  readonly at: number;
}

/** A record as it is read back: with its position, its value in octets as they will be sent. */
export interface StoredRecord {
  readonly position: number;
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly sequence: number;
  readonly headers: string;
  readonly value: Uint8Array;
  readonly at: number;
}

/** One final step of a caller's machine: its records and the state it leaves, in one commit. */
export interface JournalStep {
  readonly records: readonly JournalRecord[];
  /** `state: undefined` forgets the key: what it stood for has ended. */
  readonly state?: { readonly key: string; readonly state: string | undefined };
}

export interface OpenState {
  readonly key: string;
  readonly state: string;
}

/** Largest key + headers + value of one record: what a broker takes in one batch with room to spare. */
export const RECORD_BYTES_MAX = 256 * 1024;

/** UTF-8 needs at most three octets per UTF-16 code unit. */
export const UTF8_BYTES_PER_UNIT_MAX = 3;
