import { headerIdAt, knownHeaderId } from "./header-names.ts";
import {
  HEADER_FIELDS_MAX,
  HEADER_VALUE_OCTETS_MAX,
  MESSAGE_OCTETS_MAX,
  START_LINE_OCTETS_MAX,
} from "./limits.ts";
import { SipRequest, SipResponse, type HeaderIndex, type IndexedOctets, type SipMessage } from "./message.ts";
import { octetString, textOf } from "./octets.ts";
import { isToken } from "./token.ts";

export type ParseErrorCode =
  | "not-sip"
  | "keep-alive"
  | "too-large"
  | "no-end-of-head"
  | "bad-start-line"
  | "bad-version"
  | "bad-header"
  | "bad-content-length";

export interface ParseError {
  readonly code: ParseErrorCode;
  readonly message: string;
  /** Octets from the start of the datagram. */
  readonly offset: number;
  /** The status a server answers with; undefined where the datagram is dropped. */
  readonly status: 400 | 505 | 513 | undefined;
  /** What was readable, so that the fault can be answered. */
  readonly partial: SipRequest | undefined;
}

export type ParseResult =
  { readonly ok: true; readonly message: SipMessage } | { readonly ok: false; readonly error: ParseError };

interface Fault {
  readonly code: ParseErrorCode;
  readonly message: string;
  readonly offset: number;
}

/** Parses one datagram (RFC 3261 §7, §18.3). Never throws. */
export function parseMessage(octets: Uint8Array): ParseResult {
  if (octets.length > MESSAGE_OCTETS_MAX) {
    return refused("too-large", `message of ${octets.length} octets`, MESSAGE_OCTETS_MAX);
  }
  let start = 0;
  while (octets[start] === CARRIAGE_RETURN || octets[start] === LINE_FEED) start++;
  if (start === octets.length) return refused("keep-alive", "no octets but line ends", 0);
  const scanned = scanHead(octets, start);
  if (scanned === undefined) return parseOdd(octets, start);
  const { startEnd, headEnd, index } = scanned;
  if (startEnd - start > START_LINE_OCTETS_MAX)
    return refused("bad-start-line", "start line too long", start);
  const head = octetString(octets, 0, headEnd + 2);
  if (!nameOthers(head, index)) return parseOdd(octets, start);
  const framed = frame(octets, head, index, headEnd + 4);
  return build(head.slice(start, startEnd), start, framed.indexed, framed.fault);
}

/** What is not as {@link scanHead} wants it: most of it is refused, but as far as it can be read. */
function parseOdd(octets: Uint8Array, start: number): ParseResult {
  const text = octetString(octets);
  const startEnd = text.indexOf("\r\n", start);
  if (startEnd < 0) return refused("not-sip", "no line end", start);
  const startLine = text.slice(start, startEnd);
  if (startLine.length > START_LINE_OCTETS_MAX)
    return refused("bad-start-line", "start line too long", start);
  const headEnd = text.indexOf("\r\n\r\n", startEnd);
  // Decoded again, since a slice of the whole would cost at every look into it.
  const head = headEnd < 0 ? text : octetString(octets, 0, headEnd + 2);
  const indexed = indexHead(head, startEnd + 2);
  const fault = headEnd < 0 ? noEnd(text.length) : indexed.fault;
  const bodyStart = headEnd < 0 ? text.length : headEnd + 4;
  const framed = frame(octets, head, indexed.index, bodyStart);
  return build(startLine, start, framed.indexed, fault ?? framed.fault);
}

function noEnd(offset: number): Fault {
  return {
    code: "no-end-of-head",
    message: "the empty line after the header fields is missing",
    offset,
  };
}

function refused(code: ParseErrorCode, message: string, offset: number): ParseResult {
  return {
    ok: false,
    error: { code, message, offset, status: undefined, partial: undefined },
  };
}

