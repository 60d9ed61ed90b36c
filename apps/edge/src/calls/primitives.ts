import type { Cause, Isup, PartyNumber, Redirection } from "@tandem/call-events";

/**
 * What a leg tells the call and the call tells a leg. Neither SIP status codes nor ISUP decide anything here: a
 * cause and an ISUP message ride along, opaque to the call.
 */

/** Set-up as any signalling can say it. */
export interface Setup {
  readonly called: PartyNumber;
  readonly calling: PartyNumber;
  readonly originalCalled: PartyNumber | undefined;
  readonly redirecting: readonly Redirection[];
  /** Calling party's category, in the words of Q.763 (12/1999) §3.11. */
  readonly category: string;
  /** Exchanges the call may still pass, 0 to 31; undefined where the signalling does not say it. */
  readonly hopCounter: number | undefined;
  readonly isup: Isup | undefined;
}

/** What the network or we give as the reason of an end, in every notation that is known. */
export type ReleaseCause = Cause;

/** What a call asks of a leg. Acts that show a decision to the peer wait for the journal (the barrier). */
export type LegAct =
  /** Say that the called party is being alerted. */
  | { readonly type: "alert" }
  /** Say that the call goes on, with media before the answer. */
  | { readonly type: "progress" }
  /** Connect: the answer is on disk before it leaves. */
  | { readonly type: "answer" }
  /** Turn the set-up down. */
  | { readonly type: "refuse"; readonly cause: ReleaseCause }
  /** End the connected leg from our side. */
  | { readonly type: "release"; readonly cause: ReleaseCause }
  /** Acknowledge the peer's own release. */
  | { readonly type: "confirmRelease" }
  /** Acknowledge an ISUP message that came on its own. */
  | { readonly type: "confirmInformation" };

/** Longest wait for the commit; after it the act leaves, or, for an answer, is taken back. */
export const ANSWER_BUDGET_MS = 1_000;
/** Below T1, so that a release is confirmed before the peer repeats it. */
export const RELEASE_BUDGET_MS = 400;

/** Whether an act must not leave before the events it shows are on disk, and how long it may wait. */
export function budgetOf(act: LegAct): number | undefined {
  switch (act.type) {
    case "alert":
    case "progress":
      return undefined;
    case "answer":
      return ANSWER_BUDGET_MS;
    case "refuse":
    case "release":
    case "confirmRelease":
    case "confirmInformation":
      return RELEASE_BUDGET_MS;
  }
}
