import type { Ignored } from "../machine-step.ts";
import { T1, TIMEOUT } from "../transaction/timers.ts";

/**
 * Reliable provisional responses of one INVITE, server side (RFC 3262 §3).
 *
 * | state   | means                               | leaves by                                              |
 * | ------- | ----------------------------------- | ------------------------------------------------------ |
 * | idle    | none unacknowledged                 | send → waiting, final → closed                         |
 * | waiting | one is out, sent again until PRACK  | PRACK → idle, timer "give up" → closed, final → closed |
 * | closed  | the final response is given         |                                                        |
 */
export interface ReliableProvisional {
  readonly name: "idle" | "waiting" | "closed";
  /** RSeq of the last one; the first is drawn, each next is one more. */
  readonly rseq: number;
  readonly intervalMs: number;
}

export type ReliableProvisionalInput =
  "send" | "PRACK" | "PRACK of another" | "timer retransmit" | "timer give up" | "final";

export type ReliableProvisionalOutput =
  /** Send the response, with `state.rseq`, and again. */
  | "send"
  | "send again"
  /** Another is out: this one waits (§3: "MUST NOT send a second … until the first is acknowledged"). */
  | "queue"
  /** The PRACK is ours: 2xx; or of nothing we know: 481. */
  | "acknowledged"
  | "481"
  /** No PRACK in 64·T1: the INVITE is rejected (§3: "5xx"). */
  | "504"
  | { readonly start: "retransmit" | "give up"; readonly afterMs: number }
  | { readonly stop: "retransmit" | "give up" };

export interface ReliableProvisionalStep {
  readonly state: ReliableProvisional;
  readonly outputs: readonly ReliableProvisionalOutput[];
}

export const RELIABLE_PROVISIONAL_IGNORED: Ignored<ReliableProvisional["name"], ReliableProvisionalInput> = [
  [["idle", "closed"], ["timer retransmit", "timer give up"], "RFC 3262 §3: run until the PRACK"],
  [["closed"], ["send"], "RFC 3262 §3: none is sent after the final response"],
  [["closed"], ["final"], "RFC 3261 §17.2.1: there is one final response"],
];

/** §3: the first RSeq is between 1 and 2**31 - 1. */
export function startReliableProvisional(firstRseq: number): ReliableProvisional {
  return { name: "idle", rseq: firstRseq - 1, intervalMs: T1 };
}

const STOP: readonly ReliableProvisionalOutput[] = [{ stop: "retransmit" }, { stop: "give up" }];

export function stepReliableProvisional(
  state: ReliableProvisional,
  input: ReliableProvisionalInput,
): ReliableProvisionalStep {
  switch (state.name) {
    case "idle":
      if (input === "send") {
        const next: ReliableProvisional = { name: "waiting", rseq: state.rseq + 1, intervalMs: T1 };
        const timers = [
          { start: "retransmit", afterMs: T1 },
          { start: "give up", afterMs: TIMEOUT },
        ] as const;
        return { state: next, outputs: ["send", ...timers] };
      }
      if (input === "final") return { state: { ...state, name: "closed" }, outputs: [] };
      return { state, outputs: isPrack(input) ? ["481"] : [] };
    case "waiting":
      return waiting(state, input);
    case "closed":
      // §3: after the final response a PRACK for one that was out is still welcome; its retransmission has ended.
      if (input === "PRACK") return { state, outputs: ["acknowledged"] };
      return { state, outputs: input === "PRACK of another" ? ["481"] : [] };
  }
}

function waiting(state: ReliableProvisional, input: ReliableProvisionalInput): ReliableProvisionalStep {
  switch (input) {
    case "send":
      return { state, outputs: ["queue"] };
    case "PRACK":
      return { state: { ...state, name: "idle" }, outputs: [...STOP, "acknowledged"] };
    case "PRACK of another":
      return { state, outputs: ["481"] };
    case "timer retransmit": {
      // §3: the interval doubles, and is not capped by T2.
      const intervalMs = 2 * state.intervalMs;
      const again: ReliableProvisionalOutput = { start: "retransmit", afterMs: intervalMs };
      return { state: { ...state, intervalMs }, outputs: ["send again", again] };
    }
    case "timer give up":
      return { state: { ...state, name: "closed" }, outputs: [{ stop: "retransmit" }, "504"] };
    case "final":
      return { state: { ...state, name: "closed" }, outputs: STOP };
  }
}

function isPrack(input: ReliableProvisionalInput): boolean {
  return input === "PRACK" || input === "PRACK of another";
}

/** Client side, §4: of one dialog the first may have any RSeq, each next exactly one more; others are discarded. */
export function isNextReliable(last: number | undefined, rseq: number): boolean {
  return last === undefined || rseq === last + 1;
}
