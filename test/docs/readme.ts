import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A block of a README, and what it prints where a `text` block stands right behind it. */
export interface Example {
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

const BLOCK = /^```(\w+)\n(.*?)^```$(?:\n+```text\n(.*?)^```$)?/gms;

/** None where there is no README: that is a fault of its own, which a test of its own finds. */
export function examplesOf(readme: string): readonly Example[] {
  if (!existsSync(readme)) return [];
  return [...readFileSync(readme, "utf8").matchAll(BLOCK)].map(([, language = "", code = "", output]) => ({
    language,
    code,
    output,
  }));
}

/** The examples that are whole programs: the first block of TypeScript, and each later one whose output is printed. */
export function programsOf(readme: string): readonly Example[] {
  const blocks = examplesOf(readme).filter(({ language }) => language === "ts");
  return blocks.filter(({ output }, at) => at === 0 || output !== undefined);
}

/**
 * Runs a README's programs and gives what each printed. Programs before the last one serve: they are given port 0,
 * their first line is the next one's argument, and they are stopped when the last one has ended.
 */
export async function runPrograms(
  cwd: string,
  flags: readonly string[],
  files: readonly string[],
  timeoutMs: number,
): Promise<readonly string[]> {
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(timeoutMs)]);
  const runs: Run[] = [];
  try {
    let argument: readonly string[] = files.length > 1 ? ["0"] : [];
    for (const file of files) {
      const run = new Run(cwd, [...flags, file, ...argument], signal);
      runs.push(run);
      if (runs.length < files.length) argument = [await run.firstLine];
    }
    await runs.at(-1)?.ended;
    return runs.map(({ printed }) => printed.trimEnd());
  } finally {
    ending.abort();
    await Promise.allSettled(runs.map(({ ended }) => ended));
  }
}

class Run {
  printed = "";
  readonly firstLine: Promise<string>;
  readonly ended: Promise<void>;
  #said = "";

  constructor(cwd: string, args: readonly string[], signal: AbortSignal) {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"], signal });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.firstLine = promise;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.printed += text;
      if (this.printed.includes("\n")) resolve(this.printed.slice(0, this.printed.indexOf("\n")));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
    this.ended = new Promise((end, fail) => {
      child.once("error", fail);
      child.once("close", (code) => {
        if (code === 0) end();
        else fail(new Error(`${args.join(" ")} failed:\n${this.printed}${this.#said}`));
      });
    });
    // Whoever waits for the first line hears of an end without one; a program that serves is stopped in the end.
    this.ended.then(() => {
      reject(new Error(`${args.join(" ")} printed no line`));
    }, reject);
    this.firstLine.catch(() => undefined);
  }
}

/** What is printed, as a pattern: `…` stands for what differs from run to run. */
export function patternOf(output: string): RegExp {
  const escaped = output.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", "[^\\n]*")}$`);
}
