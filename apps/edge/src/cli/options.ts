import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../config/nearest.ts";
import { CommandError, USAGE } from "./exit.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** `parseArgs` with errors that name the nearest known option. */
export function optionsOf<T extends Options>(
  args: readonly string[],
  options: T,
): { values: { [K in keyof T]?: T[K]["type"] extends "boolean" ? boolean : string }; positionals: string[] } {
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined || name in options) continue;
    const near = nearest(name, Object.keys(options));
    throw new CommandError(
      `unknown option --${name}${near === undefined ? "" : `; did you mean --${near}?`}`,
      USAGE,
    );
  }
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return parsed;
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), USAGE);
  }
}
