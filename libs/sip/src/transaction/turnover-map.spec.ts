import { describe, expect, it } from "@jest/globals";
import { TurnoverMap } from "./turnover-map.ts";

describe("TurnoverMap", () => {
  it("gives what was last put under a key, and nothing for others", () => {
    const map = new TurnoverMap<string, number>();
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([3, 2, undefined, 2]);
    expect([...map.values()]).toEqual([3, 2]);
  });

  it("forgets what is taken out, also for whoever is just looking through it", () => {
    const map = new TurnoverMap<string, number>();
    for (const [key, value] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ] as const)
      map.set(key, value);
    const seen: number[] = [];
    for (const value of map.values()) {
      seen.push(value);
      map.delete("b");
      map.delete("unknown");
    }
    expect(seen).toEqual([1, 3]);
    expect([map.get("b"), map.size]).toEqual([undefined, 2]);
    map.clear();
    expect([map.get("a"), map.size, [...map.values()]]).toEqual([undefined, 0, []]);
  });

  it("holds the same with any number of entries come and gone", () => {
    const map = new TurnoverMap<object, number>();
    const open: object[] = [];
    for (let count = 0; count < 10_000; count++) {
      const key = {};
      map.set(key, count);
      open.push(key);
      const oldest = open.length > 20 ? open.shift() : undefined;
      if (oldest !== undefined) map.delete(oldest);
    }
    expect(map.size).toBe(20);
    expect([...map.values()]).toEqual(Array.from({ length: 20 }, (_, index) => 9_980 + index));
    expect(open.map((key) => map.get(key))).toEqual([...map.values()]);
  });
});
