import { describe, expect, it } from "@jest/globals";
import { hexOf, octetsOfHex } from "./hex.ts";
import { decodeContent, encodeContent } from "./parameter-row.ts";
import type { ParameterName } from "./parameters.ts";
import { readerOf, type IsupVariant } from "./variants.ts";

type Row = readonly [name: ParameterName, hex: string, clause: string, fields: object];

/** Contents as their clauses lay them out, with what they say: both ways. */
function rows(variant: IsupVariant, table: readonly Row[]): void {
  it.each(table)("%s %s (%s)", (name, hex, _clause, fields) => {
    const { part } = readerOf(name, variant);
    const content = octetsOfHex(hex) ?? new Uint8Array(0);
    const value = decodeContent<object>(part, content);
    expect(value).toMatchObject(fields);
    expect(hexOf(encodeContent(part, value))).toBe(hex.replaceAll(" ", ""));
  });
}

describe("parameters of Q.763 (12/1999)", () => {
  rows("itu-t92+", [
    ["calledPartyNumber", "04 90 33 21 43 f5", "§3.9", { digits: "3312345", stSignal: true }],
    ["calledPartyNumber", "03 10 1b c2", "§3.9", { digits: "b12c", internalNetworkNumber: 0 }],
    ["calledPartyNumber", "83 90 21 03", "§3.9", { digits: "123", internalNetworkNumber: 1 }],
    [
      "callingPartyNumber",
      "00 0b",
      "§3.10",
      { digits: "", presentation: "notAvailable", screeningIndicator: 3 },
    ],
    ["callingPartyNumber", "83 97 21 03", "§3.10", { incomplete: 1, presentation: "restricted" }],
    [
      "genericNumber",
      "06 84 13 94 71 01",
      "§3.26",
      { qualifier: "additionalCalling", natureOfAddress: "international", digits: "49171" },
    ],
    ["subsequentNumber", "00 87 f9", "§3.51", { digits: "789", stSignal: true }],
    [
      "networkRoutingNumber",
      "92 83 60 08",
      "§3.90",
      { digits: "38068", natureOfAddress: "networkSpecificFormat" },
    ],
    [
      "transitNetworkSelection",
      "a1 12 34 05",
      "§3.53",
      { digits: "21435", typeOfNetworkIdentification: "national" },
    ],
    ["htrInformation", "03 10 83 60 38", "§3.89", { digits: "380683", numberingPlan: "isdn" }],
    [
      "forwardGvns",
      "82 21 03 02 43 65 13 04 21 43",
      "§3.66",
      {
        originatingParticipatingServiceProvider: { digits: "123" },
        gvnsUserGroup: { digits: "3456" },
        terminatingNetworkRoutingNumber: {
          natureOfAddress: "international",
          numberingPlan: "isdn",
          digits: "1234",
        },
      },
    ],
    [
      "natureOfConnectionIndicators",
      "19",
      "§3.35",
      { satellite: 1, continuityCheckName: "performedOnPreviousCircuit", outgoingEchoControlDevice: 1 },
    ],
    [
      "forwardCallIndicators",
      "61 11",
      "§3.23",
      {
        internationalCall: 1,
        isdnUserPart: 1,
        isdnUserPartPreferenceName: "notRequired",
        isdnAccess: 1,
        portedNumberTranslated: 1,
      },
    ],
    [
      "backwardCallIndicators",
      "16 34",
      "§3.5",
      {
        charge: "charge",
        calledPartysStatus: "subscriberFree",
        calledPartysCategory: "ordinary",
        isdnUserPart: 1,
        isdnAccess: 1,
        echoControlDevice: 1,
      },
    ],
    [
      "redirectionInformation",
      "03 23",
      "§3.45",
      { redirecting: "diverted", redirectionCounter: 3, redirectingReason: "noReply" },
    ],
    ["redirectionInformation", "13", "§3.45, one octet", { originalReason: "userBusy" }],
    [
      "mlppPrecedence",
      "42 12 34 00 00 01",
      "§3.34",
      { precedenceLevel: "immediate", lookAheadForBusy: "notAllowed", networkIdentity: "1234" },
    ],
    [
      "closedUserGroupInterlockCode",
      "12 34 ab cd",
      "§3.15",
      { networkIdentity: "1234", binaryCode: Uint8Array.of(0xab, 0xcd) },
    ],
    ["propagationDelayCounter", "00 64", "§3.42", { milliseconds: 100 }],
    ["callReference", "01 02 03 05 01", "§3.8", { callIdentity: 0x010203, signallingPointCode: 0x0105 }],
    [
      "circuitStateIndicator",
      "0c 03 1e",
      "§3.14",
      {
        circuits: [{ callProcessingState: 3 }, { maintenanceBlockingState: 3 }, { hardwareBlockingState: 1 }],
      },
    ],
    ["rangeAndStatus", "03 05", "§3.43", { range: 3, status: Uint8Array.of(5) }],
    ["rangeAndStatus", "1e", "§3.43, range only", { range: 30 }],
    [
      "userServiceInformation",
      "88 90 21 8f",
      "§3.57, 56 kbit/s",
      { informationTransferCapability: "unrestrictedDigital", layer1Protocol: "V.110", userRate: 15 },
    ],
    [
      "userServiceInformation",
      "80 90 a2",
      "§3.57",
      { informationTransferCapability: "speech", layer1Protocol: "G.711 mu-law" },
    ],
    [
      "userServiceInformation",
      "88 98 83",
      "§3.57, multirate",
      { informationTransferRate: "multirate", rateMultiplier: 3 },
    ],
    [
      "userTeleserviceInformation",
      "91 81",
      "§3.59",
      { highLayerCharacteristics: "telephony", interpretation: 4 },
    ],
    [
      "accessTransport",
      "1e 02 81 88 95",
      "§3.3",
      { elements: [{ identifierName: "progressIndicator" }, { identifier: 0x95 }] },
    ],
    [
      "applicationTransport",
      "85 81 c0 01 02",
      "§3.82",
      {
        applicationContextIdentifierName: "bat",
        releaseCall: 1,
        newSequence: 1,
        encapsulated: Uint8Array.of(1, 2),
      },
    ],
    [
      "applicationTransport",
      "84 82 02 87 aa",
      "§3.82, a segment",
      { segmentationIndicator: 2, newSequence: 0, segmentationLocalReference: 7 },
    ],
    [
      "pivotRoutingForwardInformation",
      "03 01 02 04 00",
      "§3.94",
      {
        items: [{ tagName: "performingIndicator", octets: Uint8Array.of(2) }, { tagName: "invokingReason" }],
      },
    ],
    [
      "networkSpecificFacility",
      "02 a1 05 aa",
      "§3.36",
      {
        networkIdentification: { typeOfNetworkIdentification: "national", identification: Uint8Array.of(5) },
        facility: Uint8Array.of(0xaa),
      },
    ],
    [
      "callingGeodeticLocation",
      "03 80 40 00 00 20 00 00",
      "§3.88",
      { screening: "networkProvided", typeOfShape: "ellipsoidPoint", latitude: 45, longitude: 45 },
    ],
    [
      "callingGeodeticLocation",
      "07 80 c0 00 00 e0 00 00",
      "§3.88",
      { presentation: "restricted", latitude: -45, longitude: -45 },
    ],
    [
      "genericDigits",
      "23 21 43 05",
      "§3.24, BCD odd",
      { encodingScheme: "bcdOdd", digits: "12345", typeOfDigits: "businessCommunicationGroupIdentity" },
    ],
    ["genericDigits", "41 41 62 31", "§3.24, IA5", { digits: "Ab1" }],
    ["genericDigits", "60 ff", "§3.24, binary", { octets: Uint8Array.of(0xff) }],
    ["numberPortabilityForwardInformation", "83", "§3.101", { statusName: "queryDonePorted" }],
    [
      "pivotCapability",
      "c2",
      "§3.84",
      { pivotPossible: "beforeAnm", interworkingToRedirectionNotAllowed: 1 },
    ],
    ["queryOnReleaseCapability", "81", "§3.91", { queryOnReleaseSupported: 1 }],
    [
      "parameterCompatibilityInformation",
      "f7 90 f6 02 81",
      "§3.41",
      {
        instructions: [
          { parameterCode: 0xf7, discardParameter: 1 },
          { releaseCall: 1, broadbandNarrowbandInterworkingName: "discardMessage" },
        ],
      },
    ],
    [
      "messageCompatibilityInformation",
      "9c",
      "§3.33",
      { sendNotification: 1, discardMessage: 1, passOnNotPossible: 1 },
    ],
    ["originalCalledInNumber", "83 14 21 03", "§3.87", { presentation: "restricted", digits: "123" }],
    ["calledDirectoryNumber", "01 90 83 60", "§3.86", { internalNetworkNumber: 1, digits: "3806" }],
    ["redirectStatus", "81", "§3.98", { status: "acknowledgement" }],
    [
      "remoteOperations",
      "91 a1 00",
      "§3.48",
      { protocolProfile: "remoteOperations", components: Uint8Array.of(0xa1, 0) },
    ],
  ]);
});

