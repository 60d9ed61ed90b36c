const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** Murmur2 as Kafka's default partitioner has it; a signed 32-bit number. */
export function murmur2(octets: Uint8Array): number {
  const { length } = octets;
  const at = (index: number): number => octets[index] ?? 0;
  let hash = SEED ^ length;
  const whole = length - (length % 4);
  for (let index = 0; index < whole; index += 4) {
    let k = at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
    k = Math.imul(k, M);
    k = Math.imul(k ^ (k >>> R), M);
    hash = Math.imul(hash, M) ^ k;
  }
  if (length % 4 === 3) hash ^= at(whole + 2) << 16;
  if (length % 4 >= 2) hash ^= at(whole + 1) << 8;
  if (length % 4 >= 1) hash = Math.imul(hash ^ at(whole), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) | 0;
}

/** Partition of a key among `count`; keys are ASCII (UUIDs, node and trunk ids). */
export function partitionOf(key: string, count: number): number {
  const octets = new Uint8Array(key.length);
  for (let index = 0; index < key.length; index++) octets[index] = key.charCodeAt(index);
  return (murmur2(octets) & 0x7fffffff) % count;
}
