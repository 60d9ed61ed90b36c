import type { CallEventOmitted } from "@tandem/call-events";
import type { StoredRecord } from "@tandem/journal";

export const OMITTED_TYPE = "tandem.call.event.omitted.v1";

/** A header longer than this may be what the broker refused; it does not cross. */
const HEADER_CHARS_MAX = 1024;

const TEXT = new TextEncoder();

/**
 * What takes the place of a record that Kafka will never take: same key, partition, sequence and id, so that
 * consumers see no gap and know what is missing.
 */
export function omittedRecord(record: StoredRecord, reason: string, now: number): StoredRecord {
  const original = JSON.parse(record.headers) as Record<string, string>;
  const kept = Object.entries(original).filter(([, value]) => value.length <= HEADER_CHARS_MAX);
  const headers = {
    ...Object.fromEntries(kept),
    ce_type: OMITTED_TYPE,
    ce_dataschema: `urn:tandem:schema:${OMITTED_TYPE}`,
    "content-type": "application/json",
  };
  const value: CallEventOmitted = {
    callId: record.key,
    sequence: record.sequence,
    omittedType: original["ce_type"] ?? "",
    reason: `${reason}, ${record.value.byteLength} octets`,
  };
  return {
    ...record,
    headers: JSON.stringify(headers),
    value: TEXT.encode(JSON.stringify(value)),
    // Not the record's own time: that may be what was refused.
    at: now,
  };
}
