import {
  CALLED_PARTYS_CATEGORY,
  CALLED_PARTYS_STATUS,
  CALLING_PARTYS_CATEGORY,
  CHARGE,
  EVENT,
  NOTIFICATION,
  NUMBER_QUALIFIER,
  REDIRECTING_INDICATOR,
  REDIRECTING_REASON,
  TRANSMISSION_MEDIUM,
  type ValueNames,
} from "./names.ts";
import { CODING_STANDARDS, LOCATIONS, q850Cause } from "./causes.ts";
import { decodeNumber, encodeNumber, type IsupNumber, type NumberLayout } from "./number-codec.ts";

/** Content of a parameter, without its code and length. `decode` gives undefined where the octets are too few. */
export interface ParameterCodec<T> {
  decode(octets: Uint8Array): T | undefined;
  encode(value: T): Uint8Array;
}

/** A parameter whose fields nobody here reads. */
export interface OctetsValue {
  readonly octets: Uint8Array;
}

export const octets: ParameterCodec<OctetsValue> = {
  decode: (content) => ({ octets: content }),
  encode: (value) => value.octets,
};

export function number(layout: NumberLayout): ParameterCodec<IsupNumber> {
  return {
    decode: (content) => decodeNumber(content, layout),
    encode: (value) => encodeNumber(value, layout),
  };
}

export interface GenericNumber extends IsupNumber {
  /** Number qualifier indicator, Q.763 (12/1999) §3.26. */
  readonly qualifierIndicator: number;
  readonly qualifier: string;
}

const GENERIC: NumberLayout = { b8: "ni", hasPresentation: true, hasScreening: true };

export const genericNumber: ParameterCodec<GenericNumber> = {
  decode(content) {
    const inner = decodeNumber(content.subarray(1), GENERIC);
    const qualifierIndicator = content[0] ?? 0;
    return inner && { ...inner, qualifierIndicator, qualifier: NUMBER_QUALIFIER[qualifierIndicator] ?? "" };
  },
  encode: (value) => Uint8Array.of(value.qualifierIndicator, ...encodeNumber(value, GENERIC)),
};

/** One octet with one meaning. */
export interface NamedValue {
  readonly value: number;
  /** Empty where the value is spare or national. */
  readonly name: string;
}

export function named(names: ValueNames, mask = 0xff): ParameterCodec<NamedValue> {
  return {
    decode([first]) {
      return first === undefined ? undefined : { value: first & mask, name: names[first & mask] ?? "" };
    },
    encode: ({ value }) => Uint8Array.of(value),
  };
}

/** A field of bits: its first bit counted from b1 of the first octet, its width, and whether 1 bit means yes. */
type BitField = readonly [shift: number, width: number];

/** Octets read as one little-endian number of bits A, B, C, … as Q.763 letters them. */
export function bits<K extends string>(
  length: number,
  fields: Readonly<Record<K, BitField>>,
): ParameterCodec<Readonly<Record<K, number>>> {
  const entries = Object.entries(fields) as [K, BitField][];
  return {
    decode(content) {
      if (content.length < length) return undefined;
      let all = 0;
      for (let index = 0; index < length; index++) all |= (content[index] ?? 0) << (8 * index);
      const value: Partial<Record<K, number>> = {};
      for (const [name, [shift, width]] of entries) value[name] = (all >> shift) & (2 ** width - 1);
      return value as Record<K, number>;
    },
    encode(value) {
      let all = 0;
      for (const [name, [shift, width]] of entries) all |= (value[name] & (2 ** width - 1)) << shift;
      return Uint8Array.from({ length }, (_, index) => (all >> (8 * index)) & 0xff);
    },
  };
}

/** Q.763 (12/1999) §3.35. */
export const natureOfConnectionIndicators = bits(1, {
  satellite: [0, 2],
  continuityCheck: [2, 2],
  outgoingEchoControlDevice: [4, 1],
});

