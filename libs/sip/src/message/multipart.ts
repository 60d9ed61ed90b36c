import { octetsOf, octetString } from "./octets.ts";

/**
 * MIME multipart bodies (RFC 2046 §5.1, RFC 5621) over octets: a part may hold any octet, CRLF included, so only
 * the boundary delimits it. Nested multiparts are left to the caller, who knows how deep it wants to go.
 */

/** Parts of one multipart: SIP-I sends two or three, emergency calls and recording some more. */
export const PARTS_MAX = 32;
/** Octets of one part's header fields: a few MIME fields; the limit only bounds the work. */
export const PART_HEADER_OCTETS_MAX = 8_192;
/** RFC 2046 §5.1.1 `boundary`: 1 to 70 characters. */
const BOUNDARY_LENGTH_MAX = 70;

export interface PartHeader {
  readonly name: string;
  readonly value: string;
}

export interface BodyPart {
  /** As received, folded lines joined. */
  readonly headers: readonly PartHeader[];
  /** Content-Type as received; RFC 2046 §5.1 makes a part without one `text/plain`. */
  readonly contentType: string;
  /** Type and subtype in lower case, `application/isup`. */
  readonly mediaType: string;
  /** Parameters of Content-Type: names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Disposition type in lower case; absent where the part names none: the default is the media type's. */
  readonly disposition?: string;
  readonly dispositionParameters: ReadonlyMap<string, string>;
  /** RFC 3261 §20.11: a missing handling parameter means `required`. */
  readonly handling: "required" | "optional";
  /** The content, its base64 transfer encoding undone. */
  readonly octets: Uint8Array;
  /** A transfer or content encoding that is not known here: `octets` are still encoded in it. */
  readonly unknownEncoding?: string;
}

export type MultipartErrorCode =
  | "notMultipart"
  | "boundaryInvalid"
  | "delimiterMissing"
  | "tooManyParts"
  | "partHeadersTooLong"
  | "partHeaderInvalid"
  | "transferEncodingInvalid";

export interface MultipartError {
  readonly code: MultipartErrorCode;
  readonly message: string;
  /** Octet of the body where it was seen. */
  readonly offset: number;
}

export type MultipartResult =
  | {
      readonly ok: true;
      readonly parts: readonly BodyPart[];
      readonly preamble: Uint8Array;
      readonly epilogue: Uint8Array;
      /** False where the close delimiter is missing: the last part then reaches to the end of the body. */
      readonly isClosed: boolean;
    }
  | { readonly ok: false; readonly error: MultipartError };

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;
const EMPTY = new Uint8Array(0);

/** Thrown inside this file only. */
class MultipartFault {
  readonly error: MultipartError;
  constructor(code: MultipartErrorCode, message: string, offset: number) {
    this.error = { code, message, offset };
  }
}

/** The parts of a multipart body. `contentType` is the value of the header field that describes `body`. */
export function parseMultipart(contentType: string, body: Uint8Array): MultipartResult {
  try {
    return splitMultipart(contentType, body);
  } catch (fault) {
    if (fault instanceof MultipartFault) return { ok: false, error: fault.error };
    throw fault;
  }
}

/** A body that is no multipart, as the one part it is: the message's own header fields describe it. */
export function bareBodyPart(
  contentType: string,
  contentDisposition: string | undefined,
  octets: Uint8Array,
): BodyPart {
  const headers: PartHeader[] = [{ name: "Content-Type", value: contentType }];
  if (contentDisposition !== undefined)
    headers.push({ name: "Content-Disposition", value: contentDisposition });
  return describe(headers, { contentType, contentDisposition, unknownEncoding: undefined, octets });
}

function splitMultipart(contentType: string, body: Uint8Array): MultipartResult {
  const { value, parameters } = parseHeaderValue(contentType);
  if (!value.startsWith("multipart/")) {
    throw new MultipartFault("notMultipart", `${value || "an empty Content-Type"} is not multipart`, 0);
  }
  const boundary = parameters.get("boundary")?.trimEnd() ?? "";
  if (boundary.length < 1 || boundary.length > BOUNDARY_LENGTH_MAX) {
    throw new MultipartFault("boundaryInvalid", "boundary must have 1 to 70 characters (RFC 2046 §5.1.1)", 0);
  }
  const pattern = octetsOf(`--${boundary}`);
  let delimiter = findDelimiter(body, pattern, 0);
  if (delimiter === undefined) {
    throw new MultipartFault("delimiterMissing", `no line --${boundary} in the body`, 0);
  }
  const preamble = body.subarray(0, delimiter.start);
  const parts: BodyPart[] = [];
  while (!delimiter.isClose) {
    if (parts.length === PARTS_MAX) {
      throw new MultipartFault("tooManyParts", `more than ${PARTS_MAX} parts`, delimiter.start);
    }
    const next = findDelimiter(body, pattern, delimiter.end);
    parts.push(parsePart(body, delimiter.end, next?.start ?? body.length));
    if (next === undefined) return { ok: true, parts, preamble, epilogue: EMPTY, isClosed: false };
    delimiter = next;
  }
  return { ok: true, parts, preamble, epilogue: body.subarray(delimiter.end), isClosed: true };
}

