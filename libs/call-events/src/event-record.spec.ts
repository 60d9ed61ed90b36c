import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  callEventRecord,
  EVENT_BYTES_MAX,
  gatewayEventRecord,
  timestamp,
  type CallEventParts,
  type EventRecord,
  type EventSource,
} from "./event-record.ts";
import { topicsOf } from "./topics.ts";

const CALL_ID = "019a1b2c-3d4e-7f50-8a61-728394a5b6c7";
const SOURCE: EventSource = { cluster: "demo", node: "edge-1", topics: topicsOf() };
const AT = Date.UTC(2026, 10, 25, 12, 0, 0, 123) + 0.456;

const TYPE = "tandem.call.event.omitted.v1";

function parts(overrides: Partial<CallEventParts<typeof TYPE>> = {}): CallEventParts<typeof TYPE> {
  const data = { callId: CALL_ID, sequence: 7, omittedType: "tandem.call.isup.v1", reason: "x" };
  return { type: TYPE, callId: CALL_ID, term: 1, sequence: 7, partition: 3, at: AT, data, ...overrides };
}

function headersOf(record: EventRecord): Record<string, string> {
  return JSON.parse(record.headers) as Record<string, string>;
}

function bytesOf({ key, headers, value }: EventRecord): number {
  return Buffer.byteLength(key) + Buffer.byteLength(headers) + Buffer.byteLength(value);
}

