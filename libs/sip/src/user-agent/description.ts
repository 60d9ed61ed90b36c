import type { HeaderField } from "../message/build-message.ts";
import type { SipMessage } from "../message/message.ts";
import { parseMultipart } from "../message/multipart.ts";

const SDP = "application/sdp";
/** Multiparts inside multiparts: SIP-I has one level, recording two. */
const NESTING_MAX = 3;

export const SDP_CONTENT: HeaderField = ["Content-Type", SDP];

/** The session description that a message carries, alone or in a multipart (RFC 5621 §3). */
export function descriptionIn(message: SipMessage): Uint8Array | undefined {
  const type = message.header("content-type");
  return type === undefined ? undefined : descriptionOf(type, message.body);
}

/** The same for a body of ours. */
export function descriptionOfReply(parts: {
  readonly headers?: readonly HeaderField[] | undefined;
  readonly body?: Uint8Array | undefined;
}): Uint8Array | undefined {
  const type = parts.headers?.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return parts.body === undefined ? undefined : descriptionOf(type, parts.body);
}

function descriptionOf(
  contentType: string | undefined,
  body: Uint8Array,
  depth = NESTING_MAX,
): Uint8Array | undefined {
  if (contentType === undefined || body.length === 0) return undefined;
  if (contentType === SDP) return body;
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (type === SDP) return body;
  if (!type.startsWith("multipart/") || depth === 0) return undefined;
  const parsed = parseMultipart(contentType, body);
  if (!parsed.ok) return undefined;
  for (const part of parsed.parts) {
    const found = descriptionOf(part.contentType, part.octets, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
