import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import {
  decodeIsup,
  hexOf,
  isupOctets,
  octetsOfHex,
  type IsupMessage,
  type RawParameter,
} from "@tandem/isup";
import { randomMessage, SeededOctets, vocabularyOf } from "@tandem/isup/testing";
import { NOT_COMPARED, ourValueAt, PASSED_OVER, PLACES, type Values } from "./isup-pycrate-fields.ts";
import { FAULTS, type Fault } from "./isup-pycrate-faults.ts";
import { readMessages, readParameters, type PycrateError, type PycrateParameter } from "./isup-pycrate.ts";

/** pycrate knows the ITU's ISUP, of 12/1999, and no other. */
const VARIANT = "itu-t99";
const MESSAGES = 5_000;
const SEED = 2_020;
const OPTIONAL_MAX = 5;

/** Some 35,000 fields are compared; far fewer would be a reading that failed. */
const COMPARISONS_MIN = 30_000;

/** Tells people of each fault. */
const PAGE = readFileSync(new URL("../../docs/protocol/isup-sources.md", import.meta.url), "utf8");

const { messages, parameters } = vocabularyOf(VARIANT);

/** Every message type in turn, every parameter in turn. */
function generated(): readonly IsupMessage[] {
  const random = new SeededOctets(SEED);
  let next = 0;
  return Array.from({ length: MESSAGES }, (_, index) => {
    const reader = messages[index % messages.length];
    if (reader === undefined) throw new Error("no messages");
    const count = reader.hasOptional ? 1 + random.below(OPTIONAL_MAX) : 0;
    const names = Array.from({ length: count }, () => parameters[next++ % parameters.length]?.name);
    const optional = names.filter((name) => name !== undefined);
    const made = randomMessage(reader, VARIANT, optional, random);
    const result = decodeIsup(isupOctets(made.messageType, made.parameters, { variant: VARIANT }), {
      variant: VARIANT,
    });
    if (!result.ok) throw new Error(result.error.message);
    return result.message;
  });
}

/** The decoded value of that very parameter. */
function valueOf(message: IsupMessage, raw: RawParameter): Values {
  const value = raw.name && (message.parameters as Values)[raw.name];
  if (!Array.isArray(value)) return value as Values;
  return value[message.raw.filter(({ name }) => name === raw.name).indexOf(raw)] as Values;
}

/** Our value in pycrate's form: octets as a number or in hex, as it shows them. */
function asShown(ours: unknown, theirs: number | string): unknown {
  if (!(ours instanceof Uint8Array)) return ours;
  return typeof theirs === "number" ? ours.reduce((all, octet) => all * 256 + octet, 0) : hexOf(ours);
}

/** What pycrate is known to be wrong about in a parameter. */
function faultsIn(raw: { readonly name: string | undefined; readonly octets: Uint8Array }): readonly Fault[] {
  const { name = "", octets } = raw;
  return FAULTS.filter((fault) => fault.parameters.includes(name) && fault.isIn?.(octets) !== false);
}

interface Comparison {
  readonly compared: number;
  readonly differences: readonly string[];
}

function compare(raw: RawParameter, value: Values, read: PycrateParameter | PycrateError): Comparison {
  const faults = faultsIn(raw);
  const isKnown = (field: string): boolean => faults.some(({ fields }) => fields.includes(field));
  const text = `${raw.name ?? ""} ${hexOf(raw.octets)}`;
  if ("error" in read)
    return { compared: 0, differences: isKnown("error") ? [] : [`${text}: ${read.error}`] };
  const places = PLACES[raw.name ?? ""] ?? {};
  const differences: string[] = [];
  let compared = 0;
  for (const [field, index, theirs] of read.fields) {
    if (PASSED_OVER.has(field) || isKnown(field)) continue;
    const place = places[field];
    const ours = place === undefined ? "no comparison" : asShown(ourValueAt(place, value, index), theirs);
    if (ours === theirs) compared += 1;
    else differences.push(`${text}: ${field} is ${theirs}, here ${String(ours)}`);
  }
  const isWhole = read.hex === hexOf(raw.octets) || isKnown("octets");
  return { compared, differences: isWhole ? differences : [...differences, `${text}: again ${read.hex}`] };
}

