import type { CallEventOmitted, EventData } from "./generated/events.ts";
import type { Topics } from "./topics.ts";

export type EventType = keyof EventData;

/** An event ready for the journal and for Kafka: nothing of it changes any more. */
export interface EventRecord {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly sequence: number;
  /** The record's headers: a JSON object of strings. */
  readonly headers: string;
  /** The data as JSON. */
  readonly value: string;
  /** When it happened, milliseconds since 1970. */
  readonly at: number;
}

/** What is the same for every event of one edge. */
export interface EventSource {
  readonly cluster: string;
  readonly node: string;
  readonly topics: Topics;
}

export interface CallEventParts<T extends EventType> {
  readonly type: T;
  readonly callId: string;
  /** 1, and one more each time another edge takes the call over. */
  readonly term: number;
  readonly sequence: number;
  readonly partition: number;
  /** Milliseconds since 1970, microseconds in the fraction. */
  readonly at: number;
  readonly data: EventData[T];
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Id of the command or event that caused this one. */
  readonly causationId?: string;
}

/** `ce_sequence` has ten digits, zero-padded, so that text order is number order; a sequence has fewer. */
const SEQUENCE_BEYOND = 10_000_000_000;

/** Largest key, headers and value of one event together: what a broker takes in one batch with room to spare. */
export const EVENT_BYTES_MAX = 256 * 1024;

const OMITTED = "tandem.call.event.omitted.v1";

const US_PER_SECOND = 1_000_000;

/** RFC 3339 with microseconds, UTC. */
export function timestamp(epochMs: number): string {
  // A double holds the microseconds since 1970 exactly, but not their fraction of a millisecond: round, do not cut.
  const epochUs = Math.round(epochMs * 1_000);
  const second = Math.floor(epochUs / US_PER_SECOND);
  return `${secondText(second)}${String(US_PER_SECOND + epochUs - second * US_PER_SECOND).slice(1)}Z`;
}

let lastSecond = NaN;
let lastSecondText = "";

/** Up to the decimal point; nearly all times of a second share it. */
function secondText(second: number): string {
  if (second !== lastSecond) {
    lastSecondText = new Date(second * 1_000).toISOString().slice(0, -"000Z".length);
    lastSecond = second;
  }
  return lastSecondText;
}

/**
 * CloudEvents 1.0 in Kafka's binary mode. An event that is too large for a record leaves
 * `tandem.call.event.omitted.v1` in its place, with its id and sequence.
 */
export function callEventRecord<T extends EventType>(
  source: EventSource,
  parts: CallEventParts<T>,
): EventRecord {
  const { callId, sequence, type } = parts;
  const headers = callHeaders(source, parts, type);
  const value = JSON.stringify(parts.data);
  const record = callRecord(source, parts, headers, value);
  if ((headers.length + value.length) * UTF8_BYTES_PER_UNIT_MAX <= EVENT_BYTES_MAX) return record;
  const bytes = callId.length + utf8Bytes(headers) + utf8Bytes(value);
  if (bytes <= EVENT_BYTES_MAX) return record;
  const omitted: CallEventOmitted = {
    callId,
    sequence,
    omittedType: type,
    reason: `more than ${EVENT_BYTES_MAX} octets: ${bytes} octets`,
  };
  return callRecord(source, parts, callHeaders(source, parts, OMITTED), JSON.stringify(omitted));
}

/** Call ids and types need no escape; names of the configuration do. */
function callHeaders(source: EventSource, parts: CallEventParts<EventType>, type: EventType): string {
  const { callId, sequence, traceparent, causationId } = parts;
  const { beforeCallId, node, commandTopic } = textsOf(source);
  return (
    `{"ce_specversion":"1.0","ce_id":"${callId}/${parts.term}.${sequence}","ce_type":"${type}",` +
    `"ce_source":"${beforeCallId}${callId}","ce_node":${node},` +
    `"ce_subject":"${callId}","ce_time":"${timestamp(parts.at)}","ce_sequence":"${padded(sequence)}",` +
    `"ce_partitionkey":"${callId}","ce_commandtopic":${commandTopic},` +
    (traceparent === undefined ? "" : `"ce_traceparent":${JSON.stringify(traceparent)},`) +
    (causationId === undefined ? "" : `"ce_causationid":${JSON.stringify(causationId)},`) +
    `"ce_dataschema":"urn:tandem:schema:${type}","content-type":"application/json"}`
  );
}

/** What all headers of a source say, as JSON. */
interface SourceTexts {
  readonly beforeCallId: string;
  readonly node: string;
  readonly commandTopic: string;
}

const texts = new WeakMap<EventSource, SourceTexts>();

function textsOf(source: EventSource): SourceTexts {
  const known = texts.get(source);
  if (known !== undefined) return known;
  const { cluster, node, topics } = source;
  const made: SourceTexts = {
    beforeCallId: JSON.stringify(`urn:tandem:${cluster}:call:`).slice(1, -1),
    node: JSON.stringify(node),
    commandTopic: JSON.stringify(topics.nodeCommands(node)),
  };
  texts.set(source, made);
  return made;
}

function callRecord(
  source: EventSource,
  parts: CallEventParts<EventType>,
  headers: string,
  value: string,
): EventRecord {
  const { callId: key, partition, sequence, at } = parts;
  return { topic: source.topics.callEvents, key, partition, sequence, headers, value, at };
}

export interface GatewayEventParts<T extends EventType> {
  readonly type: T;
  /** Unique among the events of this node. */
  readonly id: string;
  readonly at: number;
  readonly data: EventData[T];
}

/** An event of the gateway itself; key and partition by node. */
export function gatewayEventRecord<T extends EventType>(
  source: EventSource,
  parts: GatewayEventParts<T>,
  partition: number,
): EventRecord {
  const headers = JSON.stringify({
    ce_specversion: "1.0",
    ce_id: parts.id,
    ce_type: parts.type,
    ce_source: `urn:tandem:${source.cluster}:node:${source.node}`,
    ce_node: source.node,
    ce_subject: source.node,
    ce_time: timestamp(parts.at),
    ce_partitionkey: source.node,
    ce_dataschema: `urn:tandem:schema:${parts.type}`,
    "content-type": "application/json",
  });
  const { gatewayEvents } = source.topics;
  return {
    topic: gatewayEvents,
    key: source.node,
    partition,
    sequence: 0,
    headers,
    value: JSON.stringify(parts.data),
    at: parts.at,
  };
}

/** UTF-8 needs at most three octets per UTF-16 code unit. */
const UTF8_BYTES_PER_UNIT_MAX = 3;

/** Octets of a text that has no lone surrogates: JSON text escapes them (ES2019 well-formed JSON.stringify). */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A pair of surrogates is four octets, two for each.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

function padded(sequence: number): string {
  return String(SEQUENCE_BEYOND + sequence).slice(1);
}
