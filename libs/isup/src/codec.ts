import {
  layoutOf,
  messageTypeOf,
  type IsupVariant,
  type MessageLayout,
  type MessageType,
} from "./messages.ts";
import { parameterName, PARAMETERS, type ParameterName, type Parameters } from "./parameters.ts";
import type { ParameterCodec } from "./parameter-codecs.ts";

/** An ISUP message is an SS7 signal unit's field at most; bodies in SIP may be larger after segmentation. */
export const ISUP_OCTETS_MAX = 4_096;

/** One parameter where it stood: its octets without code and length. */
export interface RawParameter {
  /** undefined for a code this library has no row for. */
  readonly name: ParameterName | undefined;
  readonly code: number;
  readonly part: "fixed" | "variable" | "optional";
  readonly octets: Uint8Array;
  /** Octets from the message type code to the content. */
  readonly offset: number;
}

/**
 * A message from its type code on (no routing label, no CIC), as in application/isup (RFC 3204 §3). The octets are
 * the truth: `encodeIsup` gives them back; `parameters` is what could be read of them.
 */
export interface IsupMessage {
  /** Acronym; `unknown` for a type code Q.763 does not have. */
  readonly messageType: MessageType | "unknown";
  readonly typeCode: number;
  readonly variant: IsupVariant;
  readonly parameters: Parameters;
  /** Every parameter in the order of the octets, unknown ones too. */
  readonly raw: readonly RawParameter[];
  readonly octets: Uint8Array;
}

export type IsupWarningCode =
  | "unknown-message-type"
  | "unknown-parameter"
  | "undecodable-parameter"
  | "repeated-parameter"
  | "no-optional-pointer"
  | "no-end-of-optional"
  | "trailing-octets";

export interface IsupWarning {
  readonly code: IsupWarningCode;
  readonly message: string;
  readonly offset: number;
}

export interface IsupError {
  readonly code: "empty" | "too-large" | "truncated" | "bad-pointer";
  readonly message: string;
  readonly offset: number;
}

export type IsupResult =
  | { readonly ok: true; readonly message: IsupMessage; readonly warnings: readonly IsupWarning[] }
  | { readonly ok: false; readonly error: IsupError };

/** A private way out of the depth of a decode; never leaves this file. */
class DecodeFault extends Error {
  readonly fault: IsupError;

  constructor(code: IsupError["code"], message: string, offset: number) {
    super(message);
    this.fault = { code, message, offset };
  }
}

export function decodeIsup(octets: Uint8Array, options: { readonly variant?: IsupVariant } = {}): IsupResult {
  const variant = options.variant ?? "itu-t92+";
  const [typeCode] = octets;
  if (typeCode === undefined) return { ok: false, error: { code: "empty", message: "no octets", offset: 0 } };
  if (octets.length > ISUP_OCTETS_MAX) {
    const message = `${octets.length} octets, at most ${ISUP_OCTETS_MAX}`;
    return { ok: false, error: { code: "too-large", message, offset: ISUP_OCTETS_MAX } };
  }
  const messageType = messageTypeOf(typeCode) ?? "unknown";
  const warnings: IsupWarning[] = [];
  const raw: RawParameter[] = [];
  if (messageType === "unknown") {
    warnings.push({ code: "unknown-message-type", message: `message type code ${typeCode}`, offset: 0 });
  } else {
    try {
      readParts(octets, layoutOf(messageType, variant), raw, warnings);
    } catch (error) {
      if (error instanceof DecodeFault) return { ok: false, error: error.fault };
      throw error;
    }
  }
  const parameters = valuesOf(raw, warnings);
  return { ok: true, message: { messageType, typeCode, variant, parameters, raw, octets }, warnings };
}

/** The octets of a message; for one that was decoded, those it was decoded from. */
export function encodeIsup(message: IsupMessage): Uint8Array {
  return message.octets;
}

