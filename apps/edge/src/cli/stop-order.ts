import { isatty } from "node:tty";
import { FAULT } from "./exit.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const STANDARD_STREAMS = [0, 1, 2];
/** A terminal sends its signal to all it runs, and a launcher passes it on: within this time that is one order. */
const SAME_ORDER_MS = 1_000;

/**
 * The order to end: the first signal aborts it, a later one ends the process at once. SIGHUP is one, too, where it says
 * that the terminal is gone; a service without a terminal is told by it to read its files again, if it `reloads`.
 */
export function stopOrder(reloads: boolean): AbortController {
  const order = new AbortController();
  let orderedMs = 0;
  for (const signal of reloads && !hasTerminal() ? SIGNALS : ([...SIGNALS, "SIGHUP"] as const)) {
    process.on(signal, () => {
      if (order.signal.aborted && performance.now() - orderedMs > SAME_ORDER_MS) process.exit(FAULT);
      if (order.signal.aborted) return;
      orderedMs = performance.now();
      order.abort();
    });
  }
  return order;
}

export function hasTerminal(): boolean {
  return STANDARD_STREAMS.some((descriptor) => isatty(descriptor));
}

/** Resolves when the order is given. */
export function ordered(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => {
      resolve();
    });
  });
}
