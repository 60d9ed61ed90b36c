import { createReadStream } from "node:fs";
import { CommandError } from "./exit.ts";

/** A file, or standard input where none is named. */
export function streamOf(file: string | undefined): AsyncIterable<Uint8Array> {
  return file === undefined ? (process.stdin as AsyncIterable<Uint8Array>) : fileStream(file);
}

async function* fileStream(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
