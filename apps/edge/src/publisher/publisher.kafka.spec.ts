import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import {
  closeLines,
  expectExactlyOnce,
  EVENTS_PER_CALL,
  Line,
  nodeOf,
  PARTITIONS,
  readAll,
  settingsOf,
  topicsOf,
  until,
} from "../../../../test/helpers/kafka-line.ts";
import type { LinePlace } from "../../../../test/helpers/kafka-line.ts";
import {
  announceSkippedKafka,
  HAS_KAFKA,
  removeBroker,
  restartBroker,
  startBroker,
} from "../../../../test/helpers/kafka.ts";
import type { TestBroker } from "../../../../test/helpers/kafka.ts";
import type { PublisherSettings } from "./messages.ts";
import { OMITTED_TYPE } from "./omitted.ts";

announceSkippedKafka("publisher.kafka.spec.ts");

let broker: TestBroker;
let place: LinePlace;
let testCount = 0;
const children = new Set<ChildProcess>();

function openLine(prefix?: string, overrides?: Partial<PublisherSettings>): Promise<Line> {
  return Line.open(place, prefix, overrides);
}

async function withAdmin<T>(act: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
  const admin = new Kafka({
    brokers: [broker.address],
    clientId: "test",
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}

(HAS_KAFKA ? describe : describe.skip)("Publisher, against a real broker", () => {
  beforeAll(async () => {
    broker = await startBroker();
  }, 120_000);

  afterAll(async () => {
    await removeBroker(broker);
  }, 60_000);

  beforeEach(() => {
    testCount += 1;
    const directory = mkdtempSync(join(tmpdir(), "tandem-publisher-"));
    place = { directory, address: broker.address, name: String(testCount) };
  });

  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    await closeLines();
    rmSync(place.directory, { recursive: true, force: true });
  }, 60_000);

  it("makes missing topics, delivers in order, flushes when closed and goes on after the next start", async () => {
    const line = await openLine();
    line.appendCalls(50);
    await line.delivered();
    expect(line.publisher.status).toMatchObject({ state: "delivering", backlog: 0 });
    line.appendCalls(50);
    await line.close();
    expect(line.publisher.status).toMatchObject({ state: "closed", deliveredTo: 400, backlog: 0 });
    expect(line.log).toEqual(["info kafka: delivering"]);
    const next = await openLine("next");
    next.appendCalls(20);
    await next.delivered();
    expect(next.events).toEqual([]);
    const records = await readAll(place, 480);
    expectExactlyOnce(records, 120);
    expect(records[0]?.value).toBe("x".repeat(600));
    const counts = await withAdmin((admin) =>
      admin.fetchTopicMetadata({ topics: Object.values(topicsOf(place)) }),
    );
    expect(counts.topics.map(({ partitions }) => partitions.length).sort()).toEqual([1, 12]);
  }, 60_000);

  it("does without the broker at start, says so once, and delivers when it comes", async () => {
    await broker.stop();
    const line = await openLine();
    line.appendCalls(200);
    await until(() => line.publisher.status.state === "unreachable");
    await until(() => line.publisher.status.backlog === 800);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(line.log).toEqual(["warn kafka: not reachable, the journal keeps the events"]);
    expect(line.publisher.status.lastError).toContain("ECONNREFUSED");
    broker = await restartBroker(broker);
    await line.delivered(60_000);
    expect(line.log).toHaveLength(2);
    expectExactlyOnce(await readAll(place, 800), 200);
  }, 120_000);

  it.each(["stop", "kill"] as const)(
    "delivers each record once when the broker ends mid-stream (%s)",
    async (how) => {
      const line = await openLine();
      const stream = setInterval(() => {
        line.appendCalls(5);
      }, 10);
      try {
        await until(() => line.publisher.status.deliveredTo > 500);
        await broker[how]();
        await until(() => line.publisher.status.backlog > 500);
        broker = await restartBroker(broker);
        const deliveredTo = line.journal.appendedTo;
        await until(() => line.publisher.status.deliveredTo > deliveredTo, 60_000);
      } finally {
        clearInterval(stream);
      }
      await line.delivered(60_000);
      expectExactlyOnce(await readAll(place, line.calls * EVENTS_PER_CALL), line.calls);
      expect(line.events).toEqual([]);
    },
    180_000,
  );

  it("delivers each record once when the publishing process is killed, again and again", async () => {
    let acknowledged = 0;
    for (let round = 0; round < 4; round += 1)
      acknowledged = await runAndKill(round, 300 + Math.random() * 500);
    const line = await openLine("last");
    expect(line.journal.appendedTo).toBeGreaterThanOrEqual(acknowledged);
    await line.delivered(60_000);
    const records = await readAll(place, line.journal.appendedTo);
    expect(records).toHaveLength(line.journal.appendedTo);
    const ids = new Set(records.map(({ headers }) => headers["ce_id"]));
    expect(ids.size).toBe(line.journal.appendedTo);
    expect(line.events).toEqual([]);
  }, 120_000);

  it("delivers all of a new journal although Kafka has an offset of the old one", async () => {
    const old = await openLine();
    old.appendCalls(30);
    await old.delivered();
    await old.close();
    const replaced = await openLine("new", { journalDirectory: join(place.directory, "new") });
    replaced.appendCalls(10);
    await replaced.delivered();
    expect(replaced.events).toEqual([]);
    expectExactlyOnce(await readAll(place, 160), 40);
  }, 60_000);

  it("goes on at the journal's own mark when Kafka has lost the offset, and says what is uncertain", async () => {
    const first = await openLine();
    first.appendCalls(30);
    await first.delivered();
    await first.close();
    await withAdmin((admin) => admin.deleteGroups([`tandem.publisher.${nodeOf(place)}`]));
    const second = await openLine("second");
    second.appendCalls(10);
    await second.delivered();
    expect(second.events).toEqual([
      { type: "gateway.delivery.uncertain", from: 120, to: expect.any(Number), reason: "offset-missing" },
    ]);
    expectExactlyOnce(await readAll(place, 160), 40);
  }, 60_000);

  it("is fenced by a twin that boots, sends nothing more, and leaves the twin alone", async () => {
    const running = await openLine();
    running.appendCalls(20);
    await running.delivered();
    const twin = await openLine("twin", { journalDirectory: join(place.directory, "twin") });
    twin.appendCalls(20);
    await twin.delivered();
    running.appendCalls(5);
    await until(() => running.publisher.status.state === "fenced");
    expect(running.events).toMatchObject([
      { type: "gateway.delivery.fenced", journalId: twin.journal.journalId },
    ]);
    expect(running.publisher.status.backlog).toBe(20);
    twin.appendCalls(5);
    await twin.delivered();
    expect(twin.publisher.status.state).toBe("delivering");
    expectExactlyOnce(await readAll(place, 180), 45);
  }, 60_000);

  it("notices a twin also when there is nothing to deliver, by its heartbeat", async () => {
    const running = await openLine("idle", { heartbeatMs: 500 });
    running.appendCalls(1);
    await running.delivered();
    const twin = await openLine("twin", { journalDirectory: join(place.directory, "twin") });
    twin.appendCalls(1);
    await twin.delivered();
    await until(() => running.publisher.status.state === "fenced");
    expect(running.publisher.status.backlog).toBe(0);
    expect(twin.publisher.status.state).toBe("delivering");
  }, 60_000);

  it("puts call.event.omitted in the place of a record that Kafka never takes", async () => {
    await withAdmin((admin) =>
      admin.createTopics({
        topics: [
          {
            topic: topicsOf(place).events,
            numPartitions: PARTITIONS,
            configEntries: [{ name: "max.message.bytes", value: "20000" }],
          },
        ],
      }),
    );
    const line = await openLine();
    line.appendCalls(40);
    line.appendCalls(1, (sequence) => "x".repeat(sequence === 2 ? 50_000 : 10));
    line.appendCalls(40);
    await line.delivered(60_000);
    const records = await readAll(place, 81 * EVENTS_PER_CALL);
    expectExactlyOnce(records, 81);
    const omitted = records.filter(({ headers }) => headers["ce_type"] === OMITTED_TYPE);
    expect(omitted).toHaveLength(1);
    expect(omitted[0]).toMatchObject({
      key: "call-41",
      headers: { ce_id: "call-41/1.2", ce_sequence: "0000000002" },
    });
    expect(JSON.parse(omitted[0]?.value ?? "")).toMatchObject({
      sequence: 2,
      reason: "MESSAGE_TOO_LARGE, 50000 octets",
    });
    expect(line.events).toMatchObject([{ type: "gateway.delivery.omitted", key: "call-41", sequence: 2 }]);
  }, 60_000);

  it("waits, and loses nothing, where a topic has fewer partitions than the records were given", async () => {
    await withAdmin((admin) =>
      admin.createTopics({ topics: [{ topic: topicsOf(place).events, numPartitions: 3 }] }),
    );
    const line = await openLine();
    line.appendCalls(24);
    await until(() => line.publisher.status.state === "unreachable");
    expect(line.publisher.status.lastError).toContain("has 3 partitions");
    await withAdmin((admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: topicsOf(place).events, count: PARTITIONS }] }),
    );
    await line.delivered(60_000);
    expectExactlyOnce(await readAll(place, 96), 24);
  }, 60_000);
});

