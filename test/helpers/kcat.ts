import { spawn } from "node:child_process";
import { once } from "node:events";
import { structuredEvent } from "@tandem/call-events";
import { expect } from "@jest/globals";
import type { PrintedEvent } from "./edge.ts";

/** One record as kcat prints it (`-J`). */
export interface KcatRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** Name, value, name, value, … */
  readonly headers: readonly string[];
  readonly payload: string;
}

/** After a commit the broker still writes a marker to each partition; until then readers do not see the records. */
const MARKERS_MS_MAX = 20_000;
const AGAIN_MS = 200;

/** Every committed record of the topics, from all partitions; those of a partition in their order. Waits for `count`. */
export async function readCommitted(
  address: string,
  topics: readonly string[],
  count: number,
): Promise<readonly KcatRecord[]> {
  for (const deadline = Date.now() + MARKERS_MS_MAX; ;) {
    const records = (await Promise.all(topics.map((topic) => readTopic(address, topic)))).flat();
    if (records.length >= count || Date.now() > deadline) return records;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function readTopic(address: string, topic: string): Promise<readonly KcatRecord[]> {
  const args = ["-b", address, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"];
  const child = spawn("kcat", [...args, "-X", "isolation.level=read_committed"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new TypeError(`kcat ended by ${code}: ${Buffer.concat(errors).toString()}`);
  const lines = Buffer.concat(output).toString().split("\n");
  return lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as KcatRecord]));
}

/** A record in CloudEvents' structured form, as `tandem events --json` prints it. */
export function eventOf({ headers, payload }: KcatRecord): PrintedEvent {
  const pairs = Array.from({ length: headers.length / 2 }, (_, index) =>
    headers.slice(2 * index, 2 * index + 2),
  );
  const names = JSON.stringify(Object.fromEntries(pairs));
  return structuredEvent({ headers: names, value: payload }) as unknown as PrintedEvent;
}

/**
 * What the journal holds is in Kafka, each event once and as it stands, those of a key in one partition in the
 * journal's order. Gives the events of Kafka.
 */
export function expectSameEvents(
  records: readonly KcatRecord[],
  journal: readonly PrintedEvent[],
): readonly PrintedEvent[] {
  const events = records.map(eventOf);
  const byId = new Map(events.map((event) => [event.id, event]));
  const missing = journal.map(({ id }) => id).filter((id) => !byId.has(id));
  expect({ missing, doubled: events.length - byId.size }).toEqual({ missing: [], doubled: 0 });
  expect(events.length).toBe(journal.length);
  for (const event of journal) expect(byId.get(event.id)).toEqual(event);
  expect(idsByKey(events)).toEqual(idsByKey(journal));
  const partitions = new Set(records.map(({ key, topic, partition }) => `${key} ${topic}/${partition}`));
  expect(partitions.size).toBe(new Set(records.map(({ key }) => key)).size);
  return events;
}

function idsByKey(events: readonly PrintedEvent[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { subject, id } of events) ids.set(subject, [...(ids.get(subject) ?? []), id]);
  return ids;
}
