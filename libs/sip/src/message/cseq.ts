import { CSEQ_MAX } from "./limits.ts";
import { isToken } from "./token.ts";

/** RFC 3261 §20.16. */
export interface CSeq {
  readonly sequenceNumber: number;
  readonly method: string;
}

const CSEQ = /^([0-9]{1,20})\s+(\S+)$/;

export function parseCSeq(text: string): CSeq | undefined {
  const match = CSEQ.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || !isToken(match[2])) return undefined;
  const sequenceNumber = Number(match[1]);
  return sequenceNumber > CSEQ_MAX ? undefined : { sequenceNumber, method: match[2] };
}
