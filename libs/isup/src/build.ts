import { decodeIsup } from "./decode.ts";
import type { IsupMessage, IsupMessageOf, RawParameter } from "./message.ts";
import type { MessageType } from "./messages.ts";
import { OctetWriter } from "./octet-writer.ts";
import { encodeContent, writeContent } from "./parameter-row.ts";
import { isParameterName, type ParameterInputs, type ParameterName } from "./parameters.ts";
import { readerOf, variantTables, type IsupVariant, type MessageReader } from "./variants.ts";

/** A length or a pointer is one octet (Q.763 (12/1999) §1.5). */
const OCTET_MAX = 255;

function messageReader(messageType: string, variant: IsupVariant): MessageReader {
  const reader = variantTables(variant).messagesByType.get(messageType);
  if (reader === undefined || reader.isOpaque === true) {
    throw new TypeError(`${variant} has no layout for ${messageType}`);
  }
  return reader;
}

/** A parameter of the optional part that is to be written as it is. */
export interface RawInput {
  readonly code: number;
  readonly octets: Uint8Array;
}

interface BuildOptions {
  readonly variant?: IsupVariant;
  /** Written behind the optional parameters. */
  readonly unknown?: readonly RawInput[];
}

const out = new OctetWriter();

/**
 * The octets of a message. Mandatory parameters must be given; optional ones follow in the order of `parameters`.
 * Throws a TypeError where a mandatory one is missing or a value cannot be written: a fault of the caller, not of the
 * network.
 */
export function isupOctets(
  messageType: MessageType,
  parameters: ParameterInputs = {},
  { variant = "itu-t92+", unknown = [] }: BuildOptions = {},
): Uint8Array {
  const message = messageReader(messageType, variant);
  const values = parameters as Readonly<Record<string, unknown>>;
  const given = (name: string): unknown => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`${messageType} needs ${name}`);
    return value;
  };
  out.reset();
  out.push(message.code);
  for (const { reader, length } of message.fixed) {
    const at = out.length;
    writeContent(reader.part, given(reader.name), out);
    if (out.length - at !== length) throw new TypeError(`${reader.name} of ${out.length - at} octets`);
  }
  let pointerAt = out.length;
  const pointers = message.variable.length + (message.hasOptional ? 1 : 0);
  for (let index = 0; index < pointers; index++) out.push(0);
  for (const reader of message.variable) {
    const at = out.length;
    out.set(pointerAt, oneOctet(at - pointerAt, "a pointer"));
    pointerAt++;
    out.push(0);
    writeContent(reader.part, given(reader.name), out);
    out.set(at, oneOctet(out.length - at - 1, "a length"));
  }
  const optionalAt = out.length;
  for (const name in values) {
    if (values[name] !== undefined && !isMandatory(message, name)) writeOptional(name, values[name], variant);
  }
  for (const { code, octets } of unknown) {
    out.push(code);
    out.push(oneOctet(octets.length, "a length"));
    out.copy(octets);
  }
  if (out.length > optionalAt) {
    if (!message.hasOptional) throw new TypeError(`${messageType} has no optional part`);
    out.set(pointerAt, oneOctet(optionalAt - pointerAt, "a pointer"));
    out.push(0);
  }
  return out.octets();
}

function isMandatory({ fixed, variable }: MessageReader, name: string): boolean {
  for (const { reader } of fixed) if (reader.name === name) return true;
  for (const reader of variable) if (reader.name === name) return true;
  return false;
}

function writeOptional(name: string, value: unknown, variant: IsupVariant): void {
  if (!isParameterName(name)) throw new TypeError(`no parameter is called ${name}`);
  const { code, part, isRepeated } = readerOf(name, variant);
  if (isRepeated && !Array.isArray(value)) throw new TypeError(`${name} is a list`);
  for (const each of isRepeated ? (value as readonly unknown[]) : [value]) {
    out.push(code);
    const at = out.length;
    out.push(0);
    writeContent(part, each, out);
    out.set(at, oneOctet(out.length - at - 1, "a length"));
  }
}

/** A message from its parameters: {@link isupOctets}, decoded. */
export function isupMessage<T extends MessageType>(
  messageType: T,
  parameters: ParameterInputs = {},
  options: BuildOptions = {},
): IsupMessageOf<T> {
  return decoded(
    isupOctets(messageType, parameters, options),
    options.variant ?? "itu-t92+",
  ) as IsupMessageOf<T>;
}

function decoded(octets: Uint8Array, variant: IsupVariant): IsupMessage {
  const result = decodeIsup(octets, { variant });
  if (!result.ok) throw new TypeError(result.error.message);
  return result.message;
}

