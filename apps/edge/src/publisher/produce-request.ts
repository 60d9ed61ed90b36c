import { crc32c } from "./crc32c.ts";
import { varintBytes, writeVarint } from "./varint.ts";

/** As the publisher makes them: every field is there. */
export interface ProducedMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, as kafkajs wants them. */
  readonly timestamp: string;
}

export interface ProduceFields {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly ProducedMessage[];
    }[];
  }[];
}

/** The parts of a kafkajs Encoder that its request looks at. */
export interface EncodedRequest {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

const PRODUCE_KEY = 0;

/** The layout is the same up to version 8; kafkajs sets the number it negotiated. */
const PRODUCE_VERSION = 3;

const MAGIC = 2;
const TRANSACTIONAL = 0x10;

/** Before `attributes`: base offset, length, leader epoch, magic, CRC. After: up to the records' count. */
const BATCH_LENGTH_AT = 8;
const BATCH_LENGTH_END = 12;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const RECORDS_AT = 61;

const UTF8_BYTES_PER_UNIT_MAX = 3;
const LENGTH_BYTES_MAX = 5;
const RECORD_FRAME_BYTES_MAX = 48;
const PARTITION_FRAME_BYTES = 8 + RECORDS_AT;
const TOPIC_FRAME_BYTES = 6;
const REQUEST_FRAME_BYTES = 16;

/** Header names are few and the same in every record. */
const NAMES_MAX = 256;
const names = new Map<string, Buffer>();

/**
 * A produce request (Kafka protocol, Produce v3 to v7, record batch v2, uncompressed) in one buffer:
 *
 *   transactional_id string | acks i16 | timeout i32 | topics: name | partitions: index i32 | size i32 | batch
 *   batch:  baseOffset i64 | length i32 | leaderEpoch i32 | magic i8 | crc u32 | attributes i16 | lastOffsetDelta i32 |
 *           baseTimestamp i64 | maxTimestamp i64 | producerId i64 | producerEpoch i16 | baseSequence i32 | records
 *   record: length | attributes i8 | timestampDelta | offsetDelta | key | value | headers     (lengths are varints)
 *
 * kafkajs copies every octet seven times and makes a buffer for each record and each header: most of what a record costs it.
 */
export function produceRequest(fields: ProduceFields): {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly expectResponse: () => boolean;
  readonly encode: () => Promise<EncodedRequest>;
} {
  return {
    apiKey: PRODUCE_KEY,
    apiVersion: PRODUCE_VERSION,
    apiName: "Produce",
    expectResponse: () => fields.acks !== 0,
    encode: () => {
      const buffer = encodeProduce(fields);
      return Promise.resolve({ buf: buffer, buffer });
    },
  };
}

function encodeProduce(fields: ProduceFields): Buffer {
  const octets = Buffer.allocUnsafe(sizeMax(fields));
  let at = writeString(octets, 0, fields.transactionalId ?? null);
  at = octets.writeInt16BE(fields.acks, at);
  at = octets.writeInt32BE(fields.timeout, at);
  at = octets.writeInt32BE(fields.topicData.length, at);
  for (const { topic, partitions } of fields.topicData) {
    at = writeString(octets, at, topic);
    at = octets.writeInt32BE(partitions.length, at);
    for (const { partition, firstSequence, messages } of partitions) {
      at = octets.writeInt32BE(partition, at);
      const end = writeBatch(octets, at + 4, messages, firstSequence, fields);
      octets.writeInt32BE(end - at - 4, at);
      at = end;
    }
  }
  return octets.subarray(0, at);
}

function sizeMax({ transactionalId, topicData }: ProduceFields): number {
  let bytes = REQUEST_FRAME_BYTES + (transactionalId?.length ?? 0) * UTF8_BYTES_PER_UNIT_MAX;
  for (const { topic, partitions } of topicData) {
    bytes += TOPIC_FRAME_BYTES + topic.length * UTF8_BYTES_PER_UNIT_MAX;
    for (const { messages } of partitions) {
      bytes += PARTITION_FRAME_BYTES;
      for (const { key, value, headers } of messages) {
        bytes += RECORD_FRAME_BYTES_MAX + value.byteLength + key.length * UTF8_BYTES_PER_UNIT_MAX;
        for (const name in headers) {
          bytes +=
            2 * LENGTH_BYTES_MAX + (name.length + (headers[name] ?? "").length) * UTF8_BYTES_PER_UNIT_MAX;
        }
      }
    }
  }
  return bytes;
}

function writeBatch(
  octets: Buffer,
  start: number,
  messages: readonly ProducedMessage[],
  firstSequence: number,
  { transactionalId, producerId, producerEpoch }: ProduceFields,
): number {
  const base = Number(messages[0]?.timestamp ?? 0);
  let newest = base;
  let at = start + RECORDS_AT;
  messages.forEach((message, index) => {
    const timestamp = Number(message.timestamp);
    newest = Math.max(newest, timestamp);
    at = writeRecord(octets, at, message, timestamp - base, index);
  });
  octets.writeBigInt64BE(0n, start);
  octets.writeInt32BE(at - start - BATCH_LENGTH_END, start + BATCH_LENGTH_AT);
  octets.writeInt32BE(0, start + BATCH_LENGTH_END);
  octets[start + CRC_AT - 1] = MAGIC;
  let field = octets.writeInt16BE(transactionalId == null ? 0 : TRANSACTIONAL, start + ATTRIBUTES_AT);
  field = octets.writeInt32BE(messages.length - 1, field);
  field = octets.writeBigInt64BE(BigInt(base), field);
  field = octets.writeBigInt64BE(BigInt(newest), field);
  field = octets.writeBigInt64BE(BigInt(producerId), field);
  field = octets.writeInt16BE(producerEpoch, field);
  field = octets.writeInt32BE(firstSequence, field);
  octets.writeInt32BE(messages.length, field);
  octets.writeUInt32BE(crc32c(octets.subarray(start + ATTRIBUTES_AT, at)), start + CRC_AT);
  return at;
}

function writeRecord(
  octets: Buffer,
  start: number,
  { key, value, headers }: ProducedMessage,
  timestampDelta: number,
  offsetDelta: number,
): number {
  // The length goes in front and is known behind: guessed from the value, moved when the guess takes too few octets.
  const guessed = varintBytes(value.byteLength);
  let at = start + guessed;
  octets[at] = 0;
  at = writeVarint(octets, at + 1, timestampDelta);
  at = writeVarint(octets, at, offsetDelta);
  at = writeText(octets, at, key);
  at = writeVarint(octets, at, value.byteLength);
  octets.set(value, at);
  const entries = Object.entries(headers);
  at = writeVarint(octets, at + value.byteLength, entries.length);
  for (const [name, text] of entries) {
    const encoded = encodedName(name);
    octets.set(encoded, at);
    at = writeText(octets, at + encoded.length, text);
  }
  const length = at - start - guessed;
  const needed = varintBytes(length);
  if (needed !== guessed) octets.copyWithin(start + needed, start + guessed, at);
  writeVarint(octets, start, length);
  return start + needed + length;
}

function encodedName(name: string): Buffer {
  const known = names.get(name);
  if (known !== undefined) return known;
  const octets = Buffer.allocUnsafeSlow(LENGTH_BYTES_MAX + name.length * UTF8_BYTES_PER_UNIT_MAX);
  const encoded = octets.subarray(0, writeText(octets, 0, name));
  if (names.size < NAMES_MAX) names.set(name, encoded);
  return encoded;
}

/** Length and octets of a text; the length is guessed to take as many octets as for ASCII. */
function writeText(octets: Buffer, at: number, text: string): number {
  const guessed = varintBytes(text.length);
  const bytes = octets.write(text, at + guessed, "utf8");
  const needed = varintBytes(bytes);
  if (needed !== guessed) octets.copyWithin(at + needed, at + guessed, at + guessed + bytes);
  writeVarint(octets, at, bytes);
  return at + needed + bytes;
}

/** The protocol's own strings: a length of 16 bits, -1 for null. */
function writeString(octets: Buffer, at: number, text: string | null): number {
  if (text === null) return octets.writeInt16BE(-1, at);
  const bytes = octets.write(text, at + 2, "utf8");
  octets.writeInt16BE(bytes, at);
  return at + 2 + bytes;
}
