/** Calls per CPU-second, and the rate a system holds without fault. */
import { Caller, freeUdpPort, goodAt } from "./caller.mjs";
import { cpuSeconds, pssMiB } from "./process-figures.mjs";

/** At half the rate, so that a cold process meets no more than it can do; then shortly at the whole. */
const WARM_UP_S = 6;
const RUN_UP_S = 2;
/** What a call costs does not need the whole length of a run. */
const COST_S_MAX = 10;
const PROBE_S = 5;
const PROBES_MAX = 6;
const STEP = 1.25;
/** After a run that was not clean the next one has this much of its rate. */
const REDUCTION = 0.88;
const CLEAN_RUNS = 3;
/** How often a rate that probes found clean may turn out not to be, before the search is given up. */
const REDUCTIONS_MAX = 6;
/** A rate is clean with no call failed, and at most so many retransmissions and calls missing. */
const REPEATED_SHARE_MAX = 0.001;
const PLACED_SHARE_MIN = 0.97;
/** One SIPp places no more on a core of its own without being the limit itself. */
const RATE_MAX = 14_000;
/** A backlog that grows is soon more than what one second brings. */
const BACKLOG_S_MAX = 1;
const PAUSE_MS = 2_000;
const SAMPLE_MS = 500;

/**
 * One run at a rate: what came of the calls and what they cost. The first `warmUpS` seconds count for nothing but faults.
 * @param {import("./systems.mjs").Running} running
 */
export async function runAt(
  running,
  { scenario, rate, seconds, warmUpS = 0, directory, stopsEarly = false },
) {
  const calls = Math.round(rate * (warmUpS + seconds));
  const localPort = await freeUdpPort();
  const backlogOf = await running.watch?.();
  const caller = new Caller({ scenario, port: running.port, localPort, rate, calls, directory });
  const fromMs = Date.now() + warmUpS * 1_000;
  const samples = [];
  const timer = setInterval(() => {
    const atMs = Date.now();
    if (atMs >= fromMs && atMs <= fromMs + seconds * 1_000)
      samples.push({ atMs, cpu: cpuSeconds(running.pids()) });
  }, SAMPLE_MS);
  const isHopeless = ({ failed, repeated }) =>
    stopsEarly && (failed > 0 || repeated > calls * REPEATED_SHARE_MAX);
  const rows = await caller.end({ dueMs: (warmUpS + seconds) * 1_000, isHopeless });
  clearInterval(timer);
  const good = rows.at(-1)?.good ?? 0;
  const backlog = await backlogOf?.(good);
  const eventsASecond = rate * (running.eventsPerCall ?? 0);
  return {
    ...outcome(rows, calls, rate, backlog === undefined || backlog <= eventsASecond * BACKLOG_S_MAX),
    ...costs(rows, samples),
    pssMiB: Math.round(pssMiB(running.pids())),
    ...(backlog !== undefined && { backlog }),
  };
}

function outcome(rows, calls, rate, isFlat) {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined) return { rate, failed: calls, repeated: 0, placedPerSecond: 0, isClean: false };
  const failed = calls - last.good;
  const placedPerSecond = Math.round(last.good / ((last.atMs - first.atMs) / 1_000));
  const isPlaced = placedPerSecond >= rate * PLACED_SHARE_MIN;
  const isClean = failed === 0 && isFlat && isPlaced && last.repeated <= calls * REPEATED_SHARE_MAX;
  return { rate, failed, repeated: last.repeated, placedPerSecond, isClean };
}

function costs(rows, samples) {
  const [first, last] = [samples[0], samples.at(-1)];
  const cpu = first === undefined ? 0 : last.cpu - first.cpu;
  if (cpu === 0) return { callsPerCpuSecond: 0, cpuShare: 0 };
  const calls = goodAt(rows, last.atMs) - goodAt(rows, first.atMs);
  const share = cpu / ((last.atMs - first.atMs) / 1_000);
  return { callsPerCpuSecond: Math.round(calls / cpu), cpuShare: Math.round(share * 100) / 100 };
}

/** At a fixed rate, after a warm-up. */
export async function efficiency(running, options) {
  await runAt(running, { ...options, rate: Math.round(options.rate / 2), seconds: WARM_UP_S });
  const seconds = Math.min(options.seconds, COST_S_MAX);
  return runAt(running, { ...options, seconds, warmUpS: RUN_UP_S });
}

/** The rate that is clean three times in a row in the same process; short probes find where to try. */
export async function cleanRate(running, { estimate, seconds, ...options }, say) {
  const rate = await probe(running, { estimate, ...options }, say);
  return rate === 0 ? {} : heldRate(running, { ...options, rate, seconds }, say);
}

/** This rate, or the first below it, that is clean three times in a row; with the memory after each of the runs. */
export async function heldRate(running, { rate: firstRate, seconds, ...options }, say) {
  let rate = Math.min(RATE_MAX, firstRate);
  const runs = [];
  for (let reductions = 0; runs.length < CLEAN_RUNS;) {
    await pause();
    const result = await runAt(running, { ...options, rate, seconds, stopsEarly: true });
    say(`${describe(result)} over ${seconds} s`);
    if (result.isClean) runs.push(result);
    else {
      runs.length = 0;
      if (++reductions > REDUCTIONS_MAX) return {};
      rate = Math.floor(rate * REDUCTION);
    }
  }
  const mean = runs.reduce((sum, { callsPerCpuSecond = 0 }) => sum + callsPerCpuSecond, 0) / runs.length;
  const pssMiBs = runs.map(({ pssMiB: each }) => each);
  return { rate, callsPerCpuSecond: Math.round(mean), pssMiB: pssMiBs.at(-1), pssMiBs };
}

/** The highest rate around the estimate that a short run finds clean: up or down in steps, then once between. */
async function probe(running, { estimate, ...options }, say) {
  let rate = Math.min(RATE_MAX, Math.round(estimate));
  let [best, worst] = [0, Infinity];
  for (let count = 0; count < PROBES_MAX; count++) {
    await pause();
    const result = await runAt(running, { ...options, rate, seconds: PROBE_S, stopsEarly: true });
    say(`${describe(result)} over ${PROBE_S} s`);
    if (result.isClean) best = rate;
    else worst = rate;
    if (best === RATE_MAX || (best > 0 && worst < best * STEP)) break;
    if (worst === Infinity) rate = Math.min(RATE_MAX, Math.round(best * STEP));
    else rate = Math.round(best === 0 ? worst / STEP : (best + worst) / 2);
  }
  return best;
}

export function describe({ rate, failed, repeated, placedPerSecond, backlog, isClean, cpuShare = 0 }) {
  const words = [
    `${rate}/s: ${isClean ? "clean" : "not clean"}`,
    `${Math.round(cpuShare * 100)} % of the core`,
  ];
  if (failed > 0) words.push(`${failed} failed`);
  if (repeated > 0) words.push(`${repeated} repeated`);
  if (placedPerSecond < rate * PLACED_SHARE_MIN) words.push(`${placedPerSecond}/s placed`);
  if (backlog !== undefined) words.push(`backlog ${backlog}`);
  return words.join(", ");
}

async function pause() {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
