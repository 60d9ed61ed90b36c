const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Parts of a millisecond that rand_a can tell apart: its 12 bits. */
const TICKS_PER_MS = 4_096;

/** Octets of rand_b, two bits of which are the variant. */
const RANDOM_OCTETS = 8;

/** Randomness is taken for so many ids at a time: the way to its source costs more than its octets. */
const IDS_AT_ONCE = 512;

/**
 * A source of call ids: UUIDv7 (RFC 9562 §5.7) with the part of the millisecond in rand_a (§6.2, method 3), so that
 * they sort by time of making. Each is above the one before, also when the clock stands or is set back.
 * `now` is in milliseconds since 1970; `fill` writes octets that nobody can guess.
 */
export function callIdSource(now: () => number, fill: (octets: Uint8Array) => unknown): () => string {
  const random = new Uint8Array(RANDOM_OCTETS * IDS_AT_ONCE);
  let used = random.length;
  let lastMs = 0;
  let lastTick = -1;
  return () => {
    const at = now();
    let ms = Math.floor(at);
    let tick = Math.floor((at - ms) * TICKS_PER_MS);
    if (ms < lastMs || (ms === lastMs && tick <= lastTick)) {
      ms = lastMs;
      tick = lastTick + 1;
      if (tick === TICKS_PER_MS) {
        ms++;
        tick = 0;
      }
    }
    lastMs = ms;
    lastTick = tick;
    if (used === random.length) {
      fill(random);
      used = 0;
    }
    used += RANDOM_OCTETS;
    return uuid7(ms, tick, random, used - RANDOM_OCTETS);
  };
}

/** RFC 9562 §4: 8-4-4-4-12 digits, version and variant in the first of the third and fourth group. */
function uuid7(ms: number, tick: number, random: Uint8Array, from: number): string {
  const time = ms.toString(16).padStart(12, "0");
  let text = `${time.slice(0, 8)}-${time.slice(8)}-7${HEX[tick >> 4]}${(tick & 0xf).toString(16)}-`;
  text += HEX[0x80 | ((random[from] ?? 0) & 0x3f)];
  for (let at = 1; at < RANDOM_OCTETS; at++) text += `${at === 2 ? "-" : ""}${HEX[random[from + at] ?? 0]}`;
  return text;
}
