/** What open dialogs cost in memory, and what is left of them. */
import { Caller, freeUdpPort } from "../caller.mjs";
import { pssMiB } from "../process-figures.mjs";

/** Longer than 64·T1: an INVITE's transaction is gone then, and so is a BYE's (RFC 3261, timers L and J). */
export const AFTER_TIMEOUT_S = 34;
const RATE = 6_000;
const SAMPLE_MS = 500;

/**
 * Opens so many calls, looks when only their dialogs are left, ends them, and looks when nothing should be.
 * @param {Awaited<ReturnType<typeof import("../systems.mjs").startScript>>} running
 */
export async function dialogs(running, { calls, directory }) {
  const memory = () => Math.round(pssMiB(running.pids()));
  const idleMiB = memory();
  const localPort = await freeUdpPort();
  const placingS = calls / RATE;
  const holdMs = (placingS + AFTER_TIMEOUT_S + 2) * 1_000;
  const caller = new Caller({
    ...{ scenario: "uac", port: running.port, localPort, rate: RATE, calls, holdMs, directory },
  });
  let peakMiB = 0;
  const timer = setInterval(() => (peakMiB = Math.max(peakMiB, memory())), SAMPLE_MS);
  await seconds(placingS + AFTER_TIMEOUT_S);
  const [heldMiB, held] = [memory(), await wordsOf(running)];
  const rows = await caller.end({ dueMs: (placingS * 2 + 4) * 1_000 });
  await afterTimeout();
  clearInterval(timer);
  return {
    calls,
    failed: calls - (rows.at(-1)?.good ?? 0),
    idleMiB,
    peakMiB,
    heldMiB,
    perDialogBytes: Math.round(((heldMiB - idleMiB) * 2 ** 20) / calls),
    afterMiB: memory(),
    held,
    left: await wordsOf(running),
  };
}

/** Waits until what has ended just now should have left nothing. */
export function afterTimeout() {
  return seconds(AFTER_TIMEOUT_S);
}

/** What the program says that it holds. */
export async function wordsOf(running) {
  running.signal("SIGUSR2");
  await seconds(0.5);
  return running.said();
}

function seconds(count) {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}
