import { nearest } from "../config/nearest.ts";
import { cause } from "./cause.ts";
import { check } from "./check.ts";
import { decode } from "./decode.ts";
import { events, tail } from "./events.ts";
import { CommandError, OK, USAGE, usage, type Command } from "./exit.ts";
import { watchOutput } from "./output.ts";
import { run } from "./run.ts";
import { stopOrder } from "./stop-order.ts";

const COMMANDS: Readonly<Record<string, Command>> = { run, check, events, tail, decode, cause };

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`);
  lines.push("  carrier  places or takes SIP, SIP-T and SIP-I calls, to test with");
  return `tandem COMMAND [OPTIONS]\n\n${lines.join("\n")}\n\nEach command has --help. Exit codes: 0 ok, 1 fault, 2 usage.`;
}

function commandNamed(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const near = nearest(name, [...Object.keys(COMMANDS), "carrier"]);
  throw usage(`unknown command ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

const isHelp = (arg: string): boolean => arg === "--help" || arg === "-h";

async function main([name, ...args]: readonly string[]): Promise<number> {
  let onReaderGone = (): void => process.exit(OK);
  watchOutput(() => {
    onReaderGone();
  });
  if (name === undefined) {
    process.stderr.write(`${help()}\n`);
    return USAGE;
  }
  if (isHelp(name) || name === "help") {
    process.stdout.write(`${help()}\n`);
    return OK;
  }
  const command = commandNamed(name);
  if (args.some(isHelp)) {
    process.stdout.write(`${command.help}\n`);
    return OK;
  }
  if (command.isService !== true) return command.run(args, new AbortController().signal);
  const stop = stopOrder();
  onReaderGone = () => {
    stop.abort();
  };
  return command.run(args, stop.signal);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // What is no fault of a person's making is ours: Node prints where.
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.text}\n`);
    process.exitCode = error.exitCode;
  },
);
