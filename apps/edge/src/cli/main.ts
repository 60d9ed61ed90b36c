import { nearest } from "../config/nearest.ts";
import { cause } from "./cause.ts";
import { check } from "./check.ts";
import { decode } from "./decode.ts";
import { events, tail } from "./events.ts";
import { CommandError, OK, USAGE, type Command } from "./exit.ts";
import { run } from "./run.ts";

const COMMANDS: Readonly<Record<string, Command>> = { run, check, events, tail, decode, cause };

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`);
  lines.push("  carrier  places or takes SIP, SIP-T and SIP-I calls, to test with");
  return `tandem COMMAND [OPTIONS]\n\n${lines.join("\n")}\n\nEach command has --help. Exit codes: 0 ok, 1 fault, 2 usage.`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) {
    process.stderr.write(`${help()}\n`);
    return USAGE;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(`${help()}\n`);
    return OK;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    const near = nearest(name, [...Object.keys(COMMANDS), "carrier"]);
    throw new CommandError(
      `unknown command ${name}${near === undefined ? "" : `; did you mean ${near}?`}`,
      USAGE,
    );
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${command.help}\n`);
    return OK;
  }
  return command.run(args);
}

// The reader of a pipe may go (`| head`): that ends the command, it is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(OK);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`tandem: ${error.message}\n`);
    process.exitCode = error.exitCode;
  },
);
