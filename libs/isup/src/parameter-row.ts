import { OctetWriter } from "./octet-writer.ts";
import { octets, type OctetsValue } from "./octet-fields.ts";
import { fieldsOf, isEqual, type Fields, type Part, type Simplify } from "./parts.ts";

/** Year of the edition of Q.763 that brought a parameter or a message. */
export type Edition = 1988 | 1992 | 1997 | 1999 | 2004 | 2006 | 2009;

/** One row of a table of parameters. */
export interface ParameterRow<D extends object = object, R extends boolean = boolean> {
  /** Parameter name code, 1 to 255. */
  readonly code: number;
  readonly part: Part<D>;
  /** Clause of Q.763 (12/1999), or the standard that has it. */
  readonly clause: string;
  /** May stand in a message several times: its value is a list. */
  readonly isRepeated: R;
  /** Fields are known; else the value is octets. */
  readonly isStructured: boolean;
  readonly since: Edition;
}

interface RowOptions {
  readonly since?: Edition;
}

/** A parameter that stands in a message once. */
export function row<D extends object>(
  code: number,
  clause: string,
  part: Part<D>,
  { since = 1988 }: RowOptions = {},
): ParameterRow<D, false> {
  return { code, clause, part, isRepeated: false, isStructured: true, since };
}

/** A parameter that may stand in a message several times. */
export function repeated<D extends object>(
  code: number,
  clause: string,
  part: Part<D>,
  { since = 1988 }: RowOptions = {},
): ParameterRow<D, true> {
  return { code, clause, part, isRepeated: true, isStructured: true, since };
}

const RAW = octets("octets");

/** A parameter known by its name alone. */
export function raw(
  code: number,
  clause: string,
  { since = 1988 }: RowOptions = {},
): ParameterRow<OctetsValue, false> {
  return { code, clause, part: RAW, isRepeated: false, isStructured: false, since };
}

/** What an encode takes: fields that are not given are as they were, or zero; or the content as it is. */
export type InputOf<D> = Simplify<
  (D extends { readonly digits: string } ? Pick<D, "digits"> : unknown) & { readonly [K in keyof D]?: D[K] }
>;

/** Content to value. What is missing reads as zero. */
export function decodeContent<D extends object>(part: Part<D>, content: Uint8Array): D {
  const fields: Fields = {};
  part.read(content, 0, content.length, fields);
  // The fields are those of the part that was read.
  return fields as D;
}

const scratch = new OctetWriter();

/**
 * Value to content. `base` is what the parameter had before: a value that says the same leaves it untouched, and
 * whatever no field holds stays as it was. A value of `octets` alone is the content, whatever the parameter.
 */
export function encodeContent(part: Part<object>, value: unknown, base?: Uint8Array): Uint8Array {
  scratch.reset();
  writeContent(part, value, scratch, base);
  return scratch.octets();
}

export function writeContent(part: Part<object>, value: unknown, out: OctetWriter, base?: Uint8Array): void {
  const fields = fieldsOf(value, "parameter");
  const given = fields["octets"];
  if (given instanceof Uint8Array && isSole(fields)) {
    out.copy(given);
    return;
  }
  if (base === undefined) {
    part.write(fields, out, undefined, 0, 0);
    return;
  }
  if (isEqual(decodeContent(part, base), fields)) {
    out.copy(base);
    return;
  }
  const end = part.write(fields, out, base, 0, base.length);
  if (end < base.length) out.copy(base, end);
}

function isSole(fields: Fields): boolean {
  for (const name in fields) if (name !== "octets") return false;
  return true;
}
