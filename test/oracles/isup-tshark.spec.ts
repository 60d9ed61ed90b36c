import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import {
  decodeIsup,
  hexOf,
  isupOctets,
  octetsOfHex,
  type IsupMessage,
  type IsupVariant,
  type RawParameter,
} from "@tandem/isup";
import { randomMessage, SeededOctets, vocabularyOf } from "@tandem/isup/testing";
import { COMPARED, OCTETS, PASSED_OVER } from "./isup-tshark-fields.ts";
import { dissect, type Signalling, type TsharkField } from "./isup-tshark.ts";

/** Of each family; together more than 5,000. */
const MESSAGES = 2_600;
const SEED = 1_999;

/** Some 14,000 fields of each family are compared; far fewer would be a dissection that failed. */
const COMPARISONS_MIN = 12_000;

/** Parameters in an optional part: few, so that what tshark cannot read does not hide the others. */
const OPTIONAL_MAX = 4;

interface Case {
  readonly octets: Uint8Array;
  readonly message: IsupMessage;
}

/** Every message type in turn, every parameter in turn. */
function generated(variant: IsupVariant): readonly Case[] {
  const random = new SeededOctets(SEED);
  const { messages, parameters } = vocabularyOf(variant);
  let next = 0;
  return Array.from({ length: MESSAGES }, (_, index) => {
    const reader = messages[index % messages.length];
    if (reader === undefined) throw new Error("no messages");
    const count = reader.hasOptional ? 1 + random.below(OPTIONAL_MAX) : 0;
    const names = Array.from({ length: count }, () => parameters[next++ % parameters.length]?.name);
    const optional = names.filter((name) => name !== undefined);
    const made = randomMessage(reader, variant, optional, random);
    const octets = isupOctets(made.messageType, made.parameters, { variant });
    const result = decodeIsup(octets, { variant });
    if (!result.ok) throw new Error(result.error.message);
    return { octets, message: result.message };
  });
}

/** Where tshark 4.0 is wrong; the octets show it. What it says of such fields is not compared with ours. */
interface Fault {
  readonly reason: string;
  readonly fields: readonly string[];
  readonly signalling: Signalling;
  /** Parameters it is wrong about; all where it is not given. */
  readonly isIn?: (raw: RawParameter) => boolean;
  readonly octets: string;
  readonly tshark: number;
  readonly ours: number;
}

/** Tells people of each fault. */
const PAGE = readFileSync(new URL("../../docs/protocol/isup-sources.md", import.meta.url), "utf8");

const SPC = "isup.signalling_point_code";
const FAULTS: readonly Fault[] = [
  {
    reason: "the point code has its least significant octet first (Q.763 (12/1999) §3.8)",
    fields: [SPC],
    signalling: "ITU",
    octets: "08010105000001010200",
    tshark: 0x0102,
    ours: 0x0201,
  },
  {
    reason: "as in call reference (Q.763 (12/1999) §3.40)",
    fields: ["isup.origination_isc_point_code"],
    signalling: "ITU",
    octets: "08012b02010200",
    tshark: 0x0102,
    ours: 0x0201,
  },
  {
    reason: "ANSI's point code has three octets, least significant first (T1.113)",
    fields: [SPC, "isup.protocol_class", "isup.credit"],
    signalling: "ANSI",
    octets: "0801010600000101020300",
    tshark: 0x0102,
    ours: 0x030201,
  },
  {
    reason: "as in call reference",
    fields: ["isup.origination_isc_point_code"],
    signalling: "ANSI",
    octets: "08012b02010200",
    tshark: 0x0102,
    ours: 0x0201,
  },
  {
    reason: "bit 8 of octet 1 is 0: octet 1a follows (Q.850 §2.1); it reads ITU's so, and not ANSI's",
    fields: ["isup.cause_indicator", "isup.diagnostic"],
    signalling: "ANSI",
    isIn: ({ name, octets: [first = 0] }) => name === "causeIndicators" && (first & 0x80) === 0,
    octets: "0c02000305ac90",
    tshark: 0x2c,
    ours: 0x10,
  },
];

/** For contexts above 3 tshark reads addresses behind octet 3; here they are octets of the application. */
const APPLICATION_HEADER_OCTETS = 4;

function isLeftOut({ name, offset }: TsharkField, raw: RawParameter, signalling: Signalling): boolean {
  if (PASSED_OVER.has(name)) return true;
  // Into information elements whose content is octets here.
  if (raw.name === "accessTransport" && name.startsWith("q931.")) return true;
  if (raw.name === "applicationTransport" && !COMPARED_IN_APPLICATION.has(name)) {
    return offset - raw.offset >= APPLICATION_HEADER_OCTETS - 1;
  }
  return FAULTS.some(
    (fault) => fault.signalling === signalling && fault.fields.includes(name) && fault.isIn?.(raw) !== false,
  );
}

