import { join } from "node:path";
import { expect } from "@jest/globals";
import { Journal } from "@tandem/journal";
import type { PublisherEvent, PublisherSettings } from "../../apps/edge/src/publisher/messages.ts";
import { Publisher } from "../../apps/edge/src/publisher/publisher.ts";
import type { ReadRecord } from "./kafka.ts";
import { TestConsumer } from "./kafka.ts";

const MAX_BYTES = 256 * 1024 * 1024;
export const EVENTS_PER_CALL = 4;
export const PARTITIONS = 12;
const FLUSH = { flushMs: 10_000 };

/** One node with topics of its own, so that tests of one broker do not meet. */
export interface LinePlace {
  readonly directory: string;
  readonly address: string;
  readonly name: string;
}

export function topicsOf({ name }: LinePlace): { readonly events: string; readonly progress: string } {
  return { events: `events-${name}`, progress: `progress-${name}` };
}

export function nodeOf({ name }: LinePlace): string {
  return `edge-${name}`;
}

export function settingsOf(place: LinePlace): PublisherSettings {
  return {
    journalDirectory: join(place.directory, "journal"),
    journalId: "",
    boot: "",
    node: nodeOf(place),
    brokers: [place.address],
    clientId: "test-edge",
    topics: topicsOf(place),
    createTopics: true,
    partitions: PARTITIONS,
  };
}

export async function until(claim: () => boolean, timeoutMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !claim() && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(claim()).toBe(true);
}

const lines = new Set<Line>();

/** For `afterEach`: a test that failed has left its threads running. */
export async function closeLines(): Promise<void> {
  for (const line of lines) await line.close({ flushMs: 0 });
}

/** A journal with a publisher behind it, as the edge wires them, and calls to put in. */
export class Line {
  readonly journal: Journal;
  readonly publisher: Publisher;
  readonly events: PublisherEvent[] = [];
  readonly log: string[] = [];
  calls = 0;
  readonly #topic: string;
  readonly #prefix: string;

  private constructor(journal: Journal, settings: PublisherSettings, topic: string, prefix: string) {
    this.journal = journal;
    this.#topic = topic;
    this.#prefix = prefix;
    this.publisher = new Publisher(settings, (level, message) => this.log.push(`${level} ${message}`));
    this.publisher.onDelivered((position) => {
      journal.setDelivered(position);
    });
    this.publisher.onEvent((event) => this.events.push(event));
    journal.onCommit((position) => {
      this.publisher.notifyCommitted(position);
    });
    this.publisher.start(journal);
  }

  static async open(
    place: LinePlace,
    prefix = "call",
    overrides: Partial<PublisherSettings> = {},
  ): Promise<Line> {
    const settings = { ...settingsOf(place), ...overrides };
    const journal = await Journal.open({
      directory: settings.journalDirectory,
      maxBytes: MAX_BYTES,
      delivery: "broker",
    });
    const identity = { journalId: journal.journalId, boot: journal.bootId };
    const line = new Line(journal, { ...settings, ...identity }, topicsOf(place).events, prefix);
    lines.add(line);
    return line;
  }

  appendCalls(count: number, valueOf: (sequence: number) => string = () => "x".repeat(600)): void {
    for (let i = 0; i < count; i += 1) {
      this.calls += 1;
      this.#appendCall(`${this.#prefix}-${this.calls}`, valueOf);
    }
  }

  async delivered(timeoutMs = 30_000): Promise<void> {
    await until(() => this.publisher.status.deliveredTo >= this.journal.appendedTo, timeoutMs);
  }

  async close(flush = FLUSH): Promise<void> {
    await this.journal.flush();
    await this.publisher.close(flush);
    await this.journal.close();
    lines.delete(this);
  }

  #appendCall(key: string, valueOf: (sequence: number) => string): void {
    const partition = this.calls % PARTITIONS;
    for (let sequence = 1; sequence <= EVENTS_PER_CALL; sequence += 1) {
      const headers = JSON.stringify({
        ce_id: `${key}/1.${sequence}`,
        ce_sequence: String(sequence).padStart(10, "0"),
      });
      const value = valueOf(sequence);
      this.journal.append({
        records: [{ topic: this.#topic, key, partition, sequence, headers, value, at: Date.now() }],
        state: { key, state: sequence === EVENTS_PER_CALL ? undefined : "open" },
      });
    }
  }
}

export async function readAll(place: LinePlace, count: number): Promise<readonly ReadRecord[]> {
  const consumer = new TestConsumer(place.address);
  try {
    await consumer.start([topicsOf(place).events]);
    await consumer.waitFor(count);
  } finally {
    await consumer.stop();
  }
  return consumer.records;
}

/** Every call once, in one partition, its events in order and without gaps. */
export function expectExactlyOnce(records: readonly ReadRecord[], calls: number): void {
  const ids = records.map(({ headers }) => headers["ce_id"]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(calls * EVENTS_PER_CALL);
  const last = new Map<string, number>();
  for (const { key, headers, partition } of records) {
    const sequence = Number(headers["ce_sequence"]);
    expect(sequence).toBe((last.get(`${key}/${partition}`) ?? 0) + 1);
    last.set(`${key}/${partition}`, sequence);
  }
  expect(last.size).toBe(calls);
}
