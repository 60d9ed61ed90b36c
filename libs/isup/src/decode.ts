import {
  ISUP_OCTETS_MAX,
  type IsupError,
  type IsupMessage,
  type IsupResult,
  type IsupWarning,
  type RawParameter,
} from "./message.ts";
import type { Parameters } from "./parameters.ts";
import type { Fields } from "./parts.ts";
import { variantTables, type IsupVariant, type MessageReader, type ParameterReader } from "./variants.ts";

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
  const tables = variantTables(variant);
  const reader = tables.messagesByCode[typeCode];
  const reading: Reading = {
    octets: own,
    readers: tables.parametersByCode,
    raw: [],
    warnings: [],
    values: {},
  };
  let end = 1;
  if (reader === undefined) warn(reading, "unknown-message-type", `message type code ${typeCode}`, 0);
  else {
    if (!reader.isOfEdition) warn(reading, "not-in-edition", `${variant} has no ${reader.messageType}`, 0);
    if (reader.isOpaque !== true) {
      try {
        end = readParts(reader, reading);
      } catch (error) {
        if (error instanceof DecodeFault) return { ok: false, error: error.fault };
        throw error;
      }
    }
  }
  const message = {
    messageType: reader?.messageType ?? "unknown",
    typeCode,
    variant,
    parameters: reading.values as Parameters,
    raw: reading.raw,
    octets: own,
    trailing: own.subarray(end),
  };
  if (reading.warnings.length > 1) reading.warnings.sort((a, b) => a.offset - b.offset);
  // The layout that was read is the one the type of its parameters is inferred from.
  return { ok: true, message: message as IsupMessage, warnings: reading.warnings };
}

/** The octets of a message; for one that was decoded, those it was decoded from. */
export function encodeIsup(message: IsupMessage): Uint8Array {
  return message.octets;
}

interface Reading {
  readonly octets: Uint8Array;
  readonly readers: readonly (ParameterReader | undefined)[];
  readonly raw: RawParameter[];
  readonly warnings: IsupWarning[];
  readonly values: Fields;
}

function warn({ warnings }: Reading, code: IsupWarning["code"], message: string, offset: number): void {
  warnings.push({ code, message, offset });
}

/** Q.763 (12/1999) §1.3 to §1.7. Returns the offset behind the last octet that was read. */
function readParts(message: MessageReader, reading: Reading): number {
  const { octets } = reading;
  let at = 1;
  for (const { reader, length } of message.fixed) {
    if (at + length > octets.length) throw new DecodeFault("truncated", `${reader.name} is cut short`, at);
    readParameter(reading, reader, reader.code, "fixed", at, length);
    at += length;
  }
  let end = at;
  // Where pointers must have ended: the length octet of the first variable parameter.
  let firstContent = octets.length;
  for (const reader of message.variable) {
    const start = target(octets, at, reader.name);
    at++;
    const length = octets[start] ?? 0;
    if (start + 1 + length > octets.length) {
      throw new DecodeFault("truncated", `${reader.name} is cut short`, start);
    }
    readParameter(reading, reader, reader.code, "variable", start + 1, length);
    end = Math.max(end, at, start + 1 + length);
    firstContent = Math.min(firstContent, start);
  }
  if (message.hasOptional) {
    if (at >= octets.length || at >= firstContent) {
      warn(reading, "no-optional-pointer", "the pointer to the optional part is missing", at);
    } else end = readOptionalPart(at, Math.max(end, at + 1), reading);
  }
  if (end < octets.length) {
    warn(reading, "trailing-octets", `${octets.length - end} octets behind the message`, end);
  }
  return end;
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

/** `expected` is where the optional part stands if nothing is odd: behind what came before it. */
function readOptionalPart(pointerAt: number, expected: number, reading: Reading): number {
  const { octets } = reading;
  const pointer = octets[pointerAt] ?? 0;
  if (pointer === 0) return expected;
  let start = pointerAt + pointer;
  let { end, ending } = endOfOptional(octets, start);
  if (ending !== "end octet" && start !== expected) {
    // A pointer that is some octets off: believed only if the part reads better there than where it should be.
    const instead = endOfOptional(octets, expected);
    if (instead.ending === "end octet" || start >= octets.length) {
      warn(
        reading,
        "bad-optional-pointer",
        `the pointer to the optional part leads to octet ${start}`,
        pointerAt,
      );
      ({ end, ending } = instead);
      start = expected;
    }
  }
  for (let at = start; at < end && octets[at] !== 0;) {
    const code = octets[at] ?? 0;
    const length = octets[at + 1] ?? 0;
    readParameter(reading, reading.readers[code], code, "optional", at + 2, length);
    at += 2 + length;
  }
  if (ending === "truncated") {
    warn(reading, "truncated-optional-part", "an optional parameter ends behind the message", end);
  } else if (ending === "end of message") {
    warn(reading, "no-end-of-optional", "the optional part has no end octet", end);
  }
  return Math.max(expected, end);
}

/** How far the optional part goes that begins there, and what ends it. */
function endOfOptional(
  octets: Uint8Array,
  start: number,
): { readonly end: number; readonly ending: "end octet" | "end of message" | "truncated" } {
  let at = start;
  while (at < octets.length) {
    if (octets[at] === 0) return { end: at + 1, ending: "end octet" };
    const length = octets[at + 1];
    if (length === undefined || at + 2 + length > octets.length) return { end: at, ending: "truncated" };
    at += 2 + length;
  }
  return { end: Math.min(at, octets.length), ending: "end of message" };
}

function readParameter(
  reading: Reading,
  reader: ParameterReader | undefined,
  code: number,
  part: RawParameter["part"],
  offset: number,
  length: number,
): void {
  const { octets, raw, values } = reading;
  raw.push({ name: reader?.name, code, part, octets: octets.subarray(offset, offset + length), offset });
  if (reader === undefined) {
    warn(reading, "unknown-parameter", `parameter name code ${code}`, offset);
    return;
  }
  const { name } = reader;
  if (length < reader.part.least) {
    const message = `${name} has ${length} octets, at least ${reader.part.least} are due`;
    warn(reading, "short-parameter", message, offset);
  }
  if (!reader.isOfEdition) warn(reading, "not-in-edition", `the variant's edition has no ${name}`, offset);
  const before = values[name];
  if (before !== undefined && !reader.isRepeated) {
    warn(reading, "repeated-parameter", `${name} stands more than once; the first counts`, offset);
    return;
  }
  const value: Fields = {};
  reader.part.read(octets, offset, offset + length, value);
  if (!reader.isRepeated) values[name] = value;
  else if (before === undefined) values[name] = [value];
  else (before as Fields[]).push(value);
}
