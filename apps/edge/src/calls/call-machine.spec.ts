import { describe, expect, it } from "@jest/globals";
import { IDLE, stepCall, type CallInput, type CallState, type CallStep } from "./call-machine.ts";
import type { ReleaseCause } from "./primitives.ts";

const cause = { detail: "test" } as ReleaseCause;
const SETUP: CallInput = {
  type: "setup",
  decision: { type: "answer", afterMs: 0, provisional: "ringing" },
  messages: 0,
};
const RING: CallInput = {
  type: "setup",
  decision: { type: "answer", afterMs: 5_000, provisional: "ringing" },
  messages: 0,
};
const PROGRESS: CallInput = {
  type: "setup",
  decision: { type: "answer", afterMs: 5_000, provisional: "progress" },
  messages: 0,
};
const SILENT: CallInput = {
  type: "setup",
  decision: { type: "answer", afterMs: 5_000, provisional: "none" },
  messages: 0,
};
const REFUSE: CallInput = { type: "setup", decision: { type: "refuse", cause }, messages: 0 };

const run = (...inputs: readonly CallInput[]): CallStep => {
  let step: CallStep = { state: IDLE, facts: [], acts: [] };
  inputs.forEach((input, index) => (step = stepCall(step.state, input, 1_000 * (index + 1))));
  return step;
};
const types = (step: CallStep): string[] => [...step.facts, ...step.acts].map(({ type }) => type);

