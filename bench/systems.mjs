/** What is measured: the edge, and the peers it is measured beside. Each runs on the measured core alone. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { node24 } from "../tools/node24.mjs";
import { cleanEnvironment, findProgram, ROOT, run } from "../tools/project.mjs";
import { freeUdpPort } from "./caller.mjs";
import { recordsIn } from "./kafka.mjs";
import { MEASURED_CORE } from "./machine.mjs";
import { treeOf } from "./process-figures.mjs";

export const PEERS = process.env.TANDEM_PEERS ?? join(ROOT, "../shared/peers");

/** Kamailio's configuration names it, the other peers are told. */
const PEER_PORT = 22_060;
/** The peer that writes to Kafka knows its broker by this port, and its topic by this name. */
export const PEER_BROKER_PORT = 19_092;
export const PEER_TOPIC = "tandem.call.events.v1";
/** Events of one answered call. */
const EDGE_EVENTS = 4;
const PEER_EVENTS = 3;

const START_MS_MAX = 15_000;
const STOP_MS_MAX = 15_000;
const OUTPUT_CHARS_MAX = 4_000;
/** Time for a program that says nothing when it is ready. */
const SETTLE_MS = 1_500;

/**
 * `watch` begins to count what has not reached Kafka and gives what tells it, when told how many calls succeeded since.
 * @typedef {{ readonly port: number, pids(): number[], stop(): Promise<void>, readonly eventsPerCall?: number,
 *   watch?: () => Promise<(calls: number) => Promise<number>> }} Running
 * @typedef {{ readonly directory: string, readonly broker?: string }} Place a folder of its own, and a broker's address
 * @typedef {{
 *   readonly name: string, readonly title: string, readonly scenario: "uac" | "sip-t", readonly needsBroker?: boolean,
 *   readonly isPeer?: boolean, readonly hasNoSearch?: boolean,
 *   missing(place: Place): Promise<string | undefined>, start(place: Place): Promise<Running>
 * }} System
 */

/** @type {readonly System[]} */
export const SYSTEMS = [
  edge({ name: "edge", title: "Tandem edge", scenario: "uac" }),
  edge({ name: "edge-sip-t", title: "Tandem edge, SIP-T calls", scenario: "sip-t" }),
  {
    ...peer("lean", "lean-node-uas (Node, no events)"),
    // What the runtime can do at best, nothing to choose: its cost says enough.
    hasNoSearch: true,
    missing: async () => missingFile("lean-node-uas.mjs"),
    start: () => startPeer(node24(), [join(PEERS, "lean-node-uas.mjs"), PEER_PORT]),
  },
  kamailio({ name: "kamailio", title: "Kamailio (C, no events)", config: "kamailio-uas.cfg" }),
  sipgo({ name: "sipgo", title: "sipgo (Go, no events)", program: "uas" }),
  edge({ name: "edge-kafka", title: "Tandem edge → Kafka", scenario: "uac", needsBroker: true }),
  {
    ...peer("sipgo-kafka", "sipgo + franz-go → Kafka, nothing durable"),
    needsBroker: true,
    missing: async ({ broker }) =>
      broker?.endsWith(`:${PEER_BROKER_PORT}`)
        ? buildGo("uaskafka")
        : `it knows no other broker than port ${PEER_BROKER_PORT}, which is taken`,
    start: async ({ broker }) => ({
      ...(await startPeer(goBinary("uaskafka"), [PEER_PORT], { GOMAXPROCS: "1" })),
      eventsPerCall: PEER_EVENTS,
      watch: async () => {
        const before = await recordsIn(broker, PEER_TOPIC);
        return async (calls) => calls * PEER_EVENTS - ((await recordsIn(broker, PEER_TOPIC)) - before);
      },
    }),
  },
];

function peer(name, title) {
  return { name, title, scenario: "uac", isPeer: true };
}

/** @returns {System} */
export function kamailio({ name, title, config, sharedMiB = 1_024 }) {
  const program = findProgram("kamailio") ?? findSbin("kamailio");
  return {
    ...peer(name, title),
    missing: async () =>
      missingFile(config) ??
      (program === undefined ? "kamailio is not installed (Debian: apt-get install kamailio)" : undefined),
    start: () => {
      const options = ["-DD", "-E", "-x", "fm", "-X", "fm", "-m", sharedMiB, "-M", "32", "-f"];
      return startPeer(program, [...options, join(PEERS, config)]);
    },
  };
}

/** `args` come after the port. @returns {System} */
export function sipgo({ name, title, program, args = [] }) {
  return {
    ...peer(name, title),
    missing: () => buildGo(program),
    start: () => startPeer(goBinary(program), [PEER_PORT, ...args], { GOMAXPROCS: "1" }),
  };
}

function missingFile(file) {
  return existsSync(join(PEERS, file)) ? undefined : `${join(PEERS, file)} is not there (TANDEM_PEERS)`;
}

