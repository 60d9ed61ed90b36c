import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { checkConfig } from "./check.ts";
import type { ConfigResult } from "./config.ts";

/** Reads and checks one configuration file; the only place that reads the environment. */
export function loadConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ConfigResult {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, faults: [{ file, line: 1, column: 1, path: "", message, nearest: undefined }] };
  }
  return checkConfig(text, file, (kind, name) => {
    if (kind === "env") return environment[name];
    try {
      return readFileSync(resolve(dirname(file), name), "utf8").trim();
    } catch {
      // The caller turns "no such value" into a fault with its line.
      return undefined;
    }
  });
}
