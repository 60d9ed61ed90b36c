import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const VECTORS = join(ROOT, "test/vectors");
/** Messages of others, where they are there: not part of the project. */
const CORPUS = resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus");

function filesBelow(directory: string, extension: string): readonly Uint8Array[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => readFileSync(join(directory, name)));
}

let sip: readonly Uint8Array[] | undefined;

/** SIP messages: our own vectors, and the corpus. */
export function sipSeeds(): readonly Uint8Array[] {
  sip ??= [join(VECTORS, "sip"), join(CORPUS, "sip")].flatMap((directory) => filesBelow(directory, ".sip"));
  return sip;
}

/** ISUP messages of our own vectors, from the message type code on. */
export function isupSeeds(file: "itu-messages.txt" | "ansi-messages.txt"): readonly Uint8Array[] {
  return readFileSync(join(VECTORS, "isup", file), "utf8")
    .split("\n")
    .flatMap((line) => {
      const hex = /^[0-9a-f]+/i.exec(line)?.[0];
      return hex === undefined ? [] : [Buffer.from(hex, "hex")];
    });
}
