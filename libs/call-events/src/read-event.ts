import type { EventData } from "./generated/events.ts";
import { EVENT_SCHEMAS } from "./generated/schemas.ts";
import type { EventType } from "./event-record.ts";

/** What the envelope of an event says beside its type and data. */
interface Envelope {
  /** `<callId>/<term>.<sequence>`: the same after a crash, so equal ids are one event. */
  readonly id: string;
  readonly source: string;
  /** The call id; of events of no call, the node. */
  readonly subject: string;
  /** When it happened: RFC 3339, microseconds. */
  readonly time: string;
  /** Contiguous from 1 in each call; undefined on events of no call. */
  readonly sequence: number | undefined;
  /** The edge the event is from. */
  readonly node: string;
  /** Topic that takes commands for this call; undefined on events of no call. */
  readonly commandTopic: string | undefined;
  /** Id of the command or event that caused this one. */
  readonly causationId: string | undefined;
  /** W3C trace context. */
  readonly traceparent: string | undefined;
}

/** One event as a consumer has it: `type` tells which data it is. */
export type TandemEvent = {
  [T in EventType]: Envelope & { readonly type: T; readonly data: EventData[T] };
}[EventType];

export type ReadErrorCode =
  /** An attribute that every event has is not there: the record is none of ours. */
  | "missing-attribute"
  /** An attribute has a value it cannot have. */
  | "bad-attribute"
  /** No event this version knows. A newer edge may send it: pass it over. */
  | "unknown-type"
  /** The value is in another form than JSON. */
  | "content-type"
  /** The value is no JSON. */
  | "bad-json"
  /** The value is JSON, but not the data of this event. */
  | "bad-data";

export type ReadResult =
  | { readonly ok: true; readonly event: TandemEvent }
  | { readonly ok: false; readonly error: { readonly code: ReadErrorCode; readonly message: string } };

/** A Kafka record as clients give it: header values as text or octets, the value as octets, text or parsed JSON. */
export interface KafkaRecord {
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly value: unknown;
}

const REQUIRED = ["specversion", "id", "type", "source", "subject", "time", "node"] as const;

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_SCHEMAS, type);
}

/** Reads one record of a topic of ours: CloudEvents 1.0 in Kafka's binary mode. */
export function readEvent(record: KafkaRecord): ReadResult {
  const headers = record.headers ?? {};
  const textOfHeader = (name: string): string | undefined =>
    Object.hasOwn(headers, name) ? textOf(headers[name]) : undefined;
  const contentType = textOfHeader("content-type") ?? "application/json";
  return read(
    (name) => textOfHeader(`ce_${name}`),
    (name) => `header ce_${name}`,
    contentType,
    record.value,
  );
}

/** Reads an event in CloudEvents' structured form: a line of `tandem events --json`, as text or parsed. */
export function readStructuredEvent(value: unknown): ReadResult {
  const parsed = jsonOf(value);
  if (!parsed.ok) return failed("bad-json", parsed.message);
  const { json } = parsed;
  const attribute = (name: string): string | undefined => {
    const text = Object.hasOwn(json, name) ? json[name] : undefined;
    return typeof text === "string" ? text : undefined;
  };
  const contentType = attribute("datacontenttype") ?? "application/json";
  return read(attribute, (name) => `attribute ${name}`, contentType, json["data"]);
}

/** CloudEvents 1.0 structured form: one JSON object with the attributes and `data`. */
export function structuredEvent(record: {
  readonly headers: string;
  readonly value: string;
}): Record<string, unknown> {
  const headers = JSON.parse(record.headers) as Record<string, string>;
  const event: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce_")) event[name.slice(3)] = value;
  }
  event["datacontenttype"] = headers["content-type"] ?? "application/json";
  event["data"] = JSON.parse(record.value) as unknown;
  return event;
}

function read(
  attribute: (name: string) => string | undefined,
  nameOf: (name: string) => string,
  contentType: string,
  value: unknown,
): ReadResult {
  const missing = REQUIRED.find((name) => attribute(name) === undefined);
  if (missing !== undefined) return failed("missing-attribute", `${nameOf(missing)} is missing`);
  const [specversion = "", id = "", type = "", source = "", subject = "", time = "", node = ""] =
    REQUIRED.map(attribute);
  if (specversion !== "1.0")
    return failed("bad-attribute", `${id}: ${nameOf("specversion")} is ${specversion}, not 1.0`);
  if (!isEventType(type)) return failed("unknown-type", `${id}: an event of type ${type}`);
  if (!/^application\/json *(;|$)/i.test(contentType))
    return failed("content-type", `${id}: the data is ${contentType}, not application/json`);
  const sequenceText = attribute("sequence");
  if (sequenceText !== undefined && !/^[0-9]{1,10}$/.test(sequenceText))
    return failed("bad-attribute", `${id}: ${nameOf("sequence")} is ${sequenceText}, not a number`);
  const sequence = sequenceText === undefined ? undefined : Number(sequenceText);
  const parsed = jsonOf(value);
  if (!parsed.ok) return failed("bad-json", `${id}: ${parsed.message}`);
  const data = parsed.json;
  if (sequence !== undefined && (data["callId"] !== subject || data["sequence"] !== sequence)) {
    const found = `${JSON.stringify(data["callId"])} ${JSON.stringify(data["sequence"])}`;
    return failed("bad-data", `${id}: the data is of call and sequence ${found}`);
  }
  const event = {
    type,
    id,
    source,
    subject,
    time,
    sequence,
    node,
    commandTopic: attribute("commandtopic"),
    causationId: attribute("causationid"),
    traceparent: attribute("traceparent"),
    data,
  };
  // The edge wrote the data by the same schema; whoever does not trust the topic validates with EVENT_SCHEMAS.
  return { ok: true, event: event as unknown as TandemEvent };
}

function failed(code: ReadErrorCode, message: string): ReadResult {
  return { ok: false, error: { code, message } };
}

type JsonResult =
  | { readonly ok: true; readonly json: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string };

/** A JSON object, parsed already or as text or octets. */
function jsonOf(value: unknown): JsonResult {
  let json = value;
  if (value === undefined || value === null) return { ok: false, message: "there is no value" };
  if (typeof value === "string" || ArrayBuffer.isView(value)) {
    const text = textOf(value);
    if (text === undefined) return { ok: false, message: "the value is no UTF-8" };
    try {
      json = JSON.parse(text);
    } catch (error) {
      return { ok: false, message: `the value is no JSON: ${error instanceof Error ? error.message : ""}` };
    }
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return { ok: false, message: "the value is no JSON object" };
  return { ok: true, json: json as Readonly<Record<string, unknown>> };
}

/** What every JavaScript runtime has, without the types of one. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean },
) => { decode(octets: ArrayBufferView): string };

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** undefined where octets are no UTF-8, and for what is neither text nor octets. Clients give repeated headers as a list. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return textOf(value[0]);
  if (!ArrayBuffer.isView(value)) return undefined;
  try {
    return UTF8.decode(value);
  } catch {
    // The caller says what it means that there is no text.
    return undefined;
  }
}
