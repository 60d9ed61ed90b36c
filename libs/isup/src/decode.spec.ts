import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { editIsup, isupMessage } from "./build.ts";
import { decodeIsup, encodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { ISUP_OCTETS_MAX, type IsupMessage, type IsupWarning } from "./message.ts";
import { ANSI_MESSAGES, ITU_MESSAGES, type MessageType } from "./messages.ts";
import { VARIANTS, type IsupVariant } from "./variants.ts";

interface Vector {
  readonly hex: string;
  readonly what: string;
}

function vectorsOf(file: string): Vector[] {
  const text = readFileSync(new URL(`../../../test/vectors/isup/${file}.txt`, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [hex = "", what = ""] = line.split("  # ");
      return { hex, what };
    });
}

const octets = (hex: string): Uint8Array => octetsOfHex(hex) ?? new Uint8Array(0);

function decoded(
  hex: string,
  variant?: IsupVariant,
): { message: IsupMessage; warnings: readonly IsupWarning[] } {
  const result = decodeIsup(octets(hex), variant === undefined ? {} : { variant });
  if (!result.ok) throw new Error(`${hex}: ${result.error.message}`);
  return result;
}

function iam(hex: string): Extract<IsupMessage, { messageType: "IAM" }> {
  const { message } = decoded(hex);
  if (message.messageType !== "IAM") throw new Error(`${hex} is ${message.messageType}`);
  return message;
}

const warningsOf = (hex: string, variant?: IsupVariant): string[] =>
  decoded(hex, variant).warnings.map(({ code, offset }) => `${code} ${offset}`);

/** INR with every bit of its first octet set: a message that is built has zeros in spare bits. */
const WITH_SPARE_BITS = new Set(["030f0000"]);

const SUITES: readonly (readonly [file: string, variant: IsupVariant])[] = [
  ["itu-messages", "itu-t92+"],
  ["itu-parameters", "itu-t92+"],
  ["ansi-messages", "ansi00"],
];

describe.each(SUITES)("vectors of %s", (file, variant) => {
  it.each(vectorsOf(file))(
    "$what decodes without a warning and is built from its parameters again",
    ({ hex }) => {
      const { message, warnings } = decoded(hex, variant);
      expect(warnings).toEqual([]);
      expect(hexOf(encodeIsup(message))).toBe(hex);
      if (message.messageType === "unknown") throw new Error("a type without a row");
      expect(hexOf(editIsup(message, message.parameters).octets)).toBe(hex);
      if (WITH_SPARE_BITS.has(hex)) return;
      expect(hexOf(isupMessage(message.messageType, message.parameters, { variant }).octets)).toBe(hex);
    },
  );

  it.each(vectorsOf(file))(
    "$what cut at any octet gives a result or an error with an offset inside",
    ({ hex }) => {
      for (let length = 0; length < hex.length / 2; length++) {
        const cut = octets(hex).subarray(0, length);
        const result = decodeIsup(cut, { variant });
        if (result.ok) expect(hexOf(encodeIsup(result.message))).toBe(hexOf(cut));
        else expect(result.error.offset).toBeLessThanOrEqual(length);
      }
    },
  );
});

describe("decodeIsup", () => {
  it("knows the mandatory parameters of a message by its type (Q.763 (12/1999) Table 32)", () => {
    const { parameters } = iam("010020000a03020a0884903321436587090a08841344021732540600");
    expect(parameters.calledPartyNumber).toEqual({
      natureOfAddressIndicator: 4,
      natureOfAddress: "international",
      numberingPlanIndicator: 1,
      numberingPlan: "isdn",
      digits: "33123456789",
      stSignal: false,
      internalNetworkNumber: 1,
    });
    expect(parameters.transmissionMediumRequirement).toEqual({ value: 3, name: "3.1kHzAudio" });
    expect(parameters.callingPartyNumber).toMatchObject({
      digits: "44207123456",
      presentation: "allowed",
      screening: "networkProvided",
      incomplete: 0,
    });
  });

  it("reads redirections and the repeated generic number as a list (Q.763 (12/1999) §3.26, §3.45)", () => {
    const diverted = iam(
      "010020000a030208060310020200010a068413947110020b0684109471100313020323280684149471100400",
    );
    expect(diverted.parameters.redirectionInformation).toMatchObject({
      redirecting: "diverted",
      redirectionCounter: 3,
      redirectingReason: "noReply",
    });
    expect(diverted.parameters.originalCalledNumber).toMatchObject({ presentation: "restricted" });
    const twice = iam("010020000a03020806031002020001c00406031321c0040003134300");
    expect(twice.parameters.genericNumber).toMatchObject([
      { qualifier: "additionalCalling", digits: "12" },
      { qualifier: "dialledDigits", digits: "34" },
    ]);
  });

  it("reads ANSI's IAM by its own layout, and codes that ITU has not (T1.113)", () => {
    const { message } = decoded(
      "010020100a03060d038090a20703102143658709c008c003102143658709c503220526c706204a6f686e2100",
      "ansi00",
    );
    expect(message.parameters.userServiceInformation).toMatchObject({
      informationTransferCapability: "speech",
      layer1Protocol: "G.711 mu-law",
    });
    expect(message.parameters.genericAddress).toMatchObject([{ qualifier: "portedNumber" }]);
    expect(message.parameters.forwardCallIndicators?.portedNumberTranslated).toBe(1);
    expect(warningsOf("ea00")).toEqual(["unknown-message-type 0"]);
  });

  it("keeps what it does not know, and says so", () => {
    expect(decoded("0901fe01aa00").message.raw).toMatchObject([
      { code: 0xfe, octets: octets("aa"), offset: 4 },
    ]);
    expect(warningsOf("0901fe01aa00")).toEqual(["unknown-parameter 4"]);
    expect(warningsOf("00910100")).toEqual(["unknown-message-type 0"]);
  });

  it("keeps the first of a parameter that may stand once", () => {
    const { message, warnings } = decoded("09013d01053d010900");
    expect(message.parameters.hopCounter).toEqual({ value: 5 });
    expect(warnings.map(({ code }) => code)).toEqual(["repeated-parameter"]);
  });

  it("keeps the content of messages whose content is another's", () => {
    const { message, warnings } = decoded("2806160400");
    expect(message).toMatchObject({ messageType: "PAM", trailing: octets("06160400") });
    expect(warnings).toEqual([]);
  });

  it("copies the octets: what they came in may be used again", () => {
    const buffer = octets("0c0200028090");
    const result = decodeIsup(buffer);
    buffer.fill(0);
    expect(result.ok && hexOf(encodeIsup(result.message))).toBe("0c0200028090");
  });
});

describe("messages that real peers send", () => {
  it.each<[string, string, string[]]>([
    ["no pointer to the optional part", "02010400836038", ["no-optional-pointer 2"]],
    [
      "a pointer one octet too far",
      "010060010a00020b0884103389674523010a08841133163254760800",
      ["bad-optional-pointer 7"],
    ],
    ["a pointer behind the message", "090200", ["bad-optional-pointer 1"]],
    ["a pointer to the end octet", "0c020402849000", []],
    ["no end octet", "0901210100", ["short-parameter 4", "no-end-of-optional 5"]],
    ["a parameter that is cut short", "09013d050102", ["truncated-optional-part 2", "trailing-octets 2"]],
    ["octets behind the message", "0900145a", ["trailing-octets 2"]],
    ["a message that ends with its pointer", "1000", []],
  ])("%s", (_what, hex, expected) => {
    expect(warningsOf(hex)).toEqual(expected);
    expect(hexOf(encodeIsup(decoded(hex).message))).toBe(hex);
  });

  it("warns of RLC with a pointer, which ANSI has not", () => {
    expect(warningsOf("1000", "ansi88")).toEqual(["trailing-octets 1"]);
  });

  it("reads a called party number of one octet, as ANSI operator calls have it", () => {
    const { message, warnings } = decoded("010020000a0302000174");
    expect(message.parameters.calledPartyNumber).toMatchObject({
      natureOfAddressIndicator: 0x74,
      digits: "",
    });
    expect(warnings.map(({ code }) => code)).toEqual(["short-parameter"]);
  });

  it.each<[string, string, string, number]>([
    ["nothing", "", "empty", 0],
    ["a mandatory parameter that is missing", "05", "truncated", 1],
    ["a length that leads outside", "010060010a030200ff83101212", "truncated", 8],
    ["a pointer of zero", "0c0000028090", "bad-pointer", 1],
    ["a pointer that leads outside", "0c0900028090", "bad-pointer", 1],
    ["too many octets", "09".repeat(ISUP_OCTETS_MAX + 1), "too-large", ISUP_OCTETS_MAX],
  ])("refuses %s", (_what, hex, code, offset) => {
    expect(decodeIsup(octets(hex))).toMatchObject({ ok: false, error: { code, offset } });
  });
});

describe("properties", () => {
  const variants = fc.constantFrom(...VARIANTS);
  const types = Object.values({ ...ITU_MESSAGES, ...ANSI_MESSAGES }).map(({ code }) => code);

  it("never throws, and encodes what it decoded to the same octets", () => {
    const anything = fc.uint8Array({ maxLength: 80 });
    const likely = fc
      .tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 80 }))
      .map(([type, rest]) => Uint8Array.of(type, ...rest));
    fc.assert(
      fc.property(fc.oneof(anything, likely), variants, (input, variant) => {
        const result = decodeIsup(input, { variant });
        if (result.ok) expect(hexOf(encodeIsup(result.message))).toBe(hexOf(input));
      }),
      { numRuns: 3_000 },
    );
  });

  it("survives any mutation of a message", () => {
    const seeds = SUITES.flatMap(([file]) => vectorsOf(file)).map(({ hex }) => octets(hex));
    const mutation = fc.tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(mutation, variants, ([seed, changes], variant) => {
        const input = seed.slice();
        for (const [at, value] of changes) if (at < input.length) input[at] = value;
        const result = decodeIsup(input, { variant });
        if (result.ok) expect(hexOf(encodeIsup(result.message))).toBe(hexOf(input));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("tables", () => {
  it("give every message parameters that its variant has", () => {
    for (const variant of VARIANTS) {
      for (const type of Object.keys(ITU_MESSAGES) as MessageType[]) {
        const { code } = ITU_MESSAGES[type as keyof typeof ITU_MESSAGES];
        const zeros = decodeIsup(Uint8Array.of(code, ...new Array<number>(12).fill(1)), { variant });
        expect(zeros.ok && zeros.message.messageType).not.toBe("unknown");
      }
    }
  });
});
