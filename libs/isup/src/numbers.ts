import { address } from "./digits.ts";
import { coded, flag, type BitField } from "./fields.ts";
import * as n from "./names.ts";
import { ANSI_CALLED_NATURE, CHARGE_NATURE } from "./names-ansi.ts";
import type { Digits } from "./digits.ts";

/** Addresses: nature, plan, indicators, digits. Q.763 (12/1999) §3.9, §3.10 and those that refer to them. */

const nature = coded(0, 7, n.NATURE_OF_ADDRESS);
const plan = coded(12, 3, n.NUMBERING_PLAN, 1);
const presentation = coded(10, 2, n.PRESENTATION);
const screening = coded(8, 2, n.SCREENING);
/** Bit 8 of the second octet: 1, routing to an internal network number is not allowed, or the number is incomplete. */
const b8 = flag(15);

const PLAIN = { natureOfAddressIndicator: nature, numberingPlanIndicator: plan };
const RESTRICTABLE = { ...PLAIN, presentationIndicator: presentation };
const SCREENED = { ...RESTRICTABLE, screeningIndicator: screening };

/** §3.9, §3.46, §3.86. */
export const called = address({ ...PLAIN, internalNetworkNumber: b8 }, { octets: 2, least: 3 });
/** §3.10. */
export const calling = address({ ...SCREENED, incomplete: b8 }, { octets: 2 });
/** §3.39, §3.44, §3.73, §3.87. */
export const diverted = address(RESTRICTABLE, { octets: 2 });
/** §3.16, §3.64. */
export const connected = address(SCREENED, { octets: 2 });
/** §3.30. */
export const location = address({ ...SCREENED, internalNetworkNumber: b8 }, { octets: 2 });
/** §3.89. */
export const plain = address(PLAIN, { octets: 2 });
/** §3.51. */
export const subsequent = address({}, { octets: 1, least: 2 });

/** The same fields behind an octet that says what number it is. */
function shifted<F extends Readonly<Record<string, BitField>>>(fields: F): F {
  const moved = Object.entries(fields).map(([name, field]) => [name, { ...field, shift: field.shift + 8 }]);
  return Object.fromEntries(moved) as F;
}

/** §3.26; b8 of the third octet is spare in one source, number incomplete in two. */
export const generic = address(
  { qualifierIndicator: coded(0, 8, n.NUMBER_QUALIFIER), ...shifted({ ...SCREENED, incomplete: b8 }) },
  { octets: 3, oddOctet: 1 },
);
/** ND 1007 §3.2.3, §3.2.4: b8 is a preference there, by one stack. */
export const ukPresentation = address({ ...SCREENED, presentationNumberPreference: b8 }, { octets: 2 });
/** T1.113 generic address. */
export const genericAddress = address(
  { qualifierIndicator: coded(0, 8, n.TYPE_OF_ADDRESS), ...shifted(RESTRICTABLE) },
  { octets: 3, oddOctet: 1 },
);
/** T1.113 §3.8: of one octet where there is no number. */
export const ansiCalled = address(
  { ...PLAIN, natureOfAddressIndicator: coded(0, 7, ANSI_CALLED_NATURE), internalNetworkNumber: b8 },
  { octets: 2, least: 1 },
);
/** T1.113 charge number. */
export const charge = address(
  { ...PLAIN, natureOfAddressIndicator: coded(0, 7, CHARGE_NATURE) },
  { octets: 2 },
);

/** Any of these addresses. Which optional fields there are depends on the parameter. */
export interface IsupNumber extends Digits {
  /** 0 to 127. */
  readonly natureOfAddressIndicator: number;
  /** Name of the indicator; empty where it is spare or national. */
  readonly natureOfAddress: string;
  /** 0 to 7. */
  readonly numberingPlanIndicator: number;
  readonly numberingPlan: string;
  /** Internal network number indicator; 1: routing to an internal network number is not allowed. */
  readonly internalNetworkNumber?: number;
  /** Number incomplete indicator. */
  readonly incomplete?: number;
  /** 0 to 3, see `presentation`. */
  readonly presentationIndicator?: number;
  readonly presentation?: string;
  /** 0 to 3, see `screening`. */
  readonly screeningIndicator?: number;
  readonly screening?: string;
}

/** A number from its parts, names filled in. */
export function isupNumber(
  parts: Partial<IsupNumber> & { readonly digits: string; readonly natureOfAddressIndicator: number },
): IsupNumber {
  const numberingPlanIndicator = parts.numberingPlanIndicator ?? 1;
  return {
    ...parts,
    natureOfAddress: n.NATURE_OF_ADDRESS[parts.natureOfAddressIndicator] ?? "",
    numberingPlanIndicator,
    numberingPlan: n.NUMBERING_PLAN[numberingPlanIndicator] ?? "",
    stSignal: parts.stSignal ?? false,
    ...(parts.presentationIndicator !== undefined && {
      presentation: n.PRESENTATION[parts.presentationIndicator] ?? "",
    }),
    ...(parts.screeningIndicator !== undefined && {
      screening: n.SCREENING[parts.screeningIndicator] ?? "",
    }),
  };
}
