import { expect } from "@jest/globals";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPort, freeUdpPorts } from "./ports.ts";

const CONFIGS = fileURLToPath(new URL("../interop/kamailio/", import.meta.url));
const ADDRESS = "127.0.0.1";
const START_MS = 20_000;
const STOP_MS = 10_000;
const WAIT_MS = 10_000;

/** A WebSocket listener is one of TCP, a secure one of TLS: the handshake makes the difference (RFC 7118 §4). */
export type SocketKind = "udp" | "tcp" | "tls";

export interface KamailioOptions {
  /** File of `test/interop/kamailio`. */
  readonly config: string;
  /** A listening socket each, on free ports of loopback. */
  readonly listen: readonly SocketKind[];
  /** `#!define`s for the configuration, which may need the sockets (`udp:127.0.0.1:5060`); true is one without a value. */
  readonly defines?: (sockets: readonly string[]) => Readonly<Record<string, string | number | true>>;
}

/** Kamailio as a process of its own, in the foreground. Its script writes a line for each request that it takes. */
export class Kamailio {
  readonly address = ADDRESS;
  /** In the order of `listen`. */
  readonly ports: readonly number[];
  /** What it has written to stderr, by line. */
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #ended: Promise<void>;
  readonly #waiting = new Set<() => void>();

  private constructor(child: ChildProcess, directory: string, ports: readonly number[]) {
    this.#child = child;
    this.#directory = directory;
    this.ports = ports;
    let rest = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.log.push(...lines);
      this.#wake();
    });
    this.#ended = new Promise((resolve) => {
      child.once("close", () => {
        running.delete(this);
        rmSync(this.#directory, { recursive: true, force: true });
        this.#wake();
        resolve();
      });
    });
    running.add(this);
  }

  /** Starts it and waits until its first worker takes messages. */
  static async start({ config, listen, defines }: KamailioOptions): Promise<Kamailio> {
    const directory = mkdtempSync(join(tmpdir(), "tandem-kamailio-"));
    const ports = await Promise.all(
      listen.map((kind) => (kind === "udp" ? freeUdpPorts(1, ADDRESS) : freeTcpPort(ADDRESS))),
    );
    const sockets = listen.map((kind, at) => `${kind}:${ADDRESS}:${ports[at]}`);
    const all = { ...(listen.includes("tls") && { WITH_TLS: true as const }), ...defines?.(sockets) };
    const child = spawn(
      "kamailio",
      [
        // In the foreground, log on stderr, nothing outside of its own directory.
        ...["-DD", "-E", "-f", join(CONFIGS, config), "-w", directory, "-Y", directory],
        // Some MiB do for a handful of calls.
        ...["-m", "32", "-M", "8"],
        ...sockets.flatMap((socket) => ["-l", socket]),
        ...Object.entries(all).flatMap(([name, value]) => ["-A", defineOf(name, value)]),
      ],
      { cwd: directory, stdio: ["ignore", "ignore", "pipe"] },
    );
    const kamailio = new Kamailio(child, directory, ports);
    const failed = once(child, "error").then(([error]) => {
      throw error;
    });
    const ready = kamailio.#until(() => kamailio.#said.includes("ready"), START_MS);
    if (!(await Promise.race([ready, failed]))) {
      await kamailio.stop();
      throw new TypeError(`Kamailio did not start:\n${kamailio.log.join("\n")}`);
    }
    return kamailio;
  }

  get #said(): string[] {
    return this.log.flatMap((line) => /<script>: (.*)$/.exec(line)?.[1] ?? []);
  }

  /**
   * Requests of a call in the order they came, each once: `> udp INVITE` of the caller, `< tcp BYE` of the called side.
   * Repeated ones are left out.
   */
  requests(callId: string): string[] {
    const lines = this.#said
      .map((line) => line.split(" "))
      .filter(([word, id]) => word === "request" && id === callId);
    const caller = lines[0]?.[2];
    const keys = lines.map((line) => line.join(" "));
    return lines.flatMap(([, , fromTag, transport, method], at) =>
      keys.indexOf(keys[at] ?? "") === at ? [`${fromTag === caller ? ">" : "<"} ${transport} ${method}`] : [],
    );
  }

  /** What it challenged of a call, and why: `INVITE no-credentials`, `REGISTER wrong-password`, `REGISTER stale`. */
  challenges(callId: string): string[] {
    return this.#said.flatMap((line) => {
      const [word, id, method, code = ""] = line.split(" ");
      return word === "challenged" && id === callId ? [`${method} ${CHALLENGED[code] ?? code}`] : [];
    });
  }

  /** Its log comes behind its messages: waits for as many requests of a call as are expected, and compares. */
  expectRequests(callId: string, expected: readonly string[]): Promise<void> {
    return this.#expect(() => this.requests(callId), expected);
  }

  expectChallenges(callId: string, expected: readonly string[]): Promise<void> {
    return this.#expect(() => this.challenges(callId), expected);
  }

  async #expect(actual: () => readonly string[], expected: readonly string[]): Promise<void> {
    await this.#until(() => actual().length >= expected.length, WAIT_MS);
    expect(actual()).toEqual(expected);
  }

  /** Asks it to end; its children end with it. */
  async stop(): Promise<void> {
    if (!running.has(this)) return;
    this.terminate();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  /** False where the claim did not come true in time, or cannot any more as it has ended. */
  async #until(claim: () => boolean, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (!claim()) {
      const left = deadline - Date.now();
      if (left <= 0 || !running.has(this)) return false;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, left);
        this.#waiting.add(resolve);
      });
      clearTimeout(timer);
    }
    return true;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Return codes of `pv_auth_check` in Kamailio's module auth. */
const CHALLENGED: Readonly<Record<string, string>> = {
  "-2": "wrong-password",
  "-4": "stale",
  "-5": "no-credentials",
  "-6": "stale",
};

const running = new Set<Kamailio>();
// A test run that is broken off leaves no proxy behind: at SIGTERM the parent ends its children.
process.once("exit", () => {
  for (const kamailio of running) kamailio.terminate();
});

/** For `afterEach` or `afterAll`. */
export async function stopKamailios(): Promise<void> {
  await Promise.all([...running].map((kamailio) => kamailio.stop()));
}

function defineOf(name: string, value: string | number | true): string {
  if (value === true) return name;
  return `${name}=${typeof value === "number" ? value : `"${value}"`}`;
}
