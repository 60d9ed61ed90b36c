/**
 * A real Apache Kafka broker for tests, scripts and benches: one process, KRaft mode, loopback only. Needs Java 17
 * and, once, Maven. The jars lie in libs/ beside this file.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const LIBS = join(HERE, "libs");
const HOST = "127.0.0.1";

/** Kafka wants 22 characters of base64 for a UUID; one is as good as another on a single machine. */
const CLUSTER_ID = "dGFuZGVtLXRlc3QtY2x1cw";

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const OUTPUT_CHARS_MAX = 8_000;

/** Whether the jars are there. */
export function isPrepared() {
  return existsSync(LIBS) && readdirSync(LIBS).some((name) => name.startsWith("kafka_2.13-"));
}

/** Why no broker can run here, in words, or undefined. */
export function missing() {
  if (spawnSync("java", ["-version"]).status !== 0) return "java is not installed";
  if (isPrepared() || spawnSync("mvn", ["-v"]).status === 0) return undefined;
  return "mvn is not installed and Kafka's jars are not there";
}

/** Fetches Kafka's jars with Maven, once. */
export async function prepare() {
  if (isPrepared()) return;
  const partial = mkdtempSync(join(HERE, "libs-"));
  try {
    const goal = "dependency:copy-dependencies";
    const args = [
      "-q",
      "-B",
      "-f",
      join(HERE, "pom.xml"),
      goal,
      "-DincludeScope=runtime",
      `-DoutputDirectory=${partial}`,
    ];
    await promisify(execFile)("mvn", args, { cwd: HERE });
    // Moved as a whole: an interrupted fetch leaves no half set behind.
    rmSync(LIBS, { recursive: true, force: true });
    renameSync(partial, LIBS);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * Starts a broker and returns when it answers. The same `dataDir` and `port` again continue where it stopped.
 * @param {{ dataDir?: string, port?: number, controllerPort?: number, heapMiB?: number, settings?: Record<string, string> }} [options]
 * @returns {Promise<{ host: string, port: number, address: string, controllerPort: number, pid: number, dataDir: string, stop(): Promise<void>, kill(): Promise<void> }>}
 */
export async function startBroker(options = {}) {
  await prepare();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "tandem-kafka-"));
  const port = options.port ?? (await freePort());
  const controllerPort = options.controllerPort ?? (await freePort());
  mkdirSync(dataDir, { recursive: true });
  const properties = join(dataDir, "server.properties");
  writeFileSync(
    properties,
    serverProperties({ dataDir, port, controllerPort, settings: options.settings ?? {} }),
  );
  const java = ["-cp", join(LIBS, "*"), `-Dlog4j2.configurationFile=${join(HERE, "log4j2.properties")}`];
  if (!existsSync(join(dataDir, "logs", "meta.properties"))) {
    const format = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", properties];
    await promisify(execFile)("java", ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", ...java, ...format]);
  }
  const heap = `-Xmx${options.heapMiB ?? 512}m`;
  const child = spawnBound("java", [heap, "-XX:+UseSerialGC", ...java, "kafka.Kafka", properties]);
  let output = "";
  const keep = (chunk) => (output = (output + chunk).slice(-OUTPUT_CHARS_MAX));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise((resolve) => child.once("close", resolve));
  try {
    await answers(port, child);
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`Kafka did not start on ${HOST}:${port}: ${error.message}\n${output}`, { cause: error });
  }
  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(late);
  };
  return {
    host: HOST,
    port,
    address: `${HOST}:${port}`,
    controllerPort,
    pid: child.pid,
    dataDir,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/**
 * Starts a program that ends when we do, however we end: Linux sees to it where util-linux is there (inside Jest, and
 * after kill -9, nobody hears of the end of the process).
 */
function spawnBound(program, args) {
  const stdio = ["ignore", "pipe", "pipe"];
  if (hasParentDeathSignal()) return spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], { stdio });
  const child = spawn(program, args, { stdio });
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("close", () => process.removeListener("exit", killWithUs));
  return child;
}

function hasParentDeathSignal() {
  return spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0;
}

function serverProperties({ dataDir, port, controllerPort, settings }) {
  const properties = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${HOST}:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://${HOST}:${port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": join(dataDir, "logs"),
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    // After kill -9 the same broker is not taken back before its old session is over: 9 s by default.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    ...settings,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** A port that is free now; taken from the system, so two brokers seldom meet. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, HOST, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** ApiVersions v0 with an empty client id: correlation id 1. */
const API_VERSIONS = Buffer.from("0000000a00120000000000010000", "hex");

/** Resolves when the broker answers a request, not merely accepts a connection. */
async function answers(port, child) {
  for (const deadline = Date.now() + READY_MS_MAX; Date.now() < deadline;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended by itself");
    if (await askOnce(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no answer within ${READY_MS_MAX} ms`);
}

function askOnce(port) {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write(API_VERSIONS));
    const settle = (isAnswered) => {
      socket.destroy();
      resolve(isAnswered);
    };
    socket.once("data", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("close", () => resolve(false));
    socket.setTimeout(1000, () => settle(false));
  });
}

const USAGE = "usage: node test/dev-env/kafka/broker.mjs prepare | run [--port N] [--data DIR]";

async function main([command, ...rest]) {
  if (command === "prepare") {
    await prepare();
    return 0;
  }
  if (command !== "run") {
    console.error(USAGE);
    return 2;
  }
  const value = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
  const port = value("--port");
  const dataDir = value("--data");
  const broker = await startBroker({ ...(port && { port: Number(port) }), ...(dataDir && { dataDir }) });
  console.log(
    `Kafka answers on ${broker.address}, data in ${broker.dataDir}, pid ${broker.pid}; Ctrl-C ends it`,
  );
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, resolve);
  });
  await broker.stop();
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
