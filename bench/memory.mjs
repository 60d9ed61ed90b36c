/** What calls cost in memory while they last. */
import { Caller, freeUdpPort } from "./caller.mjs";
import { pssMiB } from "./process-figures.mjs";

/** Longer than 64·T1: the INVITE's transaction is gone, the dialog and the call stay. */
const HOLD_S = 36;
const RATE = 1_000;

/** @param {import("./systems.mjs").Running} running */
export async function memory(running, { calls, directory }) {
  const idle = pssMiB(running.pids());
  const localPort = await freeUdpPort();
  const run = { scenario: "uac", port: running.port, localPort, rate: RATE, calls, directory };
  const placingS = calls / RATE;
  const caller = new Caller({ ...run, holdMs: (HOLD_S + placingS) * 1_000 });
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, pssMiB(running.pids()))), 500);
  await new Promise((resolve) => setTimeout(resolve, (placingS + HOLD_S - 2) * 1_000));
  clearInterval(timer);
  const held = pssMiB(running.pids());
  const rows = await caller.end({ dueMs: (placingS * 2 + 2) * 1_000 });
  return {
    calls,
    failed: calls - (rows.at(-1)?.good ?? 0),
    idleMiB: Math.round(idle),
    peakMiB: Math.round(peak),
    heldMiB: Math.round(held),
    perThousandMiB: Math.round(((held - idle) / calls) * 1_000 * 10) / 10,
  };
}
