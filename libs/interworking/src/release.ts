import type { CauseIndicators, IsupMessage, IsupMessageOf, IsupVariant } from "@tandem/isup";
import type { SipRequest, SipResponse } from "@tandem/sip";
import { relFromCause } from "./answers.ts";
import { causeOfRequest, causeOfResponse, statusFromCause, type CauseDecision } from "./causes.ts";
import { reasonHeader } from "./reason.ts";

/** Resource causes: the caller may try again later (RFC 3398 §7.2.4.1). */
const RETRY_LATER = new Set([34, 38, 41, 42, 47]);
const RETRY_AFTER_S = "30";
const NUMBER_CHANGED = 22;

/** Header fields that say the cause of a release in SIP: BYE, CANCEL and final responses alike (RFC 3326, RFC 6432, RFC 8606). */
export function reasonHeadersFrom(
  cause: CauseIndicators,
): readonly (readonly [name: string, value: string])[] {
  return [["Reason", reasonHeader(cause.causeValue, cause.locationValue)]];
}

export interface FinalResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly row: string;
}

/** The final response of a REL that came before the answer (RFC 3398 §7.2.4, §7.2.4.1). */
export function responseFromRel(
  { parameters: { causeIndicators } }: IsupMessageOf<"REL">,
  contactOf: (digits: string) => string | undefined = () => undefined,
): FinalResponse {
  return responseFromCause(causeIndicators, contactOf);
}

/** `contactOf` makes a URI of a new number's digits, where this gateway may hand it out. */
export function responseFromCause(
  cause: CauseIndicators,
  contactOf: (digits: string) => string | undefined = () => undefined,
): FinalResponse {
  const headers = [...reasonHeadersFrom(cause)];
  const digits = cause.causeValue === NUMBER_CHANGED ? newNumberOf(cause) : undefined;
  const contact = digits === undefined ? undefined : contactOf(digits);
  if (contact !== undefined)
    return {
      status: 301,
      headers: [...headers, ["Contact", `<${contact}>`]],
      row: "RFC 3398 §7.2.4.1: 22 with the new number → 301",
    };
  const { status, row } = statusFromCause(cause);
  if (RETRY_LATER.has(cause.causeValue)) headers.push(["Retry-After", RETRY_AFTER_S]);
  return { status, headers, row };
}

function newNumberOf({ diagnostic }: CauseIndicators): string | undefined {
  const digits = diagnostic?.["digits"];
  return typeof digits === "string" && /^[0-9]+$/.test(digits) ? digits : undefined;
}

export interface ReleaseDecision {
  readonly rel: IsupMessage;
  readonly decision: CauseDecision;
}

/** The REL of a BYE or CANCEL (RFC 3398 §7.2.3): Reason, then the encapsulated REL, then 16. */
export function relFromRequest(
  request: SipRequest,
  rel: CauseIndicators | undefined,
  variant: IsupVariant,
): ReleaseDecision {
  const decision = causeOfRequest({ reasons: request.list("reason") ?? [], rel });
  return { rel: relFromCause(decision.cause, variant), decision };
}

/** The REL of a final response ≥ 300 (RFC 3398 §8.2.6): the encapsulated REL, then Reason, then the status. */
export function relFromResponse(
  response: SipResponse,
  rel: CauseIndicators | undefined,
  variant: IsupVariant,
): ReleaseDecision {
  const decision = causeOfResponse(response.status, { reasons: response.list("reason") ?? [], rel });
  return { rel: relFromCause(decision.cause, variant), decision };
}
