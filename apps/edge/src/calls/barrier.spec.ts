import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { topicsOf } from "@tandem/call-events";
import { Journal } from "@tandem/journal";
import { systemClock } from "@tandem/sip/node";
import { reject } from "../sip/cause.ts";
import { Counters } from "../telemetry/counters.ts";
import type { CallLeg } from "./call.ts";
import { CallEngine } from "./call-engine.ts";
import type { FactDetails } from "./details.ts";
import { EventWriter } from "./event-writer.ts";
import { ANSWER_BUDGET_MS } from "./primitives.ts";

/** What the signalling said is of no interest here. */
const NO_DETAILS = JSON.parse(
  '{ "incoming": {}, "ringing": {}, "answered": {}, "isup": {}, "released": { "isup": null } }',
) as FactDetails;

let directory: string;
let journal: Journal;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "tandem-barrier-"));
  journal = await Journal.open({ directory, maxBytes: 2 ** 28, delivery: "none" });
});

afterEach(async () => {
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A leg that keeps what it was asked to do. */
function recordingLeg(acts: string[]): CallLeg {
  const sip = { callId: "1", fromTag: "a", toTag: "b", cseq: 1 };
  return {
    common: { direction: "inbound", trunkId: "acme", legId: "a", sip },
    earlyMessages: 0,
    attach: () => undefined,
    perform: ({ type }) => acts.push(type),
    detailsOf: (type) => NO_DETAILS[type],
    close: () => undefined,
  };
}

function openEngine(): CallEngine {
  return new CallEngine({
    journal,
    clock: systemClock,
    epochMs: () => performance.timeOrigin + performance.now(),
    newCallId: () => "call-1",
    writer: new EventWriter({ cluster: "test", node: "edge-1", topics: topicsOf() }, 12),
    counters: new Counters(),
    commitTimeout: { ...reject({ status: 503, detail: "journal-timeout" }), class: "internal" },
  });
}

/** The thread does nothing for so long, as on a machine that has no time for it. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("the barrier", () => {
  it("does not take an answer for too late that was on disk while this thread stood still", async () => {
    const acts: string[] = [];
    const engine = openEngine();
    engine.setUp(
      recordingLeg(acts),
      { type: "answer", afterMs: 0, provisional: "ringing" },
      { sip: "1", sequenceNumber: 1 },
    );
    // The group leaves for the journal's thread in this turn of the loop; its commit is heard in a later one.
    await new Promise((resolve) => setImmediate(resolve));
    expect(journal.committedTo).toBe(0);
    stall(ANSWER_BUDGET_MS + 300);
    await journal.flush();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(acts).toEqual(["alert", "answer"]);
  });

  it("takes an answer back whose events are not on disk in time", async () => {
    const acts: string[] = [];
    const engine = openEngine();
    engine.setUp(
      recordingLeg(acts),
      { type: "answer", afterMs: 0, provisional: "ringing" },
      { sip: "1", sequenceNumber: 1 },
    );
    const other = new DatabaseSync(join(directory, "journal.db"));
    other.exec("BEGIN IMMEDIATE");
    for (const deadline = Date.now() + 5_000; acts.length < 2 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(acts).toEqual(["alert", "refuse"]);
    other.exec("ROLLBACK");
    other.close();
  });
});
