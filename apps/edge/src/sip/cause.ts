import type { Cause } from "@tandem/call-events";
import { causeFromStatus, causeOfRequest } from "@tandem/interworking";
import { CODING_STANDARDS, LOCATIONS, q850Cause, type CauseIndicators } from "@tandem/isup";
import { statusPhrase } from "@tandem/sip";
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

/** The gateway turns a set-up down: cause by the table where none is given (RFC 3398 §8.2.6.1). */
export function reject(parts: {
  readonly status: number;
  readonly q850?: number | undefined;
  readonly detail: string;
}): Cause {
  const mapped = causeFromStatus(parts.status);
  return causeOf({
    side: "gateway",
    mapping: "derived",
    status: parts.status,
    q850: parts.q850 ?? mapped.cause.causeValue,
    row: parts.q850 === undefined ? mapped.row : "set by the gateway",
    detail: parts.detail,
  });
}

/** What the caller gave as the cause of its BYE or CANCEL (RFC 3398 §7.2.3). */
export function receivedCause(
  reasons: readonly string[],
  rel: CauseIndicators | undefined,
  status: number | undefined,
): Cause {
  const { cause, mapping, row } = causeOfRequest({ reasons, rel });
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
