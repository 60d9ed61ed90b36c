/** Where a field of pycrate's stands in our value: a path, or a function of the value and the place in its list. */
export type Place = string | ((value: Values, index: number) => unknown);
export type Values = Readonly<Record<string, unknown>>;

/** ST, which ends a number, counts as a signal; pycrate takes it for a filler and does not show it. */
const isOdd = ({ digits, stSignal }: Values): number =>
  (String(digits).length + (stSignal === true ? 1 : 0)) % 2;

/** Address fields, called the same in every number. */
const NUMBER: Readonly<Record<string, Place>> = {
  OE: isOdd,
  NAI: "natureOfAddressIndicator",
  INN: "internalNetworkNumber",
  NI: "incomplete",
  NumPlan: "numberingPlanIndicator",
  AddrPresInd: "presentationIndicator",
  ScreeningInd: "screeningIndicator",
  NumQualifInd: "qualifierIndicator",
  Num: "digits",
};

const instruction = (list: string): Readonly<Record<string, Place>> => ({
  TransitAtIntermedExchInd: `${list}endNodeInterpretation`,
  ReleaseCallInd: `${list}releaseCall`,
  SendNotifInd: `${list}sendNotification`,
  DiscardMessageInd: `${list}discardMessage`,
  DiscardParamInd: `${list}discardParameter`,
  PassOnNotPossibleInd: `${list}passOnNotPossible`,
  BroadbandNarrowbandInterworkInd: `${list}broadbandNarrowbandInterworking`,
});

const IA5 = 2;

/** BCD digits, the first in the low nibble, a filler of 0 behind an odd number. */
function packed(digits: string): Uint8Array {
  const pairs = digits.match(/../g) ?? [];
  const last = digits.length % 2 === 0 ? [] : [`${digits.at(-1)}0`];
  return Uint8Array.from([...pairs, ...last], (pair) =>
    Number.parseInt(`${pair.charAt(1)}${pair.charAt(0)}`, 16),
  );
}

const ITEMS = { Tag: "items[].tag", Val: "items[].octets" };
const VALUE = { Value: "value" };

const USER_SERVICE = {
  CodingStd: "codingStandardValue",
  InfoTransferCap: "informationTransferCapabilityValue",
  TransferMode: "transferModeValue",
  InfoTransferRate: "informationTransferRateValue",
  UserInfoLayer1Prot: "layer1ProtocolValue",
  UserInfoLayer2Prot: "layer2ProtocolValue",
  UserInfoLayer3Prot: "layer3ProtocolValue",
};

const NETWORK = {
  NetworkIdent: ({ networkIdentity }: Values) => Number.parseInt(String(networkIdentity), 16),
};

/** Steps of 3GPP TS 23.032 §6.1: a sign and 23 bits for 90 degrees, 24 bits for 360. */
const latitudeSteps = ({ latitude }: Values): number => Math.round((Number(latitude) / 90) * 2 ** 23);
const longitudeSteps = ({ longitude }: Values): number => Math.round((Number(longitude) / 360) * 2 ** 24);

/** Elements of Q.931 §4.5.1: with bit 8 an octet of two fields, else an identifier with length and content. */
const elementAt = ({ elements }: Values, index: number): Values =>
  (elements as readonly Values[])[index] ?? {};
const identifierAt = (value: Values, index: number): number => Number(elementAt(value, index)["identifier"]);
const INFORMATION_ELEMENTS: Readonly<Record<string, Place>> = {
  S: (value, index) => identifierAt(value, index) >> 7,
  ID: (value, index) => {
    const identifier = identifierAt(value, index);
    return identifier >> 7 === 1 ? (identifier >> 4) & 7 : identifier;
  },
  Val: (value, index) => elementAt(value, index)["octets"] ?? identifierAt(value, index) & 0x0f,
};

const POINT_CODE = "signallingPointCode";

