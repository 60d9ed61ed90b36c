import { bits, type BitField, type BitValues } from "./fields.ts";
import type { OctetWriter } from "./octet-writer.ts";
import { writeText } from "./octet-fields.ts";
import { FieldFault, type Fields, type Part, type Simplify, type ValueNames } from "./parts.ts";

/** Address signals, Q.763 (12/1999) §3.9 f). */
export interface Digits {
  /** 0 to 9; code 11 is `b`, code 12 is `c`, spare codes `a`, `d`, `e`. The ST signal is not among them. */
  readonly digits: string;
  /** ST (code 15) ended the number: it is complete. */
  readonly stSignal: boolean;
}

const SIGNALS = "0123456789abcdef";
const ST = 0x0f;
const ODD = 0x80;

/** Both digits of an octet, the low nibble's first. */
const PAIRS: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => SIGNALS.charAt(octet & 0x0f) + SIGNALS.charAt(octet >> 4),
);

/** Code of an address signal by its character code; 0xff is none. */
const CODES = new Uint8Array(128).fill(0xff);
for (let code = 0; code < SIGNALS.length; code++) {
  CODES[SIGNALS.charCodeAt(code)] = code;
  CODES[SIGNALS.toUpperCase().charCodeAt(code)] = code;
}

/** Low nibble first; an odd number has a filler in the last high nibble. ST ends it, whatever stands behind. */
export function readDigits(octets: Uint8Array, at: number, end: number, isOdd: boolean, into: Fields): void {
  let digits = "";
  const last = end - 1;
  for (let index = at; index < end; index++) {
    const octet = octets[index] ?? 0;
    if ((octet & 0x0f) === ST) {
      into["digits"] = digits;
      into["stSignal"] = true;
      return;
    }
    if (index === last && isOdd) digits += SIGNALS.charAt(octet & 0x0f);
    else if (octet >> 4 === ST) {
      into["digits"] = digits + SIGNALS.charAt(octet & 0x0f);
      into["stSignal"] = true;
      return;
    } else digits += PAIRS[octet] ?? "";
  }
  into["digits"] = digits;
  into["stSignal"] = false;
}

/** Writes the digits, and tells whether they are odd in number. */
export function writeDigits(value: Fields, out: OctetWriter): boolean {
  const { digits, stSignal } = value;
  if (typeof digits !== "string") throw new FieldFault("digits", "no text");
  let low = -1;
  for (let index = 0; index < digits.length; index++) {
    const code = CODES[digits.charCodeAt(index)] ?? 0xff;
    if (code >= ST)
      throw new FieldFault("digits", `"${digits.charAt(index)}" in ${digits} is no address signal`);
    if (low < 0) low = code;
    else {
      out.push(low | (code << 4));
      low = -1;
    }
  }
  if (stSignal === true) {
    if (low < 0) low = ST;
    else {
      out.push(low | (ST << 4));
      low = -1;
    }
  }
  if (low >= 0) out.push(low);
  return low >= 0;
}

interface AddressOptions {
  /** Octets before the digits; b8 of `oddOctet` says whether they are odd in number. */
  readonly octets: number;
  readonly oddOctet?: number;
  /** Octets the standard wants at least: the digits may be missing. */
  readonly least?: number;
}

/**
 * Octets of fields, then digits up to the end. Odd or even is no field: it follows from the digits. An address that
 * ended within the fields does so after an edit, too, as long as it has no digits (T1.113 §3.8, NOA 0x74).
 */
export function address<const F extends Readonly<Record<string, BitField>>>(
  fields: F,
  { octets: count, oddOctet = 0, least = count }: AddressOptions,
): Part<Simplify<BitValues<F> & Digits>> {
  const header = bits(count, fields);
  return {
    least,
    fields: [...header.fields, { name: "digits", kind: "digits" }, { name: "stSignal", kind: "boolean" }],
    read(octets, at, end, into) {
      const next = header.read(octets, at, end, into);
      const isOdd = at + oddOctet < end && ((octets[at + oddOctet] ?? 0) & ODD) !== 0;
      readDigits(octets, next, end, isOdd, into);
      return Math.max(next, end);
    },
    write(value, out, base, at, end) {
      const from = out.length;
      header.write(value, out, base, at, end);
      const digitsAt = Math.min(at + count, Math.max(end, at));
      const old: Fields = {};
      let isOdd = base !== undefined && at + oddOctet < end && ((base[at + oddOctet] ?? 0) & ODD) !== 0;
      if (base !== undefined) readDigits(base, digitsAt, end, isOdd, old);
      const digits = value["digits"] ?? old["digits"];
      const stSignal = value["stSignal"] ?? old["stSignal"] ?? false;
      if (base !== undefined && digits === old["digits"] && stSignal === old["stSignal"]) {
        out.copy(base, digitsAt, end);
      } else isOdd = writeDigits({ digits, stSignal }, out);
      const octet = out.at(from + oddOctet);
      out.set(from + oddOctet, isOdd ? octet | ODD : octet & ~ODD);
      return Math.max(end, at);
    },
  };
}

