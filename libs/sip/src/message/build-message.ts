import type { HeaderField } from "./header-field.ts";
import type { SipRequest } from "./message.ts";
import { octetsOf, utf8OctetString } from "./octets.ts";
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
  let head = `SIP/2.0 ${parts.status} ${fieldText(parts.phrase ?? statusPhrase(parts.status))}\r\n`;
  head += copyVias(request, source);
  const { ids } = request.index;
  // RFC 3261 §12.1.1: Record-Route goes back in what makes a dialog.
  const isDialogForming = parts.status > 100 && parts.status < 300;
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at];
    if (id === "from" || id === "call-id" || id === "cseq" || (isDialogForming && id === "record-route")) {
      head += `${COPIED[id]}: ${request.rawValue(at)}\r\n`;
    } else if (id === "timestamp" && parts.status === 100) {
      // RFC 3261 §8.2.6.1: the caller measures the way by it.
      head += `Timestamp: ${request.rawValue(at)}\r\n`;
    } else if (id === "to") {
      const tag = parts.toTag === undefined || request.toTag !== undefined ? "" : `;tag=${parts.toTag}`;
      head += `To: ${request.rawValue(at)}${tag}\r\n`;
    }
  }
  return finish(head, parts.headers, parts.body);
}

const COPIED = {
  from: "From",
  "call-id": "Call-ID",
  cseq: "CSeq",
  "record-route": "Record-Route",
} as const;

function copyVias(request: SipRequest, source: Source | undefined): string {
  let lines = "";
  let isTop = true;
  const { ids } = request.index;
  for (let at = ids.indexOf("via"); at >= 0; at = ids.indexOf("via", at + 1)) {
    const value = request.rawValue(at);
    lines += `Via: ${isTop && source !== undefined ? withSource(request, value, source) : value}\r\n`;
    isTop = false;
  }
  return lines;
}

const BRACKETS = /^\[|\]$/g;

function withSource(request: SipRequest, value: string, source: Source): string {
  const via = request.topVia;
  if (via === undefined) return value;
  const hasRport = via.params.has("rport");
  // RFC 3261 §18.2.1: `received` where the host differs; RFC 3581 §4: always with rport.
  const isSame = via.host === source.address || via.host.replace(BRACKETS, "") === source.address;
  if (isSame && !hasRport) return value;
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
  const { method, requestUri, via, headers, body } = parts;
  const start = `${method} ${fieldText(requestUri)} SIP/2.0\r\n`;
  return finish(via === undefined ? start : `${start}Via: ${fieldText(via)}\r\n`, headers, body);
}

// eslint-disable-next-line no-control-regex -- what may stand in a field as it is
const PRINTABLE = /^[\u0009\u0020-\u007e]*$/;
const LINE_ENDS = /\s*[\r\n]+\s*/g;

/** A value as it may be sent: UTF-8, and no line end, which would begin a header field of somebody else's choice. */
export function fieldText(value: string): string {
  return PRINTABLE.test(value) ? value : utf8OctetString(value.replace(LINE_ENDS, " "));
}

function finish(
  start: string,
  headers: readonly HeaderField[] | undefined,
  body: Uint8Array | undefined,
): Uint8Array {
  let head = start;
  if (headers !== undefined) for (const field of headers) head += `${field[0]}: ${fieldText(field[1])}\r\n`;
  head += `Content-Length: ${body?.length ?? 0}\r\n\r\n`;
  return octetsOf(head, body);
}