describe("the call machine", () => {
  it("is incoming, ringing and answered in one step where the route answers at once", () => {
    const step = run(SETUP);
    expect(types(step)).toEqual(["incoming", "ringing", "answered", "alert", "answer"]);
    expect(step.state).toMatchObject({ name: "Answered", sequence: 3, createdAt: 1_000, answeredAt: 1_000 });
  });

  it("rings until its timer, with an absolute deadline", () => {
    const ringing = run(RING);
    expect(types(ringing)).toEqual(["incoming", "ringing", "alert"]);
    expect(ringing.state.timers).toEqual({ answer: 6_000 });
    const answered = stepCall(ringing.state, { type: "timer", name: "answer" }, 6_000);
    expect(types(answered)).toEqual(["answered", "answer"]);
    expect(answered.state.timers).toEqual({});
  });

  it.each([
    ["progress", PROGRESS, ["incoming", "progress", "progress"], { name: "Progress", progressAt: 1_000 }],
    ["nothing", SILENT, ["incoming"], { name: "Proceeding", progressAt: undefined }],
  ] as const)("tells %s until its timer, where nobody rings", (_what, input, told, state) => {
    const waiting = run(input);
    expect(types(waiting)).toEqual(told);
    expect(waiting.state).toMatchObject({ ...state, ringingAt: undefined, timers: { answer: 6_000 } });
    const answered = stepCall(waiting.state, { type: "timer", name: "answer" }, 6_000);
    expect(types(answered)).toEqual(["answered", "answer"]);
    expect(answered.state).toMatchObject({ name: "Answered", ringingAt: undefined, timers: {} });
    expect(types(run(input, { type: "abandon", cause }))).toEqual(["released", "confirmRelease"]);
    expect(types(run(input, { type: "clear", cause }))).toEqual(["released", "refuse"]);
  });

  it("is incoming and released where the route refuses", () => {
    const step = run(REFUSE);
    expect(types(step)).toEqual(["incoming", "released", "refuse"]);
    expect(step.state).toMatchObject({ name: "Ended", sequence: 2, endedAt: 1_000 });
  });

  it("confirms the peer's release, before and after the answer", () => {
    expect(types(run(RING, { type: "release", cause }))).toEqual(["released", "confirmRelease"]);
    expect(types(run(SETUP, { type: "release", cause }))).toEqual(["released", "confirmRelease"]);
  });

  it("lets a set-up be abandoned until it is answered, and not after (RFC 3261 §9.1)", () => {
    expect(types(run(RING, { type: "abandon", cause }))).toEqual(["released", "confirmRelease"]);
    const late = run(SETUP, { type: "abandon", cause });
    expect(types(late)).toEqual(["confirmRelease"]);
    expect(late.state.name).toBe("Answered");
  });

  it("refuses what is not connected and releases what is, when it clears", () => {
    expect(types(run(RING, { type: "clear", cause }))).toEqual(["released", "refuse"]);
    expect(types(run(SETUP, { type: "clear", cause }))).toEqual(["released", "release"]);
  });

  it("counts as never answered where the answer is taken back", () => {
    const step = run(SETUP, { type: "takeBack", cause });
    expect(types(step)).toEqual(["released"]);
    expect(step.state).toMatchObject({ name: "Ended", answeredAt: undefined });
    expect(types(run(RING, { type: "takeBack", cause }))).toEqual([]);
  });

  it("tells of messages that came before the set-up was complete behind call.incoming, whatever becomes of it", () => {
    const answered = run({ ...RING, messages: 2 });
    expect(types(answered)).toEqual(["incoming", "isup", "isup", "ringing", "alert"]);
    expect(answered.facts[1]).toEqual({ type: "isup", during: "incoming" });
    expect(answered.state.sequence).toBe(4);
    const refused = run({ ...REFUSE, messages: 1 });
    expect(types(refused)).toEqual(["incoming", "isup", "released", "refuse"]);
    expect(refused.state.sequence).toBe(3);
  });

  it("is incoming and released where the peer gave up before its set-up was complete", () => {
    const step = run({ ...REFUSE, decision: { type: "abandoned", cause } });
    expect(types(step)).toEqual(["incoming", "released", "confirmRelease"]);
    expect(step.state).toMatchObject({ name: "Ended", sequence: 2 });
  });

  it("says what a message came during", () => {
    const during = (input: CallInput): unknown => run(input, { type: "information" }).facts[0];
    expect(during(SILENT)).toEqual({ type: "isup", during: "incoming" });
    expect(during(PROGRESS)).toEqual({ type: "isup", during: "progress" });
    expect(during(RING)).toEqual({ type: "isup", during: "ringing" });
    expect(during(SETUP)).toEqual({ type: "isup", during: "answered" });
  });

  it("knows whether the peer has suspended a connected call, until it resumes or releases it (Q.764 §2.4)", () => {
    const suspend: CallInput = { type: "suspend" };
    const resume: CallInput = { type: "resume" };
    const suspended = (...inputs: readonly CallInput[]): boolean => run(...inputs).state.isSuspended;
    expect(suspended(SETUP, suspend)).toBe(true);
    expect(suspended(SETUP, suspend, { type: "information" })).toBe(true);
    expect(suspended(SETUP, suspend, resume)).toBe(false);
    expect(suspended(SETUP, suspend, { type: "release", cause })).toBe(false);
    expect(suspended(RING, suspend)).toBe(false);
    expect(types(run(SETUP, suspend))).toEqual(["isup", "confirmInformation"]);
    expect(types(run(SETUP, suspend, resume))).toEqual(["isup", "confirmInformation"]);
  });

  it("makes one fact of ISUP that came on its own", () => {
    expect(types(run(SETUP, { type: "information" }))).toEqual(["isup", "confirmInformation"]);
  });

  it("releases exactly once whatever comes, with sequences that count the facts", () => {
    const inputs: readonly CallInput[] = [
      RING,
      PROGRESS,
      SILENT,
      SETUP,
      REFUSE,
      { ...RING, messages: 3 },
      { type: "timer", name: "answer" },
      { type: "abandon", cause },
      { type: "release", cause },
      { type: "clear", cause },
      { type: "takeBack", cause },
      { type: "information" },
      { type: "suspend" },
      { type: "resume" },
    ];
    const walk = (state: CallState, facts: number, released: number, depth: number): void => {
      expect(state.sequence).toBe(facts);
      expect(released).toBe(state.name === "Ended" ? 1 : 0);
      if (depth === 0) return;
      for (const input of inputs) {
        const step = stepCall(state, input, 1_000);
        const ends = step.facts.filter(({ type }) => type === "released").length;
        walk(step.state, facts + step.facts.length, released + ends, depth - 1);
      }
    };
    walk(IDLE, 0, 0, 4);
  });
});
