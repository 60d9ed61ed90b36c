import {
  ISUP_OCTETS_MAX,
  type IsupError,
  type IsupMessage,
  type IsupResult,
  type IsupWarning,
  type RawParameter,
} from "./message.ts";
import { familyOf, layoutOf, messageTypeOf, type IsupVariant, type MessageLayout } from "./messages.ts";
import { PARAMETER_ROWS, parameterName, type ParameterName, type Parameters } from "./parameters.ts";

/** A private way out of the depth of a decode; never leaves this file. */
class DecodeFault extends Error {
  readonly fault: IsupError;

  constructor(code: IsupError["code"], message: string, offset: number) {
    super(message);
    this.fault = { code, message, offset };
  }
}

/**
 * Decodes whatever can be represented, with warnings for what is odd; an error is left for mandatory parameters that
 * are not there.
 */
export function decodeIsup(octets: Uint8Array, options: { readonly variant?: IsupVariant } = {}): IsupResult {
  const variant = options.variant ?? "itu-t92+";
  const [typeCode] = octets;
  if (typeCode === undefined) return { ok: false, error: { code: "empty", message: "no octets", offset: 0 } };
  if (octets.length > ISUP_OCTETS_MAX) {
    const message = `${octets.length} octets, at most ${ISUP_OCTETS_MAX}`;
    return { ok: false, error: { code: "too-large", message, offset: ISUP_OCTETS_MAX } };
  }
  // A copy: views on it are handed out, and what they came in may be used again.
  const own = new Uint8Array(octets);
  const messageType = messageTypeOf(typeCode, variant) ?? "unknown";
  const layout = messageType === "unknown" ? undefined : layoutOf(messageType, variant);
  const reading: Reading = { octets: own, variant, raw: [], warnings: [] };
  let end = 1;
  if (layout === undefined) {
    reading.warnings.push({
      code: "unknown-message-type",
      message: `message type code ${typeCode}`,
      offset: 0,
    });
  } else if (layout.isOpaque !== true) {
    try {
      end = readParts(layout, reading);
    } catch (error) {
      if (error instanceof DecodeFault) return { ok: false, error: error.fault };
      throw error;
    }
  }
  const parameters = valuesOf(reading);
  const { raw, warnings } = reading;
  const message = {
    messageType,
    typeCode,
    variant,
    parameters,
    raw,
    octets: own,
    trailing: own.subarray(end),
  };
  // The layout that was read is the one the type of its parameters is inferred from.
  return { ok: true, message: message as IsupMessage, warnings };
}

/** The octets of a message; for one that was decoded, those it was decoded from. */
export function encodeIsup(message: IsupMessage): Uint8Array {
  return message.octets;
}

interface Reading {
  readonly octets: Uint8Array;
  readonly variant: IsupVariant;
  readonly raw: RawParameter[];
  readonly warnings: IsupWarning[];
}

/** Q.763 (12/1999) §1.3 to §1.7. Returns the offset behind the last octet that was read. */
function readParts(layout: MessageLayout, reading: Reading): number {
  const { octets, raw, warnings } = reading;
  let at = 1;
  for (const [name, length] of layout.fixed) {
    if (at + length > octets.length) throw new DecodeFault("truncated", `${name} is cut short`, at);
    raw.push(rawParameter(octets, name, "fixed", at, length));
    at += length;
  }
  let end = at;
  for (const name of layout.variable) {
    const start = target(octets, at, name);
    at++;
    const length = octets[start] ?? 0;
    if (start + 1 + length > octets.length) throw new DecodeFault("truncated", `${name} is cut short`, start);
    raw.push(rawParameter(octets, name, "variable", start + 1, length));
    end = Math.max(end, at, start + 1 + length);
  }
  if (layout.hasOptional) {
    if (at >= octets.length || (layout.variable.length > 0 && at >= firstContent(raw))) {
      warnings.push({
        code: "no-optional-pointer",
        message: "the pointer to the optional part is missing",
        offset: at,
      });
    } else end = readOptionalPart(at, Math.max(end, at + 1), reading);
  }
  if (end < octets.length) {
    warnings.push({
      code: "trailing-octets",
      message: `${octets.length - end} octets behind the message`,
      offset: end,
    });
  }
  return end;
}

function rawParameter(
  octets: Uint8Array,
  name: ParameterName,
  part: RawParameter["part"],
  offset: number,
  length: number,
): RawParameter {
  return {
    name,
    code: PARAMETER_ROWS[name].code,
    part,
    octets: octets.subarray(offset, offset + length),
    offset,
  };
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

interface OptionalPart {
  readonly raw: readonly RawParameter[];
  readonly end: number;
  readonly ending: "end octet" | "end of message" | "truncated";
}

/** `expected` is where the optional part stands if nothing is odd: behind what came before it. */
function readOptionalPart(
  pointerAt: number,
  expected: number,
  { octets, variant, raw, warnings }: Reading,
): number {
  const pointer = octets[pointerAt] ?? 0;
  if (pointer === 0) return expected;
  const start = pointerAt + pointer;
  let part = readOptional(octets, start, variant);
  if (part.ending !== "end octet" && start !== expected) {
    // A pointer that is some octets off: believed only if the part reads better there than where it should be.
    const instead = readOptional(octets, expected, variant);
    if (instead.ending === "end octet" || start >= octets.length) {
      part = instead;
      const message = `the pointer to the optional part leads to octet ${start}`;
      warnings.push({ code: "bad-optional-pointer", message, offset: pointerAt });
    }
  }
  raw.push(...part.raw);
  if (part.ending === "truncated") {
    const message = "an optional parameter ends behind the message";
    warnings.push({ code: "truncated-optional-part", message, offset: part.end });
  } else if (part.ending === "end of message") {
    const message = "the optional part has no end octet";
    warnings.push({ code: "no-end-of-optional", message, offset: part.end });
  }
  return Math.max(expected, part.end);
}

function readOptional(octets: Uint8Array, start: number, variant: IsupVariant): OptionalPart {
  const raw: RawParameter[] = [];
  const family = familyOf(variant);
  let at = start;
  while (at < octets.length) {
    const code = octets[at] ?? 0;
    if (code === 0) return { raw, end: at + 1, ending: "end octet" };
    const length = octets[at + 1];
    if (length === undefined || at + 2 + length > octets.length) return { raw, end: at, ending: "truncated" };
    const offset = at + 2;
    const content = octets.subarray(offset, offset + length);
    raw.push({ name: parameterName(code, family), code, part: "optional", octets: content, offset });
    at = offset + length;
  }
  return { raw, end: Math.min(at, octets.length), ending: "end of message" };
}

function valuesOf({ raw, warnings }: Reading): Parameters {
  const values: Record<string, unknown> = {};
  for (const { name, code, octets, offset } of raw) {
    if (name === undefined) {
      warnings.push({ code: "unknown-parameter", message: `parameter name code ${code}`, offset });
      continue;
    }
    const { codec, isRepeated } = PARAMETER_ROWS[name];
    if (octets.length < codec.minimum) {
      const message = `${name} has ${octets.length} octets, at least ${codec.minimum} are due`;
      warnings.push({ code: "short-parameter", message, offset });
    }
    const before = values[name];
    if (isRepeated) {
      const value: unknown = codec.decode(octets);
      if (before === undefined) values[name] = [value];
      else (before as unknown[]).push(value);
    } else if (before === undefined) values[name] = codec.decode(octets);
    else {
      const message = `${name} stands more than once; the first counts`;
      warnings.push({ code: "repeated-parameter", message, offset });
    }
  }
  return values;
}
