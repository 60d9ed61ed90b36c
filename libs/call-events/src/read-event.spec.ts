import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { callEventRecord, gatewayEventRecord, type EventSource } from "./event-record.ts";
import {
  isEventType,
  readEvent,
  readStructuredEvent,
  structuredEvent,
  type KafkaRecord,
} from "./read-event.ts";
import { topicsOf } from "./topics.ts";

const CALL_ID = "019a1b2c-3d4e-7f50-8a61-728394a5b6c7";
const SOURCE: EventSource = { cluster: "demo", node: "edge-1", topics: topicsOf() };
const AT = Date.UTC(2026, 10, 25, 12, 0, 0, 123) + 0.456;
const DATA = { callId: CALL_ID, sequence: 7, omittedType: "tandem.call.isup.v1", reason: "größer 😀" };

const RECORD = callEventRecord(SOURCE, {
  type: "tandem.call.event.omitted.v1",
  callId: CALL_ID,
  term: 1,
  sequence: 7,
  partition: 3,
  at: AT,
  data: DATA,
  causationId: "command-1",
});
const HEADERS = JSON.parse(RECORD.headers) as Record<string, string>;

const EVENT = {
  type: "tandem.call.event.omitted.v1",
  id: `${CALL_ID}/1.7`,
  source: `urn:tandem:demo:call:${CALL_ID}`,
  subject: CALL_ID,
  time: "2026-11-25T12:00:00.123456Z",
  sequence: 7,
  node: "edge-1",
  commandTopic: "tandem.commands.edge-1.v1",
  causationId: "command-1",
  traceparent: undefined,
  data: DATA,
};

function errorOf(result: ReturnType<typeof readEvent>): { code: string; message: string } | undefined {
  return result.ok ? undefined : result.error;
}

function octetHeaders(): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, Buffer.from(value)]));
}

describe("readEvent", () => {
  const listHeaders = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]]));
  it.each<[string, KafkaRecord]>([
    ["kafkajs: octets", { headers: octetHeaders(), value: Buffer.from(RECORD.value) }],
    ["octets of the language", { headers: HEADERS, value: new TextEncoder().encode(RECORD.value) }],
    ["Nest's Kafka transport: text and parsed JSON", { headers: HEADERS, value: DATA }],
    ["text", { headers: HEADERS, value: RECORD.value }],
    ["lists of header values", { headers: listHeaders, value: RECORD.value }],
  ])("reads back what was written, from %s", (_client, record) => {
    expect(readEvent(record)).toEqual({ ok: true, event: EVENT });
  });

  it("reads events of the gateway, which have no sequence", () => {
    const data = { nodeId: "edge-1", reason: "", lastCommitMs: 1, usedBytes: 2, maxBytes: 3 };
    const parts = { type: "tandem.gateway.journal.degraded.v1", id: "edge-1/1", at: AT, data } as const;
    const { headers, value } = gatewayEventRecord(SOURCE, parts, 0);
    const result = readEvent({ headers: JSON.parse(headers) as Record<string, string>, value });
    expect(result).toMatchObject({
      ok: true,
      event: { type: parts.type, subject: "edge-1", sequence: undefined, commandTopic: undefined, data },
    });
  });

  it("passes fields of a newer edge on", () => {
    const result = readEvent({ headers: HEADERS, value: { ...DATA, fromTheFuture: 1 } });
    expect(result.ok && result.event.data).toMatchObject({ fromTheFuture: 1 });
  });

  it.each([
    ["ce_specversion", undefined, "missing-attribute", "header ce_specversion is missing"],
    ["ce_id", undefined, "missing-attribute", "header ce_id is missing"],
    ["ce_type", undefined, "missing-attribute", "header ce_type is missing"],
    ["ce_source", undefined, "missing-attribute", "header ce_source is missing"],
    ["ce_subject", undefined, "missing-attribute", "header ce_subject is missing"],
    ["ce_time", undefined, "missing-attribute", "header ce_time is missing"],
    ["ce_node", undefined, "missing-attribute", "header ce_node is missing"],
    ["ce_time", Buffer.from([0xff]), "missing-attribute", "header ce_time is missing"],
    ["ce_specversion", "0.3", "bad-attribute", `${EVENT.id}: header ce_specversion is 0.3, not 1.0`],
    ["ce_sequence", "seven", "bad-attribute", `${EVENT.id}: header ce_sequence is seven, not a number`],
    ["ce_type", "tandem.call.held.v1", "unknown-type", `${EVENT.id}: an event of type tandem.call.held.v1`],
    ["ce_type", "toString", "unknown-type", `${EVENT.id}: an event of type toString`],
    [
      "content-type",
      "application/protobuf",
      "content-type",
      `${EVENT.id}: the data is application/protobuf, not application/json`,
    ],
    ["ce_sequence", "0000000008", "bad-data", `${EVENT.id}: the data is of call and sequence "${CALL_ID}" 7`],
    ["ce_subject", "other", "bad-data", `${EVENT.id}: the data is of call and sequence "${CALL_ID}" 7`],
  ])("refuses %s = %p: %s", (name, value, code, message) => {
    const headers = Object.fromEntries(
      Object.entries({ ...HEADERS, [name]: value }).filter(([, each]) => each !== undefined),
    );
    expect(errorOf(readEvent({ headers, value: RECORD.value }))).toEqual({ code, message });
  });

  it.each([
    [undefined, "bad-json", "there is no value"],
    [null, "bad-json", "there is no value"],
    ["", "bad-json", /^the value is no JSON: /],
    [Buffer.from(RECORD.value).subarray(0, 40), "bad-json", /^the value is no JSON: /],
    [Buffer.from([0x7b, 0xc3, 0x7d]), "bad-json", "the value is no UTF-8"],
    ["null", "bad-json", "the value is no JSON object"],
    ["[]", "bad-json", "the value is no JSON object"],
    ["7", "bad-json", "the value is no JSON object"],
    [7, "bad-json", "the value is no JSON object"],
    ["{}", "bad-data", "the data is of call and sequence undefined undefined"],
  ])("refuses the value %p: %s", (value, code, message) => {
    const error = errorOf(readEvent({ headers: HEADERS, value }));
    expect(error?.code).toBe(code);
    expect(error?.message.slice(EVENT.id.length + 2)).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
  });

  it("refuses a record without headers", () => {
    expect(errorOf(readEvent({ headers: undefined, value: RECORD.value }))?.code).toBe("missing-attribute");
  });

  it("never throws, whatever the record is", () => {
    const headers = fc.dictionary(
      fc.constantFrom(...Object.keys(HEADERS)),
      fc.oneof(fc.anything(), fc.constantFrom(...Object.values(HEADERS)), fc.uint8Array()),
    );
    const value = fc.oneof(fc.anything(), fc.uint8Array(), fc.json());
    fc.assert(
      fc.property(headers, value, (some, any) => {
        expect(typeof readEvent({ headers: { ...HEADERS, ...some }, value: any }).ok).toBe("boolean");
        expect(typeof readStructuredEvent(any).ok).toBe("boolean");
      }),
    );
  });
});

