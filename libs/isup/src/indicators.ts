import { bits, coded, extended, flag, integer, named, number } from "./fields.ts";
import * as n from "./names.ts";
import { octets } from "./octet-fields.ts";
import { list, optional, sequence } from "./parts.ts";

/** Parameters of indicators, each with the clause of Q.763 (12/1999). Bits that have no field here are spare. */

/** Bit H of an octet that no other follows. */
const LAST = { initial: 0x80 };

/** §3.35. */
export const natureOfConnectionIndicators = bits(1, {
  satellite: coded(0, 2, n.SATELLITE),
  continuityCheck: coded(2, 2, n.CONTINUITY_CHECK),
  outgoingEchoControlDevice: flag(4),
});

/** §3.23; bits M and N are national there, and number portability's in EN 302 097 and T1.113 (two dissectors agree). */
export const forwardCallIndicators = bits(2, {
  internationalCall: flag(0),
  endToEndMethod: coded(1, 2, n.END_TO_END_METHOD),
  interworking: flag(3),
  endToEndInformation: flag(4),
  isdnUserPart: flag(5),
  isdnUserPartPreference: coded(6, 2, n.ISUP_PREFERENCE),
  isdnAccess: flag(8),
  sccpMethod: coded(9, 2, n.SCCP_METHOD),
  portedNumberTranslated: flag(12),
  queryOnReleaseAttempt: flag(13),
});

/** §3.5; bit J is the IAM segmentation indicator in T1.113. */
export const backwardCallIndicators = bits(2, {
  chargeIndicator: coded(0, 2, n.CHARGE),
  calledPartysStatusIndicator: coded(2, 2, n.CALLED_PARTYS_STATUS),
  calledPartysCategoryIndicator: coded(4, 2, n.CALLED_PARTYS_CATEGORY),
  endToEndMethod: coded(6, 2, n.END_TO_END_METHOD),
  interworking: flag(8),
  endToEndInformation: flag(9),
  isdnUserPart: flag(10),
  holding: flag(11),
  isdnAccess: flag(12),
  echoControlDevice: flag(13),
  sccpMethod: coded(14, 2, n.SCCP_METHOD),
});

/** §3.37. */
export const optionalBackwardCallIndicators = bits(1, {
  inBandInformation: flag(0),
  callDiversionMayOccur: flag(1),
  simpleSegmentation: flag(2),
  mlppUser: flag(3),
});

/** §3.38. */
export const optionalForwardCallIndicators = bits(1, {
  closedUserGroup: coded(0, 2, n.CLOSED_USER_GROUP),
  simpleSegmentation: flag(2),
  connectedLineIdentityRequest: flag(7),
});

/** §3.45; older networks send the first octet alone. The counter is 1 to 5. */
export const redirectionInformation = sequence(
  bits(1, {
    redirectingIndicator: coded(0, 3, n.REDIRECTING_INDICATOR),
    originalReasonIndicator: coded(4, 4, n.REDIRECTING_REASON),
  }),
  optional(
    bits(1, {
      redirectionCounter: number(0, 3),
      redirectingReasonIndicator: coded(4, 4, n.REDIRECTING_REASON),
    }),
    () => true,
  ),
);

/** §3.21. */
export const eventInformation = bits(1, { value: coded(0, 7, n.EVENT), presentationRestricted: flag(7) });

/** §3.52. */
export const suspendResumeIndicators = bits(1, { networkInitiated: flag(0) });

/** §3.18. */
export const continuityIndicators = bits(1, { continuityCheckSuccessful: flag(0) });

/** §3.29; the second octet is half reserved for national use, half spare. */
export const informationRequestIndicators = bits(2, {
  callingPartyAddress: flag(0),
  holding: flag(1),
  callingPartysCategory: flag(3),
  chargeInformation: flag(4),
  maliciousCallIdentification: flag(7),
  reserved: number(12, 4),
});

/** §3.28. The address response has two bits: one source's one bit is a slip. */
export const informationIndicators = bits(2, {
  callingPartyAddressResponse: coded(0, 2, n.ADDRESS_RESPONSE),
  holdProvided: flag(2),
  callingPartysCategoryResponse: flag(5),
  chargeInformationResponse: flag(6),
  unsolicited: flag(7),
  reserved: number(12, 4),
});

/** §3.19. */
export const echoControlInformation = bits(1, {
  outgoingDevice: coded(0, 2, n.ECHO_DEVICE),
  incomingDevice: coded(2, 2, n.ECHO_DEVICE),
  outgoingDeviceRequest: coded(4, 2, n.ECHO_REQUEST),
  incomingDeviceRequest: coded(6, 2, n.ECHO_REQUEST),
});

/** §3.60: services 2 not essential, 3 essential in a request; 1 not provided, 2 provided in a response. */
export const userToUserIndicators = bits(1, {
  isResponse: flag(0),
  service1: number(1, 2),
  service2: number(3, 2),
  service3: number(5, 2),
  discardedByNetwork: flag(7),
});

/** §3.6. */
export const callDiversionInformation = bits(1, {
  notificationSubscriptionOptions: coded(0, 3, n.NOTIFICATION_SUBSCRIPTION),
  redirectingReasonIndicator: coded(3, 4, n.REDIRECTING_REASON),
});

/** §3.47. */
export const redirectionNumberRestriction = bits(1, {
  presentationRestricted: coded(0, 2, n.PRESENTATION_RESTRICTION),
});

