import { address } from "./digits.ts";
import { bits, coded, extended, flag, number } from "./fields.ts";
import * as n from "./names.ts";
import { octets, prefixed, text } from "./octet-fields.ts";
import { list, optional, sequence, type Part, type ValueNames } from "./parts.ts";

const CONDITION: ValueNames = { 0: "unknown", 1: "permanent", 2: "transient" };
const REJECTION_REASON: ValueNames = {
  0: "userSpecific",
  1: "informationElementMissing",
  2: "informationElementContentsNotSufficient",
};
const CCBS: ValueNames = { 1: "possible", 2: "notPossible" };

/** Q.850 table 1 notes: conditions of causes 1, 3 and 49. */
const condition = extended({ conditionValue: coded(0, 2, CONDITION), isAbnormal: flag(6) }, []);

/** Note 4: why a call was rejected, and by what. */
const rejection = sequence(
  extended(
    { conditionValue: coded(0, 2, CONDITION), rejectionReasonValue: coded(2, 5, REJECTION_REASON) },
    [],
  ),
  octets("details", { isOptional: true }),
);

/** Parameter codes in ISUP, information element identifiers in Q.931. */
const codes = list("parameters", bits(1, { parameterCode: number(0, 8) }));
const messageType = bits(1, { messageTypeCode: number(0, 8) });

/**
 * The new destination of causes 22 and 23: an information element like the called party number of Q.931 §4.5.8, where the
 * cause itself is Q.850's own form; some networks leave identifier and length out.
 */
const newDestination = sequence(
  optional(
    bits(1, { identifier: number(0, 8) }),
    (from, at) => from[at] === 0x70 && at + 2 <= from.length && from[at + 1] === from.length - at - 2,
  ),
  optional(prefixed(numberOfQ931()), (_from, _at, fields) => fields["identifier"] !== undefined),
  optional(octets("number"), () => true),
);

/** Type of number, plan and digits in IA5, Q.931 §4.5.8. */
function numberOfQ931() {
  return sequence(
    extended({ numberingPlanIndicator: coded(0, 4, n.NUMBERING_PLAN), typeOfNumber: number(4, 3) }, []),
    text("digits"),
  );
}

/** Transit network as in the parameter of that name; cause 2. */
const transitNetwork = address(
  {
    networkIdentificationPlanIndicator: coded(0, 4, n.NETWORK_PLAN),
    typeOfNetworkIdentificationIndicator: coded(4, 3, n.NETWORK_TYPE),
  },
  { octets: 1 },
);

/** Causes 57, 58 and 65: attributes of the bearer capability that were refused. */
const attributes = list("attributes", extended({ attributeNumber: number(0, 7) }, []));

/**
 * Diagnostics by cause value, Q.850 table 1. Conditions, rejection, codes, message types and timers are as a dissector
 * reads them; the rest follows Q.850's description and no second source confirms its octets.
 */
export const CAUSE_DIAGNOSTICS: Readonly<Record<number, Part<object>>> = {
  1: condition,
  2: transitNetwork,
  3: condition,
  17: extended({ ccbsIndicator: coded(0, 7, CCBS) }, []),
  21: rejection,
  22: newDestination,
  23: newDestination,
  29: octets("facility"),
  34: extended({ ccbsIndicator: coded(0, 7, CCBS) }, []),
  43: codes,
  49: condition,
  50: octets("facility"),
  57: attributes,
  58: attributes,
  65: attributes,
  66: octets("channelType"),
  69: octets("facility"),
  82: octets("channelIdentity"),
  88: codes,
  96: codes,
  97: messageType,
  98: messageType,
  99: codes,
  100: codes,
  101: messageType,
  102: text("timer"),
  103: codes,
  110: sequence(
    bits(1, { messageTypeCode: number(0, 8) }),
    list("parameters", bits(1, { parameterCode: number(0, 8) }), 0),
  ),
};
