import type { Params } from "../params.ts";
import { headerType } from "./header-type.ts";
import { parseInterval } from "./seconds.ts";
import { printParams } from "./valued.ts";

/** RFC 3261 §20.33. */
export interface RetryAfter {
  readonly seconds: number;
  readonly comment: string | undefined;
  readonly params: Params;
}

const PARTS = /^([0-9]+)\s*(?:\(((?:[^()\\]|\\.)*)\))?\s*(;.*)?$/s;

export const RETRY_AFTER = headerType<RetryAfter>(
  "Retry-After",
  (text) => {
    const [, digits, comment, rest = ""] = PARTS.exec(text) ?? [];
    const interval = digits === undefined ? undefined : parseInterval(digits + rest);
    return interval && { ...interval, comment: comment?.replace(/\\(.)/gs, "$1") };
  },
  ({ seconds, comment, params }) =>
    `${seconds}${comment === undefined ? "" : ` (${comment.replace(/[()\\]/g, "\\$&")})`}${printParams(params)}`,
);
