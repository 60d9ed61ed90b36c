import { existsSync } from "node:fs";
import { faultLine, type EdgeConfig } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { CommandError, usage } from "./exit.ts";

/** Each fault is a line that an editor can follow: `FILE:LINE:COLUMN: …`. */
class ConfigFaults extends CommandError {
  override get text(): string {
    return this.message;
  }
}

/** The checked configuration of `--config`; every fault in one error. */
export function readConfig(file: string | undefined): EdgeConfig {
  if (file === undefined) throw usage("--config FILE is missing");
  if (!existsSync(file)) throw new CommandError(`${file}: there is no such file`);
  const loaded = loadConfig(file);
  if (!loaded.ok) throw new ConfigFaults(loaded.faults.map(faultLine).join("\n"));
  return loaded.config;
}
