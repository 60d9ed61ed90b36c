/** Where pycrate 0.8.1 is wrong, or reads less than there is; the octets show it. */
export interface Fault {
  readonly reason: string;
  /** The octets are content of the first of them. */
  readonly parameters: readonly string[];
  /** pycrate's names, the first is shown; `error`: it reads none; `octets`: it does not encode all of them again. */
  readonly fields: readonly string[];
  /** Contents it is wrong about; all where it is not given. */
  readonly isIn?: (octets: Uint8Array) => boolean;
  readonly octets: string;
  /** What it says of the first field. */
  readonly pycrate: number | string;
}

const EXTENSION = 0x80;
const isExtended = (octet = EXTENSION): boolean => (octet & EXTENSION) === 0;

const ADDRESSES = [
  ...[
    "calledPartyNumber",
    "callingPartyNumber",
    "redirectingNumber",
    "redirectionNumber",
    "subsequentNumber",
  ],
  ...["connectedNumber", "originalCalledNumber", "locationNumber", "callTransferNumber", "calledInNumber"],
  ...["calledDirectoryNumber", "originalCalledInNumber", "htrInformation", "networkRoutingNumber"],
  ...["transitNetworkSelection"],
];
const ST = 0x0f;
const endsInSt = (octets: Uint8Array): boolean => ((octets.at(-1) ?? 0) & 0x0f) === ST;

/** Whether the octets of the layers stand in their order, each alone. */
function hasPlainLayers(octets: Uint8Array): boolean {
  const MULTIRATE = 24;
  const [first, second = 0] = octets;
  if (isExtended(first) || isExtended(second) || (second & 0x1f) === MULTIRATE) return false;
  const layers = octets.subarray(2);
  return (
    layers.length <= 3 && layers.every((octet, at) => !isExtended(octet) && ((octet >> 5) & 3) === at + 1)
  );
}

/** Whether the instructions of a parameter have a second octet (Q.763 (12/1999) §3.41). */
function hasLongInstructions(octets: Uint8Array): boolean {
  for (let at = 1; at < octets.length; at += 2) if (isExtended(octets[at])) return true;
  return octets.length % 2 === 1;
}

/** Whether an information element of Q.931 §4.5.1 ends before its length is there, or says. */
function hasCutElement(octets: Uint8Array): boolean {
  let at = 0;
  while (at < octets.length) at += isExtended(octets[at]) ? 2 + (octets[at + 1] ?? 0) : 1;
  return at > octets.length;
}

export const FAULTS: readonly Fault[] = [
  {
    reason:
      "ST as the last of an odd number of signals: it takes the octet for a filler and drops one more signal",
    parameters: ADDRESSES,
    fields: ["Num"],
    isIn: (octets) => !isExtended(octets[0]) && endsInSt(octets),
    octets: "8410210f",
    pycrate: "1",
  },
  {
    reason: "the same in a generic number, whose indicator stands in the second octet",
    parameters: ["genericNumber"],
    fields: ["Num"],
    isIn: (octets) => !isExtended(octets[1]) && endsInSt(octets),
    octets: "068413210f",
    pycrate: "1",
  },
  {
    reason: "the address response has two bits (Q.763 (12/1999) §3.28)",
    parameters: ["informationIndicators"],
    fields: ["CallingPartyAddrRespInd"],
    octets: "0300",
    pycrate: 1,
  },
  {
    reason: "bit 8 of octet 1 is 0: octet 1a follows (Q.850 §2.1)",
    parameters: ["causeIndicators"],
    fields: ["Class", "Cause"],
    isIn: (octets) => isExtended(octets[0]) && octets.length > 2,
    octets: "008090",
    pycrate: 0,
  },
  {
    reason: "diagnostics follow an octet 2 whose bit 8 is 1 (Q.850 §2.1): it leaves them out",
    parameters: ["causeIndicators"],
    fields: ["octets"],
    isIn: (octets) => octets.length > 2 && !isExtended(octets[1]),
    octets: "8296830101",
    pycrate: "8296",
  },
  {
    reason: "the first octet alone, as older networks send it",
    parameters: ["redirectionInformation"],
    fields: ["error"],
    isIn: ({ length }) => length < 2,
    octets: "04",
    pycrate: "CharpyErr",
  },
  {
    reason: "protocol class and credit may be missing (Q.763 (12/1999) §3.17)",
    parameters: ["connectionRequest"],
    fields: ["error"],
    isIn: ({ length }) => length < 7,
    octets: "0000010200",
    pycrate: "CharpyErr",
  },
  {
    reason: "the layers are told by their identification, and have octets of their own (Q.931 §4.5.5)",
    parameters: ["userServiceInformation", "userServiceInformationPrime"],
    fields: [
      "UserInfoLayer1Prot",
      "UserInfoLayer2Prot",
      "UserInfoLayer3Prot",
      "RateMultiplier",
      "octets",
      "error",
    ],
    isIn: (octets) => !hasPlainLayers(octets),
    octets: "8090c6",
    pycrate: 6,
  },
  {
    reason: "octet 4a is there only where bit 8 of octet 4 is 0 (Q.931 §4.5.17)",
    parameters: ["userTeleserviceInformation"],
    fields: ["error"],
    isIn: ({ length }) => length < 3,
    octets: "9181",
    pycrate: "CharpyErr",
  },
  {
    reason: "an information element that is cut short is lost (Q.931 §4.5.1)",
    parameters: ["accessTransport"],
    fields: ["octets"],
    isIn: hasCutElement,
    octets: "9e5d",
    pycrate: "9e",
  },
  {
    reason:
      "its length says where the identification ends (Q.763 (12/1999) §3.36), whatever bit 8 of the octet behind it",
    parameters: ["networkSpecificFacility"],
    fields: ["NetworkSpecFacilityInd", "NetworkIdent", "octets", "error"],
    isIn: ([length = 0, first]) => length > 1 || isExtended(first),
    octets: "03a10102aabb",
    pycrate: "0102aabb",
  },
  {
    reason: "bit 8 of the instructions is 0: a second octet follows (Q.763 (12/1999) §3.41)",
    parameters: ["parameterCompatibilityInformation"],
    fields: [
      ...["octets", "error", "Param", "PassOnNotPossibleInd", "DiscardParamInd", "DiscardMessageInd"],
      ...["SendNotifInd", "ReleaseCallInd", "TransitAtIntermedExchInd", "BroadbandNarrowbandInterworkInd"],
    ],
    isIn: hasLongInstructions,
    octets: "310080",
    pycrate: "3100",
  },
  {
    reason: "bit 8 of the context is 0: it goes on in the next octet (Q.763 (12/1999) §3.82)",
    parameters: ["applicationTransport"],
    fields: ["SNI", "RCI", "SI", "APMSegmentationInd", "cont", "EncapsulatedAppInfo", "octets", "error"],
    isIn: (octets) => isExtended(octets[0]) || isExtended(octets[1]) || isExtended(octets[2]),
    octets: "01818280c0",
    pycrate: 0,
  },
  {
    reason: "its three fields have nine bits in all (Q.763 (12/1999) §3.92)",
    parameters: ["pivotStatus"],
    fields: ["error"],
    octets: "81",
    pycrate: "CharpyErr",
  },
  {
    reason: "a shape that is cut short: octets here, an error there",
    parameters: ["callingGeodeticLocation"],
    fields: ["error", "octets"],
    isIn: (octets) => ((octets[1] ?? 0) & 0x7f) <= 5,
    octets: "0080112233",
    pycrate: "CharpyErr",
  },
];
