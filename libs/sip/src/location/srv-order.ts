import type { Random } from "../transport/clock.ts";
import type { SrvRecord } from "./resolver.ts";

/** From 0 up to and including `most`. */
function upTo(most: number, random: Random): number {
  let value = 0;
  for (const octet of random.octets(4)) value = value * 256 + octet;
  return Math.floor((value / 2 ** 32) * (most + 1));
}

/**
 * RFC 2782, "Usage rules": by priority, then drawn by weight; among records of weight 0 and others, those of 0 come
 * first in the running sum, so that they have a small chance.
 */
export function orderSrv(records: readonly SrvRecord[], random: Random): SrvRecord[] {
  const byPriority = new Map<number, SrvRecord[]>();
  for (const record of records) {
    const same = byPriority.get(record.priority) ?? [];
    if (record.weight === 0) same.unshift(record);
    else same.push(record);
    byPriority.set(record.priority, same);
  }
  const ordered: SrvRecord[] = [];
  for (const [, rest] of [...byPriority].sort(([one], [other]) => one - other)) {
    while (rest.length > 0) {
      let drawn = upTo(
        rest.reduce((sum, { weight }) => sum + weight, 0),
        random,
      );
      const at = rest.findIndex(({ weight }) => (drawn -= weight) <= 0);
      ordered.push(...rest.splice(at, 1));
    }
  }
  return ordered;
}
