import { randomUUID } from "node:crypto";
import {
  gatewayEventRecord,
  partitionOf,
  type EventData,
  type EventSource,
  type EventType,
} from "@tandem/call-events";
import type { Journal } from "@tandem/journal";

/** Events of the gateway itself, through the same journal as those of calls. */
export class GatewayEvents {
  readonly #source: EventSource;
  readonly #partition: number;
  readonly #journal: Journal;
  readonly #epochMs: () => number;

  constructor(source: EventSource, partitions: number, journal: Journal, epochMs: () => number) {
    this.#source = source;
    this.#partition = partitionOf(source.node, partitions);
    this.#journal = journal;
    this.#epochMs = epochMs;
  }

  /** False where the journal takes nothing any more. */
  write<T extends EventType>(type: T, data: EventData[T]): boolean {
    const parts = { type, id: `${this.#source.node}/${randomUUID()}`, at: this.#epochMs(), data };
    try {
      this.#journal.append({ records: [gatewayEventRecord(this.#source, parts, this.#partition)] });
      return true;
    } catch {
      // A failed journal has said so in the log and in /health; there is nowhere else to put an event.
      return false;
    }
  }
}
