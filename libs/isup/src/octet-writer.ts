/** Octets in the making. It grows with what is written, never by a number that a message brought. */
export class OctetWriter {
  #octets = new Uint8Array(512);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  push(octet: number): void {
    if (this.#length === this.#octets.length) this.#grow(1);
    this.#octets[this.#length++] = octet;
  }

  copy(from: Uint8Array, at = 0, end: number = from.length): void {
    if (this.#length + (end - at) > this.#octets.length) this.#grow(end - at);
    for (let index = at; index < end; index++) this.#octets[this.#length++] = from[index] ?? 0;
  }

  at(index: number): number {
    return this.#octets[index] ?? 0;
  }

  /** Writes over an octet that is already there. */
  set(at: number, octet: number): void {
    this.#octets[at] = octet;
  }

  /** A copy of what was written. */
  octets(from = 0): Uint8Array {
    return this.#octets.slice(from, this.#length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#octets.length, this.#length + more));
    larger.set(this.#octets);
    this.#octets = larger;
  }
}
