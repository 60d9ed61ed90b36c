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
}

const layout = (
  code: number,
  name: string,
  fixed: MessageLayout["fixed"] = [],
  variable: MessageLayout["variable"] = [],
  hasOptional = true,
): MessageLayout => ({ code, name, fixed, variable, hasOptional });

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
  GRA: layout(0x29, "Circuit group reset acknowledgement", [], ["rangeAndStatus"], false),
  CQM: layout(0x2a, "Circuit group query", [], ["rangeAndStatus"], false),
  CQR: layout(0x2b, "Circuit group query response", [], ["rangeAndStatus", "circuitStateIndicator"], false),
  CPG: layout(0x2c, "Call progress", [["eventInformation", 1]]),
  USR: layout(0x2d, "User-to-user information", [], ["userToUserInformation"]),
  UCIC: layout(0x2e, "Unequipped CIC", [], [], false),
  CFN: layout(0x2f, "Confusion", [], ["causeIndicators"]),
  OLM: layout(0x30, "Overload", [], [], false),
  NRM: layout(0x32, "Network resource management"),
  FAC: layout(0x33, "Facility"),
  UPT: layout(0x34, "User part test"),
  UPA: layout(0x35, "User part available"),
  IDR: layout(0x36, "Identification request"),
  IRS: layout(0x37, "Identification response"),
  SGM: layout(0x38, "Segmentation"),
  LOP: layout(0x40, "Loop prevention"),
  APM: layout(0x41, "Application transport"),
  PRI: layout(0x42, "Pre-release information"),
  SDN: layout(0x43, "Subsequent directory number"),
} as const;

export type MessageType = keyof typeof ITU_MESSAGES;

/** Where T1.113 differs: IAM has user service information and no transmission medium, RLC has no parameters. */
const ANSI_DELTAS: Partial<Record<MessageType, MessageLayout>> = {
  IAM: layout(0x01, "Initial address", [NCI, FCI, CPC], ["userServiceInformation", "calledPartyNumber"]),
  RLC: layout(0x10, "Release complete", [], [], false),
};

/** Variants as `base` and `version` of application/isup name them (RFC 3204 §3.1). */
export const VARIANTS = ["itu-t88", "itu-t92+", "etsi121", "etsi356", "ansi88", "ansi00"] as const;
export type IsupVariant = (typeof VARIANTS)[number];

const isAnsi = (variant: IsupVariant): boolean => variant.startsWith("ansi");

export function layoutOf(type: MessageType, variant: IsupVariant): MessageLayout {
  return (isAnsi(variant) ? ANSI_DELTAS[type] : undefined) ?? ITU_MESSAGES[type];
}

const BY_CODE = new Map<number, MessageType>();
for (const type of Object.keys(ITU_MESSAGES) as MessageType[]) BY_CODE.set(ITU_MESSAGES[type].code, type);

export function messageTypeOf(code: number): MessageType | undefined {
  return BY_CODE.get(code);
}

/** A variant by what a body or a configuration calls it; undefined for one this library does not know. */
export function variantOf(name: string): IsupVariant | undefined {
  const lower = name.toLowerCase();
  return VARIANTS.find((variant) => variant === lower);
}
