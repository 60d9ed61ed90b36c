import type { Parameters } from "@tandem/isup";
import { parseNameAddrs, type SipRequest } from "@tandem/sip";
import type { SubscriberParams } from "./numbers.ts";
import { telephoneSubscriberOf } from "./telephone-uri.ts";

/** Q.763 (12/1999) §3.11: what `cpc` of a URI says (draft-mahy-iptel-cpc, TS 29.163 §7.2.3.1.2.10). */
const CATEGORIES: Readonly<Record<string, number>> = {
  operator: 0,
  ordinary: 10,
  priority: 11,
  data: 12,
  test: 13,
  payphone: 15,
};
export const ORDINARY = 10;

/** What `cpc` says, which stands with the caller's number, in P-Asserted-Identity or From; undefined where nothing does. */
export function categoryFrom(request: SipRequest): number | undefined {
  const asserted = parseNameAddrs(request.headers("p-asserted-identity")) ?? [];
  for (const { uri } of [...asserted, ...(request.from === undefined ? [] : [request.from])]) {
    const own = "params" in uri ? uri.params.get("cpc") : undefined;
    const cpc = (telephoneSubscriberOf(uri)?.params.get("cpc") ?? own ?? "").toLowerCase();
    if (Object.hasOwn(CATEGORIES, cpc)) return CATEGORIES[cpc];
  }
  return undefined;
}

/** `cpc` for the caller's number; the ordinary category is what a URI without it says. */
export function categoryParamsFrom({ callingPartysCategory }: Parameters): SubscriberParams {
  const value = callingPartysCategory?.value ?? ORDINARY;
  const word = Object.keys(CATEGORIES).find((each) => CATEGORIES[each] === value);
  return word === undefined || value === ORDINARY ? [] : [["cpc", word]];
}
