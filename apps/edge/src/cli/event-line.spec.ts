import { describe, expect, it } from "@jest/globals";
import { callEventRecord, gatewayEventRecord, topicsOf } from "@tandem/call-events";
import { eventLine } from "./event-line.ts";

const SOURCE = { cluster: "demo", node: "edge-1", topics: topicsOf() };
const AT = Date.UTC(2026, 10, 25, 12) + 123.456;
const CALL_ID = "0193615c-6a40-7000-8000-9b2f7077bdcc";

const lineOf = ({ headers, value }: { headers: string; value: string }): string =>
  eventLine({ headers, value: Buffer.from(value) });

const OMITTED = callEventRecord(SOURCE, {
  type: "tandem.call.event.omitted.v1",
  ...{ callId: CALL_ID, term: 1, sequence: 12, partition: 0, at: AT },
  data: { callId: CALL_ID, sequence: 12, omittedType: "tandem.call.isup.v1", reason: "too large" },
});

describe("eventLine", () => {
  it("has time, end of the call id, sequence, type and what happened", () => {
    const expected =
      "2026-11-25T12:00:00.123Z event 9b2f7077bdcc 12 call.event.omitted tandem.call.isup.v1: too large";
    expect(lineOf(OMITTED)).toBe(expected);
  });

  it("has no sequence where the event is of no call", () => {
    const data = { nodeId: "edge-1", reason: "slow", lastCommitMs: 1, usedBytes: 2, maxBytes: 3 };
    const parts = { type: "tandem.gateway.journal.degraded.v1", id: "edge-1/1", at: AT, data } as const;
    expect(lineOf(gatewayEventRecord(SOURCE, parts, 0))).toContain(
      "event edge-1  - gateway.journal.degraded slow",
    );
  });

  it("says why an event of a newer edge cannot be read", () => {
    const headers = OMITTED.headers.replace("call.event.omitted.v1", "call.teleported.v1");
    expect(lineOf({ ...OMITTED, headers })).toMatch(
      /^event that cannot be read: .*tandem\.call\.teleported\.v1/,
    );
  });
});
