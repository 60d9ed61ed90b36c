import { editIsup, isupOctets, type ParameterChanges, type RawInput } from "./build.ts";
import { decodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import type { IsupMessage, IsupWarning, RawParameter } from "./message.ts";
import type { MessageType } from "./messages.ts";
import { isParameterName, PARAMETER_ROWS } from "./parameters.ts";
import { FieldFault, isEqual, type FieldInfo, type Fields } from "./parts.ts";
import { readerOf, variantOf, variantTables, type IsupVariant } from "./variants.ts";

/**
 * JSON-safe form: parameters by name with their fields, octets as hex. `unknown` lists what has no name here, and a
 * parameter that came a second time where once is allowed.
 */
export interface IsupJson {
  readonly messageType: string;
  /** Where the type has no name: its code. */
  readonly typeCode?: number;
  readonly variant: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Octets, as hex, behind the last one that could be read. */
  readonly trailing?: string;
  /** All octets, as hex, where the fields alone would give others: spare bits, order, odd pointers, trailing octets. */
  readonly octets?: string;
}

export function isupToJson(message: IsupMessage): IsupJson {
  const unread = unplacedOf(message);
  const parameters = parametersOf(message, unread, hexOf);
  const { messageType, typeCode, variant, trailing, octets } = message;
  return {
    messageType,
    ...(messageType === "unknown" && { typeCode }),
    variant,
    parameters,
    ...(trailing.length > 0 && { trailing: hexOf(trailing) }),
    ...(!isPlain(message, unread) && { octets: hexOf(octets) }),
  };
}

/** The parameters of the JSON form alone, with octets in a form of one's own: what is wanted where the octets go along. */
export function parametersToJson(
  message: IsupMessage,
  octetsToText: (octets: Uint8Array) => string,
): IsupJson["parameters"] {
  return parametersOf(message, unplacedOf(message), octetsToText);
}

function parametersOf(
  message: IsupMessage,
  unread: readonly RawParameter[],
  octetsToText: (octets: Uint8Array) => string,
): IsupJson["parameters"] {
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message.parameters))
    parameters[name] = jsonOf(value, octetsToText);
  if (unread.length > 0) {
    parameters["unknown"] = unread.map(({ name, code, octets }) => ({
      code,
      ...(name !== undefined && { name }),
      octets: octetsToText(octets),
    }));
  }
  return parameters;
}

