import { describe, expect, it } from "@jest/globals";
import { evaluateCompatibility, type CompatibilityOptions } from "./compatibility.ts";
import { decodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import type { IsupMessage } from "./message.ts";
import type { IsupVariant } from "./variants.ts";

const LOCATION = 2;
const END: CompatibilityOptions = { exchange: "A", canPassOn: false, locationValue: LOCATION };
const GATEWAY: CompatibilityOptions = { exchange: "A", canPassOn: true, locationValue: LOCATION };
const TRANSIT: CompatibilityOptions = { exchange: "B", canPassOn: true, locationValue: LOCATION };

function decoded(hex: string, variant: IsupVariant = "itu-t92+"): IsupMessage {
  const result = decodeIsup(octetsOfHex(hex) ?? new Uint8Array(0), { variant });
  if (!result.ok) throw new Error(result.error.message);
  return result.message;
}

/** CPG with parameter 0xf7, and instructions for it where they are given. */
function cpg(instructions?: string): IsupMessage {
  return decoded(`2c0201${instructions === undefined ? "" : `3902f7${instructions}`}f701aa00`);
}

function words(message: IsupMessage, options: CompatibilityOptions): string {
  const { action, discarded, cause, notification } = evaluateCompatibility(message, options);
  const diagnostics = hexOf(notification?.cause.diagnostics ?? cause?.diagnostics ?? new Uint8Array(0));
  return [
    action,
    ...discarded.map((code) => `without ${code.toString(16)}`),
    ...(cause === undefined ? [] : [`cause ${cause.causeValue}`]),
    ...(notification === undefined ? [] : [`${notification.messageType} ${notification.cause.causeValue}`]),
    ...(diagnostics === "" ? [] : [diagnostics]),
  ].join(" ");
}

describe("a parameter that is not recognized (Q.764 (12/1999) §2.9.5.3, Q.763 §3.41)", () => {
  it.each<[string, string | undefined, CompatibilityOptions, string]>([
    [
      "without instructions it is discarded and the sender notified",
      undefined,
      END,
      "passOn without f7 CFN 99 f7",
    ],
    ["bit B releases the call", "82", END, "release cause 99 f7"],
    ["bit D discards the message", "88", END, "discardMessage"],
    ["bits D and C notify of it", "8c", END, "discardMessage CFN 110 2cf7"],
    ["bit E discards the parameter", "90", END, "passOn without f7"],
    ["bits E and C notify of it", "94", END, "passOn without f7 CFN 99 f7"],
    ["release wins over discard", "9a", END, "release cause 99 f7"],
    ["no bit passes it on", "80", GATEWAY, "passOn"],
    ["bit C notifies of what was passed on", "84", GATEWAY, "passOn CFN 103 f7"],
    ["passing on is not possible, GF 0 releases", "80", END, "release cause 99 f7"],
    ["passing on is not possible, GF 1 discards the message", "a0", END, "discardMessage"],
    ["passing on is not possible, GF 2 discards the parameter", "c0", END, "passOn without f7"],
    ["passing on is not possible, GF 3 is read as 0", "e0", END, "release cause 99 f7"],
    ["bit A 0: a transit exchange passes on whatever else is said", "9a", TRANSIT, "passOn"],
    ["bit A 1: a transit exchange does as an end does", "93", TRANSIT, "release cause 99 f7"],
    [
      "bit A 0, transit, passing on not possible",
      "a4",
      { ...TRANSIT, canPassOn: false },
      "discardMessage CFN 110 2cf7",
    ],
  ])("%s", (_what, instructions, options, expected) => {
    expect(words(cpg(instructions), options)).toBe(expected);
  });

  it("the severest of several instructions decides", () => {
    expect(words(decoded("2c02013904f690f788f601aaf701aa00"), END)).toBe("discardMessage");
  });

  it("is told of in RLC where REL had it", () => {
    expect(words(decoded("0c02040280903902f794f701aa00"), END)).toBe("passOn without f7 RLC 99 f7");
  });

  it("is never told of by Confusion about a Confusion", () => {
    expect(words(decoded("2f02030280e3f701aa00"), END)).toBe("passOn without f7");
  });

  it("may be one that has a name, but that the caller does not act on", () => {
    const options = { ...END, isRecognized: ({ name }: { readonly name: unknown }) => name !== "hopCounter" };
    expect(words(decoded("09013d010500"), options)).toBe("passOn without 3d CFN 99 3d");
  });

  it("has no instructions in a variant without the procedure (RFC 3204 §3.1, table 1)", () => {
    const message = decoded("2c02013902f782f701aa00", "itu-t88");
    expect(words(message, END)).toContain("CFN 99");
  });

  it("leaves alone what is recognized", () => {
    expect(evaluateCompatibility(decoded("0c0200028090"), END)).toEqual({
      action: "passOn",
      discarded: [],
      rules: [],
    });
  });
});

describe("a message that is not recognized (Q.764 (12/1999) §2.9.5.3, Q.763 §3.33)", () => {
  it.each<[string, string, CompatibilityOptions, string]>([
    ["without instructions it is discarded and the sender notified", "9100", END, "discardMessage CFN 97 91"],
    ["bit B releases the call", "910138018200", END, "release cause 97 91"],
    ["bit D discards it", "910138018800", END, "discardMessage"],
    ["bits D and C notify of it", "910138018c00", END, "discardMessage CFN 97 91"],
    ["no bit passes it on", "910138018000", GATEWAY, "passOn"],
    ["passing on is not possible, bit E 0 releases", "910138018000", END, "release cause 97 91"],
    ["passing on is not possible, bit E 1 discards", "910138019000", END, "discardMessage"],
    ["bit A 0: a transit exchange passes on", "910138018200", TRANSIT, "passOn"],
    ["bit A 1: a transit exchange does as an end does", "910138018300", TRANSIT, "release cause 97 91"],
    ["instructions behind another parameter", "91013d01013801820000", END, "release cause 97 91"],
    ["instructions that are cut short are none", "9101380482", END, "discardMessage CFN 97 91"],
  ])("%s", (_what, hex, options, expected) => {
    expect(words(decoded(hex), options)).toBe(expected);
  });
});
