/** `npm run bench`: what calls cost, how many are held without fault, and how long their events take. bench/README.md explains. */
import "../tools/require-node.mjs";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../tools/build.mjs";
import { install } from "../tools/install.mjs";
import { Fault, ROOT, runTool } from "../tools/project.mjs";
import { createTopic, missingBroker, openBroker } from "./kafka.mjs";
import { latency } from "./latency.mjs";
import { checkMachine, commitOf, describeMachine, leaveMeasuredCore, machineSlug } from "./machine.mjs";
import { memory } from "./memory.mjs";
import { cleanRate, describe, efficiency } from "./rates.mjs";
import { comparison, markdown } from "./report.mjs";
import { edge, PEER_BROKER_PORT, PEER_TOPIC, SYSTEMS } from "./systems.mjs";

const BASELINES = join(ROOT, "bench/baselines");
const OTHERS = ["memory", "latency"];
const NAMES = [...SYSTEMS.map(({ name }) => name), ...OTHERS];

const HELP = `npm run bench [-- OPTION…]

  --only NAME,…    some of: ${NAMES.join(", ")}
  --seconds N      length of each measured run, 20 by default: shorter flatters
  --rate N         calls per second where CPU is measured, 1500 by default; half of it with Kafka
  --no-search      no clean rates
  --compare [FILE] ratios to a baseline, the newest one by default, and to the peers of this run
  --save           writes bench/baselines/<date>-<machine>.json and .md`;

/** With Kafka there is half as much to see until the bar's rate. */
const KAFKA_RATE_SHARE = 0.5;
/** Where the search for the clean rate begins: this much of what the CPU figure promises. */
const FIRST_PROBE_SHARE = 0.9;
const LATENCY_RATE = 300;
const CALLS_HELD = 5_000;
/** RTP ports for so many calls, two for each. */
const HELD_PORTS = "20000-31999";
const PARTITIONS = 12;

await runTool(async (args) => {
  const { values, positionals } = optionsOf(args);
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const only = values.only?.split(",") ?? NAMES;
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Fault(`there is no ${unknown}; there are ${NAMES.join(", ")}`);
  const seconds = Number(values.seconds ?? 20);
  const rate = Number(values.rate ?? 1_500);
  if (!(seconds >= 3) || !(rate >= 50)) throw new Fault("--seconds from 3, --rate from 50");
  const baseline = values.compare ? readBaseline(positionals[0]) : undefined;
  checkMachine();
  await install("all");
  await build();
  leaveMeasuredCore();
  const result = await measure({ only, seconds, rate, searches: !values["no-search"] });
  process.stdout.write(`\n${markdown(result)}`);
  if (values.compare) process.stdout.write(`\n${comparison(result, baseline)}`);
  if (values.save) save(result);
  return 0;
});

function optionsOf(args) {
  const flag = { type: "boolean", default: false };
  const options = { only: { type: "string" }, seconds: { type: "string" }, rate: { type: "string" } };
  const flags = { "no-search": flag, compare: flag, save: flag, help: { ...flag, short: "h" } };
  try {
    return parseArgs({ args, options: { ...options, ...flags }, allowPositionals: true });
  } catch (error) {
    throw new Fault(error.message);
  }
}