const COMPARED_IN_APPLICATION = new Set([
  "isup.APM_slr",
  "isup.APM_Sequence_ind",
  "isup.apm_segmentation_ind",
]);

/** What tshark shows no field of that has a name: their place is right, or the field before them would be wrong. */
const UNNAMED: Readonly<Record<Signalling, readonly string[]>> = {
  ITU: [
    "facilityIndicator",
    "signallingPointCode",
    "originationIscPointCode",
    "redirectCapability",
    "redirectCounter",
  ],
  ANSI: [
    "facilityIndicator",
    "signallingPointCode",
    "originationIscPointCode",
    "redirectCapability",
    "redirectCounter",
    "carrierIdentification",
  ],
};

type Values = Readonly<Record<string, unknown>>;

/** The decoded value of that very parameter. */
function valueOf({ message }: Case, raw: RawParameter): Values | undefined {
  const value = raw.name && (message.parameters as Values)[raw.name];
  if (!Array.isArray(value)) return value as Values | undefined;
  return value[message.raw.filter(({ name }) => name === raw.name).indexOf(raw)] as Values | undefined;
}

/** tshark shows numbers as decimal or as hexadecimal ones. */
function isSame(ours: unknown, shown: string): boolean {
  return typeof ours === "number" ? Number(shown) === ours : shown === ours;
}

interface Comparison {
  readonly compared: readonly string[];
  readonly differences: readonly string[];
}

function compare(
  each: Case,
  raw: RawParameter,
  fields: readonly TsharkField[],
  signalling: Signalling,
): Comparison {
  const value = valueOf(each, raw) ?? {};
  const compared: string[] = [];
  const differences: string[] = [];
  const end = raw.offset + raw.octets.length;
  for (const field of fields) {
    const { name, offset, length } = field;
    if (offset < raw.offset || offset >= end || isLeftOut(field, raw, signalling)) continue;
    const expected = COMPARED.get(name);
    let ours: unknown;
    if (OCTETS.has(name) && offset === raw.offset && length === raw.octets.length) {
      ours = hexOf(raw.octets).replace(/..(?=.)/g, "$&:");
    } else if (expected !== undefined) ours = expected(value, offset - raw.offset, raw.octets);
    else if (name.startsWith("isup.")) ours = "no comparison";
    else continue;
    if (isSame(ours, field.value)) compared.push(name);
    else {
      const text = `${raw.name ?? ""} ${hexOf(raw.octets)}: ${name} at ${offset - raw.offset}`;
      differences.push(`${text} is ${field.value}, here ${String(ours)}`);
    }
  }
  return { compared, differences };
}

describe.each<[IsupVariant, Signalling]>([
  ["itu-t92+", "ITU"],
  ["ansi00", "ANSI"],
])("tshark and %s", (variant, signalling) => {
  const cases = generated(variant);
  const dissected = dissect(
    cases.map(({ octets }) => octets),
    signalling,
  );

  it(`sees ${MESSAGES} messages of every type as they are`, () => {
    expect(dissected).toHaveLength(MESSAGES);
    cases.forEach(({ message }, index) => {
      const type = dissected[index]?.find(({ name }) => name === "isup.message_type");
      expect(type).toMatchObject({ offset: 0, value: String(message.typeCode) });
    });
  });

  it("reads every field as we do", () => {
    const differences: string[] = [];
    const seen = new Map<string, number>();
    cases.forEach((each, index) => {
      for (const raw of each.message.raw) {
        const result = compare(each, raw, dissected[index] ?? [], signalling);
        differences.push(...result.differences);
        if (raw.name !== undefined) seen.set(raw.name, (seen.get(raw.name) ?? 0) + result.compared.length);
      }
    });
    expect(differences).toEqual([]);
    const { parameters } = vocabularyOf(variant);
    expect([...seen.keys()].sort()).toEqual(parameters.map(({ name }): string => name).sort());
    const unseen = [...seen].filter(([, count]) => count === 0).map(([name]) => name);
    expect(unseen.sort()).toEqual([...UNNAMED[signalling]].sort());
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(COMPARISONS_MIN);
  });

  it("is wrong where we say that it is", () => {
    for (const { octets, fields, tshark, ours } of FAULTS.filter(
      (fault) => fault.signalling === signalling,
    )) {
      expect(PAGE).toContain(`| \`${octets}\` `);
      const message = octetsOfHex(octets) ?? new Uint8Array(0);
      const found = dissect([message], signalling)[0]?.find(({ name }) => name === fields[0]);
      expect([octets, Number(found?.value)]).toEqual([octets, tshark]);
      const decoded = decodeIsup(message, { variant });
      const values = decoded.ok ? Object.values(decoded.message.parameters as Values) : [];
      expect(values.flatMap((value) => Object.values(value as Values))).toContain(ours);
    }
  });
});
