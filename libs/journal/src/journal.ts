import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { JournalError, messageOf } from "./errors.ts";
import { GroupBuilder } from "./group.ts";
import { DirectoryLock } from "./lock.ts";
import type { FromWriter, ToWriter, WriterOptions } from "./messages.ts";
import type { JournalRecord, JournalStep, OpenState } from "./record.ts";
import { RECORD_BYTES_MAX, UTF8_BYTES_PER_UNIT_MAX } from "./record.ts";

export interface JournalOptions {
  readonly directory: string;
  /** Limit of the files together, write-ahead log included. */
  readonly maxBytes: number;
  /** `broker`: rows stay until `setDelivered` covers them. `none`: at the limit the oldest ended keys go. */
  readonly delivery: "none" | "broker";
  /** How long delivered rows stay readable here. Default one hour. */
  readonly keepDeliveredMs?: number;
}

export interface JournalHealth {
  /** `degraded`: take no new work; what is in progress may go on. `failed`: nothing is written any more. */
  readonly status: "ok" | "degraded" | "failed";
  readonly reason?: "slow" | "full" | "failed";
  readonly lastCommitMs: number;
  readonly pendingRecords: number;
  readonly usedBytes: number;
  readonly maxBytes: number;
}

/** Below this the write-ahead log alone would fill the limit. */
export const JOURNAL_BYTES_MIN = 4 * 1024 * 1024;

const KEEP_DELIVERED_MS = 60 * 60 * 1000;

/** A commit slower than this makes the journal degraded: the budget of an answer to a caller is near. */
export const SLOW_COMMIT_MS = 200;

/**
 * A commit costs 100 to 300 µs of CPU and more whatever it holds, so groups are not closer than this: the first step
 * after a pause goes at once, the more there was in the last group the more is gathered for the next.
 */
const GATHER: readonly { readonly fromRecords: number; readonly ms: number }[] = [
  { fromRecords: 24, ms: 16 },
  { fromRecords: 16, ms: 8 },
  { fromRecords: 0, ms: 4 },
];
const GATHER_MS_MAX = 16;

/** What may wait for the disk in memory; a caller that heeds `degraded` never comes near. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024;

/** How often a commit that does not return is looked at, and how many looks make it a slow one. */
const WATCH_MS = 100;
const SLOW_WATCHES = SLOW_COMMIT_MS / WATCH_MS + 1;

/**
 * A log of records and of the state of what is in progress, written in groups by a thread of its own. Open
 * one per directory; it ends with `close`. A step is safe when `onCommit` reports a position at or above
 * the one `append` returned.
 */
export class Journal {
  readonly journalId: string;
  /** New at each open. */
  readonly bootId: string;
  /** What was in progress when the last run ended. */
  readonly openStates: readonly OpenState[];
  readonly #maxBytes: number;
  readonly #worker: Worker;
  readonly #lock: DirectoryLock;
  readonly #watch: NodeJS.Timeout;
  readonly #commitListeners: ((committedTo: number) => void)[] = [];
  readonly #failureListeners: ((error: JournalError) => void)[] = [];
  readonly #healthListeners: ((health: JournalHealth) => void)[] = [];
  #group: GroupBuilder;
  #groupBytesExpected = 0;
  #appendedTo: number;
  #committedTo: number;
  #deliveredTo: number;
  #deliveredSent: number;
  #isInFlight = false;
  #isScheduled = false;
  #sentAt = -GATHER_MS_MAX;
  #sentRecords = 0;
  #watchesInFlight = 0;
  #lastCommitMs = 0;
  #usedBytes: number;
  #isFull: boolean;
  #failure: JournalError | undefined;
  #reported = "ok";
  #closing: Promise<void> | undefined;
  #isWriterDone = false;
  #groupsSent = 0;
  #groupsCommitted = 0;
  /** Who waits for so many groups to be on disk. */
  #flushes: { readonly groups: number; readonly resolve: () => void }[] = [];

