#!/usr/bin/env node
/** The `tandem` command: finds Node 24, hands over to the application, and ends as it ends. */
import "./require-node.mjs";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { findNode24 } from "./node24.mjs";
import { exitCodeOf, Fault, ROOT, runTool } from "./project.mjs";

const EDGE = join(ROOT, "apps/edge/dist/cli/main.js");
const CARRIER = join(ROOT, "apps/carrier/dist/main.js");
const ORPHAN_CHECK_MS = 500;

await runTool(async (args) => {
  const isCarrier = args[0] === "carrier";
  const program = isCarrier ? CARRIER : EDGE;
  const node = findNode24();
  if (node === undefined || !existsSync(join(ROOT, "node_modules/typescript")))
    throw new Fault('run "npm start" or "npm ci" first');
  if (!existsSync(program)) await build();
  return handOver(node, [program, ...(isCarrier ? args.slice(1) : args)]);
});

/** Runs the program in our place: same terminal, same signals, same exit code. */
function handOver(node, args) {
  return new Promise((resolve) => {
    const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...args], { stdio: "inherit" });
    child.once("error", (error) => {
      process.stderr.write(`tandem: ${error.message}\n`);
      resolve(1);
    });
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    for (const signal of ["SIGINT", "SIGHUP", "SIGQUIT"]) {
      // The terminal has sent it to the program already; twice would be an order to end at once.
      process.on(signal, () => isTerminalsGroup() || child.kill(signal));
    }
    const orphanCheck = endWithNpx(child);
    child.once("exit", (code, signal) => {
      clearInterval(orphanCheck);
      resolve(code ?? exitCodeOf(signal));
    });
  });
}

/** npx ends by SIGTERM without a word to what it runs. Without npx, the end of a parent means nothing: a shell may leave. */
function endWithNpx(child) {
  const parent = process.ppid;
  if (process.env.npm_command !== "exec") return undefined;
  return setInterval(() => process.ppid === parent || child.kill("SIGTERM"), ORPHAN_CHECK_MS).unref();
}

/** Whether our process group is the one a terminal sends its signals to (proc(5): pgrp and tpgid). */
function isTerminalsGroup() {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return pgrp === tpgid;
  } catch {
    return process.stdin.isTTY === true;
  }
}