const NAMES_SIP = /\sSIP\//i;
const SIP_VERSION = /^SIP\/[0-9]+\.[0-9]+$/;
// eslint-disable-next-line no-control-regex -- control characters are what must not be there
const NOT_IN_URI = /[\u0000-\u0020\u007f<>"]/;

function build(
  startLine: string,
  offset: number,
  indexed: IndexedOctets,
  fault: Fault | undefined,
): ParseResult {
  if (startLine.startsWith("SIP/")) return buildResponse(startLine, offset, indexed, fault);
  const firstSpace = startLine.indexOf(" ");
  const lastSpace = startLine.lastIndexOf(" ");
  const method = startLine.slice(0, firstSpace);
  const isUsual = startLine.endsWith(" SIP/2.0");
  if (firstSpace <= 0 || !isToken(method) || (!isUsual && !NAMES_SIP.test(startLine))) {
    return refused("not-sip", "the start line is neither a request's nor a response's", offset);
  }
  const version = isUsual ? "SIP/2.0" : startLine.slice(lastSpace + 1).toUpperCase();
  const uri = lastSpace > firstSpace ? startLine.slice(firstSpace + 1, lastSpace) : "";
  const request = new SipRequest(indexed, method, uri);
  if (version !== "SIP/2.0" && SIP_VERSION.test(version)) {
    // RFC 3261 §21.5.6
    const at = offset + lastSpace + 1;
    return withPartial({ code: "bad-version", message: `version ${version}`, offset: at }, 505, request);
  }
  if (version !== "SIP/2.0" || uri === "" || NOT_IN_URI.test(uri)) {
    return withPartial(
      { code: "bad-start-line", message: `Request-Line "${startLine}"`, offset },
      400,
      request,
    );
  }
  return fault === undefined ? { ok: true, message: request } : withPartial(fault, 400, request);
}

function withPartial(fault: Fault, status: 400 | 505, partial: SipRequest): ParseResult {
  return { ok: false, error: { ...fault, status, partial } };
}

const STATUS_LINE = /^SIP\/2\.0 [1-6][0-9]{2}(?: .*)?$/i;
const STATUS_AT = "SIP/2.0 ".length;
const PHRASE_AT = "SIP/2.0 200 ".length;

function statusIn(line: string): number | undefined {
  return STATUS_LINE.test(line) ? Number(line.slice(STATUS_AT, STATUS_AT + 3)) : undefined;
}

function buildResponse(
  line: string,
  offset: number,
  indexed: IndexedOctets,
  fault: Fault | undefined,
): ParseResult {
  const status = statusIn(line);
  if (status === undefined) return refused("bad-start-line", `Status-Line "${line}"`, offset);
  // RFC 3261 §16.7, §18.1.2: a broken response is dropped; nothing can be answered.
  if (fault !== undefined)
    return {
      ok: false,
      error: { ...fault, status: undefined, partial: undefined },
    };
  return {
    ok: true,
    message: new SipResponse(indexed, status, textOf(line.slice(PHRASE_AT))),
  };
}

interface MutableIndex {
  readonly ids: string[];
  readonly isFolded: boolean;
  readonly isAscii: boolean;
  readonly nameStarts: number[];
  readonly valueStarts: number[];
  readonly valueEnds: number[];
}

const COLON = 0x3a;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

interface ScannedHead {
  readonly startEnd: number;
  /** Of the line end before the empty line. */
  readonly headEnd: number;
  readonly index: MutableIndex;
}

/** The id of a field whose name is not a usual one, until it is looked at. */
const UNNAMED = "";
const BLANKS = /[ \t]+$/;

/** Filled by {@link scanHead} and cut to the length that is needed: arrays that grow take twice of it. */
const IDS = Array.from({ length: HEADER_FIELDS_MAX }, () => UNNAMED);
const NAME_STARTS = Array.from({ length: HEADER_FIELDS_MAX }, () => 0);
const VALUE_STARTS = NAME_STARTS.slice();
const VALUE_ENDS = NAME_STARTS.slice();

/** One pass over the octets of a head without faults; undefined where it has one. */
function scanHead(octets: Uint8Array, start: number): ScannedHead | undefined {
  const { length } = octets;
  let at = start;
  while (at < length && octets[at] !== CARRIAGE_RETURN && octets[at] !== LINE_FEED) at++;
  const startEnd = at;
  if (octets[at] !== CARRIAGE_RETURN || octets[at + 1] !== LINE_FEED) return undefined;
  at += 2;
  let count = 0;
  let bits = 0;
  let isFolded = false;
  while (octets[at] !== CARRIAGE_RETURN) {
    const nameStart = at;
    let colon = -1;
    for (; ; at++) {
      const octet = octets[at];
      // Letters, most of all.
      if (octet !== undefined && octet > COLON) bits |= octet;
      else if (octet === CARRIAGE_RETURN) {
        if (octets[at + 1] !== LINE_FEED) return undefined;
        const next = octets[at + 2];
        if (next !== SPACE && next !== TAB) break;
        isFolded = true;
        at += 2;
      } else if (octet === undefined || octet === LINE_FEED) return undefined;
      else if (octet === COLON && colon < 0) colon = at;
    }
    let nameEnd = colon;
    while (nameEnd > nameStart && isBlank(octets[nameEnd - 1])) nameEnd--;
    let valueStart = colon + 1;
    let valueEnd = at;
    while (valueStart < valueEnd && isWhite(octets[valueStart])) valueStart++;
    while (valueEnd > valueStart && isWhite(octets[valueEnd - 1])) valueEnd--;
    const isTooMuch = count === HEADER_FIELDS_MAX || valueEnd - valueStart > HEADER_VALUE_OCTETS_MAX;
    if (colon < 0 || isTooMuch) return undefined;
    IDS[count] = headerIdAt(octets, nameStart, nameEnd) ?? UNNAMED;
    NAME_STARTS[count] = nameStart;
    VALUE_STARTS[count] = valueStart;
    VALUE_ENDS[count] = valueEnd;
    count++;
    at += 2;
  }
  if (octets[at + 1] !== LINE_FEED) return undefined;
  const index = {
    ids: IDS.slice(0, count),
    isFolded,
    isAscii: bits < 0x80,
    nameStarts: NAME_STARTS.slice(0, count),
    valueStarts: VALUE_STARTS.slice(0, count),
    valueEnds: VALUE_ENDS.slice(0, count),
  };
  return { startEnd, headEnd: at - 2, index };
}

/** Gives the fields of other names theirs; false where one is none. */
function nameOthers(head: string, { ids, nameStarts }: MutableIndex): boolean {
  for (let at = ids.indexOf(UNNAMED); at >= 0; at = ids.indexOf(UNNAMED, at + 1)) {
    const nameStart = nameStarts[at] ?? 0;
    const name = head.slice(nameStart, head.indexOf(":", nameStart)).replace(BLANKS, "");
    if (!isToken(name)) return false;
    ids[at] = name.toLowerCase();
  }
  return true;
}

/** One pass over the header lines; folded lines belong to the field before them. */
function indexHead(head: string, from: number): { index: HeaderIndex; fault: Fault | undefined } {
  const index: MutableIndex = {
    ids: [],
    isFolded: true,
    isAscii: false,
    nameStarts: [],
    valueStarts: [],
    valueEnds: [],
  };
  let fault: Fault | undefined;
  let at = from;
  let lineStart = from;
  let isBroken = false;
  while (at < head.length) {
    let end = head.indexOf("\r", lineStart);
    if (end < 0) end = head.length;
    // RFC 3261 §25.1 has no place for CR or LF alone; whoever takes one for a line end sees other header fields. The
    // field is left out of what is readable, so that no response carries it on.
    const lineFeed = head.indexOf("\n", lineStart);
    if (lineFeed !== end + 1 && (lineFeed >= 0 || end < head.length)) {
      fault ??= badHeader("CR or LF alone", lineFeed < 0 ? end : Math.min(end, lineFeed));
      isBroken = true;
      end = lineEnd(head, lineStart);
    }
    lineStart = end + 2;
    const next = head.charCodeAt(lineStart);
    if (next === SPACE || next === TAB) continue;
    const added = isBroken ? undefined : addField(head, at, end, index);
    fault ??= added;
    isBroken = false;
    at = lineStart;
  }
  return { index, fault };
}

function lineEnd(head: string, at: number): number {
  const end = head.indexOf("\r\n", at);
  return end < 0 ? head.length : end;
}

function addField(head: string, at: number, end: number, index: MutableIndex): Fault | undefined {
  const colon = head.indexOf(":", at);
  if (colon < 0 || colon > end) return badHeader("a header line without a colon", at);
  let nameEnd = colon;
  while (isBlank(head.charCodeAt(nameEnd - 1)) && nameEnd > at) nameEnd--;
  const name = head.slice(at, nameEnd);
  const known = knownHeaderId(name);
  if (known === undefined && !isToken(name)) return badHeader(`header field name "${name}"`, at);
  let valueStart = colon + 1;
  while (valueStart < end && isWhite(head.charCodeAt(valueStart))) valueStart++;
  let valueEnd = end;
  while (valueEnd > valueStart && isWhite(head.charCodeAt(valueEnd - 1))) valueEnd--;
  if (valueEnd - valueStart > HEADER_VALUE_OCTETS_MAX) return badHeader(`${name} is too long`, valueStart);
  if (index.ids.length === HEADER_FIELDS_MAX)
    return badHeader(`more than ${HEADER_FIELDS_MAX} header fields`, at);
  index.ids.push(known ?? name.toLowerCase());
  index.nameStarts.push(at);
  index.valueStarts.push(valueStart);
  index.valueEnds.push(valueEnd);
  return undefined;
}

function badHeader(message: string, offset: number): Fault {
  return { code: "bad-header", message, offset };
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB;
}

function isWhite(code: number | undefined): boolean {
  return isBlank(code) || code === CARRIAGE_RETURN || code === LINE_FEED;
}

const DIGITS = /^[0-9]+$/;

/** Content-Length against the octets of the datagram (RFC 3261 §18.3, §20.14). */
function frame(
  octets: Uint8Array,
  head: string,
  index: HeaderIndex,
  bodyStart: number,
): { indexed: IndexedOctets; fault: Fault | undefined } {
  const first = index.ids.indexOf("content-length");
  let bodyEnd = octets.length;
  let fault: Fault | undefined;
  if (first >= 0) {
    const offset = index.valueStarts[first] ?? 0;
    const value = head.slice(offset, index.valueEnds[first]);
    const length = Number(value);
    if ((value !== "0" && !DIGITS.test(value)) || bodyStart + length > octets.length) {
      const message = `Content-Length "${value}" with ${octets.length - bodyStart} octets of body`;
      fault = { code: "bad-content-length", message, offset };
    } else {
      bodyEnd = bodyStart + length;
      if (hasOther(head, index, first, length))
        fault = { code: "bad-content-length", message: "two different Content-Length", offset };
    }
  }
  return { indexed: { octets, head, index, bodyStart, bodyEnd }, fault };
}

function hasOther(
  head: string,
  { ids, valueStarts, valueEnds }: HeaderIndex,
  first: number,
  length: number,
): boolean {
  for (let at = ids.indexOf("content-length", first + 1); at >= 0; at = ids.indexOf("content-length", at + 1))
    if (Number(head.slice(valueStarts[at], valueEnds[at])) !== length) return true;
  return false;
}
