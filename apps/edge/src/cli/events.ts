import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { structuredEvent } from "@tandem/call-events";
import { JournalError, JournalReader, type StoredRecord } from "@tandem/journal";
import { CommandError, OK, type Command } from "./exit.ts";
import { eventLine } from "./event-line.ts";
import { optionsOf } from "./options.ts";
import { readConfig } from "./read-config.ts";

/** How often a follower looks: what a person takes for at once, at 5 reads a second. */
const FOLLOW_MS = 200;

export const events: Command = {
  summary: "prints what the journal holds, and ends",
  help: `tandem events --config FILE [--call ID] [--json]

Works beside a running edge.
  --call ID   the events of one call
  --json      one CloudEvents object (structured form) per line`,
  async run(args) {
    const { values } = optionsOf(args, {
      config: { type: "string" },
      call: { type: "string" },
      json: { type: "boolean" },
    });
    const reader = open(readConfig(values.config).journal.directory);
    try {
      const records = values.call === undefined ? reader.records() : reader.byKey(values.call);
      for (const record of records) await print(record, values.json === true);
    } finally {
      reader.close();
    }
    return OK;
  },
};

export const tail: Command = {
  summary: "follows what the journal gets",
  help: `tandem tail --config FILE [--json]

Prints events as they are written, until Ctrl-C.
  --json   one CloudEvents object (structured form) per line`,
  async run(args) {
    const { values } = optionsOf(args, { config: { type: "string" }, json: { type: "boolean" } });
    const reader = open(readConfig(values.config).journal.directory);
    const stopped = new AbortController();
    const stop = (): void => {
      stopped.abort();
    };
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    let after = reader.lastPosition();
    while (!stopped.signal.aborted) {
      for (const record of reader.records(after)) {
        after = record.position;
        await print(record, values.json === true);
      }
      await sleep(FOLLOW_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
    reader.close();
    return OK;
  },
};

function open(directory: string): JournalReader {
  try {
    return JournalReader.open(directory);
  } catch (error) {
    if (error instanceof JournalError) throw new CommandError(`no journal to read: ${error.message}`);
    throw error;
  }
}

/** Waits for the reader of a pipe rather than fill the memory. */
async function print(record: StoredRecord, isJson: boolean): Promise<void> {
  const value = Buffer.from(record.value).toString("utf8");
  const line = isJson
    ? JSON.stringify(structuredEvent({ headers: record.headers, value }))
    : eventLine(record);
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}
