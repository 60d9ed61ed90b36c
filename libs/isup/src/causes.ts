/** Class of a cause value: its upper three bits (Q.850 §2.2.7). */
const CLASSES = [
  "normal event",
  "normal event",
  "resource unavailable",
  "service or option not available",
  "service or option not implemented",
  "invalid message",
  "protocol error",
  "interworking",
] as const;

/** Q.850 cause values by number; names shortened. */
const NAMES: Readonly<Record<number, string>> = {
  1: "Unallocated (unassigned) number",
  2: "No route to specified transit network",
  3: "No route to destination",
  4: "Send special information tone",
  5: "Misdialled trunk prefix",
  6: "Channel unacceptable",
  7: "Call awarded and being delivered in an established channel",
  8: "Preemption",
  9: "Preemption - circuit reserved for reuse",
  13: "Call completed elsewhere",
  14: "QoR: ported number",
  16: "Normal call clearing",
  17: "User busy",
  18: "No user responding",
  19: "No answer from user (user alerted)",
  20: "Subscriber absent",
  21: "Call rejected",
  22: "Number changed",
  23: "Redirection to new destination",
  24: "Call rejected due to feature at the destination",
  25: "Exchange routing error",
  26: "Non-selected user clearing",
  27: "Destination out of order",
  28: "Invalid number format (address incomplete)",
  29: "Facility rejected",
  30: "Response to STATUS ENQUIRY",
  31: "Normal, unspecified",
  34: "No circuit/channel available",
  38: "Network out of order",
  39: "Permanent frame mode connection out of service",
  40: "Permanent frame mode connection operational",
  41: "Temporary failure",
  42: "Switching equipment congestion",
  43: "Access information discarded",
  44: "Requested circuit/channel not available",
  46: "Precedence call blocked",
  47: "Resource unavailable, unspecified",
  49: "Quality of service not available",
  50: "Requested facility not subscribed",
  53: "Outgoing calls barred within CUG",
  55: "Incoming calls barred within CUG",
  57: "Bearer capability not authorized",
  58: "Bearer capability not presently available",
  62: "Inconsistency in designated outgoing access information and subscriber class",
  63: "Service or option not available, unspecified",
  65: "Bearer capability not implemented",
  66: "Channel type not implemented",
  69: "Requested facility not implemented",
  70: "Only restricted digital information bearer capability is available",
  79: "Service or option not implemented, unspecified",
  81: "Invalid call reference value",
  82: "Identified channel does not exist",
  83: "A suspended call exists, but this call identity does not",
  84: "Call identity in use",
  85: "No call suspended",
  86: "Call having the requested call identity has been cleared",
  87: "User not member of CUG",
  88: "Incompatible destination",
  90: "Non-existent CUG",
  91: "Invalid transit network selection",
  95: "Invalid message, unspecified",
  96: "Mandatory information element is missing",
  97: "Message type non-existent or not implemented",
  98: "Message not compatible with call state or message type non-existent",
  99: "Information element/parameter non-existent or not implemented",
  100: "Invalid information element contents",
  101: "Message not compatible with call state",
  102: "Recovery on timer expiry",
  103: "Parameter non-existent or not implemented, passed on",
  110: "Message with unrecognized parameter, discarded",
  111: "Protocol error, unspecified",
  127: "Interworking, unspecified",
};

export interface Q850CauseInfo {
  readonly value: number;
  /** False for a value Q.850 has not assigned. */
  readonly isAssigned: boolean;
  readonly name: string;
  /** Text of the class, Q.850 §2.2.7. */
  readonly class: string;
}

/** What ANSI T1.113 means by these values under the national coding standard. */
const ANSI_NAMES: Readonly<Record<number, string>> = {
  23: "Unallocated destination number",
  24: "Undefined business group",
  26: "Misrouted call to a ported number",
  27: "Number portability QoR: number not found",
  45: "Preemption",
  51: "Call type incompatible with service request",
  54: "Call blocked due to group restrictions",
};
const NATIONAL = 2;

/** What a cause value means; an unassigned one is named by its class. National coding is read as ANSI T1.113. */
export function q850Cause(value: number, codingStandardValue = 0): Q850CauseInfo {
  const name = (codingStandardValue === NATIONAL ? ANSI_NAMES[value] : undefined) ?? NAMES[value];
  const causeClass = CLASSES[(value >> 4) & 7] ?? CLASSES[0];
  return {
    value,
    isAssigned: name !== undefined,
    name: name ?? `Unassigned (${causeClass})`,
    class: causeClass,
  };
}

export interface Location {
  readonly value: number;
  readonly name: string;
  /** Value of the `location` parameter of a Reason header field (RFC 8606 §3). */
  readonly token: string;
}

const LOCATION_NAMES: Readonly<Record<number, readonly [token: string, name: string]>> = {
  0: ["U", "user"],
  1: ["LPN", "private network serving the local user"],
  2: ["LN", "public network serving the local user"],
  3: ["TN", "transit network"],
  4: ["RLN", "public network serving the remote user"],
  5: ["RPN", "private network serving the remote user"],
  7: ["INTL", "international network"],
  10: ["BI", "network beyond interworking point"],
};

/** Locations 0 to 15 (Q.850 §2.2.3). */
export const LOCATIONS: readonly Location[] = Array.from({ length: 16 }, (_, value) => {
  const [token, name] = LOCATION_NAMES[value] ?? [
    `LOC-${value}`,
    value > 11 ? "reserved for national use" : "spare",
  ];
  return { value, name, token };
});

/** Coding standards 0 to 3 (Q.850 §2.2.2). */
export const CODING_STANDARDS = ["itu", "iso", "national", "local"] as const;
