import type { Params } from "../params.ts";
import { headerType } from "./header-type.ts";
import { parseInterval } from "./seconds.ts";
import { printParams } from "./valued.ts";

/** RFC 4028 §4. */
export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: "uac" | "uas" | undefined;
  /** Others than `refresher`. */
  readonly params: Params;
}

function parse(text: string): SessionExpires | undefined {
  const interval = parseInterval(text);
  if (interval === undefined) return undefined;
  const params = new Map(interval.params);
  const refresher = params.get("refresher")?.toLowerCase();
  params.delete("refresher");
  if (refresher !== undefined && refresher !== "uac" && refresher !== "uas") return undefined;
  return { seconds: interval.seconds, refresher, params };
}

export const SESSION_EXPIRES = headerType<SessionExpires>(
  "Session-Expires",
  parse,
  ({ seconds, refresher, params }) => `${seconds}${printParams([["refresher", refresher], ...params])}`,
);
