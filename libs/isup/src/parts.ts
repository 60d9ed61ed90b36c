import type { OctetWriter } from "./octet-writer.ts";

/** Names of the values of a field. A value without one is spare, reserved or national. */
export type ValueNames = Readonly<Record<number, string>>;

/** The fields of a parameter, in the making. */
export type Fields = Record<string, unknown>;

/** What documentation and JSON Schema say about a field. */
export interface FieldInfo {
  readonly name: string;
  readonly kind: "integer" | "text" | "digits" | "octets" | "list" | "group" | "boolean" | "number";
  /** Bits of an integer. */
  readonly width?: number;
  readonly names?: ValueNames;
  /** Name of the field that holds the value in words. */
  readonly textName?: string;
  readonly isOptional?: boolean;
  /** Follows from the other fields: read, and not written. */
  readonly isDerived?: boolean;
  /** Fields of a group, or of each member of a list. */
  readonly fields?: readonly FieldInfo[];
}

/**
 * A piece of a parameter's content, a row's building block. `read` puts fields into `into` and says where it ended; what
 * is missing reads as zero. `write` writes those fields; one that is not given keeps the bits it has in `base`, octets
 * `at` to `end`, which the parameter had before. It says where its octets in `base` ended.
 */
export interface Part<D extends object> {
  /** Octets the standard wants at least. */
  readonly least: number;
  readonly fields: readonly FieldInfo[];
  read(octets: Uint8Array, at: number, end: number, into: Fields): number;
  write(value: Fields, out: OctetWriter, base: Uint8Array | undefined, at: number, end: number): number;
  /** Only for the type of a decoded value. */
  readonly decoded?: D;
}

/** A field cannot be written as given: the caller's fault, or that of a JSON text. */
export class FieldFault extends TypeError {
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

export type Simplify<T> = { [K in keyof T]: T[K] };

type Decoded<P> = P extends Part<infer D> ? D : never;
type Joined<P extends readonly unknown[]> = P extends readonly [infer First, ...infer Rest]
  ? Decoded<First> & Joined<Rest>
  : object;

/** Parts one behind the other. */
export function sequence<const P extends readonly Part<object>[]>(...parts: P): Part<Simplify<Joined<P>>> {
  return {
    least: parts.reduce((sum, { least }) => sum + least, 0),
    fields: parts.flatMap(({ fields }) => fields),
    read(octets, at, end, into) {
      let next = at;
      for (const part of parts) next = part.read(octets, next, end, into);
      return next;
    },
    write(value, out, base, at, end) {
      let next = at;
      for (const part of parts) next = part.write(value, out, base, next, end);
      return next;
    },
  };
}

/**
 * A part that is there only where `isThere` sees it (by the octet that comes, or by fields before it), and is written
 * where its first field is given.
 */
export function optional<D extends object>(
  part: Part<D>,
  isThere: (octets: Uint8Array, at: number, fields: Fields) => boolean,
): Part<Partial<D>> {
  const names = part.fields.flatMap(({ name, textName }) =>
    textName === undefined ? [name] : [name, textName],
  );
  return {
    least: 0,
    fields: part.fields.map((field) => ({ ...field, isOptional: true })),
    read: (octets, at, end, into) =>
      at < end && isThere(octets, at, into) ? part.read(octets, at, end, into) : at,
    write(value, out, base, at, end) {
      const before: Fields = { ...value };
      const isInBase = base !== undefined && at < end && isThere(base, at, before);
      const isGiven = names.some((name) => value[name] !== undefined);
      if (isGiven) return part.write(value, out, isInBase ? base : undefined, at, isInBase ? end : at);
      return isInBase ? part.read(base, at, end, {}) : at;
    },
  };
}

/** A field with fields of its own. */
export function group<K extends string, D extends object>(
  name: K,
  part: Part<D>,
): Part<Readonly<Record<K, D>>> {
  return {
    least: part.least,
    fields: [{ name, kind: "group", fields: part.fields }],
    read(octets, at, end, into) {
      const fields: Fields = {};
      const next = part.read(octets, at, end, fields);
      into[name] = fields;
      return next;
    },
    write: (value, out, base, at, end) => part.write(fieldsOf(value[name] ?? {}, name), out, base, at, end),
  };
}

/** Items up to the end of the parameter. An item that is as it was in `base` keeps its octets. */
export function list<K extends string, D extends object>(
  name: K,
  item: Part<D>,
  least = 1,
): Part<Readonly<Record<K, readonly D[]>>> {
  return {
    least,
    fields: [{ name, kind: "list", fields: item.fields }],
    read(octets, at, end, into) {
      const items: Fields[] = [];
      let next = at;
      while (next < end) {
        const fields: Fields = {};
        // An item takes an octet at least: a length of zero would never end.
        next = Math.max(item.read(octets, next, end, fields), next + 1);
        items.push(fields);
      }
      into[name] = items;
      return next;
    },
    write(value, out, base, at, end) {
      const given = value[name];
      if (given === undefined && base !== undefined) {
        out.copy(base, at, end);
        return end;
      }
      if (!Array.isArray(given)) throw new FieldFault(name, "no list");
      let from = at;
      for (const each of given as readonly unknown[]) {
        const fields = fieldsOf(each, name);
        const old: Fields = {};
        const to =
          base !== undefined && from < end ? Math.max(item.read(base, from, end, old), from + 1) : from;
        if (base !== undefined && to > from && isEqual(fields, old)) out.copy(base, from, to);
        else item.write(fields, out, to > from ? base : undefined, from, to);
        from = to;
      }
      return end;
    },
  };
}

/** Fields that follow from those before them, for who reads: an encode takes no notice of them. */
export function derived<D extends object>(
  fields: readonly FieldInfo[],
  compute: (into: Fields) => Fields | undefined,
): Part<D> {
  return {
    least: 0,
    fields: fields.map((field) => ({ ...field, isDerived: true })),
    read(_octets, at, _end, into) {
      const more = compute(into);
      if (more !== undefined) Object.assign(into, more);
      return at;
    },
    write: (_value, _out, _base, at) => at,
  };
}

export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FieldFault(name, "no object");
}

/** Whether two values of parameters are the same, octets and lists by what is in them. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return (
      a instanceof Uint8Array &&
      b instanceof Uint8Array &&
      a.length === b.length &&
      a.every((octet, index) => octet === b[index])
    );
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => isEqual((a as Fields)[name], (b as Fields)[name]))
  );
}
