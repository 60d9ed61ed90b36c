import { parseNameAddr, type NameAddr } from "../name-addr.ts";
import { printNameAddr } from "./addresses.ts";
import { listType } from "./header-type.ts";

/** Who diverted a call, the last diversion first (RFC 5806 §4). */
export interface Diversion {
  readonly address: NameAddr;
  /** `user-busy`, `no-answer`, `unconditional`, `deflection`, `unavailable`, …; lower case. */
  readonly reason: string | undefined;
  /** Diversions that this entry stands for; 1 where it does not say. */
  readonly counter: number;
  /** `full`, `name`, `uri` or `off`: what the diverter hides. */
  readonly privacy: string | undefined;
}

const DIGITS = /^[0-9]{1,2}$/;

export const DIVERSION = listType<Diversion>(
  "Diversion",
  (text) => {
    const address = parseNameAddr(text);
    if (address === undefined) return undefined;
    const counter = address.params.get("counter") ?? "";
    return {
      address,
      reason: address.params.get("reason")?.toLowerCase(),
      counter: DIGITS.test(counter) ? Number(counter) : 1,
      privacy: address.params.get("privacy")?.toLowerCase(),
    };
  },
  ({ address }) => printNameAddr(address),
);