/** Q.763 (12/1999) §3.23. */
export const forwardCallIndicators = bits(2, {
  internationalCall: [0, 1],
  endToEndMethod: [1, 2],
  interworking: [3, 1],
  endToEndInformation: [4, 1],
  isdnUserPart: [5, 1],
  isdnUserPartPreference: [6, 2],
  isdnAccess: [8, 1],
  sccpMethod: [9, 2],
  portedNumberTranslated: [12, 1],
});

/** Q.763 (12/1999) §3.5. */
const backwardBits = bits(2, {
  chargeIndicator: [0, 2],
  calledPartysStatusIndicator: [2, 2],
  calledPartysCategoryIndicator: [4, 2],
  endToEndMethod: [6, 2],
  interworking: [8, 1],
  endToEndInformation: [9, 1],
  isdnUserPart: [10, 1],
  holding: [11, 1],
  isdnAccess: [12, 1],
  echoControlDevice: [13, 1],
  sccpMethod: [14, 2],
});

export interface BackwardCallIndicators {
  readonly chargeIndicator: number;
  readonly charge: string;
  readonly calledPartysStatusIndicator: number;
  readonly calledPartysStatus: string;
  readonly calledPartysCategoryIndicator: number;
  readonly calledPartysCategory: string;
  readonly endToEndMethod: number;
  readonly interworking: number;
  readonly endToEndInformation: number;
  readonly isdnUserPart: number;
  readonly holding: number;
  readonly isdnAccess: number;
  readonly echoControlDevice: number;
  readonly sccpMethod: number;
}

export const backwardCallIndicators: ParameterCodec<BackwardCallIndicators> = {
  decode(content) {
    const value = backwardBits.decode(content);
    return (
      value && {
        ...value,
        charge: CHARGE[value.chargeIndicator] ?? "",
        calledPartysStatus: CALLED_PARTYS_STATUS[value.calledPartysStatusIndicator] ?? "",
        calledPartysCategory: CALLED_PARTYS_CATEGORY[value.calledPartysCategoryIndicator] ?? "",
      }
    );
  },
  encode: (value) => backwardBits.encode(value),
};

/** Q.763 (12/1999) §3.37. */
export const optionalBackwardCallIndicators = bits(1, {
  inBandInformation: [0, 1],
  callDiversionMayOccur: [1, 1],
  simpleSegmentation: [2, 1],
  mlppUser: [3, 1],
});

/** Q.763 (12/1999) §3.38. */
export const optionalForwardCallIndicators = bits(1, {
  closedUserGroup: [0, 2],
  simpleSegmentation: [2, 1],
  connectedLineIdentityRequest: [7, 1],
});

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
}

/** Q.763 (12/1999) §3.12, Q.850 §2.1. */
export const causeIndicators: ParameterCodec<CauseIndicators> = {
  decode(content) {
    const [first, second, third] = content;
    if (first === undefined || second === undefined) return undefined;
    const hasRecommendation = (first & 0x80) === 0;
    const causeOctet = hasRecommendation ? third : second;
    if (causeOctet === undefined) return undefined;
    const diagnostics = content.subarray(hasRecommendation ? 3 : 2);
    const causeValue = causeOctet & 0x7f;
    const locationValue = first & 0x0f;
    const codingStandardValue = (first >> 5) & 3;
    return {
      causeValue,
      cause: q850Cause(causeValue).name,
      locationValue,
      location: LOCATIONS[locationValue]?.name ?? "",
      codingStandardValue,
      codingStandard: CODING_STANDARDS[codingStandardValue] ?? "",
      ...(hasRecommendation && { recommendation: second & 0x7f }),
      ...(diagnostics.length > 0 && { diagnostics }),
    };
  },
  encode(value) {
    const first = (value.codingStandardValue << 5) | value.locationValue;
    const head = value.recommendation === undefined ? [0x80 | first] : [first, 0x80 | value.recommendation];
    return Uint8Array.of(...head, 0x80 | value.causeValue, ...(value.diagnostics ?? []));
  },
};

