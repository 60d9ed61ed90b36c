import type { OctetWriter } from "./octet-writer.ts";
import { FieldFault, type FieldInfo, type Fields, type Part, type ValueNames } from "./parts.ts";

/** Some bits: the first counted from b1 of the first octet, and how many. */
export interface BitField<N extends ValueNames | undefined = ValueNames | undefined> {
  readonly shift: number;
  readonly width: number;
  readonly names: N;
  /** Value where neither the caller nor the octets before give one. */
  readonly initial: number;
}

/** One bit, 0 or 1. */
export const flag = (shift: number): BitField<undefined> => ({
  shift,
  width: 1,
  names: undefined,
  initial: 0,
});

/** A number. */
export const number = (shift: number, width: number): BitField<undefined> => ({
  shift,
  width,
  names: undefined,
  initial: 0,
});

/** A number whose values have names; the name stands in a field of its own, see {@link TextName}. */
export const coded = (
  shift: number,
  width: number,
  names: ValueNames,
  initial = 0,
): BitField<ValueNames> => ({
  shift,
  width,
  names,
  initial,
});

type BitFields = Readonly<Record<string, BitField>>;

/** Where the name of a value stands: `value` → `name`, `xIndicator` and `xValue` → `x`, `other` → `otherName`. */
export type TextName<K extends string> = K extends "value"
  ? "name"
  : K extends `${infer Base}Indicator`
    ? Base
    : K extends `${infer Base}Value`
      ? Base
      : `${K}Name`;

export function textNameOf(name: string): string {
  if (name === "value") return "name";
  const base = /^(.+)(?:Indicator|Value)$/.exec(name)?.[1];
  return base ?? `${name}Name`;
}

export type BitValues<F extends BitFields> = Readonly<Record<keyof F & string, number>> & {
  readonly [K in keyof F & string as F[K] extends BitField<ValueNames> ? TextName<K> : never]: string;
};

interface BitEntry extends BitField {
  readonly name: string;
  readonly textName: string;
  readonly mask: number;
  /** Names by value. */
  readonly words: readonly string[] | undefined;
}

function entriesOf(fields: BitFields): readonly BitEntry[] {
  return Object.entries(fields).map(([name, field]) => {
    const { names, width } = field;
    const words = names && Array.from({ length: 2 ** width }, (_, value) => names[value] ?? "");
    return {
      ...field,
      name,
      textName: names === undefined ? "" : textNameOf(name),
      mask: 2 ** width - 1,
      words,
    };
  });
}

function infosOf(fields: BitFields, isOptional = false): readonly FieldInfo[] {
  return Object.entries(fields).map(([name, { width, names }]) => ({
    name,
    kind: "integer",
    width,
    ...(names && { names, textName: textNameOf(name) }),
    ...(isOptional && { isOptional }),
  }));
}

/** What a field is to be: as a number, else by its name. */
function givenOf(value: Fields, { name, textName, words, mask }: BitEntry): number | undefined {
  const given = value[name];
  if (given !== undefined) {
    if (typeof given === "number" && Number.isInteger(given) && given >= 0 && given <= mask) return given;
    throw new FieldFault(name, `${JSON.stringify(given)} is no number from 0 to ${mask}`);
  }
  const text = words && value[textName];
  if (text === undefined || text === "") return undefined;
  const found = typeof text === "string" ? (words?.indexOf(text) ?? -1) : -1;
  if (found < 0) throw new FieldFault(textName, `${JSON.stringify(text)} is none of its names`);
  return found;
}

interface BitsOptions {
  /** Bits where neither a field nor the octets before say anything: extension bits, mostly. */
  readonly initial?: number;
}

/** Octets read as one little-endian number of bits A, B, C, … as Q.763 letters them. */
export function bits<const F extends BitFields>(
  length: number,
  fields: F,
  { initial = 0 }: BitsOptions = {},
): Part<BitValues<F>> {
  const entries = entriesOf(fields);
  const start = entries.reduce((all, entry) => all | (entry.initial << entry.shift), initial);
  return {
    least: length,
    fields: infosOf(fields),
    read(octets, at, end, into) {
      const available = Math.min(length, Math.max(end - at, 0));
      const all = bitsAt(octets, at, available);
      for (const entry of entries) {
        const value = (all >>> entry.shift) & entry.mask;
        into[entry.name] = value;
        if (entry.words !== undefined) into[entry.textName] = entry.words[value];
      }
      return at + available;
    },
    write(value, out, base, at, end) {
      const before = base === undefined ? 0 : Math.min(length, Math.max(end - at, 0));
      let all = base === undefined ? start : bitsAt(base, at, before);
      for (const entry of entries) {
        const given = givenOf(value, entry);
        if (given === undefined) continue;
        all = (all & ~(entry.mask << entry.shift)) | (given << entry.shift);
      }
      for (let index = 0; index < length; index++) out.push((all >>> (8 * index)) & 0xff);
      return at + before;
    },
  };
}

