import type { StoredRecord } from "@tandem/journal";
import { describe, expect, it } from "@jest/globals";
import { FULL_BATCH, largerLimits, smallerLimits, takeBatch } from "./batch.ts";

function page(count: number, bytes: number, partition: (i: number) => number = () => 0): StoredRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    position: i + 11,
    topic: "t",
    key: "k",
    partition: partition(i),
    sequence: i + 1,
    headers: '{"a":"b"}',
    value: new Uint8Array(bytes),
    at: 1234.5,
  }));
}

describe("takeBatch", () => {
  it("takes a page as it is, with key, partition, headers, value and time of each record", () => {
    const records = page(3, 10);
    const batch = takeBatch(records, FULL_BATCH);
    expect(batch).toMatchObject({ lastPosition: 13, records });
    expect(batch?.topicMessages).toHaveLength(1);
    expect(batch?.topicMessages[0]?.messages[1]).toEqual({
      key: "k",
      partition: 0,
      timestamp: "1234",
      headers: { a: "b" },
      value: Buffer.alloc(10),
    });
  });

  it("has nothing to take from an empty page", () => {
    expect(takeBatch([], FULL_BATCH)).toBeUndefined();
  });

  it("stops before a partition would exceed 512 KiB, without leaving a record out", () => {
    expect(takeBatch(page(20, 100_000), FULL_BATCH)?.records).toHaveLength(5);
    expect(
      takeBatch(
        page(20, 100_000, (i) => i % 2),
        FULL_BATCH,
      )?.records,
    ).toHaveLength(10);
  });

  it("takes one record however large", () => {
    const limits = { records: 500, partitionBytes: 64 };
    expect(takeBatch(page(5, 100_000), limits)?.records).toHaveLength(1);
  });

  it("comes down to the single record that is refused, and back to full batches", () => {
    let limits = FULL_BATCH;
    const records = page(400, 1000);
    const counts: number[] = [];
    for (let batch = takeBatch(records, limits); batch !== undefined; batch = takeBatch(records, limits)) {
      counts.push(batch.records.length);
      if (batch.records.length === 1) break;
      limits = smallerLimits(batch);
    }
    expect(counts.at(-1)).toBe(1);
    expect(counts.length).toBeLessThan(12);
    for (let i = 0; i < 10; i += 1) limits = largerLimits(limits);
    expect(limits.records).toBe(500);
  });
});
