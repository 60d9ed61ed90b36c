import { isupNumber, type IsupNumber, type ParameterInputs, type Parameters } from "@tandem/isup";
import { parseNameAddrs, type NameAddr, type Uri } from "@tandem/sip";
import { addressFromUri, uriFromNumber, type NumberPlan } from "./numbers.ts";

/** Redirecting reason, Q.763 (12/1999) §3.45, by its code. */
export type RedirectingReason = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** One diversion of a call: who diverted, why, whether others may know. */
export interface Diverted {
  readonly number: IsupNumber;
  readonly reason: RedirectingReason;
  readonly isRestricted: boolean;
  /** How many diversions the entry stands for. */
  readonly counter: number;
}

/** RFC 5806 §9.1 words on the scale of Q.763: RFC 5806's own codes are those of Q.931. */
const REASON_FROM_DIVERSION: Readonly<Record<string, RedirectingReason>> = {
  unknown: 0,
  "user-busy": 1,
  "no-answer": 2,
  unconditional: 3,
  deflection: 5,
  unavailable: 6,
};
const DIVERSION_FROM_REASON: Readonly<Record<RedirectingReason, string>> = {
  0: "unknown",
  1: "user-busy",
  2: "no-answer",
  3: "unconditional",
  4: "deflection",
  5: "deflection",
  6: "unavailable",
};
/** RFC 4458 §2.2, RFC 7544 §4. */
const CAUSE_FROM_REASON: Readonly<Record<RedirectingReason, number>> = {
  0: 404,
  1: 486,
  2: 408,
  3: 302,
  4: 487,
  5: 480,
  6: 503,
};
const REASON_FROM_CAUSE = new Map(
  Object.entries(CAUSE_FROM_REASON).map(([reason, cause]) => [cause, Number(reason) as RedirectingReason]),
);

/** Redirecting reasons in words, as the codec names them. */
export const REDIRECTING_REASONS: Readonly<Record<RedirectingReason, string>> = {
  0: "unknown",
  1: "userBusy",
  2: "noReply",
  3: "unconditional",
  4: "deflectionDuringAlerting",
  5: "deflectionImmediate",
  6: "mobileNotReachable",
};

/** Q.763 (12/1999) §3.45: 1 to 5. */
const COUNTER_MAX = 5;
const RESTRICTED = 1;
const DIVERTED = 3;
const DIVERTED_ALL_RESTRICTED = 4;

/** Diversions of Diversion header fields, the newest first; those without a telephone number are passed over (RFC 5806 §9.2.4). */
export function divertedFromDiversion(values: readonly string[], plan: NumberPlan = {}): Diverted[] {
  return (parseNameAddrs(values) ?? []).flatMap(({ uri, params }) => {
    const number = numberOf(uri, params.get("privacy") === "full", plan);
    if (number === undefined) return [];
    const reason = reasonFromDiversion(params.get("reason"));
    const counter = Number(params.get("counter") ?? 1);
    return [
      {
        number,
        reason,
        isRestricted: params.get("privacy") === "full",
        counter: Number.isInteger(counter) && counter > 0 ? counter : 1,
      },
    ];
  });
}

/** The code of a `reason` of Diversion; unknown where it is left out or another word (RFC 5806 §9.1). */
export function reasonFromDiversion(word: string | undefined): RedirectingReason {
  return REASON_FROM_DIVERSION[word?.toLowerCase() ?? "unknown"] ?? 0;
}

interface HistoryEntry {
  readonly uri: Uri;
  readonly index: string;
  /** `cause` of the entry's own URI (RFC 4458). */
  readonly cause: number | undefined;
  readonly isRestricted: boolean;
  /** Index of the entry that this one was mapped from (RFC 7044 §5). */
  readonly mappedFrom: string | undefined;
}

/**
 * Diversions of History-Info, the newest first: an entry with a cause is the target of one, the entry it was mapped from,
 * or that before it, is who diverted (RFC 7544 §5). Who has no telephone number counts with the next one that has.
 */
export function divertedFromHistoryInfo(values: readonly string[], plan: NumberPlan = {}): Diverted[] {
  const entries = (parseNameAddrs(values) ?? []).map(historyEntry);
  let unnamed = 0;
  const diverted = entries.flatMap(({ cause, mappedFrom }, at) => {
    const reason = cause === undefined ? undefined : REASON_FROM_CAUSE.get(cause);
    const from =
      mappedFrom === undefined ? entries[at - 1] : entries.find(({ index }) => index === mappedFrom);
    if (reason === undefined || from === undefined) return [];
    const number = numberOf(from.uri, from.isRestricted, plan);
    const counter = 1 + unnamed;
    unnamed = number === undefined ? unnamed + 1 : 0;
    if (number === undefined) return [];
    return [{ number, reason, isRestricted: from.isRestricted, counter }];
  });
  return diverted.reverse();
}

