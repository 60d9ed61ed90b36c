import type { ValueNames } from "./parts.ts";

/** Value names of ISUP fields, Q.763 (12/1999) §3. A value without a name is spare or reserved. */

export const NATURE_OF_ADDRESS: ValueNames = {
  1: "subscriber",
  2: "unknown",
  3: "national",
  4: "international",
  5: "networkSpecific",
  6: "networkRoutingNational",
  7: "networkRoutingNetworkSpecific",
  8: "networkRoutingWithCalledDirectory",
};
export const NUMBERING_PLAN: ValueNames = { 1: "isdn", 3: "data", 4: "telex", 5: "private" };
export const PRESENTATION: ValueNames = {
  0: "allowed",
  1: "restricted",
  2: "notAvailable",
  3: "restrictedByNetwork",
};
export const SCREENING: ValueNames = {
  0: "userProvidedNotVerified",
  1: "userProvidedVerifiedPassed",
  2: "userProvidedVerifiedFailed",
  3: "networkProvided",
};
export const CALLING_PARTYS_CATEGORY: ValueNames = {
  0: "unknown",
  1: "operatorFrench",
  2: "operatorEnglish",
  3: "operatorGerman",
  4: "operatorRussian",
  5: "operatorSpanish",
  10: "ordinary",
  11: "priority",
  12: "data",
  13: "test",
  15: "payphone",
};
/** §3.54: 16 to 18 and 20 on are n times 64 kbit/s, where 24 times is the 1536 kbit/s of value 9. */
export const TRANSMISSION_MEDIUM: ValueNames = {
  0: "speech",
  2: "64kUnrestricted",
  3: "3.1kHzAudio",
  6: "64kPreferred",
  7: "2x64kUnrestricted",
  8: "384kUnrestricted",
  9: "1536kUnrestricted",
  10: "1920kUnrestricted",
  16: "3x64kUnrestricted",
  17: "4x64kUnrestricted",
  18: "5x64kUnrestricted",
  ...multiples(20, 36),
  ...multiples(38, 42),
};
export const EVENT: ValueNames = {
  1: "alerting",
  2: "progress",
  3: "inBandInformation",
  4: "callForwardedOnBusy",
  5: "callForwardedOnNoReply",
  6: "callForwardedUnconditional",
};
export const REDIRECTING_REASON: ValueNames = {
  0: "unknown",
  1: "userBusy",
  2: "noReply",
  3: "unconditional",
  4: "deflectionDuringAlerting",
  5: "deflectionImmediate",
  6: "mobileNotReachable",
};
export const REDIRECTING_INDICATOR: ValueNames = {
  0: "noRedirection",
  1: "rerouted",
  2: "reroutedAllRestricted",
  3: "diverted",
  4: "divertedAllRestricted",
  5: "reroutedNumberRestricted",
  6: "divertedNumberRestricted",
};
export const CALLED_PARTYS_STATUS: ValueNames = {
  0: "noIndication",
  1: "subscriberFree",
  2: "connectWhenFree",
};
export const CALLED_PARTYS_CATEGORY: ValueNames = { 0: "noIndication", 1: "ordinary", 2: "payphone" };
export const CHARGE: ValueNames = { 0: "noIndication", 1: "noCharge", 2: "charge" };
export const NOTIFICATION: ValueNames = {
  0x00: "userSuspended",
  0x01: "userResumed",
  0x02: "bearerServiceChange",
  0x03: "asn1Discriminator",
  0x04: "callCompletionDelay",
  0x42: "conferenceEstablished",
  0x43: "conferenceDisconnected",
  0x44: "otherPartyAdded",
  0x45: "isolated",
  0x46: "reattached",
  0x47: "otherPartyIsolated",
  0x48: "otherPartyReattached",
  0x49: "otherPartySplit",
  0x4a: "otherPartyDisconnected",
  0x4b: "conferenceFloating",
  0x60: "callIsWaiting",
  0x68: "diversionActivated",
  0x69: "transferAlerting",
  0x6a: "transferActive",
  0x79: "remoteHold",
  0x7a: "remoteRetrieval",
  0x7b: "callIsDiverting",
};
export const NUMBER_QUALIFIER: ValueNames = {
  0: "dialledDigits",
  1: "additionalCalled",
  2: "supplementalCallingFailedScreening",
  3: "supplementalCallingNotScreened",
  4: "redirectingTerminating",
  5: "additionalConnected",
  6: "additionalCalling",
  7: "additionalOriginalCalled",
  8: "additionalRedirecting",
  9: "additionalRedirection",
};
/** ANSI T1.113 generic address, octet 1. */
export const TYPE_OF_ADDRESS: ValueNames = {
  0: "dialledNumber",
  1: "destinationNumber",
  2: "supplementalCallingFailedScreening",
  3: "supplementalCallingNotScreened",
  4: "completionNumber",
  192: "portedNumber",
};
/** Information transfer capability and layer 1 protocol of Q.931 §4.5.5. */
export const TRANSFER_CAPABILITY: ValueNames = {
  0: "speech",
  8: "unrestrictedDigital",
  9: "restrictedDigital",
  16: "3.1kHzAudio",
  17: "unrestrictedDigitalWithTones",
  24: "video",
};
export const LAYER_1_PROTOCOL: ValueNames = {
  1: "V.110",
  2: "G.711 mu-law",
  3: "G.711 A-law",
  4: "G.721",
  5: "H.221",
  6: "H.223",
  7: "non-ITU",
  8: "V.120",
  9: "X.31",
};

