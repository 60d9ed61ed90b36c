import { LOCATIONS, q850Cause } from "@tandem/isup";
import { quote, REASON } from "@tandem/sip";

/** One value of a Reason header field (RFC 3326). */
export interface Reason {
  /** `SIP`, `Q.850`, … as sent. */
  readonly protocol: string;
  /** A status or a cause value; undefined where it was left out or is no number. */
  readonly cause: number | undefined;
  readonly text: string | undefined;
  /** Location 0 to 15 of a Q.850 cause (RFC 8606); undefined where none or an unknown token was given. */
  readonly location: number | undefined;
}

export function parseReason(value: string): Reason | undefined {
  const reason = REASON.parse(value);
  if (reason === undefined) return undefined;
  const { protocol, cause, text } = reason;
  const token = reason.params.get("location")?.toUpperCase();
  const location = LOCATIONS.find((each) => each.token === token)?.value;
  return { protocol, cause, text, location };
}

/** `Q.850;cause=17;text="User busy";location=LN` (RFC 3326, RFC 6432, RFC 8606). */
export function reasonHeader(cause: number, location?: number): string {
  const token = location === undefined ? undefined : LOCATIONS[location]?.token;
  const suffix = token === undefined ? "" : `;location=${token}`;
  return `Q.850;cause=${cause};text=${quote(q850Cause(cause).name)}${suffix}`;
}
