import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { PublisherSettings } from "./messages.ts";
import { Publisher } from "./publisher.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-publisher-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** No broker is asked: the thread's program is a file of the test. */
function settings(): PublisherSettings {
  return {
    brokers: ["127.0.0.1:1"],
    clientId: "test",
    journalDirectory: directory,
    journalId: "j",
    boot: "b",
    node: "edge-1",
    topics: { progress: "p" },
    createTopics: false,
    partitions: 1,
  };
}

function program(text: string): URL {
  const file = join(directory, "thread.mjs");
  writeFileSync(file, `import { parentPort, workerData } from "node:worker_threads";\n${text}`);
  return pathToFileURL(file);
}

async function until(claim: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !claim() && Date.now() < deadline;)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(claim()).toBe(true);
}

describe("Publisher", () => {
  it("starts its thread again when it dies, and lets it know what this process has claimed", async () => {
    const thread = program(`
      if (!workerData.hasClaimed) {
        parentPort.postMessage({ kind: "delivered", position: 5 });
        setTimeout(() => { throw new TypeError("out of luck"); }, 20);
      } else {
        parentPort.postMessage({ kind: "state", state: "delivering" });
        parentPort.postMessage({ kind: "delivered", position: 7 });
        parentPort.on("message", () => parentPort.close());
      }`);
    const log: string[] = [];
    const publisher = new Publisher(settings(), (level, message) => log.push(`${level} ${message}`), thread);
    publisher.start({ committedTo: 9, deliveredTo: 3 });
    expect(publisher.status).toEqual({ state: "starting", deliveredTo: 3, backlog: 6 });
    await until(() => publisher.status.state === "unreachable");
    expect(publisher.status).toMatchObject({ deliveredTo: 5, backlog: 4, lastError: "out of luck" });
    await until(() => publisher.status.deliveredTo === 7);
    expect(publisher.status).toEqual({ state: "delivering", deliveredTo: 7, backlog: 2 });
    expect(log).toEqual(["error publisher thread ended, it is started again", "info kafka: delivering"]);
    await publisher.close({ flushMs: 0 });
  });

  it("closes while its thread is dead", async () => {
    const publisher = new Publisher(settings(), () => undefined, program('throw new TypeError("never");'));
    publisher.start({ committedTo: 0, deliveredTo: 0 });
    await until(() => publisher.status.state === "unreachable");
    await publisher.close({ flushMs: 0 });
    expect(publisher.status.state).toBe("closed");
  });
});
