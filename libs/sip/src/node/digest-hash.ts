import { createHash, createHmac } from "node:crypto";
import type { DigestAlgorithm, DigestHash } from "../authentication/digest.ts";

const NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** Hashes of Node's OpenSSL. */
export const systemHash: DigestHash = {
  digest: (algorithm, octets) => createHash(NAMES[algorithm]).update(octets).digest("hex"),
  hmac: (key, octets) => createHmac("sha256", key).update(octets).digest(),
};
