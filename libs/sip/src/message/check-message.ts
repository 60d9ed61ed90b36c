import type { SipMessage, SipRequest, SipResponse } from "./message.ts";
import { splitOutside } from "./token.ts";
import { parseVia } from "./via.ts";

/** Why a well-framed message may not be processed; `status` is what RFC 3261 answers. */
export interface MessageFault {
  readonly code: "missing-header" | "repeated-header" | "bad-header-value" | "method-mismatch";
  readonly message: string;
  readonly status: 400;
}

/** RFC 3261 §8.1.1: in every request, at most once (RFC 4475 §3.3.8). */
const SINGLE = ["from", "to", "call-id", "cseq"] as const;
const ALL_MET = (1 << SINGLE.length) - 1;

/** Header fields a response copies: without them nothing can be sent back (RFC 3261 §8.2.6.2). */
export function isAnswerable(request: SipRequest): boolean {
  return request.topVia !== undefined && request.method !== "ACK";
}

/** The checks of RFC 3261 §8.1.1 and §8.2 that need no state. */
export function checkRequest(request: SipRequest): MessageFault | undefined {
  const fault = checkCommon(request);
  if (fault !== undefined) return fault;
  if (request.cseq?.method !== request.method) {
    return {
      code: "method-mismatch",
      message: `CSeq names ${request.cseq?.method}, not ${request.method}`,
      status: 400,
    };
  }
  if (request.requestUri === undefined) return bad("Request-URI", request.requestUriText);
  // RFC 3261 §19.1.1: header parameters are not allowed in a Request-URI.
  if ("headers" in request.requestUri && request.requestUri.headers !== undefined) {
    return bad("Request-URI", request.requestUriText);
  }
  if (isRepeated(request, "max-forwards")) return repeated("max-forwards");
  const contacts = request.header("contact") === "*" ? [] : request.contacts;
  return contacts === undefined ? bad("Contact", request.header("contact")) : undefined;
}

export function checkResponse(response: SipResponse): MessageFault | undefined {
  return checkCommon(response);
}

function checkCommon(message: SipMessage): MessageFault | undefined {
  const { ids } = message.index;
  const top = ids.indexOf("via");
  if (top < 0) return missing("via");
  if (message.topVia === undefined) return bad("Via", message.rawValue(top));
  for (let at = top; at >= 0; at = ids.indexOf("via", at + 1)) {
    const line = message.rawValue(at);
    // The first value is the top Via, read already.
    if (at === top && !line.includes(",")) continue;
    const values = splitOutside(line, ",");
    if (values === undefined || values.some((value) => parseVia(value.trim()) === undefined))
      return bad("Via", line);
  }
  const fault = countFault(ids);
  if (fault !== undefined) return fault;
  const { callId } = message;
  if (callId === undefined || callId === "" || WHITE.test(callId)) return bad("Call-ID", callId);
  if (!message.isReadable("from")) return bad("From", message.header("from"));
  if (!message.isReadable("to")) return bad("To", message.header("to"));
  if (message.cseq === undefined) return bad("CSeq", message.header("cseq"));
  return undefined;
}

const WHITE = /\s/;

/** In one pass, since every message is asked: a bit for each of {@link SINGLE} that was met. */
function countFault(ids: readonly string[]): MessageFault | undefined {
  let met = 0;
  for (const id of ids) {
    const place = placeOf(id);
    if (place < 0) continue;
    if ((met & (1 << place)) !== 0) return repeated(id);
    met |= 1 << place;
  }
  if (met === ALL_MET) return undefined;
  const absent = SINGLE.find((_, place) => (met & (1 << place)) === 0);
  return absent === undefined ? undefined : missing(absent);
}

function placeOf(id: string): number {
  switch (id) {
    case "from":
      return 0;
    case "to":
      return 1;
    case "call-id":
      return 2;
    case "cseq":
      return 3;
    default:
      return -1;
  }
}

function isRepeated({ index: { ids } }: SipMessage, id: string): boolean {
  return ids.indexOf(id) !== ids.lastIndexOf(id);
}

function missing(id: string): MessageFault {
  return { code: "missing-header", message: `no ${id}`, status: 400 };
}

function repeated(id: string): MessageFault {
  return {
    code: "repeated-header",
    message: `more than one ${id}`,
    status: 400,
  };
}

function bad(name: string, value: string | undefined): MessageFault {
  return {
    code: "bad-header-value",
    message: `${name}: ${value ?? ""}`,
    status: 400,
  };
}
