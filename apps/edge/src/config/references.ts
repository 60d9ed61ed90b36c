import type { Substitute } from "./document.ts";

/** Gives what `${env:NAME}` or `${file:PATH}` stands for; undefined where there is no such thing. */
export type Lookup = (kind: "env" | "file", name: string) => string | undefined;

const REFERENCE = /\$\{([^}]*)\}?/g;
const WHOLE = /^\$\{(env|file):([^}]+)\}$/;

/** Shorter values are no secrets, and stand in any text. */
const SECRET_LENGTH_MIN = 4;

/** Puts values in the place of references, and takes them out again of what people read. */
export class References {
  readonly #lookup: Lookup;
  readonly #found = new Map<string, string>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** What a value holds is not read again: a password may have `${` in it. */
  readonly substitute: Substitute = (text, fail) =>
    text.replace(REFERENCE, (reference) => {
      const [, kind, name = ""] = WHOLE.exec(reference) ?? [];
      if (kind !== "env" && kind !== "file") {
        fail(`${reference} is neither \${env:NAME} nor \${file:PATH}`);
        return reference;
      }
      const found = this.#lookup(kind, name);
      if (found === undefined) {
        fail(kind === "env" ? `environment variable ${name} is not set` : `file ${name} cannot be read`);
        return reference;
      }
      this.#found.set(found, reference);
      return found;
    });

  /** The same text with references in the place of what they stand for. */
  hide(text: string): string {
    const longestFirst = [...this.#found].sort(([a], [b]) => b.length - a.length);
    let hidden = text;
    for (const [found, reference] of longestFirst)
      if (found.length >= SECRET_LENGTH_MIN) hidden = hidden.replaceAll(found, () => reference);
    return hidden;
  }
}
