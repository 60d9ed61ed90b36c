import { describe, expect, it } from "@jest/globals";
import { editIsup, isupOctets, type ParameterChanges } from "./build.ts";
import { decodeIsup, encodeIsup } from "./decode.ts";
import { hexOf } from "./hex.ts";
import { isupFromJson, isupToJson } from "./json.ts";
import type { IsupMessage } from "./message.ts";
import { decodeContent, encodeContent } from "./parameter-row.ts";
import { isEqual } from "./parts.ts";
import { randomMessage, randomValue, SeededOctets, vocabularyOf } from "./testing/random-messages.ts";
import { partsOfIsup } from "./tree.ts";
import { layoutOf, type IsupVariant } from "./variants.ts";

/** Of each kind. TANDEM_ISUP_RUNS=1000000 is the long run; TANDEM_ISUP_SEED another series. */
const RUNS = Number(process.env["TANDEM_ISUP_RUNS"] ?? 10_000);
const SEED = Number(process.env["TANDEM_ISUP_SEED"] ?? 1);
const LONG_RUN_MS = 3_600_000;

/** Of these only decode → encode is looked at, from octets to typed values and back; all variants have the same share of them. */
const MUTATED = 1_000_000;
/** Messages that they are made from. */
const ORIGINALS = 2_000;

/** Families differ most; the others are tables over them. */
const MAIN_VARIANTS: readonly IsupVariant[] = ["itu-t92+", "ansi00", "uk", "ttc93+", "itu-t88"];

function isOpaque({ messageType, variant }: IsupMessage): boolean {
  return messageType === "unknown" || layoutOf(messageType, variant)?.isOpaque === true;
}

/** All that must hold of any octets whatsoever. Plain ifs: an `expect` costs more than a decode. */
function check(octets: Uint8Array, variant: IsupVariant): string | undefined {
  const result = decodeIsup(octets, { variant });
  if (!result.ok) return result.error.offset <= octets.length ? undefined : "an error behind the message";
  const { message, warnings } = result;
  if (!isEqual(encodeIsup(message), octets)) return "decode → encode changes it";
  if (warnings.some(({ offset }) => offset > octets.length)) return "a warning behind the message";
  if (!isOpaque(message)) {
    if (!isEqual(editIsup(message, {}).octets, octets)) return "an edit of nothing changes it";
    if (!isEqual(encodedAgain(message), octets)) return "an edit of all changes it";
  }
  const json: unknown = JSON.parse(JSON.stringify(isupToJson(message)));
  const back = isupFromJson(json);
  if (!back.ok) return `JSON: ${back.error.message}`;
  if (!isEqual(back.message.octets, octets)) return "JSON → octets are others";
  let at = 0;
  for (const { offset, length } of partsOfIsup(message)) {
    if (offset > at) return `no part at octet ${at}`;
    at = Math.max(at, offset + length);
  }
  return at === octets.length ? undefined : `no part at octet ${at}`;
}

/** Every parameter from its typed value, over the octets that it came in: a copy, since the same object is no edit. */
function encodedAgain(message: IsupMessage): Uint8Array {
  if (isOpaque(message)) return encodeIsup(message);
  const copies = Object.entries(message.parameters).map(([name, value]) => [
    name,
    Array.isArray(value) ? value : { ...value },
  ]);
  return editIsup(message, Object.fromEntries(copies) as ParameterChanges).octets;
}

function fail(octets: Uint8Array, variant: IsupVariant, fault: string): never {
  throw new Error(`${fault}: ${variant} ${hexOf(octets)}`);
}

function checkAll(octets: Uint8Array, variant: IsupVariant): void {
  const fault = check(octets, variant);
  if (fault !== undefined) fail(octets, variant, fault);
}

