import { describe, expect, it } from "@jest/globals";
import { didYouMean } from "./nearest.ts";

describe("didYouMean", () => {
  it("names the word of fewest edits, whatever its case", () => {
    expect(didYouMean("Tagret", ["target", "to"], "--")).toBe("; did you mean --target?");
  });

  it("names of two as near the longer", () => {
    expect(didYouMean("sipt", ["sip", "sip-t", "sip-i"])).toBe("; did you mean sip-t?");
  });

  it("says nothing where no word is near", () => {
    expect(didYouMean("x", ["to", "target"])).toBe("");
    expect(didYouMean("whatever", ["target"])).toBe("");
  });
});
