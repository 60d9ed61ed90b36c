import type { SipRequest } from "@tandem/sip";

/** Q.763 (12/1999) §3.80: five bits. */
const HOPS_MAX = 31;

/**
 * Exchanges a call may still pass (Q.1912.5): what Max-Forwards leaves, and no more than the hop counter that came. Undefined
 * where Max-Forwards is missing or no number.
 */
export function hopCounterFrom(request: SipRequest, known = HOPS_MAX): number | undefined {
  const hops = Number(request.header("max-forwards") ?? Number.NaN);
  return Number.isInteger(hops) && hops >= 0 ? Math.min(hops, known, HOPS_MAX) : undefined;
}
