import type { Edition } from "./parameter-row.ts";
import type { ParameterName } from "./parameters.ts";

/** Layout of one message type, Q.763 (12/1999) §4. */
export interface MessageLayout {
  readonly code: number;
  readonly name: string;
  /** Mandatory parameters of fixed length, in order, with their octets. */
  readonly fixed: readonly (readonly [name: ParameterName, length: number])[];
  /** Mandatory parameters of variable length, in order of their pointers. */
  readonly variable: readonly ParameterName[];
  /** Whether a pointer to the optional part is there. */
  readonly hasOptional: boolean;
  /** What follows the type code is another message, or national: kept as it is. */
  readonly isOpaque?: true;
  /** Edition of Q.763 that brought it; the Blue Book's where it is not given. */
  readonly since?: Edition;
}

type Fixed = MessageLayout["fixed"];
type Variable = MessageLayout["variable"];

/** Generic in its lists, so that the types of messages follow from the table. */
const layout = <const F extends Fixed = readonly [], const V extends Variable = readonly []>(
  code: number,
  name: string,
  fixed: F = [] as unknown as F,
  variable: V = [] as unknown as V,
  hasOptional = true,
) => ({ code, name, fixed, variable, hasOptional });

const opaque = (code: number, name: string) => ({
  ...layout(code, name, [], [], false),
  isOpaque: true as const,
});

/** The same layout, from a later edition on. */
const from = <L extends object>(since: Edition, row: L) => ({ ...row, since });

const CGSMT = ["circuitGroupSupervisionMessageType", 1] as const;
const BCI = ["backwardCallIndicators", 2] as const;
const FACILITY = ["facilityIndicator", 1] as const;
const SUSPEND = ["suspendResumeIndicators", 1] as const;
const NCI = ["natureOfConnectionIndicators", 1] as const;
const FCI = ["forwardCallIndicators", 2] as const;
const CPC = ["callingPartysCategory", 1] as const;

/** Message types by acronym, Q.763 (12/1999) table 4 and tables 22 to 54. */
export const ITU_MESSAGES = {
  IAM: layout(
    0x01,
    "Initial address",
    [NCI, FCI, CPC, ["transmissionMediumRequirement", 1]],
    ["calledPartyNumber"],
  ),
  SAM: layout(0x02, "Subsequent address", [], ["subsequentNumber"]),
  INR: layout(0x03, "Information request", [["informationRequestIndicators", 2]]),
  INF: layout(0x04, "Information", [["informationIndicators", 2]]),
  COT: layout(0x05, "Continuity", [["continuityIndicators", 1]], [], false),
  ACM: layout(0x06, "Address complete", [BCI]),
  CON: layout(0x07, "Connect", [BCI]),
  FOT: layout(0x08, "Forward transfer"),
  ANM: layout(0x09, "Answer"),
  REL: layout(0x0c, "Release", [], ["causeIndicators"]),
  SUS: layout(0x0d, "Suspend", [SUSPEND]),
  RES: layout(0x0e, "Resume", [SUSPEND]),
  RLC: layout(0x10, "Release complete"),
  CCR: layout(0x11, "Continuity check request", [], [], false),
  RSC: layout(0x12, "Reset circuit", [], [], false),
  BLO: layout(0x13, "Blocking", [], [], false),
  UBL: layout(0x14, "Unblocking", [], [], false),
  BLA: layout(0x15, "Blocking acknowledgement", [], [], false),
  UBA: layout(0x16, "Unblocking acknowledgement", [], [], false),
  GRS: layout(0x17, "Circuit group reset", [], ["rangeAndStatus"], false),
  CGB: layout(0x18, "Circuit group blocking", [CGSMT], ["rangeAndStatus"], false),
  CGU: layout(0x19, "Circuit group unblocking", [CGSMT], ["rangeAndStatus"], false),
  CGBA: layout(0x1a, "Circuit group blocking acknowledgement", [CGSMT], ["rangeAndStatus"], false),
  CGUA: layout(0x1b, "Circuit group unblocking acknowledgement", [CGSMT], ["rangeAndStatus"], false),
  FAR: layout(0x1f, "Facility request", [FACILITY]),
  FAA: layout(0x20, "Facility accepted", [FACILITY]),
  FRJ: layout(0x21, "Facility reject", [FACILITY], ["causeIndicators"]),
  LPA: layout(0x24, "Loop back acknowledgement", [], [], false),
  PAM: opaque(0x28, "Pass-along"),
  GRA: layout(0x29, "Circuit group reset acknowledgement", [], ["rangeAndStatus"], false),
  CQM: layout(0x2a, "Circuit group query", [], ["rangeAndStatus"], false),
  CQR: layout(0x2b, "Circuit group query response", [], ["rangeAndStatus", "circuitStateIndicator"], false),
  CPG: layout(0x2c, "Call progress", [["eventInformation", 1]]),
  USR: layout(0x2d, "User-to-user information", [], ["userToUserInformation"]),
  UCIC: layout(0x2e, "Unequipped CIC", [], [], false),
  CFN: layout(0x2f, "Confusion", [], ["causeIndicators"]),
  OLM: layout(0x30, "Overload", [], [], false),
  CRG: opaque(0x31, "Charge information"),
  NRM: from(1992, layout(0x32, "Network resource management")),
  FAC: from(1992, layout(0x33, "Facility")),
  UPT: from(1992, layout(0x34, "User part test")),
  UPA: from(1992, layout(0x35, "User part available")),
  IDR: from(1992, layout(0x36, "Identification request")),
  IRS: from(1992, layout(0x37, "Identification response")),
  SGM: from(1992, layout(0x38, "Segmentation")),
  LOP: from(1997, layout(0x40, "Loop prevention")),
  APM: from(1999, layout(0x41, "Application transport")),
  PRI: from(1999, layout(0x42, "Pre-release information")),
  SDN: from(1999, layout(0x43, "Subsequent directory number")),
} as const;