function bitsAt(octets: Uint8Array, at: number, count: number): number {
  let all = 0;
  for (let index = 0; index < count; index++) all |= (octets[at + index] ?? 0) << (8 * index);
  return all;
}

type Later<F extends readonly BitFields[]> = F extends readonly [infer First, ...infer Rest]
  ? Partial<BitValues<First & BitFields>> & Later<Rest extends readonly BitFields[] ? Rest : []>
  : object;

/** Octets that must remain behind a chain of extensions: less, and the extension bit is not believed. */
interface ExtendedOptions {
  readonly leaves?: number;
  /** Octets that the chain has at most, whatever the extension bit of the last says. */
  readonly most?: number;
  /** Bits of the first octet that always stand so. */
  readonly initial?: number;
}

/**
 * An octet that goes on where its b8 is 0, with the fields of each (Q.763 (12/1999) §1.11, Q.931 §4.5.1). Octets behind
 * the last that has fields are passed over, and kept in an edit.
 */
export function extended<const F extends BitFields, const R extends readonly BitFields[]>(
  first: F,
  rest: R,
  { leaves = 0, most = Infinity, initial = 0 }: ExtendedOptions = {},
): Part<BitValues<F> & Later<R>> {
  const octetFields = [first, ...rest].map(entriesOf);
  const endOf = (octets: Uint8Array, at: number, end: number): number => {
    let next = at;
    while (next < end) {
      const octet = octets[next++] ?? 0;
      if ((octet & 0x80) !== 0 || next - at >= most || next + leaves >= end) break;
    }
    return next;
  };
  return {
    least: 1,
    fields: [...infosOf(first), ...rest.flatMap((fields) => infosOf(fields, true))],
    read(octets, at, end, into) {
      const next = endOf(octets, at, end);
      const count = Math.max(next - at, 1);
      for (let index = 0; index < count && index < octetFields.length; index++) {
        const octet = octets[at + index] ?? 0;
        for (const entry of octetFields[index] ?? []) {
          const value = (at + index < end ? octet >> entry.shift : 0) & entry.mask;
          into[entry.name] = value;
          if (entry.words !== undefined) into[entry.textName] = entry.words[value];
        }
      }
      return next;
    },
    write(value, out, base, at, end) {
      const next = base === undefined ? at : endOf(base, at, end);
      const octets: number[] = [];
      octetFields.forEach((entries, index) => {
        let octet = at + index < next ? (base?.[at + index] ?? 0) : undefined;
        if (octet === undefined && index === 0) octet = initial | startOf(entries);
        for (const entry of entries) {
          const given = givenOf(value, entry);
          if (given === undefined) continue;
          octet = ((octet ?? startOf(entries)) & ~(entry.mask << entry.shift)) | (given << entry.shift);
        }
        if (octet !== undefined) octets[index] = octet;
      });
      for (let index = octetFields.length; at + index < next; index++)
        octets[index] = base?.[at + index] ?? 0;
      writeChain(octets, out);
      return next;
    },
  };
}

function startOf(entries: readonly BitEntry[]): number {
  return entries.reduce((all, { initial, shift }) => all | (initial << shift), 0);
}

/** All but the last say that another follows; one that has none of its fields in between is zero. */
function writeChain(octets: readonly number[], out: OctetWriter): void {
  for (let index = 0; index < octets.length; index++) {
    const octet = (octets[index] ?? 0) & 0x7f;
    out.push(index === octets.length - 1 ? octet | 0x80 : octet);
  }
}

/** One octet with one meaning. */
export interface NamedValue {
  readonly value: number;
  /** Empty where the value is spare or national. */
  readonly name: string;
}

export function named(names: ValueNames): Part<NamedValue> {
  return bits(1, { value: coded(0, 8, names) });
}

/** A number, most significant octet first. */
export function integer<K extends string>(name: K, length: number): Part<Readonly<Record<K, number>>> {
  const most = 2 ** (8 * length) - 1;
  return {
    least: length,
    fields: [{ name, kind: "integer", width: 8 * length }],
    read(octets, at, end, into) {
      let value = 0;
      for (let index = 0; index < length; index++) {
        value = value * 256 + (at + index < end ? (octets[at + index] ?? 0) : 0);
      }
      into[name] = value;
      return Math.min(at + length, Math.max(at, end));
    },
    write(value, out, base, at, end) {
      const given = value[name];
      const old: Fields = {};
      const next = base === undefined ? at : this.read(base, at, end, old);
      const number = given ?? old[name] ?? 0;
      if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > most) {
        throw new FieldFault(name, `${JSON.stringify(given)} is no number from 0 to ${most}`);
      }
      for (let index = length - 1; index >= 0; index--) out.push(Math.floor(number / 256 ** index) & 0xff);
      return next;
    },
  };
}
