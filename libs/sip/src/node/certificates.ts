import { isIP } from "node:net";
import {
  createSecureContext,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import type { PeerIdentity } from "../transport/flow.ts";
import { identityOf, isPeer } from "../transport/peer-identity.ts";

/** A chain and its key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What a listener shows and whom it trusts; replaced as a whole when files change. */
export interface Certificates {
  /** Shown to peers that name no domain of `byDomain`, and to servers that ask for ours. */
  readonly own: KeyPair;
  /** By the domain that the peer names (SNI, RFC 6066 §3), lower case. */
  readonly byDomain?: Readonly<Record<string, KeyPair>> | undefined;
  /** Trusted roots, PEM; those of the system where it is absent. */
  readonly trusted?: readonly string[] | undefined;
}

/** RFC 8446 and RFC 5246: what is older is broken (RFC 8996). */
const MIN_VERSION = "TLSv1.2";

export function secureOptions({ own, trusted }: Certificates): SecureContextOptions {
  return {
    ...own,
    minVersion: MIN_VERSION,
    ...(trusted === undefined ? {} : { ca: [...trusted] }),
  };
}

/** Contexts by domain, made once and not for each handshake. */
export function contextsByDomain(certificates: Certificates): ReadonlyMap<string, SecureContext> {
  const contexts = new Map<string, SecureContext>();
  for (const [domain, own] of Object.entries(certificates.byDomain ?? {}))
    contexts.set(domain.toLowerCase(), createSecureContext(secureOptions({ ...certificates, own })));
  return contexts;
}

const ALTERNATIVE_NAME = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g;

/** Node prints alternative names as one text, and quotes values in which a comma could mislead. */
function alternativeNames(text: string | undefined, kind: string): string[] {
  const values: string[] = [];
  for (const [, name, value = ""] of (text ?? "").matchAll(ALTERNATIVE_NAME))
    if (name === kind) values.push(value.startsWith('"') ? String(JSON.parse(value)) : value);
  return values;
}

function identityIn(certificate: PeerCertificate | DetailedPeerCertificate): PeerIdentity {
  // Types promise a subject; a certificate of alternative names alone has none.
  const { CN } = (certificate.subject as { readonly CN?: string | string[] } | undefined) ?? {};
  return identityOf({
    uris: alternativeNames(certificate.subjectaltname, "URI"),
    dnsNames: alternativeNames(certificate.subjectaltname, "DNS"),
    addresses: alternativeNames(certificate.subjectaltname, "IP Address"),
    commonNames: CN === undefined ? [] : [CN].flat(),
  });
}

/** Undefined where the peer showed no certificate, or one that no trusted root vouches for. */
export function identityOfSocket(socket: TLSSocket): PeerIdentity | undefined {
  if (!socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  return Object.keys(certificate).length === 0 ? undefined : identityIn(certificate);
}

/** For `tls.connect`: SNI and the check of RFC 5922 §7.3 for the domain that is being looked for. */
export function expectPeer(name: string): {
  readonly servername: string;
  readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined;
} {
  return {
    // RFC 6066 §3: no addresses in server_name.
    servername: isIP(name) === 0 ? name : "",
    checkServerIdentity: (_host, certificate) => {
      const identity = identityIn(certificate);
      if (isPeer(identity, name)) return undefined;
      const names = [...identity.domains, ...identity.addresses].join(", ");
      return new Error(`the certificate is for "${names}", not for "${name}" (RFC 5922 §7.3)`);
    },
  };
}