/** Cause indicators from their numbers, names filled in. */
export function causeIndicatorsOf(
  causeValue: number,
  locationValue: number,
  codingStandardValue = 0,
): CauseIndicators {
  return {
    causeValue,
    cause: q850Cause(causeValue).name,
    locationValue,
    location: LOCATIONS[locationValue]?.name ?? "",
    codingStandardValue,
    codingStandard: CODING_STANDARDS[codingStandardValue] ?? "",
  };
}

export interface RedirectionInformation {
  readonly redirectingIndicator: number;
  readonly redirecting: string;
  readonly originalReasonIndicator: number;
  readonly originalReason: string;
  /** 1 to 5; absent in the one-octet form. */
  readonly redirectionCounter?: number;
  readonly redirectingReasonIndicator?: number;
  readonly redirectingReason?: string;
}

/** Q.763 (12/1999) §3.45; older networks send the first octet alone. */
export const redirectionInformation: ParameterCodec<RedirectionInformation> = {
  decode([first, second]) {
    if (first === undefined) return undefined;
    const redirectingIndicator = first & 7;
    const originalReasonIndicator = first >> 4;
    return {
      redirectingIndicator,
      redirecting: REDIRECTING_INDICATOR[redirectingIndicator] ?? "",
      originalReasonIndicator,
      originalReason: REDIRECTING_REASON[originalReasonIndicator] ?? "",
      ...(second !== undefined && {
        redirectionCounter: second & 7,
        redirectingReasonIndicator: second >> 4,
        redirectingReason: REDIRECTING_REASON[second >> 4] ?? "",
      }),
    };
  },
  encode(value) {
    const first = (value.originalReasonIndicator << 4) | value.redirectingIndicator;
    if (value.redirectionCounter === undefined) return Uint8Array.of(first);
    return Uint8Array.of(first, ((value.redirectingReasonIndicator ?? 0) << 4) | value.redirectionCounter);
  },
};

export interface EventInformation extends NamedValue {
  /** Event presentation restricted indicator. */
  readonly presentationRestricted: number;
}

/** Q.763 (12/1999) §3.21. */
export const eventInformation: ParameterCodec<EventInformation> = {
  decode([first]) {
    if (first === undefined) return undefined;
    return { value: first & 0x7f, name: EVENT[first & 0x7f] ?? "", presentationRestricted: first >> 7 };
  },
  encode: (value) => Uint8Array.of((value.presentationRestricted << 7) | value.value),
};

/** Q.763 (12/1999) §3.52. */
export const suspendResumeIndicators = bits(1, { networkInitiated: [0, 1] });

/** Q.763 (12/1999) §3.42, §3.7: milliseconds, most significant octet first. */
export const milliseconds: ParameterCodec<{ readonly milliseconds: number }> = {
  decode([first, second]) {
    return first === undefined || second === undefined ? undefined : { milliseconds: first * 256 + second };
  },
  encode: (value) => Uint8Array.of(value.milliseconds >> 8, value.milliseconds & 0xff),
};

/** Q.763 (12/1999) §3.80. */
export const hopCounter = bits(1, { value: [0, 5] });

/** Q.763 (12/1999) §3.61. */
export const userToUserInformation: ParameterCodec<{
  readonly protocolDiscriminator: number;
  readonly octets: Uint8Array;
}> = {
  decode(content) {
    const [first] = content;
    return first === undefined ? undefined : { protocolDiscriminator: first, octets: content.subarray(1) };
  },
  encode: (value) => Uint8Array.of(value.protocolDiscriminator, ...value.octets),
};

/** Q.763 (12/1999) §3.25: a 7-bit code, more octets in extensions. */
export const genericNotification: ParameterCodec<NamedValue> = {
  decode([first]) {
    return first === undefined ? undefined : { value: first & 0x7f, name: NOTIFICATION[first & 0x7f] ?? "" };
  },
  encode: ({ value }) => Uint8Array.of(0x80 | value),
};

export const callingPartysCategory = named(CALLING_PARTYS_CATEGORY);
export const transmissionMedium = named(TRANSMISSION_MEDIUM);
