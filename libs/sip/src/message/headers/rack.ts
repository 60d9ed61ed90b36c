import { parseCSeq } from "../cseq.ts";
import { headerType } from "./header-type.ts";

/** RFC 3262 §7.1: from 1 to 2**32-1, although a first one may not exceed 2**31-1 (§3). */
const RSEQ_MAX = 4_294_967_295;
const DIGITS = /^[0-9]+$/;

function parseRSeq(text: string): number | undefined {
  const number = Number(text);
  return DIGITS.test(text) && number >= 1 && number <= RSEQ_MAX ? number : undefined;
}

/** RFC 3262 §7.1. */
export const RSEQ = headerType("RSeq", parseRSeq, String);

/** Which provisional response a PRACK acknowledges (RFC 3262 §7.2). */
export interface RAck {
  readonly responseNumber: number;
  readonly sequenceNumber: number;
  readonly method: string;
}

function parseRAck(text: string): RAck | undefined {
  const space = text.search(/\s/);
  const responseNumber = space < 0 ? undefined : parseRSeq(text.slice(0, space));
  const cseq = parseCSeq(text.slice(space).trim());
  return responseNumber === undefined || cseq === undefined ? undefined : { responseNumber, ...cseq };
}

export const RACK = headerType<RAck>(
  "RAck",
  parseRAck,
  ({ responseNumber, sequenceNumber, method }) => `${responseNumber} ${sequenceNumber} ${method}`,
);
