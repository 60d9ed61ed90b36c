/** The main job on one machine: an edge, and a carrier that places calls to it, in one terminal. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { node24 } from "./node24.mjs";
import { cleanEnvironment, exitCodeOf, ROOT } from "./project.mjs";

const EDGE = ["apps/edge/dist/cli/main.js", "run", "--config", "apps/edge/config/demo.yaml", "--events"];
const CARRIER = ["apps/carrier/dist/main.js", "demo", "--target", "sip:127.0.0.1:5060", "--every", "3s"];

/** The edge's line when all its sockets are open. */
const READY = / edge: ready\b/;

/** The carrier's BYEs are answered within this time, or repeated until it gives up (RFC 3261 §17.1.2.2, first 4 s). */
const CARRIER_END_MS = 5_000;
/** The edge's own order of shutdown takes less; then something hangs. */
const EDGE_END_MS = 15_000;
const ORPHAN_CHECK_MS = 500;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/** What a shell says of a program that Ctrl-C ended. */
const KILLED = 130;

/** Runs until Ctrl-C, SIGTERM, a closed terminal, or the end of one of both. Gives the exit code. */
export async function demo() {
  const watch = watchdog();
  const stop = stopOrder();
  const edge = part("edge", EDGE, watch);
  let carrier;
  const isReady = await Promise.race([
    edge.says(READY).then(() => true),
    edge.ended.then(() => false),
    stop.ordered.then(() => false),
  ]);
  if (isReady) {
    carrier = part("carrier", CARRIER, watch);
    await Promise.race([edge.ended, carrier.ended, stop.ordered]);
  }
  const isOrdered = stop.isOrdered();
  const hasCarrierFailed = !isOrdered && carrier?.isEnded();
  // Once more means: at once.
  stop.onNext(() => {
    carrier?.signal("SIGKILL");
    edge.signal("SIGKILL");
    process.exit(KILLED);
  });
  const carrierCode = await carrier?.end("SIGINT", CARRIER_END_MS);
  const edgeCode = await edge.end("SIGTERM", EDGE_END_MS);
  stop.close();
  watch.close();
  if (hasCarrierFailed) process.stderr.write(`carrier: ended (exit ${carrierCode})\n`);
  if (edgeCode === 0) process.stdout.write("edge: stopped cleanly (exit 0)\n");
  // An edge that could not start has said why.
  else if (isReady) process.stderr.write(`edge: ended (exit ${edgeCode})\n`);
  return isOrdered && edgeCode === 0 ? 0 : 1;
}

/** The order to stop: a signal, a parent that is gone, or nobody left who reads what we print. */
function stopOrder() {
  const parent = process.ppid;
  let isOrdered = false;
  let onOrder;
  const ordered = new Promise((resolve) => {
    onOrder = () => {
      isOrdered = true;
      resolve();
    };
  });
  const order = () => onOrder();
  const orderOnce = () => isOrdered || order();
  for (const signal of STOP_SIGNALS) process.on(signal, order);
  // npm ends by SIGTERM without a word to us.
  const orphanCheck = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(orphanCheck);
    orderOnce();
  }, ORPHAN_CHECK_MS);
  for (const output of [process.stdout, process.stderr]) output.on("error", orderOnce);
  return {
    ordered,
    isOrdered: () => isOrdered,
    onNext(listener) {
      onOrder = listener;
    },
    close() {
      clearInterval(orphanCheck);
      for (const signal of STOP_SIGNALS) process.removeListener(signal, order);
    },
  };
}

/** A program in a process group of its own, so that a terminal's Ctrl-C reaches us alone and the order of ends is ours. */
function part(name, args, watch) {
  const child = spawn(node24(), ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: ROOT,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  if (child.pid !== undefined) watch.guard(child.pid);
  const seen = [];
  const onLine = (output) => (line) => {
    output.write(`${line}\n`);
    for (const waiting of seen.splice(0)) if (!waiting(line)) seen.push(waiting);
  };
  // Whole lines, so that two writers do not tear each other's.
  createInterface({ input: child.stdout }).on("line", onLine(process.stdout));
  createInterface({ input: child.stderr }).on("line", onLine(process.stderr));
  const ended = new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`tandem: ${name}: ${error.message}\n`);
      resolve(1);
    });
    child.once("close", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
  const isEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const signal = (which) => isEnded() || child.kill(which);
  return {
    ended,
    isEnded,
    signal,
    says: (pattern) =>
      new Promise((resolve) => seen.push((line) => pattern.test(line) && (resolve(line), true))),
    async end(which, timeoutMs) {
      signal(which);
      const late = setTimeout(() => {
        process.stderr.write(`tandem: the ${name} did not end within ${timeoutMs / 1000} s: killed\n`);
        signal("SIGKILL");
      }, timeoutMs);
      const code = await ended;
      clearTimeout(late);
      return code;
    },
  };
}

/**
 * Ends the parts where we are killed and cannot: a shell whose input is a pipe from us. It reads process ids until
 * the pipe is closed, which the system does for the dead.
 */
function watchdog() {
  const script =
    'while read -r pid; do pids="$pids -$pid"; done; [ -z "$pids" ] || kill -s TERM -- $pids 2>/dev/null';
  const shell = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  return {
    guard: (pid) => shell.stdin.write(`${pid}\n`),
    close: () => shell.kill("SIGKILL"),
  };
}
