import { randomFillSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { callIdSource } from "./call-id.ts";

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** 2026-11-25, then as the test says. */
const NOW = 1_795_600_000_000;

function sourceAt(times: readonly number[]): () => string {
  let index = 0;
  return callIdSource(
    () => times[Math.min(index++, times.length - 1)] ?? 0,
    (octets) => randomFillSync(octets),
  );
}

describe("callIdSource", () => {
  it("makes UUIDs of version 7 and the RFC's variant (RFC 9562 §4.1, §4.2)", () => {
    const next = sourceAt([NOW]);
    for (let count = 0; count < 1_000; count++) expect(next()).toMatch(UUID7);
  });

  it("writes the time in milliseconds into the first 48 bits (RFC 9562 §5.7)", () => {
    const id = sourceAt([NOW + 0.75])();
    expect(parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(NOW);
    expect(parseInt(id.slice(15, 18), 16)).toBe(0.75 * 4_096);
  });

  it("gives the RFC's own example for its time and random bits (RFC 9562 A.6)", () => {
    const next = callIdSource(
      () => 0x017f22e279b0 + 0xcc3 / 4_096,
      (octets) => {
        octets.set([0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
      },
    );
    expect(next()).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  });

  it("sorts ids by the order they were made in, whatever the clock does", () => {
    const clock = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(clock, (steps) => {
        let at = NOW;
        const next = sourceAt(steps.map((step) => (at += step)));
        const ids = steps.map(() => next());
        expect([...ids].sort()).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it("goes on in the next millisecond when one is used up", () => {
    const next = sourceAt([NOW]);
    const ids = Array.from({ length: 5_000 }, next);
    expect([...ids].sort()).toEqual(ids);
    expect(parseInt(ids.at(-1)!.replaceAll("-", "").slice(0, 12), 16)).toBe(NOW + 1);
  });

  it("takes a random part that is new for each id", () => {
    const next = sourceAt([NOW]);
    const parts = new Set(Array.from({ length: 1_000 }, () => next().slice(19)));
    expect(parts.size).toBe(1_000);
  });
});
