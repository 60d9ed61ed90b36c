import { variantOf } from "@tandem/isup";
import { bareBodyPart, buildMultipart, octetString, parseMultipart, type BodyPart } from "@tandem/sip";

/** Multiparts inside multiparts: RFC 5621 §4.2 wants them read; three levels are more than anybody sends. */
export const NESTING_MAX = 3;

export type Handling = "optional" | "required";

/** An application/isup part (RFC 3204 §3.1). */
export interface IsupPart {
  /** From the message type code on. */
  readonly octets: Uint8Array;
  /** Bilateral name of the ISUP version; empty where it was left out. */
  readonly version: string;
  readonly base: string | undefined;
  readonly handling: Handling;
  /** Disposition type; `signal` where the part names none (RFC 3204 §3.1). */
  readonly disposition: string;
}

/** Why a part that looks like ISUP or SDP was not taken for it. */
export interface BodyProblem {
  readonly code: "isup-version-unknown" | "isup-hex-text" | "encoding-unknown" | "repeated";
  readonly message: string;
}

export interface BodyOptions {
  /** Take ISUP of a version that no standard names, as agreed with the peer (RFC 3204 §3.1 leaves `version` free). */
  readonly acceptsAnyIsupVersion?: boolean;
}

export interface SipBody {
  readonly sdp: Uint8Array | undefined;
  readonly isup: IsupPart | undefined;
  /**
   * Messages behind the IAM that belong to it, in their order: SAMs, which an INVITE of overlap signalling may have all
   * (RFC 3578 §3.2), and its segment (Q.764 (12/1999) §2.1.12).
   */
  readonly subsequent: readonly IsupPart[];
  /** Parts that are neither, and may be passed on. */
  readonly others: readonly BodyPart[];
  /** Those of `others` that must be understood: 415 (RFC 5621 §8.4, RFC 3261 §20.11). */
  readonly unsupportedRequired: readonly BodyPart[];
  readonly problems: readonly BodyProblem[];
}

export type BodyResult =
  | { readonly ok: true; readonly body: SipBody }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly offset: number;
        readonly status: 400 | 415;
      };
    };

/** Media types a reader of {@link readBody} understands, for Accept. */
export const ACCEPTED_TYPES = ["application/sdp", "application/isup", "multipart/mixed"] as const;

const NOTHING: SipBody = {
  sdp: undefined,
  isup: undefined,
  subsequent: [],
  others: [],
  unsupportedRequired: [],
  problems: [],
};

/** Reads the body of a SIP message: SDP and ISUP bare or in multiparts, in any order (RFC 3204, RFC 3372, RFC 5621). */
export function readBody(
  contentType: string | undefined,
  body: Uint8Array,
  contentDisposition?: string,
  options: BodyOptions = {},
): BodyResult {
  if (body.length === 0) return { ok: true, body: NOTHING };
  if (contentType === undefined) return fault("no-content-type", "a body without Content-Type", 0, 400);
  const collected: Collected = {
    options,
    sdp: undefined,
    isup: undefined,
    subsequent: [],
    others: [],
    required: [],
    problems: [],
  };
  const error = take(bareBodyPart(contentType, contentDisposition, body), 0, collected);
  if (error !== undefined) return error;
  const { sdp, isup, subsequent, others, required: unsupportedRequired, problems } = collected;
  return { ok: true, body: { sdp, isup, subsequent, others, unsupportedRequired, problems } };
}

interface Collected {
  readonly options: BodyOptions;
  sdp: Uint8Array | undefined;
  isup: IsupPart | undefined;
  readonly subsequent: IsupPart[];
  readonly others: BodyPart[];
  readonly required: BodyPart[];
  readonly problems: BodyProblem[];
}

function fault(
  code: string,
  message: string,
  offset: number,
  status: 400 | 415,
): Extract<BodyResult, { ok: false }> {
  return { ok: false, error: { code, message, offset, status } };
}

/** `depth`: multiparts around the part. Returns a fault where the body cannot be read at all. */
function take(part: BodyPart, depth: number, into: Collected): BodyResult | undefined {
  if (part.mediaType.startsWith("multipart/") && part.unknownEncoding === undefined) {
    return takeMultipart(part, depth, into);
  }
  const isup = asIsup(part, into);
  if (isup !== undefined && into.isup !== undefined) into.subsequent.push(isup);
  else if (isup !== undefined) into.isup = isup;
  else if (isSessionDescription(part, into)) into.sdp = part.octets;
  else {
    into.others.push(part);
    // RFC 5621 §9.4: such a part is processed only where another one refers to it.
    if (part.handling === "required" && part.disposition !== "by-reference") into.required.push(part);
  }
  return undefined;
}

