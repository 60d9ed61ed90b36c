import type { EventData } from "./generated/events.ts";
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

/** Digits of `ce_sequence`: zero-padded, so that text order is number order. */
const SEQUENCE_DIGITS = 10;

/** RFC 3339 with microseconds, UTC. */
export function timestamp(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const micros = Math.floor((epochMs - whole) * 1_000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}

/** CloudEvents 1.0 in Kafka's binary mode. Call ids and types need no escape; names of the configuration do. */
export function callEventRecord<T extends EventType>(
  source: EventSource,
  parts: CallEventParts<T>,
): EventRecord {
  const { callId, sequence, type, at } = parts;
  const headers =
    `{"ce_specversion":"1.0","ce_id":"${callId}/${parts.term}.${sequence}","ce_type":"${type}",` +
    `"ce_source":${JSON.stringify(`urn:tandem:${source.cluster}:call:${callId}`)},"ce_node":${JSON.stringify(source.node)},` +
    `"ce_subject":"${callId}","ce_time":"${timestamp(at)}","ce_sequence":"${padded(sequence)}",` +
    `"ce_partitionkey":"${callId}","ce_commandtopic":${JSON.stringify(source.topics.nodeCommands(source.node))},` +
    (parts.traceparent === undefined ? "" : `"ce_traceparent":${JSON.stringify(parts.traceparent)},`) +
    (parts.causationId === undefined ? "" : `"ce_causationid":${JSON.stringify(parts.causationId)},`) +
    `"ce_dataschema":"urn:tandem:schema:${type}","content-type":"application/json"}`;
  const value = JSON.stringify(parts.data);
  return {
    topic: source.topics.callEvents,
    key: callId,
    partition: parts.partition,
    sequence,
    headers,
    value,
    at,
  };
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

function padded(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, "0");
}
