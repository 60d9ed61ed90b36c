import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../config/nearest.ts";
import { usage } from "./exit.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = {
  readonly [K in keyof T]?: T[K]["type"] extends "boolean" ? boolean : string;
};

/** `parseArgs` with errors that name the nearest known option. Arguments beyond `positionalsMax` are refused. */
export function optionsOf<const T extends Options>(
  args: readonly string[],
  options: T,
  positionalsMax = 0,
): { readonly values: Values<T>; readonly positionals: readonly string[] } {
  const { tokens, values, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(options, name)) {
      const near = nearest(name, Object.keys(options));
      throw usage(`unknown option ${rawName}${near === undefined ? "" : `; did you mean --${near}?`}`);
    }
    const isText = options[name]?.type === "string";
    // `--config --json`: an option that was forgotten to be given its value.
    const isMissing = value === undefined || (!token.inlineValue && value.startsWith("--"));
    if (isText && isMissing) throw usage(`${rawName} needs a value`);
    if (!isText && value !== undefined) throw usage(`${rawName} takes no value`);
  }
  const surplus = positionals[positionalsMax];
  if (surplus !== undefined) throw usage(`unexpected argument ${surplus}`);
  return { values, positionals };
}
