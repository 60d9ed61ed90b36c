import type { IsupMessage, RawParameter } from "./message.ts";
import { PARAMETER_ROWS } from "./parameters.ts";

/** Octets as hexadecimal digits. */
export function hexOf(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text;
}

/** The octets of hexadecimal digits, white space between them allowed; undefined where it is none. */
export function octetsOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/**
 * JSON-safe form: parameters by name with their fields, octets as hex. `unknown` lists what has no name here, and a
 * parameter that came a second time where once is allowed.
 */
export interface IsupJson {
  readonly messageType: string;
  readonly variant: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Octets, as hex, behind the last one that could be read. */
  readonly trailing?: string;
}

export function isupToJson(message: IsupMessage): IsupJson {
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message.parameters)) parameters[name] = jsonOf(value);
  const unread = unplacedOf(message);
  if (unread.length > 0) {
    parameters["unknown"] = unread.map(({ name, code, octets }) => ({
      code,
      ...(name !== undefined && { name }),
      octets: hexOf(octets),
    }));
  }
  const { messageType, variant, trailing } = message;
  return { messageType, variant, parameters, ...(trailing.length > 0 && { trailing: hexOf(trailing) }) };
}

/** Parameters that `parameters` has no place for: codes without a name, and what came again. */
export function unplacedOf({ raw }: IsupMessage): readonly RawParameter[] {
  return raw.filter(
    ({ name }, index) =>
      name === undefined ||
      (!PARAMETER_ROWS[name].isRepeated && raw.findIndex((other) => other.name === name) < index),
  );
}

function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return value;
  const json: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) json[name] = jsonOf(each);
  return json;
}