/** What pycrate's fields of each parameter are here, by pycrate's names; `""` is a parameter that is one field. */
export const PLACES: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  accessTransport: INFORMATION_ELEMENTS,
  accessDeliveryInformation: { Value: "accessDeliveryIndicator" },
  applicationTransport: {
    AppCtxtIdent: "applicationContextIdentifier",
    SNI: "sendNotification",
    RCI: "releaseCall",
    SI: "newSequence",
    APMSegmentationInd: "segmentationIndicator",
    cont: "segmentationLocalReference",
    EncapsulatedAppInfo: "encapsulated",
  },
  automaticCongestionLevel: { "": "value" },
  backwardCallIndicators: {
    EtoEMethodInd: "endToEndMethod",
    CalledPartyCatInd: "calledPartysCategoryIndicator",
    CalledPartyStatusInd: "calledPartysStatusIndicator",
    ChargeInd: "chargeIndicator",
    SCCPMethodInd: "sccpMethod",
    EchoControlDeviceInd: "echoControlDevice",
    ISDNAccessInd: "isdnAccess",
    HoldingInd: "holding",
    ISDNUserPartInd: "isdnUserPart",
    EtoEInfoInd: "endToEndInformation",
    InterworkingInd: "interworking",
  },
  backwardGvns: { TerminatingAccessInd: "terminatingAccessIndicator" },
  callDiversionInformation: {
    RedirectingReason: "redirectingReasonIndicator",
    NotifSubsOptions: "notificationSubscriptionOptions",
  },
  callDiversionTreatmentIndicators: { CallToBeDivertedInd: "callToBeDivertedIndicator" },
  callHistoryInformation: { "": "milliseconds" },
  callOfferingTreatmentIndicators: { CallToBeOfferedInd: "callToBeOfferedIndicator" },
  callReference: { CallIdentity: "callIdentity", SignallingPointCode: POINT_CODE },
  callTransferNumber: NUMBER,
  callTransferReference: { "": "callTransferIdentity" },
  calledDirectoryNumber: NUMBER,
  calledInNumber: NUMBER,
  calledPartyNumber: NUMBER,
  callingGeodeticLocation: {
    LPRI: "presentationIndicator",
    Screening: "screeningIndicator",
    TypeOfShape: "typeOfShapeIndicator",
    LatSign: (value) => (Object.is(latitudeSteps(value), -0) || latitudeSteps(value) < 0 ? 1 : 0),
    LatDegrees: (value) => Math.abs(latitudeSteps(value)),
    LongDegrees: (value) => longitudeSteps(value) & 0xff_ffff,
    unknown: "shape",
  },
  callingPartyNumber: NUMBER,
  callingPartysCategory: { "": "value" },
  causeIndicators: {
    CodingStd: "codingStandardValue",
    Location: "locationValue",
    Class: ({ causeValue }) => Number(causeValue) >> 4,
    Cause: ({ causeValue }) => Number(causeValue) & 0x0f,
  },
  ccnrPossibleIndicator: { Value: "ccnrPossible" },
  ccss: { CCSSCallInd: "ccssCall" },
  chargedPartyIdentification: { "": "octets" },
  circuitAssignmentMap: {
    MapType: "mapType",
    Map: ({ map }) => (map as Uint8Array).reduceRight((all, octet) => all * 256 + octet, 0),
  },
  circuitGroupSupervisionMessageType: VALUE,
  circuitStateIndicator: {
    HardwareBlockingState: "circuits[].hardwareBlockingState",
    CallProcessingState: "circuits[].callProcessingState",
    MaintenanceBlockingState: "circuits[].maintenanceBlockingState",
  },
  closedUserGroupInterlockCode: { ...NETWORK, Code: "binaryCode" },
  collectCallRequest: { Value: "collectCallRequested" },
  conferenceTreatmentIndicators: { ConferenceAcceptInd: "conferenceAcceptanceIndicator" },
  connectedNumber: NUMBER,
  connectionRequest: {
    LocalRef: "localReference",
    SignallingPointCode: POINT_CODE,
    ProtocolClass: "protocolClass",
    Credit: "credit",
  },
  continuityIndicators: { Value: "continuityCheckSuccessful" },
  correlationId: { "": "octets" },
  echoControlInformation: {
    IncomingEchoControlDeviceReqInd: "incomingDeviceRequest",
    OutgoingEchoControlDeviceReqInd: "outgoingDeviceRequest",
    IncomingEchoControlDeviceInfoInd: "incomingDevice",
    OutgoingEchoControlDeviceInfoInd: "outgoingDevice",
  },
  eventInformation: { EventPresInd: "presentationRestricted", EventInd: "value" },
  facilityIndicator: { "": "value" },
  forwardCallIndicators: {
    ISDNUserPartPrefInd: "isdnUserPartPreference",
    ISDNUserPartInd: "isdnUserPart",
    EtoEInfoInd: "endToEndInformation",
    InterworkingInd: "interworking",
    EtoEMethodInd: "endToEndMethod",
    InternatCallInd: "internationalCall",
    SCCPMethodInd: "sccpMethod",
    ISDNAccessInd: "isdnAccess",
  },
  genericNotificationIndicator: VALUE,
  genericDigits: {
    Encoding: "encodingSchemeIndicator",
    Type: "typeOfDigitsIndicator",
    Digits: ({ encodingSchemeIndicator, digits, octets }) =>
      octets ??
      (encodingSchemeIndicator === IA5 ? Buffer.from(String(digits), "latin1") : packed(String(digits))),
  },
  genericNumber: NUMBER,
  hopCounter: VALUE,
  htrInformation: NUMBER,
  informationIndicators: {
    SolicitedInfoInd: "unsolicited",
    ChargeInfoRespInd: "chargeInformationResponse",
    CallingPartyCatRespInd: "callingPartysCategoryResponse",
    HoldingProvidedInd: "holdProvided",
    CallingPartyAddrRespInd: "callingPartyAddressResponse",
  },
  informationRequestIndicators: {
    MaliciousCallIdReqInd: "maliciousCallIdentification",
    ChargeInfoReqInd: "chargeInformation",
    CallingPartyCatReqInd: "callingPartysCategory",
    HoldingInd: "holding",
    CallingPartyAddrReqInd: "callingPartyAddress",
  },
  locationNumber: NUMBER,
  loopPreventionIndicators: { ResponseInd: "responseIndicator", Type: "isResponse" },
  // Both names of bit B are the other's in §3.31 and §3.32; the bits agree.
  mcidRequestIndicators: { HoldingProvidedInd: "holdingRequested", MCIDReqInd: "mcidRequested" },
  mcidResponseIndicators: { HoldingInd: "holdingProvided", MCIDRespInd: "mcidIncluded" },
  messageCompatibilityInformation: instruction(""),
  mlppPrecedence: {
    LFB: "lookAheadForBusyIndicator",
    PrecedenceLevel: "precedenceLevelIndicator",
    ...NETWORK,
    MLPPServiceDom: "serviceDomain",
  },
  natureOfConnectionIndicators: {
    EchoControlDeviceInd: "outgoingEchoControlDevice",
    ContinuityCheckInd: "continuityCheck",
    SatelliteInd: "satellite",
  },
  networkManagementControls: { TARInd: "temporaryAlternativeRouting" },
  networkRoutingNumber: NUMBER,
  networkSpecificFacility: {
    TypeOfNetworkIdent: (value) =>
      (value["networkIdentification"] as Values)["typeOfNetworkIdentificationIndicator"],
    NetworkIdentPlan: (value) =>
      (value["networkIdentification"] as Values)["networkIdentificationPlanIndicator"],
    NetworkSpecFacilityInd: "facility",
  },
  numberPortabilityForwardInformation: { Value: "status" },
  optionalBackwardCallIndicators: {
    MLPPUsedInd: "mlppUser",
    SimpleSegmentationInd: "simpleSegmentation",
    CallDiversionMayOccurInd: "callDiversionMayOccur",
    InbandInfoInd: "inBandInformation",
  },
  optionalForwardCallIndicators: {
    ConnectedLineIdentReqInd: "connectedLineIdentityRequest",
    SimpleSegmentationInd: "simpleSegmentation",
    ClosedUserGroupCallInd: "closedUserGroup",
  },
  originalCalledInNumber: NUMBER,
  originalCalledNumber: NUMBER,
  originationIscPointCode: { "": POINT_CODE },
  parameterCompatibilityInformation: {
    Param: "instructions[].parameterCode",
    ...instruction("instructions[]."),
  },
  pivotCapability: {
    InterworkToRedirectInd: "interworkingToRedirectionNotAllowed",
    PivotPossibleInd: "pivotPossibleIndicator",
  },
  pivotCounter: VALUE,
  pivotRoutingBackwardInformation: ITEMS,
  pivotRoutingForwardInformation: ITEMS,
  pivotStatus: { Value: "statusIndicator" },
  pivotRoutingIndicators: { Value: "pivotRoutingIndicator" },
  propagationDelayCounter: { "": "milliseconds" },
  queryOnReleaseCapability: { Value: "queryOnReleaseSupported" },
  rangeAndStatus: { Range: "range", Status: ({ status }) => status ?? new Uint8Array(0) },
  redirectBackwardInformation: ITEMS,
  redirectCapability: { Value: "redirectPossibleIndicator" },
  redirectCounter: VALUE,
  redirectForwardInformation: ITEMS,
  redirectStatus: { Value: "statusIndicator" },
  redirectingNumber: NUMBER,
  redirectionInformation: {
    OriginalRedirectReason: "originalReasonIndicator",
    RedirectingInd: "redirectingIndicator",
    RedirectingReason: "redirectingReasonIndicator",
    RedirectCounter: "redirectionCounter",
  },
  redirectionNumber: NUMBER,
  redirectionNumberRestriction: { PresentationRestrictedInd: "presentationRestricted" },
  remoteOperations: { ProtocolProfile: "protocolProfileIndicator", Components: "components" },
  scfId: { "": "octets" },
  serviceActivation: { FeatureCode: "features[].featureCode" },
  signallingPointCode: { "": POINT_CODE },
  subsequentNumber: NUMBER,
  suspendResumeIndicators: { Value: "networkInitiated" },
  transitNetworkSelection: {
    OE: isOdd,
    TypeOfNetworkIdent: "typeOfNetworkIdentificationIndicator",
    NetworkIdentPlan: "networkIdentificationPlanIndicator",
    Num: "digits",
  },
  transmissionMediumRequirement: { "": "value" },
  transmissionMediumRequirementPrime: { "": "value" },
  transmissionMediumUsed: { "": "value" },
  uidActionIndicators: { T9TimerInsInd: "stopT9", ThroughConnectionInsInd: "throughConnect" },
  uidCapabilityIndicators: {
    T9TimerInd: "stoppingT9Possible",
    ThroughConnectionInd: "throughConnectionModificationPossible",
  },
  userServiceInformation: USER_SERVICE,
  userServiceInformationPrime: USER_SERVICE,
  userTeleserviceInformation: {
    CodingStd: "codingStandardValue",
    Interpretation: "interpretation",
    Presentation: "presentationMethod",
    HighLayerCharIdent: "highLayerCharacteristicsValue",
    ExtLayerCharIdent: "extendedCharacteristics",
  },
  userToUserIndicators: {
    NetworkDiscardInd: "discardedByNetwork",
    Service3: "service3",
    Service2: "service2",
    Service1: "service1",
    Type: "isResponse",
  },
  userToUserInformation: {
    "": ({ protocolDiscriminator, octets }) =>
      Uint8Array.of(Number(protocolDiscriminator), ...(octets as Uint8Array)),
  },
};

