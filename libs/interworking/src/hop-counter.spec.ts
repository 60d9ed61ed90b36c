import { describe, expect, it } from "@jest/globals";
import { octetsOf, parseMessage, type SipRequest } from "@tandem/sip";
import { hopCounterFrom } from "./hop-counter.ts";

function invite(maxForwards: string | undefined): SipRequest {
  const lines = [
    "INVITE sip:b SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:a>;tag=1",
    "To: <sip:b>",
    "Call-ID: c",
    "CSeq: 1 INVITE",
    ...(maxForwards === undefined ? [] : [`Max-Forwards: ${maxForwards}`]),
  ];
  const parsed = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n`));
  if (!parsed.ok || parsed.message.kind !== "request") throw new TypeError("no request");
  return parsed.message;
}

describe("the hop counter (Q.1912.5)", () => {
  it("is Max-Forwards, within the five bits of Q.763 (12/1999) §3.80", () => {
    expect([hopCounterFrom(invite("70")), hopCounterFrom(invite("12"))]).toEqual([31, 12]);
  });

  it("does not rise over the one that came", () => {
    expect([hopCounterFrom(invite("70"), 7), hopCounterFrom(invite("3"), 7)]).toEqual([7, 3]);
  });

  it("is not known without Max-Forwards", () => {
    expect(hopCounterFrom(invite(undefined), 7)).toBeUndefined();
  });
});
