import { buildMultipart, parseMultipart, type BodyPart } from "@tandem/sip";

/** Multiparts inside multiparts: RFC 5621 §3 wants them read; three levels are more than anybody sends. */
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
}

export interface SipBody {
  readonly sdp: Uint8Array | undefined;
  readonly isup: IsupPart | undefined;
  /** Parts that are neither, and may be passed on. */
  readonly others: readonly BodyPart[];
  /** Those of `others` that must be understood: 415 (RFC 5621 §4, RFC 3261 §20.11). */
  readonly unsupportedRequired: readonly BodyPart[];
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

const NOTHING: SipBody = { sdp: undefined, isup: undefined, others: [], unsupportedRequired: [] };

/** Reads the body of a SIP message: SDP and ISUP bare or in multiparts, in any order (RFC 3204, RFC 3372, RFC 5621). */
export function readBody(
  contentType: string | undefined,
  body: Uint8Array,
  contentDisposition?: string | undefined,
): BodyResult {
  if (body.length === 0) return { ok: true, body: NOTHING };
  if (contentType === undefined) return fault("no-content-type", "a body without Content-Type", 0, 400);
  const parts: BodyPart[] = [];
  if (!/^\s*multipart\//i.test(contentType)) {
    parts.push(barePart(contentType, contentDisposition, body));
    return collect(parts);
  }
  const error = gather(contentType, body, 1, parts);
  return error ?? collect(parts);
}

function fault(
  code: string,
  message: string,
  offset: number,
  status: 400 | 415,
): Extract<BodyResult, { ok: false }> {
  return { ok: false, error: { code, message, offset, status } };
}

/** A part from the headers of a message without multipart: written as a multipart of one, read as such. */
function barePart(contentType: string, contentDisposition: string | undefined, octets: Uint8Array): BodyPart {
  const headers = [{ name: "Content-Type", value: contentType }];
  if (contentDisposition !== undefined)
    headers.push({ name: "Content-Disposition", value: contentDisposition });
  const { contentType: type, body } = buildMultipart([{ headers, octets: new Uint8Array(0) }]);
  const parsed = parseMultipart(type, body);
  const [part] = parsed.ok ? parsed.parts : [];
  const none = new Map<string, string>();
  return part === undefined
    ? {
        headers,
        contentType,
        mediaType: contentType,
        parameters: none,
        dispositionParameters: none,
        handling: "required",
        octets,
      }
    : { ...part, octets };
}

function gather(
  contentType: string,
  body: Uint8Array,
  depth: number,
  into: BodyPart[],
): BodyResult | undefined {
  if (depth > NESTING_MAX)
    return fault("nested-too-deep", `more than ${NESTING_MAX} multiparts in each other`, 0, 400);
  const parsed = parseMultipart(contentType, body);
  if (!parsed.ok) return fault(parsed.error.code, parsed.error.message, parsed.error.offset, 400);
  for (const part of parsed.parts) {
    if (!part.mediaType.startsWith("multipart/")) into.push(part);
    else {
      const error = gather(part.contentType, part.octets, depth + 1, into);
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function collect(parts: readonly BodyPart[]): BodyResult {
  let sdp: Uint8Array | undefined;
  let isup: IsupPart | undefined;
  const others: BodyPart[] = [];
  for (const part of parts) {
    if (part.unknownEncoding === undefined && part.mediaType === "application/sdp" && sdp === undefined)
      sdp = part.octets;
    else if (
      part.unknownEncoding === undefined &&
      part.mediaType === "application/isup" &&
      isup === undefined
    ) {
      isup = {
        octets: part.octets,
        version: part.parameters.get("version") ?? "",
        base: part.parameters.get("base"),
        handling: part.handling,
      };
    } else others.push(part);
  }
  return {
    ok: true,
    body: {
      sdp,
      isup,
      others,
      unsupportedRequired: others.filter(({ handling }) => handling === "required"),
    },
  };
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
