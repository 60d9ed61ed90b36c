import { nearest } from "../config/nearest.ts";
import { CommandError, OK, USAGE, usage, type Command } from "./exit.ts";
import { watchOutput } from "./output.ts";
import { stopOrder } from "./stop-order.ts";

interface Entry {
  readonly summary: string;
  /** Only what the command needs: explaining a cause does not want a whole edge in memory. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { summary: "the edge", load: async () => (await import("./run.ts")).run },
  check: {
    summary: "validates a configuration: all faults at once, with line and nearest key",
    load: async () => (await import("./check.ts")).check,
  },
  events: {
    summary: "prints what the journal holds, and ends",
    load: async () => (await import("./events.ts")).events,
  },
  tail: {
    summary: "follows what the journal gets",
    load: async () => (await import("./events.ts")).tail,
  },
  decode: {
    summary: "decodes a SIP message, an ISUP message or a SIP body",
    load: async () => (await import("./decode.ts")).decode,
  },
  encode: {
    summary: "encodes an ISUP message from its JSON form",
    load: async () => (await import("./encode.ts")).encode,
  },
  map: {
    summary: "says what a SIP or ISUP message becomes on the other side, and by which rules",
    load: async () => (await import("./map.ts")).map,
  },
  cause: {
    summary: "explains a Q.850 cause or a SIP status, and its mapping",
    load: async () => (await import("./cause.ts")).cause,
  },
};

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`);
  lines.push("  carrier  places or takes SIP, SIP-T and SIP-I calls, to test with");
  return `tandem COMMAND [OPTIONS]\n\n${lines.join("\n")}\n\nEach command has --help. Exit codes: 0 ok, 1 fault, 2 usage.`;
}

async function commandNamed(name: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) return entry.load();
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
  const command = await commandNamed(name);
  if (args.some(isHelp)) {
    process.stdout.write(`${command.help}\n`);
    return OK;
  }
  if (command.isService !== true) return command.run(args, new AbortController().signal);
  const stop = stopOrder(command.reloads === true);
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