describe("cause indicators (Q.763 (12/1999) §3.12, Q.850)", () => {
  rows("itu-t92+", [
    [
      "causeIndicators",
      "84 91",
      "§3.12",
      { cause: "User busy", location: "public network serving the remote user" },
    ],
    ["causeIndicators", "04 83 95", "octet 1a", { recommendation: 3, causeValue: 21 }],
    [
      "causeIndicators",
      "c2 9a",
      "national coding, T1.113",
      { cause: "Misrouted call to a ported number", codingStandard: "national" },
    ],
    [
      "causeIndicators",
      "82 81 c1",
      "unallocated, condition",
      { diagnostic: { condition: "permanent", isAbnormal: 1 } },
    ],
    [
      "causeIndicators",
      "82 82 a2 21 43",
      "no route to transit network",
      { diagnostic: { typeOfNetworkIdentification: "national", digits: "123" } },
    ],
    ["causeIndicators", "82 91 81", "busy, CCBS", { diagnostic: { ccbs: "possible" } }],
    [
      "causeIndicators",
      "80 95 85 71",
      "rejected",
      {
        diagnostic: {
          rejectionReason: "informationElementMissing",
          condition: "permanent",
          details: Uint8Array.of(0x71),
        },
      },
    ],
    [
      "causeIndicators",
      "84 96 70 04 91 34 35 36",
      "number changed",
      { diagnostic: { identifier: 0x70, typeOfNumber: 1, numberingPlan: "isdn", digits: "456" } },
    ],
    [
      "causeIndicators",
      "84 96 04 10 21",
      "number changed, octets",
      { diagnostic: { number: Uint8Array.of(4, 0x10, 0x21) } },
    ],
    [
      "causeIndicators",
      "82 e3 f7 f6",
      "parameter unknown",
      { diagnostic: { parameters: [{ parameterCode: 0xf7 }, { parameterCode: 0xf6 }] } },
    ],
    ["causeIndicators", "82 e1 91", "message unknown", { diagnostic: { messageTypeCode: 0x91 } }],
    ["causeIndicators", "82 e6 33 30 38", "timer", { diagnostic: { timer: "308" } }],
    [
      "causeIndicators",
      "82 ee 2c f7",
      "message with parameter",
      { diagnostic: { messageTypeCode: 0x2c, parameters: [{ parameterCode: 0xf7 }] } },
    ],
  ]);

  it("has none for a cause without diagnostics of its own", () => {
    const { part } = readerOf("causeIndicators", "itu-t92+");
    expect(decodeContent(part, Uint8Array.of(0x80, 0x90, 1))).not.toHaveProperty("diagnostic");
  });
});

