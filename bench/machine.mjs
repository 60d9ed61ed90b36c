/** The machine a number was measured on: without it the number says nothing. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { node24 } from "../tools/node24.mjs";
import { Fault, findProgram, ROOT } from "../tools/project.mjs";

const GIB = 2 ** 30;
/** Above this somebody else works here, and every rate is too low. */
const QUIET_LOAD = 0.5;

/** @param {string} directory where the journal will lie */
export function describeMachine(directory) {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / GIB),
    kernel: release(),
    node: text(node24(), ["--version"]),
    fileSystem: text("stat", ["-f", "-c", "%T", directory]),
    receiveBufferBytes: Number(readFileSync("/proc/sys/net/core/rmem_default", "utf8")),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** A name for files: what tells one machine from another, and nobody's host name. */
export function machineSlug({ cpu, cores }) {
  const words = cpu.toLowerCase().replace(/\((r|tm)\)|processor|cpu/g, "");
  return `${words.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}-${cores}-cores`;
}

export function commitOf() {
  const options = { cwd: ROOT, encoding: "utf8" };
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim();
  const changed = execFileSync("git", ["status", "--porcelain", "--", "apps", "libs"], options).trim();
  return changed === "" ? commit : `${commit} with changes`;
}

/** What is missing for any measurement at all. */
export function checkMachine() {
  if (process.platform !== "linux") throw new Fault("the bench reads /proc: it needs Linux");
  if (cpus().length < 2)
    throw new Fault("the bench needs two cores: one for what is measured, one for callers");
  for (const [program, debianPackage] of [
    ["taskset", "util-linux"],
    ["sipp", "sip-tester"],
  ]) {
    if (findProgram(program) === undefined)
      throw new Fault(`${program} is not installed (Debian: apt-get install ${debianPackage})`);
  }
  const [load = 0] = loadavg();
  if (load > QUIET_LOAD)
    process.stderr.write(`bench: load average ${load.toFixed(1)}: others work here, the numbers are noise\n`);
}

/** What is measured has this core alone. */
export const MEASURED_CORE = "0";

/** Puts this process, and with it every caller and broker, on the cores that are not measured. */
export function leaveMeasuredCore() {
  const others = cpus().length === 2 ? "1" : `1-${cpus().length - 1}`;
  text("taskset", ["-a", "-c", "-p", others, String(process.pid)]);
}

function text(program, args) {
  return execFileSync(program, args, { encoding: "utf8" }).trim();
}
