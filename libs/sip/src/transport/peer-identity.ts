import type { PeerIdentity } from "./flow.ts";

/** What of a certificate concerns SIP, each as the certificate spells it. */
export interface CertificateNames {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly commonNames: readonly string[];
}

const SIP_DOMAIN = /^sip:([^@;?:/]+)$/i;

/**
 * SIP domain identities (RFC 5922 §7.1): URIs `sip:` without a user; DNS names where there is no such URI; the common
 * name only where the certificate has no subject alternative name at all.
 */
export function identityOf({ uris, dnsNames, addresses, commonNames }: CertificateNames): PeerIdentity {
  const fromUris = uris.flatMap((uri) => SIP_DOMAIN.exec(uri)?.[1] ?? []);
  const hasAlternativeNames = uris.length + dnsNames.length + addresses.length > 0;
  const domains = fromUris.length > 0 ? fromUris : hasAlternativeNames ? dnsNames : commonNames;
  return { domains: domains.map((domain) => domain.toLowerCase()), addresses };
}

/** RFC 5922 §7.2: whole names, in any case; a wildcard matches nothing but itself. */
export function isPeer(identity: PeerIdentity, name: string): boolean {
  const wanted = name.replace(/^\[|\]$/g, "").toLowerCase();
  return identity.domains.includes(wanted) || identity.addresses.includes(wanted);
}
