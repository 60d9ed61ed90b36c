import { FAULT } from "./command/command.ts";
import { runCarrier } from "./command/run.ts";

/** A terminal sends its signal to all it runs, and a launcher passes it on: within this time that is one order. */
const SAME_ORDER_MS = 1_000;

const stopping = new AbortController();
let orderedMs = 0;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Once more means: at once.
    if (stopping.signal.aborted && performance.now() - orderedMs > SAME_ORDER_MS) process.exit(FAULT);
    if (!stopping.signal.aborted) orderedMs = performance.now();
    stopping.abort();
  });
}

// A reader of our output that is gone (`| head`) has seen enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => {
    stopping.abort();
  });
}

process.exitCode = await runCarrier(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  stop: stopping.signal,
});
