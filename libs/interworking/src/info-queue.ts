import type { IsupMessage } from "@tandem/isup";

/**
 * ISUP messages on their way in INFO, the first of them outstanding: SIP does not keep the order of requests, so each
 * waits for the answer to the one before it (RFC 3398 §13.1).
 */
export type InfoQueue = readonly IsupMessage[];

/** A peer that answers none of them does not make the queue grow: later ones are not sent. */
export const INFOS_MAX = 16;

export interface InfoStep {
  readonly infos: InfoQueue;
  /** What leaves now. */
  readonly sends: IsupMessage | undefined;
}

export function queueInfo(infos: InfoQueue, message: IsupMessage): InfoStep {
  if (infos.length >= INFOS_MAX) return { infos, sends: undefined };
  return { infos: [...infos, message], sends: infos.length === 0 ? message : undefined };
}

/** The outstanding one has its final response, whatever it is, or none will come (RFC 3398 §5.6). */
export function nextInfo(infos: InfoQueue): InfoStep {
  const rest = infos.slice(1);
  return { infos: rest, sends: rest[0] };
}
