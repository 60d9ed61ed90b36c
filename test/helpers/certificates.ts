import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Files of one certificate that vouches for itself, for 127.0.0.1 and localhost. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** False where there is no openssl: what needs certificates is skipped then. */
export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** Makes `NAME.crt` and `NAME.key` in the directory, good for a day. */
export function makeCertificateFiles(directory: string, name: string): CertificateFiles {
  const files = { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
  const { status, stderr } = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
    ...["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
    ...["-keyout", files.key, "-out", files.certificate],
  ]);
  if (status !== 0) throw new TypeError(`openssl made no certificate: ${stderr.toString()}`);
  return files;
}
