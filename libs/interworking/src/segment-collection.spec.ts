import { describe, expect, it } from "@jest/globals";
import { editIsup, hexOf, isupMessage, segmentIsup, type IsupMessageOf } from "@tandem/isup";
import { acmFrom18x } from "./answers.ts";
import { collectSegments, withoutSegment, type SegmentWait } from "./segment-collection.ts";

const acm = editIsup(acmFrom18x(180, "itu-t99") as IsupMessageOf<"ACM">, {
  userToUserInformation: { protocolDiscriminator: 4, octets: new Uint8Array(120).fill(7) },
});
const [first, segment] = segmentIsup(acm, 127) ?? [];
if (first === undefined || segment === undefined) throw new TypeError("no segments");
const cpg = isupMessage("CPG", { eventInformation: { value: 1 } });
const wait: SegmentWait = { first, T34: 3_100 };

describe("collectSegments (Q.764 §2.1.12)", () => {
  it("holds a message that announces a segment, and gives both as one", () => {
    const held = collectSegments(undefined, first, 100);
    expect(held).toEqual({ wait, ready: [] });
    const { wait: after, ready } = collectSegments(held.wait, segment, 200);
    expect(after).toBeUndefined();
    expect(ready).toHaveLength(1);
    expect(ready[0]?.parameters.userToUserInformation).toEqual(acm.parameters.userToUserInformation);
    expect(hexOf(ready[0]?.octets ?? new Uint8Array(0))).not.toBe(hexOf(first.octets));
  });

  it("lets all others pass at once", () => {
    expect(collectSegments(undefined, cpg, 0)).toEqual({ wait: undefined, ready: [cpg] });
  });

  it("lets the first go on alone before any other message, and when T34 expires", () => {
    expect(collectSegments(wait, cpg, 200)).toEqual({ wait: undefined, ready: [first, cpg] });
    expect(collectSegments(wait, first, 200, 2_000)).toEqual({ wait: { first, T34: 2_200 }, ready: [first] });
    expect(withoutSegment(wait)).toEqual({ wait: undefined, ready: [first] });
    expect(withoutSegment(undefined)).toEqual({ wait: undefined, ready: [] });
  });

  it("drops a segment that nobody announced", () => {
    expect(collectSegments(undefined, segment, 0)).toEqual({ wait: undefined, ready: [] });
  });
});
