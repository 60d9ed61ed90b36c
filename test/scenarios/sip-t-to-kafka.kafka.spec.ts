import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { topicsOf } from "@tandem/call-events";
import { eventsByCall, expectWhole, releaseOf, wordsOf } from "../helpers/calls.ts";
import type { CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import type { EdgeOptions, PrintedEvent, TestEdge } from "../helpers/edge.ts";
import { eventOf, expectSameEvents, readCommitted } from "../helpers/kcat.ts";
import type { TestBroker } from "../helpers/kafka.ts";
import {
  announceSkippedKafka,
  HAS_KAFKA,
  removeBroker,
  restartBroker,
  startBroker,
} from "../helpers/kafka.ts";
import { expectSuccess, runSipp, startSipp } from "../helpers/sipp.ts";
import type { SippOptions, SippResult } from "../helpers/sipp.ts";

announceSkippedKafka("sip-t-to-kafka.kafka.spec.ts");

const CALLS = 1_000;
const PER_SECOND = 50;
const LIFE = ["incoming", "ringing", "answered", "released"];
const DELIVERED_MS = 60_000;
const TIME_MS = 180_000;

/** How long the broker is away in the middle of a run. */
const BROKER_AWAY_MS = 20_000;

/** SIPp gives a call up that hears nothing for so long: one whose 200 was lost with the process. */
const SIPP_PATIENCE_MS = 10_000;

let broker: TestBroker;

function topics(prefix: string): readonly string[] {
  const { callEvents, gatewayEvents } = topicsOf(prefix);
  return [callEvents, gatewayEvents];
}

function start(prefix: string, options: EdgeOptions = {}): Promise<TestEdge> {
  const kafka = { brokers: [broker.address], topicPrefix: prefix };
  return startEdge({ node: prefix, ...options, kafka });
}

function sippOptions(edge: TestEdge, calls: number): SippOptions {
  const target = `${edge.address}:${edge.port}`;
  return { scenario: "sip-t-call.xml", target, calls, rate: PER_SECOND, holdMs: 1_000 };
}

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The broker is stopped, and there again with what it had, whatever becomes of the act. */
async function withoutBroker<T>(act: () => Promise<T>): Promise<T> {
  await broker.stop();
  try {
    return await act();
  } finally {
    broker = await restartBroker(broker);
  }
}

/** Waits until everything on disk is in Kafka, and gives what the journal and Kafka hold. */
async function delivered(edge: TestEdge, prefix: string): Promise<readonly PrintedEvent[]> {
  const report = await edge.until(
    ({ calls, kafka }) => calls === 0 && kafka?.state === "delivering" && kafka.backlog === 0,
    DELIVERED_MS,
  );
  expect(report).toMatchObject({ calls: 0, kafka: { state: "delivering", backlog: 0 } });
  const journal = await edge.events();
  return expectSameEvents(await readCommitted(broker.address, topics(prefix), journal.length), journal);
}

function expectLives(events: readonly PrintedEvent[], calls: number): void {
  const byCall = eventsByCall(events);
  expect(byCall.size).toBe(calls);
  for (const call of byCall.values()) {
    expectWhole(call);
    expect(wordsOf(call)).toEqual(LIFE);
  }
}

(HAS_KAFKA ? describe : describe.skip)("SIP-T calls of SIPp as events in Kafka", () => {
  beforeAll(async () => {
    broker = await startBroker();
  }, 120_000);

  afterEach(removeEdges);

  afterAll(async () => {
    await removeBroker(broker);
  }, 60_000);

  it(
    "1,000 calls at 50 a second, none fails: each is in Kafka with its events once, in order, without gaps",
    async () => {
      const edge = await start("run");
      const sipp = await runSipp(sippOptions(edge, CALLS));
      expectSuccess(sipp, CALLS);
      const events = await delivered(edge, "run");
      expectLives(events, CALLS);
      expect(await edge.stop()).toBe(0);
    },
    TIME_MS,
  );

  it(
    "the broker is away for 20 s in the middle of a run: no call fails, every event is in Kafka once, in order",
    async () => {
      const edge = await start("away");
      const calls = (BROKER_AWAY_MS / 1_000 + 8) * PER_SECOND;
      const sipp = await startSipp(sippOptions(edge, calls));
      await edge.until(({ kafka }) => kafka?.state === "delivering");
      await wait(3_000);
      await withoutBroker(async () => {
        await wait(BROKER_AWAY_MS);
        const { kafka } = await edge.health();
        expect(kafka?.state).toBe("unreachable");
        expect(kafka?.backlog).toBeGreaterThan(1_000);
      });
      expectSuccess(await sipp.result, calls);
      expectLives(await delivered(edge, "away"), calls);
      expect(await edge.stop()).toBe(0);
    },
    TIME_MS,
  );

  it(
    "the broker is not there in the whole life of an edge: calls succeed, the next start delivers them in order, without a new call",
    async () => {
      const calls = 100;
      const backlog = calls * LIFE.length;
      const edge = await withoutBroker(async () => {
        const first = await start("late");
        const sipp = await runSipp({ ...sippOptions(first, calls), holdMs: 100 });
        expectSuccess(sipp, calls);
        expect(await first.until(({ kafka }) => kafka?.backlog === backlog)).toMatchObject({
          status: "ok",
          kafka: { state: "unreachable", backlog },
        });
        expect(await first.stop()).toBe(0);
        const next = await start("late", { directory: first.directory });
        const report = await next.until(({ kafka }) => kafka?.state === "unreachable");
        expect(report).toMatchObject({ status: "ok", kafka: { state: "unreachable", backlog } });
        return next;
      });
      expectLives(await delivered(edge, "late"), calls);
      expect(await edge.stop()).toBe(0);
    },
    TIME_MS,
  );

  it(
    "a second edge of the same name takes over: the first delivers nothing more and refuses new calls",
    async () => {
      const first = await start("twin");
      expect(await runSipp({ ...sippOptions(first, 2), holdMs: 100 })).toMatchObject({ successful: 2 });
      expect(await delivered(first, "twin")).toHaveLength(2 * LIFE.length);
      const twin = await start("twin");
      await twin.until(({ kafka }) => kafka?.state === "delivering");
      expect(await runSipp({ ...sippOptions(first, 1), holdMs: 100 })).toMatchObject({ successful: 1 });
      const fenced = await first.until(({ kafka }) => kafka?.state === "fenced");
      expect(fenced).toMatchObject({
        status: "unavailable",
        reason: "fenced",
        kafka: { state: "fenced", backlog: LIFE.length },
      });
      expect(first.log.join("\n")).toMatch(/ error .*another process publishes for node twin/);
      const refused = await runSipp({ ...sippOptions(first, 1), holdMs: 100 });
      expect(refused).toMatchObject({ successful: 0, failed: 1 });
      expect(refused.errors).toContain("SIP/2.0 503");
      expect(await runSipp({ ...sippOptions(twin, 1), holdMs: 100 })).toMatchObject({ successful: 1 });
      await twin.until(({ calls, kafka }) => calls === 0 && kafka?.backlog === 0);
      const records = await readCommitted(broker.address, topics("twin"), 3 * LIFE.length);
      const events = records.map(eventOf);
      expectLives(events, 3);
      expect(await first.stop()).toBe(0);
      expect(await twin.stop()).toBe(0);
    },
    TIME_MS,
  );

  it(
    "kill -9 of the edge in the middle of a run: every event is in Kafka once, open calls are released, their BYE gets 481",
    async () => {
      const first = await start("kill");
      const sipp = await startSipp({
        ...sippOptions(first, CALLS),
        args: ["-recv_timeout", String(SIPP_PATIENCE_MS)],
      });
      await wait(8_000);
      await first.kill();
      const edge = await start("kill", { directory: first.directory, port: first.port });
      const result = await sipp.result;
      const events = await delivered(edge, "kill");
      const calls = eventsByCall(events);
      for (const call of calls.values()) expectWhole(call);
      expectRecovered([...calls.values()], result);
      expect(await edge.stop()).toBe(0);
    },
    TIME_MS,
  );
});

/** Which calls the restart ended, and what their callers heard of it. */
function expectRecovered(calls: readonly CallEvent[][], { created, errors, failed }: SippResult): void {
  expect(created).toBe(CALLS);
  const recovered = calls.filter((call) => releaseOf(call).cause.detail === "gateway-recovery");
  // At 50 a second, of one second each.
  expect(recovered.length).toBeGreaterThan(PER_SECOND / 2);
  expect(recovered.length).toBeLessThan(PER_SECOND * 2);
  for (const call of recovered) {
    expect(releaseOf(call).cause).toMatchObject({
      side: "gateway",
      class: "internal",
      mapping: "derived",
      q850: { value: 127 },
    });
  }
  const refused = new Set(idsIn(errors, /Call-Id '([^']+)'[^\n]*received 'SIP\/2\.0 481/g));
  expect(refused.size).toBeGreaterThan(PER_SECOND / 2);
  expect(failed).toBeGreaterThanOrEqual(refused.size);
  // Told 481, yet not recovered: the BYE was on disk before the kill, and its 200 had not left.
  const ended = calls.filter((call) => refused.has(sipCallId(call)) && !recovered.includes(call));
  expect(ended.filter((call) => releaseOf(call).cause.class !== "normal")).toEqual([]);
  // Recovered, yet not told: the 200 had not left, so the INVITE came again; after a 180 SIPp only waits.
  const lost = new Set(idsIn(errors, /Call-Id: (\S+), receive timeout/g));
  const untold = recovered.map(sipCallId).filter((id) => !refused.has(id) && !lost.has(id));
  const again = untold.filter((id) => calls.filter((call) => sipCallId(call) === id).length > 1);
  expect(untold).toEqual(again);
}

function sipCallId(call: readonly CallEvent[]): string {
  return call[0]?.data.sip.callId ?? "";
}

function idsIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, id = ""]) => id);
}
