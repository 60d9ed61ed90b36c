import * as codec from "./parameter-codecs.ts";
import type { ParameterCodec } from "./parameter-codecs.ts";

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
const raw = (code: number, clause: string) => row(code, clause, codec.octets);

const full = codec.number({ b8: "ni", hasPresentation: true, hasScreening: true });
const called = codec.number({ b8: "inn", hasPresentation: false, hasScreening: false });
const diverted = codec.number({ b8: "spare", hasPresentation: true, hasScreening: false });
const connected = codec.number({ b8: "spare", hasPresentation: true, hasScreening: true });
const location = codec.number({ b8: "inn", hasPresentation: true, hasScreening: true });

/** Every parameter by its Q.763 name. The order is that of the codes. */
export const PARAMETERS = {
  callReference: raw(0x01, "3.8"),
  transmissionMediumRequirement: row(0x02, "3.54", codec.transmissionMedium),
  accessTransport: raw(0x03, "3.3"),
  calledPartyNumber: row(0x04, "3.9", called),
  subsequentNumber: raw(0x05, "3.51"),
  natureOfConnectionIndicators: row(0x06, "3.35", codec.natureOfConnectionIndicators),
  forwardCallIndicators: row(0x07, "3.23", codec.forwardCallIndicators),
  optionalForwardCallIndicators: row(0x08, "3.38", codec.optionalForwardCallIndicators),
  callingPartysCategory: row(0x09, "3.11", codec.callingPartysCategory),
  callingPartyNumber: row(0x0a, "3.10", full),
  redirectingNumber: row(0x0b, "3.44", diverted),
  redirectionNumber: row(0x0c, "3.46", called),
  connectionRequest: raw(0x0d, "3.17"),
  informationRequestIndicators: raw(0x0e, "3.29"),
  informationIndicators: raw(0x0f, "3.28"),
  continuityIndicators: raw(0x10, "3.18"),
  backwardCallIndicators: row(0x11, "3.5", codec.backwardCallIndicators),
  causeIndicators: row(0x12, "3.12", codec.causeIndicators),
  redirectionInformation: row(0x13, "3.45", codec.redirectionInformation),
  circuitGroupSupervisionMessageType: raw(0x15, "3.13"),
  rangeAndStatus: raw(0x16, "3.43"),
  facilityIndicator: raw(0x18, "3.22"),
  closedUserGroupInterlockCode: raw(0x1a, "3.15"),
  userServiceInformation: raw(0x1d, "3.57"),
  signallingPointCode: raw(0x1e, "3.50"),
  userToUserInformation: row(0x20, "3.61", codec.userToUserInformation),
  connectedNumber: row(0x21, "3.16", connected),
  suspendResumeIndicators: row(0x22, "3.52", codec.suspendResumeIndicators),
  transitNetworkSelection: raw(0x23, "3.53"),
  eventInformation: row(0x24, "3.21", codec.eventInformation),
  circuitAssignmentMap: raw(0x25, "3.69"),
  circuitStateIndicator: raw(0x26, "3.14"),
  automaticCongestionLevel: raw(0x27, "3.4"),
  originalCalledNumber: row(0x28, "3.39", diverted),
  optionalBackwardCallIndicators: row(0x29, "3.37", codec.optionalBackwardCallIndicators),
  userToUserIndicators: raw(0x2a, "3.60"),
  originationIscPointCode: raw(0x2b, "3.40"),
  genericNotificationIndicator: repeated(0x2c, "3.25", codec.genericNotification),
  callHistoryInformation: row(0x2d, "3.7", codec.milliseconds),
  accessDeliveryInformation: raw(0x2e, "3.2"),
  networkSpecificFacility: raw(0x2f, "3.36"),
  userServiceInformationPrime: raw(0x30, "3.58"),
  propagationDelayCounter: row(0x31, "3.42", codec.milliseconds),
  remoteOperations: raw(0x32, "3.48"),
  serviceActivation: raw(0x33, "3.49"),
  userTeleserviceInformation: raw(0x34, "3.59"),
  transmissionMediumUsed: row(0x35, "3.56", codec.transmissionMedium),
  callDiversionInformation: raw(0x36, "3.6"),
  echoControlInformation: raw(0x37, "3.19"),
  messageCompatibilityInformation: raw(0x38, "3.33"),
  parameterCompatibilityInformation: raw(0x39, "3.41"),
  mlppPrecedence: raw(0x3a, "3.34"),
  mcidRequestIndicators: raw(0x3b, "3.31"),
  mcidResponseIndicators: raw(0x3c, "3.32"),
  hopCounter: row(0x3d, "3.80", codec.hopCounter),
  transmissionMediumRequirementPrime: row(0x3e, "3.55", codec.transmissionMedium),
  locationNumber: row(0x3f, "3.30", location),
  redirectionNumberRestriction: raw(0x40, "3.47"),
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
  applicationTransport: repeated(0x78, "3.82", codec.octets),
  collectCallRequest: raw(0x79, "3.81"),
  ccnrPossibleIndicator: raw(0x7a, "3.83"),
  pivotCapability: raw(0x7b, "3.84"),
  pivotRoutingIndicators: raw(0x7c, "3.85"),
  calledDirectoryNumber: row(0x7d, "3.86", called),
  originalCalledInNumber: row(0x7f, "3.87", diverted),
  callingGeodeticLocation: raw(0x81, "3.88"),
  htrInformation: raw(0x82, "3.89"),
  networkRoutingNumber: raw(0x84, "3.90"),
  queryOnReleaseCapability: raw(0x85, "3.91"),
  pivotStatus: raw(0x86, "3.92"),
  pivotCounter: raw(0x87, "3.93"),
  pivotRoutingForwardInformation: raw(0x88, "3.94"),
  pivotRoutingBackwardInformation: raw(0x89, "3.95"),
  redirectStatus: raw(0x8a, "3.98"),
  redirectForwardInformation: raw(0x8b, "3.99"),
  redirectBackwardInformation: raw(0x8c, "3.100"),
  numberPortabilityForwardInformation: raw(0x8d, "3.101"),
  genericNumber: repeated(0xc0, "3.26", codec.genericNumber),
  genericDigits: repeated(0xc1, "3.24", codec.octets),
} as const;

export type ParameterName = keyof typeof PARAMETERS;

type ValueOf<R> = R extends ParameterRow<infer T> & { isRepeated: infer M }
  ? M extends true
    ? readonly T[]
    : T
  : never;

/** Decoded parameters by name; a repeated one is a list. */
export type Parameters = { readonly [N in ParameterName]?: ValueOf<(typeof PARAMETERS)[N]> };

const BY_CODE = new Map<number, ParameterName>();
for (const name of Object.keys(PARAMETERS) as ParameterName[]) BY_CODE.set(PARAMETERS[name].code, name);

export function parameterName(code: number): ParameterName | undefined {
  return BY_CODE.get(code);
}
