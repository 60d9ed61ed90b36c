import { bits, named, over, type NamedValue, type ParameterCodec } from "./fields.ts";
import {
  CALLED_PARTYS_CATEGORY,
  CALLED_PARTYS_STATUS,
  CALLING_PARTYS_CATEGORY,
  CHARGE,
  EVENT,
  NOTIFICATION,
  REDIRECTING_INDICATOR,
  REDIRECTING_REASON,
  TRANSMISSION_MEDIUM,
} from "./names.ts";

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
  queryOnReleaseAttempt: [13, 1],
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
  minimum: 2,
  decode(content) {
    const value = backwardBits.decode(content);
    return {
      ...value,
      charge: CHARGE[value.chargeIndicator] ?? "",
      calledPartysStatus: CALLED_PARTYS_STATUS[value.calledPartysStatusIndicator] ?? "",
      calledPartysCategory: CALLED_PARTYS_CATEGORY[value.calledPartysCategoryIndicator] ?? "",
    };
  },
  encode: (value, base) => backwardBits.encode(value, base),
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
  minimum: 1,
  decode([first = 0, second]) {
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
  encode(value, base) {
    const spare = (base?.[0] ?? 0) & 0x08;
    const first = (value.originalReasonIndicator << 4) | spare | value.redirectingIndicator;
    if (value.redirectionCounter === undefined) return Uint8Array.of(first);
    const reserved = (base?.[1] ?? 0) & 0x08;
    const second = ((value.redirectingReasonIndicator ?? 0) << 4) | reserved | value.redirectionCounter;
    return over(base, Uint8Array.of(first, second));
  },
};

export interface EventInformation extends NamedValue {
  /** Event presentation restricted indicator. */
  readonly presentationRestricted: number;
}

/** Q.763 (12/1999) §3.21. */
export const eventInformation: ParameterCodec<EventInformation> = {
  minimum: 1,
  decode: ([first = 0]) => ({
    value: first & 0x7f,
    name: EVENT[first & 0x7f] ?? "",
    presentationRestricted: first >> 7,
  }),
  encode: (value, base) => over(base, Uint8Array.of((value.presentationRestricted << 7) | value.value)),
};

/** Q.763 (12/1999) §3.52. */
export const suspendResumeIndicators = bits(1, { networkInitiated: [0, 1] });

/** Q.763 (12/1999) §3.18. */
export const continuityIndicators = bits(1, { continuityCheckSuccessful: [0, 1] });

/** Q.763 (12/1999) §3.29. */
export const informationRequestIndicators = bits(2, {
  callingPartyAddress: [0, 1],
  holding: [1, 1],
  callingPartysCategory: [3, 1],
  chargeInformation: [4, 1],
  maliciousCallIdentification: [7, 1],
});

/** Q.763 (12/1999) §3.28. */
export const informationIndicators = bits(2, {
  callingPartyAddressResponse: [0, 2],
  holdProvided: [2, 1],
  callingPartysCategoryResponse: [5, 1],
  chargeInformationResponse: [6, 1],
  unsolicited: [7, 1],
});

/** Q.763 (12/1999) §3.19: devices 0 no information, 1 not included, 2 included; requests 1 activate, 2 deactivate. */
export const echoControlInformation = bits(1, {
  outgoingDevice: [0, 2],
  incomingDevice: [2, 2],
  outgoingDeviceRequest: [4, 2],
  incomingDeviceRequest: [6, 2],
});

/** Q.763 (12/1999) §3.60; the services mean request or response by the first bit. */
export const userToUserIndicators = bits(1, {
  isResponse: [0, 1],
  service1: [1, 2],
  service2: [3, 2],
  service3: [5, 2],
  discardedByNetwork: [7, 1],
});

/** Q.763 (12/1999) §3.6. */
export const callDiversionInformation = bits(1, {
  notificationSubscriptionOptions: [0, 3],
  redirectingReasonIndicator: [3, 4],
});

/** Q.763 (12/1999) §3.47: 1 restricted. */
export const redirectionNumberRestriction = bits(1, { presentationRestricted: [0, 2] });

/** Q.763 (12/1999) §3.2: 1 no set-up message was generated. */
export const accessDeliveryInformation = bits(1, { accessDeliveryIndicator: [0, 1] });

/** Q.763 (12/1999) §3.101; bit H is an extension bit. */
export const numberPortabilityForwardInformation = bits(1, { status: [0, 4] }, 0x80);

/** One octet that is a number: Q.763 (12/1999) §3.4, §3.13, §3.22, ANSI T1.113. */
export const value = bits(1, { value: [0, 8] });

/** Q.763 (12/1999) §3.42, §3.7: milliseconds, most significant octet first. */
export const milliseconds: ParameterCodec<{ readonly milliseconds: number }> = {
  minimum: 2,
  decode: ([first = 0, second = 0]) => ({ milliseconds: first * 256 + second }),
  encode: (delay, base) => over(base, Uint8Array.of(delay.milliseconds >> 8, delay.milliseconds & 0xff)),
};

/** Q.763 (12/1999) §3.80. */
export const hopCounter = bits(1, { value: [0, 5] });

/** Q.763 (12/1999) §3.25: a 7-bit code, more octets in extensions. */
export const genericNotification: ParameterCodec<NamedValue> = {
  minimum: 1,
  decode: ([first = 0]) => ({ value: first & 0x7f, name: NOTIFICATION[first & 0x7f] ?? "" }),
  encode: (notification, base) =>
    over(base, Uint8Array.of(((base?.[0] ?? 0x80) & 0x80) | notification.value)),
};
export const callingPartysCategory = named(CALLING_PARTYS_CATEGORY);
export const transmissionMedium = named(TRANSMISSION_MEDIUM);
