import { closeSync, openSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { checkConfig } from "./check.ts";
import type { ConfigResult } from "./config.ts";

/** A thousand trunks in words are a tenth of it; a secret has a few hundred octets. */
const FILE_BYTES_MAX = 1024 * 1024;

/** Reads and checks one configuration file; the only place that reads the environment. */
export function loadConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ConfigResult {
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    return {
      ok: false,
      faults: [{ file, line: 1, column: 1, path: "", message: fileFault(error), nearest: undefined }],
    };
  }
  return checkConfig(text, file, (kind, name) => {
    if (kind === "env") return Object.hasOwn(environment, name) ? environment[name] : undefined;
    try {
      // Editors and `echo` end a file with a line end that is no part of the secret.
      return readFile(resolve(dirname(file), name)).replace(/\r?\n$/, "");
    } catch {
      // The caller turns "no such value" into a fault with its line.
      return undefined;
    }
  });
}

/** No more than the limit, also from what has no end, such as a device. */
function readFile(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const octets = Buffer.alloc(FILE_BYTES_MAX + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < octets.length; length += read)
      read = readSync(descriptor, octets, length, octets.length - length, null);
    if (length > FILE_BYTES_MAX) throw Object.assign(new Error("too large"), { code: "EFBIG" });
    return octets.toString("utf8", 0, length);
  } finally {
    closeSync(descriptor);
  }
}

function fileFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "this is a directory";
    case "EACCES":
      return "no permission to read it";
    case "EFBIG":
      return `more than ${FILE_BYTES_MAX} octets: this is no configuration`;
    default:
      return message;
  }
}
