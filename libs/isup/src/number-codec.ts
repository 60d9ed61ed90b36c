import { NATURE_OF_ADDRESS, NUMBERING_PLAN, PRESENTATION, SCREENING } from "./names.ts";

/** An address of ISUP, Q.763 (12/1999) §3.9, §3.10. Which optional fields there are depends on the parameter. */
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

export interface Digits {
  /** 0 to 9; code 11 is `b`, code 12 is `c`, spare codes `a`, `d`, `e`. The ST signal is not among them. */
  readonly digits: string;
  /** ST (code 15) ended the number: it is complete. */
  readonly stSignal: boolean;
}

/** What the second octet of a number parameter holds, q763 §3: b8, then numbering plan, then presentation and screening. */
export interface NumberLayout {
  readonly b8: "inn" | "ni" | "spare";
  readonly hasPresentation: boolean;
  readonly hasScreening: boolean;
}

const DIGITS = "0123456789abcdef";
const ST = 0x0f;
const NOTHING = new Uint8Array(0);

export function decodeNumber(octets: Uint8Array, layout: NumberLayout): IsupNumber {
  const [first = 0, second = 0] = octets;
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

/** Bits of `base` that the layout has no field for are spare and stay as they were. */
export function encodeNumber(
  number: IsupNumber,
  layout: NumberLayout,
  base: Uint8Array = NOTHING,
): Uint8Array {
  const { octets, isOdd } = encodeDigits(number);
  let second = (base[1] ?? 0) & 0x0f;
  if (layout.hasPresentation) second = (second & 0x03) | ((number.presentationIndicator ?? 0) << 2);
  if (layout.hasScreening) second = (second & 0x0c) | (number.screeningIndicator ?? 0);
  let b8 = (base[1] ?? 0) >> 7;
  if (layout.b8 === "inn") b8 = number.internalNetworkNumber ?? 0;
  else if (layout.b8 === "ni") b8 = number.incomplete ?? 0;
  const first = (isOdd ? 0x80 : 0) | (number.natureOfAddressIndicator & 0x7f);
  return Uint8Array.of(first, (b8 << 7) | ((number.numberingPlanIndicator & 7) << 4) | second, ...octets);
}

/** Low nibble first; an odd number has a filler in the last high nibble. */
export function decodeDigits(octets: Uint8Array, isOdd: boolean): Digits {
  let digits = "";
  const count = octets.length * 2 - (isOdd ? 1 : 0);
  for (let index = 0; index < count; index++) {
    const code = ((octets[index >> 1] ?? 0) >> (4 * (index & 1))) & 0x0f;
    // ST ends the number; whatever stands behind it is kept in the octets only.
    if (code === ST) return { digits, stSignal: true };
    digits += DIGITS.charAt(code);
  }
  return { digits, stSignal: false };
}

/** Throws a TypeError for a character that is no address signal: another number would be called. */
export function encodeDigits({ digits, stSignal }: Digits): { octets: Uint8Array; isOdd: boolean } {
  const signals = stSignal ? `${digits}f` : digits;
  const octets = new Uint8Array(Math.ceil(signals.length / 2));
  [...signals.toLowerCase()].forEach((signal, index) => {
    const code = DIGITS.indexOf(signal);
    if (code < 0) throw new TypeError(`"${signal}" in ${digits} is no address signal`);
    octets[index >> 1] = (octets[index >> 1] ?? 0) | (code << (4 * (index & 1)));
  });
  return { octets, isOdd: signals.length % 2 === 1 };
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
