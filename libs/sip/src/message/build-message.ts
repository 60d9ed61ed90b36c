import type { HeaderField } from "./header-field.ts";
import type { SipRequest } from "./message.ts";
import { OctetWriter } from "./octet-writer.ts";
import { utf8OctetString } from "./octets.ts";
import { statusPhrase } from "./status-phrases.ts";
import { splitOutside } from "./token.ts";

export type { HeaderField };

export interface ResponseParts {
  readonly status: number;
  readonly phrase?: string | undefined;
  /** Added to To where the request had no tag (RFC 3261 §8.2.6.2). */
  readonly toTag?: string | undefined;
  readonly headers?: readonly HeaderField[] | undefined;
  readonly body?: Uint8Array | undefined;
}

/** Where a request came from. */
interface Source {
  readonly address: string;
  readonly port: number;
}

/**
 * A response from the request's own octets (RFC 3261 §8.2.6): Via, From, To, Call-ID, CSeq, Record-Route. `source`
 * becomes `received` and `rport` of the top Via (§18.2.1, RFC 3581 §4).
 */
export function buildResponse(request: SipRequest, parts: ResponseParts, source?: Source): Uint8Array {
  const { headers = NO_HEADERS, body } = parts;
  const writer = writeResponse(request, parts, headers, source);
  return (writer.isOdd ? writeResponse(request, parts, headers.map(plainField), source) : writer).body(body);
}

function writeResponse(
  request: SipRequest,
  { status, phrase, toTag, body }: ResponseParts,
  headers: readonly HeaderField[],
  source: Source | undefined,
): OctetWriter {
  const start = `SIP/2.0 ${status} ${fieldText(phrase ?? statusPhrase(status))}\r\n`;
  const { ids } = request.index;
  const lines = linesToCopy(ids, status);
  const topVia = source === undefined ? undefined : viaWithSource(request, source);
  const tag = toTag === undefined || request.toTag !== undefined ? "" : `;tag=${toTag}`;
  const end = new MessageEnd(headers, body);
  let length = start.length + end.length;
  for (const at of lines) {
    const id = ids[at] ?? "";
    const isTop = at === lines[0] && topVia !== undefined;
    length += nameOf(id).length + LINE_OCTETS + (isTop ? topVia.length : request.valueLength(at));
    if (id === "to") length += tag.length;
  }
  const writer = new OctetWriter(length);
  writer.text(start);
  for (const at of lines) {
    const id = ids[at] ?? "";
    writer.text(nameOf(id));
    writer.text(": ");
    if (at === lines[0] && topVia !== undefined) writer.text(topVia);
    else request.writeValue(at, writer);
    if (id === "to") writer.text(tag);
    writer.text("\r\n");
  }
  end.write(writer);
  return writer;
}

/** Where the lines are in the request that go back, Via first. */
function linesToCopy(ids: readonly string[], status: number): number[] {
  const lines: number[] = [];
  for (let at = ids.indexOf("via"); at >= 0; at = ids.indexOf("via", at + 1)) lines.push(at);
  for (let at = 0; at < ids.length; at++) if (isCopied(ids[at], status)) lines.push(at);
  return lines;
}

function isCopied(id: string | undefined, status: number): boolean {
  switch (id) {
    case "from":
    case "to":
    case "call-id":
    case "cseq":
      return true;
    case "record-route":
      // RFC 3261 §12.1.1: it goes back in what makes a dialog.
      return status > 100 && status < 300;
    case "timestamp":
      // RFC 3261 §8.2.6.1: the caller measures the way by it.
      return status === 100;
    default:
      return false;
  }
}

function nameOf(id: string): string {
  switch (id) {
    case "via":
      return "Via";
    case "from":
      return "From";
    case "to":
      return "To";
    case "call-id":
      return "Call-ID";
    case "cseq":
      return "CSeq";
    case "record-route":
      return "Record-Route";
    default:
      return "Timestamp";
  }
}

const BRACKETS = /^\[|\]$/g;

