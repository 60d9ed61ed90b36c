import * as fields from "./fields.ts";
import type { ParameterCodec } from "./fields.ts";
import * as indicators from "./indicators.ts";
import * as codec from "./parameter-codecs.ts";

/** One row of the parameter table. */
export interface ParameterRow<T> {
  /** Parameter name code, 1 to 255. */
  readonly code: number;
  readonly codec: ParameterCodec<T>;
  /** Clause of Q.763 (12/1999), or the standard that has it. */
  readonly clause: string;
  /** May stand in a message several times: its value is a list. */
  readonly isRepeated: boolean;
}

const row = <T>(
  code: number,
  clause: string,
  parameterCodec: ParameterCodec<T>,
): ParameterRow<T> & { isRepeated: false } => ({
  code,
  codec: parameterCodec,
  clause,
  isRepeated: false,
});
const repeated = <T>(
  code: number,
  clause: string,
  parameterCodec: ParameterCodec<T>,
): ParameterRow<T> & { isRepeated: true } => ({
  code,
  codec: parameterCodec,
  clause,
  isRepeated: true,
});
const raw = (code: number, clause: string) => row(code, clause, fields.octets);

const full = codec.number({ b8: "ni", hasPresentation: true, hasScreening: true });
const called = codec.number({ b8: "inn", hasPresentation: false, hasScreening: false });
const diverted = codec.number({ b8: "spare", hasPresentation: true, hasScreening: false });
const connected = codec.number({ b8: "spare", hasPresentation: true, hasScreening: true });
const plain = codec.number({ b8: "spare", hasPresentation: false, hasScreening: false });
const location = codec.number({ b8: "inn", hasPresentation: true, hasScreening: true });

