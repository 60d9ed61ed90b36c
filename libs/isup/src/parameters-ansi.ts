import { packedDigits } from "./digits.ts";
import { bits, coded, flag, integer, named, number } from "./fields.ts";
import { NETWORK_TYPE } from "./names.ts";
import * as a from "./names-ansi.ts";
import * as numbers from "./numbers.ts";
import { octets, text } from "./octet-fields.ts";
import { raw, repeated, row } from "./parameter-row.ts";
import { derived, list, optional, sequence, type Part } from "./parts.ts";

const THREE_DIGITS = 1;

/** Type of network and plan, then the digits of the plan. */
const carrier = sequence(
  bits(1, {
    networkIdentificationPlanIndicator: coded(0, 4, a.CARRIER_PLAN),
    typeOfNetworkIdentificationIndicator: coded(4, 3, NETWORK_TYPE),
  }),
  packedDigits("digits", {
    octets: 2,
    count: (fields) => (fields["networkIdentificationPlanIndicator"] === THREE_DIGITS ? 3 : 4),
  }),
);

/** T1.113 §3.53: a circuit code behind the carrier, in the high nibble of its octet. */
const ansiTransitNetwork = sequence(
  carrier,
  bits(1, { circuitCodeIndicator: coded(4, 4, a.CIRCUIT_CODE) }),
  derived([{ name: "stSignal", kind: "boolean" }], () => ({ stSignal: false })),
);

/** 24 bits, least significant octet first: member, cluster, network. */
const ansiPointCode = bits(3, { signallingPointCode: number(0, 24) });

/** Up to 15 characters; a dissector and two stacks agree on the first octet. */
const genericName = sequence(
  bits(1, {
    presentationIndicator: coded(0, 2, a.GENERIC_NAME_PRESENTATION),
    isNotAvailable: flag(4),
    typeOfNameIndicator: coded(5, 3, a.GENERIC_NAME_TYPE),
  }),
  text("characters"),
);

const circuitGroupCharacteristicIndicators = bits(1, {
  carrierIndicator: coded(0, 2, a.CARRIER_TYPE),
  doubleSeizingControlIndicator: coded(2, 2, a.DOUBLE_SEIZING),
  alarmCarrierIndicator: coded(4, 2, a.ALARM_CARRIER),
  continuityCheckRequirementIndicator: coded(6, 2, a.CONTINUITY_REQUIREMENT),
});

/** One stack's: scheme and type, context, digits. */
const localServiceProvider = sequence(
  bits(2, {
    typeOfIdentification: number(0, 5),
    encodingScheme: number(5, 3),
    contextIdentifier: number(8, 4),
  }),
  octets("identification"),
);

/** Group, subgroup and privileges by another stack's structure; the bits of the first octet are from no source here. */
const businessGroup = sequence(
  bits(1, { partySelector: number(0, 4), linePrivilegesIndicator: number(4, 1), typeOfGroup: number(5, 1) }),
  integer("businessGroupIdentifier", 3),
  optional(integer("subGroupIdentifier", 2), () => true),
  optional(
    bits(1, { originatingRestrictions: number(0, 4), terminatingRestrictions: number(4, 4) }),
    () => true,
  ),
);

/** Four, two, two and three characters: place, state, building, entity. */
const clli = sequence(text("place", 4), text("state", 2), text("building", 2), text("entity", 3));

const circuitIdentificationName = sequence(text("trunkNumber", 4), text("officeA", 11), text("officeZ", 11));

/** ANSI T1.113 over the rows of Q.763: codes of its own, and other contents in some of those. */
export const ANSI_PARAMETERS = {
  genericAddress: repeated(0xc0, "T1.113", numbers.genericAddress),
  operatorServicesInformation: row(
    0xc2,
    "T1.113",
    list("items", bits(1, { value: number(0, 4), typeOfInformation: number(4, 4) })),
  ),
  egressService: raw(0xc3, "T1.113"),
  jurisdictionInformation: row(0xc4, "T1.113", packedDigits("digits", { octets: 3 })),
  carrierIdentification: row(0xc5, "T1.113", carrier),
  businessGroup: row(0xc6, "T1.113", businessGroup),
  genericName: row(0xc7, "T1.113", genericName),
  notificationIndicator: repeated(0xe1, "T1.113", bits(1, { value: number(0, 7) }, { initial: 0x80 })),
  ansiServiceActivation: row(0xe2, "T1.113", list("features", bits(1, { featureCode: number(0, 8) }))),
  transactionRequest: row(
    0xe3,
    "T1.113",
    sequence(octets("transactionId", { length: 4 }), octets("sccpAddress", { isOptional: true })),
  ),
  localServiceProviderIdentification: row(0xe4, "T1.113", localServiceProvider),
  circuitGroupCharacteristicIndicators: row(0xe5, "T1.113", circuitGroupCharacteristicIndicators),
  circuitValidationResponseIndicator: row(
    0xe6,
    "T1.113",
    bits(1, { responseIndicator: coded(0, 2, a.VALIDATION_RESPONSE) }),
  ),
  outgoingTrunkGroupNumber: row(0xe7, "T1.113", packedDigits("digits", { octets: 3 })),
  circuitIdentificationName: row(0xe8, "T1.113", circuitIdentificationName),
  clliCode: row(0xe9, "T1.113", clli),
  originatingLineInformation: row(0xea, "T1.113", named(a.ORIGINATING_LINE)),
  chargeNumber: row(0xeb, "T1.113", numbers.charge),
  serviceCodeIndicator: row(0xec, "T1.113", bits(1, { value: number(0, 8) })),
  specialProcessingRequest: row(0xed, "T1.113", bits(1, { value: number(0, 8) })),
  carrierSelectionInformation: row(0xee, "T1.113", named(a.CARRIER_SELECTION)),
  networkTransport: raw(0xef, "T1.113"),
} as const;

/** Parameters of Q.763 whose contents are others in T1.113: read by these rows in its variants, under the same names. */
export const ANSI_CONTENTS: Readonly<Record<string, Part<object>>> = {
  calledPartyNumber: numbers.ansiCalled,
  callReference: sequence(integer("callIdentity", 3), ansiPointCode),
  callingPartysCategory: named(a.ANSI_CATEGORY),
  connectionRequest: sequence(
    integer("localReference", 3),
    ansiPointCode,
    optional(bits(1, { protocolClass: number(0, 8) }), () => true),
    optional(bits(1, { credit: number(0, 8) }), () => true),
  ),
  signallingPointCode: ansiPointCode,
  transitNetworkSelection: ansiTransitNetwork,
};
