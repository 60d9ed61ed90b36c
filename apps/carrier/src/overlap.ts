import { isupMessage } from "@tandem/isup";
import type { InviteUsage } from "@tandem/sip";
import { contentOf, type Dialect } from "./profile.ts";

/** A called number of which the INVITE has the beginning alone. */
export interface DividedNumber {
  readonly first: string;
  /** Digits that follow, one by one. */
  readonly rest: string;
}

/** The first `count` digits; a plus is none. Without a count the number stays whole. */
export function divided(number: string, count: number | undefined): DividedNumber {
  if (count === undefined) return { first: number, rest: "" };
  const at = count + (number.startsWith("+") ? 1 : 0);
  return { first: number.slice(0, at), rest: number.slice(at) };
}

/**
 * Sends the digits the INVITE left out, each in a SAM in INFO, the last with ST (Q.764 §2.1.2, RFC 3398 §13.1). An INFO waits
 * for the answer to the one before it; a digit that is refused ends the dialling, and the INVITE's own answer says the rest.
 */
export function dial(usage: InviteUsage, dialect: Dialect, digits: string): void {
  const [digit, ...more] = digits;
  if (digit === undefined || usage.hasEnded) return;
  const { variant } = dialect;
  const isup = isupMessage(
    "SAM",
    { subsequentNumber: { digits: digit, stSignal: more.length === 0 } },
    { variant },
  );
  usage.send("INFO", contentOf(dialect, { isup }), (response) => {
    if (response !== undefined && response.status < 300) dial(usage, dialect, more.join(""));
  });
}
