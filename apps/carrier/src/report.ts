import { q850Cause } from "@tandem/isup";
import type { CauseDecision } from "@tandem/interworking";
import type { MediaCount } from "./rtp.ts";

/** How a call ended. */
export type Outcome =
  | { readonly type: "answered"; readonly releasedBy: "us" | "peer" }
  | { readonly type: "rejected"; readonly status: number; readonly phrase: string }
  | { readonly type: "cancelled" }
  | { readonly type: "failed"; readonly detail: string };

/** Detail of a call that was to end, and whose peer did not say in time that it has. */
export const GIVEN_UP = "ended without the peer's answer";

export interface CallReport {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly outcome: Outcome;
  readonly wentAsAsked: boolean;
  readonly cause: CauseDecision | undefined;
  /** Milliseconds from the INVITE. */
  readonly ringingMs: number | undefined;
  readonly answeredMs: number | undefined;
  readonly endedMs: number;
  readonly media: MediaCount | undefined;
}

/** JSON for programs: one object a call. */
export function reportJson(report: CallReport): string {
  const { cause, outcome, ...rest } = report;
  const { type, ...details } = outcome;
  return JSON.stringify({
    ...rest,
    outcome: type,
    ...details,
    ...(cause && {
      cause: {
        value: cause.cause.causeValue,
        text: cause.cause.cause,
        location: cause.cause.location,
        mapping: cause.mapping,
        row: cause.row,
      },
    }),
  });
}

/** The call in one line. */
export function reportLine({ outcome, answeredMs, endedMs, cause, media }: CallReport): string {
  const words = [outcomeWords(outcome, answeredMs, endedMs)];
  if (cause !== undefined) {
    const { causeValue } = cause.cause;
    words.push(`cause ${causeValue} ${q850Cause(causeValue).name} (${cause.row})`);
  }
  if (media !== undefined) words.push(`media: ${media.sent} sent, ${media.back} back`);
  return words.join("; ");
}

function outcomeWords(outcome: Outcome, answeredMs: number | undefined, endedMs: number): string {
  switch (outcome.type) {
    case "answered": {
      const answered = answeredMs ?? endedMs;
      const by = outcome.releasedBy === "us" ? "us" : "the peer";
      return `answered after ${seconds(answered)}, held ${seconds(endedMs - answered)}, released by ${by}`;
    }
    case "rejected":
      return `rejected: ${outcome.status} ${outcome.phrase}`;
    case "cancelled":
      return `cancelled after ${seconds(endedMs)}`;
    case "failed":
      return `failed: ${outcome.detail}`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
