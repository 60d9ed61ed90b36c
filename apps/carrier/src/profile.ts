import { buildBody, readBody, type Handling, type IsupPart } from "@tandem/interworking";
import { decodeIsup, encodeIsup, variantOf, type IsupMessage, type IsupVariant } from "@tandem/isup";
import type { HeaderField, SipMessage } from "@tandem/sip";

/** Plain SIP, SIP-T (RFC 3372), SIP-I (Q.1912.5 profile C). */
export const PROFILES = ["sip", "sip-t", "sip-i"] as const;
export type Profile = (typeof PROFILES)[number];

/** How one side writes its ISUP into SIP. */
export interface Dialect {
  readonly variant: IsupVariant;
  readonly version: string;
  readonly base: string | undefined;
  readonly handling: Handling;
  /** RLC in the 200 to BYE: Q.1912.5 profile C. */
  readonly hasRlc: boolean;
}

/** What a caller of that profile speaks; undefined for plain SIP. */
export function callersDialect(profile: Profile, variant: IsupVariant): Dialect | undefined {
  if (profile === "sip") return undefined;
  const isSipI = profile === "sip-i";
  return {
    variant,
    version: variant,
    base: undefined,
    handling: isSipI ? "required" : "optional",
    hasRlc: isSipI,
  };
}

/** What an answer may speak: the caller's ISUP, and none to a caller who sent none (RFC 3398 §7.2.5). */
export function answersDialect(profile: Profile, part: IsupPart | undefined): Dialect | undefined {
  if (part === undefined) return undefined;
  const variant = variantOf(part.base ?? "") ?? variantOf(part.version) ?? "itu-t92+";
  const dialect = callersDialect(profile, variant);
  return dialect && { ...dialect, version: part.version === "" ? variant : part.version, base: part.base };
}

export interface Content {
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | undefined;
}

/** Content headers and body of SDP, of ISUP where the dialect has any, or of both. */
export function contentOf(
  dialect: Dialect | undefined,
  parts: { readonly sdp?: Uint8Array | undefined; readonly isup?: IsupMessage | undefined },
): Content {
  const built = buildBody({
    sdp: parts.sdp,
    isup: dialect && parts.isup && { ...dialect, octets: encodeIsup(parts.isup) },
  });
  return { headers: built?.headers ?? [], body: built?.octets };
}

/** The parts of a received body that the carrier reads; undefined where the body cannot be read. */
export interface ReadContent {
  readonly sdp: Uint8Array | undefined;
  readonly isupPart: IsupPart | undefined;
  readonly isup: IsupMessage | undefined;
  /** The ISUP part is there, and no ISUP. */
  readonly isupFault: string | undefined;
}

export function readContent(message: SipMessage): ReadContent | undefined {
  const read = readBody(message.header("content-type"), message.body, message.header("content-disposition"), {
    acceptsAnyIsupVersion: true,
  });
  if (!read.ok) return undefined;
  const { sdp, isup: part } = read.body;
  const variant = part && (variantOf(part.base ?? "") ?? variantOf(part.version));
  const decoded = part && decodeIsup(part.octets, variant === undefined ? {} : { variant });
  return {
    sdp,
    isupPart: part,
    isup: decoded?.ok === true ? decoded.message : undefined,
    isupFault: decoded?.ok === false ? decoded.error.message : undefined,
  };
}