interface Delimiter {
  /** Of the CRLF that belongs to the delimiter (RFC 2046 §5.1.1), or of the dashes at the body's start. */
  readonly start: number;
  readonly end: number;
  readonly isClose: boolean;
}

/**
 * RFC 2046 §5.1.1: `delimiter := CRLF "--" boundary`, then transport padding and CRLF, or `--` on the last one. A line
 * that goes on after the boundary belongs to another boundary or to the content.
 */
function findDelimiter(body: Uint8Array, pattern: Uint8Array, from: number): Delimiter | undefined {
  for (let at = body.indexOf(DASH, from); at >= 0; at = body.indexOf(DASH, at + 1)) {
    if (!startsLine(body, at, from) || !matchesAt(body, pattern, at)) continue;
    let end = at + pattern.length;
    const isClose = body[end] === DASH && body[end + 1] === DASH;
    if (isClose) end += 2;
    while (body[end] === SPACE || body[end] === TAB) end++;
    const endsLine = body[end] === CR && body[end + 1] === LF;
    if (!endsLine && !(isClose && end === body.length)) continue;
    // The CRLF in front is the delimiter's, unless the delimiter before has already taken it: an empty part.
    const start = at >= from + 2 ? at - 2 : at;
    return { start, end: endsLine ? end + 2 : end, isClose };
  }
  return undefined;
}

function startsLine(body: Uint8Array, at: number, from: number): boolean {
  return at === from || (at >= 2 && body[at - 2] === CR && body[at - 1] === LF);
}

function matchesAt(body: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let i = 0; i < pattern.length; i++) if (body[at + i] !== pattern[i]) return false;
  return true;
}

/** RFC 2046 §5.1.1: `body-part := MIME-part-headers [CRLF *OCTET]`. */
function parsePart(body: Uint8Array, start: number, end: number): BodyPart {
  let at = start;
  const lines: { text: string; offset: number }[] = [];
  while (at < end) {
    const lineEnd = findLineEnd(body, at, end);
    if (lineEnd - start > PART_HEADER_OCTETS_MAX) {
      throw new MultipartFault("partHeadersTooLong", `more than ${PART_HEADER_OCTETS_MAX} octets`, start);
    }
    const isBlank = lineEnd === at;
    const text = octetString(body, at, lineEnd);
    const previous = lines.at(-1);
    const offset = at;
    at = Math.min(lineEnd + 2, end);
    if (isBlank) break;
    if (previous !== undefined && (text.startsWith(" ") || text.startsWith("\t"))) {
      previous.text += ` ${text.trim()}`;
    } else lines.push({ text, offset });
  }
  return bodyPart(
    lines.map((line) => parseHeaderLine(line.text, line.offset)),
    body.subarray(at, end),
    at,
  );
}

function findLineEnd(body: Uint8Array, from: number, end: number): number {
  for (let at = body.indexOf(CR, from); at >= 0 && at < end; at = body.indexOf(CR, at + 1)) {
    if (body[at + 1] === LF) return at;
  }
  return end;
}

function parseHeaderLine(text: string, offset: number): PartHeader {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(colon, 0)).trim();
  if (name === "") throw new MultipartFault("partHeaderInvalid", `a part header without a name`, offset);
  return { name, value: text.slice(colon + 1).trim() };
}

function bodyPart(headers: readonly PartHeader[], content: Uint8Array, offset: number): BodyPart {
  const header = (name: string) => headers.find((field) => field.name.toLowerCase() === name)?.value;
  const transferEncoding = (header("content-transfer-encoding") ?? "binary").toLowerCase();
  const contentEncoding = (header("content-encoding") ?? "identity").toLowerCase();
  let octets = content;
  let unknownEncoding: string | undefined;
  if (contentEncoding !== "identity") unknownEncoding = contentEncoding;
  if (transferEncoding === "base64") octets = decodeBase64(content, offset);
  else if (!["binary", "8bit", "7bit"].includes(transferEncoding)) unknownEncoding = transferEncoding;
  const contentType = header("content-type") ?? "text/plain";
  const contentDisposition = header("content-disposition");
  return describe(headers, { contentType, contentDisposition, unknownEncoding, octets });
}

