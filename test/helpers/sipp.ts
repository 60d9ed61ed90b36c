import { expect } from "@jest/globals";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPort, freeUdpPorts } from "./ports.ts";

const SCENARIOS = fileURLToPath(new URL("../scenarios/sipp/", import.meta.url));

export interface SippOptions {
  /** File of `test/scenarios/sipp`, or the scenario itself. */
  readonly scenario: string | { readonly xml: string };
  /** `address:port` of the edge; left out where SIPp is called. */
  readonly target?: string;
  readonly calls: number;
  /** One UDP socket, one TCP connection, or a TCP connection for each call; UDP by default. */
  readonly transport?: "u1" | "t1" | "tn";
  /** Calls a second. */
  readonly rate: number;
  /** How long a `<pause />` of the scenario lasts. */
  readonly holdMs?: number;
  /** Address it calls from; a free port is taken on it. */
  readonly address?: string;
  /** SIPp ends itself after this time: its calls count as failed. */
  readonly timeoutMs?: number;
  /** Keeps every message sent and received. */
  readonly hasMessages?: boolean;
  readonly args?: readonly string[];
}

/** What SIPp counted. */
export interface SippResult {
  readonly exitCode: number | null;
  readonly created: number;
  readonly successful: number;
  readonly failed: number;
  /** Calls still open when it ended. */
  readonly open: number;
  readonly retransmissions: number;
  /** Text of its error file: what was not expected, by call. */
  readonly errors: string;
  /** Every message, where they were asked for. */
  readonly messages: readonly SippMessage[];
}

export interface SippMessage {
  readonly direction: "sent" | "received";
  readonly text: string;
}

export interface RunningSipp {
  readonly port: number;
  readonly result: Promise<SippResult>;
  /** Ends it without a farewell: calls that are open stay so. */
  kill(): void;
}

/** So many calls, none of them failed. Repeated messages are none: SIPp reports them, and RFC 3261 §17 has them. */
export function expectSuccess({ exitCode, successful, failed, errors }: SippResult, calls: number): void {
  const faults = errors.match(/(Aborting call|Call-Id: \S+, receive timeout).*/g) ?? [];
  expect({ exitCode, successful, failed, faults }).toEqual({
    exitCode: 0,
    successful: calls,
    failed: 0,
    faults: [],
  });
}

/** Runs SIPp to its end. */
export async function runSipp(options: SippOptions): Promise<SippResult> {
  return (await startSipp(options)).result;
}

/** Starts SIPp and goes on beside it. */
export async function startSipp(options: SippOptions): Promise<RunningSipp> {
  const { address = "127.0.0.1" } = options;
  const directory = mkdtempSync(join(tmpdir(), "tandem-sipp-"));
  const isUdp = (options.transport ?? "u1") === "u1";
  const port = isUdp ? await freeUdpPorts(1, address) : await freeTcpPort(address);
  const args = argsOf(options, fileOf(options.scenario, directory), address, port);
  const child = spawn("sipp", args, { cwd: directory, stdio: "ignore" });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const result = new Promise<SippResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      process.off("exit", kill);
      const read = readResult(directory, code);
      rmSync(directory, { recursive: true, force: true });
      resolve(read);
    });
  });
  return { port, result, kill };
}

function fileOf(scenario: SippOptions["scenario"], directory: string): string {
  if (typeof scenario === "string") return join(SCENARIOS, scenario);
  const file = join(directory, "scenario.xml");
  writeFileSync(file, scenario.xml, "latin1");
  return file;
}

function argsOf(options: SippOptions, scenarioFile: string, address: string, port: number): string[] {
  const {
    target,
    calls,
    rate,
    transport = "u1",
    holdMs = 0,
    timeoutMs = 120_000,
    hasMessages,
    args = [],
  } = options;
  return [
    ...["-t", transport],
    // SIPp wants this below the limit of open files, and takes 50,000 by itself.
    ...(transport === "tn" ? ["-max_socket", "1000"] : []),
    ...["-sf", scenarioFile, "-i", address, "-p", String(port)],
    ...["-m", String(calls), "-r", String(rate), "-l", String(Math.max(calls, 1)), "-d", String(holdMs)],
    ...["-timeout", `${timeoutMs}ms`, "-timeout_error", "-nostdin"],
    ...["-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_err", "-error_file", "errors.log"],
    ...(hasMessages === true ? ["-trace_msg", "-message_file", "messages.log"] : []),
    ...args,
    ...(target === undefined ? [] : [target]),
  ];
}

function readResult(directory: string, exitCode: number | null): SippResult {
  const counts = readCounts(join(directory, "stat.csv"));
  const text = (name: string): string => {
    const file = join(directory, name);
    return existsSync(file) ? readFileSync(file, "latin1") : "";
  };
  return {
    exitCode,
    created: counts.get("TotalCallCreated") ?? 0,
    successful: counts.get("SuccessfulCall(C)") ?? 0,
    failed: counts.get("FailedCall(C)") ?? 0,
    open: counts.get("CurrentCall") ?? 0,
    retransmissions: counts.get("Retransmissions(C)") ?? 0,
    // One file per run, and parts of it where it grew large.
    errors: readdirSync(directory)
      .filter((name) => name.startsWith("errors"))
      .map(text)
      .join(""),
    messages: readMessages(text("messages.log")),
  };
}

/** The last line of the statistics, by the names of the first. */
function readCounts(file: string): Map<string, number> {
  const lines = existsSync(file) ? readFileSync(file, "latin1").trim().split("\n") : [];
  const names = lines[0]?.split(";") ?? [];
  const values = lines.length < 2 ? [] : (lines.at(-1)?.split(";") ?? []);
  return new Map(names.map((name, index) => [name, Number(values[index] ?? 0)]));
}

/** "sent (802 bytes):" and "received [463] bytes :", each behind a ruled line with the time. */
const MESSAGE_HEAD = /^-{20,} .*\n(?:UDP|TCP) message (sent|received) [([]\d+.*:\n\n/m;

function readMessages(text: string): SippMessage[] {
  const messages: SippMessage[] = [];
  let rest = text;
  for (let head = MESSAGE_HEAD.exec(rest); head !== null; head = MESSAGE_HEAD.exec(rest)) {
    rest = rest.slice(head.index + head[0].length);
    const next = MESSAGE_HEAD.exec(rest);
    const direction = head[1] === "sent" ? "sent" : "received";
    messages.push({ direction, text: rest.slice(0, next?.index) });
  }
  return messages;
}
