import {
  BEARER_WARNINGS,
  CAUSE_FROM_STATUS,
  CAUSE_FROM_STATUS_DEFAULT,
  CAUSES_WITHOUT_STATUS,
  STATUS_FROM_ANSI_CAUSE,
  STATUS_FROM_CAUSE,
  STATUS_FROM_CAUSE_DEFAULT,
  STATUSES_WITHOUT_CAUSE,
} from "./cause-tables.ts";

/** How well a row is known: read in a standard, quoted of it, seen in one implementation, remembered only, set for a trunk. */
export type Evidence = "standard" | "quoted" | "implementation" | "unverified" | "local";

interface Sourced {
  /** Where the row stands: a clause, a product, a trunk's own setting. */
  readonly source: string;
  readonly evidence: Evidence;
  /** What the decision says fired, where that is more than the number. */
  readonly label?: string;
}

/** A REL's cause → final response. A condition that is left out holds always. */
export interface StatusRow extends Sourced {
  readonly cause: number;
  readonly location?: number;
  readonly codingStandard?: number;
  /** Holds only where the diagnostic has a new number and the caller may be told it: a 301 needs its Contact. */
  readonly hasNewNumber?: true;
  readonly status: number;
}

/** A final response → the cause of the REL. */
export interface CauseRow extends Sourced {
  readonly status: number;
  /** Holds only with a Warning field of one of these codes. */
  readonly warnings?: ReadonlySet<number>;
  readonly cause: number;
}

/** Where a cause stands in a SIP message that may carry both. */
export type CauseSource = "Reason" | "encapsulated REL";

/** Which source of a cause is asked first, and where that is written. */
export interface SourceOrder extends Omit<Sourced, "label"> {
  readonly sources: readonly CauseSource[];
}

/** The cause of a request that gives none. */
export type RequestDefault = Omit<CauseRow, "status" | "warnings" | "label">;

/** The tables of causes as one set of data: the first row that holds decides, else the default. */
export interface CauseProfile {
  readonly name: string;
  /** Rests on rows that nobody could check against the standard. */
  readonly isExperimental: boolean;
  readonly statusFromCause: readonly StatusRow[];
  readonly statusDefault: Omit<StatusRow, "cause">;
  readonly causeFromStatus: readonly CauseRow[];
  readonly causeDefault: Omit<CauseRow, "status">;
  /** Location of the cause of a 6xx; any other status has network beyond interworking point. */
  readonly locationOf6xx: number;
  /** BYE and CANCEL. */
  readonly orderInRequests: SourceOrder;
  readonly orderInResponses: SourceOrder;
  readonly byeDefault: RequestDefault;
  readonly cancelDefault: RequestDefault;
}

/** Location user. */
const USER = 0;
/** Network beyond interworking point: what a gateway says of SIP (RFC 3398 §8.2.6.1 leaves the network's code open). */
export const BEYOND_INTERWORKING = 10;
/** Coding standard national: ANSI T1.113 uses it. */
const NATIONAL = 2;
const NORMAL_CLEARING = 16;
const NUMBER_CHANGED = 22;
const NORMAL_UNSPECIFIED = 31;
const BEARER_NOT_IMPLEMENTED = 65;

const TO_SIP = { source: "RFC 3398 §7.2.4.1", evidence: "standard" } as const;
const TO_ISUP = { source: "RFC 3398 §8.2.6.1", evidence: "standard" } as const;
const OF_REQUEST = { source: "RFC 3398 §7.2.3", evidence: "standard" } as const;

function numbersOf(table: Readonly<Record<number, number>>): (readonly [number, number])[] {
  return Object.entries(table).map(([from, to]) => [Number(from), to]);
}

