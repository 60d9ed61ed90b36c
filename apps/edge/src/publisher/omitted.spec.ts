import { expect, it } from "@jest/globals";
import { EVENT_BYTES_MAX } from "@tandem/call-events";
import { RECORD_BYTES_MAX } from "@tandem/journal";
import { PARTITION_BYTES_MAX } from "./batch.ts";
import { OMITTED_TYPE, omittedRecord } from "./omitted.ts";

it("the largest event that is written fits the journal, and a batch with room for another", () => {
  expect(EVENT_BYTES_MAX).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  expect(2 * RECORD_BYTES_MAX).toBeLessThanOrEqual(PARTITION_BYTES_MAX);
});

it("an omitted record leaves its type and the reason at its place, with its id and without what was too large", () => {
  const headers = { ce_id: "c1/1.3", ce_type: "tandem.call.isup.v1", ce_big: "x".repeat(2000) };
  const record = {
    position: 9,
    topic: "t",
    key: "c1",
    partition: 4,
    sequence: 3,
    headers: JSON.stringify(headers),
    value: new Uint8Array(5000),
    at: 1,
  };
  const omitted = omittedRecord(record, "MESSAGE_TOO_LARGE", 77);
  expect(omitted).toMatchObject({ position: 9, topic: "t", key: "c1", partition: 4, sequence: 3, at: 77 });
  expect(JSON.parse(omitted.headers)).toEqual({
    ce_id: "c1/1.3",
    ce_type: OMITTED_TYPE,
    ce_dataschema: `urn:tandem:schema:${OMITTED_TYPE}`,
    "content-type": "application/json",
  });
  expect(JSON.parse(new TextDecoder().decode(omitted.value))).toEqual({
    callId: "c1",
    sequence: 3,
    omittedType: "tandem.call.isup.v1",
    reason: "MESSAGE_TOO_LARGE, 5000 octets",
  });
});
