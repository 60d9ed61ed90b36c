import { answer } from "./answer.ts";
import { call } from "./call.ts";
import { CommandError, OK, USAGE, type Command, type Terminal } from "./command.ts";
import { demo } from "./demo.ts";
import { didYouMean } from "./nearest.ts";

const COMMANDS: Readonly<Record<string, Command>> = { call, answer, demo };

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`);
  return [
    "tandem carrier COMMAND [OPTIONS]",
    "",
    "A carrier to test against: SIP, SIP-T and SIP-I calls over UDP.",
    ...lines,
    "",
    "Each command has --help. Exit codes: 0 ok, 1 fault, 2 usage.",
  ].join("\n");
}

/** Runs `tandem carrier ARGS`; gives the exit code. */
export async function runCarrier(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    terminal.err(help());
    return USAGE;
  }
  if (isHelp(name) || name === "help") {
    terminal.out(help());
    return OK;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined)
      throw new CommandError(`unknown command ${name}${didYouMean(name, Object.keys(COMMANDS))}`, USAGE);
    if (rest.some(isHelp)) {
      terminal.out(command.help);
      return OK;
    }
    return await command.run(rest, terminal);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    terminal.err(`tandem carrier: ${error.message}`);
    return error.exitCode;
  }
}

function isHelp(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}
