import { describe, expect, it } from "@jest/globals";
import type { PackedRecord } from "./group.ts";
import { GroupBuilder, readGroup } from "./group.ts";
import type { JournalRecord } from "./record.ts";

const text = new TextDecoder();

function record(fields: Partial<JournalRecord> = {}): JournalRecord {
  return { topic: "t", key: "k", partition: 1, sequence: 1, headers: "{}", value: "v", at: 0, ...fields };
}

function unpack(builder: GroupBuilder): { records: PackedRecord[]; states: [string, string | undefined][] } {
  const records: PackedRecord[] = [];
  const states: [string, string | undefined][] = [];
  readGroup(
    builder.pack(),
    (one) => records.push(one),
    (key, state) => states.push([key, state]),
  );
  return { records, states };
}

describe("a commit group", () => {
  it("gives back every field of every record in order", () => {
    const builder = new GroupBuilder(0);
    builder.addRecord(
      record({ topic: "a", key: "Größe", partition: 11, sequence: 4_000_000_000, at: 1.5e12 + 0.25 }),
      true,
    );
    builder.addRecord(record({ topic: "b", headers: '{"x":"€"}', value: "😀".repeat(9) }), false);
    builder.addRecord(record({ topic: "a", value: "" }), false);
    const { records } = unpack(builder);
    expect(records.map(({ topic }) => topic)).toEqual(["a", "b", "a"]);
    expect(records[0]).toMatchObject({
      key: "Größe",
      partition: 11,
      sequence: 4_000_000_000,
      at: 1.5e12 + 0.25,
      isStateful: true,
    });
    expect(text.decode(records[1]?.headers)).toBe('{"x":"€"}');
    expect(text.decode(records[1]?.value)).toBe("😀".repeat(9));
    expect(records[1]?.isStateful).toBe(false);
    expect(records[2]?.value.byteLength).toBe(0);
  });

  it("grows over its first size without losing what it holds", () => {
    const builder = new GroupBuilder(1);
    const values = Array.from({ length: 200 }, (_, i) => String(i).repeat(500));
    for (const value of values) builder.addRecord(record({ value }), false);
    const { records } = unpack(builder);
    expect(records.map(({ value }) => text.decode(value))).toEqual(values);
  });

  it("keeps the last state of a key only, and its deletion apart from an empty state", () => {
    const builder = new GroupBuilder(0);
    builder.setState("a", "1");
    builder.setState("b", "1");
    builder.setState("a", "2");
    builder.setState("b", undefined);
    builder.setState("c", "");
    expect(unpack(builder).states).toEqual([
      ["a", "2"],
      ["b", undefined],
      ["c", ""],
    ]);
  });

  it("counts what it holds before it is packed", () => {
    const builder = new GroupBuilder(0);
    expect(builder.isEmpty).toBe(true);
    builder.setState("a", "x".repeat(1000));
    builder.setState("a", "x".repeat(10));
    expect(builder.isEmpty).toBe(false);
    expect(builder.bytes).toBe(10);
  });
});
