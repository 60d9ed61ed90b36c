import { reasonHeader, relFromCause } from "@tandem/interworking";
import { causeIndicatorsOf, type CauseIndicators } from "@tandem/isup";
import type { HeaderField, SipMessage } from "@tandem/sip";
import { contentOf, readContent, type Content, type Dialect } from "./profile.ts";

export const NORMAL_CLEARING = 16;
export const NO_ANSWER = 19;
export const NORMAL_UNSPECIFIED = 31;

/** Where the carrier's causes come from (Q.850 §2.2.3). */
const USER = 0;

export function reasonOf(causeValue: number): HeaderField {
  return ["Reason", reasonHeader(causeValue, USER)];
}

/** What a message that ends a call carries: Reason (RFC 3326), and REL where the call has ISUP (RFC 3372 §4). */
export function releaseContent(dialect: Dialect | undefined, causeValue: number): Content {
  const rel = dialect && relFromCause(causeIndicatorsOf(causeValue, USER), dialect.variant);
  const { headers, body } = contentOf(dialect, { isup: rel });
  return { headers: [reasonOf(causeValue), ...headers], body };
}

/** Where a received message may say its cause. */
export function causeSources(message: SipMessage): {
  readonly reasons: readonly string[];
  readonly rel: CauseIndicators | undefined;
} {
  return {
    reasons: message.list("reason") ?? [],
    rel: readContent(message)?.isup?.parameters.causeIndicators,
  };
}