function multiples(first: number, last: number): ValueNames {
  const count = last - first + 1;
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [first + index, `${first + index - 13}x64kUnrestricted`]),
  );
}

export const SATELLITE: ValueNames = { 0: "none", 1: "one", 2: "two" };
export const CONTINUITY_CHECK: ValueNames = {
  0: "notRequired",
  1: "requiredOnThisCircuit",
  2: "performedOnPreviousCircuit",
};
export const END_TO_END_METHOD: ValueNames = { 0: "none", 1: "passAlong", 2: "sccp", 3: "passAlongAndSccp" };
export const SCCP_METHOD: ValueNames = {
  0: "noIndication",
  1: "connectionless",
  2: "connectionOriented",
  3: "connectionlessAndConnectionOriented",
};
export const ISUP_PREFERENCE: ValueNames = { 0: "preferred", 1: "notRequired", 2: "required" };
export const CLOSED_USER_GROUP: ValueNames = {
  0: "nonCug",
  2: "outgoingAccessAllowed",
  3: "outgoingAccessNotAllowed",
};
export const ECHO_DEVICE: ValueNames = {
  0: "noInformation",
  1: "notIncludedNotAvailable",
  2: "included",
  3: "notIncludedButAvailable",
};
export const ECHO_REQUEST: ValueNames = { 0: "noInformation", 1: "activate", 2: "deactivate" };
export const ADDRESS_RESPONSE: ValueNames = { 0: "notIncluded", 1: "notAvailable", 3: "included" };
export const NOTIFICATION_SUBSCRIPTION: ValueNames = {
  0: "unknown",
  1: "presentationNotAllowed",
  2: "presentationAllowedWithNumber",
  3: "presentationAllowedWithoutNumber",
};
export const PRESENTATION_RESTRICTION: ValueNames = { 0: "allowed", 1: "restricted" };
export const PORTABILITY_STATUS: ValueNames = {
  0: "noIndication",
  1: "queryNotDone",
  2: "queryDoneNotPorted",
  3: "queryDonePorted",
};
export const SUPERVISION_TYPE: ValueNames = {
  0: "maintenanceOriented",
  1: "hardwareFailureOriented",
  2: "reservedFor1984",
};
export const FACILITY: ValueNames = { 2: "userToUserService" };
export const CONGESTION_LEVEL: ValueNames = { 1: "level1Exceeded", 2: "level2Exceeded" };
export const HARDWARE_STATE: ValueNames = {
  0: "active",
  1: "locallyBlocked",
  2: "remotelyBlocked",
  3: "locallyAndRemotelyBlocked",
};
/** §3.14: 0 is transient or unequipped, which the maintenance bits tell apart. */
export const CALL_PROCESSING_STATE: ValueNames = { 1: "incomingBusy", 2: "outgoingBusy", 3: "idle" };
export const LOOK_AHEAD_FOR_BUSY: ValueNames = { 0: "allowed", 1: "pathReserved", 2: "notAllowed" };
export const PRECEDENCE_LEVEL: ValueNames = {
  0: "flashOverride",
  1: "flash",
  2: "immediate",
  3: "priority",
  4: "routine",
};
export const LOOP_RESPONSE: ValueNames = {
  0: "insufficientInformation",
  1: "noLoopExists",
  2: "simultaneousTransfer",
};
export const TERMINATING_ACCESS: ValueNames = { 0: "noInformation", 1: "dedicated", 2: "switched" };
export const DIVERSION_TREATMENT: ValueNames = { 0: "noIndication", 1: "allowed", 2: "notAllowed" };
export const OFFERING_TREATMENT: ValueNames = { 0: "noIndication", 1: "notAllowed", 2: "allowed" };
export const CONFERENCE_TREATMENT: ValueNames = { 0: "noIndication", 1: "accept", 2: "reject" };
export const REDIRECT_POSSIBLE: ValueNames = {
  0: "noIndication",
  1: "beforeAcm",
  2: "beforeAnm",
  3: "anyTime",
};
export const PIVOT_ROUTING: ValueNames = {
  0: "noIndication",
  1: "request",
  2: "cancelRequest",
  3: "requestFailure",
  4: "interworkingToRedirectionProhibited",
};
export const PIVOT_STATUS: ValueNames = { 0: "notUsed", 1: "acknowledgement", 2: "willNotBeInvoked" };
export const FORWARD_TAG: ValueNames = {
  1: "returnToInvokingExchangePossible",
  2: "returnToInvokingExchangeCallIdentifier",
  3: "performingIndicator",
  4: "invokingReason",
};
export const BACKWARD_TAG: ValueNames = {
  1: "returnToInvokingExchangeDuration",
  2: "returnToInvokingExchangeCallIdentifier",
  3: "invokingReason",
};
export const NETWORK_TYPE: ValueNames = { 0: "itu", 2: "national", 3: "international" };
/** §3.53 c), with type of network 0; with type 2 the values are national. */
export const NETWORK_PLAN: ValueNames = { 0: "unknown", 3: "dataNetworkX121", 6: "mobileNetworkE212" };
/** §3.90. */
export const ROUTING_NUMBER_NATURE: ValueNames = { 1: "nationalFormat", 2: "networkSpecificFormat" };
export const DIGITS_TYPE: ValueNames = {
  0: "accountCode",
  1: "authorisationCode",
  2: "privateNetworkTravellingClassMark",
  3: "businessCommunicationGroupIdentity",
};
export const DIGITS_ENCODING: ValueNames = { 0: "bcdEven", 1: "bcdOdd", 2: "ia5", 3: "binary" };
export const MAP_TYPE: ValueNames = { 1: "1544k", 2: "2048k" };
export const APPLICATION_CONTEXT: ValueNames = {
  0: "unidentifiedContext",
  1: "pss1",
  3: "charging",
  4: "gat",
  5: "bat",
  6: "enhancedUnidentifiedContext",
};
export const PROTOCOL_PROFILE: ValueNames = { 17: "remoteOperations" };
export const FEATURE: ValueNames = { 1: "callTransfer" };
export const USER_TO_USER_PROTOCOL: ValueNames = {
  0: "userSpecific",
  1: "osiHighLayer",
  2: "x244",
  3: "systemManagement",
  4: "ia5",
  5: "x208",
  7: "v120",
  8: "q931",
};
export const BAND_INTERWORKING: ValueNames = { 0: "passOn", 1: "discardMessage", 2: "releaseCall" };
export const PASS_ON_NOT_POSSIBLE: ValueNames = {
  0: "releaseCall",
  1: "discardMessage",
  2: "discardParameter",
};
export const LOCATION_PRESENTATION: ValueNames = { 0: "allowed", 1: "restricted", 2: "notAvailable" };
export const SHAPE: ValueNames = {
  0: "ellipsoidPoint",
  1: "ellipsoidPointWithUncertainty",
  2: "pointWithAltitudeAndUncertainty",
  3: "ellipse",
  4: "circleSector",
  5: "polygon",
};
export const TRANSFER_MODE: ValueNames = { 0: "circuit", 2: "packet" };
export const TRANSFER_RATE: ValueNames = {
  0: "packet",
  16: "64k",
  17: "2x64k",
  19: "384k",
  21: "1536k",
  23: "1920k",
  24: "multirate",
};
export const CODING_STANDARD: ValueNames = { 0: "itu", 1: "iso", 2: "national", 3: "local" };
/** High layer characteristics, Q.931 §4.5.17. */
export const HIGH_LAYER: ValueNames = {
  1: "telephony",
  4: "facsimileGroup3",
  33: "facsimileGroup4",
  36: "facsimileGroup4Mixed",
  40: "facsimileGroup4Processable",
  49: "teletex",
  50: "videotex",
  53: "telex",
  56: "messageHandling",
  65: "osiApplication",
  94: "maintenance",
  95: "management",
  96: "videotelephony",
};
export const LAYER_2_PROTOCOL: ValueNames = {
  1: "basicMode",
  2: "Q.921",
  6: "X.25",
  12: "LLC",
  16: "userSpecified",
};
export const LAYER_3_PROTOCOL: ValueNames = {
  2: "Q.931",
  6: "X.25",
  7: "X.223",
  8: "ISO 8473",
  11: "TR 9577",
};
/** Information elements of Q.931 §4.5, as in access transport; 0x80 and more take one octet. */
export const INFORMATION_ELEMENT: ValueNames = {
  0x04: "bearerCapability",
  0x08: "cause",
  0x14: "callState",
  0x18: "channelIdentification",
  0x1c: "facility",
  0x1e: "progressIndicator",
  0x20: "networkSpecificFacilities",
  0x27: "notificationIndicator",
  0x28: "display",
  0x29: "dateTime",
  0x2c: "keypadFacility",
  0x34: "signal",
  0x4c: "connectedNumber",
  0x4d: "connectedSubaddress",
  0x6c: "callingPartyNumber",
  0x6d: "callingPartySubaddress",
  0x70: "calledPartyNumber",
  0x71: "calledPartySubaddress",
  0x78: "transitNetworkSelection",
  0x79: "restartIndicator",
  0x7c: "lowLayerCompatibility",
  0x7d: "highLayerCompatibility",
  0x7e: "userUser",
};