function historyEntry({ uri, params }: NameAddr): HistoryEntry {
  const uriParams = "params" in uri ? uri.params : new Map<string, string>();
  const cause = Number(uriParams.get("cause"));
  const headers = "headers" in uri ? (uri.headers ?? "") : "";
  return {
    uri,
    index: params.get("index") ?? "",
    cause: Number.isInteger(cause) && cause > 0 ? cause : undefined,
    isRestricted: /(?:^|&)privacy=[^&]*\bhistory\b/i.test(headers),
    mappedFrom: params.get("mp") ?? params.get("rc"),
  };
}

function numberOf(uri: Uri, isRestricted: boolean, plan: NumberPlan): IsupNumber | undefined {
  const address = addressFromUri(uri, plan);
  return address && isupNumber({ ...address, presentationIndicator: isRestricted ? RESTRICTED : 0 });
}

/** Redirecting number, original called number and redirection information (RFC 5806 §9.2.4); nothing where nobody diverted. */
export function redirectionParameters(diverted: readonly Diverted[]): ParameterInputs {
  const newest = diverted[0];
  const oldest = diverted.at(-1);
  if (newest === undefined || oldest === undefined) return {};
  const count = diverted.reduce((sum, { counter }) => sum + counter, 0);
  const areAllRestricted = diverted.every(({ isRestricted }) => isRestricted);
  return {
    redirectingNumber: newest.number,
    // With one diversion the first and the last to divert are the same (Q.732.2 §2.5.2.1).
    originalCalledNumber: oldest.number,
    redirectionInformation: {
      redirectingIndicator: areAllRestricted ? DIVERTED_ALL_RESTRICTED : DIVERTED,
      originalReasonIndicator: oldest === newest ? 0 : oldest.reason,
      redirectionCounter: Math.min(count, COUNTER_MAX),
      redirectingReasonIndicator: newest.reason,
    },
  };
}

/** Diversions an IAM tells of, the newest first: at most two have their number there (RFC 5806 §9.2.3). */
export function divertedFromIam(parameters: Parameters): Diverted[] {
  const { redirectingNumber, originalCalledNumber, redirectionInformation } = parameters;
  if (redirectingNumber === undefined) return [];
  const count = redirectionInformation?.redirectionCounter ?? 1;
  const newest = {
    number: redirectingNumber,
    reason: reasonOf(redirectionInformation?.redirectingReasonIndicator),
    isRestricted: redirectingNumber.presentationIndicator === RESTRICTED,
  };
  if (count < 2 || originalCalledNumber === undefined) return [{ ...newest, counter: Math.max(count, 1) }];
  const oldest = {
    number: originalCalledNumber,
    reason: reasonOf(redirectionInformation?.originalReasonIndicator),
    isRestricted: originalCalledNumber.presentationIndicator === RESTRICTED,
    counter: 1,
  };
  return [{ ...newest, counter: count - 1 }, oldest];
}

function reasonOf(code: number | undefined): RedirectingReason {
  return code !== undefined && code >= 0 && code <= 6 ? (code as RedirectingReason) : 0;
}

/** Values of Diversion header fields, the newest first (RFC 5806 §9.2.3). */
export function diversionFrom(diverted: readonly Diverted[], host: string, plan: NumberPlan = {}): string[] {
  return diverted.map(({ number, reason, isRestricted, counter }) => {
    const uri = uriFromNumber(number, host, plan);
    const privacy = isRestricted ? "full" : "off";
    return `<${uri}>;reason=${DIVERSION_FROM_REASON[reason]};privacy=${privacy};counter=${counter}`;
  });
}

/** The value of a History-Info header field whose last entry is `target` (RFC 7544 §4). */
export function historyInfoFrom(
  diverted: readonly Diverted[],
  target: string,
  host: string,
  plan: NumberPlan = {},
): string {
  const entries: string[] = [];
  let index = "";
  let cause: number | undefined;
  const add = (uri: string, isRestricted: boolean): void => {
    const before = index;
    index = before === "" ? "1" : `${before}.1`;
    const mapped = cause === undefined ? "" : `;cause=${cause}`;
    const privacy = isRestricted ? "?Privacy=history" : "";
    entries.push(`<${uri}${mapped}${privacy}>;index=${index}${cause === undefined ? "" : `;mp=${before}`}`);
  };
  for (const { number, reason, isRestricted, counter } of diverted.toReversed()) {
    // Hops whose number nobody told (RFC 7544 §4, counter above 1).
    for (let hop = 1; hop < counter; hop += 1) {
      add("sip:unknown@unknown.invalid", false);
      cause = CAUSE_FROM_REASON[0];
    }
    add(uriFromNumber(number, host, plan), isRestricted);
    cause = CAUSE_FROM_REASON[reason];
  }
  add(target, false);
  return entries.join(", ");
}
