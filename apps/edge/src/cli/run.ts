import { setFlagsFromString } from "node:v8";
import { JournalReader, type Journal } from "@tandem/journal";
import { ListenerError } from "../sip/open-listener.ts";
import { startEdge, type Edge } from "../start-edge.ts";
import { createLogger, type Level } from "../telemetry/logger.ts";
import { eventLine } from "./event-line.ts";
import { CommandError, FAULT, OK, usage, type Command } from "./exit.ts";
import { optionsOf } from "./options.ts";
import { readConfig } from "./read-config.ts";
import { hasTerminal, ordered } from "./stop-order.ts";

const LEVELS = ["error", "warn", "info", "debug"];

export const run: Command = {
  help: `tandem run --config FILE [--log error|warn|info|debug] [--events]

Runs the edge until SIGINT or SIGTERM; then calls are ended, the journal is closed, exit code 0.
SIGHUP, where there is no terminal, reads the files of certificates again: new connections see them, calls go on.
  --config FILE   configuration (YAML)
  --log LEVEL     least level that is logged; info by default
  --events        print each event of a call when it is on disk`,
  isService: true,
  reloads: true,
  async run(args, stop) {
    const { values } = optionsOf(args, {
      config: { type: "string" },
      log: { type: "string" },
      events: { type: "boolean" },
    });
    const level = values.log ?? "info";
    if (!LEVELS.includes(level)) throw usage(`--log ${level}: one of ${LEVELS.join(", ")}`);
    const config = readConfig(values.config);
    keepYoung();
    const logger = createLogger((line) => process.stderr.write(`${line}\n`), level as Level);
    const running = new Set<Edge>();
    if (!hasTerminal())
      process.on("SIGHUP", () => {
        for (const each of running) void each.reloadCertificates();
      });
    const edge = await startEdge(config, logger).catch((error: unknown) => {
      throw new CommandError(startFault(error));
    });
    running.add(edge);
    if (values.events === true) printEvents(edge.journal, config.journal.directory);
    await ordered(stop);
    try {
      await edge.stop();
    } catch (error) {
      process.stderr.write(
        `edge: did not stop cleanly: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      return FAULT;
    }
    process.stderr.write("edge: calls ended, journal closed, stopped cleanly\n");
    return OK;
  },
};

/**
 * V8 makes objects old at birth where nearly all of their kind survived a collection. The first collections are tiny, and
 * calls in progress fill them: all that a call is made of is then taken for long-lived, and waits for full collections.
 */
function keepYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}

/** The system's word for what a person can do something about. */
function startFault(error: unknown): string {
  const reason = error instanceof ListenerError ? error.cause : error;
  const { code, address, port } = reason as {
    code?: string;
    address?: string;
    port?: number;
  };
  const where = `${address ?? ""}:${port ?? ""}`;
  if (code === "EADDRINUSE")
    return `${where} is in use: stop what listens there, or choose another port in the configuration`;
  if (code === "EADDRNOTAVAIL") return `${where} is no address of this machine`;
  if (code === "EACCES") return `${where}: no permission to listen there`;
  return error instanceof Error ? error.message : String(error);
}

function printEvents(journal: Journal, directory: string): void {
  const reader = JournalReader.open(directory);
  let after = journal.committedTo;
  journal.onCommit(() => {
    for (const record of reader.records(after)) {
      after = record.position;
      process.stdout.write(`${eventLine(record)}\n`);
    }
  });
}
