import { OK, type Command } from "./exit.ts";
import { optionsOf } from "./options.ts";
import { readConfig } from "./read-config.ts";

export const check: Command = {
  summary: "validates a configuration: all faults at once, with line and nearest key",
  help: `tandem check --config FILE

Exit code 0 where the configuration is good, 1 with a line per fault where it is not.`,
  run(args) {
    const { values } = optionsOf(args, { config: { type: "string" } });
    const { listen, trunks, routes } = readConfig(values.config);
    process.stdout.write(
      `${values.config}: ok (${listen.length} listeners, ${trunks.length} trunks, ${routes.length} routes)\n`,
    );
    return OK;
  },
};
