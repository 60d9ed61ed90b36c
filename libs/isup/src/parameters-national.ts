import { address } from "./digits.ts";
import { bits, coded, extended, flag, number } from "./fields.ts";
import { NATURE_OF_ADDRESS, NUMBERING_PLAN } from "./names.ts";
import * as numbers from "./numbers.ts";
import { octets, prefixed } from "./octet-fields.ts";
import { raw, row } from "./parameter-row.ts";
import { list, sequence, type ValueNames } from "./parts.ts";

/** ND 1007 §3.2.1, flags by one stack. */
const nationalForwardCallIndicators = bits(2, {
  cliAllowed: flag(0),
  translatedAddress: flag(1),
  priorityAccess: flag(2),
  protection: flag(3),
});

/** United Kingdom: NICC ND 1007 (2001/07), clauses and which are numbers by one stack. */
export const UK_PARAMETERS = {
  nationalForwardCallIndicatorsLinkByLink: raw(0xf4, "ND 1007 3.2.2"),
  nationalInformationIndicators: raw(0xf5, "ND 1007 3.2.11"),
  nationalInformationRequestIndicators: raw(0xf6, "ND 1007 3.2.10"),
  calledSubscribersTerminatingFacilityMarks: raw(0xf7, "ND 1007 3.2.9"),
  callingSubscribersOriginatingFacilityMarks: raw(0xf8, "ND 1007 3.2.8"),
  callingSubscribersBasicServiceMarks: raw(0xf9, "ND 1007 3.2.7"),
  calledSubscribersBasicServiceMarks: raw(0xfa, "ND 1007 3.2.6"),
  partialCli: raw(0xfb, "ND 1007 3.2.5"),
  lastDivertingLineIdentity: row(0xfc, "ND 1007 3.2.4", numbers.ukPresentation),
  presentationNumber: row(0xfd, "ND 1007 3.2.3", numbers.ukPresentation),
  nationalForwardCallIndicators: row(0xfe, "ND 1007 3.2.1", nationalForwardCallIndicators),
} as const;

const CLIP_FAILURE: ValueNames = {
  1: "usersRequest",
  2: "interactionWithOtherService",
  3: "publicTelephone",
};
const CARRIER_TRANSFER: ValueNames = { 0: "noTransfer", 1: "forward", 2: "backward", 3: "bothDirections" };
const EMERGENCY_HOLD: ValueNames = {
  0: "noIndication",
  1: "holding",
  2: "callBackFromEmergencyCentre",
  3: "reAnswer",
};
const CHARGE_DELAY: ValueNames = { 0xfd: "chargeRateTransfer", 0xfe: "terminatingChargeAreaInformation" };
const CHARGE_TYPE: ValueNames = { 3: "advancedChargeRateTransfer", 254: "chargeRateTransfer" };

/** Japan: TTC JT-Q763, layouts by one dissector. */
export const JAPAN_PARAMETERS = {
  emergencyCallIndicator: row(
    0xd7,
    "JT-Q763",
    bits(2, { emergencyCallType: number(0, 2), holdAtDisconnectionIndicator: coded(8, 2, EMERGENCY_HOLD) }),
  ),
  emergencyCallInformationIndicator: raw(0xec, "JT-Q763"),
  networkPoiChargeArea: row(0xee, "JT-Q763", address({ spare: number(0, 7) }, { octets: 1 })),
  carrierInformationTransfer: row(
    0xf1,
    "JT-Q763",
    sequence(
      bits(1, { transferIndicator: coded(0, 2, CARRIER_TRANSFER) }),
      list(
        "carriers",
        sequence(
          bits(1, { categoryOfCarrier: number(0, 8) }),
          prefixed(
            list(
              "items",
              sequence(bits(1, { typeOfInformation: number(0, 8) }), prefixed(octets("octets"))),
              0,
            ),
          ),
        ),
        0,
      ),
    ),
  ),
  chargeInformationDelay: row(0xf2, "JT-Q763", list("items", bits(1, { value: coded(0, 8, CHARGE_DELAY) }))),
  additionalPartysCategory: row(
    0xf3,
    "JT-Q763",
    list("items", bits(2, { typeOfInformation: number(0, 8), value: number(8, 8) })),
  ),
  reasonForClipFailure: row(0xf5, "JT-Q763", extended({ value: coded(0, 7, CLIP_FAILURE) }, [])),
  contractorNumber: row(
    0xf9,
    "JT-Q763",
    address(
      {
        natureOfAddressIndicator: coded(0, 7, NATURE_OF_ADDRESS),
        numberingPlanIndicator: coded(12, 3, NUMBERING_PLAN, 1),
      },
      { octets: 2 },
    ),
  ),
  chargeInformationType: row(0xfa, "JT-Q763", bits(1, { value: coded(0, 8, CHARGE_TYPE) })),
  chargeInformation: raw(0xfb, "JT-Q763"),
  chargeAreaInformation: row(0xfd, "JT-Q763", address({ natureOfInformation: number(0, 7) }, { octets: 1 })),
} as const;

/** Spain: names by one stack. */
export const SPAIN_PARAMETERS = {
  outgoingRouteIdentity: raw(0xf3, "Spain"),
  incomingRouteIdentity: raw(0xf4, "Spain"),
  rate: raw(0xf8, "Spain"),
  incomingCircuitIdentity: raw(0xf9, "Spain"),
  typeOfNotification: raw(0xfd, "Spain"),
} as const;

/** Singapore: names by one stack. */
export const SINGAPORE_PARAMETERS = {
  trunkOffering: raw(0xfd, "Singapore"),
  chargeRate: raw(0xfe, "Singapore"),
  callChargeInformation: raw(0xff, "Singapore"),
} as const;

/** Parameters of the Blue Book that Q.763 (12/1999) reserves, and one of Bellcore. Call modification has one octet. */
export const BLUE_BOOK_PARAMETERS = {
  callModificationIndicators: row(0x17, "Q.763 (1988)", bits(1, { value: number(0, 2) })),
  facilityInformationIndicators: raw(0x19, "Q.763 (1988)"),
  cugCheckResponseIndicators: raw(0x1c, "Q.763 (1988)"),
} as const;
