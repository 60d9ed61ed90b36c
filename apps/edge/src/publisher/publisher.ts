import { Worker } from "node:worker_threads";
import { describeFault } from "./faults.ts";
import type {
  FromWorker,
  PublisherEvent,
  PublisherSettings,
  PublisherState,
  ToWorker,
  WorkerStart,
} from "./messages.ts";
import { CommitSignal } from "./signal.ts";

export interface PublisherStatus {
  readonly state: PublisherState;
  /** Everything up to here is in Kafka. */
  readonly deliveredTo: number;
  /** Records on disk that are not yet in Kafka. */
  readonly backlog: number;
  readonly lastError?: string;
}

/** How far a journal is on disk, and how far it knows itself to be in Kafka. */
export interface JournalMarks {
  readonly committedTo: number;
  readonly deliveredTo: number;
}

/** One line per change of state, none per attempt. */
export type PublisherLog = (
  level: "info" | "warn" | "error" | "debug",
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** Beyond the time to flush: for the transaction in progress and for saying goodbye. */
const CLOSE_GRACE_MS = 4_000;

/** A thread that died is started again after this time: it may die of the same once more. */
const RESTART_MS = 1_000;

const THREAD = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

/**
 * The main thread's handle on the thread that carries the journal to Kafka. Nothing here waits for Kafka. Once
 * `fenced` it stays so: another process publishes for this node.
 */
export class Publisher {
  readonly #settings: PublisherSettings;
  readonly #log: PublisherLog;
  readonly #thread: URL;
  readonly #signal = new CommitSignal();
  readonly #deliveredListeners: ((position: number) => void)[] = [];
  readonly #eventListeners: ((event: PublisherEvent) => void)[] = [];
  #worker: Worker | undefined;
  #restart: NodeJS.Timeout | undefined;
  #hasClaimed = false;
  #isClosing = false;
  #state: PublisherState = "starting";
  #committedTo = 0;
  #deliveredTo = 0;
  #lastError: string | undefined;

  /** `thread`: the program that delivers. */
  constructor(settings: PublisherSettings, log: PublisherLog, thread: URL = THREAD) {
    this.#settings = settings;
    this.#log = log;
    this.#thread = thread;
  }

  get status(): PublisherStatus {
    return {
      state: this.#state,
      deliveredTo: this.#deliveredTo,
      backlog: Math.max(0, this.#committedTo - this.#deliveredTo),
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  /** Starts the thread, from where the journal stands; Kafka may come later. */
  start({ committedTo, deliveredTo }: JournalMarks): void {
    this.#deliveredTo = deliveredTo;
    this.notifyCommitted(committedTo);
    this.#startThread();
  }

  /** Records up to this position may be published. Cheap enough for every commit. */
  notifyCommitted(position: number): void {
    this.#committedTo = position;
    if (this.#signal.raise(position)) this.#post({ kind: "wake" });
  }

  /** Called after each transaction with the position now in Kafka. */
  onDelivered(listener: (position: number) => void): void {
    this.#deliveredListeners.push(listener);
  }

  onEvent(listener: (event: PublisherEvent) => void): void {
    this.#eventListeners.push(listener);
  }

  /** Delivers what is committed, for at most `flushMs`, and ends the thread. What is left goes out after the next start. */
  async close({ flushMs }: { readonly flushMs: number }): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) {
      if (this.#state !== "fenced") this.#state = "closed";
      return;
    }
    const ended = new Promise<void>((resolve) =>
      worker.once("exit", () => {
        resolve();
      }),
    );
    const late = setTimeout(() => void worker.terminate(), flushMs + CLOSE_GRACE_MS);
    this.#post({ kind: "close", flushMs });
    await ended;
    clearTimeout(late);
  }

  #startThread(): void {
    const workerData: WorkerStart = {
      settings: this.#settings,
      hasClaimed: this.#hasClaimed,
      signal: this.#signal.buffer,
    };
    const worker = new Worker(this.#thread, { workerData, name: "publisher" });
    worker.on("message", (message: FromWorker) => {
      this.#receive(message);
    });
    worker.on("error", (error) => {
      this.#lastError = describeFault(error);
    });
    worker.on("exit", () => {
      this.#worker = undefined;
      this.#onThreadEnd();
    });
    this.#worker = worker;
  }

  #onThreadEnd(): void {
    if (this.#state === "fenced") return;
    if (this.#isClosing || this.#state === "closed") {
      this.#state = "closed";
      return;
    }
    this.#state = "unreachable";
    this.#log("error", "publisher thread ended, it is started again", { error: this.#lastError });
    this.#restart = setTimeout(() => {
      this.#startThread();
    }, RESTART_MS);
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "delivered":
        this.#hasClaimed = true;
        this.#deliveredTo = message.position;
        for (const listener of this.#deliveredListeners) listener(message.position);
        break;
      case "event":
        this.#log("warn", message.event.type, message.event);
        for (const listener of this.#eventListeners) listener(message.event);
        break;
      case "fault":
        this.#lastError = message.error;
        this.#log("debug", "kafka client", { error: message.error });
        break;
      case "state":
        this.#changeState(message.state, message.error);
        break;
    }
  }

  #changeState(state: PublisherState, error: string | undefined): void {
    if (error !== undefined) this.#lastError = error;
    else if (state === "delivering") this.#lastError = undefined;
    if (state === this.#state) return;
    this.#state = state;
    const { brokers, node } = this.#settings;
    const fields = { brokers, backlog: this.status.backlog, ...(error !== undefined && { error }) };
    switch (state) {
      case "delivering":
        this.#log("info", "kafka: delivering", fields);
        break;
      case "unreachable":
        this.#log("warn", "kafka: not reachable, the journal keeps the events", fields);
        break;
      case "fenced":
        this.#log("error", `kafka: another process publishes for node ${node}; this one stops`, fields);
        break;
      case "starting":
      case "closed":
        break;
    }
  }
}