interface PartContent {
  readonly contentType: string;
  readonly contentDisposition: string | undefined;
  readonly unknownEncoding: string | undefined;
  readonly octets: Uint8Array;
}

function describe(headers: readonly PartHeader[], content: PartContent): BodyPart {
  const { contentType, contentDisposition, unknownEncoding, octets } = content;
  const type = parseHeaderValue(contentType);
  const disposition = parseHeaderValue(contentDisposition ?? "");
  const part: { -readonly [K in keyof BodyPart]: BodyPart[K] } = {
    headers,
    contentType,
    mediaType: type.value,
    parameters: type.parameters,
    dispositionParameters: disposition.parameters,
    handling: disposition.parameters.get("handling")?.toLowerCase() === "optional" ? "optional" : "required",
    octets,
  };
  if (disposition.value !== "") part.disposition = disposition.value;
  if (unknownEncoding !== undefined) part.unknownEncoding = unknownEncoding;
  return part;
}

/** `value *(";" name "=" value)` with quoted strings; what cannot be read as a parameter is left out. */
function parseHeaderValue(text: string): { value: string; parameters: ReadonlyMap<string, string> } {
  const [value = "", ...rest] = splitAtSemicolons(text);
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf("=");
    if (equals < 0) continue;
    const name = parameter.slice(0, equals).trim().toLowerCase();
    if (name !== "" && !parameters.has(name)) parameters.set(name, unquoted(parameter.slice(equals + 1)));
  }
  return { value: value.trim().toLowerCase(), parameters };
}

function splitAtSemicolons(text: string): string[] {
  if (!text.includes('"')) return text.split(";");
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ";" && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  const inner = trimmed.endsWith('"') && trimmed.length > 1 ? trimmed.slice(1, -1) : trimmed.slice(1);
  return inner.replace(/\\(.)/g, "$1");
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 0x3d;

/** RFC 2045 §6.8. White space is skipped; any other character outside the alphabet is an error. */
function decodeBase64(text: Uint8Array, offset: number): Uint8Array {
  const octets = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? 0;
    if (character === CR || character === LF || character === SPACE || character === TAB) continue;
    if (character === PADDING) break;
    const sextet = BASE64.indexOf(String.fromCharCode(character));
    if (sextet < 0) {
      throw new MultipartFault("transferEncodingInvalid", "not a base64 character", offset + at);
    }
    bits = ((bits << 6) | sextet) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    octets[length++] = (bits >> bitCount) & 0xff;
  }
  return octets.subarray(0, length);
}

/** What a part needs to be written: its header fields, Content-Type among them, and its octets as they are. */
export type PartToBuild = Pick<BodyPart, "headers" | "octets">;

/**
 * A multipart body of `parts` in their order. Octets are written as they are (SIP is 8-bit clean, RFC 3261 §7.4.1), so
 * a Content-Transfer-Encoding that parsing has undone is not written again.
 */
export function buildMultipart(
  parts: readonly PartToBuild[],
  subtype = "mixed",
): { readonly contentType: string; readonly body: Uint8Array } {
  const boundary = freeBoundary(parts);
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const fields = part.headers
      .filter((field) => !isUndoneEncoding(field))
      .map((field) => `${field.name}: ${field.value}\r\n`);
    chunks.push(octetsOf(`--${boundary}\r\n${fields.join("")}\r\n`), part.octets, octetsOf("\r\n"));
  }
  chunks.push(octetsOf(`--${boundary}--\r\n`));
  return { contentType: `multipart/${subtype};boundary=${boundary}`, body: joined(chunks) };
}

function isUndoneEncoding(field: PartHeader): boolean {
  return (
    field.name.toLowerCase() === "content-transfer-encoding" &&
    ["base64", "7bit"].includes(field.value.toLowerCase())
  );
}

/** RFC 2046 §5.1.1: the delimiter must not appear in any part; a counter finds one that does not. */
function freeBoundary(parts: readonly PartToBuild[]): string {
  for (let count = 1; ; count++) {
    const boundary = `unique-boundary-${count}`;
    const pattern = octetsOf(`--${boundary}`);
    if (!parts.some((part) => contains(part.octets, pattern))) return boundary;
  }
}

function contains(octets: Uint8Array, pattern: Uint8Array): boolean {
  for (let at = octets.indexOf(DASH); at >= 0; at = octets.indexOf(DASH, at + 1)) {
    if (matchesAt(octets, pattern, at)) return true;
  }
  return false;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    octets.set(chunk, at);
    at += chunk.length;
  }
  return octets;
}