describe("parameters of ANSI T1.113", () => {
  rows("ansi00", [
    [
      "calledPartyNumber",
      "f1 10 21 03",
      "§3.8",
      { natureOfAddress: "subscriberOperatorRequested", digits: "123" },
    ],
    [
      "genericAddress",
      "c0 03 10 21 43",
      "§3.24",
      { qualifier: "portedNumber", natureOfAddress: "national", digits: "1234" },
    ],
    ["jurisdictionInformation", "21 43 65", "JIP", { digits: "123456" }],
    [
      "carrierIdentification",
      "22 05 26",
      "CIP",
      { networkIdentificationPlan: "4DigitCarrier", digits: "5062" },
    ],
    ["carrierIdentification", "21 88 02", "CIP, three digits", { digits: "882" }],
    [
      "transitNetworkSelection",
      "22 05 26 10",
      "TNS",
      { digits: "5062", circuitCode: "internationalNoOperator" },
    ],
    [
      "genericName",
      "20 41 42",
      "generic name",
      { typeOfName: "callingName", presentation: "allowed", characters: "AB" },
    ],
    ["originatingLineInformation", "3e", "OLI", { name: "cellularType2" }],
    ["chargeNumber", "03 10 21 43", "charge number", { natureOfAddress: "callingNational", digits: "1234" }],
    [
      "circuitGroupCharacteristicIndicators",
      "86",
      "CGCI",
      { carrier: "digital", doubleSeizingControl: "oddCircuits", continuityCheckRequirement: "statistical" },
    ],
    ["carrierSelectionInformation", "02", "CSI", { name: "presubscribedAndInput" }],
    [
      "callReference",
      "00 00 01 03 02 01",
      "call reference",
      { callIdentity: 1, signallingPointCode: 0x010203 },
    ],
    [
      "clliCode",
      hexOf(new TextEncoder().encode("CHCGILWBDS0")),
      "CLLI",
      { place: "CHCG", state: "IL", building: "WB", entity: "DS0" },
    ],
    ["callingPartysCategory", "e0", "category", { name: "emergencyServiceCall" }],
    [
      "businessGroup",
      "21 00 00 05 00 02 31",
      "business group",
      { partySelector: 1, businessGroupIdentifier: 5, subGroupIdentifier: 2, terminatingRestrictions: 3 },
    ],
  ]);
});

