import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { JournalError, messageOf } from "./errors.ts";
import type { FromWriter, ToWriter, WriterOptions } from "./messages.ts";
import { JournalStore } from "./store.ts";
import type { Trimmer } from "./trim.ts";
import { DeliveredTrimmer, EndedTrimmer } from "./trim.ts";

/** The log is copied into the database after so many octets: often enough to stay small, seldom enough to stay cheap. */
const CHECKPOINT_BYTES_MAX = 8 * 1024 * 1024;
const CHECKPOINT_BYTES_MIN = 256 * 1024;
const CHECKPOINT_SHARE = 1 / 32;

/** Whole pages are logged: about so much beyond the records themselves in each commit. */
const COMMIT_OVERHEAD_BYTES = 20 * 1024;

/** The log may be this many times as long as meant before readers are waited for, shortly. */
const LOG_OVERRUN = 3;

/** What one trim step logs, about. */
const TRIM_LOG_BYTES = 256 * 1024;

/** How often space, age and idleness are looked at. */
const TICK_MS = 1000;

/** Without a group for so long, the log's space is given back. */
const IDLE_MS = 5000;

/** `deliveredTo` is a lower bound kept for the case that the broker forgets: it may lag by this much. */
const DELIVERED_PERSIST_MS = 1000;

/** Below this the disk is taken for full: room for the calls in progress to end. */
const DISK_FREE_BYTES_MIN = 64 * 1024 * 1024;

/** A full journal takes calls again at this share of its limit. */
const FULL_RELEASE_SHARE = 7 / 8;

/** The writer thread: one group after the other; checkpoints and trims between groups. */
class Writer {
  readonly #port: MessagePort;
  readonly #options: WriterOptions;
  readonly #store: JournalStore;
  readonly #trimmer: Trimmer;
  readonly #checkpointBytes: number;
  readonly #tick: NodeJS.Timeout;
  #deliveredTo: number;
  #deliveredPersisted: number;
  #deliveredPersistedAt = 0;
  #bytesSinceCheckpoint = 0;
  #bytesSinceMeasure = 0;
  #usedBytes: number;
  #isFull = false;
  #isLogEmpty = false;
  #lastGroupAt = 0;
  #isMaintenanceDue = false;
  #isEnded = false;

