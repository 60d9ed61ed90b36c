import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { structuredEvent, type EventData, type EventType } from "@tandem/call-events";
import { JournalReader } from "@tandem/journal";
import type { ReadinessReport } from "../../apps/edge/src/admin/readiness.ts";
import { freeUdpPorts } from "./ports.ts";

const MAIN = fileURLToPath(new URL("../../apps/edge/dist/cli/main.js", import.meta.url));
const NODE_ARGS = ["--disable-warning=ExperimentalWarning"];
const START_MS = 20_000;
const STOP_MS = 15_000;
const RTP_PORTS = 1_000;

/** The sections of a configuration that a test may want its own way; the rest is filled in. */
export interface EdgeOptions {
  /** Where configuration and journal are; the same directory again is the same edge after a restart. */
  readonly directory?: string;
  readonly node?: string;
  /** UDP port of SIP; a free one by default. */
  readonly port?: number;
  /** Listeners beside that of UDP, which is `udp-1`. */
  readonly listen?: readonly { readonly id: string; readonly [setting: string]: unknown }[];
  readonly trunks?: readonly object[];
  readonly routes?: readonly object[];
  readonly media?: { readonly ports: string };
  readonly journal?: { readonly maxBytes?: string };
  readonly dns?: { readonly servers?: readonly string[]; readonly timeout?: string };
  readonly kafka?: object;
  /** Least level of the log: what is read to find the ports needs info. */
  readonly log?: "info" | "debug";
}

/** One event as `tandem events --json` prints it: CloudEvents 1.0, structured form. */
export type PrintedEvent = {
  [T in EventType]: {
    readonly type: T;
    readonly id: string;
    readonly source: string;
    readonly subject: string;
    readonly time: string;
    readonly data: EventData[T];
  };
}[EventType];

/** SIP-T from loopback's first address; everything is answered at once. */
const TRUNKS = [{ id: "carrier", profile: "sip-t", sources: ["127.0.0.1"], numbers: { country: "49" } }];
const ROUTES = [{ id: "echo", answer: "echo" }];

/** An edge in a process of its own, as `tandem run` starts it. */
export class TestEdge {
  readonly directory: string;
  readonly configFile: string;
  readonly address = "127.0.0.1";
  /** UDP port of SIP. */
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What it has written to stderr, by line. */
  readonly log: readonly string[];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(place: EdgePlace, started: StartedProcess, port: number, url: string) {
    this.directory = place.directory;
    this.configFile = place.configFile;
    this.port = port;
    this.url = url;
    this.log = started.log;
    this.#child = started.child;
    this.#exited = started.exited;
  }

