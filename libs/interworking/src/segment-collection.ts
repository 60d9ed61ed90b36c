import { announcesSegment, reassembleIsup, type IsupMessage } from "@tandem/isup";

/** A message whose second half has been announced (Q.764 (12/1999) §2.1.12). */
export interface SegmentWait {
  readonly first: IsupMessage;
  /** When it goes on alone, on the scale of `now` in milliseconds. */
  readonly T34: number;
}

export interface SegmentStep {
  readonly wait: SegmentWait | undefined;
  /** What may be acted on, in order. */
  readonly ready: readonly IsupMessage[];
}

/** Q.764 (12/1999) table A.1: 2 to 4 s. */
export const T34_MS = 3_000;

/**
 * Puts a message and its Segmentation message together, before either is mapped. Any other message in between, and T34, let
 * the first go on alone; a segment that nobody announced is dropped (Q.764 (12/1999) §2.1.12, by descriptions of it).
 */
export function collectSegments(
  wait: SegmentWait | undefined,
  message: IsupMessage,
  now: number,
  T34Ms: number = T34_MS,
): SegmentStep {
  if (message.messageType === "SGM")
    return { wait: undefined, ready: wait === undefined ? [] : [reassembleIsup(wait.first, message)] };
  const before = wait === undefined ? [] : [wait.first];
  return announcesSegment(message)
    ? { wait: { first: message, T34: now + T34Ms }, ready: before }
    : { wait: undefined, ready: [...before, message] };
}

/** T34 has expired. */
export function withoutSegment(wait: SegmentWait | undefined): SegmentStep {
  return { wait: undefined, ready: wait === undefined ? [] : [wait.first] };
}
