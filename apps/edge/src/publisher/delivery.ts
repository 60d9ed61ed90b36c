import { JournalReader } from "@tandem/journal";
import { BackOff } from "./back-off.ts";
import type { Batch, BatchLimits } from "./batch.ts";
import {
  BATCH_RECORDS_MAX,
  FULL_BATCH,
  largerLimits,
  PARTITION_BYTES_MAX,
  smallerLimits,
  takeBatch,
} from "./batch.ts";
import { describeFault, isBrokerAnswer, isFencing, refusalOf } from "./faults.ts";
import type { FromWorker, PublisherSettings } from "./messages.ts";
import { omittedRecord } from "./omitted.ts";
import type { Resume } from "./resume.ts";
import { progressMetadata, resumeFrom } from "./resume.ts";
import { KafkaSession } from "./session.ts";
import type { CommitSignal } from "./signal.ts";

/*
 * A transaction costs 1 to 2 ms of CPU whatever it holds: when there is always something to send they do not
 * follow closer than this, and less closely where a batch is well filled.
 */
const TRANSACTION_INTERVAL_MS = 20;
const LOADED_INTERVAL_MS = 40;
const LOADED_RECORDS = 60;

/** Keeps the transactional id and the group's offset from expiring on the broker (7 days by default). */
const HEARTBEAT_MS = 60 * 60 * 1000;

/** A twin that took our transactional id commits its claim within this time. */
const CLAIM_WAIT_MS = 2_000;

/** How long after the start an answer of a broker that is not ready yet is no news. */
const STARTUP_MS = 10_000;

/** What a page holds at most: a few full partitions. */
const PAGE_BYTES_MAX = 4 * PARTITION_BYTES_MAX;

/** How a session ended without a fault; `again`: it was refused a batch, and the next one sends another. */
type Ending = "closing" | "fenced" | "again";

/**
 * Carries the journal to Kafka: one transaction after the other, one session after the other. Whatever goes
 * wrong ends the session; the next one asks Kafka where to go on.
 */
export class Delivery {
  readonly #settings: PublisherSettings;
  readonly #signal: CommitSignal;
  readonly #report: (message: FromWorker) => void;
  readonly #metadata: string;
  readonly #heartbeatMs: number;
  readonly #startedAt = performance.now();
  readonly #backOff = new BackOff();
  /** Records that Kafka will never take, by position, with its answer. */
  readonly #omitted = new Map<number, string>();
  #reader: JournalReader | undefined;
  #hasClaimed: boolean;
  #position = 0;
  #limits: BatchLimits = FULL_BATCH;
  #isDelivering = false;
  #lastStart = 0;
  #lastCount = 0;
  #flushDeadline: number | undefined;
  #wake: (() => void) | undefined;

  constructor(
    settings: PublisherSettings,
    hasClaimed: boolean,
    signal: CommitSignal,
    report: (message: FromWorker) => void,
  ) {
    this.#settings = settings;
    this.#hasClaimed = hasClaimed;
    this.#heartbeatMs = settings.heartbeatMs ?? HEARTBEAT_MS;
    this.#signal = signal;
    this.#report = report;
    this.#metadata = progressMetadata(settings.journalId, settings.boot);
  }

