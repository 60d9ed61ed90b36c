import { causeIndicatorsOf, type CauseIndicators } from "@tandem/isup";
import {
  BEARER_WARNINGS,
  CAUSE_FROM_STATUS,
  CAUSE_FROM_STATUS_DEFAULT,
  CAUSES_WITHOUT_STATUS,
  STATUS_FROM_ANSI_CAUSE,
  STATUS_FROM_CAUSE,
  STATUS_FROM_CAUSE_DEFAULT,
  STATUSES_WITHOUT_CAUSE,
} from "./cause-tables.ts";
import { parseReason, type Reason } from "./reason.ts";

/** A status and the row of the table that gave it. */
export interface StatusDecision {
  readonly status: number;
  readonly row: string;
}

/** A cause, where it came from, and the rule that chose it. */
export interface CauseDecision {
  readonly cause: CauseIndicators;
  readonly mapping: "received" | "derived";
  readonly row: string;
}

/** Location user. */
const USER = 0;
/** Network beyond interworking point: what a gateway says of SIP (RFC 3398 §8.2.6.1 leaves the network's code open). */
const BEYOND_INTERWORKING = 10;
const NORMAL_CLEARING = 16;
const BEARER_NOT_IMPLEMENTED = 65;
/** Coding standard national: ANSI T1.113 uses it. */
const NATIONAL = 2;
const CAUSE_MAX = 127;

/** RFC 3398 §7.2.4.1: the response for a REL that came before the final one. */
export function statusFromCause(cause: CauseIndicators): StatusDecision {
  const { causeValue, locationValue, codingStandardValue } = cause;
  const ansi = codingStandardValue === NATIONAL ? STATUS_FROM_ANSI_CAUSE[causeValue] : undefined;
  if (ansi !== undefined) return { status: ansi, row: `T1.113, national coding: ${causeValue} → ${ansi}` };
  // The clause lets "user" become the 6xx and gives 21 as its example.
  if (causeValue === 21 && locationValue === USER)
    return { status: 603, row: "RFC 3398 §7.2.4.1: 21, location user → 603" };
  const status = STATUS_FROM_CAUSE[causeValue];
  if (status !== undefined) return { status, row: `RFC 3398 §7.2.4.1: ${causeValue} → ${status}` };
  const which = CAUSES_WITHOUT_STATUS.has(causeValue) ? `${causeValue} has no status, default` : "default";
  const row = `RFC 3398 §7.2.4.1: ${which} → ${STATUS_FROM_CAUSE_DEFAULT}`;
  return { status: STATUS_FROM_CAUSE_DEFAULT, row };
}

/** RFC 3398 §8.2.6.1: the REL for a final response; 6xx come from the user. `warnings`: codes of its Warning fields. */
export function causeFromStatus(status: number, warnings: readonly number[] = []): CauseDecision {
  const location = status >= 600 ? USER : BEYOND_INTERWORKING;
  const decision = (value: number, from: string): CauseDecision => ({
    cause: causeIndicatorsOf(value, location),
    mapping: "derived",
    row: `RFC 3398 §8.2.6.1: ${from} → ${value}`,
  });
  if ((status === 488 || status === 606) && warnings.some((code) => BEARER_WARNINGS.has(code)))
    return decision(BEARER_NOT_IMPLEMENTED, `${status}, Warning`);
  const value = CAUSE_FROM_STATUS[status];
  if (value !== undefined) return decision(value, String(status));
  const from = STATUSES_WITHOUT_CAUSE.has(status) ? `${status} has no cause, default` : "default";
  return decision(CAUSE_FROM_STATUS_DEFAULT, from);
}

/** The Q.850 value among the values of Reason header fields; a broken one is passed over. */
export function q850Reason(values: readonly string[]): Reason | undefined {
  for (const value of values) {
    const reason = parseReason(value);
    if (reason?.protocol.toUpperCase() !== "Q.850" || reason.cause === undefined) continue;
    if (reason.cause >= 1 && reason.cause <= CAUSE_MAX) return reason;
  }
  return undefined;
}

interface CauseSources {
  /** Values of the Reason header fields, one each. */
  readonly reasons: readonly string[];
  /** Cause indicators of an encapsulated REL. */
  readonly rel: CauseIndicators | undefined;
}

/** Cause of a BYE or CANCEL: Reason, then the encapsulated REL, then 16 (RFC 3398 §7.2.3). */
export function causeOfRequest({ reasons, rel }: CauseSources): CauseDecision {
  const reason = q850Reason(reasons);
  if (reason?.cause !== undefined) return received(reason, rel, "RFC 3398 §7.2.3: Reason");
  if (hasCause(rel)) return { cause: rel, mapping: "received", row: "RFC 3398 §7.2.3: encapsulated REL" };
  const cause = causeIndicatorsOf(NORMAL_CLEARING, USER);
  return { cause, mapping: "derived", row: "RFC 3398 §7.2.3: default 16" };
}

/** Cause of a final response: the encapsulated REL, then Reason, then the status (RFC 3398 §8.2.6.1). */
export function causeOfResponse(status: number, { reasons, rel }: CauseSources): CauseDecision {
  if (hasCause(rel)) return { cause: rel, mapping: "received", row: "RFC 3398 §8.2.6.1: encapsulated REL" };
  const reason = q850Reason(reasons);
  if (reason?.cause !== undefined) return received(reason, rel, "RFC 3398 §8.2.6.1: Reason");
  return causeFromStatus(status);
}

/** 0 is no cause: what a REL with cut cause indicators reads as. */
function hasCause(rel: CauseIndicators | undefined): rel is CauseIndicators {
  return rel !== undefined && rel.causeValue !== 0;
}

function received(reason: Reason, rel: CauseIndicators | undefined, row: string): CauseDecision {
  // Reason has no place for a location before RFC 8606: the REL's own is nearer to the truth than a default.
  const location = reason.location ?? rel?.locationValue ?? USER;
  return { cause: causeIndicatorsOf(reason.cause ?? NORMAL_CLEARING, location), mapping: "received", row };
}
