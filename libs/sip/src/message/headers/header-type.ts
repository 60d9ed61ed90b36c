import type { HeaderField } from "../header-field.ts";

/**
 * A header field that can be read and written: `message.get(RACK)?.cseq`. Each file of this folder has one or a family
 * of the same shape. Reading happens when asked for; what cannot be read is undefined and is still forwarded as it came.
 */
export interface HeaderType<T> {
  /** Lower-case long name, as in the index of a message. */
  readonly id: string;
  /** As its RFC prints it. */
  readonly name: string;
  /** A comma parts values, and several lines are one list (RFC 3261 §7.3.1). */
  readonly isList: boolean;
  parse(text: string): T | undefined;
  print(value: T): string;
}

export function headerType<T>(
  name: string,
  parse: (text: string) => T | undefined,
  print: (value: T) => string,
): HeaderType<T> {
  return { id: name.toLowerCase(), name, isList: false, parse, print };
}

export function listType<T>(
  name: string,
  parse: (text: string) => T | undefined,
  print: (value: T) => string,
): HeaderType<T> {
  return { id: name.toLowerCase(), name, isList: true, parse, print };
}

/** A header field to be sent, with all values of a list on one line. */
export function headerField<T>(type: HeaderType<T>, ...values: readonly T[]): HeaderField {
  return [type.name, values.map((value) => type.print(value)).join(", ")];
}