describe("national parameters", () => {
  rows("uk", [
    [
      "presentationNumber",
      "84 93 21 03",
      "ND 1007 §3.2.3",
      { presentationNumberPreference: 1, screening: "networkProvided", digits: "123" },
    ],
    ["nationalForwardCallIndicators", "01 00", "ND 1007 §3.2.1", { cliAllowed: 1, protection: 0 }],
  ]);
  rows("ttc93+", [
    ["contractorNumber", "03 10 21 43", "JT-Q763", { natureOfAddress: "national", digits: "1234" }],
    [
      "carrierInformationTransfer",
      "01 fe 06 fe 04 80 21 43 05",
      "JT-Q763",
      { transfer: "forward", carriers: [{ categoryOfCarrier: 0xfe, items: [{ typeOfInformation: 0xfe }] }] },
    ],
    ["reasonForClipFailure", "81", "JT-Q763", { name: "usersRequest" }],
  ]);
});

describe("writing a value", () => {
  const { part } = readerOf("callingPartyNumber", "itu-t92+");
  const base = Uint8Array.of(0x84, 0x13, 0x44, 0x05);

  it("keeps of the old octets what the value does not name", () => {
    expect(hexOf(encodeContent(part, { presentationIndicator: 1 }, base))).toBe("84174405");
    expect(hexOf(encodeContent(part, { presentation: "restricted" }, base))).toBe("84174405");
    expect(hexOf(encodeContent(part, { digits: "4455" }, base))).toBe("04134455");
  });

  it("keeps a filler that is not 0, and octets behind an ST, as long as the digits stay", () => {
    const odd = Uint8Array.of(0x84, 0x13, 0x44, 0x95);
    expect(hexOf(encodeContent(part, { screeningIndicator: 1 }, odd))).toBe("84114495");
    const behind = Uint8Array.of(0x04, 0x13, 0xf4, 0x12);
    expect(hexOf(encodeContent(part, { screeningIndicator: 1 }, behind))).toBe("0411f412");
  });

  it("has the E.164 plan where no plan is named", () => {
    expect(hexOf(encodeContent(part, { natureOfAddressIndicator: 4, digits: "1" }))).toBe("841001");
  });
});
