import { CODING_STANDARDS, LOCATIONS, q850Cause } from "./causes.ts";
import type { ParameterCodec } from "./fields.ts";
import {
  LAYER_1_PROTOCOL,
  NUMBER_QUALIFIER,
  TRANSFER_CAPABILITY,
  TYPE_OF_ADDRESS,
  type ValueNames,
} from "./names.ts";
import {
  decodeDigits,
  decodeNumber,
  encodeDigits,
  encodeNumber,
  type Digits,
  type IsupNumber,
  type NumberLayout,
} from "./number-codec.ts";

export function number(layout: NumberLayout): ParameterCodec<IsupNumber> {
  return {
    minimum: 2,
    decode: (content) => decodeNumber(content, layout),
    encode: (value, base) => encodeNumber(value, layout, base),
  };
}

export interface GenericNumber extends IsupNumber {
  /** Number qualifier indicator, Q.763 (12/1999) §3.26; type of address in ANSI T1.113. */
  readonly qualifierIndicator: number;
  readonly qualifier: string;
}

/** A number behind an octet that says what number it is. */
function qualified(names: ValueNames, layout: NumberLayout): ParameterCodec<GenericNumber> {
  return {
    minimum: 3,
    decode(content) {
      const qualifierIndicator = content[0] ?? 0;
      const qualifier = names[qualifierIndicator] ?? "";
      return { ...decodeNumber(content.subarray(1), layout), qualifierIndicator, qualifier };
    },
    encode: (value, base) =>
      Uint8Array.of(value.qualifierIndicator, ...encodeNumber(value, layout, base?.subarray(1))),
  };
}

export const genericNumber = qualified(NUMBER_QUALIFIER, {
  b8: "ni",
  hasPresentation: true,
  hasScreening: true,
});
export const genericAddress = qualified(TYPE_OF_ADDRESS, {
  b8: "spare",
  hasPresentation: true,
  hasScreening: false,
});

/** Q.763 (12/1999) §3.51: odd/even in b8, then digits. */
export const subsequentNumber: ParameterCodec<Digits> = {
  minimum: 1,
  decode: (content) => decodeDigits(content.subarray(1), ((content[0] ?? 0) & 0x80) !== 0),
  encode(value, base) {
    const { octets: signals, isOdd } = encodeDigits(value);
    return Uint8Array.of((isOdd ? 0x80 : 0) | ((base?.[0] ?? 0) & 0x7f), ...signals);
  },
};

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
  minimum: 2,
  decode(content) {
    const [first = 0x80, second = 0, third] = content;
    // Some senders clear the extension bit without octet 1a: two octets are location and cause.
    const hasRecommendation = (first & 0x80) === 0 && third !== undefined;
    const causeOctet = hasRecommendation ? third : second;
    const diagnostics = content.subarray(hasRecommendation ? 3 : 2);
    return {
      ...causeIndicatorsOf(causeOctet & 0x7f, first & 0x0f, (first >> 5) & 3),
      ...(hasRecommendation && { recommendation: second & 0x7f }),
      ...(diagnostics.length > 0 && { diagnostics }),
    };
  },
  encode(value, base) {
    const spare = (base?.[0] ?? 0) & 0x10;
    const first = (value.codingStandardValue << 5) | spare | value.locationValue;
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
    cause: q850Cause(causeValue, codingStandardValue).name,
    locationValue,
    location: LOCATIONS[locationValue]?.name ?? "",
    codingStandardValue,
    codingStandard: CODING_STANDARDS[codingStandardValue] ?? "",
  };
}

/** Q.763 (12/1999) §3.61. */
export const userToUserInformation: ParameterCodec<{
  readonly protocolDiscriminator: number;
  readonly octets: Uint8Array;
}> = {
  minimum: 1,
  decode: (content) => ({ protocolDiscriminator: content[0] ?? 0, octets: content.subarray(1) }),
  encode: (information) => Uint8Array.of(information.protocolDiscriminator, ...information.octets),
};

/** Q.763 (12/1999) §3.43. */
export interface RangeAndStatus {
  /** Circuits beside the one of the CIC. */
  readonly range: number;
  /** One bit for each circuit, where the message has them. */
  readonly status?: Uint8Array;
}

export const rangeAndStatus: ParameterCodec<RangeAndStatus> = {
  minimum: 1,
  decode: (content) => ({
    range: content[0] ?? 0,
    ...(content.length > 1 && { status: content.subarray(1) }),
  }),
  encode: ({ range, status }) => Uint8Array.of(range, ...(status ?? [])),
};

/** The fields are read from `octets`, which alone are written. */
export interface UserServiceInformation {
  readonly codingStandardValue?: number;
  readonly informationTransferCapabilityValue?: number;
  readonly informationTransferCapability?: string;
  readonly transferModeValue?: number;
  readonly informationTransferRateValue?: number;
  /** User information layer 1 protocol, where an octet names one. */
  readonly layer1ProtocolValue?: number;
  readonly layer1Protocol?: string;
  /** The whole content. */
  readonly octets: Uint8Array;
}

/** Q.763 (12/1999) §3.57: the bearer capability of Q.931 §4.5.5 from its octet 3 on. */
export const userServiceInformation: ParameterCodec<UserServiceInformation> = {
  minimum: 2,
  decode(content) {
    const [first = 0, second = 0] = content;
    const capability = first & 0x1f;
    const layer1 = layer1Of(content);
    return {
      codingStandardValue: (first >> 5) & 3,
      informationTransferCapabilityValue: capability,
      informationTransferCapability: TRANSFER_CAPABILITY[capability] ?? "",
      transferModeValue: (second >> 5) & 3,
      informationTransferRateValue: second & 0x1f,
      ...(layer1 !== undefined && {
        layer1ProtocolValue: layer1,
        layer1Protocol: LAYER_1_PROTOCOL[layer1] ?? "",
      }),
      octets: content,
    };
  },
  encode: (information) => information.octets,
};

const MULTIRATE = 24;

/** The octet with layer identification 01, behind the rate and its extensions. */
function layer1Of(content: Uint8Array): number | undefined {
  let at = 1;
  while (at < content.length && ((content[at] ?? 0) & 0x80) === 0) at++;
  if (((content[1] ?? 0) & 0x1f) === MULTIRATE) at++;
  const octet = content[at + 1];
  return octet !== undefined && ((octet >> 5) & 3) === 1 ? octet & 0x1f : undefined;
}
