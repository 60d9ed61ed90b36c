import type { CauseIndicators, IsupMessage, IsupMessageOf, IsupVariant } from "@tandem/isup";
import { WARNING_TYPE, type SipRequest, type SipResponse } from "@tandem/sip";
import { relFromCause } from "./answers.ts";
import { RFC3398, type CauseProfile } from "./cause-profiles.ts";
import {
  causeOfRequest,
  causeOfResponse,
  RFC3398_RULES,
  statusFromCause,
  type CauseDecision,
  type CauseRules,
} from "./causes.ts";
import { reasonHeader } from "./reason.ts";

/** Resource causes: the caller may try again later (RFC 3398 §7.2.4.1). */
const RETRY_LATER = new Set([34, 38, 41, 42, 47]);
const RETRY_AFTER_S = "30";
const NUMBER_CHANGED = 22;
const MOVED_PERMANENTLY = 301;
const SERVICE_UNAVAILABLE = 503;

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

export interface FinalResponseOptions {
  readonly profile?: CauseProfile;
  /** Makes a URI of a new number's digits, where this gateway may hand it out. */
  readonly contactOf?: (digits: string) => string | undefined;
}

/** The final response of a REL that came before the answer (RFC 3398 §7.2.4, §7.2.4.1). */
export function responseFromRel(
  { parameters: { causeIndicators } }: IsupMessageOf<"REL">,
  options?: FinalResponseOptions,
): FinalResponse {
  return responseFromCause(causeIndicators, options);
}

export function responseFromCause(
  cause: CauseIndicators,
  { profile = RFC3398, contactOf }: FinalResponseOptions = {},
): FinalResponse {
  const headers = [...reasonHeadersFrom(cause)];
  const digits = cause.causeValue === NUMBER_CHANGED ? newNumberOf(cause) : undefined;
  const contact = digits === undefined ? undefined : contactOf?.(digits);
  const { status, row } = statusFromCause(cause, profile, contact !== undefined);
  if (status === MOVED_PERMANENTLY && contact !== undefined) headers.push(["Contact", `<${contact}>`]);
  if (status === SERVICE_UNAVAILABLE && RETRY_LATER.has(cause.causeValue))
    headers.push(["Retry-After", RETRY_AFTER_S]);
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
  rules: CauseRules = RFC3398_RULES,
): ReleaseDecision {
  const method = request.method === "CANCEL" ? "CANCEL" : "BYE";
  const decision = causeOfRequest({ reasons: request.list("reason") ?? [], rel }, rules, method);
  return { rel: relFromCause(decision.cause, variant), decision };
}

/** The REL of a final response ≥ 300 (RFC 3398 §8.2.6): the encapsulated REL, then Reason, then the status. */
export function relFromResponse(
  response: SipResponse,
  rel: CauseIndicators | undefined,
  variant: IsupVariant,
  rules: CauseRules = RFC3398_RULES,
): ReleaseDecision {
  const sources = { reasons: response.list("reason") ?? [], rel };
  const decision = causeOfResponse(response.status, sources, rules, warningCodesOf(response));
  return { rel: relFromCause(decision.cause, variant), decision };
}

/** Codes of the Warning fields, a broken one passed over. */
export function warningCodesOf(response: SipResponse): readonly number[] {
  return (response.list("warning") ?? []).flatMap((value) => WARNING_TYPE.parse(value)?.code ?? []);
}
