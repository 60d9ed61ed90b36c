import { CONTENT_DISPOSITION, isHandlingRequired } from "../message/headers/media.ts";
import type { SipRequest } from "../message/message.ts";
import { parseMultipart } from "../message/multipart.ts";
import type { Reply } from "../transaction/server-transaction.ts";

function isOptionalBody(request: SipRequest): boolean {
  return !isHandlingRequired(request.get(CONTENT_DISPOSITION));
}

/** A body that is coded cannot be read by anybody here, whatever it is (RFC 3261 §8.2.3): 415. */
export function isCodedBody(request: SipRequest): boolean {
  const encoding = request.header("content-encoding")?.trim().toLowerCase() ?? "identity";
  return encoding !== "identity" && request.body.length > 0 && !isOptionalBody(request);
}

/** Why the body of a request inside a call cannot be dealt with (RFC 3261 §8.2.3, RFC 5621 §4): 415, or 400. */
export function bodyRefusal(request: SipRequest, accept: readonly string[]): Reply | undefined {
  const contentType = request.header("content-type");
  if (contentType === undefined || request.body.length === 0) return undefined;
  const isOptional = isOptionalBody(request);
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const isTaken = (mediaType: string): boolean => accept.some((each) => each.toLowerCase() === mediaType);
  const unsupported: Reply = { status: 415, headers: [["Accept", accept.join(", ")]] };
  if (!type.startsWith("multipart/")) return isTaken(type) || isOptional ? undefined : unsupported;
  const parsed = parseMultipart(contentType, request.body);
  if (!parsed.ok) return { status: 400 };
  const isForeign = parsed.parts.some(({ handling, mediaType }) => {
    return handling === "required" && !isTaken(mediaType) && !mediaType.startsWith("multipart/");
  });
  return isForeign ? unsupported : undefined;
}
