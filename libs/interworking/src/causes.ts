import { causeIndicatorsOf, type CauseIndicators } from "@tandem/isup";
import {
  BEYOND_INTERWORKING,
  RFC3398,
  type CauseProfile,
  type CauseSource,
  type SourceOrder,
} from "./cause-profiles.ts";
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
const CAUSE_MAX = 127;

/**
 * The response for a REL that came before the final one (RFC 3398 §7.2.4.1). `hasNewNumber`: the caller can be told the
 * number that a cause 22 carries.
 */
export function statusFromCause(
  cause: CauseIndicators,
  profile: CauseProfile = RFC3398,
  hasNewNumber = false,
): StatusDecision {
  const { causeValue, locationValue, codingStandardValue } = cause;
  const found = profile.statusFromCause.find(
    (row) =>
      row.cause === causeValue &&
      (row.location ?? locationValue) === locationValue &&
      (row.codingStandard ?? codingStandardValue) === codingStandardValue &&
      (row.hasNewNumber === undefined || hasNewNumber),
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

/**
 * Where Reason header fields stand beside an encapsulated REL: as the profile's clauses have it, always `first`, always
 * `after-rel`, or not asked at all (`ignore`).
 */
export type ReasonRule = "by-clause" | "first" | "after-rel" | "ignore";

/** How one trunk reads causes. */
export interface CauseRules {
  readonly profile: CauseProfile;
  readonly reason: ReasonRule;
}

export const RFC3398_RULES: CauseRules = { profile: RFC3398, reason: "by-clause" };

export interface CauseSources {
  /** Values of the Reason header fields, one each. */
  readonly reasons: readonly string[];
  /** Cause indicators of an encapsulated REL. */
  readonly rel: CauseIndicators | undefined;
}

/** Cause of a BYE or CANCEL: Reason, then the encapsulated REL, then 16 (RFC 3398 §7.2.3), unless `rules` say otherwise. */
export function causeOfRequest(
  sources: CauseSources,
  rules: CauseRules = RFC3398_RULES,
  method: "BYE" | "CANCEL" = "BYE",
): CauseDecision {
  const { orderInRequests, byeDefault, cancelDefault } = rules.profile;
  const given = causeIn(sources, orderInRequests, rules.reason);
  if (given !== undefined) return given;
  const { cause, source } = method === "CANCEL" ? cancelDefault : byeDefault;
  return { cause: causeIndicatorsOf(cause, USER), mapping: "derived", row: `${source}: default ${cause}` };
}

/**
 * Cause of a final response: the encapsulated REL, then Reason, then the status (RFC 3398 §8.2.6.1), unless `rules` say
 * otherwise. `warnings`: codes of its Warning fields.
 */
export function causeOfResponse(
  status: number,
  sources: CauseSources,
  rules: CauseRules = RFC3398_RULES,
  warnings: readonly number[] = [],
): CauseDecision {
  return (
    causeIn(sources, rules.profile.orderInResponses, rules.reason) ??
    causeFromStatus(status, warnings, rules.profile)
  );
}

/** Orders that a trunk sets against the clause. */
const SET_ORDERS: Readonly<Record<Exclude<ReasonRule, "by-clause">, readonly CauseSource[]>> = {
  first: ["Reason", "encapsulated REL"],
  "after-rel": ["encapsulated REL", "Reason"],
  ignore: ["encapsulated REL"],
};

function causeIn(
  { reasons, rel }: CauseSources,
  byClause: SourceOrder,
  rule: ReasonRule,
): CauseDecision | undefined {
  const { sources, source } =
    rule === "by-clause" ? byClause : { sources: SET_ORDERS[rule], source: `reason rule ${rule}` };
  for (const each of sources) {
    const cause = each === "Reason" ? causeOfReason(reasons, rel) : rel;
    // 0 is no cause: what a REL with cut cause indicators reads as.
    if (cause !== undefined && cause.causeValue !== 0)
      return { cause, mapping: "received", row: `${source}: ${each}` };
  }
  return undefined;
}

function causeOfReason(
  reasons: readonly string[],
  rel: CauseIndicators | undefined,
): CauseIndicators | undefined {
  const reason = q850Reason(reasons);
  if (reason?.cause === undefined) return undefined;
  // Reason has no place for a location before RFC 8606: the REL's own is nearer to the truth than a default.
  return causeIndicatorsOf(reason.cause, reason.location ?? rel?.locationValue ?? USER);
}
