import type { Journal } from "@tandem/journal";
import { causeOf } from "../sip/cause.ts";
import type { EventWriter } from "./event-writer.ts";

/** Releases that may wait for the disk at once: with the largest events still within what the journal holds in memory. */
const RELEASES_AT_ONCE = 100;

/**
 * Calls that a process which is gone has left open: each gets its one release, before any new call. Gives how many
 * there were; the last of the releases may still be on their way to the disk.
 */
export async function releaseLeftOpen(
  journal: Journal,
  writer: EventWriter,
  epochMs: () => number,
): Promise<number> {
  const cause = causeOf({
    side: "gateway",
    class: "internal",
    mapping: "derived",
    q850: 127,
    row: "restart of the gateway",
    detail: "gateway-recovery",
  });
  for (const [index, { key, state }] of journal.openStates.entries()) {
    if (index > 0 && index % RELEASES_AT_ONCE === 0) await journal.flush();
    journal.append({
      records: [writer.recovered(state, cause, epochMs())],
      state: { key, state: undefined },
    });
  }
  return journal.openStates.length;
}
