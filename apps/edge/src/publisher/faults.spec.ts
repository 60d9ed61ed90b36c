import { describe, expect, it } from "@jest/globals";
import { BackOff } from "./back-off.ts";
import { describeFault, isBrokerAnswer, isFencing, refusalOf } from "./faults.ts";
import { CommitSignal } from "./signal.ts";

/** As kafkajs wraps what a broker answered. */
function wrapped(type: string): Error {
  return new Error("outer", {
    cause: new Error("middle", { cause: Object.assign(new Error("inner"), { type }) }),
  });
}

describe("faults", () => {
  it("finds the broker's answer under what kafkajs wraps around it", () => {
    expect(refusalOf(wrapped("MESSAGE_TOO_LARGE"))).toBe("MESSAGE_TOO_LARGE");
    expect(refusalOf(wrapped("NOT_LEADER_FOR_PARTITION"))).toBeUndefined();
    expect(isFencing(wrapped("INVALID_PRODUCER_EPOCH"))).toBe(true);
    expect(isFencing(wrapped("MESSAGE_TOO_LARGE"))).toBe(false);
    expect(isBrokerAnswer(wrapped("ANY"))).toBe(true);
    expect(isBrokerAnswer(new Error("connect ECONNREFUSED"))).toBe(false);
    expect(describeFault(wrapped("X"))).toBe("X: outer");
    expect(describeFault("text")).toBe("text");
  });
});

describe("BackOff", () => {
  it("doubles its pause up to 5 s, spread by a quarter, and begins again after a success", () => {
    const backOff = new BackOff();
    const middles = Array.from({ length: 8 }, () => backOff.next(0.5));
    expect(middles).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
    expect(backOff.next(0)).toBe(3750);
    expect(backOff.next(1)).toBe(6250);
    backOff.reset();
    expect(backOff.next(0.5)).toBe(200);
  });
});

describe("CommitSignal", () => {
  it("asks to be woken only when a wait was announced, once", () => {
    const main = new CommitSignal();
    const worker = new CommitSignal(main.buffer);
    expect(main.raise(5)).toBe(false);
    expect(worker.committedTo).toBe(5);
    worker.announceWait();
    expect(main.raise(6)).toBe(true);
    expect(main.raise(7)).toBe(false);
    worker.announceWait();
    worker.withdrawWait();
    expect(main.raise(8)).toBe(false);
    expect(worker.committedTo).toBe(8);
  });
});
