import { describe, expect, it } from "@jest/globals";
import { verdictOnDigits, type DigitCollectionOptions } from "./digit-collection.ts";

describe("the digits of a called number (RFC 3578 §2)", () => {
  const options: DigitCollectionOptions = { digitsMin: 4, digitsMax: 8, T10Ms: 5_000, T35Ms: 15_000 };

  it.each([
    [3, false, { type: "wait", timer: "T35", forMs: 15_000 }],
    [4, false, { type: "wait", timer: "T10", forMs: 5_000 }],
    [7, false, { type: "wait", timer: "T10", forMs: 5_000 }],
    [8, false, { type: "complete" }],
    [1, true, { type: "complete" }],
  ])("%i of 4 to 8, ST %s", (count, hasSt, verdict) => {
    expect(verdictOnDigits(count, hasSt, options)).toEqual(verdict);
  });

  it("are complete at once where no fewest is set (§3)", () => {
    expect(verdictOnDigits(0, false, { digitsMax: 8 })).toEqual({ type: "complete" });
  });

  it("wait 5 and 15 s where nothing else is set (Q.764 table A.1)", () => {
    expect(verdictOnDigits(1, false, { digitsMin: 1 })).toMatchObject({ timer: "T10", forMs: 5_000 });
    expect(verdictOnDigits(0, false, { digitsMin: 1 })).toMatchObject({ timer: "T35", forMs: 15_000 });
  });
});
