import { headerId } from "./header-names.ts";
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
  while (octets[start] === 0x0d || octets[start] === 0x0a) start++;
  if (start === octets.length) return refused("keep-alive", "no octets but line ends", 0);
  const text = octetString(octets, 0, Math.min(octets.length, MESSAGE_OCTETS_MAX));
  const lineEnd = text.indexOf("\r\n", start);
  if (lineEnd < 0) return refused("not-sip", "no line end", start);
  const startLine = text.slice(start, lineEnd);
  if (startLine.length > START_LINE_OCTETS_MAX)
    return refused("bad-start-line", "start line too long", start);
  const headEnd = text.indexOf("\r\n\r\n", lineEnd);
  const head = headEnd < 0 ? text : text.slice(0, headEnd + 2);
  const indexed = indexHead(head, lineEnd + 2);
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
  const version = startLine.slice(lastSpace + 1);
  if (firstSpace <= 0 || !isToken(method) || !/\sSIP\//i.test(startLine)) {
    return refused("not-sip", "the start line is neither a request's nor a response's", offset);
  }
  const uri = lastSpace > firstSpace ? startLine.slice(firstSpace + 1, lastSpace) : "";
  const request = new SipRequest(indexed, method, uri);
  if (/^SIP\/[0-9]+\.[0-9]+$/i.test(version) && version.toUpperCase() !== "SIP/2.0") {
    // RFC 3261 §21.5.6
    return withPartial(
      {
        code: "bad-version",
        message: `version ${version}`,
        offset: offset + lastSpace + 1,
      },
      505,
      request,
    );
  }
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  if (version.toUpperCase() !== "SIP/2.0" || uri === "" || /[\u0000-\u0020\u007f<>"]/.test(uri)) {
    return withPartial(
      {
        code: "bad-start-line",
        message: `Request-Line "${startLine}"`,
        offset,
      },
      400,
      request,
    );
  }
  return fault === undefined ? { ok: true, message: request } : withPartial(fault, 400, request);
}

function withPartial(fault: Fault, status: 400 | 505, partial: SipRequest): ParseResult {
  return { ok: false, error: { ...fault, status, partial } };
}

const STATUS_LINE = /^SIP\/2\.0 ([1-6][0-9]{2})(?: (.*))?$/i;

function buildResponse(
  line: string,
  offset: number,
  indexed: IndexedOctets,
  fault: Fault | undefined,
): ParseResult {
  const match = STATUS_LINE.exec(line);
  if (match?.[1] === undefined) return refused("bad-start-line", `Status-Line "${line}"`, offset);
  // RFC 3261 §16.7, §18.1.2: a broken response is dropped; nothing can be answered.
  if (fault !== undefined)
    return {
      ok: false,
      error: { ...fault, status: undefined, partial: undefined },
    };
  return {
    ok: true,
    message: new SipResponse(indexed, Number(match[1]), textOf(match[2] ?? "")),
  };
}

interface MutableIndex {
  readonly ids: string[];
  readonly nameStarts: number[];
  readonly valueStarts: number[];
  readonly valueEnds: number[];
}

const TAB = 0x09;
const SPACE = 0x20;

/** One pass over the header lines; folded lines belong to the field before them. */
function indexHead(head: string, from: number): { index: HeaderIndex; fault: Fault | undefined } {
  const index: MutableIndex = {
    ids: [],
    nameStarts: [],
    valueStarts: [],
    valueEnds: [],
  };
  let fault: Fault | undefined;
  let at = from;
  while (at < head.length) {
    let end = head.indexOf("\r\n", at);
    if (end < 0) end = head.length;
    for (
      let next = head.charCodeAt(end + 2);
      next === SPACE || next === TAB;
      next = head.charCodeAt(end + 2)
    ) {
      const folded = head.indexOf("\r\n", end + 2);
      end = folded < 0 ? head.length : folded;
    }
    fault ??= addField(head, at, end, index);
    at = end + 2;
  }
  return { index, fault };
}

function addField(head: string, at: number, end: number, index: MutableIndex): Fault | undefined {
  const colon = head.indexOf(":", at);
  if (colon < 0 || colon > end) return badHeader("a header line without a colon", at);
  let nameEnd = colon;
  while (isBlank(head.charCodeAt(nameEnd - 1)) && nameEnd > at) nameEnd--;
  const name = head.slice(at, nameEnd);
  if (!isToken(name)) return badHeader(`header field name "${name}"`, at);
  let valueStart = colon + 1;
  while (valueStart < end && isWhite(head.charCodeAt(valueStart))) valueStart++;
  let valueEnd = end;
  while (valueEnd > valueStart && isWhite(head.charCodeAt(valueEnd - 1))) valueEnd--;
  if (valueEnd - valueStart > HEADER_VALUE_OCTETS_MAX) return badHeader(`${name} is too long`, valueStart);
  if (index.ids.length === HEADER_FIELDS_MAX)
    return badHeader(`more than ${HEADER_FIELDS_MAX} header fields`, at);
  index.ids.push(headerId(name));
  index.nameStarts.push(at);
  index.valueStarts.push(valueStart);
  index.valueEnds.push(valueEnd);
  return undefined;
}

function badHeader(message: string, offset: number): Fault {
  return { code: "bad-header", message, offset };
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function isWhite(code: number): boolean {
  return isBlank(code) || code === 0x0d || code === 0x0a;
}

/** Content-Length against the octets of the datagram (RFC 3261 §18.3, §20.14). */
function frame(
  octets: Uint8Array,
  head: string,
  index: HeaderIndex,
  bodyStart: number,
): { indexed: IndexedOctets; fault: Fault | undefined } {
  const indexed = (bodyEnd: number): IndexedOctets => ({
    octets,
    head,
    index,
    bodyStart,
    bodyEnd,
  });
  const first = index.ids.indexOf("content-length");
  if (first < 0) return { indexed: indexed(octets.length), fault: undefined };
  const offset = index.valueStarts[first] ?? 0;
  const value = head.slice(offset, index.valueEnds[first]);
  const length = Number(value);
  if (!/^[0-9]+$/.test(value) || bodyStart + length > octets.length) {
    const message = `Content-Length "${value}" with ${octets.length - bodyStart} octets of body`;
    return {
      indexed: indexed(octets.length),
      fault: { code: "bad-content-length", message, offset },
    };
  }
  for (let at = index.ids.indexOf("content-length", first + 1); at >= 0;) {
    if (Number(head.slice(index.valueStarts[at], index.valueEnds[at])) !== length) {
      const fault: Fault = {
        code: "bad-content-length",
        message: "two different Content-Length",
        offset,
      };
      return { indexed: indexed(bodyStart + length), fault };
    }
    at = index.ids.indexOf("content-length", at + 1);
  }
  return { indexed: indexed(bodyStart + length), fault: undefined };
}
