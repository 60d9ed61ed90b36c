import type { Journal } from "@tandem/journal";
import type { Publisher } from "../publisher/publisher.ts";
import type { SipEdge, SipFigures } from "../sip/sip-edge.ts";
import type { Counters } from "../telemetry/counters.ts";

/** What `/health/ready` says: the verdict first, then what it was made of. */
export interface ReadinessReport extends SipFigures {
  readonly status: "ok" | "unavailable";
  /** Why new calls are refused; absent where they are taken. */
  readonly reason?: string;
  readonly journal: {
    readonly status: string;
    readonly reason?: string;
    readonly usedBytes: number;
    readonly maxBytes: number;
    readonly lastCommitMs: number;
    readonly pendingRecords: number;
  };
  /** Absent where no broker is configured. */
  readonly kafka?: { readonly state: string; readonly backlog: number };
  /** By name, then label values with a blank between them. */
  readonly counters: Record<string, Record<string, number>>;
}

/** Gathers the report from the parts it speaks of. */
export class Readiness {
  readonly #sip: SipEdge;
  readonly #journal: Journal;
  readonly #publisher: Publisher | undefined;
  readonly #counters: Counters;

  constructor(sip: SipEdge, journal: Journal, publisher: Publisher | undefined, counters: Counters) {
    this.#sip = sip;
    this.#journal = journal;
    this.#publisher = publisher;
    this.#counters = counters;
  }

  report(): ReadinessReport {
    const { unavailable } = this.#sip;
    const kafka = this.#publisher?.status;
    return {
      status: unavailable === undefined ? "ok" : "unavailable",
      ...(unavailable === undefined ? {} : { reason: unavailable }),
      ...this.#sip.figures,
      journal: this.#journal.health,
      ...(kafka === undefined ? {} : { kafka: { state: kafka.state, backlog: kafka.backlog } }),
      counters: this.#counters.snapshot(),
    };
  }
}
