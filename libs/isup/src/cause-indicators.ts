import { CAUSE_DIAGNOSTICS } from "./cause-diagnostics.ts";
import { CODING_STANDARDS, LOCATIONS, q850Cause } from "./causes.ts";
import { bits, coded, extended, number } from "./fields.ts";
import { octets } from "./octet-fields.ts";
import { derived, sequence, type Fields, type Part } from "./parts.ts";

const LOCATION_WORDS = Object.fromEntries(LOCATIONS.map(({ value, name }) => [value, name]));
const CODING_WORDS = Object.fromEntries(CODING_STANDARDS.map((name, value) => [value, name]));

export interface CauseIndicators {
  /** 1 to 127, Q.850. */
  readonly causeValue: number;
  readonly cause: string;
  /** 0 to 15. */
  readonly locationValue: number;
  readonly location: string;
  /** 0 to 3. */
  readonly codingStandardValue: number;
  readonly codingStandard: string;
  /** Octet 1a, where it is there. */
  readonly recommendation?: number;
  /** As it came; its meaning depends on the cause. */
  readonly diagnostics?: Uint8Array;
  /** What the diagnostics say, where this library knows them for the cause. */
  readonly diagnostic?: Readonly<Record<string, unknown>>;
}

/**
 * Q.763 (12/1999) §3.12, Q.850 §2.1. Some senders clear the extension bit without octet 1a: two octets are location and
 * cause, so an extension leaves one octet.
 */
export const causeIndicators: Part<CauseIndicators> = sequence(
  extended(
    { locationValue: coded(0, 4, LOCATION_WORDS), codingStandardValue: coded(5, 2, CODING_WORDS) },
    [{ recommendation: number(0, 7) }],
    { leaves: 1 },
  ),
  bits(1, { causeValue: number(0, 7) }, { initial: 0x80 }),
  derived<{ readonly cause: string }>([{ name: "cause", kind: "text" }], (into) => ({
    cause: q850Cause(Number(into["causeValue"]), Number(into["codingStandardValue"])).name,
  })),
  octets("diagnostics", { isOptional: true }),
  derived<{ readonly diagnostic?: Readonly<Record<string, unknown>> }>(
    [{ name: "diagnostic", kind: "group", isOptional: true }],
    ({ causeValue, diagnostics }) => {
      const part = CAUSE_DIAGNOSTICS[Number(causeValue)];
      if (part === undefined || !(diagnostics instanceof Uint8Array)) return undefined;
      if (diagnostics.length < part.least) return undefined;
      const diagnostic: Fields = {};
      part.read(diagnostics, 0, diagnostics.length, diagnostic);
      return { diagnostic };
    },
  ),
);

/** Cause indicators from their numbers, names filled in. */
export function causeIndicatorsOf(
  causeValue: number,
  locationValue: number,
  codingStandardValue = 0,
): CauseIndicators {
  return {
    causeValue,
    cause: q850Cause(causeValue, codingStandardValue).name,
    locationValue,
    location: LOCATIONS[locationValue]?.name ?? "",
    codingStandardValue,
    codingStandard: CODING_STANDARDS[codingStandardValue] ?? "",
  };
}
