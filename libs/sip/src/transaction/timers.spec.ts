import { describe, expect, it } from "@jest/globals";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { T1, T2, T4, TIMEOUT, TIMER_D, TimerQueues, type Timer } from "./timers.ts";

function setUp(): {
  clock: VirtualClock;
  timers: TimerQueues;
  fired: string[];
  owner: { onTimer(name: string): void };
} {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const owner = {
    onTimer: (name: string): void => {
      fired.push(`${name} ${clock.now()}`);
    },
  };
  return { clock, timers: new TimerQueues(clock), fired, owner };
}

describe("timer values", () => {
  it("are those of RFC 3261 table 4", () => {
    expect({ T1, T2, T4, TIMEOUT }).toEqual({ T1: 500, T2: 4_000, T4: 5_000, TIMEOUT: 32_000 });
    expect(TIMER_D).toBeGreaterThanOrEqual(32_000);
  });
});

describe("TimerQueues", () => {
  it("fires in the order of deadlines, and of setting where those are equal", () => {
    const { clock, timers, fired, owner } = setUp();
    timers.start(owner, "c", 30);
    timers.start(owner, "a1", 10);
    timers.start(owner, "b", 20);
    timers.start(owner, "a2", 10);
    clock.advance(15);
    timers.start(owner, "d", 10);
    clock.advance(100);
    expect(fired).toEqual(["a1 10", "a2 10", "b 20", "d 25", "c 30"]);
  });

  it("keeps the order of deadlines where the clock wakes up late", () => {
    const { timers, fired, owner } = setUp();
    let now = 0;
    let wake: () => void = () => undefined;
    const late = new TimerQueues({
      now: () => now,
      setTimeout: (callback) => {
        wake = callback;
        return 0;
      },
      clearTimeout: () => undefined,
    });
    late.start(owner, "third", 300);
    late.start(owner, "first", 100);
    late.start(owner, "second", 200);
    now = 1_000;
    wake();
    expect(fired.map((line) => line.split(" ")[0])).toEqual(["first", "second", "third"]);
    expect(late.size + timers.size).toBe(0);
  });

  it("does not fire a stopped timer; stopping twice, or after it fired, does nothing", () => {
    const { clock, timers, fired, owner } = setUp();
    const stopped = timers.start(owner, "stopped", 10);
    const kept = timers.start(owner, "kept", 10);
    timers.stop(stopped);
    timers.stop(stopped);
    expect(timers.size).toBe(1);
    clock.advance(10);
    timers.stop(kept);
    timers.stop(undefined);
    expect(fired).toEqual(["kept 10"]);
    expect(timers.size).toBe(0);
  });

  it("needs one timer of the clock for all, and none when idle", () => {
    const { clock, timers, owner } = setUp();
    expect(clock.pendingTimers).toBe(0);
    const set = [50, 10, 10, 30, 50].map((afterMs) => timers.start(owner, "x", afterMs));
    expect(clock.pendingTimers).toBe(1);
    for (const timer of set) timers.stop(timer);
    expect(clock.pendingTimers).toBe(0);
    timers.start(owner, "x", 10);
    clock.advance(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it("may be set and stopped from a timer that fires", () => {
    const { clock, timers, fired } = setUp();
    const victims: Timer[] = [];
    const owner = {
      onTimer: (name: string): void => {
        fired.push(`${name} ${clock.now()}`);
        if (name === "repeat" && fired.length < 3) timers.start(owner, "repeat", 10);
        timers.stop(victims[0]);
      },
    };
    timers.start(owner, "repeat", 10);
    victims.push(timers.start(owner, "victim", 10));
    clock.advance(100);
    expect(fired).toEqual(["repeat 10", "repeat 20", "repeat 30"]);
  });

  it("lets the others go on where an owner throws", () => {
    const { clock, timers, fired, owner } = setUp();
    const broken = {
      onTimer: (): void => {
        throw new RangeError("an owner's fault");
      },
    };
    timers.start(broken, "broken", 10);
    timers.start(owner, "next", 10);
    timers.start(owner, "later", 20);
    expect(() => {
      clock.advance(10);
    }).toThrow(RangeError);
    clock.advance(20);
    expect(fired).toEqual(["next 10", "later 20"]);
  });

  it("fires each of 10,000 timers once, at its deadline, whatever is stopped in between", () => {
    const { clock, timers } = setUp();
    const random = new SeededRandom(7);
    const durations = [T1, 2 * T1, T2, T4, TIMEOUT];
    let wrong = 0;
    let fired = 0;
    let expected = 0;
    for (let index = 0; index < 10_000; index++) {
      const afterMs = durations[Math.floor(random.next() * durations.length)] ?? T1;
      const deadline = clock.now() + afterMs;
      const timer = timers.start(
        {
          onTimer: () => {
            fired++;
            if (clock.now() !== deadline) wrong++;
          },
        },
        "x",
        afterMs,
      );
      if (random.next() < 0.5) timers.stop(timer);
      else expected++;
      clock.advance(random.next() < 0.1 ? 7 : 0);
    }
    clock.advance(TIMEOUT);
    expect({ fired, wrong, left: timers.size + clock.pendingTimers }).toEqual({
      fired: expected,
      wrong: 0,
      left: 0,
    });
  });
});
