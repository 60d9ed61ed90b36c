import { octetRoom } from "./octets.ts";

/** Characters of a value that may stand in a field as they are. */
const IS_PRINTABLE = new Uint8Array(256);
IS_PRINTABLE.fill(1, 0x20, 0x7f);
IS_PRINTABLE[0x09] = 1;

/**
 * Fills the octets of a message whose length is known, without the strings that joining its lines would leave behind
 * for the collector: a message has some thirty.
 */
export class OctetWriter {
  readonly octets: Uint8Array;
  #at = 0;
  /** Whether a value had a character that may not stand as it is. */
  isOdd = false;

  constructor(length: number) {
    this.octets = octetRoom(length);
  }

  /** One octet per character. */
  text(text: string): void {
    const { octets } = this;
    let at = this.#at;
    for (let index = 0; index < text.length; index++) octets[at++] = text.charCodeAt(index);
    this.#at = at;
  }

  /** The same, and looks whether the characters may stand in a field. */
  value(value: string): void {
    const { octets } = this;
    let at = this.#at;
    let isOdd = false;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      // Beyond 255 there is nothing in the table.
      if (IS_PRINTABLE[code] !== 1) isOdd = true;
      octets[at++] = code;
    }
    this.#at = at;
    if (isOdd) this.isOdd = true;
  }

  /** Octets of another message. */
  copy(source: Uint8Array, from: number, to: number): void {
    const { octets } = this;
    let at = this.#at;
    for (let index = from; index < to; index++) octets[at++] = source[index] ?? 0;
    this.#at = at;
  }

  /** Behind all else. Throws where less was written than there is room for: what is left is somebody else's octets. */
  body(body: Uint8Array | undefined): Uint8Array {
    if (this.#at + (body?.length ?? 0) !== this.octets.length)
      throw new RangeError(`a message of ${this.octets.length} octets is written as ${this.#at}`);
    if (body !== undefined) this.octets.set(body, this.#at);
    return this.octets;
  }
}
