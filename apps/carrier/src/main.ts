import { FAULT } from "./command/command.ts";
import { runCarrier } from "./command/run.ts";

const stopping = new AbortController();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Once more means: at once.
    if (stopping.signal.aborted) process.exit(FAULT);
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
