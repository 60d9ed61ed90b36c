import { octetsOf, utf8OctetString } from "../message/octets.ts";

/** RFC 7616 §6.1, RFC 8760. */
export type DigestAlgorithm = "MD5" | "SHA-256" | "SHA-512-256";
export type Qop = "auth" | "auth-int";

/** Hashes are the platform's. */
export interface DigestHash {
  /** Lower-case hexadecimal digits. */
  digest(algorithm: DigestAlgorithm, octets: Uint8Array): string;
  /** A keyed hash that nobody can make without the key; HMAC-SHA-256 and better. */
  hmac(key: Uint8Array, octets: Uint8Array): Uint8Array;
}

/** `algorithm` as it stands in a header field: with or without "-sess". */
export interface NamedAlgorithm {
  readonly algorithm: DigestAlgorithm;
  readonly isSession: boolean;
}

const NAMES: Readonly<Record<string, DigestAlgorithm>> = {
  md5: "MD5",
  "sha-256": "SHA-256",
  "sha-512-256": "SHA-512-256",
};

/** Undefined where we do not know it; without the parameter it is MD5 (RFC 7616 §3.3). */
export function namedAlgorithm(text: string | undefined): NamedAlgorithm | undefined {
  const name = (text ?? "MD5").toLowerCase();
  const isSession = name.endsWith("-sess");
  const algorithm = NAMES[isSession ? name.slice(0, -"-sess".length) : name];
  return algorithm === undefined ? undefined : { algorithm, isSession };
}

const hashText = (hash: DigestHash, algorithm: DigestAlgorithm, text: string): string =>
  hash.digest(algorithm, octetsOf(utf8OctetString(text)));

/** H(username:realm:password): all that a server has to keep of a password (RFC 7616 §3.4.2). */
export function ha1Of(
  hash: DigestHash,
  algorithm: DigestAlgorithm,
  { username, realm, password }: { username: string; realm: string; password: string },
): string {
  return hashText(hash, algorithm, `${username}:${realm}:${password}`);
}

/** What stands for a username that is not to be seen (RFC 7616 §3.4.4). */
export function userhashOf(
  hash: DigestHash,
  algorithm: DigestAlgorithm,
  { username, realm }: { username: string; realm: string },
): string {
  return hashText(hash, algorithm, `${username}:${realm}`);
}

export interface DigestInput extends NamedAlgorithm {
  readonly ha1: string;
  readonly nonce: string;
  /** Empty for `rspauth` (RFC 7616 §3.5). */
  readonly method: string;
  readonly uri: string;
  /** Undefined as in RFC 2069: neither nonce count nor client nonce. */
  readonly qop: Qop | undefined;
  readonly nc: string;
  readonly cnonce: string;
  readonly body: Uint8Array;
}

/** RFC 7616 §3.4.1. */
export function digestResponse(hash: DigestHash, input: DigestInput): string {
  const { algorithm, nonce, qop, nc, cnonce } = input;
  const secret = input.isSession ? hashText(hash, algorithm, `${input.ha1}:${nonce}:${cnonce}`) : input.ha1;
  const entity = qop === "auth-int" ? `:${hash.digest(algorithm, input.body)}` : "";
  const a2 = hashText(hash, algorithm, `${input.method}:${input.uri}${entity}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return hashText(hash, algorithm, `${secret}:${middle}:${a2}`);
}

/** Takes the same time wherever the first difference is; lengths are no secret. */
export function isSameDigest(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