/** Every parameter by its Q.763 name. The order is that of the codes. */
export const PARAMETERS = {
  callReference: raw(0x01, "3.8"),
  transmissionMediumRequirement: row(0x02, "3.54", indicators.transmissionMedium),
  accessTransport: raw(0x03, "3.3"),
  calledPartyNumber: row(0x04, "3.9", called),
  subsequentNumber: row(0x05, "3.51", codec.subsequentNumber),
  natureOfConnectionIndicators: row(0x06, "3.35", indicators.natureOfConnectionIndicators),
  forwardCallIndicators: row(0x07, "3.23", indicators.forwardCallIndicators),
  optionalForwardCallIndicators: row(0x08, "3.38", indicators.optionalForwardCallIndicators),
  callingPartysCategory: row(0x09, "3.11", indicators.callingPartysCategory),
  callingPartyNumber: row(0x0a, "3.10", full),
  redirectingNumber: row(0x0b, "3.44", diverted),
  redirectionNumber: row(0x0c, "3.46", called),
  connectionRequest: raw(0x0d, "3.17"),
  informationRequestIndicators: row(0x0e, "3.29", indicators.informationRequestIndicators),
  informationIndicators: row(0x0f, "3.28", indicators.informationIndicators),
  continuityIndicators: row(0x10, "3.18", indicators.continuityIndicators),
  backwardCallIndicators: row(0x11, "3.5", indicators.backwardCallIndicators),
  causeIndicators: row(0x12, "3.12", codec.causeIndicators),
  redirectionInformation: row(0x13, "3.45", indicators.redirectionInformation),
  circuitGroupSupervisionMessageType: row(0x15, "3.13", indicators.value),
  rangeAndStatus: row(0x16, "3.43", codec.rangeAndStatus),
  facilityIndicator: row(0x18, "3.22", indicators.value),
  closedUserGroupInterlockCode: raw(0x1a, "3.15"),
  userServiceInformation: row(0x1d, "3.57", codec.userServiceInformation),
  signallingPointCode: raw(0x1e, "3.50"),
  userToUserInformation: row(0x20, "3.61", codec.userToUserInformation),
  connectedNumber: row(0x21, "3.16", connected),
  suspendResumeIndicators: row(0x22, "3.52", indicators.suspendResumeIndicators),
  transitNetworkSelection: raw(0x23, "3.53"),
  eventInformation: row(0x24, "3.21", indicators.eventInformation),
  circuitAssignmentMap: raw(0x25, "3.69"),
  circuitStateIndicator: raw(0x26, "3.14"),
  automaticCongestionLevel: row(0x27, "3.4", indicators.value),
  originalCalledNumber: row(0x28, "3.39", diverted),
  optionalBackwardCallIndicators: row(0x29, "3.37", indicators.optionalBackwardCallIndicators),
  userToUserIndicators: row(0x2a, "3.60", indicators.userToUserIndicators),
  originationIscPointCode: raw(0x2b, "3.40"),
  genericNotificationIndicator: repeated(0x2c, "3.25", indicators.genericNotification),
  callHistoryInformation: row(0x2d, "3.7", indicators.milliseconds),
  accessDeliveryInformation: row(0x2e, "3.2", indicators.accessDeliveryInformation),
  networkSpecificFacility: raw(0x2f, "3.36"),
  userServiceInformationPrime: row(0x30, "3.58", codec.userServiceInformation),
  propagationDelayCounter: row(0x31, "3.42", indicators.milliseconds),
  remoteOperations: raw(0x32, "3.48"),
  serviceActivation: raw(0x33, "3.49"),
  userTeleserviceInformation: raw(0x34, "3.59"),
  transmissionMediumUsed: row(0x35, "3.56", indicators.transmissionMedium),
  callDiversionInformation: row(0x36, "3.6", indicators.callDiversionInformation),
  echoControlInformation: row(0x37, "3.19", indicators.echoControlInformation),
  messageCompatibilityInformation: raw(0x38, "3.33"),
  parameterCompatibilityInformation: raw(0x39, "3.41"),
  mlppPrecedence: raw(0x3a, "3.34"),
  mcidRequestIndicators: raw(0x3b, "3.31"),
  mcidResponseIndicators: raw(0x3c, "3.32"),
  hopCounter: row(0x3d, "3.80", indicators.hopCounter),
  transmissionMediumRequirementPrime: row(0x3e, "3.55", indicators.transmissionMedium),
  locationNumber: row(0x3f, "3.30", location),
  redirectionNumberRestriction: row(0x40, "3.47", indicators.redirectionNumberRestriction),
  callTransferReference: raw(0x43, "3.65"),
  loopPreventionIndicators: raw(0x44, "3.67"),
  callTransferNumber: row(0x45, "3.64", connected),
  ccss: raw(0x4b, "3.63"),
  forwardGvns: raw(0x4c, "3.66"),
  backwardGvns: raw(0x4d, "3.62"),
  redirectCapability: raw(0x4e, "3.96"),
  networkManagementControls: raw(0x5b, "3.68"),
  correlationId: raw(0x65, "3.70"),
  scfId: raw(0x66, "3.71"),
  callDiversionTreatmentIndicators: raw(0x6e, "3.72"),
  calledInNumber: row(0x6f, "3.73", diverted),
  callOfferingTreatmentIndicators: raw(0x70, "3.74"),
  chargedPartyIdentification: raw(0x71, "3.75"),
  conferenceTreatmentIndicators: raw(0x72, "3.76"),
  displayInformation: raw(0x73, "3.77"),
  uidActionIndicators: raw(0x74, "3.78"),
  uidCapabilityIndicators: raw(0x75, "3.79"),
  redirectCounter: raw(0x77, "3.97"),
  applicationTransport: repeated(0x78, "3.82", fields.octets),
  collectCallRequest: raw(0x79, "3.81"),
  ccnrPossibleIndicator: raw(0x7a, "3.83"),
  pivotCapability: raw(0x7b, "3.84"),
  pivotRoutingIndicators: raw(0x7c, "3.85"),
  calledDirectoryNumber: row(0x7d, "3.86", called),
  originalCalledInNumber: row(0x7f, "3.87", diverted),
  callingGeodeticLocation: raw(0x81, "3.88"),
  htrInformation: row(0x82, "3.89", plain),
  networkRoutingNumber: raw(0x84, "3.90"),
  queryOnReleaseCapability: raw(0x85, "3.91"),
  pivotStatus: raw(0x86, "3.92"),
  pivotCounter: raw(0x87, "3.93"),
  pivotRoutingForwardInformation: raw(0x88, "3.94"),
  pivotRoutingBackwardInformation: raw(0x89, "3.95"),
  redirectStatus: raw(0x8a, "3.98"),
  redirectForwardInformation: raw(0x8b, "3.99"),
  redirectBackwardInformation: raw(0x8c, "3.100"),
  numberPortabilityForwardInformation: row(0x8d, "3.101", indicators.numberPortabilityForwardInformation),
  forwardCatIndicators: raw(0x8e, "Amd. 6 (2009)"),
  backwardCatIndicators: raw(0x8f, "Amd. 6 (2009)"),
  automaticReRouting: raw(0x96, "Amd. 3 (2004)"),
  iepsCallInformation: raw(0xa6, "Amd. 4 (2006)"),
  vedInformation: raw(0xa8, "Amd. 5 (2006)"),
  genericNumber: repeated(0xc0, "3.26", codec.genericNumber),
  genericDigits: repeated(0xc1, "3.24", fields.octets),
} as const;

