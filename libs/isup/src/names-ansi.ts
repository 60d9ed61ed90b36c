import type { ValueNames } from "./parts.ts";

/** Value names of fields of ANSI T1.113. */

/** Nature of address of the called party number besides those of Q.763: T1.113 §3.8, by two vendors' manuals. */
export const ANSI_CALLED_NATURE: ValueNames = {
  1: "subscriber",
  2: "unknown",
  3: "national",
  4: "international",
  0x71: "subscriberOperatorRequested",
  0x72: "nationalOperatorRequested",
  0x73: "internationalOperatorRequested",
  0x74: "noNumberOperatorRequested",
  0x75: "noNumberCutThroughToCarrier",
  0x76: "950Call",
  0x77: "testLine",
};
export const CHARGE_NATURE: ValueNames = {
  1: "callingSubscriber",
  2: "notAvailable",
  3: "callingNational",
  5: "calledSubscriber",
  6: "calledNoNumber",
  7: "calledNational",
};
export const ANSI_CATEGORY: ValueNames = {
  0: "unknown",
  10: "ordinary",
  11: "priority",
  12: "data",
  13: "test",
  15: "payphone",
  0xe0: "emergencyServiceCall",
  0xe1: "highPriorityEmergencyServiceCall",
  0xe2: "nationalSecurityEmergencyPreparedness",
};
/** Plans under type of network 2, national. */
export const CARRIER_PLAN: ValueNames = { 1: "3DigitCarrier", 2: "4DigitCarrier" };
/** Values of the circuit code of transit network selection, not confirmed by a second source. */
export const CIRCUIT_CODE: ValueNames = {
  0: "unspecified",
  1: "internationalNoOperator",
  2: "internationalOperatorRequested",
};
export const GENERIC_NAME_TYPE: ValueNames = {
  1: "callingName",
  2: "originalCalledName",
  3: "redirectingName",
  4: "connectedName",
};
export const GENERIC_NAME_PRESENTATION: ValueNames = {
  0: "allowed",
  1: "restricted",
  2: "blockingToggle",
  3: "noIndication",
};
export const CARRIER_TYPE: ValueNames = { 0: "unknown", 1: "analogue", 2: "digital", 3: "both" };
export const DOUBLE_SEIZING: ValueNames = {
  0: "none",
  1: "oddCircuits",
  2: "evenCircuits",
  3: "allCircuits",
};
export const ALARM_CARRIER: ValueNames = { 0: "default", 1: "software", 2: "hardware" };
export const CONTINUITY_REQUIREMENT: ValueNames = { 0: "unknown", 1: "none", 2: "statistical", 3: "perCall" };
export const VALIDATION_RESPONSE: ValueNames = { 0: "fail", 1: "success" };
export const CARRIER_SELECTION: ValueNames = {
  0: "noIndication",
  1: "presubscribedNotInput",
  2: "presubscribedAndInput",
  3: "presubscribedInputUnknown",
  4: "notPresubscribedAndInput",
};
/** ANI information digits; those of two stacks, and of one where only one has them. */
export const ORIGINATING_LINE: ValueNames = {
  0: "pots",
  1: "multiparty",
  2: "aniFailure",
  6: "stationLevelRating",
  7: "specialOperatorHandling",
  8: "restricted",
  10: "test",
  20: "aiod",
  23: "coinOrNonCoin",
  24: "800Service",
  25: "800ServiceFromPaystation",
  27: "coinPaystation",
  29: "prison",
  30: "interceptBlank",
  31: "interceptTrouble",
  32: "interceptRegular",
  34: "telcoOperatorHandled",
  52: "outwats",
  60: "trsUnrestricted",
  61: "cellularType1",
  62: "cellularType2",
  63: "cellularRoaming",
  66: "trsHotel",
  67: "trsRestricted",
  68: "restrictedHotel",
  70: "privatePaystation",
  93: "privateVirtualNetwork",
  95: "test",
};