interface BcdOptions {
  readonly octets: number;
  /** How many there are; all nibbles where it is not given. */
  readonly count?: (fields: Fields) => number;
  /** The first digit is in the high nibble, as in network identities (Q.763 (12/1999) §3.15, §3.34). */
  readonly isHighFirst?: boolean;
}

/** Digits in so many octets, two in each. */
export function packedDigits<K extends string>(
  name: K,
  { octets: length, count = () => 2 * length, isHighFirst = false }: BcdOptions,
): Part<Readonly<Record<K, string>>> {
  const swap = (octet: number): number => ((octet << 4) | (octet >> 4)) & 0xff;
  return {
    least: length,
    fields: [{ name, kind: "digits", width: 8 * length }],
    read(octets, at, end, into) {
      const next = Math.min(at + length, Math.max(at, end));
      let digits = "";
      for (let index = at; index < next; index++) {
        const octet = octets[index] ?? 0;
        digits += PAIRS[isHighFirst ? swap(octet) : octet] ?? "";
      }
      into[name] = digits.slice(0, count(into));
      return next;
    },
    write(value, out, base, at, end) {
      const next = base === undefined ? at : Math.min(at + length, Math.max(at, end));
      const given = value[name];
      if (given === undefined) {
        for (let index = 0; index < length; index++)
          out.push(at + index < next ? (base?.[at + index] ?? 0) : 0);
        return next;
      }
      if (typeof given !== "string" || given.length > 2 * length) {
        throw new FieldFault(name, `${JSON.stringify(given)} is not at most ${2 * length} digits`);
      }
      for (let index = 0; index < length; index++) {
        const octet = nibble(name, given, 2 * index) | (nibble(name, given, 2 * index + 1) << 4);
        out.push(isHighFirst ? swap(octet) : octet);
      }
      return next;
    },
  };
}

function nibble(name: string, digits: string, index: number): number {
  if (index >= digits.length) return 0;
  const code = CODES[digits.charCodeAt(index)] ?? 0xff;
  if (code > ST) throw new FieldFault(name, `"${digits.charAt(index)}" is no digit`);
  return code;
}

/** Encoding schemes of generic digits, Q.763 (12/1999) §3.24 a). */
const BCD_EVEN = 0;
const BCD_ODD = 1;
const IA5 = 2;

/** Q.763 (12/1999) §3.24: digits in BCD or IA5; any other scheme leaves octets. */
export function genericDigits(
  types: ValueNames,
  schemes: ValueNames,
): Part<{
  readonly typeOfDigits: string;
  readonly typeOfDigitsIndicator: number;
  readonly encodingScheme: string;
  readonly encodingSchemeIndicator: number;
  readonly digits?: string;
  readonly octets?: Uint8Array;
}> {
  const header = bits(1, {
    typeOfDigitsIndicator: { shift: 0, width: 5, names: types, initial: 0 },
    encodingSchemeIndicator: { shift: 5, width: 3, names: schemes, initial: 0 },
  });
  return {
    least: 2,
    fields: [
      ...header.fields,
      { name: "digits", kind: "text", isOptional: true },
      { name: "octets", kind: "octets", isOptional: true },
    ],
    read(octets, at, end, into) {
      const next = header.read(octets, at, end, into);
      const scheme = into["encodingSchemeIndicator"];
      if (scheme === BCD_EVEN || scheme === BCD_ODD) {
        let digits = "";
        for (let index = next; index < end; index++) digits += PAIRS[octets[index] ?? 0] ?? "";
        into["digits"] = scheme === BCD_ODD ? digits.slice(0, -1) : digits;
      } else if (scheme === IA5) {
        into["digits"] = String.fromCharCode(...octets.subarray(next, Math.max(next, end)));
      } else into["octets"] = octets.subarray(next, Math.max(next, end));
      return Math.max(next, end);
    },
    write(value, out, base, at, end) {
      const from = out.length;
      header.write(value, out, base, at, end);
      const scheme = out.at(from) >> 5;
      const { digits, octets } = value;
      if (octets instanceof Uint8Array && scheme > IA5) out.copy(octets);
      else if (digits === undefined) {
        if (base !== undefined) out.copy(base, Math.min(at + 1, end), end);
      } else if (scheme === IA5) writeText("digits", digits, undefined, out);
      else if (scheme > IA5) throw new FieldFault("digits", "this encoding scheme has octets");
      else {
        if (typeof digits !== "string") throw new FieldFault("digits", "no text");
        const count = Math.ceil(digits.length / 2);
        for (let index = 0; index < count; index++) {
          out.push(nibble("digits", digits, 2 * index) | (nibble("digits", digits, 2 * index + 1) << 4));
        }
        out.set(from, (out.at(from) & 0x1f) | ((digits.length % 2) << 5));
      }
      return Math.max(end, at);
    },
  };
}
