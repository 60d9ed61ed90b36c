import { causeIndicatorsOf, type CauseIndicators } from "@tandem/isup";
import { BEYOND_INTERWORKING, RFC3398, type CauseProfile } from "./cause-profiles.ts";
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
const NORMAL_CLEARING = 16;
const CAUSE_MAX = 127;

/** RFC 3398 §7.2.4.1: the response for a REL that came before the final one. */
export function statusFromCause(cause: CauseIndicators, profile: CauseProfile = RFC3398): StatusDecision {
  const { causeValue, locationValue, codingStandardValue } = cause;
  const found = profile.statusFromCause.find(
    (row) =>
      row.cause === causeValue &&
      (row.location ?? locationValue) === locationValue &&
      (row.codingStandard ?? codingStandardValue) === codingStandardValue,
  );
  const {
    status,
    source,
    label = found === undefined ? "default" : String(causeValue),
  } = found ?? profile.statusDefault;
  return { status, row: `${source}: ${label} → ${status}` };
}

/** RFC 3398 §8.2.6.1: the REL for a final response; 6xx come from the user. `warnings`: codes of its Warning fields. */
export function causeFromStatus(
  status: number,
  warnings: readonly number[] = [],
  profile: CauseProfile = RFC3398,
): CauseDecision {
  const found = profile.causeFromStatus.find(
    (row) =>
      row.status === status &&
      (row.warnings === undefined || warnings.some((code) => row.warnings?.has(code) === true)),
  );
  const {
    cause,
    source,
    label = found === undefined ? "default" : String(status),
  } = found ?? profile.causeDefault;
  const location = status >= 600 ? profile.locationOf6xx : BEYOND_INTERWORKING;
  return {
    cause: causeIndicatorsOf(cause, location),
    mapping: "derived",
    row: `${source}: ${label} → ${cause}`,
  };
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
