/** Value names of ISUP fields, Q.763 (12/1999) §3. An index without a name is spare or reserved. */
export type ValueNames = Readonly<Record<number, string>>;

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
export const TRANSMISSION_MEDIUM: ValueNames = {
  0: "speech",
  2: "64kUnrestricted",
  3: "3.1kHzAudio",
  6: "64kPreferred",
  7: "2x64kUnrestricted",
  8: "384kUnrestricted",
  9: "1536kUnrestricted",
  10: "1920kUnrestricted",
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