function readParts(
  octets: Uint8Array,
  layout: MessageLayout,
  raw: RawParameter[],
  warnings: IsupWarning[],
): void {
  let at = 1;
  for (const [name, length] of layout.fixed) {
    if (at + length > octets.length) throw new DecodeFault("truncated", `${name} is cut short`, at);
    raw.push({
      name,
      code: PARAMETERS[name].code,
      part: "fixed",
      octets: octets.subarray(at, at + length),
      offset: at,
    });
    at += length;
  }
  let end = at;
  for (const name of layout.variable) {
    const start = target(octets, at, name);
    at++;
    const content = start + 1;
    const length = octets[start] ?? 0;
    if (content + length > octets.length) throw new DecodeFault("truncated", `${name} is cut short`, start);
    const parameter = octets.subarray(content, content + length);
    raw.push({ name, code: PARAMETERS[name].code, part: "variable", octets: parameter, offset: content });
    end = Math.max(end, at, content + length);
  }
  if (layout.hasOptional) {
    if (at >= octets.length || (layout.variable.length > 0 && at >= firstContent(raw))) {
      warnings.push({
        code: "no-optional-pointer",
        message: "the pointer to the optional part is missing",
        offset: at,
      });
    } else {
      const pointer = octets[at] ?? 0;
      end = Math.max(end, at + 1);
      if (pointer !== 0)
        end = Math.max(end, readOptional(octets, target(octets, at, "optional part"), raw, warnings));
    }
  }
  if (end < octets.length) {
    warnings.push({
      code: "trailing-octets",
      message: `${octets.length - end} octets behind the message`,
      offset: end,
    });
  }
}

/** Offset of the length octet of the first variable parameter: where pointers must have ended. */
function firstContent(raw: readonly RawParameter[]): number {
  return Math.min(...raw.filter(({ part }) => part === "variable").map(({ offset }) => offset - 1));
}

/** A pointer counts from its own octet (Q.763 (12/1999) §2.3). */
function target(octets: Uint8Array, at: number, what: string): number {
  const pointer = octets[at];
  if (pointer === undefined) throw new DecodeFault("truncated", `the pointer to ${what} is missing`, at);
  if (pointer === 0 || at + pointer >= octets.length) {
    throw new DecodeFault("bad-pointer", `the pointer to ${what} is ${pointer}`, at);
  }
  return at + pointer;
}

function readOptional(
  octets: Uint8Array,
  start: number,
  raw: RawParameter[],
  warnings: IsupWarning[],
): number {
  let at = start;
  while (at < octets.length) {
    const code = octets[at] ?? 0;
    if (code === 0) return at + 1;
    const length = octets[at + 1];
    if (length === undefined || at + 2 + length > octets.length) {
      throw new DecodeFault("truncated", `optional parameter ${code} is cut short`, at);
    }
    const content = octets.subarray(at + 2, at + 2 + length);
    raw.push({ name: parameterName(code), code, part: "optional", octets: content, offset: at + 2 });
    at += 2 + length;
  }
  warnings.push({ code: "no-end-of-optional", message: "the optional part has no end octet", offset: at });
  return at;
}

function valuesOf(raw: readonly RawParameter[], warnings: IsupWarning[]): Parameters {
  const values: Record<string, unknown> = {};
  for (const { name, code, octets, offset } of raw) {
    if (name === undefined) {
      warnings.push({ code: "unknown-parameter", message: `parameter name code ${code}`, offset });
      continue;
    }
    const { codec, isRepeated } = PARAMETERS[name];
    const value: unknown = codec.decode(octets);
    if (value === undefined) {
      warnings.push({ code: "undecodable-parameter", message: `${name} of ${octets.length} octets`, offset });
    } else if (isRepeated) values[name] = [...((values[name] as unknown[] | undefined) ?? []), value];
    else if (values[name] === undefined) values[name] = value;
    else
      warnings.push({
        code: "repeated-parameter",
        message: `${name} stands more than once; the first counts`,
        offset,
      });
  }
  return values;
}

/** Content octets of a parameter as it is given: a value of its row, or octets taken over from another message. */
function contentOf(name: ParameterName, value: unknown): Uint8Array {
  return (PARAMETERS[name].codec as ParameterCodec<unknown>).encode(value);
}

