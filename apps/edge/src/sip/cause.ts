import type { Cause } from "@tandem/call-events";
import {
  causeFromStatus,
  causeOfRequest,
  statusFromCause,
  type CauseProfile,
  type CauseRules,
  type CollectionTimer,
} from "@tandem/interworking";
import {
  causeIndicatorsOf,
  CODING_STANDARDS,
  LOCATIONS,
  q850Cause,
  type CauseIndicators,
} from "@tandem/isup";
import { statusPhrase, type SessionLoss } from "@tandem/sip";
import { classOfCause } from "../calls/cause-class.ts";

/** Location of what this gateway decides itself: Q.850 §2.2.3, public network serving the local user. */
export const OWN_LOCATION = 2;

export interface CauseParts {
  readonly side: Cause["side"];
  readonly class?: Cause["class"];
  readonly mapping: Cause["mapping"];
  /** Status of the final response; left out where a BYE ends the call. */
  readonly status?: number;
  readonly q850: number;
  readonly location?: number;
  readonly codingStandard?: number;
  readonly isup?: Cause["isup"];
  readonly reasonHeaders?: readonly string[];
  readonly row?: string;
  readonly detail?: string;
}

/** A cause with everything that is known of it side by side. */
export function causeOf(parts: CauseParts): Cause {
  return {
    sip: parts.status === undefined ? null : { code: parts.status, phrase: statusPhrase(parts.status) },
    q850: {
      value: parts.q850,
      text: q850Cause(parts.q850).name,
      location: LOCATIONS[parts.location ?? OWN_LOCATION]?.token ?? "",
      codingStandard: CODING_STANDARDS[parts.codingStandard ?? 0] ?? "itu",
    },
    isup: parts.isup ?? null,
    reasonHeaders: parts.reasonHeaders ?? [],
    side: parts.side,
    class: parts.class ?? classOfCause(parts.q850),
    mapping: parts.mapping,
    row: parts.row ?? "",
    detail: parts.detail ?? "",
  };
}

/**
 * The gateway turns a set-up down. Where the cause is left out it follows from the status (RFC 3398 §8.2.6.1), by the
 * trunk's `profile` where there is one.
 */
export function reject(parts: {
  readonly status: number;
  readonly q850?: number | undefined;
  readonly detail: string;
  readonly profile?: CauseProfile;
}): Cause {
  const { status, q850, detail, profile } = parts;
  const side = "gateway";
  const mapping = "derived";
  if (q850 !== undefined) return causeOf({ side, mapping, status, q850, row: SET, detail });
  const { cause, row } = causeFromStatus(status, [], profile);
  return causeOf({ side, mapping, status, q850: cause.causeValue, row, detail });
}

const SET = "set by the gateway";

/** The same by a cause alone, whose status the trunk's table has (RFC 3398 §7.2.4.1). */
export function rejectWith(q850: number, detail: string, profile: CauseProfile): Cause {
  const { status, row } = statusFromCause(causeIndicatorsOf(q850, OWN_LOCATION), profile);
  return causeOf({ side: "gateway", mapping: "derived", status, q850, row, detail });
}

/** The number never became complete: cause 28 (RFC 3578 §2.1, §2.2), whose status the trunk's table has. */
export function incomplete(expired: CollectionTimer, profile: CauseProfile): Cause {
  const { row, ...cause } = rejectWith(ADDRESS_INCOMPLETE, "address incomplete", profile);
  const rule = expired === "T35" ? "RFC 3578 §2.1: T35" : "RFC 3578 §2.2: T10, and no route";
  return { ...cause, row: `${rule} → ${ADDRESS_INCOMPLETE}; ${row}` };
}

/** Q.850 §2.2.7: invalid number format, address incomplete. */
const ADDRESS_INCOMPLETE = 28;

/** How a caller ends its call. */
export interface ReceivedRelease {
  readonly method: "BYE" | "CANCEL";
  /** Values of its Reason header fields. */
  readonly reasons: readonly string[];
  /** Cause indicators of an encapsulated REL. */
  readonly rel: CauseIndicators | undefined;
}

/** What the caller gave as the cause of its BYE or CANCEL, by the rules of its trunk (RFC 3398 §7.2.3). */
export function receivedCause(
  { method, reasons, rel }: ReceivedRelease,
  status: number | undefined,
  rules: CauseRules,
): Cause {
  const { cause, mapping, row } = causeOfRequest({ reasons, rel }, rules, method);
  return causeOf({
    side: "caller",
    mapping,
    ...(status !== undefined && { status }),
    q850: cause.causeValue,
    location: cause.locationValue,
    codingStandard: cause.codingStandardValue,
    ...(rel && {
      isup: { value: rel.causeValue, location: rel.locationValue, codingStandard: rel.codingStandardValue },
    }),
    reasonHeaders: reasons,
    row,
  });
}

const NOT_REFRESHED = {
  q850: 102,
  row: "RFC 4028 §10: session not refreshed → 102",
  detail: "the session was not refreshed",
};
/** Why a session that stood ends, as its cause. */
const LOSSES: Readonly<
  Record<SessionLoss | "no-ack", { readonly q850: number; row: string; detail: string }>
> = {
  "no-ack": {
    q850: 102,
    row: "RFC 3398 §7.1.4: 200 never acknowledged → 102",
    detail: "no ACK to the 200",
  },
  expired: NOT_REFRESHED,
  "refresh-lost": NOT_REFRESHED,
  "prack-lost": {
    q850: 102,
    row: "RFC 3262 §3: no PRACK, the 200 could not leave → 504, 102",
    detail: "no PRACK",
  },
  "dialog-lost": {
    q850: 102,
    row: "set by the gateway",
    detail: "the peer has the call no more, or does not answer",
  },
  "no-usable-answer": { q850: 65, row: "set by the gateway", detail: "no usable answer in the ACK" },
};

/** An answered call that is lost: a BYE ends it, which has no status. */
export function lossCause(loss: SessionLoss | "no-ack"): Cause {
  return causeOf({ side: "gateway", mapping: "derived", ...LOSSES[loss] });
}