  /** Ends when closed or fenced. */
  async run(): Promise<void> {
    let ending: Ending = "again";
    while (ending === "again") {
      try {
        ending = await this.#runSession();
      } catch (error) {
        this.#reportUnreachable(error);
        const pauseMs = this.#backOff.next(Math.random());
        await this.#pause(isFencing(error) ? Math.max(pauseMs, CLAIM_WAIT_MS) : pauseMs);
        if (this.#isOverdue()) ending = "closing";
      }
    }
    this.#reader?.close();
    this.#report({ kind: "state", state: ending === "fenced" ? "fenced" : "closed" });
  }

  /** There is something new: records, or the wish to close. */
  wake(): void {
    this.#wake?.();
  }

  /** Ends when everything committed is delivered, at the latest after `flushMs`. */
  close(flushMs: number): void {
    this.#flushDeadline = performance.now() + flushMs;
    this.wake();
  }

  async #runSession(): Promise<Ending> {
    this.#reader ??= JournalReader.open(this.#settings.journalDirectory);
    const session = await KafkaSession.connect(this.#settings);
    try {
      if (!(await this.#resume(session, this.#reader))) return "fenced";
      return await this.#drain(session, this.#reader);
    } finally {
      await session.discard();
    }
  }

  /** Initialises, finds out where to go on and claims the node's offset; false when another process has it. */
  async #resume(session: KafkaSession, reader: JournalReader): Promise<boolean> {
    // Once claimed, look before initialising: that would end the twin that took over.
    let resume = await this.#whereToResume(session, reader);
    if (resume.kind === "resume") {
      await session.initialise();
      resume = await this.#whereToResume(session, reader);
    }
    if (resume.kind === "fenced") {
      const { journalId, boot } = resume;
      this.#report({ kind: "event", event: { type: "gateway.delivery.fenced", journalId, boot } });
      return false;
    }
    await session.commitPosition(resume.position, this.#metadata);
    this.#hasClaimed = true;
    this.#position = resume.position;
    this.#lastStart = performance.now();
    this.#report({ kind: "delivered", position: resume.position });
    if (resume.uncertain !== undefined) {
      this.#report({ kind: "event", event: { type: "gateway.delivery.uncertain", ...resume.uncertain } });
    }
    return true;
  }

  async #whereToResume(session: KafkaSession, reader: JournalReader): Promise<Resume> {
    const { journalId, boot } = this.#settings;
    const committed = await session.committedOffset();
    const deliveredTo = Math.max(this.#position, reader.deliveredTo);
    const appendedTo = Math.max(this.#signal.committedTo, reader.appendedTo);
    return resumeFrom({ journalId, boot, hasClaimed: this.#hasClaimed, deliveredTo, appendedTo }, committed);
  }

  /** Sends until closed. */
  async #drain(session: KafkaSession, reader: JournalReader): Promise<Ending> {
    while (!this.#isOverdue()) {
      const { committedTo } = this.#signal;
      if (committedTo <= this.#position) {
        this.#reportDelivering();
        if (this.#flushDeadline !== undefined) break;
        await this.#waitForRecords();
        await this.#heartbeat(session);
        continue;
      }
      await this.#pace(committedTo - this.#position);
      const batch = this.#nextBatch(reader);
      if (batch === undefined) {
        // Committed, yet no longer held: delivered and trimmed before Kafka's offset went back.
        this.#position = committedTo;
        continue;
      }
      this.#lastStart = performance.now();
      this.#lastCount = batch.records.length;
      if (!(await this.#send(session, batch))) return "again";
    }
    return "closing";
  }

  #nextBatch(reader: JournalReader): Batch | undefined {
    let page = reader.page(this.#position, this.#limits.records, PAGE_BYTES_MAX);
    if (this.#omitted.size > 0) {
      page = page.map((record) => {
        const reason = this.#omitted.get(record.position);
        return reason === undefined ? record : omittedRecord(record, reason, Date.now());
      });
    }
    return takeBatch(page, this.#limits);
  }

  /** Returns false when the batch itself was refused and the next one will be another. */
  async #send(session: KafkaSession, batch: Batch): Promise<boolean> {
    try {
      await session.commitBatch(batch, this.#metadata);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason !== undefined && this.#canAvoid(batch, reason)) return false;
      throw error;
    }
    this.#position = batch.lastPosition;
    this.#limits = largerLimits(this.#limits);
    for (const position of this.#omitted.keys())
      if (position <= this.#position) this.#omitted.delete(position);
    this.#reportDelivering();
    this.#report({ kind: "delivered", position: batch.lastPosition });
    return true;
  }

  /** A refused batch is tried again in parts, until the record that is the cause stands alone and is replaced. */
  #canAvoid(batch: Batch, reason: string): boolean {
    const [first] = batch.records;
    if (first === undefined || batch.records.length > 1) {
      this.#limits = smallerLimits(batch);
      return true;
    }
    const { position, key, sequence } = first;
    if (this.#omitted.has(position)) return false;
    this.#omitted.set(position, reason);
    this.#limits = FULL_BATCH;
    this.#report({
      kind: "event",
      event: { type: "gateway.delivery.omitted", position, key, sequence, reason },
    });
    return true;
  }

  /** Not before something worked, or a session that is refused at once would look like a change each time. */
  #reportDelivering(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    this.#backOff.reset();
    this.#report({ kind: "state", state: "delivering" });
  }

  #reportUnreachable(error: unknown): void {
    // A broker that has just come up answers, but its coordinators are not ready for some seconds.
    const isStarting = performance.now() - this.#startedAt < STARTUP_MS && isBrokerAnswer(error);
    if (isStarting && !this.#isDelivering) return;
    this.#isDelivering = false;
    this.#report({ kind: "state", state: "unreachable", error: describeFault(error) });
  }

  async #heartbeat(session: KafkaSession): Promise<void> {
    if (performance.now() - this.#lastStart < this.#heartbeatMs) return;
    this.#lastStart = performance.now();
    await session.commitPosition(this.#position, this.#metadata);
  }

  async #pace(backlog: number): Promise<void> {
    if (backlog >= BATCH_RECORDS_MAX) return;
    const intervalMs = this.#lastCount >= LOADED_RECORDS ? LOADED_INTERVAL_MS : TRANSACTION_INTERVAL_MS;
    const waitMs = this.#lastStart + intervalMs - performance.now();
    if (waitMs > 0) await this.#pause(waitMs);
  }

  async #waitForRecords(): Promise<void> {
    this.#signal.announceWait();
    if (this.#signal.committedTo <= this.#position) {
      await this.#pause(this.#lastStart + this.#heartbeatMs - performance.now());
    }
    this.#signal.withdrawWait();
  }

  #isOverdue(): boolean {
    return this.#flushDeadline !== undefined && performance.now() >= this.#flushDeadline;
  }

  /** Ends early when woken. */
  async #pause(ms: number): Promise<void> {
    const untilFlushed = (this.#flushDeadline ?? Infinity) - performance.now();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, Math.min(ms, untilFlushed)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
