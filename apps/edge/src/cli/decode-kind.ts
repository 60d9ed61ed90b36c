import { variantOf, type IsupVariant } from "@tandem/isup";
import { decodeBody, decodeIsupOctets, sniffBody, type Decoded } from "./decode-octets.ts";
import { decodeSip } from "./decode-sip.ts";

export const KINDS = ["sip", "isup", "body"] as const;
export type Kind = (typeof KINDS)[number];

export const DEFAULT_VARIANT: IsupVariant = "itu-t92+";

export interface DecodeDefaults {
  readonly variant: string | undefined;
  readonly contentType: string | undefined;
}

/** A variant nobody knows does not keep the octets from being read, as `version` is any name (RFC 3204 §3.1). */
export function decodeKind(
  kind: Kind,
  octets: Uint8Array,
  { variant, contentType }: DecodeDefaults,
): Decoded {
  const known = variant === undefined ? DEFAULT_VARIANT : variantOf(variant);
  const decoded = decodeAs(kind, octets, known ?? DEFAULT_VARIANT, contentType);
  if (known !== undefined || !decoded.ok) return decoded;
  const warning = { code: "unknown-variant", message: `${variant} is not known, read as ${DEFAULT_VARIANT}` };
  return { ...decoded, warnings: [warning, ...decoded.warnings] };
}

function decodeAs(
  kind: Kind,
  octets: Uint8Array,
  variant: IsupVariant,
  contentType: string | undefined,
): Decoded {
  switch (kind) {
    case "isup":
      return decodeIsupOctets(octets, variant, { hasOctetLines: true });
    case "sip":
      return decodeSip(octets, variant);
    case "body":
      return decodeBody({ octets, contentType: contentType ?? sniffBody(octets), variant });
  }
}
