import type { Params } from "../params.ts";
import { headerType } from "./header-type.ts";
import { parseSeconds } from "./seconds.ts";
import { parseValued, printParams, valuedListType, valuedType } from "./valued.ts";

/** RFC 6665 §8.2.1: package and `id` name a subscription within its dialog. */
export const EVENT = valuedType("Event");

/** RFC 6665 §8.2.3. */
export interface SubscriptionState {
  /** `active`, `pending`, `terminated`, or an extension. */
  readonly state: string;
  readonly reason: string | undefined;
  readonly expires: number | undefined;
  readonly retryAfter: number | undefined;
  readonly params: Params;
}

const OWN = new Set(["reason", "expires", "retry-after"]);

function parseState(text: string): SubscriptionState | undefined {
  const valued = parseValued(text);
  if (valued === undefined) return undefined;
  const { params } = valued;
  return {
    state: valued.value.toLowerCase(),
    reason: params.get("reason")?.toLowerCase(),
    expires: parseSeconds(params.get("expires") ?? ""),
    retryAfter: parseSeconds(params.get("retry-after") ?? ""),
    params: new Map([...params].filter(([name]) => !OWN.has(name))),
  };
}

export const SUBSCRIPTION_STATE = headerType<SubscriptionState>(
  "Subscription-State",
  parseState,
  ({ state, reason, expires, retryAfter, params }) =>
    state +
    printParams([
      ["reason", reason],
      ["expires", expires?.toString()],
      ["retry-after", retryAfter?.toString()],
      ...params,
    ]),
);

/** RFC 6086 §7: the package of an INFO, and the packages one is willing to receive. */
export const INFO_PACKAGE = valuedType("Info-Package");
export const RECV_INFO = valuedListType("Recv-Info");
