import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { crc32c } from "./crc32c.ts";
import type { EncodedRequest, ProducedMessage, ProduceFields } from "./produce-request.ts";
import { produceRequest } from "./produce-request.ts";

const require = createRequire(import.meta.url);
const theirRequest = require("kafkajs/src/protocol/requests/produce/v3/request") as (
  fields: ProduceFields,
) => {
  encode(): Promise<EncodedRequest>;
};
const theirCrc = require("kafkajs/src/protocol/recordBatch/crc32C") as (octets: Buffer) => number;

const EPOCH_MS = 1_790_000_000_000;

const message = fc.record({
  key: fc.string({ unit: "binary", maxLength: 200 }),
  value: fc.uint8Array({ maxLength: 3000 }).map((octets) => Buffer.from(octets)),
  headers: fc.dictionary(
    fc.string({ maxLength: 30 }).filter((name) => name !== "__proto__"),
    fc.string({ unit: "binary", maxLength: 200 }),
    { maxKeys: 14 },
  ),
  timestamp: fc.nat({ max: 10 ** 11 }).map((offset) => String(EPOCH_MS + offset)),
});

/** kafkajs takes the oldest time as the base, we take the first: in order they are the same. */
const messages = fc
  .array(message, { minLength: 1, maxLength: 8 })
  .map((all) => all.sort((a, b) => Number(a.timestamp) - Number(b.timestamp)));

const fields = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat({ max: 60_000 }),
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 30 })),
  producerId: fc.nat().map(String),
  producerEpoch: fc.nat({ max: 32_767 }),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 40 }),
      partitions: fc.array(fc.record({ partition: fc.nat({ max: 11 }), firstSequence: fc.nat(), messages }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

function oneMessage(overrides: Partial<ProducedMessage>): ProduceFields {
  const only = { key: "k", value: Buffer.from("v"), headers: {}, timestamp: String(EPOCH_MS), ...overrides };
  const topicData = [{ topic: "t", partitions: [{ partition: 0, firstSequence: 0, messages: [only] }] }];
  return { acks: -1, timeout: 1, transactionalId: "x", producerId: "1", producerEpoch: 0, topicData };
}

async function expectSame(request: ProduceFields): Promise<void> {
  const ours = await produceRequest(request).encode();
  const theirs = await theirRequest(request).encode();
  expect(ours.buffer.equals(theirs.buffer)).toBe(true);
}

describe("produceRequest", () => {
  it("gives the octets that kafkajs gives, for any topics, partitions, keys, values, headers and times", async () => {
    await fc.assert(fc.asyncProperty(fields, expectSame));
  });

  it("encodes texts and records whose lengths need more octets than guessed", async () => {
    await expectSame(oneMessage({ key: "ä".repeat(40), headers: { ["ö".repeat(50)]: "€".repeat(63) } }));
    for (const length of [0, 50, 60, 63, 64, 8100, 8191, 8192])
      await expectSame(oneMessage({ value: Buffer.alloc(length) }));
  });

  it("takes times that are not in order", async () => {
    const request = oneMessage({});
    const [topic] = request.topicData;
    const [first] = topic?.partitions[0]?.messages ?? [];
    expect(first).toBeDefined();
    if (first === undefined) return;
    const partitions = [
      { partition: 0, firstSequence: 0, messages: [first, { ...first, timestamp: String(EPOCH_MS - 5) }] },
    ];
    const { buffer } = await produceRequest({ ...request, topicData: [{ topic: "t", partitions }] }).encode();
    // The second record: length, attributes, then its time before the first's: -5, zig-zag 9.
    const records = buffer.subarray(buffer.length - 2 * 9);
    expect([...records.subarray(9, 12)]).toEqual([16, 0, 9]);
  });
});

describe("crc32c", () => {
  it("gives the check values of the standard (RFC 3720 §B.4)", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe306_9283);
  });

  it("gives what kafkajs gives, for any octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(crc32c(octets)).toBe(theirCrc(Buffer.from(octets)));
      }),
    );
  });
});