describe("any octets", () => {
  it(
    `${RUNS} random ones decode to a result or an error, and back to themselves`,
    () => {
      const random = new SeededOctets(SEED);
      for (let run = 0; run < RUNS; run++) {
        const variant = random.pick(MAIN_VARIANTS);
        const octets = random.octets(1 + random.below(40));
        // Half of them begin like a message.
        if (run % 2 === 0) octets[0] = random.pick(vocabularyOf(variant).messages).code;
        checkAll(octets, variant);
      }
    },
    LONG_RUN_MS,
  );

  it(
    `${RUNS} messages with octets changed, inserted or cut out decode, and back to themselves`,
    () => {
      const random = new SeededOctets(SEED + 1);
      for (let run = 0; run < RUNS; run++) {
        const variant = random.pick(MAIN_VARIANTS);
        checkAll(mutated(messageOf(variant, random), random), variant);
      }
    },
    LONG_RUN_MS,
  );

  it(
    `${MUTATED} mutated messages: decode → encode is the identity`,
    () => {
      const random = new SeededOctets(SEED + 3);
      for (const variant of MAIN_VARIANTS) {
        const originals = Array.from({ length: ORIGINALS }, () => messageOf(variant, random));
        for (let run = 0; run < MUTATED / MAIN_VARIANTS.length; run++) {
          const octets = mutated(random.pick(originals), random);
          const result = decodeIsup(octets, { variant });
          if (result.ok && !isEqual(encodedAgain(result.message), octets))
            fail(octets, variant, "decode → encode changes it");
        }
      }
    },
    LONG_RUN_MS,
  );

  it("every prefix of a message of every type decodes to a result or an error", () => {
    const random = new SeededOctets(SEED + 2);
    for (const variant of MAIN_VARIANTS) {
      const { messages, parameters } = vocabularyOf(variant);
      for (const message of messages) {
        const optional = [1, 2, 3].map(() => random.pick(parameters).name);
        const octets = octetsOf(randomMessage(message, variant, optional, random));
        for (let length = 1; length <= octets.length; length++) checkAll(octets.subarray(0, length), variant);
      }
    }
  });
});

function octetsOf({ messageType, parameters, variant }: ReturnType<typeof randomMessage>): Uint8Array {
  return isupOctets(messageType, parameters, { variant });
}

function messageOf(variant: IsupVariant, random: SeededOctets): Uint8Array {
  const { messages, parameters } = vocabularyOf(variant);
  const optional = Array.from({ length: random.below(5) }, () => random.pick(parameters).name);
  return octetsOf(randomMessage(random.pick(messages), variant, optional, random));
}

function mutated(octets: Uint8Array, random: SeededOctets): Uint8Array {
  let all = [...octets];
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(all.length);
    const kind = random.below(4);
    if (kind === 0) all[at] = random.below(256);
    else if (kind === 1) all[at] = (all[at] ?? 0) ^ (1 << random.below(8));
    else if (kind === 2) all.splice(at, 0, ...random.octets(1 + random.below(3)));
    else all = all.slice(0, Math.max(1, all.length - 1 - random.below(4)));
  }
  return Uint8Array.from(all);
}

describe.each(MAIN_VARIANTS)("typed values, %s", (variant) => {
  const { messages, parameters } = vocabularyOf(variant);

  it.each(parameters.map((reader) => [reader.name, reader] as const))(
    "%s: decode of what its value encodes to is the value",
    (_name, reader) => {
      const random = new SeededOctets(SEED + reader.code);
      for (let run = 0; run < 50; run++) {
        const value = randomValue(reader, random);
        const octets = encodeContent(reader.part, value);
        expect(decodeContent<object>(reader.part, octets)).toEqual(value);
        // Over any octets that say the same it changes nothing.
        const base = random.octets(random.below(20));
        expect(hexOf(encodeContent(reader.part, decodeContent<object>(reader.part, base), base))).toBe(
          hexOf(base),
        );
      }
    },
  );

  it.each(messages.map((message) => [message.messageType, message] as const))(
    "%s: decode of what a typed message encodes to is the message",
    (_type, message) => {
      const random = new SeededOctets(SEED + message.code);
      for (let run = 0; run < 20; run++) {
        const optional = Array.from({ length: random.below(6) }, () => random.pick(parameters).name);
        const made = randomMessage(message, variant, optional, random);
        const result = decodeIsup(isupOctets(made.messageType, made.parameters, { variant }), { variant });
        if (!result.ok) throw new Error(result.error.message);
        expect(result.message.messageType).toBe(message.messageType);
        expect(result.message.parameters).toEqual(made.parameters);
        expect(result.warnings.filter(({ code }) => code !== "not-in-edition")).toEqual([]);
      }
    },
  );
});