/** ANSI T1.113 over the rows of Q.763: codes of its own, and the generic address in the generic number's place. */
export const ANSI_PARAMETERS = {
  genericAddress: repeated(0xc0, "T1.113", codec.genericAddress),
  operatorServicesInformation: raw(0xc2, "T1.113"),
  egressService: raw(0xc3, "T1.113"),
  jurisdictionInformation: raw(0xc4, "T1.113"),
  carrierIdentification: raw(0xc5, "T1.113"),
  businessGroup: raw(0xc6, "T1.113"),
  genericName: raw(0xc7, "T1.113"),
  notificationIndicator: raw(0xe1, "T1.113"),
  ansiServiceActivation: raw(0xe2, "T1.113"),
  transactionRequest: raw(0xe3, "T1.113"),
  localServiceProviderIdentification: raw(0xe4, "T1.113"),
  circuitGroupCharacteristicIndicators: raw(0xe5, "T1.113"),
  circuitValidationResponseIndicator: raw(0xe6, "T1.113"),
  outgoingTrunkGroupNumber: raw(0xe7, "T1.113"),
  circuitIdentificationName: raw(0xe8, "T1.113"),
  clliCode: raw(0xe9, "T1.113"),
  originatingLineInformation: row(0xea, "T1.113", indicators.value),
  chargeNumber: row(0xeb, "T1.113", plain),
  serviceCodeIndicator: raw(0xec, "T1.113"),
  specialProcessingRequest: raw(0xed, "T1.113"),
  carrierSelectionInformation: raw(0xee, "T1.113"),
  networkTransport: raw(0xef, "T1.113"),
} as const;

/** Every row by name, whatever the variant: names are unique, codes are not. */
export const PARAMETER_ROWS = { ...PARAMETERS, ...ANSI_PARAMETERS };

type Rows = typeof PARAMETER_ROWS;
export type ParameterName = keyof Rows;

type ValueOf<R> =
  R extends ParameterRow<infer T> ? (R extends { readonly isRepeated: true } ? readonly T[] : T) : never;

/** Decoded parameters by name; a repeated one is a list. */
export type Parameters = { readonly [N in ParameterName]?: ValueOf<Rows[N]> };

function byCode(tables: readonly Readonly<Record<string, { readonly code: number }>>[]) {
  const names = new Map<number, ParameterName>();
  for (const table of tables) {
    for (const [name, { code }] of Object.entries(table)) names.set(code, name as ParameterName);
  }
  return names;
}

/** Later tables win where codes are the same. */
const BY_CODE = { itu: byCode([PARAMETERS]), ansi: byCode([PARAMETERS, ANSI_PARAMETERS]) };

export function parameterName(code: number, family: "itu" | "ansi" = "itu"): ParameterName | undefined {
  return BY_CODE[family].get(code);
}
