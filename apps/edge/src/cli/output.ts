import { once } from "node:events";
import { FAULT } from "./exit.ts";

/** Prints a line; waits for the reader of a pipe rather than fill the memory. */
export async function printLine(line: string): Promise<void> {
  if (process.stdout.write(`${line}\n`)) return;
  // An error is `watchOutput`'s to answer.
  await once(process.stdout, "drain").catch(() => undefined);
}

/** `onReaderGone`: the reader of a pipe may go (`| head`), which is no fault. */
export function watchOutput(onReaderGone: () => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") {
      onReaderGone();
      return;
    }
    process.stderr.write(`tandem: the output cannot be written: ${error.message}\n`);
    process.exit(FAULT);
  });
  // Who read our faults is gone, and there is nobody else to tell.
  process.stderr.on("error", () => undefined);
}