/** Values to put in the place of others; undefined takes an optional parameter away. */
export type ParameterChanges = { readonly [N in ParameterName]?: ParameterInputs[N] | undefined };

/**
 * The message with some parameters changed: those are encoded anew over their old octets, every other one keeps its
 * octets and its place, and octets behind the message stay behind it. Throws a TypeError as {@link isupMessage} does.
 */
export function editIsup<M extends IsupMessage>(message: M, changes: ParameterChanges): M {
  const reader = messageReader(message.messageType, message.variant);
  const values = message.parameters as Readonly<Record<string, unknown>>;
  const done = new Set<string>();
  const parts = message.raw.flatMap((parameter): Part[] => {
    const { name, part } = parameter;
    if (name === undefined || !(name in changes)) return [parameter];
    const value: unknown = changes[name];
    if (value === undefined) {
      if (part !== "optional") throw new TypeError(`${message.messageType} needs ${name}`);
      return [];
    }
    const isFirst = !done.has(name);
    done.add(name);
    if (value === values[name]) return [parameter];
    const { part: codec, isRepeated } = readerOf(name, message.variant);
    if (isRepeated) return isFirst ? listOf(message, name, value as readonly unknown[]) : [];
    return isFirst ? [{ ...parameter, octets: encodeContent(codec, value, parameter.octets) }] : [parameter];
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined && !done.has(name)) parts.push(...optionalParts(name, value, message.variant));
  }
  const octets = patched(message, parts) ?? rebuilt(reader, parts, message.trailing);
  // The layout is that of the message given, so the type is too.
  return decoded(octets, message.variant) as M;
}

type Part = Pick<RawParameter, "name" | "code" | "part" | "octets">;

function optionalParts(name: string, value: unknown, variant: IsupVariant): Part[] {
  if (!isParameterName(name)) throw new TypeError(`no parameter is called ${name}`);
  const { code, part, isRepeated } = readerOf(name, variant);
  const values = isRepeated ? (value as readonly unknown[]) : [value];
  return values.map((each) => ({ name, code, part: "optional", octets: encodeContent(part, each) }));
}

/** A list put in the place of another: its members that were there before keep their octets. */
function listOf(message: IsupMessage, name: ParameterName, values: readonly unknown[]): Part[] {
  const before = message.parameters[name] as readonly unknown[];
  const rawOf = message.raw.filter((parameter) => parameter.name === name);
  return values.flatMap(
    (value) => rawOf[before.indexOf(value)] ?? optionalParts(name, [value], message.variant),
  );
}

/** Where no parameter changes its length, odd pointers and the gaps between parameters stay too. */
function patched({ raw, octets }: IsupMessage, parts: readonly Part[]): Uint8Array | undefined {
  const isSameShape = raw.every(
    (parameter, index) => parts[index]?.octets.length === parameter.octets.length,
  );
  if (!isSameShape || raw.length !== parts.length) return undefined;
  const copy = octets.slice();
  raw.forEach((parameter, index) => {
    const content = parts[index]?.octets;
    if (content !== undefined && content !== parameter.octets) copy.set(content, parameter.offset);
  });
  return copy;
}

function rebuilt(message: MessageReader, parts: readonly Part[], trailing: Uint8Array): Uint8Array {
  const optional = parts.filter(({ part }) => part === "optional");
  if (optional.length > 0 && !message.hasOptional) {
    throw new TypeError(`${message.messageType} has no optional part`);
  }
  out.reset();
  out.push(message.code);
  for (const { part, octets } of parts) if (part === "fixed") out.copy(octets);
  let pointerAt = out.length;
  const variable = parts.filter(({ part }) => part === "variable");
  for (let index = 0; index < variable.length + (message.hasOptional ? 1 : 0); index++) out.push(0);
  for (const { octets } of variable) {
    out.set(pointerAt, oneOctet(out.length - pointerAt, "a pointer"));
    pointerAt++;
    out.push(oneOctet(octets.length, "a length"));
    out.copy(octets);
  }
  if (optional.length > 0) {
    out.set(pointerAt, oneOctet(out.length - pointerAt, "a pointer"));
    for (const { code, octets } of optional) {
      out.push(code);
      out.push(oneOctet(octets.length, "a length"));
      out.copy(octets);
    }
    out.push(0);
  }
  out.copy(trailing);
  return out.octets();
}

function oneOctet(count: number, what: string): number {
  if (count <= OCTET_MAX) return count;
  throw new TypeError(`${what} of ${count} does not fit an octet`);
}