/** §3.2: 1 no set-up message was generated. */
export const accessDeliveryInformation = bits(1, { accessDeliveryIndicator: number(0, 1) });

/** §3.101. */
export const numberPortabilityForwardInformation = bits(
  1,
  { status: coded(0, 4, n.PORTABILITY_STATUS) },
  LAST,
);

/** §3.13. Value 2 is of 1984, and software failure in T1.113. */
export const circuitGroupSupervisionMessageType = bits(1, { value: coded(0, 2, n.SUPERVISION_TYPE) });

/** §3.42, §3.7. */
export const milliseconds = integer("milliseconds", 2);

/** §3.80, §3.93, §3.97. */
export const counter = bits(1, { value: number(0, 5) });

/** §3.25. Codes 0x4a and 0x4b: one source prints 0x40 and 0x41, and 0x70 for 0x6a. */
export const genericNotification = extended({ value: coded(0, 7, n.NOTIFICATION) }, []);

/** §3.14, an octet for each circuit. With call processing state 0, maintenance 0 is transient and 3 unequipped. */
export const circuitStateIndicator = list(
  "circuits",
  bits(1, {
    maintenanceBlockingState: number(0, 2),
    callProcessingState: coded(2, 2, n.CALL_PROCESSING_STATE),
    hardwareBlockingState: coded(4, 2, n.HARDWARE_STATE),
  }),
);

/** §3.43; status has one bit for each circuit from that of the CIC on, where the message has it. */
export const rangeAndStatus = sequence(
  bits(1, { range: number(0, 8) }),
  octets("status", { isOptional: true }),
);

/** §3.40, §3.50: 14 bits, least significant octet first (two stacks; a dissector takes them for big-endian). */
export const pointCode = bits(2, { signallingPointCode: number(0, 14) });

/** §3.8. */
export const callReference = sequence(integer("callIdentity", 3), pointCode);

/** §3.17: protocol class and credit may be missing. */
export const connectionRequest = sequence(
  integer("localReference", 3),
  pointCode,
  optional(bits(1, { protocolClass: number(0, 8) }), () => true),
  optional(bits(1, { credit: number(0, 8) }), () => true),
);

/** §3.69; bit 1 of the first map octet is circuit 1. */
export const circuitAssignmentMap = sequence(
  bits(1, { mapType: coded(0, 6, n.MAP_TYPE) }),
  octets("map", { length: 4 }),
);

/** §3.31, §3.32: bit A identification, bit B holding; one source has B of the two messages swapped. */
export const mcidRequestIndicators = bits(1, { mcidRequested: flag(0), holdingRequested: flag(1) });
export const mcidResponseIndicators = bits(1, { mcidIncluded: flag(0), holdingProvided: flag(1) });

/** §3.67: the response field says something in a response only. */
export const loopPreventionIndicators = bits(1, {
  isResponse: flag(0),
  responseIndicator: coded(1, 2, n.LOOP_RESPONSE),
});

export const callTransferReference = bits(1, { callTransferIdentity: number(0, 8) });
export const ccss = bits(1, { ccssCall: flag(0) });
export const backwardGvns = bits(1, { terminatingAccessIndicator: coded(0, 2, n.TERMINATING_ACCESS) }, LAST);
export const networkManagementControls = bits(1, { temporaryAlternativeRouting: flag(0) }, LAST);
export const callDiversionTreatmentIndicators = bits(
  1,
  { callToBeDivertedIndicator: coded(0, 2, n.DIVERSION_TREATMENT) },
  LAST,
);
export const callOfferingTreatmentIndicators = bits(
  1,
  { callToBeOfferedIndicator: coded(0, 2, n.OFFERING_TREATMENT) },
  LAST,
);
export const conferenceTreatmentIndicators = bits(
  1,
  { conferenceAcceptanceIndicator: coded(0, 2, n.CONFERENCE_TREATMENT) },
  LAST,
);
export const uidActionIndicators = bits(1, { throughConnect: flag(0), stopT9: flag(1) }, LAST);
export const uidCapabilityIndicators = bits(
  1,
  { throughConnectionModificationPossible: flag(0), stoppingT9Possible: flag(1) },
  LAST,
);
export const collectCallRequest = bits(1, { collectCallRequested: flag(0) });
export const ccnrPossibleIndicator = bits(1, { ccnrPossible: flag(0) });
export const pivotCapability = bits(
  1,
  {
    pivotPossibleIndicator: coded(0, 3, n.REDIRECT_POSSIBLE),
    interworkingToRedirectionNotAllowed: flag(6),
  },
  LAST,
);
export const redirectCapability = bits(
  1,
  { redirectPossibleIndicator: coded(0, 3, n.REDIRECT_POSSIBLE) },
  LAST,
);
export const pivotRoutingIndicators = bits(1, { pivotRoutingIndicator: coded(0, 7, n.PIVOT_ROUTING) }, LAST);
export const pivotStatus = bits(1, { statusIndicator: coded(0, 2, n.PIVOT_STATUS) }, LAST);
export const queryOnReleaseCapability = bits(1, { queryOnReleaseSupported: flag(0) }, LAST);

/** §3.11. */
export const callingPartysCategory = named(n.CALLING_PARTYS_CATEGORY);
/** §3.54 to §3.56; prime and used are speech or 3.1 kHz audio, other values reserved there. */
export const transmissionMedium = named(n.TRANSMISSION_MEDIUM);
export const facilityIndicator = named(n.FACILITY);
export const automaticCongestionLevel = named(n.CONGESTION_LEVEL);
