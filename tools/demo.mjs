/** The main job on one machine: an edge, and a carrier that places calls to it, in one terminal. */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { node24 } from "./node24.mjs";
import { orphanage } from "./orphanage.mjs";
import { cleanEnvironment, exitCodeOf, Fault, ROOT } from "./project.mjs";

const ADDRESS = "127.0.0.1";
const CONFIG = "apps/edge/config/demo.yaml";
const EVERY = "3s";
const MEDIA = "20000-20999";
/** Where SIP has one of those. */
const OTHER_MEDIA = "21000-21999";

/** What `npm start` does without options. */
export const DEFAULTS = { sipPort: 5060, httpPort: 8080, data: undefined };

/** The edge's line when all its sockets are open. */
const READY = / edge: ready\b/;

/** The carrier's BYEs are answered within this time, or repeated until it gives up (RFC 3261 §17.1.2.2, first 4 s). */
const CARRIER_END_MS = 5_000;
/** The edge's own order of shutdown takes less; then something hangs. */
const EDGE_END_MS = 15_000;
const ORPHAN_CHECK_MS = 500;
/** More calls than are open at a time. */
const CALLS_REMEMBERED = 100;

/** A terminal sends its signal to all it runs, and npm passes it on: within this time it is one order. */
const SAME_ORDER_MS = 1_000;
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/** What a shell says of a program that Ctrl-C ended. */
const KILLED = 130;

/** One line with the way out where a port is taken: before anything is installed or built. */
export async function requirePorts({ sipPort, httpPort }) {
  await requireFree("UDP", sipPort, "--sip-port 5070", (done) =>
    createSocket("udp4").once("error", done).bind(sipPort, ADDRESS, done),
  );
  await requireFree("TCP", httpPort, "--http-port 8081", (done) =>
    createServer().once("error", done).listen(httpPort, ADDRESS, done),
  );
}

async function requireFree(protocol, port, option, open) {
  let socket;
  const error = await new Promise((done) => (socket = open(done)));
  if (error === undefined || error === null) return new Promise((done) => socket.close(done));
  const where = `${protocol} port ${port} of ${ADDRESS}`;
  if (error.code !== "EADDRINUSE") throw new Fault(`${where} cannot be had: ${error.message}`);
  throw new Fault(`${where} is in use: stop what listens there, or: npm start -- ${option}`);
}

/** The configuration as it stands in the project, or with other ports and folder than its own. */
function configOf({ sipPort, httpPort, data }) {
  const hasOwnData = data !== undefined || sipPort !== DEFAULTS.sipPort;
  if (!hasOwnData && httpPort === DEFAULTS.httpPort) return CONFIG;
  const folder = resolve(ROOT, data ?? `data/demo-${sipPort}`);
  const journal = hasOwnData ? join(folder, "journal") : join(ROOT, "data/demo-journal");
  const text = readFileSync(join(ROOT, CONFIG), "utf8")
    .replace(`address: ${ADDRESS}:${DEFAULTS.sipPort}`, `address: ${ADDRESS}:${sipPort}`)
    .replace(`listen: ${ADDRESS}:${DEFAULTS.httpPort}`, `listen: ${ADDRESS}:${httpPort}`)
    .replace(`ports: ${MEDIA}`, `ports: ${isMedia(sipPort) ? OTHER_MEDIA : MEDIA}`)
    .replace(/directory: [^,]+/, `directory: ${JSON.stringify(journal)}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "demo.yaml");
  writeFileSync(file, text);
  return file;
}

function isMedia(port) {
  const [first, last] = MEDIA.split("-").map(Number);
  return port >= first && port <= last;
}

function introduction(config, { sipPort, httpPort }) {
  return `Tandem: an edge on UDP ${ADDRESS}:${sipPort}, and a carrier that calls it every ${EVERY.replace("s", " s")}. Ctrl-C ends both.
  #N     messages of call N as the carrier sees them (→ sent, ← received), the ISUP inside in words
  event  what the edge says of the call, with the sequence; kept in its journal: npx tandem events --config ${relative(process.cwd(), config)}
  health http://${ADDRESS}:${httpPort}/health/ready
`;
}

/** Runs until Ctrl-C, SIGTERM, a closed terminal, or the end of one of both. Gives the exit code. */
export async function demo(options = DEFAULTS) {
  const config = configOf(options);
  const target = `sip:${ADDRESS}:${options.sipPort}`;
  process.stdout.write(introduction(join(ROOT, relative(ROOT, resolve(ROOT, config))), options));
  const watch = watchdog();
  const stop = stopOrder();
  const label = callLabels();
  const edge = part(
    "edge",
    ["apps/edge/dist/cli/main.js", "run", "--config", config, "--events"],
    watch,
    label,
  );
  let carrier;
  const isReady = await Promise.race([
    edge.says(READY).then(() => true),
    edge.ended.then(() => false),
    stop.ordered.then(() => false),
  ]);
  if (isReady) {
    const args = ["apps/carrier/dist/main.js", "demo", "--target", target, "--every", EVERY];
    carrier = part("carrier", args, watch, label);
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
  // An edge that could not start has said why; one that was told to end before it could take a signal has no more to say.
  else if (isReady) process.stderr.write(`edge: ended (exit ${edgeCode})\n`);
  const isUnborn = !isReady && edgeCode === exitCodeOf("SIGTERM");
  return isOrdered && (edgeCode === 0 || isUnborn) ? 0 : 1;
}

/**
 * Gives the edge's events the number that their call has in the carrier's ladder. Both name the Call-ID once; the
 * edge's next events have its own id of the call.
 */
function callLabels() {
  const numberOfCallId = new Map();
  const numberOfCall = new Map();
  const remember = (map, key, value) => {
    map.set(key, value);
    if (map.size > CALLS_REMEMBERED) map.delete(map.keys().next().value);
  };
  return (line) => {
    const [, number, ladderCallId] = /^(#\d+ +)Call-ID ([^ :]+)/.exec(line) ?? [];
    if (number !== undefined) remember(numberOfCallId, ladderCallId, number);
    const [, call, rest] = /^\S+ event (\S+) +(.*)$/.exec(line) ?? [];
    if (call === undefined) return line;
    const [, words = rest, callId] = /^(.*), Call-ID (\S+)$/.exec(rest) ?? [];
    if (callId !== undefined && numberOfCallId.has(callId))
      remember(numberOfCall, call, numberOfCallId.get(callId));
    const known = numberOfCall.get(call);
    return known === undefined ? line : `${known}event ${words}`;
  };
}

/** The order to stop: a signal, a parent that is gone, or nobody left who reads what we print. */
function stopOrder() {
  const isOrphaned = orphanage();
  let isOrdered = false;
  let orderedMs = 0;
  let onOrder;
  const ordered = new Promise((resolve) => {
    onOrder = () => {
      isOrdered = true;
      orderedMs = performance.now();
      resolve();
    };
  });
  const order = () => {
    if (!isOrdered || performance.now() - orderedMs > SAME_ORDER_MS) onOrder();
  };
  const orderOnce = () => isOrdered || order();
  for (const signal of STOP_SIGNALS) process.on(signal, order);
  const orphanCheck = setInterval(() => {
    if (!isOrphaned()) return;
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
function part(name, args, watch, label) {
  const child = spawn(node24(), ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: ROOT,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  if (child.pid !== undefined) watch.guard(child.pid);
  const seen = [];
  const onLine = (output) => (line) => {
    output.write(`${label(line)}\n`);
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
