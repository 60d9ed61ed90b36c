import type { Params } from "../params.ts";
import { headerType } from "./header-type.ts";
import { parseInterval } from "./seconds.ts";
import { printParams } from "./valued.ts";

/** RFC 4028 §4. */
export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: "uac" | "uas" | undefined;
  /** Others than `refresher`, and that where it is neither of the two. */
  readonly params: Params;
}

function parse(text: string): SessionExpires | undefined {
  const interval = parseInterval(text);
  if (interval === undefined) return undefined;
  const params = new Map(interval.params);
  const named = params.get("refresher")?.toLowerCase();
  // An odd refresher is none: the interval still counts, and who refreshes is decided anew (RFC 4028 §9).
  const refresher = named === "uac" || named === "uas" ? named : undefined;
  if (refresher !== undefined) params.delete("refresher");
  return { seconds: interval.seconds, refresher, params };
}

export const SESSION_EXPIRES = headerType<SessionExpires>(
  "Session-Expires",
  parse,
  ({ seconds, refresher, params }) => `${seconds}${printParams([["refresher", refresher], ...params])}`,
);
