import { OK, type Command } from "./exit.ts";
import { optionsOf } from "./options.ts";
import { printLine } from "./output.ts";
import { readConfig } from "./read-config.ts";

export const check: Command = {
  help: `tandem check --config FILE

Exit code 0 where the configuration is good, 1 with a line per fault where it is not:
  FILE:LINE:COLUMN: key: what is wrong — did you mean "…"?`,
  async run(args) {
    const { values } = optionsOf(args, { config: { type: "string" } });
    const { listen, trunks, routes } = readConfig(values.config);
    const parts = [
      plural(listen.length, "listener"),
      plural(trunks.length, "trunk"),
      plural(routes.length, "route"),
    ];
    await printLine(`${values.config}: ok (${parts.join(", ")})`);
    return OK;
  },
};

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
