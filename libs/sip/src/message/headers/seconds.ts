import { parseParams, type Params } from "../params.ts";
import { headerType, type HeaderType } from "./header-type.ts";
import { printParams } from "./valued.ts";

/** RFC 3261 §25.1 `delta-seconds`: what does not fit into 32 bits is as long as those (§20.19). */
const SECONDS_MAX = 4_294_967_295;
const DIGITS = /^[0-9]+$/;

export function parseSeconds(text: string): number | undefined {
  const digits = text.trim();
  return DIGITS.test(digits) ? Math.min(Number(digits), SECONDS_MAX) : undefined;
}

/** RFC 3261 §20.19: what cannot be read is taken for 3,600 s by the one who uses it, not here. */
export const EXPIRES = headerType("Expires", parseSeconds, String);
/** RFC 3261 §20.23. */
export const MIN_EXPIRES = headerType("Min-Expires", parseSeconds, String);
/** RFC 5626 §11.3. */
export const FLOW_TIMER = headerType("Flow-Timer", parseSeconds, String);

const MAX_FORWARDS_MAX = 255;
/** RFC 3261 §20.22. */
export const MAX_FORWARDS: HeaderType<number> = headerType(
  "Max-Forwards",
  (text) => {
    const hops = parseSeconds(text);
    return hops === undefined || hops > MAX_FORWARDS_MAX ? undefined : hops;
  },
  String,
);

/** RFC 3261 §20.14. */
export const CONTENT_LENGTH = headerType("Content-Length", parseSeconds, String);

/** Seconds with parameters. */
export interface Interval {
  readonly seconds: number;
  readonly params: Params;
}

export function parseInterval(text: string): Interval | undefined {
  const semicolon = text.indexOf(";");
  const seconds = parseSeconds(semicolon < 0 ? text : text.slice(0, semicolon));
  const params = semicolon < 0 ? parseParams("") : parseParams(text, semicolon);
  return seconds === undefined || params === undefined ? undefined : { seconds, params };
}

export function printInterval({ seconds, params }: Interval): string {
  return `${seconds}${printParams(params)}`;
}

/** RFC 4028 §5. */
export const MIN_SE = headerType("Min-SE", parseInterval, printInterval);