/** Where Debian puts servers; not in every user's PATH. */
function findSbin(name) {
  const path = join("/usr/sbin", name);
  return existsSync(path) ? path : undefined;
}

function goBinary(name) {
  return join(ROOT, ".cache/bench/go", name);
}

/** Why there is no binary of this peer, or undefined where there is one. */
async function buildGo(name) {
  const sources = join(PEERS, "sipgo");
  if (!existsSync(join(sources, name))) return missingFile(join("sipgo", name));
  const go = findProgram("go") ?? (existsSync("/usr/local/go/bin/go") ? "/usr/local/go/bin/go" : undefined);
  if (go === undefined) return "go is not installed";
  const { code, output } = await run(go, ["build", "-o", goBinary(name), `./${name}`], {
    cwd: sources,
    capture: true,
  });
  return code === 0 ? undefined : `go build failed: ${output.trim().split("\n").at(-1)}`;
}

/** @returns {Promise<Running>} */
async function startPeer(program, args, env = {}) {
  const { child, stop } = await settled(program, startOnMeasuredCore(program, args, env));
  return { port: PEER_PORT, pids: () => treeOf(child.pid), stop };
}

/** @returns {System} */
export function edge({ name, title, scenario, needsBroker = false, ports = "20000-27999" }) {
  return {
    name,
    title,
    scenario,
    needsBroker,
    missing: () => Promise.resolve(undefined),
    start: (place) => startEdge(place, needsBroker, ports),
  };
}

/** @returns {Promise<Running>} */
async function startEdge({ directory, broker }, needsBroker, ports) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const [port, httpPort] = [await freeUdpPort(), await freeTcpPort()];
  const config = join(directory, "edge.yaml");
  writeFileSync(
    config,
    edgeConfig({ directory, broker: needsBroker ? broker : undefined, port, httpPort, ports }),
  );
  const args = ["--disable-warning=ExperimentalWarning", join(ROOT, "apps/edge/dist/cli/main.js")];
  const { child, stop } = startOnMeasuredCore(node24(), [...args, "run", "--config", config], {});
  await said(child, /edge: ready\b/, "the edge");
  const ready = `http://127.0.0.1:${httpPort}/health/ready`;
  const backlog = async () => (await (await fetch(ready)).json()).kafka.backlog;
  return {
    port,
    pids: () => treeOf(child.pid),
    ...(needsBroker && { eventsPerCall: EDGE_EVENTS, watch: () => Promise.resolve(backlog) }),
    stop: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A program of ours that says "ready". */
export async function startScript(script, port, args = [], flags = []) {
  const { child, stop } = startOnMeasuredCore(node24(), [...flags, script, port, ...args], {});
  await said(child, /^ready$/m, script);
  return {
    port,
    pids: () => treeOf(child.pid),
    stop,
    /** The last words it has said so far. */
    said: () => child.said().trimEnd().split("\n").at(-1),
    signal: (name) => child.kill(name),
  };
}

async function said(child, words, name) {
  for (const deadline = Date.now() + START_MS_MAX; !words.test(child.said());) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`${name} did not start: ${child.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** JSON is YAML; each edge has topics and a node of its own, so that none goes on where another stopped. */
function edgeConfig({ directory, broker, port, httpPort, ports }) {
  return JSON.stringify({
    version: 1,
    cluster: "bench",
    node: `edge-${port}`,
    listen: [{ id: "udp-1", transport: "udp", address: `127.0.0.1:${port}` }],
    trunks: [{ id: "caller", profile: "sip-t", sources: ["127.0.0.0/8"], numbers: { country: "49" } }],
    routes: [{ id: "all", answer: "echo" }],
    media: { ports },
    journal: { directory: join(directory, "journal"), maxBytes: "2GiB" },
    http: { listen: `127.0.0.1:${httpPort}` },
    kafka: { brokers: broker === undefined ? [] : [broker], topicPrefix: `bench-${port}` },
  });
}

/** The topic an edge started here writes calls to. */
export function edgeTopic({ port }) {
  return `bench-${port}.call.events.v1`;
}

function startOnMeasuredCore(program, args, env) {
  return start("taskset", ["-c", MEASURED_CORE, program, ...args], env);
}

/** What is not measured, on the cores of the callers. */
export function startCompanion(program, args) {
  return settled(program, start(program, args));
}

/** For programs that say nothing when they are ready. */
async function settled(program, started) {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const { child } = started;
  if (child.exitCode !== null) throw new Error(`${program} ended by itself: ${child.said()}`);
  return started;
}

function start(program, args, env = {}) {
  const child = spawn(program, args.map(String), {
    stdio: ["ignore", "pipe", "pipe"],
    env: cleanEnvironment(env),
  });
  let output = "";
  const keep = (chunk) => (output = (output + chunk).slice(-OUTPUT_CHARS_MAX));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(late);
    process.removeListener("exit", killWithUs);
  };
  return { child: Object.assign(child, { said: () => output }), stop };
}

/** A TCP port that is free now. */
function freeTcpPort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