  private constructor(
    options: { readonly maxBytes: number; readonly bootId: string },
    lock: DirectoryLock,
    worker: Worker,
    opened: Extract<FromWriter, { kind: "opened" }>,
  ) {
    this.journalId = opened.journalId;
    this.bootId = options.bootId;
    this.openStates = opened.openStates;
    this.#maxBytes = options.maxBytes;
    this.#lock = lock;
    this.#worker = worker;
    this.#appendedTo = opened.appendedTo;
    this.#committedTo = opened.appendedTo;
    this.#deliveredTo = opened.deliveredTo;
    this.#deliveredSent = opened.deliveredTo;
    this.#usedBytes = opened.usedBytes;
    this.#isFull = opened.isFull;
    this.#group = new GroupBuilder(0);
    worker.on("message", (message: FromWriter) => {
      this.#receive(message);
    });
    worker.on("error", (error) => {
      this.#fail(new JournalError("failed", `journal writer: ${messageOf(error)}`, { cause: error }));
    });
    worker.on("exit", () => {
      if (!this.#isWriterDone) this.#fail(new JournalError("failed", "journal writer ended"));
    });
    this.#watch = setInterval(() => {
      this.#onWatch();
    }, WATCH_MS);
    this.#watch.unref();
  }

  static async open(options: JournalOptions): Promise<Journal> {
    if (!Number.isSafeInteger(options.maxBytes) || options.maxBytes < JOURNAL_BYTES_MIN) {
      throw new JournalError("options", `maxBytes ${options.maxBytes}: at least ${JOURNAL_BYTES_MIN}`);
    }
    try {
      mkdirSync(options.directory, { recursive: true });
    } catch (error) {
      throw new JournalError("unusable", `${options.directory}: ${messageOf(error)}`, { cause: error });
    }
    const lock = DirectoryLock.acquire(options.directory);
    try {
      const bootId = randomUUID();
      const { directory, maxBytes, delivery, keepDeliveredMs = KEEP_DELIVERED_MS } = options;
      const { worker, opened } = await startWriter({
        directory,
        maxBytes,
        delivery,
        keepDeliveredMs,
        bootId,
      });
      return new Journal({ maxBytes, bootId }, lock, worker, opened);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The last position given away. */
  get appendedTo(): number {
    return this.#appendedTo;
  }

  /** Everything up to here is on disk. */
  get committedTo(): number {
    return this.#committedTo;
  }

  get deliveredTo(): number {
    return this.#deliveredTo;
  }

  get health(): JournalHealth {
    const figures = {
      lastCommitMs: this.#lastCommitMs,
      pendingRecords: this.#appendedTo - this.#committedTo,
      usedBytes: this.#usedBytes,
      maxBytes: this.#maxBytes,
    };
    if (this.#failure !== undefined) return { status: "failed", reason: "failed", ...figures };
    if (this.#isSlow) return { status: "degraded", reason: "slow", ...figures };
    if (this.#isFull) return { status: "degraded", reason: "full", ...figures };
    return { status: "ok", ...figures };
  }

  /**
   * Takes a step, whole or not at all, and returns the last position given to it. A step without records
   * takes no position; it is on disk no later than the next one that does.
   */
  append(step: JournalStep): number {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw new JournalError("closed", "the journal is closed");
    if (this.#group.bytes > PENDING_BYTES_MAX) {
      throw new JournalError("overloaded", `more than ${PENDING_BYTES_MAX} octets wait for the disk`);
    }
    for (const record of step.records) checkSize(record);
    const stateKey = step.state?.key;
    for (const record of step.records) this.#group.addRecord(record, record.key === stateKey);
    if (step.state !== undefined) this.#group.setState(step.state.key, step.state.state);
    this.#appendedTo += step.records.length;
    this.#schedule();
    return this.#appendedTo;
  }

  /** Called once per group, in order, with the last position now on disk. */
  onCommit(listener: (committedTo: number) => void): void {
    this.#commitListeners.push(listener);
  }

  /** Called once, when a commit failed: nothing above `committedTo` is known to be on disk. */
  onFailure(listener: (error: JournalError) => void): void {
    this.#failureListeners.push(listener);
  }

  /** Called when status or reason of `health` changes. */
  onHealth(listener: (health: JournalHealth) => void): void {
    this.#healthListeners.push(listener);
  }

  /** Everything up to `position` is where it was meant to go; kept on disk some time later. */
  setDelivered(position: number): void {
    this.#deliveredTo = Math.max(this.#deliveredTo, position);
  }

  /** Ends when everything appended so far is on disk, or will never be: `health` tells. */
  async flush(): Promise<void> {
    const groups = this.#groupsSent + (this.#group.isEmpty ? 0 : 1);
    if (this.#failure !== undefined || groups === this.#groupsCommitted) return;
    await new Promise<void>((resolve) => this.#flushes.push({ groups, resolve }));
  }

  /** Writes what is waiting, then lets the directory go. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.flush();
    clearInterval(this.#watch);
    if (this.#failure === undefined) {
      const ended = new Promise<void>((resolve) => this.#worker.once("exit", resolve));
      this.#isWriterDone = true;
      this.#sendDelivered();
      this.#post({ kind: "close" });
      await ended;
    } else {
      await this.#worker.terminate();
    }
    this.#lock.release();
  }

  get #isSlow(): boolean {
    return this.#lastCommitMs > SLOW_COMMIT_MS || this.#watchesInFlight >= SLOW_WATCHES;
  }

  #schedule(): void {
    if (this.#isInFlight || this.#isScheduled || this.#group.isEmpty) return;
    this.#isScheduled = true;
    const gatherMs = GATHER.find(({ fromRecords }) => this.#sentRecords >= fromRecords)?.ms ?? GATHER_MS_MAX;
    const waitMs = this.#sentAt + gatherMs - performance.now();
    const send = (): void => {
      this.#isScheduled = false;
      if (!this.#isInFlight && this.#failure === undefined) this.#send();
    };
    // Not at once: the steps of everything that arrived in this turn of the loop go together.
    if (waitMs <= 0 || this.#closing !== undefined) setImmediate(send);
    else setTimeout(send, waitMs);
  }

  #send(): void {
    const group = this.#group.pack();
    this.#groupBytesExpected = Math.max(group.octets.byteLength * 1.5, this.#groupBytesExpected / 2);
    this.#group = new GroupBuilder(Math.ceil(this.#groupBytesExpected));
    this.#isInFlight = true;
    this.#groupsSent += 1;
    this.#watchesInFlight = 0;
    this.#sentAt = performance.now();
    this.#sentRecords = group.recordCount;
    this.#deliveredSent = this.#deliveredTo;
    const { buffer } = group.octets;
    const message: ToWriter = {
      kind: "group",
      group,
      lastPosition: this.#appendedTo,
      deliveredTo: this.#deliveredTo,
    };
    this.#worker.postMessage(message, buffer instanceof ArrayBuffer ? [buffer] : []);
  }

  #sendDelivered(): void {
    if (this.#deliveredSent === this.#deliveredTo) return;
    this.#deliveredSent = this.#deliveredTo;
    this.#post({ kind: "delivered", deliveredTo: this.#deliveredTo });
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case "committed":
        this.#isInFlight = false;
        this.#watchesInFlight = 0;
        this.#lastCommitMs = message.commitMs;
        this.#committedTo = message.lastPosition;
        for (const listener of this.#commitListeners) listener(message.lastPosition);
        this.#reportHealth();
        this.#groupsCommitted += 1;
        this.#endFlushes(this.#groupsCommitted);
        this.#schedule();
        break;
      case "space":
        this.#usedBytes = message.usedBytes;
        this.#isFull = message.isFull;
        this.#reportHealth();
        break;
      case "failed":
        this.#fail(new JournalError("failed", `journal writer: ${message.message}`));
        break;
      case "opened":
      case "closed":
        break;
    }
  }

  #onWatch(): void {
    if (this.#failure !== undefined) return;
    if (this.#isInFlight) this.#watchesInFlight += 1;
    else if (this.#isScheduled) return;
    // With new work refused nothing would be committed that could show the disk to be quick again.
    else if (this.#lastCommitMs > SLOW_COMMIT_MS) this.#send();
    else this.#sendDelivered();
    this.#reportHealth();
  }

  #fail(error: JournalError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearInterval(this.#watch);
    this.#reportHealth();
    for (const listener of this.#failureListeners) listener(error);
    this.#endFlushes(Infinity);
  }

  #endFlushes(groups: number): void {
    if (this.#flushes.length === 0) return;
    const ended = this.#flushes.filter((flush) => flush.groups <= groups);
    this.#flushes = this.#flushes.filter((flush) => flush.groups > groups);
    for (const { resolve } of ended) resolve();
  }

  #reportHealth(): void {
    const { status, reason } = this.health;
    const claim = reason ?? status;
    if (claim === this.#reported) return;
    this.#reported = claim;
    const { health } = this;
    for (const listener of this.#healthListeners) listener(health);
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }
}

function checkSize({ key, headers, value }: JournalRecord): void {
  if ((key.length + headers.length + value.length) * UTF8_BYTES_PER_UNIT_MAX <= RECORD_BYTES_MAX) return;
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(headers) + Buffer.byteLength(value);
  if (bytes > RECORD_BYTES_MAX) {
    throw new JournalError("record-too-large", `record of ${bytes} octets, at most ${RECORD_BYTES_MAX}`);
  }
}

interface OpenedWriter {
  readonly worker: Worker;
  readonly opened: Extract<FromWriter, { kind: "opened" }>;
}

function startWriter(options: WriterOptions): Promise<OpenedWriter> {
  const file = import.meta.url.endsWith(".ts") ? "./writer.ts" : "./writer.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: options, name: "journal" });
  return new Promise((resolve, reject) => {
    const onError = (error: unknown): void => {
      reject(new JournalError("unusable", `${options.directory}: ${messageOf(error)}`, { cause: error }));
    };
    worker.once("error", onError);
    worker.once("message", (message: FromWriter) => {
      worker.off("error", onError);
      if (message.kind === "opened") resolve({ worker, opened: message });
      else {
        const isRefusal = message.kind === "failed";
        const text = isRefusal ? message.message : "unexpected answer of the writer";
        reject(new JournalError(isRefusal ? message.code : "unusable", `${options.directory}: ${text}`));
      }
    });
  });
}