  constructor(port: MessagePort, options: WriterOptions) {
    this.#port = port;
    this.#options = options;
    this.#store = JournalStore.open(options.directory, options.bootId);
    this.#trimmer =
      options.delivery === "broker"
        ? new DeliveredTrimmer(this.#store, options.maxBytes, options.keepDeliveredMs)
        : new EndedTrimmer(this.#store, options.maxBytes);
    this.#checkpointBytes = Math.min(
      CHECKPOINT_BYTES_MAX,
      Math.max(CHECKPOINT_BYTES_MIN, options.maxBytes * CHECKPOINT_SHARE),
    );
    this.#deliveredTo = this.#store.deliveredTo;
    this.#deliveredPersisted = this.#deliveredTo;
    this.#usedBytes = this.#store.usedBytes();
    this.#isFull = this.#isShort();
    this.#tick = setInterval(() => {
      this.#guarded(() => {
        this.#onTick();
      });
    }, TICK_MS);
    this.#post({
      kind: "opened",
      journalId: this.#store.journalId,
      appendedTo: this.#store.appendedTo,
      deliveredTo: this.#deliveredTo,
      openStates: this.#store.openStates,
      usedBytes: this.#usedBytes,
      isFull: this.#isFull,
    });
  }

  receive(message: ToWriter): void {
    if (this.#isEnded) return;
    this.#guarded(() => {
      switch (message.kind) {
        case "group":
          this.#deliveredTo = message.deliveredTo;
          this.#commitGroup(message);
          break;
        case "delivered":
          this.#deliveredTo = message.deliveredTo;
          this.#scheduleMaintenance();
          break;
        case "close":
          this.#close();
          break;
      }
    });
  }

  #commitGroup({ group, lastPosition }: Extract<ToWriter, { kind: "group" }>): void {
    const started = performance.now();
    const delivered = this.#deliveredDue();
    this.#store.commitGroup(group, lastPosition, delivered);
    this.#post({ kind: "committed", lastPosition, commitMs: performance.now() - started });
    this.#lastGroupAt = started;
    this.#isLogEmpty = false;
    const bytes = group.octets.byteLength + COMMIT_OVERHEAD_BYTES;
    this.#bytesSinceCheckpoint += bytes;
    this.#bytesSinceMeasure += bytes;
    if (this.#bytesSinceMeasure >= this.#checkpointBytes / 4) this.#scheduleMaintenance();
  }

  #deliveredDue(): number | undefined {
    const now = performance.now();
    if (this.#deliveredTo === this.#deliveredPersisted) return undefined;
    if (now - this.#deliveredPersistedAt < DELIVERED_PERSIST_MS) return undefined;
    this.#deliveredPersisted = this.#deliveredTo;
    this.#deliveredPersistedAt = now;
    return this.#deliveredTo;
  }

  /** In a turn of its own: a group that has arrived meanwhile goes first. */
  #scheduleMaintenance(): void {
    if (this.#isMaintenanceDue) return;
    this.#isMaintenanceDue = true;
    setImmediate(() => {
      this.#isMaintenanceDue = false;
      if (!this.#isEnded)
        this.#guarded(() => {
          this.#maintain();
        });
    });
  }

  #maintain(): void {
    if (this.#bytesSinceCheckpoint >= this.#checkpointBytes) {
      this.#bytesSinceCheckpoint = 0;
      // Longer only after a reader was in the way of several checkpoints.
      if (this.#store.logBytes() > this.#checkpointBytes * LOG_OVERRUN) this.#store.truncateLog();
      else this.#store.checkpoint();
    }
    this.#measure();
    if (this.#trimmer.step(this.#usedBytes, this.#deliveredTo, Date.now())) {
      this.#bytesSinceCheckpoint += TRIM_LOG_BYTES;
      this.#isLogEmpty = false;
      this.#scheduleMaintenance();
    }
  }

  #onTick(): void {
    const delivered = this.#deliveredDue();
    if (delivered !== undefined) this.#store.setDelivered(delivered);
    if (!this.#isLogEmpty && performance.now() - this.#lastGroupAt >= IDLE_MS) {
      this.#isLogEmpty = this.#store.truncateLog();
      this.#bytesSinceCheckpoint = 0;
    }
    this.#scheduleMaintenance();
  }

  #measure(): void {
    this.#bytesSinceMeasure = 0;
    const usedBytes = this.#store.usedBytes();
    const wasFull = this.#isFull;
    const didChange = usedBytes !== this.#usedBytes;
    this.#usedBytes = usedBytes;
    this.#isFull = this.#isShort();
    if (didChange || wasFull !== this.#isFull) {
      this.#post({ kind: "space", usedBytes, isFull: this.#isFull });
    }
  }

  #isShort(): boolean {
    if (this.#store.diskFreeBytes() < DISK_FREE_BYTES_MIN) return true;
    // Without a broker the oldest ended calls make room, so the limit alone never stops new ones.
    if (this.#options.delivery === "none") return false;
    const limit = this.#options.maxBytes * (this.#isFull ? FULL_RELEASE_SHARE : 1);
    return this.#usedBytes > limit;
  }

  #close(): void {
    clearInterval(this.#tick);
    if (this.#deliveredTo !== this.#deliveredPersisted) this.#store.setDelivered(this.#deliveredTo);
    this.#store.close();
    this.#isEnded = true;
    this.#post({ kind: "closed" });
    this.#port.close();
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#isEnded = true;
      clearInterval(this.#tick);
      this.#post({ kind: "failed", code: "failed", message: messageOf(error) });
      this.#port.close();
    }
  }

  #post(message: FromWriter): void {
    this.#port.postMessage(message);
  }
}

if (parentPort !== null) {
  const port = parentPort;
  try {
    const writer = new Writer(port, workerData as WriterOptions);
    port.on("message", (message: ToWriter) => {
      writer.receive(message);
    });
  } catch (error) {
    const code = error instanceof JournalError ? error.code : "unusable";
    port.postMessage({ kind: "failed", code, message: messageOf(error) } satisfies FromWriter);
    port.close();
  }
}
