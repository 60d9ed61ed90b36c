import { createSecureContext } from "node:tls";
import type { RawConfig } from "./build.ts";
import type { Readable } from "./cross-check.ts";
import type { Path } from "./document.ts";
import type { Lookup } from "./references.ts";
import type { PathFault } from "./schema-faults.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----";
const KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/;

type FileKey = "certificate" | "key" | "ca";

/** What is wrong with one file, or, without a key, with the pair. */
export interface CertificateFault {
  readonly key?: FileKey;
  readonly message: string;
}

/** The files of `listen[].tls`: each is there, is PEM of its kind, and key and certificate fit each other. */
export function certificateFaults({ listen = [] }: Readable<RawConfig>, lookup: Lookup): PathFault[] {
  return listen.flatMap((listener, index) => {
    if (listener?.tls === undefined) return [];
    const path: Path = ["listen", index, "tls"];
    return fileFaults(listener.tls, (name) => lookup("file", name)).map(({ key, message }) => ({
      path: key === undefined ? path : [...path, key],
      message,
    }));
  });
}

/** All faults of one listener's files; `read` gives a file's text, undefined where it cannot be read. */
export function fileFaults(
  files: Readonly<Partial<Record<FileKey, string | undefined>>>,
  read: (name: string) => string | undefined,
): CertificateFault[] {
  const faults: CertificateFault[] = [];
  const textOf = (key: FileKey): string | undefined => {
    const name = files[key];
    if (name === undefined) return undefined;
    const text = read(name);
    const message = text === undefined ? `file ${name} cannot be read` : pemFault(key, name, text);
    if (message !== undefined) faults.push({ key, message });
    return text;
  };
  const [cert, key, ca] = [textOf("certificate"), textOf("key"), textOf("ca")];
  if (faults.length > 0 || cert === undefined || key === undefined) return faults;
  const misfit = contextFault(cert, key, ca);
  return misfit === undefined ? [] : [{ message: misfit }];
}

function pemFault(key: FileKey, name: string, text: string): string | undefined {
  const isRight = key === "key" ? KEY.test(text) : text.includes(CERTIFICATE);
  return isRight ? undefined : `file ${name} has no PEM ${key === "key" ? "private key" : "certificate"}`;
}

/** What OpenSSL says of them; a listener could not open with such files. */
function contextFault(cert: string, key: string, ca: string | undefined): string | undefined {
  try {
    createSecureContext({ cert, key, ...(ca !== undefined && { ca }) });
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `certificate and key cannot be used: ${reason}`;
  }
}
