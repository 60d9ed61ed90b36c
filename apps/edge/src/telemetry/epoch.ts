import { performance } from "node:perf_hooks";

/** A step of the system clock beyond this is followed; smaller corrections would only blur differences. */
export const STEP_MS = 500;

/**
 * Milliseconds since 1970 with microseconds in the fraction. Runs with the monotonic clock, so that differences are
 * true durations, and follows the system clock when it is set.
 */
export function epochClock(monotonicMs: () => number, systemMs: () => number, offset: number): () => number {
  let offsetMs = offset;
  return () => {
    const monotonic = monotonicMs();
    const drift = systemMs() - (offsetMs + monotonic);
    if (drift > STEP_MS || drift < -STEP_MS) offsetMs += drift;
    return offsetMs + monotonic;
  };
}

/** The process's own. */
export const epochMs = epochClock(() => performance.now(), Date.now, performance.timeOrigin);
