import type { IsupVariant } from "@tandem/isup";
import {
  checkRequest,
  checkResponse,
  octetString,
  parseMessage,
  textOf,
  type NameAddr,
  type SipMessage,
  warningsOf,
} from "@tandem/sip";
import { decodeBody, replaced, type Decoded, type Warning } from "./decode-octets.ts";

/** RFC 3261 §8.2.2.1 and RFC 3966: what a user agent server can be reached by. */
const SCHEMES = new Set(["sip", "sips", "tel"]);

export function decodeSip(octets: Uint8Array, variant: IsupVariant): Decoded {
  const parsed = parseMessage(octets);
  if (!parsed.ok) {
    const { code, message, offset, status } = parsed.error;
    return { ok: false, error: { code, message, offset, ...(status !== undefined && { status }) } };
  }
  const { message } = parsed;
  const fault = message.kind === "request" ? checkRequest(message) : checkResponse(message);
  if (fault !== undefined) {
    // A broken response is dropped, as nothing answers a response (RFC 3261 §18.1.2).
    const status = message.kind === "request" ? { status: fault.status } : {};
    return { ok: false, error: { code: fault.code, message: fault.message, offset: 0, ...status } };
  }
  const body = decodeBodyOf(message, variant);
  if (body?.ok === false && body.error.status === 415 && message.kind === "request")
    return { ok: false, error: { ...body.error, offset: message.octets.length - message.body.length } };
  return {
    ok: true,
    message: { ...sipJson(message), ...(body?.ok === true && { body: body.message }) },
    warnings: [
      ...refusalsOf(message),
      ...warningsOf(message),
      ...(body?.ok === true ? body.warnings : body ? [body.error] : []),
    ],
    octets: body?.ok === true ? replaced(message.octets, message.body, body.octets) : message.octets,
    lines: () => [
      ...textOf(octetString(message.octets, 0, message.head.length))
        .trim()
        .split("\r\n"),
      ...(body?.ok === true ? ["", ...body.lines()] : []),
    ],
  };
}

function decodeBodyOf(message: SipMessage, variant: IsupVariant): Decoded | undefined {
  const { body: octets } = message;
  if (octets.length === 0) return undefined;
  return decodeBody({
    octets,
    contentType: message.header("content-type"),
    contentDisposition: message.header("content-disposition"),
    variant,
  });
}

function sipJson(message: SipMessage): object {
  const start =
    message.kind === "request"
      ? { method: message.method, requestUri: message.requestUriText }
      : { status: message.status, reasonPhrase: message.reasonPhrase };
  const { callId, cseq, from, to, topVia, extraOctets } = message;
  return {
    kind: message.kind,
    ...start,
    callId,
    cseq,
    from: from && nameAddrJson(from),
    to: to && nameAddrJson(to),
    topVia: topVia && { ...topVia, params: Object.fromEntries(topVia.params) },
    headers: message.index.ids.map((name, at) => ({ name, value: textOf(message.rawValue(at)) })),
    bodyOctets: message.body.length,
    ...(extraOctets > 0 && { extraOctets }),
  };
}

function nameAddrJson({ displayName, uriText, params }: NameAddr): object {
  return {
    ...(displayName !== undefined && { displayName }),
    uri: uriText,
    params: Object.fromEntries(params),
  };
}

/** What a user agent server does not go along with (RFC 3261 §8.2). */
function refusalsOf(request: SipMessage): Warning[] {
  if (request.kind === "response") return [];
  const warnings: Warning[] = [];
  const scheme = request.requestUri?.scheme ?? "";
  if (!SCHEMES.has(scheme))
    warnings.push({ code: "unknown-uri-scheme", message: `Request-URI of scheme ${scheme}`, status: 416 });
  const required = request.list("require") ?? [];
  if (required.length > 0)
    warnings.push({ code: "extension-required", message: `Require: ${required.join(", ")}`, status: 420 });
  return warnings;
}
