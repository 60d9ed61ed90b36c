import { createSecureContext } from "node:tls";
import type { RawConfig } from "./build.ts";
import type { Readable } from "./cross-check.ts";
import type { Path } from "./document.ts";
import type { Lookup } from "./references.ts";
import type { PathFault } from "./schema-faults.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----";
const KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/;

/** The files of `listen[].tls`: each is there, is PEM of its kind, and key and certificate fit each other. */
export function certificateFaults({ listen = [] }: Readable<RawConfig>, lookup: Lookup): PathFault[] {
  return listen.flatMap((listener, index) => {
    const { tls } = listener ?? {};
    if (tls === undefined) return [];
    const path: Path = ["listen", index, "tls"];
    const faults: PathFault[] = [];
    const read = (key: "certificate" | "key" | "ca"): string | undefined => {
      const name = tls[key];
      if (name === undefined) return undefined;
      const text = lookup("file", name);
      const message = text === undefined ? `file ${name} cannot be read` : pemFault(key, name, text);
      if (message !== undefined) faults.push({ path: [...path, key], message });
      return text;
    };
    const [cert, key, ca] = [read("certificate"), read("key"), read("ca")];
    if (faults.length > 0 || cert === undefined || key === undefined) return faults;
    const misfit = contextFault(cert, key, ca);
    return misfit === undefined ? [] : [{ path, message: misfit }];
  });
}

function pemFault(key: "certificate" | "key" | "ca", name: string, text: string): string | undefined {
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