async function measure({ only, seconds, rate, searches }) {
  const cache = join(ROOT, ".cache/bench");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "run-"));
  const result = {
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(),
    machine: describeMachine(directory),
    method:
      `One core for the system, the others for SIPp 3.6 and the broker; ${seconds} s a run after ` +
      "8 s of warm-up; CPU of all threads and processes.",
    seconds,
    rates: [],
    skipped: [],
  };
  const stage = { directory, seconds, rate, searches, broker: undefined };
  const systems = SYSTEMS.filter(({ name }) => only.includes(name));
  const startedAt = performance.now();
  let broker;
  try {
    for (const system of systems.filter(({ needsBroker }) => !needsBroker))
      await rateOf(system, stage, result);
    if (only.includes("memory")) await memoryOf(stage, result);
    const withBroker = systems.filter(({ needsBroker }) => needsBroker);
    if (withBroker.length > 0 || only.includes("latency")) {
      const reason = await missingBroker();
      if (reason === undefined) {
        broker = await openBroker(join(directory, "kafka"), PEER_BROKER_PORT);
        stage.broker = broker.address;
        await createTopic(broker.address, PEER_TOPIC, PARTITIONS);
        for (const system of withBroker) await rateOf(system, stage, result);
        if (only.includes("latency")) await latencyOf(stage, result);
      } else result.skipped.push({ title: "everything with Kafka", reason });
    }
  } finally {
    await broker?.kill();
    rmSync(directory, { recursive: true, force: true });
  }
  return { ...result, minutes: Math.round((performance.now() - startedAt) / 6_000) / 10 };
}

async function rateOf(system, { directory, seconds, rate, searches, broker }, result) {
  const { name, title, scenario, needsBroker = false, isPeer = false, hasNoSearch = false } = system;
  const place = { directory: join(directory, name), broker };
  const reason = await system.missing(place);
  if (reason !== undefined) {
    process.stderr.write(`SKIPPED ${title}: ${reason}\n`);
    result.skipped.push({ title, reason });
    return;
  }
  const say = (text) => process.stderr.write(`${title}: ${text}\n`);
  const running = await system.start(place);
  try {
    const options = { scenario, seconds, directory };
    const fixedRate = needsBroker ? rate * KAFKA_RATE_SHARE : rate;
    const fixed = await efficiency(running, { ...options, rate: fixedRate });
    say(`${fixed.callsPerCpuSecond} calls per CPU-second at ${describe(fixed)}`);
    const estimate = fixed.callsPerCpuSecond * FIRST_PROBE_SHARE;
    const clean =
      searches && !hasNoSearch ? await cleanRate(running, { ...options, estimate }, say) : undefined;
    result.rates.push({ name, title, scenario, needsBroker, isPeer, fixed, ...(clean && { clean }) });
  } finally {
    await running.stop();
  }
}

async function memoryOf({ directory }, result) {
  const held = edge({ name: "memory", title: "memory", scenario: "uac", ports: HELD_PORTS });
  const running = await held.start({ directory: join(directory, "memory") });
  try {
    result.memory = await memory(running, { calls: CALLS_HELD, directory });
    process.stderr.write(`memory: ${result.memory.perThousandMiB} MiB per 1,000 calls\n`);
  } finally {
    await running.stop();
  }
}

async function latencyOf({ directory, broker, seconds }, result) {
  const system = edge({ name: "latency", title: "latency", scenario: "uac", needsBroker: true });
  const running = await system.start({ directory: join(directory, "latency"), broker });
  try {
    result.latency = await latency(running, { broker, rate: LATENCY_RATE, seconds });
    process.stderr.write(`latency: p50 ${result.latency.p50Ms} ms, p99 ${result.latency.p99Ms} ms\n`);
  } finally {
    await running.stop();
  }
}

/** The newest, or the one that is named. */
function readBaseline(file) {
  const newest = existsSync(BASELINES)
    ? readdirSync(BASELINES)
        .filter((name) => name.endsWith(".json"))
        .sort()
        .at(-1)
    : undefined;
  const path = file ?? (newest === undefined ? undefined : join(BASELINES, newest));
  if (path === undefined) return undefined;
  if (!existsSync(path)) throw new Fault(`${path} is not there`);
  return JSON.parse(readFileSync(path, "utf8"));
}

function save(result) {
  const path = join(BASELINES, `${result.date}-${machineSlug(result.machine)}`);
  mkdirSync(BASELINES, { recursive: true });
  writeFileSync(`${path}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(`${path}.md`, markdown(result));
  process.stderr.write(`bench: wrote ${path}.json and .md\n`);
}
