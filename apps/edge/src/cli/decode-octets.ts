import { readBody, type IsupPart, type SipBody } from "@tandem/interworking";
import {
  decodeIsup,
  describeIsup,
  encodeIsup,
  hexOf,
  isupToJson,
  variantOf,
  type IsupVariant,
} from "@tandem/isup";
import { octetString, textOf, type BodyPart } from "@tandem/sip";
import { isupOctetLines } from "./isup-octets.ts";

/** What a decode came to, in the form of `--ndjson`. */
export type Decoded =
  | {
      readonly ok: true;
      readonly message: object;
      readonly warnings: readonly Warning[];
      /** The octets, encoded again from what was read. */
      readonly octets: Uint8Array;
      /** For a person. */
      readonly lines: () => readonly string[];
    }
  | { readonly ok: false; readonly error: DecodeError };

/** Something odd that does not keep the message from being read. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly offset?: number;
  /** What a server answers that reads the message and does not go along with it. */
  readonly status?: number;
}

export interface DecodeError {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
  /** What a server answers; left out where it answers nothing. */
  readonly status?: number;
}

/** `hasOctetLines`: for a person, show the octets, too. Inside a SIP message they would bury the rest. */
export function decodeIsupOctets(
  octets: Uint8Array,
  variant: IsupVariant,
  { hasOctetLines } = { hasOctetLines: false },
): Decoded {
  const decoded = decodeIsup(octets, { variant });
  if (!decoded.ok) return decoded;
  const { message, warnings } = decoded;
  return {
    ok: true,
    message: isupToJson(message),
    warnings,
    octets: encodeIsup(message),
    lines: () => [...describeIsup(message), ...(hasOctetLines ? isupOctetLines(message) : [])],
  };
}

/** A body without a type is what it begins like. */
export function sniffBody(octets: Uint8Array): string | undefined {
  const text = octetString(octets);
  const boundary = /^(?:\r\n)*--([^\r\n]{1,70})\r\n/.exec(text)?.[1];
  if (boundary !== undefined) return `multipart/mixed;boundary="${boundary.trimEnd()}"`;
  return text.startsWith("v=0") ? "application/sdp" : undefined;
}

interface BodyToDecode {
  readonly octets: Uint8Array;
  readonly contentType: string | undefined;
  readonly contentDisposition?: string | undefined;
  /** Of ISUP whose body does not say it. */
  readonly variant: IsupVariant;
}

export function decodeBody({ octets, contentType, contentDisposition, variant }: BodyToDecode): Decoded {
  const read = readBody(contentType, octets, contentDisposition);
  if (!read.ok) return read;
  const { sdp, isup, others, unsupportedRequired, problems } = read.body;
  const warnings: Warning[] = [...problems];
  for (const part of unsupportedRequired) {
    const refusal = unsupported(part, problems);
    // ISUP of which its sender says that it must be understood is no message without it. The rest is the owner's choice.
    if (part.mediaType === "application/isup" && part.dispositionParameters.has("handling"))
      return { ok: false, error: { ...refusal, offset: 0 } };
    warnings.push(refusal);
  }
  const decoded = isup && decodeIsupOctets(isup.octets, variantOfPart(isup) ?? variant);
  if (decoded?.ok === true) warnings.push(...decoded.warnings);
  else if (decoded !== undefined) warnings.push(decoded.error);
  const sdpText = sdp && textOf(octetString(sdp));
  const message = {
    ...(sdpText !== undefined && { sdp: sdpText }),
    ...(isup && { isup: isupPartJson(isup, decoded) }),
    others: others.map(({ mediaType, octets: part }) => ({ mediaType, hex: hexOf(part) })),
  };
  return {
    ok: true,
    message,
    warnings,
    octets: isup && decoded?.ok === true ? replaced(octets, isup.octets, decoded.octets) : octets,
    lines: () => [
      ...(sdpText === undefined ? [] : ["application/sdp", ...indented(sdpText.trimEnd().split(/\r?\n/))]),
      ...(isup === undefined ? [] : isupPartLines(isup, decoded)),
      ...others.map(({ mediaType, octets: part }) => `${mediaType}: ${part.length} octets`),
    ],
  };
}

function unsupported(
  { mediaType }: BodyPart,
  problems: SipBody["problems"],
): { readonly code: string; readonly message: string; readonly status: number } {
  const [problem] = mediaType === "application/isup" ? problems : [];
  const why = problem === undefined ? "" : `: ${problem.message}`;
  return {
    code: "unsupported-media-type",
    message: `${mediaType} must be understood, and is not${why}`,
    status: 415,
  };
}

/** RFC 3204 §3.1: `version` may be any name agreed on, `base` says what it is built on. */
function variantOfPart({ version, base }: IsupPart): IsupVariant | undefined {
  return variantOf(base ?? "") ?? variantOf(version);
}

function isupPartJson(part: IsupPart, decoded: Decoded | undefined): object {
  const { version, base, handling, disposition } = part;
  const content = decoded?.ok === true ? { message: decoded.message } : { error: decoded?.error };
  return { version, base, handling, disposition, ...content, hex: hexOf(part.octets) };
}

function isupPartLines({ version, base, handling }: IsupPart, decoded: Decoded | undefined): string[] {
  const parameters = [
    ...(version === "" ? [] : [`version=${version}`]),
    ...(base === undefined ? [] : [`base=${base}`]),
    `handling=${handling}`,
  ];
  const lines =
    decoded?.ok === true ? decoded.lines() : [`${decoded?.error.code}: ${decoded?.error.message}`];
  return [`application/isup ${parameters.join(" ")}`, ...indented(lines)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** The octets with a part of them in a new form; as they are where the part was unpacked (base64). */
export function replaced(octets: Uint8Array, part: Uint8Array, by: Uint8Array): Uint8Array {
  const start = part.byteOffset - octets.byteOffset;
  const isInside = part.buffer === octets.buffer && start >= 0 && start + part.length <= octets.length;
  if (!isInside) return octets;
  return Buffer.concat([octets.subarray(0, start), by, octets.subarray(start + part.length)]);
}