/** A parameter in a message that may have any: FAC. */
function decoded(code: number, octets: Uint8Array): Values {
  const FAC = 0x33;
  const result = decodeIsup(Uint8Array.of(FAC, 1, code, octets.length, ...octets, 0), { variant: VARIANT });
  if (!result.ok) throw new Error(result.error.message);
  const [raw] = result.message.raw;
  if (raw === undefined) throw new Error("no parameter");
  return valueOf(result.message, raw);
}

describe("pycrate and itu-t99", () => {
  const cases = generated();
  const all = cases.flatMap((message) => message.raw.map((raw) => ({ raw, value: valueOf(message, raw) })));
  const compared = all.filter(({ raw }) => Object.hasOwn(PLACES, raw.name ?? ""));

  it(`reads every field of the parameters of ${MESSAGES} messages as we do`, () => {
    const read = readParameters(compared.map(({ raw }) => raw));
    expect(read).toHaveLength(compared.length);
    const differences: string[] = [];
    const seen = new Map<string, number>();
    compared.forEach(({ raw, value }, index) => {
      const result = compare(raw, value, read[index] ?? { error: "no answer" });
      differences.push(...result.differences);
      seen.set(raw.name ?? "", (seen.get(raw.name ?? "") ?? 0) + result.compared);
    });
    expect(differences).toEqual([]);
    const known = [...seen.keys(), ...Object.keys(NOT_COMPARED)];
    expect(known.sort()).toEqual(parameters.map(({ name }): string => name).sort());
    expect([...seen].filter(([, count]) => count === 0)).toEqual([["pivotStatus", 0]]);
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(COMPARISONS_MIN);
  });

  it("finds the same parameters in messages of every type that it knows", () => {
    const read = readMessages(cases.map(({ octets }) => octets));
    const types = new Set<string>();
    const differences: string[] = [];
    cases.forEach((message, index) => {
      const theirs = read[index];
      if (theirs === undefined || "error" in theirs) return;
      // One parameter that it reads too short or too long moves all behind it; a repeated one replaces the first.
      const codes = message.raw.map(({ code }) => code);
      const isReadable = message.raw.every(
        (raw) => faultsIn(raw).length === 0 && Object.hasOwn(PLACES, raw.name ?? ""),
      );
      if (!isReadable || new Set(codes).size < codes.length) return;
      types.add(message.messageType);
      const ours = message.raw.map(({ code, octets }) => `${code} ${hexOf(octets)}`).sort();
      const shown = theirs.parameters.map(([code, hex]) => `${code} ${hex}`).sort();
      if (ours.join() !== shown.join())
        differences.push(`${hexOf(message.octets)}: ${shown.join()}, here ${ours.join()}`);
    });
    expect(differences).toEqual([]);
    expect(types.size).toBeGreaterThan(30);
  });

  it.each(FAULTS)("is wrong where we say that it is: $reason", (fault) => {
    const octets = octetsOfHex(fault.octets) ?? new Uint8Array(0);
    const [name = ""] = fault.parameters;
    const code = parameters.find((each) => each.name === name)?.code ?? 0;
    expect(faultsIn({ name, octets })).toContain(fault);
    const line = PAGE.split("\n").find((each) => each.includes(`| \`${fault.octets}\` `));
    expect(line).toContain(fault.reason);
    const [read] = readParameters([{ code, octets }]);
    const [field = ""] = fault.fields;
    if (read === undefined) throw new Error("no answer");
    if ("error" in read) expect([field, read.error]).toEqual(["error", fault.pycrate]);
    else if (field === "octets") expect(read.hex).toBe(fault.pycrate);
    else {
      expect(read.fields.find(([each]) => each === field)?.[2]).toBe(fault.pycrate);
      expect(
        asShown(ourValueAt(PLACES[name]?.[field] ?? "", decoded(code, octets), 0), fault.pycrate),
      ).not.toBe(fault.pycrate);
    }
  });
});
