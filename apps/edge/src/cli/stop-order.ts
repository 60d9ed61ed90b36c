import { FAULT } from "./exit.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A terminal sends its signal to all it runs, and a launcher passes it on: within this time that is one order. */
const SAME_ORDER_MS = 1_000;

/** The order to end: the first signal aborts it, a later one ends the process at once. */
export function stopOrder(): AbortController {
  const order = new AbortController();
  let orderedMs = 0;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (order.signal.aborted && performance.now() - orderedMs > SAME_ORDER_MS) process.exit(FAULT);
      if (order.signal.aborted) return;
      orderedMs = performance.now();
      order.abort();
    });
  }
  return order;
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
