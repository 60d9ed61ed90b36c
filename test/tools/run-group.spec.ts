import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

interface GroupModule {
  readonly runGroup: (
    program: string,
    args: readonly string[],
    options: {
      readonly resultFile: string;
      readonly limitMs: number;
      readonly endMs: number;
      readonly stdio: "ignore";
    },
  ) => Promise<{ readonly code: number; readonly fault: string | undefined }>;
}

const { runGroup } = (await import(
  new URL("../../tools/run-group.mjs", import.meta.url).href
)) as GroupModule;

const FOREVER = "setInterval(() => undefined, 1000);";

let directory: string;
let resultFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-group-"));
  resultFile = join(directory, "result");
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function runScript(script: string, limits: { limitMs: number; endMs: number }): ReturnType<typeof runGroup> {
  const args = ["-e", `const fs = require("node:fs"); ${script}`, resultFile, join(directory, "pid")];
  return runGroup(process.execPath, args, { resultFile, ...limits, stdio: "ignore" });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A zombie waits for its parent, it does not run.
  const file = `/proc/${pid}/stat`;
  return !existsSync(file) || !readFileSync(file, "utf8").includes(") Z");
}

const WRITE = 'fs.writeFileSync(process.argv[1], "done");';

describe("runGroup", () => {
  it("gives the exit code of a program that ends by itself", async () => {
    const ended = await runScript(`${WRITE} process.exitCode = 3;`, { limitMs: 20_000, endMs: 20_000 });
    expect(ended).toEqual({ code: 3, fault: undefined });
  });

  it("ends a program that has no result in its time, and says so", async () => {
    const { fault } = await runScript(FOREVER, { limitMs: 500, endMs: 20_000 });
    expect(fault).toBe("no result within 0.5 s");
  });

  it("ends a program that does not end after its result, and says so", async () => {
    const { fault } = await runScript(`${WRITE} ${FOREVER}`, { limitMs: 20_000, endMs: 500 });
    expect(fault).toMatch(/^did not end within 0.5 s/);
  });

  it("leaves no child of the program behind", async () => {
    const child = `const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", ${JSON.stringify(FOREVER)}], { stdio: "ignore" });
      fs.writeFileSync(process.argv[2], String(child.pid)); ${WRITE} process.exit(0);`;
    expect(await runScript(child, { limitMs: 20_000, endMs: 20_000 })).toEqual({ code: 0, fault: undefined });
    const pid = Number(readFileSync(join(directory, "pid"), "utf8"));
    for (const deadline = Date.now() + 5000; isAlive(pid) && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAlive(pid)).toBe(false);
  });
});
