import { describe, expect, it } from "@jest/globals";
import { epochClock, epochMs, STEP_MS } from "./epoch.ts";

const START = 1_700_000_000_000;

describe("the epoch clock", () => {
  it("runs with the monotonic clock, microseconds and all", () => {
    let monotonic = 10;
    const clock = epochClock(
      () => monotonic,
      () => START + 10,
      START,
    );
    expect(clock()).toBe(START + 10);
    monotonic = 10.25;
    expect(clock() - START).toBeCloseTo(10.25, 3);
  });

  it("follows the system clock where it was set, forward and back, and keeps running from there", () => {
    let monotonic = 0;
    let system = START;
    const clock = epochClock(
      () => monotonic,
      () => system,
      START,
    );
    system += STEP_MS;
    expect(clock()).toBe(START);
    system += 1;
    expect(clock()).toBe(START + STEP_MS + 1);
    system -= 3_600_000;
    expect(clock()).toBe(system);
    monotonic += 7;
    system += 7;
    expect(clock()).toBe(system);
  });

  it("is the time of this machine", () => {
    expect(Math.abs(epochMs() - Date.now())).toBeLessThan(STEP_MS + 100);
  });
});
