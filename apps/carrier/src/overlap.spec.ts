import { describe, expect, it } from "@jest/globals";
import { divided } from "./overlap.ts";

describe("a number that is dialled in pieces", () => {
  it.each([
    ["+493099900", 4, "+4930", "99900"],
    ["03099900", 4, "0309", "9900"],
    ["030", 3, "030", ""],
    ["030", 9, "030", ""],
    ["030", undefined, "030", ""],
  ])("%s by %s digits begins with %s and goes on with %s", (number, count, first, rest) => {
    expect(divided(number, count)).toEqual({ first, rest });
  });
});