function takeMultipart(part: BodyPart, depth: number, into: Collected): BodyResult | undefined {
  if (depth === NESTING_MAX)
    return fault("nested-too-deep", `more than ${NESTING_MAX} multiparts in each other`, 0, 400);
  const parsed = parseMultipart(part.contentType, part.octets);
  if (!parsed.ok) return fault(parsed.error.code, parsed.error.message, parsed.error.offset, 400);
  if (part.mediaType === "multipart/alternative") return takeAlternative(part, parsed.parts, depth, into);
  // RFC 5621 §4.2: a subtype that is not known is read as mixed. Parts carry their own handling.
  for (const inner of parsed.parts) {
    const error = take(inner, depth + 1, into);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** RFC 2046 §5.1.4, RFC 5621 §8.3: the last part that is understood counts, whatever the handling of the others. */
function takeAlternative(
  alternative: BodyPart,
  parts: readonly BodyPart[],
  depth: number,
  into: Collected,
): BodyResult | undefined {
  for (const part of parts.toReversed()) {
    const tried: Collected = { ...into, subsequent: [], others: [], required: [], problems: [] };
    const error = take(part, depth + 1, tried);
    if (error !== undefined) return error;
    if (tried.sdp === into.sdp && tried.isup === into.isup) continue;
    into.sdp = tried.sdp;
    into.isup = tried.isup;
    into.subsequent.push(...tried.subsequent);
    into.others.push(...tried.others);
    into.required.push(...tried.required);
    into.problems.push(...tried.problems);
    return undefined;
  }
  into.others.push(...parts);
  if (alternative.handling === "required") into.required.push(alternative);
  return undefined;
}

/** RFC 3261 §20.11: application/sdp describes the session unless its disposition says another thing. */
function isSessionDescription(part: BodyPart, { sdp, problems }: Collected): boolean {
  if (part.mediaType !== "application/sdp" || (part.disposition ?? "session") !== "session") return false;
  return isUsable(part, sdp !== undefined, problems);
}

/** Message type codes of the subsequent address message and the segmentation message, Q.763 (12/1999) table 4. */
const BEHIND_IAM: ReadonlySet<number | undefined> = new Set([0x02, 0x38]);

function asIsup(part: BodyPart, { options, isup, problems }: Collected): IsupPart | undefined {
  const isRepeated = isup !== undefined && !BEHIND_IAM.has(part.octets[0]);
  if (part.mediaType !== "application/isup" || !isUsable(part, isRepeated, problems)) return undefined;
  const version = part.parameters.get("version") ?? "";
  const base = part.parameters.get("base");
  const isKnown =
    version === "" ||
    variantOf(version) !== undefined ||
    (base !== undefined && variantOf(base) !== undefined);
  if (!isKnown && options.acceptsAnyIsupVersion !== true) {
    const message = `ISUP of version ${version}${base === undefined ? "" : `, base ${base}`} is not known`;
    problems.push({ code: "isup-version-unknown", message });
    return undefined;
  }
  if (isHexText(part.octets)) {
    problems.push({ code: "isup-hex-text", message: "application/isup holds hexadecimal text, not octets" });
    return undefined;
  }
  const disposition = part.disposition ?? "signal";
  return { octets: part.octets, version, base, handling: part.handling, disposition };
}

function isUsable(part: BodyPart, isThereOne: boolean, problems: BodyProblem[]): boolean {
  if (part.unknownEncoding !== undefined) {
    problems.push({ code: "encoding-unknown", message: `${part.mediaType} in ${part.unknownEncoding}` });
    return false;
  }
  if (isThereOne) problems.push({ code: "repeated", message: `a second ${part.mediaType}` });
  return !isThereOne;
}

/** Fewer octets may well be a short message of our own kind. */
const HEX_TEXT_MIN = 4;
const HEX_TEXT = /^(?:\s*[0-9A-Fa-f]{2})+\s*$/;

/** Some senders write the digits of the octets. OLM is the one message that begins as digits do, and is one octet long. */
function isHexText(octets: Uint8Array): boolean {
  if (octets.length < HEX_TEXT_MIN || octets.some((octet) => octet > 0x7f)) return false;
  return HEX_TEXT.test(octetString(octets));
}

export interface BodyToBuild {
  readonly sdp?: Uint8Array | undefined;
  readonly isup?: Pick<IsupPart, "octets" | "version" | "base" | "handling"> | undefined;
}

/** Content headers and octets of a body; undefined where there is nothing to send. */
export interface BuiltBody {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly octets: Uint8Array;
}

/** SDP alone, ISUP alone, or both in multipart/mixed (RFC 3372 §5.3). */
export function buildBody({ sdp, isup }: BodyToBuild): BuiltBody | undefined {
  const isupHeaders = isup && isupPartHeaders(isup);
  if (sdp !== undefined && isup !== undefined && isupHeaders !== undefined) {
    const sdpHeaders = [
      { name: "Content-Type", value: "application/sdp" },
      { name: "Content-Disposition", value: "session;handling=required" },
    ];
    const { contentType, body } = buildMultipart([
      { headers: sdpHeaders, octets: sdp },
      { headers: isupHeaders, octets: isup.octets },
    ]);
    return {
      headers: [
        ["MIME-Version", "1.0"],
        ["Content-Type", contentType],
      ],
      octets: body,
    };
  }
  if (sdp !== undefined) return { headers: [["Content-Type", "application/sdp"]], octets: sdp };
  if (isup === undefined || isupHeaders === undefined) return undefined;
  return { headers: isupHeaders.map(({ name, value }) => [name, value] as const), octets: isup.octets };
}

function isupPartHeaders(isup: NonNullable<BodyToBuild["isup"]>): { name: string; value: string }[] {
  const base = isup.base === undefined ? "" : `;base=${isup.base}`;
  return [
    { name: "Content-Type", value: `application/isup;version=${isup.version}${base}` },
    { name: "Content-Disposition", value: `signal;handling=${isup.handling}` },
  ];
}
