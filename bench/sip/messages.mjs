import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const RFC3665 = resolve(ROOT, process.env.TANDEM_CORPUS ?? "../shared/corpus", "sip/rfc3665");
const OWN = join(ROOT, "test/vectors/sip/valid");

/** The messages of RFC 3665 where the corpus is there, else our own vectors; both as octets and as text. */
export function loadMessages() {
  const directory = existsSync(RFC3665) ? RFC3665 : OWN;
  const files = readdirSync(directory).filter((file) => file.endsWith(".sip"));
  const messages = files.sort().map((file) => {
    const octets = readFileSync(join(directory, file));
    return { file, octets, text: octets.toString("latin1") };
  });
  return { name: directory === RFC3665 ? "RFC 3665" : "our own vectors", messages };
}
