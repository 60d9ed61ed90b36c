/**
 * Counters by name and a label of a closed set: refusals by reason, events by type. Cheap enough for every datagram.
 */
export class Counters {
  readonly #counts = new Map<string, Map<string, number>>();

  add(name: string, label = ""): void {
    let labels = this.#counts.get(name);
    if (labels === undefined) {
      labels = new Map();
      this.#counts.set(name, labels);
    }
    labels.set(label, (labels.get(label) ?? 0) + 1);
  }

  get(name: string, label = ""): number {
    return this.#counts.get(name)?.get(label) ?? 0;
  }

  /** All counts, by name, then label. */
  snapshot(): Record<string, Record<string, number>> {
    const all: Record<string, Record<string, number>> = {};
    for (const [name, labels] of this.#counts) all[name] = Object.fromEntries(labels);
    return all;
  }
}
