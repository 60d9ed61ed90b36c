import { NATURE_OF_ADDRESS, NUMBERING_PLAN, PRESENTATION, SCREENING } from "./names.ts";

/** An address of ISUP, Q.763 (12/1999) §3.9, §3.10. Which optional fields there are depends on the parameter. */
export interface IsupNumber {
  /** 0 to 127. */
  readonly natureOfAddressIndicator: number;
  /** Name of the indicator; empty where it is spare or national. */
  readonly natureOfAddress: string;
  /** 0 to 7. */
  readonly numberingPlanIndicator: number;
  readonly numberingPlan: string;
  /** 0 to 9; code 11 is `b`, code 12 is `c`, spare codes `a`, `d`, `e`. The ST signal is not among them. */
  readonly digits: string;
  /** ST (code 15) stands at the end: the number is complete. */
  readonly stSignal: boolean;
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

/** What the second octet of a number parameter holds, q763 §3: b8, then numbering plan, then presentation and screening. */
export interface NumberLayout {
  readonly b8: "inn" | "ni" | "spare";
  readonly hasPresentation: boolean;
  readonly hasScreening: boolean;
}

const DIGITS = "0123456789abcde";
const ST = 0x0f;

/** undefined where the octets are fewer than the two of the header. */
export function decodeNumber(octets: Uint8Array, layout: NumberLayout): IsupNumber | undefined {
  const [first, second] = octets;
  if (first === undefined || second === undefined) return undefined;
  const natureOfAddressIndicator = first & 0x7f;
  const numberingPlanIndicator = (second >> 4) & 7;
  const { digits, stSignal } = decodeDigits(octets.subarray(2), (first & 0x80) !== 0);
  const presentationIndicator = (second >> 2) & 3;
  const screeningIndicator = second & 3;
  return {
    natureOfAddressIndicator,
    natureOfAddress: NATURE_OF_ADDRESS[natureOfAddressIndicator] ?? "",
    numberingPlanIndicator,
    numberingPlan: NUMBERING_PLAN[numberingPlanIndicator] ?? "",
    digits,
    stSignal,
    ...(layout.b8 === "inn" && { internalNetworkNumber: second >> 7 }),
    ...(layout.b8 === "ni" && { incomplete: second >> 7 }),
    ...(layout.hasPresentation && {
      presentationIndicator,
      presentation: PRESENTATION[presentationIndicator] ?? "",
    }),
    ...(layout.hasScreening && { screeningIndicator, screening: SCREENING[screeningIndicator] ?? "" }),
  };
}

export function encodeNumber(number: IsupNumber, layout: NumberLayout): Uint8Array {
  const { octets, isOdd } = encodeDigits(number.digits, number.stSignal);
  const b8 = layout.b8 === "inn" ? number.internalNetworkNumber : layout.b8 === "ni" ? number.incomplete : 0;
  const presentation = layout.hasPresentation ? (number.presentationIndicator ?? 0) : 0;
  const screening = layout.hasScreening ? (number.screeningIndicator ?? 0) : 0;
  const first = (isOdd ? 0x80 : 0) | (number.natureOfAddressIndicator & 0x7f);
  const second =
    ((b8 ?? 0) << 7) | ((number.numberingPlanIndicator & 7) << 4) | (presentation << 2) | screening;
  return Uint8Array.of(first, second, ...octets);
}

/** Low nibble first; an odd number has a filler in the last high nibble. */
export function decodeDigits(octets: Uint8Array, isOdd: boolean): { digits: string; stSignal: boolean } {
  let digits = "";
  let stSignal = false;
  const count = octets.length * 2 - (isOdd ? 1 : 0);
  for (let index = 0; index < count; index++) {
    const code = ((octets[index >> 1] ?? 0) >> (4 * (index & 1))) & 0x0f;
    // ST ends the number; whatever stands behind it is kept in the octets only.
    if (code === ST) {
      stSignal = true;
      break;
    }
    digits += DIGITS[code] ?? "";
  }
  return { digits, stSignal };
}

export function encodeDigits(digits: string, stSignal: boolean): { octets: Uint8Array; isOdd: boolean } {
  const codes = [...digits.toLowerCase()].map((digit) => Math.max(0, DIGITS.indexOf(digit)));
  if (stSignal) codes.push(ST);
  const octets = new Uint8Array(Math.ceil(codes.length / 2));
  codes.forEach(
    (code, index) => (octets[index >> 1] = (octets[index >> 1] ?? 0) | (code << (4 * (index & 1)))),
  );
  return { octets, isOdd: codes.length % 2 === 1 };
}

/** A number from its parts, names filled in. */
export function isupNumber(
  parts: Partial<IsupNumber> & { readonly digits: string; readonly natureOfAddressIndicator: number },
): IsupNumber {
  const numberingPlanIndicator = parts.numberingPlanIndicator ?? 1;
  return {
    ...parts,
    natureOfAddress: NATURE_OF_ADDRESS[parts.natureOfAddressIndicator] ?? "",
    numberingPlanIndicator,
    numberingPlan: NUMBERING_PLAN[numberingPlanIndicator] ?? "",
    stSignal: parts.stSignal ?? false,
    ...(parts.presentationIndicator !== undefined && {
      presentation: PRESENTATION[parts.presentationIndicator] ?? "",
    }),
    ...(parts.screeningIndicator !== undefined && { screening: SCREENING[parts.screeningIndicator] ?? "" }),
  };
}