/** Where T1.113 differs: IAM has user service information and no transmission medium, RLC has no parameters. */
export const ANSI_MESSAGES = {
  IAM: layout(0x01, "Initial address", [NCI, FCI, CPC], ["userServiceInformation", "calledPartyNumber"]),
  RLC: layout(0x10, "Release complete", [], [], false),
  CRA: layout(0xe9, "Circuit reservation acknowledgement", [], [], false),
  CRM: layout(0xea, "Circuit reservation", [NCI], [], false),
  CVR: layout(0xeb, "Circuit validation response", [
    ["circuitValidationResponseIndicator", 1],
    ["circuitGroupCharacteristicIndicators", 1],
  ]),
  CVT: layout(0xec, "Circuit validation test", [], [], false),
  EXM: layout(0xed, "Exit"),
} as const;

/** Message types of the Blue Book that Q.763 (12/1999) reserves. What is not known of them is kept as it is. */
export const BLUE_BOOK_MESSAGES = {
  CMR: layout(0x1c, "Call modification request", [["callModificationIndicators", 1]]),
  CMC: layout(0x1d, "Call modification completed", [["callModificationIndicators", 1]]),
  CMRJ: layout(0x1e, "Call modification reject", [["callModificationIndicators", 1]]),
  CSVR: opaque(0x25, "Closed user group selection and validation request"),
  CSVS: opaque(0x26, "Closed user group selection and validation response"),
  DRS: opaque(0x27, "Delayed release"),
} as const;

/** Bellcore's besides those of T1.113, by one stack. */
export const BELLCORE_MESSAGES = {
  FAD: layout(0x22, "Facility deactivated", [FACILITY]),
  FAI: layout(0x23, "Facility information", [FACILITY], ["facilityInformationIndicators"]),
} as const;

/** National message types. One stack or dissector has each; none has its layout. */
export const NATIONAL_MESSAGES = {
  TAX: opaque(0xe1, "Charging pulse (France)"),
  TXA: opaque(0xe2, "Charging acknowledge (France)"),
  NNM: opaque(0xf8, "National notification (Spain)"),
  LLM: opaque(0xfc, "Malicious call (Spain)"),
  CCL: opaque(0xfc, "Calling line clear (Russia)"),
  CAK: opaque(0xfd, "Charge acknowledgement (Singapore)"),
  CHG: opaque(0xfe, "Charge information (Japan)"),
  TCM: opaque(0xfe, "Tariff charge (Singapore)"),
  MCP: opaque(0xff, "Malicious call print (Singapore)"),
  RNG: opaque(0xff, "Ringing (Russia)"),
} as const;

type Itu = typeof ITU_MESSAGES;
type Ansi = typeof ANSI_MESSAGES;
type Others = typeof BLUE_BOOK_MESSAGES & typeof BELLCORE_MESSAGES & typeof NATIONAL_MESSAGES;
export type MessageType = keyof Itu | keyof Ansi | keyof Others;

type MandatoryIn<L> = L extends {
  readonly fixed: infer F extends Fixed;
  readonly variable: infer V extends Variable;
}
  ? F[number][0] | V[number]
  : never;

/** Parameters a message has in every variant that has the message. */
export type MandatoryParameter<T extends MessageType> = T extends keyof Itu
  ? T extends keyof Ansi
    ? Extract<MandatoryIn<Itu[T]>, MandatoryIn<Ansi[T]>>
    : MandatoryIn<Itu[T]>
  : T extends keyof Ansi
    ? MandatoryIn<Ansi[T]>
    : T extends keyof Others
      ? MandatoryIn<Others[T]>
      : never;
