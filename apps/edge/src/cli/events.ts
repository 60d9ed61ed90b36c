import { setTimeout as sleep } from "node:timers/promises";
import { structuredEvent } from "@tandem/call-events";
import { JournalError, JournalReader, type StoredRecord } from "@tandem/journal";
import { eventLine } from "./event-line.ts";
import { CommandError, OK, type Command } from "./exit.ts";
import { optionsOf } from "./options.ts";
import { printLine } from "./output.ts";
import { readConfig } from "./read-config.ts";

/** How often a follower looks: what a person takes for at once, at 5 reads a second. */
const FOLLOW_MS = 200;

export const events: Command = {
  help: `tandem events --config FILE [--call ID] [--json]

Works beside a running edge; what it writes meanwhile is not waited for.
  --call ID   the events of one call: its id, or the end of it that the lines show
  --json      one CloudEvents object (structured form) per line`,
  async run(args) {
    const { values } = optionsOf(args, {
      config: { type: "string" },
      call: { type: "string" },
      json: { type: "boolean" },
    });
    const { call } = values;
    const reader = open(readConfig(values.config).journal.directory);
    try {
      let printed = 0;
      for (const record of call === undefined ? held(reader) : ofCall(reader, call)) {
        await print(record, values.json === true);
        printed++;
      }
      if (call !== undefined && printed === 0)
        throw new CommandError(`the journal holds no events of call ${call}`);
    } finally {
      reader.close();
    }
    return OK;
  },
};

export const tail: Command = {
  help: `tandem tail --config FILE [--json]

Prints events as they are written, until Ctrl-C.
  --json   one CloudEvents object (structured form) per line`,
  isService: true,
  async run(args, stop) {
    const { values } = optionsOf(args, { config: { type: "string" }, json: { type: "boolean" } });
    const { directory } = readConfig(values.config).journal;
    const reader = open(directory);
    const isStopped = (): boolean => stop.aborted;
    let after = reader.lastPosition();
    process.stderr.write(`tail: follows ${directory}, Ctrl-C ends it\n`);
    while (!isStopped()) {
      for (const record of reader.records(after)) {
        if (isStopped()) break;
        after = record.position;
        await print(record, values.json === true);
      }
      await sleep(FOLLOW_MS, undefined, { signal: stop }).catch(() => undefined);
    }
    reader.close();
    return OK;
  },
};

function open(directory: string): JournalReader {
  try {
    return JournalReader.open(directory);
  } catch (error) {
    if (error instanceof JournalError)
      throw new CommandError(
        `there is no journal to read: ${error.message}; an edge of this configuration makes it`,
      );
    throw error;
  }
}

/** What is there at this moment: a busy edge writes faster than a terminal prints. */
function* held(reader: JournalReader): Generator<StoredRecord> {
  const last = reader.lastPosition();
  for (const record of reader.records()) {
    if (record.position > last) return;
    yield record;
  }
}

function* ofCall(reader: JournalReader, id: string): Generator<StoredRecord> {
  const records = reader.byKey(id);
  yield* records;
  if (records.length === 0) for (const record of held(reader)) if (record.key.endsWith(id)) yield record;
}

async function print(record: StoredRecord, isJson: boolean): Promise<void> {
  const value = Buffer.from(record.value).toString("utf8");
  await printLine(
    isJson ? JSON.stringify(structuredEvent({ headers: record.headers, value })) : eventLine(record),
  );
}
