import { describe, expect, it } from "@jest/globals";
import { Outbox } from "./outbox.ts";
import { ANSWER_BUDGET_MS, RELEASE_BUDGET_MS, type LegAct, type ReleaseCause } from "./primitives.ts";

const cause = {} as ReleaseCause;
const ALERT: LegAct = { type: "alert" };
const ANSWER: LegAct = { type: "answer" };
const RELEASE: LegAct = { type: "release", cause };

const outbox = (): { box: Outbox; left: string[] } => {
  const left: string[] = [];
  return { box: new Outbox(({ type }) => left.push(type)), left };
};

describe("the outbox of a call", () => {
  it("lets an alert go at once and holds an answer until its position is on disk", () => {
    const { box, left } = outbox();
    box.push(ALERT, 3, 0, 0);
    box.push(ANSWER, 3, 0, 0);
    expect(left).toEqual(["alert"]);
    box.commit(2);
    expect(left).toEqual(["alert"]);
    box.commit(3);
    expect(left).toEqual(["alert", "answer"]);
    expect(box.isEmpty).toBe(true);
  });

  it("keeps the order: what waits holds up what would be free", () => {
    const { box, left } = outbox();
    box.push(ANSWER, 1, 0, 0);
    box.push(ALERT, 1, 0, 0);
    expect(left).toEqual([]);
    box.commit(1);
    expect(left).toEqual(["answer", "alert"]);
  });

  it("lets a release go after its budget without the disk", () => {
    const { box, left } = outbox();
    box.push(RELEASE, 1, 100, 0);
    expect(box.expire(100 + RELEASE_BUDGET_MS - 1)).toBeUndefined();
    expect(left).toEqual([]);
    expect(box.expire(100 + RELEASE_BUDGET_MS)).toBeUndefined();
    expect(left).toEqual(["release"]);
  });

  it("takes an answer back after its budget, with all that waited behind it", () => {
    const { box, left } = outbox();
    box.push(ANSWER, 1, 0, 0);
    box.push(RELEASE, 2, 0, 0);
    expect(box.expire(ANSWER_BUDGET_MS)).toEqual(ANSWER);
    expect(left).toEqual([]);
    expect(box.isEmpty).toBe(true);
  });
});
