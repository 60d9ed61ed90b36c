import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { callIdSource } from "./call-id.ts";
import { murmur2, partitionOf } from "./partition.ts";

/** Every partition of a topic: the partitioner looks at their number only where there is a key. */
function metadata(count: number): {
  partitionId: number;
  leader: number;
  partitionErrorCode: number;
  replicas: number[];
  isr: number[];
}[] {
  return Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [1],
    isr: [1],
  }));
}

const kafkajs = Partitioners.DefaultPartitioner();

function partitionByKafkajs(key: string, count: number): number {
  return kafkajs({
    topic: "tandem.call.events.v1",
    partitionMetadata: metadata(count),
    message: { key, value: null },
  });
}

describe("partitionOf", () => {
  it("puts call ids where kafkajs's default partitioner puts them", () => {
    const next = callIdSource(
      () => 1_795_600_000_000,
      (octets) => crypto.getRandomValues(octets as Uint8Array<ArrayBuffer>),
    );
    for (let index = 0; index < 5_000; index++) {
      const key = next();
      expect(partitionOf(key, 12)).toBe(partitionByKafkajs(key, 12));
    }
  });

  it("puts any ASCII key, of any length, where kafkajs puts it", () => {
    const ascii = fc.string({ unit: "binary-ascii", maxLength: 80 });
    fc.assert(
      fc.property(ascii, fc.integer({ min: 1, max: 1_000 }), (key, count) => {
        expect(partitionOf(key, count)).toBe(partitionByKafkajs(key, count));
      }),
      { numRuns: 5_000 },
    );
  });

  it("spreads calls evenly: no partition of 12 is off by more than a quarter", () => {
    const next = callIdSource(
      () => 1_795_600_000_000,
      (octets) => crypto.getRandomValues(octets as Uint8Array<ArrayBuffer>),
    );
    const counts = new Array<number>(12).fill(0);
    for (let index = 0; index < 12_000; index++) counts[partitionOf(next(), 12)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(250);
  });
});

describe("murmur2", () => {
  // org.apache.kafka.common.utils.UtilsTest#testMurmur2.
  it.each([
    ["21", -973_932_308],
    ["foobar", -790_332_482],
    ["a-little-bit-long-string", -985_981_536],
    ["a-little-bit-longer-string", -1_486_304_829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
    ["abc", 479_470_107],
  ])("of %s is what Kafka's own test says", (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash);
  });
});
