import { inspect } from "node:util";

/** What stands where a secret would. */
const HIDDEN = "(secret)";

/** A password or key: whoever needs it asks for it; whatever prints, logs or serialises it shows that it is one. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