describe("structuredEvent", () => {
  const structured = structuredEvent(RECORD);

  it("is one object of attributes and data (CloudEvents 1.0 JSON format §3)", () => {
    expect(structured).toEqual({
      specversion: "1.0",
      id: EVENT.id,
      type: EVENT.type,
      source: EVENT.source,
      node: "edge-1",
      subject: CALL_ID,
      time: EVENT.time,
      sequence: "0000000007",
      partitionkey: CALL_ID,
      commandtopic: EVENT.commandTopic,
      causationid: "command-1",
      dataschema: `urn:tandem:schema:${EVENT.type}`,
      datacontenttype: "application/json",
      data: DATA,
    });
  });

  it("has attribute names of small letters and digits only (CloudEvents 1.0 §3.1)", () => {
    for (const name of Object.keys(structured)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it.each([
    ["text", JSON.stringify(structured)],
    ["octets", Buffer.from(JSON.stringify(structured))],
    ["an object", structured],
  ])("is read back as the same event, from %s", (_form, value) => {
    expect(readStructuredEvent(value)).toEqual({ ok: true, event: EVENT });
  });

  it.each([
    ["no JSON", "{", "bad-json"],
    ["a list", [structured], "bad-json"],
    ["no id", { ...structured, id: undefined }, "missing-attribute"],
    ["a number as time", { ...structured, time: 7 }, "missing-attribute"],
    ["no data", { ...structured, data: undefined }, "bad-json"],
    ["an unknown type", { ...structured, type: "x" }, "unknown-type"],
  ])("is refused with %s", (_what, value, code) => {
    expect(errorOf(readStructuredEvent(value))?.code).toBe(code);
  });
});

describe("isEventType", () => {
  it("knows the types of this version and nothing that any object has", () => {
    expect(isEventType("tandem.call.released.v1")).toBe(true);
    expect(isEventType("tandem.call.released.v2")).toBe(false);
    expect(isEventType("constructor")).toBe(false);
  });
});
