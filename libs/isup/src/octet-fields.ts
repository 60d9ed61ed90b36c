import type { OctetWriter } from "./octet-writer.ts";
import { FieldFault, type Part } from "./parts.ts";

/** A parameter whose fields nobody here reads. */
export interface OctetsValue {
  readonly octets: Uint8Array;
}

const LENGTH_MAX = 255;

interface OctetsOptions {
  /** Left out where there are none. */
  readonly isOptional?: boolean;
  /** As many and no more; the rest of the parameter where it is not given. */
  readonly length?: number;
  readonly least?: number;
}

/** Octets as they are. */
export function octets<K extends string>(
  name: K,
  options: OctetsOptions & { readonly isOptional: true },
): Part<Readonly<Partial<Record<K, Uint8Array>>>>;
export function octets<K extends string>(
  name: K,
  options?: OctetsOptions,
): Part<Readonly<Record<K, Uint8Array>>>;
export function octets<K extends string>(
  name: K,
  { isOptional = false, length, least = length ?? 0 }: OctetsOptions = {},
): Part<Readonly<Partial<Record<K, Uint8Array>>>> {
  return {
    least,
    fields: [{ name, kind: "octets", isOptional }],
    read(from, at, end, into) {
      const next = length === undefined ? Math.max(at, end) : Math.min(at + length, Math.max(at, end));
      if (next > at || !isOptional) into[name] = from.subarray(at, next);
      return next;
    },
    write(value, out, base, at, end) {
      const next = base === undefined ? at : this.read(base, at, end, {});
      const given = value[name];
      if (given === undefined) {
        if (base !== undefined) out.copy(base, at, next);
        else for (let index = 0; index < (length ?? 0); index++) out.push(0);
        return next;
      }
      if (!(given instanceof Uint8Array)) throw new FieldFault(name, "no octets");
      if (length !== undefined && given.length !== length) {
        throw new FieldFault(name, `${given.length} octets, ${length} are due`);
      }
      out.copy(given);
      return next;
    },
  };
}

/** Characters of IA5, one an octet; `length` of them, or up to the end. */
export function text<K extends string>(name: K, length?: number): Part<Readonly<Record<K, string>>> {
  return {
    least: length ?? 0,
    fields: [{ name, kind: "text" }],
    read(from, at, end, into) {
      const next = length === undefined ? Math.max(at, end) : Math.min(at + length, Math.max(at, end));
      let characters = "";
      for (let index = at; index < next; index++) characters += String.fromCharCode(from[index] ?? 0);
      into[name] = characters;
      return next;
    },
    write(value, out, base, at, end) {
      const next = base === undefined ? at : this.read(base, at, end, {});
      const given = value[name];
      if (given === undefined) {
        if (base !== undefined) out.copy(base, at, next);
        else for (let index = 0; index < (length ?? 0); index++) out.push(0x20);
      } else writeText(name, given, length, out);
      return next;
    },
  };
}

export function writeText(name: string, given: unknown, length: number | undefined, out: OctetWriter): void {
  if (typeof given !== "string") throw new FieldFault(name, "no text");
  if (length !== undefined && given.length !== length) {
    throw new FieldFault(name, `${given.length} characters, ${length} are due`);
  }
  for (let index = 0; index < given.length; index++) {
    const code = given.charCodeAt(index);
    if (code > 0xff) throw new FieldFault(name, `character ${index} is not one octet`);
    out.push(code);
  }
}

/** A part behind an octet that holds its length. A length that leads outside is cut to what is there. */
export function prefixed<D extends object>(part: Part<D>): Part<D> {
  const endOf = (from: Uint8Array, at: number, end: number): number =>
    at < end ? Math.min(at + 1 + (from[at] ?? 0), end) : at;
  return {
    least: 1 + part.least,
    fields: part.fields,
    read(from, at, end, into) {
      const next = endOf(from, at, end);
      part.read(from, Math.min(at + 1, next), next, into);
      return next;
    },
    write(value, out, base, at, end) {
      const next = base === undefined ? at : endOf(base, at, end);
      const lengthAt = out.length;
      out.push(0);
      part.write(value, out, base, Math.min(at + 1, next), next);
      const written = out.length - lengthAt - 1;
      if (written > LENGTH_MAX) throw new FieldFault("length", `${written} octets do not fit a length octet`);
      out.set(lengthAt, written);
      return next;
    },
  };
}
