import type { Params } from "../params.ts";
import { listType } from "./header-type.ts";
import { parseValued, printParams } from "./valued.ts";
import { quote } from "../token.ts";

/** Why a request is sent, or why a response says what it says (RFC 3326 §2, RFC 6432). */
export interface ReasonValue {
  /** `SIP`, `Q.850`, … as sent. */
  readonly protocol: string;
  /** A status or a cause value; undefined where it is absent or no number. */
  readonly cause: number | undefined;
  readonly text: string | undefined;
  /** Others, among them `location` of a Q.850 cause (RFC 8606 §4). */
  readonly params: Params;
}

const CAUSE = /^[0-9]{1,3}$/;

function parse(value: string): ReasonValue | undefined {
  const valued = parseValued(value);
  if (valued === undefined) return undefined;
  const params = new Map(valued.params);
  const cause = params.get("cause");
  const text = params.get("text");
  params.delete("cause");
  params.delete("text");
  const isNumber = cause !== undefined && CAUSE.test(cause);
  return { protocol: valued.value, cause: isNumber ? Number(cause) : undefined, text, params };
}

export const REASON = listType<ReasonValue>(
  "Reason",
  parse,
  ({ protocol, cause, text, params }) =>
    `${protocol}${printParams([["cause", cause?.toString()]])}` +
    `${text === undefined ? "" : `;text=${quote(text)}`}${printParams(params)}`,
);