/** Whether the fields give the octets again. */
function isPlain(message: IsupMessage, unread: readonly RawParameter[]): boolean {
  if (message.messageType === "unknown" || message.trailing.length > 0) return false;
  try {
    const { messageType, parameters, variant, octets } = message;
    return isEqual(isupOctets(messageType, parameters, { variant, unknown: unread }), octets);
  } catch (error) {
    // What was read cannot be written by its fields: a layout that is not known, a field cut short.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Parameters that `parameters` has no place for: codes without a name, and what came again. */
export function unplacedOf({ raw }: IsupMessage): readonly RawParameter[] {
  return raw.filter(
    ({ name }, index) =>
      name === undefined ||
      (!PARAMETER_ROWS[name].isRepeated && raw.findIndex((other) => other.name === name) < index),
  );
}

function jsonOf(value: unknown, octetsToText: (octets: Uint8Array) => string): unknown {
  if (value instanceof Uint8Array) return octetsToText(value);
  if (Array.isArray(value)) return value.map((each) => jsonOf(each, octetsToText));
  if (typeof value !== "object" || value === null) return value;
  const json: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) json[name] = jsonOf(each, octetsToText);
  return json;
}

export type IsupJsonResult =
  | { readonly ok: true; readonly message: IsupMessage; readonly warnings: readonly IsupWarning[] }
  | { readonly ok: false; readonly error: { readonly code: "bad-json"; readonly message: string } };

/**
 * A message from its JSON form. Numbers win over the names beside them; names alone do. With `octets`, those are the
 * message, and only parameters that say something else than they do are encoded anew.
 */
export function isupFromJson(json: unknown): IsupJsonResult {
  try {
    const decoded = decodeIsup(octetsOfJson(json), { variant: variantOfJson(json) });
    if (!decoded.ok) return refused(decoded.error.message);
    return decoded;
  } catch (error) {
    if (error instanceof TypeError) return refused(error.message);
    throw error;
  }
}

function refused(message: string): IsupJsonResult {
  return { ok: false, error: { code: "bad-json", message } };
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TypeError(`${what} is no object`);
}

function variantOfJson(json: unknown): IsupVariant {
  const { variant = "itu-t92+" } = objectOf(json, "the message");
  const known = typeof variant === "string" ? variantOf(variant) : undefined;
  if (known === undefined) throw new TypeError(`variant ${String(variant)} is not known`);
  return known;
}

function octetsOfJson(json: unknown): Uint8Array {
  const { messageType, parameters = {}, octets, trailing } = objectOf(json, "the message");
  const variant = variantOfJson(json);
  const given = objectOf(parameters, "parameters");
  if (octets !== undefined) return edited(hexField(octets, "octets"), given, variant);
  if (typeof messageType !== "string" || !variantTables(variant).messagesByType.has(messageType)) {
    throw new TypeError(`${variant} has no message ${String(messageType)}`);
  }
  const { unknown, ...named } = given;
  const inputs: Fields = {};
  for (const [name, value] of Object.entries(named)) inputs[name] = inputOf(name, value, variant);
  const built = isupOctets(messageType as MessageType, inputs, {
    variant,
    unknown: unknown === undefined ? [] : unknownOf(unknown),
  });
  return trailing === undefined ? built : Uint8Array.of(...built, ...hexField(trailing, "trailing"));
}

/** The octets, with those parameters changed that the JSON has otherwise. */
function edited(
  octets: Uint8Array,
  given: Readonly<Record<string, unknown>>,
  variant: IsupVariant,
): Uint8Array {
  const decoded = decodeIsup(octets, { variant });
  if (!decoded.ok) throw new TypeError(decoded.error.message);
  const before = isupToJson(decoded.message).parameters;
  const changes: Fields = {};
  for (const name of Object.keys(before)) {
    if (name !== "unknown" && !(name in given)) changes[name] = undefined;
  }
  for (const [name, value] of Object.entries(given)) {
    if (name !== "unknown" && !isEqual(value, before[name])) changes[name] = inputOf(name, value, variant);
  }
  if (Object.keys(changes).length === 0) return octets;
  return editIsup(decoded.message, changes as ParameterChanges).octets;
}

function inputOf(name: string, value: unknown, variant: IsupVariant): unknown {
  if (!isParameterName(name)) throw new TypeError(`no parameter is called ${name}`);
  const { part, isRepeated } = readerOf(name, variant);
  if (!isRepeated) return fieldsOfJson(part.fields, value, name);
  if (!Array.isArray(value)) throw new TypeError(`${name} is a list`);
  return value.map((each) => fieldsOfJson(part.fields, each, name));
}

/** Hex becomes octets where the fields say so; everything else is as it is. */
function fieldsOfJson(infos: readonly FieldInfo[], value: unknown, path: string): Fields {
  const fields: Fields = { ...objectOf(value, path) };
  if (typeof fields["octets"] === "string") fields["octets"] = hexField(fields["octets"], `${path}.octets`);
  for (const { name, kind, fields: inner = [], isDerived } of infos) {
    const field = fields[name];
    if (field === undefined || isDerived === true) continue;
    if (kind === "octets" && typeof field === "string") fields[name] = hexField(field, `${path}.${name}`);
    else if (kind === "group") fields[name] = fieldsOfJson(inner, field, `${path}.${name}`);
    else if (kind === "list") {
      if (!Array.isArray(field)) throw new FieldFault(`${path}.${name}`, "no list");
      fields[name] = field.map((each) => fieldsOfJson(inner, each, `${path}.${name}`));
    }
  }
  return fields;
}

function hexField(value: unknown, path: string): Uint8Array {
  const octets = typeof value === "string" ? octetsOfHex(value) : undefined;
  if (octets === undefined) throw new FieldFault(path, "no hexadecimal octets");
  return octets;
}

function unknownOf(value: unknown): readonly RawInput[] {
  if (!Array.isArray(value)) throw new TypeError("unknown is no list");
  return value.map((each) => {
    const { code, octets } = objectOf(each, "unknown");
    if (typeof code !== "number" || !Number.isInteger(code) || code < 1 || code > 255) {
      throw new TypeError(`parameter code ${String(code)}`);
    }
    return { code, octets: hexField(octets, "unknown.octets") };
  });
}
