import { performance } from "node:perf_hooks";

/** A step of the system clock beyond this is followed; smaller corrections would only blur differences. */
const STEP_MS = 500;

let offsetMs = performance.timeOrigin;

/**
 * Milliseconds since 1970 with microseconds in the fraction. Runs with the monotonic clock, so that differences are
 * true durations, and follows the system clock when it is set.
 */
export function epochMs(): number {
  const monotonic = performance.now();
  const drift = Date.now() - (offsetMs + monotonic);
  if (drift > STEP_MS || drift < -STEP_MS) offsetMs += drift;
  return offsetMs + monotonic;
}