describe("callEventRecord", () => {
  it("is CloudEvents 1.0 in Kafka's binary mode, by the design's table", () => {
    const record = callEventRecord(
      SOURCE,
      parts({ traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", causationId: 'c"1' }),
    );
    expect(headersOf(record)).toEqual({
      ce_specversion: "1.0",
      ce_id: `${CALL_ID}/1.7`,
      ce_type: TYPE,
      ce_source: `urn:tandem:demo:call:${CALL_ID}`,
      ce_node: "edge-1",
      ce_subject: CALL_ID,
      ce_time: "2026-11-25T12:00:00.123456Z",
      ce_sequence: "0000000007",
      ce_partitionkey: CALL_ID,
      ce_commandtopic: "tandem.commands.edge-1.v1",
      ce_traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      ce_causationid: 'c"1',
      ce_dataschema: `urn:tandem:schema:${TYPE}`,
      "content-type": "application/json",
    });
    expect(record).toMatchObject({
      topic: "tandem.call.events.v1",
      key: CALL_ID,
      partition: 3,
      sequence: 7,
      at: AT,
    });
    expect(JSON.parse(record.value)).toEqual(parts().data);
  });

  it("leaves out what there is not", () => {
    const names = Object.keys(headersOf(callEventRecord(SOURCE, parts())));
    expect(names).not.toContain("ce_traceparent");
    expect(names).not.toContain("ce_causationid");
  });

  it("counts the term up in the id when another edge has taken the call over", () => {
    expect(headersOf(callEventRecord(SOURCE, parts({ term: 2 })))["ce_id"]).toBe(`${CALL_ID}/2.7`);
  });

  it("escapes the names of the configuration", () => {
    const topics = topicsOf('a"b');
    const headers = headersOf(callEventRecord({ cluster: 'c"d', node: "e\\f", topics }, parts()));
    expect(headers).toMatchObject({
      ce_source: `urn:tandem:c"d:call:${CALL_ID}`,
      ce_node: "e\\f",
      ce_commandtopic: 'a"b.commands.e\\f.v1',
    });
  });

  it.each(["x", "ü", "€", "😀", "\ud800"])(
    "puts call.event.omitted at the sequence of an event above 256 KiB, by octets (%j)",
    (unit) => {
      const reasonOf = (length: number): string => unit.repeat(Math.floor(length / Buffer.byteLength(unit)));
      const rest = bytesOf(callEventRecord(SOURCE, parts({ data: { ...parts().data, reason: "" } })));
      // A lone surrogate is escaped by JSON: six octets for what Buffer counts as three.
      const room = unit === "\ud800" ? (EVENT_BYTES_MAX - rest) / 2 : EVENT_BYTES_MAX - rest;
      const fits = callEventRecord(SOURCE, parts({ data: { ...parts().data, reason: reasonOf(room) } }));
      expect(JSON.parse(fits.value)).toMatchObject({ omittedType: "tandem.call.isup.v1" });
      expect(bytesOf(fits)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
      expect(bytesOf(fits)).toBeGreaterThan(EVENT_BYTES_MAX - 6);

      const large = callEventRecord(
        SOURCE,
        parts({ data: { ...parts().data, reason: reasonOf(room + 2 * Buffer.byteLength(unit)) } }),
      );
      expect(headersOf(large)).toMatchObject({
        ce_id: `${CALL_ID}/1.7`,
        ce_type: "tandem.call.event.omitted.v1",
        ce_sequence: "0000000007",
        ce_dataschema: "urn:tandem:schema:tandem.call.event.omitted.v1",
      });
      expect(JSON.parse(large.value)).toEqual({
        callId: CALL_ID,
        sequence: 7,
        omittedType: TYPE,
        reason: expect.stringMatching(/^more than 262144 octets: 2621[0-9]{2} octets$/) as unknown,
      });
      expect(large).toMatchObject({ key: CALL_ID, partition: 3, sequence: 7, at: AT });
    },
  );
});

describe("gatewayEventRecord", () => {
  it("is of the node, and of no call", () => {
    const data = { nodeId: "edge-1", from: 3, to: 9, reason: "offset-behind" };
    const type = "tandem.gateway.delivery.uncertain.v1";
    const record = gatewayEventRecord(SOURCE, { type, id: "edge-1/x", at: AT, data }, 5);
    expect(headersOf(record)).toEqual({
      ce_specversion: "1.0",
      ce_id: "edge-1/x",
      ce_type: type,
      ce_source: "urn:tandem:demo:node:edge-1",
      ce_node: "edge-1",
      ce_subject: "edge-1",
      ce_time: "2026-11-25T12:00:00.123456Z",
      ce_partitionkey: "edge-1",
      ce_dataschema: `urn:tandem:schema:${type}`,
      "content-type": "application/json",
    });
    expect(record).toMatchObject({ topic: "tandem.gateway.events.v1", key: "edge-1", partition: 5 });
  });
});

describe("timestamp", () => {
  it("has microseconds, whatever their fraction of a millisecond is as a double", () => {
    const whole = Date.UTC(2026, 10, 25);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_399_999_999 }), (us) => {
        const ms = Math.floor(us / 1_000);
        const text = timestamp(whole + us / 1_000);
        expect(Date.parse(text)).toBe(whole + ms);
        expect(text.slice(-4)).toBe(`${String(us % 1_000).padStart(3, "0")}Z`);
      }),
    );
  });

  it("carries what rounds up into the next second", () => {
    expect(timestamp(Date.UTC(2026, 10, 25, 12, 0, 0, 999) + 0.9996)).toBe("2026-11-25T12:00:01.000000Z");
  });
});

describe("topicsOf", () => {
  it("names topics as the design does, with a prefix of one's own", () => {
    const { nodeCommands, ...topics } = topicsOf("acme");
    expect(topics).toEqual({
      callEvents: "acme.call.events.v1",
      callRecords: "acme.call.records.v1",
      trunkState: "acme.trunk.state.v1",
      commands: "acme.commands.v1",
      replies: "acme.replies.v1",
      progress: "acme.progress.v1",
      gatewayEvents: "acme.gateway.events.v1",
      deadLetters: "acme.dlq.v1",
      security: "acme.security.v1",
    });
    expect(nodeCommands("edge-1")).toBe("acme.commands.edge-1.v1");
  });
});
