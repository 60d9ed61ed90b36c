import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Journal } from "./journal.ts";
import { JournalReader } from "./reader.ts";

const ROUNDS = 6;
const ROUND_MS_MAX = 400;
const MAX_BYTES = 64 * 1024 * 1024;

/** Appends calls as fast as they are committed; prints each commit with the key of the call in progress. */
const CHILD = `
import { Journal } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
const journal = await Journal.open({ directory: process.argv[2], maxBytes: ${MAX_BYTES}, delivery: "broker" });
console.log("opened " + journal.appendedTo);
let sequence = 0, call = journal.appendedTo;
const step = () => {
  sequence = sequence % 4 + 1;
  if (sequence === 1) call += 1;
  const key = "call-" + call;
  journal.append({
    records: [{ topic: "t", key, partition: 1, sequence, headers: "{}", value: key + " " + sequence + "x".repeat(600), at: 0 }],
    state: { key, state: sequence === 4 ? undefined : String(sequence) },
  });
};
journal.onCommit((to) => { console.log("committed " + to); for (let i = 0; i < 7; i += 1) step(); });
step();
`;

let directory: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-journal-"));
});

afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the child, kills it at some time after its first commit, and returns the last position it acknowledged. */
function runAndKill(afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const program = join(directory, "writer.mjs");
    writeFileSync(program, CHILD);
    const args = ["--conditions=@tandem/source", program, directory];
    const writer = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    child = writer;
    let output = "";
    let errors = "";
    let isTimed = false;
    writer.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    writer.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (isTimed || !output.includes("committed")) return;
      isTimed = true;
      setTimeout(() => writer.kill("SIGKILL"), afterMs);
    });
    writer.on("close", (_code, signal) => {
      // The last line may be cut short by the kill.
      const lines = output.slice(0, output.lastIndexOf("\n")).split("\n");
      if (signal === "SIGKILL") resolve(Number(lines.at(-1)?.split(" ")[1]));
      else reject(new Error(`the writing process ended by itself: ${errors}`));
    });
  });
}

describe("a journal whose process is killed", () => {
  it(`has everything it acknowledged, without gaps, and its lock is free (${ROUNDS} kills)`, async () => {
    let expected = 1;
    for (let round = 0; round < ROUNDS; round += 1) {
      const acknowledged = await runAndKill(Math.random() * ROUND_MS_MAX);
      expect(acknowledged).toBeGreaterThanOrEqual(expected);
      const journal = await Journal.open({ directory, maxBytes: MAX_BYTES, delivery: "broker" });
      expect(journal.appendedTo).toBeGreaterThanOrEqual(acknowledged);
      const reader = JournalReader.open(directory);
      const last = new Map<string, number>();
      let position = 0;
      for (const record of reader.records()) {
        position += 1;
        expect(record.position).toBe(position);
        expect(record.sequence).toBe((last.get(record.key) ?? 0) + 1);
        last.set(record.key, record.sequence);
      }
      expect(position).toBe(journal.appendedTo);
      // State and events of a step are one commit.
      const open = [...last]
        .filter(([, sequence]) => sequence < 4)
        .map(([key, sequence]) => [key, String(sequence)]);
      expect(journal.openStates.map(({ key, state }) => [key, state]).sort()).toEqual(open.sort());
      reader.close();
      expected = journal.appendedTo;
      await journal.close();
    }
  }, 60_000);
});
