import { CSEQ_MAX } from "./limits.ts";
import { isToken } from "./token.ts";

/** RFC 3261 §20.16. */
export interface CSeq {
  readonly sequenceNumber: number;
  readonly method: string;
}

const CSEQ = /^([0-9]{1,20})\s+(\S+)$/;
/** Digits that a number of this size has at most. */
const DIGITS_MAX = 10;
const SPACE = 0x20;

export function parseCSeq(text: string): CSeq | undefined {
  return usualCSeq(text) ?? otherCSeq(text);
}

/** One space, and no more digits than count: without the cost of the pattern. */
function usualCSeq(text: string): CSeq | undefined {
  let sequenceNumber = 0;
  for (let at = 0; at <= DIGITS_MAX; at++) {
    const code = text.charCodeAt(at);
    if (code === SPACE && at > 0 && sequenceNumber <= CSEQ_MAX) {
      const method = text.slice(at + 1);
      return isToken(method) ? { sequenceNumber, method } : undefined;
    }
    // Also where the text ends: what is not a number is no digit.
    if (!(code >= 0x30 && code <= 0x39)) return undefined;
    sequenceNumber = sequenceNumber * 10 + (code - 0x30);
  }
  return undefined;
}

function otherCSeq(text: string): CSeq | undefined {
  const match = CSEQ.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || !isToken(match[2])) return undefined;
  const sequenceNumber = Number(match[1]);
  return sequenceNumber > CSEQ_MAX ? undefined : { sequenceNumber, method: match[2] };
}
