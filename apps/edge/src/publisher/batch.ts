import type { StoredRecord } from "@tandem/journal";
import type { Message, TopicMessages } from "kafkajs";

/** One Kafka transaction: few enough records to be sent well within its timeout. */
export const BATCH_RECORDS_MAX = 500;

/** Per partition: half of what a broker takes in one batch by default (message.max.bytes, 1 MiB). */
export const PARTITION_BYTES_MAX = 512 * 1024;

/** Frame of a record in a batch: lengths, deltas, attributes; a little more than Kafka needs. */
const RECORD_FRAME_BYTES = 64;

/** What a batch may hold at present; smaller than the maxima after a broker found a batch too large. */
export interface BatchLimits {
  readonly records: number;
  readonly partitionBytes: number;
}

export const FULL_BATCH: BatchLimits = { records: BATCH_RECORDS_MAX, partitionBytes: PARTITION_BYTES_MAX };

export interface Batch {
  readonly records: readonly StoredRecord[];
  /** Where delivery stands once this batch is committed. */
  readonly lastPosition: number;
  /** The fullest partition of the batch. */
  readonly partitionBytes: number;
  readonly topicMessages: readonly TopicMessages[];
}

/** The longest run from the front of a page that keeps the limits; at least one record. */
export function takeBatch(page: readonly StoredRecord[], limits: BatchLimits): Batch | undefined {
  const messages = new Map<string, Message[]>();
  const bytesOf = new Map<string, number>();
  let partitionBytes = 0;
  let count = 0;
  for (const record of page) {
    if (count >= limits.records) break;
    const partition = `${record.topic}/${record.partition}`;
    const size = record.key.length + record.headers.length + record.value.byteLength + RECORD_FRAME_BYTES;
    const bytes = (bytesOf.get(partition) ?? 0) + size;
    if (count > 0 && bytes > limits.partitionBytes) break;
    bytesOf.set(partition, bytes);
    partitionBytes = Math.max(partitionBytes, bytes);
    const ofTopic = messages.get(record.topic);
    if (ofTopic === undefined) messages.set(record.topic, [messageOf(record)]);
    else ofTopic.push(messageOf(record));
    count += 1;
  }
  const last = page[count - 1];
  if (last === undefined) return undefined;
  return {
    records: page.slice(0, count),
    lastPosition: last.position,
    partitionBytes,
    topicMessages: [...messages].map(([topic, ofTopic]) => ({ topic, messages: ofTopic })),
  };
}

function messageOf({ key, partition, headers, value, at }: StoredRecord): Message {
  return {
    key,
    partition,
    timestamp: String(Math.trunc(at)),
    headers: JSON.parse(headers) as Record<string, string>,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  };
}

/** After a refusal for size: what to try next. A lone record has nothing to be parted from. */
export function smallerLimits(batch: Batch): BatchLimits {
  return {
    records: Math.ceil(batch.records.length / 2),
    partitionBytes: Math.max(RECORD_FRAME_BYTES, Math.floor(batch.partitionBytes / 2)),
  };
}

/** After a success the count grows back quickly; the size a broker refused is not tried again. */
export function largerLimits({ records, partitionBytes }: BatchLimits): BatchLimits {
  return { records: Math.min(BATCH_RECORDS_MAX, records * 2), partitionBytes };
}
