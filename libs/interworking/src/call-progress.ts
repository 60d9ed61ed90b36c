import {
  editIsup,
  isupMessage,
  type CauseIndicators,
  type IsupMessage,
  type IsupMessageOf,
  type IsupVariant,
} from "@tandem/isup";
import { acmFrom18x } from "./answers.ts";

/** Event information, Q.763 (12/1999) §3.21. */
const ALERTING = 1;
const PROGRESS = 2;
const IN_BAND = 3;
const FORWARDED = new Set([4, 5, 6]);
const FORWARDED_UNCONDITIONALLY = 6;
const SUBSCRIBER_FREE = 1;

/** What a backward message before the answer means for SIP (RFC 3398 §7.2.5, §7.2.6, §7.2.9). */
export interface Progress {
  readonly status: 180 | 181 | 183;
  /** Tones or announcements come in-band: the 18x carries SDP and backward audio is cut through. */
  readonly hasEarlyMedia: boolean;
  /** The call has failed and is being told why in-band (RFC 3398 §7.1.6): interwork timer, then its status. */
  readonly cause: CauseIndicators | undefined;
  readonly row: string;
}

export function progressFromAcm({ parameters }: IsupMessageOf<"ACM">): Progress {
  const { backwardCallIndicators, optionalBackwardCallIndicators, causeIndicators } = parameters;
  const isInBand =
    optionalBackwardCallIndicators?.inBandInformation === 1 || backwardCallIndicators.interworking === 1;
  if (causeIndicators !== undefined)
    return {
      status: 183,
      hasEarlyMedia: true,
      cause: causeIndicators,
      row: "RFC 3398 §7.2.6: ACM with cause → 183",
    };
  if (backwardCallIndicators.calledPartysStatusIndicator === SUBSCRIBER_FREE)
    return {
      status: 180,
      hasEarlyMedia: isInBand,
      cause: undefined,
      row: "RFC 3398 §7.2.6: ACM, subscriber free → 180",
    };
  const row = isInBand
    ? "RFC 3398 §7.2.6: ACM, in-band information or interworking → 183"
    : "RFC 3398 §7.2.5: early ACM → 183";
  return { status: 183, hasEarlyMedia: isInBand, cause: undefined, row };
}

/** A CPG; one that comes before any ACM is read the same way (T1.113 and TTC allow it, RFC 3398 §13). */
export function progressFromCpg({ parameters }: IsupMessageOf<"CPG">): Progress {
  const { eventInformation, optionalBackwardCallIndicators, causeIndicators } = parameters;
  const event = eventInformation.value;
  const isInBand = event === IN_BAND || optionalBackwardCallIndicators?.inBandInformation === 1;
  if (causeIndicators !== undefined)
    return {
      status: 183,
      hasEarlyMedia: true,
      cause: causeIndicators,
      row: "RFC 3398 §7.2.9: CPG with cause → 183",
    };
  let status: Progress["status"] = 183;
  if (event === ALERTING) status = 180;
  else if (FORWARDED.has(event)) status = 181;
  return {
    status,
    hasEarlyMedia: isInBand,
    cause: undefined,
    row: `RFC 3398 §7.2.9: CPG, event ${event} → ${status}`,
  };
}

/**
 * What a message after the answer asks of the media of the SIP side: a CPG's notification does (RFC 3398 §9.2); SUS and
 * RES do where SIP has no ISUP that could tell of them (§9.1).
 */
export function holdFrom(message: IsupMessage, hasIsup: boolean): "hold" | "retrieve" | undefined {
  if (message.messageType === "CPG") return holdFromCpg(message);
  if (hasIsup) return undefined;
  if (message.messageType === "SUS") return "hold";
  return message.messageType === "RES" ? "retrieve" : undefined;
}

/**
 * Whether a party has put the call on hold or taken it back: what a CPG after the answer tells, in ANSI by its own
 * notification indicator (RFC 3398 §9.2).
 */
export function holdFromCpg({ parameters }: IsupMessageOf<"CPG">): "hold" | "retrieve" | undefined {
  const HOLD = 0x79;
  const RETRIEVAL = 0x7a;
  const { genericNotificationIndicator = [], notificationIndicator = [] } = parameters;
  for (const { value } of [...genericNotificationIndicator, ...notificationIndicator]) {
    if (value === HOLD) return "hold";
    if (value === RETRIEVAL) return "retrieve";
  }
  return undefined;
}

/**
 * The messages of an 18x towards ISUP (RFC 3398 §8.2.3): the first that says something is an ACM, all after it CPG; 181
 * before an ACM needs both. `hasMedia`: backward media are played, which a 183 says to ISUP as in-band information.
 */
export function messagesFrom18x(
  status: number,
  hasSentAcm: boolean,
  variant: IsupVariant,
  hasMedia = false,
): readonly IsupMessage[] {
  if (status < 180) return [];
  const isInBand = status === 183 && hasMedia;
  if (hasSentAcm) return [cpgFrom18x(status, variant, isInBand)];
  const acm = isInBand ? inBandAcm(variant) : acmFrom18x(status, variant);
  return status === 181 ? [acm, cpgFrom18x(status, variant)] : [acm];
}

/** An early ACM with in-band information: the caller hears announcements or tones (RFC 3398 §8.2.3, RFC 3666 §3.6). */
export function inBandAcm(variant: IsupVariant): IsupMessage {
  const optionalBackwardCallIndicators = { inBandInformation: 1 };
  return editIsup(acmFrom18x(183, variant), { optionalBackwardCallIndicators });
}

export function cpgFrom18x(status: number, variant: IsupVariant, isInBand = false): IsupMessage {
  const value = isInBand ? IN_BAND : (EVENTS[status] ?? PROGRESS);
  return isupMessage("CPG", { eventInformation: { value } }, { variant });
}

const EVENTS: Readonly<Record<number, number>> = { 180: ALERTING, 181: FORWARDED_UNCONDITIONALLY };