/** The top Via line where its first value says where the request came from; undefined where it stays as it is. */
function viaWithSource(request: SipRequest, source: Source): string | undefined {
  const via = request.topVia;
  if (via === undefined) return undefined;
  const hasRport = via.params.has("rport");
  // RFC 3261 §18.2.1: `received` where the host differs; RFC 3581 §4: always with rport.
  const isSame = via.host === source.address || via.host.replace(BRACKETS, "") === source.address;
  if (isSame && !hasRport) return undefined;
  const value = request.rawValue(request.index.ids.indexOf("via"));
  const [first = value, ...rest] = splitOutside(value, ",") ?? [value];
  let top = first.trimEnd().replace(/;\s*received\s*=[^;,]*/i, "");
  if (hasRport) top = top.replace(/;\s*rport\s*(?:=[^;,]*)?(?=;|$)/i, `;rport=${source.port}`);
  top += `;received=${source.address}`;
  return rest.length === 0 ? top : `${top},${rest.join(",")}`;
}

export interface RequestParts {
  readonly method: string;
  readonly requestUri: string;
  /** The topmost, where it is not among the headers. */
  readonly via?: string;
  /** In the order to be sent; Content-Length is added. */
  readonly headers: readonly HeaderField[];
  readonly body?: Uint8Array | undefined;
}

export function buildRequest(parts: RequestParts): Uint8Array {
  const writer = writeRequest(parts);
  if (!writer.isOdd) return writer.body(parts.body);
  const { requestUri, via, headers } = parts;
  const plain = {
    ...parts,
    requestUri: fieldText(requestUri),
    ...(via !== undefined && { via: fieldText(via) }),
    headers: headers.map(plainField),
  };
  return writeRequest(plain).body(parts.body);
}

const VERSION = " SIP/2.0\r\n";
/** What a line has beside name and value. */
const LINE_OCTETS = ": \r\n".length;

function writeRequest({ method, requestUri, via, headers, body }: RequestParts): OctetWriter {
  const end = new MessageEnd(headers, body);
  const viaLength = via === undefined ? 0 : "Via".length + LINE_OCTETS + via.length;
  const writer = new OctetWriter(
    method.length + " ".length + requestUri.length + VERSION.length + viaLength + end.length,
  );
  writer.text(method);
  writer.text(" ");
  writer.value(requestUri);
  writer.text(VERSION);
  if (via !== undefined) {
    writer.text("Via: ");
    writer.value(via);
    writer.text("\r\n");
  }
  end.write(writer);
  return writer;
}

// eslint-disable-next-line no-control-regex -- what may stand in a field as it is
const PRINTABLE = /^[\u0009\u0020-\u007e]*$/;
const LINE_ENDS = /\s*[\r\n]+\s*/g;

/** A value as it may be sent: UTF-8, and no line end, which would begin a header field of somebody else's choice. */
export function fieldText(value: string): string {
  return PRINTABLE.test(value) ? value : utf8OctetString(value.replace(LINE_ENDS, " "));
}

/** The value as it may be sent. */
const plainField = ([name, value]: HeaderField): HeaderField => [name, fieldText(value)];

const NO_HEADERS: readonly HeaderField[] = [];
const CONTENT_LENGTH = "Content-Length: ";
const HEAD_END = "\r\n\r\n";

/** All from the first field of the sender's own to the end of the body. */
class MessageEnd {
  readonly #headers: readonly HeaderField[];
  readonly #bodyLength: string;
  /** Octets. */
  readonly length: number;

  constructor(headers: readonly HeaderField[], body: Uint8Array | undefined) {
    this.#headers = headers;
    const octets = body?.length ?? 0;
    this.#bodyLength = String(octets);
    let length = CONTENT_LENGTH.length + this.#bodyLength.length + HEAD_END.length + octets;
    for (const field of headers) length += field[0].length + LINE_OCTETS + field[1].length;
    this.length = length;
  }

  /** But for the body. */
  write(writer: OctetWriter): void {
    for (const field of this.#headers) {
      writer.text(field[0]);
      writer.text(": ");
      writer.value(field[1]);
      writer.text("\r\n");
    }
    writer.text(CONTENT_LENGTH);
    writer.text(this.#bodyLength);
    writer.text(HEAD_END);
  }
}
