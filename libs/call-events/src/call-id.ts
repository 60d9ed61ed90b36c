const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Parts of a millisecond that rand_a can tell apart: its 12 bits. */
const TICKS_PER_MS = 4_096;

/** Octets of rand_b, two bits of which are the variant. */
const RANDOM_OCTETS = 8;

/** Octets before which a UUID has a hyphen, RFC 9562 §4. */
const HYPHENS = new Set([4, 6, 8, 10]);

/**
 * A source of call ids: UUIDv7 (RFC 9562 §5.7) with the part of the millisecond in rand_a (§6.2, method 3), so that
 * they sort by time of making. Each is above the one before, also when the clock stands or is set back.
 * `now` is in milliseconds since 1970; `fill` writes octets that nobody can guess.
 */
export function callIdSource(now: () => number, fill: (octets: Uint8Array) => unknown): () => string {
  const random = new Uint8Array(RANDOM_OCTETS);
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
    fill(random);
    return uuid7(ms, tick, random);
  };
}

function uuid7(ms: number, tick: number, random: Uint8Array): string {
  const octets = new Uint8Array(16);
  for (let index = 0; index < 6; index++) octets[index] = Math.floor(ms / 2 ** (8 * (5 - index))) % 256;
  octets[6] = 0x70 | (tick >> 8);
  octets[7] = tick & 0xff;
  octets.set(random, 8);
  octets[8] = 0x80 | ((octets[8] ?? 0) & 0x3f);
  let text = "";
  octets.forEach((octet, index) => {
    text += (HYPHENS.has(index) ? "-" : "") + HEX[octet];
  });
  return text;
}
