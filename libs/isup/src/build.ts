import { decodeIsup } from "./decode.ts";
import type { IsupMessage, IsupMessageOf, RawParameter } from "./message.ts";
import { layoutOf, type IsupVariant, type MessageLayout, type MessageType } from "./messages.ts";
import type { ParameterCodec } from "./fields.ts";
import { PARAMETER_ROWS, type ParameterName, type Parameters } from "./parameters.ts";

/** A length or a pointer is one octet (Q.763 (12/1999) §1.5). */
const OCTET_MAX = 255;

/** A value as octets of its parameter, over those it had. */
function contentOf(name: ParameterName, value: unknown, base?: Uint8Array): Uint8Array {
  // `value` has the type of this very row; a table of rows of different types cannot say so.
  return (PARAMETER_ROWS[name].codec as ParameterCodec<unknown>).encode(value, base);
}

function optionalOf(name: ParameterName, value: unknown): Part[] {
  const values = PARAMETER_ROWS[name].isRepeated ? (value as readonly unknown[]) : [value];
  const { code } = PARAMETER_ROWS[name];
  return values.map((each) => ({ name, code, part: "optional", octets: contentOf(name, each) }));
}

/**
 * Builds a message. Mandatory parameters must be given; optional ones follow in the order of `parameters`.
 * Throws a TypeError where a mandatory one is missing or one has no place: a fault of the caller, not of the network.
 */
export function isupMessage<T extends MessageType>(
  messageType: T,
  parameters: Parameters = {},
  options: { readonly variant?: IsupVariant } = {},
): IsupMessageOf<T> {
  const variant = options.variant ?? "itu-t92+";
  const layout = layoutOf(messageType, variant);
  if (layout === undefined || layout.isOpaque === true) {
    throw new TypeError(`${variant} has no layout for ${messageType}`);
  }
  const parts: Part[] = [];
  const mandatory = new Set<string>();
  const add = (name: ParameterName, part: "fixed" | "variable"): void => {
    mandatory.add(name);
    if (parameters[name] === undefined) throw new TypeError(`${messageType} needs ${name}`);
    parts.push({ name, code: PARAMETER_ROWS[name].code, part, octets: contentOf(name, parameters[name]) });
  };
  for (const [name] of layout.fixed) add(name, "fixed");
  for (const name of layout.variable) add(name, "variable");
  for (const [name, value] of Object.entries(parameters)) {
    if (!mandatory.has(name)) parts.push(...optionalOf(name as ParameterName, value));
  }
  return rebuilt(layout, parts, new Uint8Array(0), variant) as IsupMessageOf<T>;
}

/** Values to put in the place of others; undefined takes an optional parameter away. */
export type ParameterChanges = { readonly [N in ParameterName]?: Parameters[N] | undefined };

/**
 * The message with some parameters changed: those are encoded anew, every other one keeps its octets and its place, and
 * octets behind the message stay behind it. Throws a TypeError as {@link isupMessage} does.
 */
export function editIsup<M extends IsupMessage>(message: M, changes: ParameterChanges): M {
  const layout =
    message.messageType === "unknown" ? undefined : layoutOf(message.messageType, message.variant);
  if (layout === undefined || layout.isOpaque === true) {
    throw new TypeError(`the layout of message type ${message.typeCode} is not known`);
  }
  const done = new Set<string>();
  const parts = message.raw.flatMap((parameter): Part[] => {
    const { name, part } = parameter;
    if (name === undefined || !(name in changes)) return [parameter];
    const value = changes[name];
    if (value === undefined) {
      if (part !== "optional") throw new TypeError(`${message.messageType} needs ${name}`);
      return [];
    }
    const isFirst = !done.has(name);
    done.add(name);
    if (value === message.parameters[name]) return [parameter];
    if (PARAMETER_ROWS[name].isRepeated)
      return isFirst ? listOf(message, name, value as readonly unknown[]) : [];
    return isFirst ? [{ ...parameter, octets: contentOf(name, value, parameter.octets) }] : [parameter];
  });
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined && !done.has(name)) parts.push(...optionalOf(name as ParameterName, value));
  }
  const edited = patched(message, parts) ?? rebuilt(layout, parts, message.trailing, message.variant);
  // The layout is that of the message given, so the type is too.
  return edited as M;
}

/** A list put in the place of another: its members that were there before keep their octets. */
function listOf({ raw, parameters }: IsupMessage, name: ParameterName, values: readonly unknown[]): Part[] {
  const before = parameters[name] as readonly unknown[];
  const rawOf = raw.filter((parameter) => parameter.name === name);
  return values.flatMap((value) => rawOf[before.indexOf(value)] ?? optionalOf(name, [value]));
}

/** Where no parameter changes its length, odd pointers and the gaps between parameters stay too. */
function patched({ raw, octets, variant }: IsupMessage, parts: readonly Part[]): IsupMessage | undefined {
  const isSameShape = raw.every(
    (parameter, index) => parts[index]?.octets.length === parameter.octets.length,
  );
  if (!isSameShape || raw.length !== parts.length) return undefined;
  const copy = octets.slice();
  raw.forEach((parameter, index) => {
    const content = parts[index]?.octets;
    if (content !== undefined && content !== parameter.octets) copy.set(content, parameter.offset);
  });
  const decoded = decodeIsup(copy, { variant });
  return decoded.ok ? decoded.message : undefined;
}

type Part = Pick<RawParameter, "name" | "code" | "part" | "octets">;

function rebuilt(
  layout: MessageLayout,
  parts: readonly Part[],
  trailing: Uint8Array,
  variant: IsupVariant,
): IsupMessage {
  const fixed = parts.filter(({ part }) => part === "fixed").flatMap(({ octets }) => [...octets]);
  const variable = parts.filter(({ part }) => part === "variable");
  const optional = parts.filter(({ part }) => part === "optional");
  if (optional.length > 0 && !layout.hasOptional) throw new TypeError(`${layout.name} has no optional part`);
  const pointers: number[] = [];
  const contents: number[] = [];
  const pointerCount = variable.length + (layout.hasOptional ? 1 : 0);
  for (const { octets } of variable) {
    pointers.push(oneOctet(pointerCount - pointers.length + contents.length, "a pointer"));
    contents.push(oneOctet(octets.length, "a length"), ...octets);
  }
  if (layout.hasOptional) {
    pointers.push(optional.length === 0 ? 0 : oneOctet(1 + contents.length, "a pointer"));
    for (const { code, octets } of optional) {
      contents.push(code, oneOctet(octets.length, "a length"), ...octets);
    }
    if (optional.length > 0) contents.push(0);
  }
  const octets = Uint8Array.of(layout.code, ...fixed, ...pointers, ...contents, ...trailing);
  const decoded = decodeIsup(octets, { variant });
  if (!decoded.ok) throw new TypeError(`${layout.name}: ${decoded.error.message}`);
  return decoded.message;
}

function oneOctet(count: number, what: string): number {
  if (count <= OCTET_MAX) return count;
  throw new TypeError(`${what} of ${count} does not fit an octet`);
}
