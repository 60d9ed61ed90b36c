import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { editIsup, type ParameterChanges } from "./build.ts";
import { parameterCompatibilityInformation } from "./composites.ts";
import { decodeIsup, encodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { isupFromJson, isupToJson } from "./json.ts";
import { decodeContent, encodeContent } from "./parameter-row.ts";
import { isParameterName, PARAMETER_ROWS, type ParameterName } from "./parameters.ts";
import { parameterName } from "./variants.ts";

/** Messages and parameters of other implementations: read where the folder is, never copied here. */
const root = resolve(import.meta.dirname, "../../..", process.env["TANDEM_CORPUS"] ?? "../shared/corpus");
const file = `${root}/isup/vectors.json`;

interface Vector {
  readonly id: string;
  readonly kind: "message" | "parameter";
  readonly name: string;
  readonly messageType?: string;
  readonly paramCode?: number | null;
  readonly hex: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

type Values = Readonly<Record<string, unknown>>;

/** Where a source's field stands here: a field, or what is made of the value and its content. */
type Place = string | ((value: Values, content: Uint8Array) => unknown);

const raw: Place = (_value, content) => hexOf(content);
const oddBit =
  (at: number): Place =>
  (_value, content) =>
    ((content[at] ?? 0) & 0x80) !== 0;
const withSt: Place = ({ digits, stSignal }) => `${String(digits)}${stSignal === true ? "F" : ""}`;
const lastOf =
  (list: string, field: string): Place =>
  (value) =>
    (value[list] as Values[]).at(-1)?.[field];

/** Fields whose name says the same in every parameter. */
const FIELDS: Readonly<Record<string, Place>> = {
  aPMSegmentationIndicator: "segmentationIndicator",
  address: "digits",
  addressRepresentationRestrictedIndicator: "presentationIndicator",
  automaticCongestionLevel: "value",
  callHistory: "milliseconds",
  callTransferReference: "callTransferIdentity",
  callingPartAddressRequestIndicator: "callingPartyAddress",
  callingPartyAddressResponseIndicator: "callingPartyAddressResponse",
  callingPartyCategory: "value",
  callingPartysCategoryRequestIndicator: "callingPartysCategory",
  callingPartysCategoryResponseIndicator: "callingPartysCategoryResponse",
  callDiversionMayOccurIndicator: "callDiversionMayOccur",
  callOfferingTreatmentIndicators: raw,
  causeValue: "causeValue",
  cause: "causeValue",
  chargeInformationRequestIndicator: "chargeInformation",
  chargeInformationResponseIndicator: "chargeInformationResponse",
  circuitGroupSuperVisionMessageTypeIndicator: "value",
  circuitState: raw,
  circuits: ({ range }) => Number(range) + 1,
  closedUserGroupCallIndicator: "closedUserGroup",
  codingStandard: "codingStandardValue",
  codingStandart: "codingStandardValue",
  conferenceAcceptance: raw,
  connectedLineIdentityRequestIndicator: "connectedLineIdentityRequest",
  continuityCheck: "continuityCheck",
  continuityCheckIndicator: "continuityCheck",
  customInformationTransferRate: "rateMultiplier",
  decodedDigits: "digits",
  digits: withSt,
  discardMessageIndicator: "discardMessage",
  discardParameterIndicator: "discardParameter",
  duplexMode: "isFullDuplex",
  eHighLayerCharIdentification: "extendedCharacteristics",
  eVideoTelephonyCharIdentification: "extendedCharacteristics",
  echoControlDevice: "outgoingEchoControlDevice",
  echoControlDeviceIndicator: "echoControlDevice",
  encapsulatedApplicationInformation: "encapsulated",
  encodedDigits: (_value, content) => hexOf(content.subarray(1)),
  encodingScheme: "encodingSchemeIndicator",
  endToEndInformationIndicator: "endToEndInformation",
  endToEndMethodIndicator: "endToEndMethod",
  eventIndicator: "value",
  eventPresentationRestrictedIndicator: "presentationRestricted",
  facilityIndicator: ({ value }) => (Number(value) << 24) >> 24,
  flowControlOnRx: "flowControlOnRx",
  flowControlOnTx: "flowControlOnTx",
  highLayerCharIdentification: "highLayerCharacteristicsValue",
  holdProvidedIndicator: "holdProvided",
  holdingIndicator: "holding",
  holdingProvidedIndicator: "holdingProvided",
  hopCounter: "value",
  inbandInformationIndicator: "inBandInformation",
  incomingEchoControlDeviceInformationIndicator: "incomingDevice",
  incomingEchoControlDeviceInformationRequestIndicator: "incomingDeviceRequest",
  info: raw,
  informationTransferCapability: "informationTransferCapabilityValue",
  informationTransferRate: "informationTransferRateValue",
  inn: "internalNetworkNumber",
  internalNetworkNumberIndicator: "internalNetworkNumber",
  interworkingIndicator: "interworking",
  isdnAccessIndicator: "isdnAccess",
  isdnUserPartIndicator: "isdnUserPart",
  isdnUserPartReferenceIndicator: "isdnUserPartPreference",
  l1UserInformation: "layer1ProtocolValue",
  l2UserInformation: "layer2ProtocolValue",
  l3UserInformation: "layer3ProtocolValue",
  l3Protocol: "layer3Extension",
  lfb: "lookAheadForBusyIndicator",
  location: "locationValue",
  maliciousCallIdentificationRequestIndicator: "maliciousCallIdentification",
  mapFormat: ({ map }) => octetsLittleEndian(map),
  mcidIncludedIndicator: "mcidIncluded",
  mcidRequestIndicator: "mcidRequested",
  mllpServiceDomain: ({ serviceDomain }) => octetsBigEndian(serviceDomain),
  serviceDomain: ({ serviceDomain }) => octetsBigEndian(serviceDomain),
  mllpUserIndicator: "mlppUser",
  nai: "natureOfAddressIndicator",
  nationalCallIdentificator: "internationalCall",
  negotiation: "negotiationPossible",
  networkIdentificationPlan: "networkIdentificationPlanIndicator",
  ni: "incomplete",
  niDigits: ({ networkIdentity }) => String(networkIdentity).replace(/./g, "0$&"),
  binaryCode: ({ binaryCode }) => octetsBigEndian(binaryCode),
  nicOnRx: "networkClockOnRx",
  nicOnTx: "networkClockOnTx",
  numberIncomplete: "incomplete",
  numberIncompleteIndicator: "incomplete",
  numberQualifierIndicator: "qualifierIndicator",
  numberingPlan: "numberingPlanIndicator",
  odd: oddBit(0),
  oddFlag: oddBit(0),
  originalRedirectionReason: "originalReasonIndicator",
  outgoingEchoControlDeviceInformationIndicator: "outgoingDevice",
  outgoingEchoControlDeviceInformationRequestIndicator: "outgoingDeviceRequest",
  passOnNotPossibleIndicator: "passOnNotPossible",
  bandInterworkingIndicator: "broadbandNarrowbandInterworking",
  precedence: "precedenceLevelIndicator",
  precedenceLevel: "precedenceLevelIndicator",
  presentation: "presentationIndicator",
  redirectingReason: "redirectingReasonIndicator",
  redirectionReason: "redirectingReasonIndicator",
  releaseCallIndicator: "releaseCall",
  satelliteIndicator: "satellite",
  sccpMethodIndicator: "sccpMethod",
  screening: "screeningIndicator",
  segmentationIndicator: "newSequence",
  sendNotificationIndicator: "sendNotification",
  signalingPointCode: "signallingPointCode",
  simpleSegmentationIndicator: "simpleSegmentation",
  solicitedInformationIndicator: "unsolicited",
  suspendResumeIndicator: "networkInitiated",
  syncMode: "isAsynchronous",
  transferMode: "transferModeValue",
  transimissionMediumUsed: "value",
  transitAtIntermediateExchangeIndicator: "endNodeInterpretation",
  typeOfDigits: "typeOfDigitsIndicator",
  typeOfNetworkIdentification: "typeOfNetworkIdentificationIndicator",
};

/** Fields that say another thing in this parameter. */
const FIELDS_OF: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  // The source takes an octet behind an extension for a second set of the same instructions, and asserts the last.
  messageCompatibilityInformation: {
    bandInterworkingIndicator: (_value, content) => ((content.at(-1) ?? 0) >> 5) & 3,
  },
  rangeAndStatus: { status: ({ status }) => status ?? "" },
  continuityIndicators: { continuityCheck: "continuityCheckSuccessful" },
  natureOfConnectionIndicators: { echoControlDeviceIndicator: "outgoingEchoControlDevice" },
  mcidRequestIndicators: { holdingIndicator: "holdingRequested" },
  informationIndicators: { holdingIndicator: "holdProvided" },
  genericNumber: { oddFlag: oddBit(1) },
  userTeleserviceInformation: {
    eHighLayerCharIdentificationPresent: ({ extendedCharacteristics, highLayerCharacteristicsValue }) =>
      extendedCharacteristics !== undefined && isMaintenance(highLayerCharacteristicsValue),
    eVideoTelephonyCharIdentificationPresent: ({ extendedCharacteristics, highLayerCharacteristicsValue }) =>
      extendedCharacteristics !== undefined && !isMaintenance(highLayerCharacteristicsValue),
  },
  networkSpecificFacility: {
    includeNetworkIdentification: (_value, content) => (content[0] ?? 0) > 0,
    lengthOfNetworkIdentification: (_value, content) => content[0],
    typeOfNetworkIdentification: ({ networkIdentification }) =>
      (networkIdentification as Values)["typeOfNetworkIdentificationIndicator"],
    networkIdentificationPlan: ({ networkIdentification }) =>
      (networkIdentification as Values)["networkIdentificationPlanIndicator"],
  },
  parameterCompatibilityInformation: Object.fromEntries(
    [
      ["parameterCode", "parameterCode"],
      ["transitAtIntermediateExchangeIndicator", "endNodeInterpretation"],
      ["releaseCallIndicator", "releaseCall"],
      ["sendNotificationIndicator", "sendNotification"],
      ["discardMessageIndicator", "discardMessage"],
      ["discardParameterIndicator", "discardParameter"],
      ["passOnNotPossibleIndicator", "passOnNotPossible"],
      ["bandInterworkingIndicator", "broadbandNarrowbandInterworking"],
    ].map(([theirs = "", ours = ""]) => [theirs, lastOf("instructions", ours)]),
  ),
};
const secondOctet: Place = (value) =>
  lastOfInstructions(value)["broadbandNarrowbandInterworking"] !== undefined;

function lastOfInstructions(value: Values): Values {
  return (value["instructions"] as Values[]).at(-1) ?? {};
}

function isMaintenance(highLayer: unknown): boolean {
  return highLayer === 94 || highLayer === 95;
}

function octetsBigEndian(octets: unknown): number {
  return [...(octets as Uint8Array)].reduce((sum, octet) => sum * 256 + octet, 0);
}

function octetsLittleEndian(octets: unknown): number {
  return octetsBigEndian((octets as Uint8Array).toReversed());
}

/** What the corpus calls a parameter otherwise. */
const PARAMETER_NAMES: Readonly<Record<string, ParameterName>> = {
  CallingPartyCategory: "callingPartysCategory",
  MCIDRequestIndicators: "mcidRequestIndicators",
  MCIDResponseIndicators: "mcidResponseIndicators",
  MLPPPrecedence: "mlppPrecedence",
  MessageCompatibilityInstructionIndicator: "messageCompatibilityInformation",
  ParameterCompatibilityInstructionIndicators: "parameterCompatibilityInformation",
};

function nameHere(theirs: string): ParameterName | undefined {
  const name = PARAMETER_NAMES[theirs] ?? theirs.charAt(0).toLowerCase() + theirs.slice(1);
  return isParameterName(name) ? name : undefined;
}

/** Types that the corpus names otherwise. */
const TYPE_NAMES: Readonly<Record<string, string>> = { APT: "APM" };

/**
 * Where sources disagree, or a source asks for what is not asked for here. The value is what holds here, with the reason;
 * `vector field`, or a field of every vector.
 */
const DECISIONS: Readonly<Record<string, readonly [here: unknown, reason: string]>> = {
  ...decided(["p067", "p068"], "most significant octet first: pycrate and tshark against jss7", {
    localReference: 0x0c7826,
  }),
  ...decided(["p069"], "one octet of three: what is missing reads as zero, with a warning", {
    encapsulatedApplicationInformation: "",
  }),
  ...decided(["p102"], "no digits are digits, too", { address: "" }),
  ...decided(["m091"], "its length is that of its octets; only the number of digits is odd", {
    error: "decoded",
  }),
  ...decided(["p011"], "bit H of octet 1 is 0: octet 1a follows, as tshark reads it", {
    sendNotificationIndicator: 0,
    releaseCallIndicator: 1,
    segmentationIndicator: 0,
    aPMSegmentationIndicator: 6,
    segmentationLocalReference: 0,
    encapsulatedApplicationInformation: "",
  }),
  ...decided(["p070"], "bit H of octet 1 is 0: octet 1a follows, as tshark reads it", {
    applicationContextIdentifier: 2,
    sendNotificationIndicator: 0,
    releaseCallIndicator: 1,
    segmentationIndicator: 0,
    aPMSegmentationIndicator: 7,
    segmentationLocalReference: 1,
    encapsulatedApplicationInformation: "0203040809",
  }),
  ...decided(["m008", "m044"], "bit H of octet 1 is 0: octet 1a follows, as tshark reads it", {
    sendNotificationIndicator: 0,
    releaseCallIndicator: 1,
    aPMSegmentationIndicator: 6,
  }),
  ...decided(["p118", "p119", "p120"], "bit H is 1: no octet follows (§3.41; pycrate, tshark against jss7)", {
    bandInterworkingIndicator: 0,
    secondOctetPresent: 0,
  }),
  ...decided(["m013", "m015"], "bit H is 1: the next octet is a parameter code, the last one's alone", {
    parameterCode: 2,
    transitAtIntermediateExchangeIndicator: 0,
    releaseCallIndicator: 0,
    discardMessageIndicator: 0,
    discardParameterIndicator: 0,
    passOnNotPossibleIndicator: 0,
    secondOctetPresent: 0,
    bandInterworkingIndicator: 0,
  }),
};

function decided(
  ids: readonly string[],
  reason: string,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, readonly [here: unknown, reason: string]>> {
  return Object.fromEntries(
    ids.flatMap((id) => Object.entries(fields).map(([field, here]) => [`${id} ${field}`, [here, reason]])),
  );
}

/** Not octets of a parameter: routing label, or part of a structure that a test of its own has. */
const NOT_HERE = new Set(["CircuitIdentificationCode"]);

/** COT without its octet, and a length that leads outside: what cannot be represented. */
const REFUSED = new Set(["m078", "m092"]);

const vectors: readonly Vector[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as Vector[])
  : [];
const suite = vectors.length > 0 ? describe : describe.skip;
const title = vectors.length > 0 ? "corpus of ISUP" : `SKIPPED corpus of ISUP: no ${file}`;

const used = new Set<string>();

/** Compares each field the source names. */
function compare(
  id: string,
  name: ParameterName,
  expected: Values,
  value: Values,
  content: Uint8Array,
): void {
  for (const [field, theirs] of Object.entries(expected)) {
    if (field === "error") continue;
    const special =
      name === "parameterCompatibilityInformation" && field === "secondOctetPresent" && secondOctet;
    const place = special || (FIELDS_OF[name]?.[field] ?? FIELDS[field] ?? field);
    const ours = typeof place === "string" ? value[place] : place(value, content);
    const decision = DECISIONS[`${id} ${field}`];
    if (
      decision === undefined &&
      typeof place === "string" &&
      ours === undefined &&
      !(place in value) &&
      theirs !== null &&
      theirs !== 0
    ) {
      throw new Error(`${id}: ${name} has no ${place}`);
    }
    if (decision !== undefined) {
      used.add(`${id} ${field}`);
      expect([id, field, plain(ours)]).toEqual([id, field, decision[0]]);
    } else expect([id, field, plain(ours)]).toEqual([id, field, plainExpected(theirs, ours)]);
  }
}

function plain(ours: unknown): unknown {
  if (ours instanceof Uint8Array) return hexOf(ours);
  return typeof ours === "boolean" ? Number(ours) : (ours ?? 0);
}

/** A source's value as ours is written: flags are numbers, what is not there is zero, octets are hex. */
function plainExpected(theirs: unknown, ours: unknown): unknown {
  if (typeof theirs === "boolean") return Number(theirs);
  if (theirs === null) return 0;
  if (typeof theirs === "string" && theirs.startsWith("hex:")) return theirs.slice(4);
  return typeof theirs === "number" && typeof ours === "string" ? String(theirs) : theirs;
}

/** The same object would be no edit: of a copy every parameter is encoded again. */
function copiesOf(parameters: Values): ParameterChanges {
  const copies = Object.entries(parameters).map(([name, value]) => [
    name,
    Array.isArray(value) ? value : { ...(value as object) },
  ]);
  return Object.fromEntries(copies) as ParameterChanges;
}

suite(title, () => {
  it.each(vectors.filter(({ kind }) => kind === "message"))("$id $name", (vector) => {
    const { id, hex, messageType = "" } = vector;
    const result = decodeIsup(octetsOfHex(hex) ?? new Uint8Array(0));
    if (REFUSED.has(id)) {
      expect(vector.expect).toHaveProperty("error");
      expect(result).toMatchObject({ ok: false, error: { code: "truncated" } });
      return;
    }
    if (!result.ok) throw new Error(result.error.message);
    const { message, warnings } = result;
    expect(message.messageType).toBe(TYPE_NAMES[messageType] ?? messageType);
    expect(hexOf(encodeIsup(message))).toBe(hex);
    expect(hexOf(editIsup(message, copiesOf(message.parameters)).octets)).toBe(hex);
    const back = isupFromJson(JSON.parse(JSON.stringify(isupToJson(message))));
    expect(back.ok && hexOf(back.message.octets)).toBe(hex);
    for (const [key, expected] of Object.entries(vector.expect)) {
      if (key === "cic" || key === "messageType" || key === "optional") continue;
      if (key === "error") used.add(`${id} error`);
      else if (key === "warning") expect(warnings.map(({ code }) => code)).toContain("bad-optional-pointer");
      else if (key === "unknown") compareUnknown(expected as Values, message.raw);
      else compareParameter(id, key, expected, message.parameters, message.raw);
    }
  });

  function compareParameter(
    id: string,
    key: string,
    expected: unknown,
    parameters: Values,
    parts: readonly { readonly name: string | undefined; readonly octets: Uint8Array }[],
  ): void {
    const name = nameHere(key);
    if (name === undefined) throw new Error(`${id}: ${key} is no parameter`);
    const given = parameters[name];
    const value = (Array.isArray(given) ? given[0] : given) as Values;
    const content = parts.find((part) => part.name === name)?.octets ?? new Uint8Array(0);
    if (typeof expected === "object" && expected !== null)
      compare(id, name, expected as Values, value, content);
    else if (typeof expected === "string") expect([id, name, hexOf(content)]).toEqual([id, name, expected]);
    else {
      // One number for the whole: octets, most significant first.
      expect([id, name, octetsBigEndian(content)]).toEqual([id, name, expected]);
    }
  }

  function compareUnknown(
    expected: Values,
    parts: readonly { readonly code: number; readonly octets: Uint8Array }[],
  ): void {
    for (const [code, octets] of Object.entries(expected)) {
      const part = parts.find((each) => each.code === Number(code));
      expect(part && hexOf(part.octets)).toBe(octets);
    }
  }

  it.each(vectors.filter(({ kind, paramCode }) => kind === "parameter" && typeof paramCode === "number"))(
    "$id $name $hex",
    ({ id, paramCode, hex, expect: expected }) => {
      const name = parameterName(paramCode ?? 0);
      if (name === undefined) throw new Error(`no name for parameter ${paramCode ?? 0}`);
      const { part } = PARAMETER_ROWS[name];
      const content = octetsOfHex(hex) ?? new Uint8Array(0);
      const value = decodeContent<object>(part, content) as Values;
      expect(hexOf(encodeContent(part, value, content))).toBe(hex);
      compare(id, name, expected, value, content);
    },
  );

  /** Parts of parameters that a source tests alone: put where they stand. */
  it.each(vectors.filter(({ paramCode, name }) => paramCode === null && !NOT_HERE.has(name)))(
    "$id $name $hex, in its parameter",
    ({ id, name, hex, expect: expected }) => {
      const octets = octetsOfHex(hex) ?? new Uint8Array(0);
      if (name === "MessageCompatibilityInstructionIndicator") {
        const { part } = PARAMETER_ROWS.messageCompatibilityInformation;
        compare(id, "messageCompatibilityInformation", expected, decodeContent(part, octets), octets);
      } else if (name === "ParameterCompatibilityInstructionIndicators") {
        const content = Uint8Array.of(Number(expected["parameterCode"]), ...octets);
        const value = decodeContent(parameterCompatibilityInformation, content);
        const { instructions } = value;
        compare(
          id,
          "parameterCompatibilityInformation",
          expected,
          { instructions: instructions.slice(0, 1) },
          content,
        );
      } else compareGvns(id, name, octets, expected);
    },
  );

  function compareGvns(id: string, name: string, octets: Uint8Array, expected: Values): void {
    const members = [
      "OriginatingParticipatingServiceProvider",
      "GVNSUserGroup",
      "TerminatingNetworkRoutingNumber",
    ];
    const at = members.indexOf(name);
    if (at < 0) throw new Error(`${name} is no part of forward GVNS`);
    const content = Uint8Array.of(...new Uint8Array(at), ...octets);
    const { part } = PARAMETER_ROWS.forwardGvns;
    const value = decodeContent(part, content);
    expect(hexOf(encodeContent(part, value, content))).toBe(hexOf(content));
    const member = [
      value.originatingParticipatingServiceProvider,
      value.gvnsUserGroup,
      value.terminatingNetworkRoutingNumber,
    ][at];
    const { gugLengthIndicator, opspLengthIndicator, tnrnLengthIndicator, ...fields } = expected;
    const length = gugLengthIndicator ?? opspLengthIndicator ?? tnrnLengthIndicator;
    if (length !== undefined) expect((octets[0] ?? 0) & 0x0f).toBe(length);
    compare(id, "forwardGvns", fields, { ...member }, octets);
  }

  it("has met every decision", () => {
    expect(Object.keys(DECISIONS).filter((key) => !used.has(key))).toEqual([]);
    const page = readFileSync(new URL("../../../docs/protocol/isup-sources.md", import.meta.url), "utf8");
    for (const [, reason] of Object.values(DECISIONS)) expect(page).toContain(reason);
  });
});