/** Fields that say nothing of their own, spare bits, extension bits, lengths; and those inside a shape, octets here. */
export const PASSED_OVER: ReadonlySet<string> = new Set([
  "ext",
  "spare",
  "res",
  "Len",
  "ReservedNationalUse",
  "LayerIdent1",
  "LayerIdent2",
  "LayerIdent3",
  ...["UncertaintyCode", "Confidence", "MajorRadius", "MinorRadius", "Orientation"],
  ...["Radius", "Offset", "IncludedAngle", "AltSign", "Alt"],
]);

/** Parameters that are not compared, with the reason. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  forwardGvns: "three numbers whose fields have the same names",
  displayInformation:
    "octets here: pycrate takes Q.931's identifier and length to be part of it, another source does not",
  forwardCatIndicators: "an amendment that pycrate does not know",
  backwardCatIndicators: "an amendment that pycrate does not know",
  automaticReRouting: "an amendment that pycrate does not know",
  iepsCallInformation: "an amendment that pycrate does not know",
  vedInformation: "an amendment that pycrate does not know",
};

/** Our value at a place, for the nth of a list. */
export function ourValueAt(place: Place, value: Values, index: number): unknown {
  if (typeof place === "function") return place(value, index);
  const [list, name] = place.split("[].");
  if (name === undefined) return value[place];
  return (value[list ?? ""] as readonly Values[])[index]?.[name];
}
