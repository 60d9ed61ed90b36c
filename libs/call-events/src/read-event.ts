import type { EventData } from "./generated/events.ts";
import { EVENT_SCHEMAS } from "./generated/schemas.ts";
import type { EventType } from "./event-record.ts";

/** One event as a consumer has it: `type` tells which data it is. */
export type TandemEvent = {
  [T in EventType]: {
    readonly type: T;
    /** `<callId>/<term>.<sequence>`: the same after a crash, so equal ids are one event. */
    readonly id: string;
    readonly source: string;
    readonly subject: string;
    /** RFC 3339, microseconds. */
    readonly time: string;
    /** Contiguous from 1 in each call; undefined on events of no call. */
    readonly sequence: number | undefined;
    readonly data: EventData[T];
  };
}[EventType];

export type ReadResult =
  | { readonly ok: true; readonly event: TandemEvent }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: "missing-header" | "unknown-type" | "bad-json";
        readonly message: string;
      };
    };

/** A Kafka record as clients give it: header values as text or octets. */
export interface KafkaRecord {
  readonly headers: Readonly<Record<string, unknown>> | undefined;
  readonly value: unknown;
}

const REQUIRED = ["ce_id", "ce_type", "ce_source", "ce_time"] as const;

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_SCHEMAS, type);
}

/** Reads one record of a topic of ours. Unknown types are no fault of the record: a newer edge may send them. */
export function readEvent(record: KafkaRecord): ReadResult {
  const headers = record.headers ?? {};
  for (const name of REQUIRED) {
    if (headers[name] === undefined) return failed("missing-header", `the record has no header ${name}`);
  }
  const type = textOf(headers["ce_type"]);
  if (!isEventType(type)) return failed("unknown-type", `an event of type ${type}`);
  let data: unknown = record.value;
  if (typeof data !== "object" || data === null || isOctets(data)) {
    try {
      data = JSON.parse(textOf(data));
    } catch (error) {
      return failed(
        "bad-json",
        `${textOf(headers["ce_id"])}: ${error instanceof Error ? error.message : "no JSON"}`,
      );
    }
  }
  const sequence = headers["ce_sequence"] === undefined ? undefined : Number(textOf(headers["ce_sequence"]));
  const event = {
    type,
    id: textOf(headers["ce_id"]),
    source: textOf(headers["ce_source"]),
    subject: textOf(headers["ce_subject"]),
    time: textOf(headers["ce_time"]),
    sequence,
    data,
  };
  // The edge wrote the data by the same schema; whoever does not trust the topic validates with EVENT_SCHEMAS.
  return { ok: true, event: event as TandemEvent };
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

function failed(code: "missing-header" | "unknown-type" | "bad-json", message: string): ReadResult {
  return { ok: false, error: { code, message } };
}

function isOctets(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return textOf(value[0]);
  if (!isOctets(value)) return value === undefined || value === null ? "" : JSON.stringify(value);
  return decodeUtf8(value);
}

/** UTF-8 without a global decoder: escapes, then the language's own. */
function decodeUtf8(octets: Uint8Array): string {
  let escaped = "";
  for (const octet of octets)
    escaped +=
      octet < 0x80 && octet !== 0x25 ? String.fromCharCode(octet) : `%${octet.toString(16).padStart(2, "0")}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped;
  }
}
