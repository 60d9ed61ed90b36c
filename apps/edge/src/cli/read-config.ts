import type { EdgeConfig } from "../config/config.ts";
import { faultLine } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { CommandError, USAGE } from "./exit.ts";

/** The checked configuration of `--config`; every fault in one error. */
export function readConfig(file: string | undefined): EdgeConfig {
  if (file === undefined) throw new CommandError("--config FILE is missing", USAGE);
  const loaded = loadConfig(file);
  if (!loaded.ok) throw new CommandError(loaded.faults.map(faultLine).join("\n"));
  return loaded.config;
}
