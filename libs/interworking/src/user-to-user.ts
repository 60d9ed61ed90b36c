import { hexOf, octetsOfHex, type ParameterInputs, type Parameters } from "@tandem/isup";
import { parseParams, splitOutside } from "@tandem/sip";

/** User data and its discriminator (RFC 7434 §3.3; Q.763 (12/1999) §3.61). */
const OCTETS_MAX = 129;

/** The ISDN data of User-to-User header fields: hex of discriminator and data (RFC 7433 §4, RFC 7434). */
export function userToUserFromHeaders(values: readonly string[]): ParameterInputs {
  for (const value of values.flatMap((line) => splitOutside(line, ",") ?? [])) {
    const [data = "", ...rest] = value.trim().split(";");
    const params = parseParams(rest.length === 0 ? "" : `;${rest.join(";")}`);
    const purpose = params?.get("purpose")?.toLowerCase() ?? "isdn-uui";
    const encoding = params?.get("encoding")?.toLowerCase() ?? "hex";
    const octets = purpose.startsWith("isdn-") && encoding === "hex" ? octetsOfHex(data.trim()) : undefined;
    if (octets === undefined || octets.length === 0 || octets.length > OCTETS_MAX) continue;
    const [protocolDiscriminator = 0] = octets;
    return { userToUserInformation: { protocolDiscriminator, octets: octets.slice(1) } };
  }
  return {};
}

/** Value of User-to-User; undefined where the message carries none. */
export function userToUserHeaderFrom({ userToUserInformation }: Parameters): string | undefined {
  if (userToUserInformation === undefined) return undefined;
  const { protocolDiscriminator, octets } = userToUserInformation;
  const hex = hexOf(Uint8Array.of(protocolDiscriminator, ...octets));
  return `${hex};encoding=hex;purpose=isdn-uui;content=isdn-uui`;
}