/** Appends and publishes as fast as it can; prints what is committed to disk. */
function program(round: number): string {
  const journal = new URL("../../../../libs/journal/src/index.ts", import.meta.url).href;
  const publisher = new URL("./publisher.ts", import.meta.url).href;
  return `
import { Journal } from ${JSON.stringify(journal)};
import { Publisher } from ${JSON.stringify(publisher)};
const settings = ${JSON.stringify(settingsOf(place))};
const journal = await Journal.open({ directory: settings.journalDirectory, maxBytes: ${2 ** 28}, delivery: "broker" });
const publisher = new Publisher({ ...settings, journalId: journal.journalId, boot: journal.bootId }, () => {});
journal.onCommit((position) => { publisher.notifyCommitted(position); console.log("committed " + position); });
publisher.onDelivered((position) => { journal.setDelivered(position); console.log("delivered " + position); });
publisher.start(journal);
let calls = 0;
setInterval(() => {
  for (let i = 0; i < 4; i += 1) {
    calls += 1;
    const key = "round-${round}-" + calls;
    for (let sequence = 1; sequence <= 4; sequence += 1) {
      const headers = JSON.stringify({ ce_id: key + "/1." + sequence, ce_sequence: String(sequence) });
      journal.append({ records: [{ topic: settings.topics.events, key, partition: calls % 12, sequence, headers, value: "x".repeat(500), at: Date.now() }] });
    }
  }
}, 5);
`;
}

/** Runs the program, kills it some time after a few deliveries of its own, and returns the last position it said was safe. */
function runAndKill(round: number, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const file = join(place.directory, "publish.mjs");
    writeFileSync(file, program(round));
    const child: ChildProcess = spawn(process.execPath, ["--conditions=@tandem/source", file], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let output = "";
    let errors = "";
    let isTimed = false;
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (isTimed || output.split("delivered").length < 5) return;
      isTimed = true;
      setTimeout(() => child.kill("SIGKILL"), afterMs);
    });
    child.on("close", (_code, signal) => {
      children.delete(child);
      const safe = output
        .slice(0, output.lastIndexOf("\n"))
        .match(/committed \d+/g)
        ?.at(-1);
      if (signal === "SIGKILL") resolve(Number(safe?.split(" ")[1]));
      else reject(new Error(`the publishing process ended by itself: ${errors}`));
    });
  });
}
