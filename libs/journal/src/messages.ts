import type { PackedGroup } from "./group.ts";
import type { JournalErrorCode } from "./errors.ts";
import type { OpenState } from "./record.ts";

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly delivery: "none" | "broker";
  readonly keepDeliveredMs: number;
  readonly bootId: string;
}

/** Main thread to writer. A group without records is a probe: it shows whether the disk is quick again. */
export type ToWriter =
  | {
      readonly kind: "group";
      readonly group: PackedGroup;
      readonly lastPosition: number;
      readonly deliveredTo: number;
    }
  | { readonly kind: "delivered"; readonly deliveredTo: number }
  | { readonly kind: "close" };

/** Writer to main thread. */
export type FromWriter =
  | {
      readonly kind: "opened";
      readonly journalId: string;
      readonly appendedTo: number;
      readonly deliveredTo: number;
      readonly openStates: readonly OpenState[];
      readonly usedBytes: number;
      readonly isFull: boolean;
    }
  | { readonly kind: "committed"; readonly lastPosition: number; readonly commitMs: number }
  | { readonly kind: "space"; readonly usedBytes: number; readonly isFull: boolean }
  | { readonly kind: "failed"; readonly code: JournalErrorCode; readonly message: string }
  | { readonly kind: "closed" };