/**
 * Builds a message. Mandatory parameters must be given; optional ones follow in the order of `parameters`.
 * Throws a TypeError where a mandatory one is missing: that is a fault of the caller, not of the network.
 */
export function isupMessage(
  messageType: MessageType,
  parameters: Parameters = {},
  options: { readonly variant?: IsupVariant } = {},
): IsupMessage {
  const variant = options.variant ?? "itu-t92+";
  const layout = layoutOf(messageType, variant);
  const parts: { name: ParameterName; code: number; part: RawParameter["part"]; octets: Uint8Array }[] = [];
  const add = (name: ParameterName, part: RawParameter["part"], value: unknown): void => {
    parts.push({ name, code: PARAMETERS[name].code, part, octets: contentOf(name, value) });
  };
  const mandatory = [...layout.fixed.map(([name]) => name), ...layout.variable];
  mandatory.forEach((name, index) => {
    if (parameters[name] === undefined) throw new TypeError(`${messageType} needs ${name}`);
    add(name, index < layout.fixed.length ? "fixed" : "variable", parameters[name]);
  });
  for (const [key, value] of Object.entries(parameters)) {
    const name = key as ParameterName;
    if (mandatory.includes(name)) continue;
    const values = PARAMETERS[name].isRepeated ? (value as unknown[]) : [value];
    for (const each of values) add(name, "optional", each);
  }
  return rebuilt(messageType, layout, parts, variant);
}

/**
 * The message with some parameters changed: those are encoded anew (undefined removes an optional one), every other
 * one keeps its octets and its place.
 */
export function editIsup(
  message: IsupMessage,
  changes: Partial<Record<ParameterName, unknown>>,
): IsupMessage {
  if (message.messageType === "unknown") return message;
  const layout = layoutOf(message.messageType, message.variant);
  const done = new Set<string>();
  const parts = message.raw.flatMap((parameter) => {
    const { name } = parameter;
    if (name === undefined || !(name in changes)) return [parameter];
    const value = changes[name];
    if (done.has(name) || value === undefined) return [];
    done.add(name);
    const values = PARAMETERS[name].isRepeated ? (value as unknown[]) : [value];
    return values.map((each) => ({ ...parameter, octets: contentOf(name, each) }));
  });
  for (const [key, value] of Object.entries(changes)) {
    const name = key as ParameterName;
    if (done.has(name) || value === undefined || message.raw.some((parameter) => parameter.name === name))
      continue;
    parts.push({
      name,
      code: PARAMETERS[name].code,
      part: "optional",
      octets: contentOf(name, value),
      offset: 0,
    });
  }
  return rebuilt(message.messageType, layout, parts, message.variant);
}

type Part = Pick<RawParameter, "name" | "code" | "part" | "octets">;

function rebuilt(
  messageType: MessageType,
  layout: MessageLayout,
  parts: readonly Part[],
  variant: IsupVariant,
): IsupMessage {
  const fixed = parts.filter(({ part }) => part === "fixed").flatMap(({ octets }) => [...octets]);
  const variable = parts.filter(({ part }) => part === "variable");
  const optional = parts.filter(({ part }) => part === "optional");
  const pointers: number[] = [];
  const contents: number[] = [];
  const pointerCount = variable.length + (layout.hasOptional ? 1 : 0);
  variable.forEach(({ octets }, index) => {
    pointers.push(pointerCount - index + contents.length);
    contents.push(octets.length, ...octets);
  });
  if (layout.hasOptional) {
    pointers.push(optional.length === 0 ? 0 : 1 + contents.length);
    for (const { code, octets } of optional) contents.push(code, octets.length, ...octets);
    if (optional.length > 0) contents.push(0);
  }
  const octets = Uint8Array.of(layout.code, ...fixed, ...pointers, ...contents);
  const decoded = decodeIsup(octets, { variant });
  if (!decoded.ok) throw new TypeError(`${messageType}: ${decoded.error.message}`);
  return decoded.message;
}
