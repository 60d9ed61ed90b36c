import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../tools/tandem.mjs", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();
// A test run that is broken off leaves no command behind.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface TandemOptions {
  /** The Node that starts the launcher; the launcher finds its own. */
  readonly node?: string;
  readonly cwd?: string;
  /** All of standard input; without it standard input is empty. */
  readonly input?: string | Uint8Array;
}

/** `npx tandem ARGS`, as a process: what it prints, and how it ends. */
export class Tandem {
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], options: TandemOptions = {}) {
    const stdin = options.input === undefined ? "ignore" : "pipe";
    const child = spawn(options.node ?? process.execPath, [LAUNCHER, ...args], {
      cwd: options.cwd,
      stdio: [stdin, "pipe", "pipe"],
    });
    this.child = child;
    running.add(child);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    // A command that refuses its arguments does not read what it is given.
    child.stdin?.on("error", () => undefined);
    if (options.input !== undefined) child.stdin?.end(options.input);
    this.ended = new Promise((resolve) => {
      child.once("close", (code) => {
        running.delete(child);
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        this.#wake();
      });
    });
  }

  /** Waits until it has printed what the pattern describes. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found !== null) return found;
      if (!running.has(this.child))
        throw new TypeError(`it ended without saying ${pattern}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  signal(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Runs a command to its end. */
export function tandem(args: readonly string[], options: TandemOptions = {}): Promise<Ended> {
  return new Tandem(args, options).ended;
}
