import type { HeaderField } from "../message/build-message.ts";
import { MIN_EXPIRES } from "../message/headers/seconds.ts";
import type { SipResponse } from "../message/message.ts";
import { parseMultipart } from "../message/multipart.ts";
import { minSeOf } from "../dialog/session-interval.ts";

/** What answers to earlier tries have changed in a request; a try is made from the owner's parts and this. */
export interface Amendment {
  /** Credentials of the last challenge. */
  readonly credentials: readonly HeaderField[];
  /** Option tags the peer does not know (420). */
  readonly dropped: ReadonlySet<string>;
  /** Option tags the peer wants to see (421). */
  readonly added: readonly string[];
  /** Least Session-Expires (422) and Expires (423) of the peer, seconds. */
  readonly minSeS: number;
  readonly minExpiresS: number;
  /** Media types the peer takes, where it refused ours (415). */
  readonly accept: readonly string[] | undefined;
}

export const NOT_AMENDED: Amendment = {
  credentials: [],
  dropped: new Set(),
  added: [],
  minSeS: 0,
  minExpiresS: 0,
  accept: undefined,
};

export interface AmendableParts {
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | undefined;
}

const lower = (value: string): string => value.toLowerCase();
const listOf = (response: SipResponse, id: string): string[] => (response.list(id) ?? []).map(lower);

/** RFC 6140 §5.1: a bulk contact means nothing to a registrar without it. */
const isEssential = (tag: string): boolean => tag === "gin";

/**
 * How a refusal can be mended (RFC 3261 §8.1.3.5, RFC 4028 §7.3, RFC 6665 §4.1.2.2); undefined where it cannot. Each
 * status is mended once: a peer that refuses the mended request as before means it.
 */
export function amendmentFor(
  response: SipResponse,
  sent: AmendableParts,
  before: Amendment,
  supported: readonly string[],
): Amendment | undefined {
  switch (response.status) {
    case 415:
      return unsupportedMediaType(response, sent, before);
    case 420: {
      const unsupported = listOf(response, "unsupported");
      const required = tagsOf(sent.headers, "require");
      const isMended = unsupported.some((tag) => required.includes(tag)) && !unsupported.some(isEssential);
      return before.dropped.size > 0 || !isMended ? undefined : { ...before, dropped: new Set(unsupported) };
    }
    case 421: {
      const required = listOf(response, "require");
      const known = tagsOf(sent.headers, "supported");
      const missing = required.filter((tag) => !known.includes(tag));
      const isOurs = missing.length > 0 && missing.every((tag) => supported.includes(tag));
      return before.added.length > 0 || !isOurs ? undefined : { ...before, added: missing };
    }
    case 422:
      return before.minSeS > 0 ? undefined : { ...before, minSeS: minSeOf(response) };
    case 423: {
      const least = response.get(MIN_EXPIRES) ?? 0;
      return before.minExpiresS > 0 || least === 0 ? undefined : { ...before, minExpiresS: least };
    }
    default:
      return undefined;
  }
}

function unsupportedMediaType(
  response: SipResponse,
  sent: AmendableParts,
  before: Amendment,
): Amendment | undefined {
  const accept = listOf(response, "accept").map((range) => (range.split(";")[0] ?? "").trim());
  const amended = { ...before, accept };
  const isMended = before.accept === undefined && withoutForeignParts(sent, accept) !== undefined;
  return isMended ? amended : undefined;
}

/** Applies an amendment to what the owner wants to send. */
export function amended(parts: AmendableParts, amendment: Amendment): AmendableParts {
  if (amendment === NOT_AMENDED) return parts;
  const { credentials, dropped, added, accept } = amendment;
  let headers: readonly HeaderField[] = parts.headers;
  let { body } = parts;
  if (dropped.size > 0 || added.length > 0)
    headers = headers.flatMap((field) => retag(field, dropped, added));
  if (amendment.minExpiresS > 0)
    headers = headers.map(([name, value]): HeaderField => {
      const isShort = lower(name) === "expires" && Number(value) > 0 && Number(value) < amendment.minExpiresS;
      return [name, isShort ? String(amendment.minExpiresS) : value];
    });
  const trimmed = accept && withoutForeignParts({ headers, body }, accept);
  if (trimmed !== undefined) ({ headers, body } = trimmed);
  return { headers: [...headers, ...credentials], body };
}

function retag(
  [name, value]: HeaderField,
  dropped: ReadonlySet<string>,
  added: readonly string[],
): HeaderField[] {
  const id = lower(name);
  if (id !== "require" && id !== "supported" && id !== "proxy-require") return [[name, value]];
  const tags = value.split(",").map((tag) => tag.trim());
  const kept = tags.filter((tag) => tag !== "" && !dropped.has(lower(tag)));
  if (id === "supported") kept.push(...added);
  return kept.length === 0 ? [] : [[name, kept.join(", ")]];
}

function tagsOf(headers: readonly HeaderField[], id: string): string[] {
  return headers
    .filter(([name]) => lower(name) === id)
    .flatMap(([, value]) => value.split(",").map((tag) => lower(tag.trim())));
}

const IS_CONTENT = /^(content-|mime-version$)/i;

/** The one part of a multipart that the peer takes; undefined where there is none, or the body is no multipart. */
function withoutForeignParts(parts: AmendableParts, accept: readonly string[]): AmendableParts | undefined {
  const type = parts.headers.find(([name]) => lower(name) === "content-type")?.[1];
  if (type === undefined || parts.body === undefined || !lower(type).startsWith("multipart/"))
    return undefined;
  const parsed = parseMultipart(type, parts.body);
  const part = parsed.ok ? parsed.parts.find(({ mediaType }) => accept.includes(mediaType)) : undefined;
  if (part === undefined) return undefined;
  const headers: HeaderField[] = parts.headers.filter(([name]) => !IS_CONTENT.test(name));
  return { headers: [...headers, ["Content-Type", part.contentType]], body: part.octets };
}
