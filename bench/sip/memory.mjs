/** What a UAS or a relay keeps while calls come and go: it must not grow once all that is kept for 64·T1 is there. */
import { Caller, freeUdpPort } from "../caller.mjs";
import { pssMiB } from "../process-figures.mjs";
import { AFTER_TIMEOUT_S, afterTimeout, wordsOf } from "./dialogs.mjs";

export const SECONDS = 280;
/** One row each so many seconds, of as many samples as `wordsOf` allows. */
const WINDOW_S = 40;
/** Beyond this a later window has more than the first one that counts. */
const GROWTH_MAX = 1.1;

/**
 * @param {Awaited<ReturnType<typeof import("../systems.mjs").startScript>>} running
 * @param {{ scenario: "uac" | "routed", rate: number, directory: string }} run calls a second
 * @returns rows of seconds, transactions, least heap in use and PSS in MiB, and what was left in the end
 */
export async function memoryOverTime(running, { scenario, rate, directory }) {
  const localPort = await freeUdpPort();
  const calls = rate * SECONDS;
  const caller = new Caller({ scenario, port: running.port, localPort, rate, calls, directory });
  const rows = [];
  for (let at = WINDOW_S; at <= SECONDS; at += WINDOW_S) rows.push({ at, ...(await windowOf(running)) });
  const placed = await caller.end({ dueMs: 4_000 });
  await afterTimeout();
  return {
    rows,
    failed: calls - (placed.at(-1)?.good ?? 0),
    left: await wordsOf(running),
    afterMiB: Math.round(pssMiB(running.pids())),
    isFlat: isFlat(rows),
  };
}

async function windowOf(running) {
  let leastHeapMiB = Infinity;
  let transactions = 0;
  for (const until = performance.now() + WINDOW_S * 1_000; performance.now() < until;) {
    const words = await wordsOf(running);
    leastHeapMiB = Math.min(leastHeapMiB, Number(/, (\d+) of \d+ MiB/.exec(words)?.[1]));
    transactions = Number(/(\d+) server/.exec(words)?.[1]);
  }
  return { transactions, leastHeapMiB, pssMiB: Math.round(pssMiB(running.pids())) };
}

/** Behind 64·T1 neither what a collection leaves grows, in the last windows against the first of as many, nor what it has. */
function isFlat(rows) {
  const behind = rows.filter(({ at }) => at - WINDOW_S >= AFTER_TIMEOUT_S);
  const half = behind.length / 2;
  // A whole collection may take more than one window to come.
  const leastOf = (some) => Math.min(...some.map(({ leastHeapMiB }) => leastHeapMiB));
  return (
    leastOf(behind.slice(half)) <= leastOf(behind.slice(0, half)) * GROWTH_MAX &&
    behind.every(({ pssMiB }) => pssMiB <= behind[0].pssMiB * GROWTH_MAX)
  );
}
