import { describe, expect, it } from "@jest/globals";
import type { Knowledge } from "./resume.ts";
import { progressMetadata, resumeFrom } from "./resume.ts";

const known: Knowledge = { journalId: "j1", boot: "b1", hasClaimed: false, deliveredTo: 0, appendedTo: 100 };

function at(offset: number, journalId = "j1", boot = "b0"): { offset: number; metadata: string } {
  return { offset, metadata: progressMetadata(journalId, boot) };
}

describe("resumeFrom", () => {
  it("begins at the front of a new journal where Kafka knows nothing, or another journal", () => {
    expect(resumeFrom(known, undefined)).toEqual({ kind: "resume", position: 0 });
    expect(resumeFrom(known, at(77, "j0"))).toEqual({ kind: "resume", position: 0 });
  });

  it("goes on at Kafka's offset, which counts more than a mark of the journal that lags", () => {
    expect(resumeFrom({ ...known, deliveredTo: 40 }, at(60))).toEqual({ kind: "resume", position: 60 });
  });

  it("goes on at the journal's mark when Kafka has forgotten, and says what is uncertain", () => {
    const uncertain = { from: 40, to: 100, reason: "offset-missing" };
    const expected = { kind: "resume", position: 40, uncertain };
    expect(resumeFrom({ ...known, deliveredTo: 40 }, undefined)).toEqual(expected);
    expect(resumeFrom({ ...known, deliveredTo: 40 }, at(99, "j0"))).toEqual(expected);
  });

  it("goes on at Kafka's offset when it is behind the journal's mark, and says what is uncertain", () => {
    const uncertain = { from: 30, to: 40, reason: "offset-behind" };
    expect(resumeFrom({ ...known, deliveredTo: 40 }, at(30))).toEqual({
      kind: "resume",
      position: 30,
      uncertain,
    });
  });

  it("does not skip new records when Kafka is ahead of all that the disk kept", () => {
    const uncertain = { from: 100, to: 120, reason: "offset-ahead" };
    expect(resumeFrom(known, at(120))).toEqual({ kind: "resume", position: 100, uncertain });
  });

  it("takes over at boot, whoever was there before", () => {
    expect(resumeFrom(known, at(10, "j1", "b9")).kind).toBe("resume");
  });

  it("is fenced when, once running, it meets another boot or another journal", () => {
    const running = { ...known, hasClaimed: true };
    expect(resumeFrom(running, at(10, "j1", "b1")).kind).toBe("resume");
    expect(resumeFrom(running, at(10, "j1", "b2"))).toEqual({ kind: "fenced", journalId: "j1", boot: "b2" });
    expect(resumeFrom(running, at(10, "j2", "b1"))).toEqual({ kind: "fenced", journalId: "j2", boot: "b1" });
    expect(resumeFrom(running, undefined).kind).toBe("resume");
  });
});