  /** The port that a listener has taken, by its id. */
  portOf(listener: string): number {
    const line = find(this.log, new RegExp(`listening listener=${listener} .*port=(\\d+)`));
    if (line === undefined) throw new TypeError(`there is no listener ${listener}`);
    return Number(line[1]);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Resolves with the first line of the log that matches, one that was written already or one to come. */
  async says(pattern: RegExp, timeoutMs = 5_000): Promise<string> {
    for (const deadline = Date.now() + timeoutMs; ;) {
      const line = this.log.find((each) => pattern.test(each));
      if (line !== undefined) return line;
      if (Date.now() > deadline)
        throw new TypeError(`nothing like ${String(pattern)} in:\n${this.log.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Asks it to end, as Ctrl-C does, and gives its exit code. */
  async stop(): Promise<number | null> {
    if (this.isRunning) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async get(
    path: string,
  ): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
    const response = await fetch(`${this.url}${path}`);
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, type, text: await response.text() };
  }

  async health(): Promise<ReadinessReport> {
    return JSON.parse((await this.get("/health/ready")).text) as ReadinessReport;
  }

  /** A count, 0 where nothing was counted yet; `label` as /health/ready prints it, all labels where left out. */
  async counter(name: string, label?: string): Promise<number> {
    const counts = (await this.health()).counters[name] ?? {};
    if (label !== undefined) return counts[label] ?? 0;
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  /** What the journal holds, read by `tandem events --json`; works beside a running edge and after its end. */
  async events(): Promise<PrintedEvent[]> {
    const args = ["events", "--config", this.configFile, "--json"];
    const { code, stdout, stderr } = await runTandem(args);
    if (code !== 0) throw new TypeError(`tandem events ended by ${code}: ${stderr}`);
    return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as PrintedEvent]));
  }

  /** The same, read from the files by this process: for looks at one call among many. */
  journalEvents(): PrintedEvent[] {
    const reader = JournalReader.open(join(this.directory, "journal"));
    try {
      const structured = [...reader.records()].map(({ headers, value }) =>
        structuredEvent({ headers, value: Buffer.from(value).toString() }),
      );
      return structured as unknown as PrintedEvent[];
    } finally {
      reader.close();
    }
  }

  /** Polls until the claim about the edge holds; the last report is what a failing test wants to see. */
  async until(claim: (report: ReadinessReport) => boolean, timeoutMs = 10_000): Promise<ReadinessReport> {
    for (const deadline = Date.now() + timeoutMs; ;) {
      const report = await this.health();
      if (claim(report) || Date.now() > deadline) return report;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

interface EdgePlace {
  readonly directory: string;
  readonly configFile: string;
}

interface StartedProcess {
  readonly child: ChildProcess;
  readonly log: readonly string[];
  readonly exited: Promise<number | null>;
}

const running = new Set<ChildProcess>();
const directories = new Set<string>();
// A test run that is broken off leaves no edge behind.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** For `afterEach` or `afterAll`: kills the edges that still run and removes the directories made for them. */
export async function removeEdges(): Promise<void> {
  const ended = [...running].map((child) => once(child, "exit"));
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(ended);
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
}

/** Writes a configuration, runs the edge with it and waits until it takes calls. */
export async function startEdge(options: EdgeOptions = {}): Promise<TestEdge> {
  const place = await writeConfig(options);
  const started = spawnEdge(place, options.log ?? "info");
  const deadline = Date.now() + START_MS;
  let line: RegExpExecArray | undefined;
  while ((line = find(started.log, /ready health=(http:\S+)\/health\/ready/)) === undefined) {
    const hasEnded = started.child.exitCode !== null || started.child.signalCode !== null;
    if (hasEnded || Date.now() > deadline) {
      started.child.kill("SIGKILL");
      throw new TypeError(`the edge did not start:\n${started.log.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const port = Number(find(started.log, /listening listener=udp-1 .*port=(\d+)/)?.[1]);
  return new TestEdge(place, started, port, line[1] ?? "");
}

/** The command line of the edge, run to its end. */
async function runTandem(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [...NODE_ARGS, MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: Buffer.concat(output).toString(), stderr: Buffer.concat(errors).toString() };
}

async function writeConfig(options: EdgeOptions): Promise<EdgePlace> {
  const { node = "edge-test", trunks = TRUNKS, routes = ROUTES, kafka = { brokers: [] } } = options;
  let { directory } = options;
  if (directory === undefined) {
    directory = mkdtempSync(join(baseDirectory(), "tandem-edge-"));
    directories.add(directory);
  }
  const first = options.media === undefined ? await freeUdpPorts(RTP_PORTS) : 0;
  // JSON is YAML.
  const config = {
    version: 1,
    cluster: "test",
    node,
    listen: [
      { id: "udp-1", transport: "udp", address: `127.0.0.1:${options.port ?? 0}` },
      ...(options.listen ?? []),
    ],
    trunks,
    routes,
    media: options.media ?? { ports: `${first}-${first + RTP_PORTS - 1}` },
    journal: { directory: "./journal", maxBytes: "256MiB", ...options.journal },
    http: { listen: "127.0.0.1:0" },
    ...(options.dns !== undefined && { dns: options.dns }),
    kafka,
  };
  const configFile = join(directory, "tandem.yaml");
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  return { directory, configFile };
}

/** Some hundred MiB: what the journals of a test run never reach. */
const MEMORY_BYTES_MIN = 256 * 1024 * 1024;

/**
 * In memory where there is such a place: a disk that others keep busy makes commits slower than 200 ms, and then an edge
 * rightly says 503. How quick a disk is is asked in bench/; that what is committed outlives the process is asked here.
 */
function baseDirectory(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize >= MEMORY_BYTES_MIN ? "/dev/shm" : tmpdir();
  } catch {
    // No such place here.
    return tmpdir();
  }
}

function spawnEdge({ configFile }: EdgePlace, level: string): StartedProcess {
  if (!existsSync(MAIN)) throw new TypeError(`${MAIN} is not there: run npm run build`);
  const args = [...NODE_ARGS, MAIN, "run", "--config", configFile, "--log", level];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  const log: string[] = [];
  let rest = "";
  child.stderr.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    log.push(...lines);
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return { child, log, exited };
}

function find(log: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of log) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return undefined;
}
