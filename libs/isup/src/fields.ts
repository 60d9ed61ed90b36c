import type { ValueNames } from "./names.ts";

/**
 * Content of a parameter, without its code and length. `decode` takes content of any length: what is missing reads as
 * zero. `encode` writes over `base`, the octets the value was decoded from: spare bits and octets behind stay.
 */
export interface ParameterCodec<T> {
  /** Octets the standard wants at least. */
  readonly minimum: number;
  decode(octets: Uint8Array): T;
  encode(value: T, base?: Uint8Array): Uint8Array;
}

/** A parameter whose fields nobody here reads. */
export interface OctetsValue {
  readonly octets: Uint8Array;
}

export const octets: ParameterCodec<OctetsValue> = {
  minimum: 0,
  decode: (content) => ({ octets: content }),
  encode: (value) => value.octets,
};

/** `content` over the beginning of `base`. */
export function over(base: Uint8Array | undefined, content: Uint8Array): Uint8Array {
  if (base === undefined || base.length <= content.length) return content;
  return Uint8Array.of(...content, ...base.subarray(content.length));
}

/** One octet with one meaning. */
export interface NamedValue {
  readonly value: number;
  /** Empty where the value is spare or national. */
  readonly name: string;
}

export function named(names: ValueNames): ParameterCodec<NamedValue> {
  return {
    minimum: 1,
    decode: ([first = 0]) => ({ value: first, name: names[first] ?? "" }),
    encode: ({ value }, base) => over(base, Uint8Array.of(value)),
  };
}

/** A field of bits: its first bit counted from b1 of the first octet, and its width. */
type BitField = readonly [shift: number, width: number];

/** Octets read as one little-endian number of bits A, B, C, … as Q.763 letters them. */
export function bits<K extends string>(
  length: number,
  fields: Readonly<Record<K, BitField>>,
  initial = 0,
): ParameterCodec<Readonly<Record<K, number>>> {
  const entries = Object.entries(fields) as [K, BitField][];
  const numberOf = (content: Uint8Array): number => {
    let all = 0;
    for (let index = 0; index < length; index++) all |= (content[index] ?? 0) << (8 * index);
    return all;
  };
  return {
    minimum: length,
    decode(content) {
      const all = numberOf(content);
      const value: Partial<Record<K, number>> = {};
      for (const [name, [shift, width]] of entries) value[name] = (all >> shift) & (2 ** width - 1);
      return value as Record<K, number>;
    },
    encode(value, base) {
      let all = base === undefined ? initial : numberOf(base);
      for (const [name, [shift, width]] of entries) {
        const mask = 2 ** width - 1;
        all = (all & ~(mask << shift)) | ((value[name] & mask) << shift);
      }
      return over(
        base,
        Uint8Array.from({ length }, (_, index) => (all >> (8 * index)) & 0xff),
      );
    },
  };
}
