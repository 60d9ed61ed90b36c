import type { JournalRecord } from "./record.ts";
import { UTF8_BYTES_PER_UNIT_MAX } from "./record.ts";

/*
 * One commit group on its way to the writer: a single buffer, moved and not copied, because a message with
 * thousands of strings costs more to clone than to write to disk. All integers are little-endian.
 *
 *   record: partition u32 | sequence u32 | at f64 | topic u16 | stateful u16 | key u32 | headers u32 | value u32 | octets
 *   state:  key u32 | state u32 (DELETED: none) | octets
 */
const RECORD_HEAD_BYTES = 32;
const STATE_HEAD_BYTES = 8;
const DELETED = 0xffff_ffff;

const GROUP_BYTES_MIN = 16 * 1024;

/** A packed group: what is posted to the writer thread. */
export interface PackedGroup {
  readonly octets: Uint8Array;
  readonly topics: readonly string[];
  readonly recordCount: number;
  readonly stateCount: number;
}

/** Collects the steps of one group. Several states of one key in a group are written once, the last one. */
export class GroupBuilder {
  recordCount = 0;
  #octets: Buffer;
  #length = 0;
  readonly #topics: string[] = [];
  readonly #states = new Map<string, string | undefined>();
  #stateUnits = 0;

  constructor(bytesExpected: number) {
    this.#octets = Buffer.allocUnsafeSlow(Math.max(bytesExpected, GROUP_BYTES_MIN));
  }

  get isEmpty(): boolean {
    return this.recordCount === 0 && this.#states.size === 0;
  }

  /** Octets held, states estimated by their length. */
  get bytes(): number {
    return this.#length + this.#stateUnits;
  }

  addRecord(record: JournalRecord, isStateful: boolean): void {
    const { key, headers, value } = record;
    const start = this.#length;
    const octetsMax = (key.length + headers.length + value.length) * UTF8_BYTES_PER_UNIT_MAX;
    this.#reserve(RECORD_HEAD_BYTES + octetsMax);
    const octets = this.#octets;
    let at = start + RECORD_HEAD_BYTES;
    const keyBytes = octets.write(key, at, "utf8");
    at += keyBytes;
    const headersBytes = octets.write(headers, at, "utf8");
    at += headersBytes;
    const valueBytes = octets.write(value, at, "utf8");
    at += valueBytes;
    octets.writeUInt32LE(record.partition, start);
    octets.writeUInt32LE(record.sequence, start + 4);
    octets.writeDoubleLE(record.at, start + 8);
    octets.writeUInt16LE(this.#topicIndex(record.topic), start + 16);
    octets.writeUInt16LE(isStateful ? 1 : 0, start + 18);
    octets.writeUInt32LE(keyBytes, start + 20);
    octets.writeUInt32LE(headersBytes, start + 24);
    octets.writeUInt32LE(valueBytes, start + 28);
    this.#length = at;
    this.recordCount += 1;
  }

  setState(key: string, state: string | undefined): void {
    this.#stateUnits += (state?.length ?? 0) - (this.#states.get(key)?.length ?? 0);
    this.#states.set(key, state);
  }

  pack(): PackedGroup {
    for (const [key, state] of this.#states) this.#packState(key, state);
    return {
      octets: this.#octets.subarray(0, this.#length),
      topics: this.#topics,
      recordCount: this.recordCount,
      stateCount: this.#states.size,
    };
  }

  #packState(key: string, state: string | undefined): void {
    const start = this.#length;
    this.#reserve(STATE_HEAD_BYTES + (key.length + (state?.length ?? 0)) * UTF8_BYTES_PER_UNIT_MAX);
    const keyBytes = this.#octets.write(key, start + STATE_HEAD_BYTES, "utf8");
    const stateBytes =
      state === undefined ? 0 : this.#octets.write(state, start + STATE_HEAD_BYTES + keyBytes, "utf8");
    this.#octets.writeUInt32LE(keyBytes, start);
    this.#octets.writeUInt32LE(state === undefined ? DELETED : stateBytes, start + 4);
    this.#length = start + STATE_HEAD_BYTES + keyBytes + stateBytes;
  }

  #topicIndex(topic: string): number {
    const known = this.#topics.indexOf(topic);
    return known >= 0 ? known : this.#topics.push(topic) - 1;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#octets.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#octets.length * 2));
    this.#octets.copy(grown, 0, 0, this.#length);
    this.#octets = grown;
  }
}

/** A record inside a packed group; `headers` and `value` are views of the group's buffer. */
export interface PackedRecord {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly sequence: number;
  readonly headers: Uint8Array;
  readonly value: Uint8Array;
  readonly at: number;
  readonly isStateful: boolean;
}

/** Walks a packed group in order: first all records, then all states. */
export function readGroup(
  group: PackedGroup,
  onRecord: (record: PackedRecord) => void,
  onState: (key: string, state: string | undefined) => void,
): void {
  const octets = Buffer.from(group.octets.buffer, group.octets.byteOffset, group.octets.byteLength);
  let at = 0;
  for (let i = 0; i < group.recordCount; i += 1) {
    const keyAt = at + RECORD_HEAD_BYTES;
    const headersAt = keyAt + octets.readUInt32LE(at + 20);
    const valueAt = headersAt + octets.readUInt32LE(at + 24);
    const end = valueAt + octets.readUInt32LE(at + 28);
    onRecord({
      topic: group.topics[octets.readUInt16LE(at + 16)] ?? "",
      key: octets.toString("utf8", keyAt, headersAt),
      partition: octets.readUInt32LE(at),
      sequence: octets.readUInt32LE(at + 4),
      headers: octets.subarray(headersAt, valueAt),
      value: octets.subarray(valueAt, end),
      at: octets.readDoubleLE(at + 8),
      isStateful: octets.readUInt16LE(at + 18) === 1,
    });
    at = end;
  }
  for (let i = 0; i < group.stateCount; i += 1) {
    const stateAt = at + STATE_HEAD_BYTES + octets.readUInt32LE(at);
    const stateBytes = octets.readUInt32LE(at + 4);
    const end = stateBytes === DELETED ? stateAt : stateAt + stateBytes;
    onState(
      octets.toString("utf8", at + STATE_HEAD_BYTES, stateAt),
      stateBytes === DELETED ? undefined : octets.toString("utf8", stateAt, end),
    );
    at = end;
  }
}
