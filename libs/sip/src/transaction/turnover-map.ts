/**
 * A map of what comes and goes by the thousand and refers to much: calls, dialogs. V8's own Map leaves behind, at each
 * rehash, a table that refers to the next one: a table old enough for full collections only keeps all tables after it,
 * and what was in them, until then. Here a value that is taken out is gone from every table.
 */
export class TurnoverMap<K, V> {
  readonly #map = new Map<K, { value: V | undefined }>();

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key)?.value;
  }

  set(key: K, value: V): void {
    const slot = this.#map.get(key);
    if (slot === undefined) this.#map.set(key, { value });
    else slot.value = value;
  }

  delete(key: K): void {
    const slot = this.#map.get(key);
    if (slot === undefined) return;
    slot.value = undefined;
    this.#map.delete(key);
  }

  clear(): void {
    for (const slot of this.#map.values()) slot.value = undefined;
    this.#map.clear();
  }

  *values(): Generator<V> {
    for (const { value } of this.#map.values()) if (value !== undefined) yield value;
  }
}
