import { performance } from "node:perf_hooks";
import { randomFillSync } from "node:crypto";
import type { Clock, Random } from "../transport/clock.ts";

/** The monotonic clock of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, afterMs) => setTimeout(callback, afterMs),
  clearTimeout: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};

/** Octets of the operating system's generator. */
export const systemRandom: Random = {
  octets: (count) => randomFillSync(new Uint8Array(count)),
};