/** RFC 3398's own tables, what holds unless a trunk says otherwise. */
export const RFC3398: CauseProfile = {
  name: "rfc3398",
  isExperimental: false,
  statusFromCause: [
    ...numbersOf(STATUS_FROM_ANSI_CAUSE).map(([cause, status]) => ({
      cause,
      status,
      codingStandard: NATIONAL,
      source: "T1.113, national coding",
      evidence: "unverified" as const,
    })),
    // The clause lets "user" become the 6xx and gives 21 as its example.
    { cause: 21, location: USER, status: 603, label: "21, location user", ...TO_SIP },
    { cause: NUMBER_CHANGED, hasNewNumber: true, status: 301, label: "22 with the new number", ...TO_SIP },
    ...numbersOf(STATUS_FROM_CAUSE).map(([cause, status]) => ({ cause, status, ...TO_SIP })),
    ...[...CAUSES_WITHOUT_STATUS].map((cause) => ({
      cause,
      status: STATUS_FROM_CAUSE_DEFAULT,
      label: `${cause} has no status, default`,
      ...TO_SIP,
    })),
  ],
  statusDefault: { status: STATUS_FROM_CAUSE_DEFAULT, ...TO_SIP },
  causeFromStatus: [
    ...[488, 606].map((status) => ({
      status,
      warnings: BEARER_WARNINGS,
      cause: BEARER_NOT_IMPLEMENTED,
      label: `${status}, Warning`,
      ...TO_ISUP,
    })),
    ...numbersOf(CAUSE_FROM_STATUS).map(([status, cause]) => ({ status, cause, ...TO_ISUP })),
    ...[...STATUSES_WITHOUT_CAUSE].map((status) => ({
      status,
      cause: CAUSE_FROM_STATUS_DEFAULT,
      label: `${status} has no cause, default`,
      ...TO_ISUP,
    })),
  ],
  causeDefault: { cause: CAUSE_FROM_STATUS_DEFAULT, ...TO_ISUP },
  locationOf6xx: USER,
  orderInRequests: { sources: ["Reason", "encapsulated REL"], ...OF_REQUEST },
  orderInResponses: { sources: ["encapsulated REL", "Reason"], ...TO_ISUP },
  byeDefault: { cause: NORMAL_CLEARING, ...OF_REQUEST },
  cancelDefault: { cause: NORMAL_CLEARING, ...OF_REQUEST },
};

/** Nobody could read the Recommendation: its rows towards SIP are from memory. */
const REMEMBERED = { source: "Q.1912.5 profile C, unverified", evidence: "unverified" } as const;
/** The 2018 edition's page 54, as a report of a fault quotes it (signalwire/freeswitch, issue 732). */
const QUOTED = { source: "Q.1912.5 (01/2018) p. 54, as quoted", evidence: "quoted" } as const;
/** OpenSIPS's sip_i module is built on Q.1912.5; its table is the only one that was read. */
const OPENSIPS = { source: "OpenSIPS sip_i (after Q.1912.5)", evidence: "implementation" } as const;

/** Causes by the status that profile C is remembered to give them. */
const REMEMBERED_CAUSES: Readonly<Record<number, readonly number[]>> = {
  404: [1, 5, 91],
  410: [22],
  480: [18, 19, 20, 21, 25, 31, 34, 102, 127],
  484: [28],
  486: [17],
  500: [
    2, 3, 4, 8, 9, 29, 38, 41, 42, 43, 44, 50, 55, 57, 58, 63, 65, 70, 79, 87, 88, 95, 97, 99, 103, 110, 111,
  ],
  502: [27],
};

/** Q.1912.5 profile C: experimental, as the evidence of its rows says. */
export const Q1912_5: CauseProfile = {
  name: "q1912.5",
  isExperimental: true,
  statusFromCause: [
    { cause: 47, status: 503, ...QUOTED },
    ...Object.entries(REMEMBERED_CAUSES).flatMap(([status, causes]) =>
      causes.map((cause) => ({ cause, status: Number(status), ...REMEMBERED })),
    ),
  ],
  statusDefault: { status: 500, ...REMEMBERED },
  causeFromStatus: numbersOf({ 404: 1, 410: 22, 480: 20, 484: 28, 486: 17, 600: 17, 603: 21, 604: 1 }).map(
    ([status, cause]) => ({ status, cause, ...OPENSIPS }),
  ),
  causeDefault: { cause: 127, ...OPENSIPS },
  locationOf6xx: BEYOND_INTERWORKING,
  orderInRequests: { sources: ["encapsulated REL", "Reason"], ...REMEMBERED },
  orderInResponses: { sources: ["encapsulated REL", "Reason"], ...REMEMBERED },
  byeDefault: { cause: NORMAL_CLEARING, ...OPENSIPS },
  cancelDefault: { cause: NORMAL_UNSPECIFIED, ...OPENSIPS },
};

/** Rows of one trunk; their evidence is that somebody set them. */
export interface CauseOverrides {
  readonly statusFromCause?: readonly Omit<StatusRow, "evidence">[];
  readonly causeFromStatus?: readonly Omit<CauseRow, "evidence">[];
}

/** The profile with rows that are asked before its own: one without a condition hides all of its number. */
export function withOverrides(profile: CauseProfile, rows: CauseOverrides): CauseProfile {
  const { statusFromCause = [], causeFromStatus = [] } = rows;
  const evidence = "local";
  return {
    ...profile,
    statusFromCause: [
      ...statusFromCause.map((row) => ({ ...row, evidence }) as const),
      ...profile.statusFromCause,
    ],
    causeFromStatus: [
      ...causeFromStatus.map((row) => ({ ...row, evidence }) as const),
      ...profile.causeFromStatus,
    ],
  };
}
