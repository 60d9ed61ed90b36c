/** From the 200 to a call's BYE, as its caller gets it, to the record of its end in the hands of a read_committed consumer. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { node24 } from "../tools/node24.mjs";
import { cleanEnvironment, ROOT } from "../tools/project.mjs";
import { createTopic } from "./kafka.mjs";
import { edgeTopic } from "./systems.mjs";

/** What the edge would make itself, but a consumer that is there first has to find. */
const PARTITIONS = 12;
/** Calls of the first seconds meet cold code and a broker that makes its internal topics. */
const WARM_UP_S = 5;
const SETTLE_MS = 3_000;

/** @param {import("./systems.mjs").Running} running an edge with a broker */
export async function latency(running, { broker, rate, seconds }) {
  const topic = edgeTopic(running);
  await createTopic(broker, topic, PARTITIONS).catch(() => undefined);
  const reader = helper("latency-reader.mjs", [broker, topic]);
  await reader.says("reading");
  const caller = helper("latency-caller.mjs", [running.port, rate, WARM_UP_S + seconds]);
  const released = timesOf(await caller.ended);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  reader.child.kill("SIGTERM");
  const read = timesOf(await reader.ended);
  const from = Math.min(...released.values()) + WARM_UP_S * 1_000;
  const measured = [...released].filter(([, at]) => at >= from);
  const waits = measured.flatMap(([sip, at]) => (read.has(sip) ? [Math.max(0, read.get(sip) - at)] : []));
  waits.sort((a, b) => a - b);
  const percentile = (share) => Math.round((waits[Math.floor(waits.length * share)] ?? 0) * 10) / 10;
  return {
    rate,
    calls: measured.length,
    missing: measured.length - waits.length,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    maxMs: Math.round((waits.at(-1) ?? 0) * 10) / 10,
  };
}

function helper(file, args) {
  const child = spawn(node24(), [join(ROOT, "bench", file), ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: cleanEnvironment(),
  });
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  let output = "";
  let onOutput;
  child.stdout.on("data", (chunk) => {
    output += chunk;
    onOutput?.();
  });
  const ended = new Promise((resolve) => child.once("close", resolve)).then(() => {
    process.removeListener("exit", killWithUs);
    return output;
  });
  const says = async (text) => {
    while (!output.includes(text) && child.exitCode === null)
      await Promise.race([ended, new Promise((resolve) => (onOutput = resolve))]);
  };
  return { child, ended, says };
}

/** Milliseconds by SIP Call-ID; the monotonic clock is the same for all processes. */
function timesOf(output) {
  const times = new Map();
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { sip, ns } = JSON.parse(line);
    times.set(sip, Number(BigInt(ns) / 1_000n) / 1_000);
  }
  return times;
}
