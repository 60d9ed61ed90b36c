import { describe, expect, it } from "@jest/globals";
import { checkRequest, checkResponse, isAnswerable } from "./check-message.ts";
import type { SipMessage, SipRequest } from "./message.ts";
import { octetsOf } from "./octets.ts";
import { parseMessage } from "./parse-message.ts";

const HEADERS: Readonly<Record<string, string>> = {
  Via: "SIP/2.0/UDP h;branch=z9hG4bK1",
  From: "<sip:a@h>;tag=1",
  To: "<sip:b@h>",
  "Call-ID": "c",
  CSeq: "1 BYE",
  "Max-Forwards": "70",
};

function message(
  start: string,
  changes: Readonly<Record<string, string | undefined>>,
  more: string[] = [],
): SipMessage {
  const lines = Object.entries({ ...HEADERS, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  const parsed = parseMessage(octetsOf(`${[start, ...lines, ...more].join("\r\n")}\r\n\r\n`));
  if (!parsed.ok) throw new TypeError(parsed.error.message);
  return parsed.message;
}

const bye = (changes: Readonly<Record<string, string | undefined>>, more?: string[]): SipRequest =>
  message("BYE sip:b@h SIP/2.0", changes, more) as SipRequest;

describe("checkRequest (RFC 3261 §8.1.1, §16.3)", () => {
  it("finds nothing in a good request", () => {
    expect(checkRequest(bye({}))).toBeUndefined();
    expect(checkRequest(bye({ Contact: "*" }))).toBeUndefined();
    expect(checkRequest(bye({ "Max-Forwards": undefined }))).toBeUndefined();
  });

  it.each(["Via", "From", "To", "Call-ID", "CSeq"])("misses %s", (name) => {
    expect(checkRequest(bye({ [name]: undefined }))).toMatchObject({ code: "missing-header", status: 400 });
  });

  it.each(["From", "To", "Call-ID", "CSeq", "Max-Forwards"])("refuses two %s (RFC 4475 §3.3.8)", (name) => {
    const fault = checkRequest(bye({}, [`${name}: ${HEADERS[name]}`]));
    expect(fault).toMatchObject({ code: "repeated-header", status: 400 });
  });

  it.each([
    ["Via", "SIP/2.0/UDP"],
    ["Via", "SIP/2.0/UDP h;branch=z9hG4bK1, SIP/2.0/UDP"],
    ["Via", "SIP/2.0/UDP h:70000;branch=z9hG4bK1"],
    ["From", "<sip:a@h>;tag="],
    ["To", '"b <sip:b@h>'],
    ["Call-ID", "a b"],
    ["Call-ID", ""],
    ["CSeq", "BYE 1"],
    ["CSeq", "99999999999 BYE"],
    ["CSeq", "1"],
    ["Contact", "<sip:a@h"],
  ])("refuses %s: %s", (name, value) => {
    expect(checkRequest(bye({ [name]: value }))).toMatchObject({ code: "bad-header-value", status: 400 });
  });

  it("refuses a broken Via below the first", () => {
    expect(checkRequest(bye({}, ["Via: nonsense"]))?.code).toBe("bad-header-value");
  });

  it("refuses a CSeq of another method (RFC 4475 §3.1.2.17)", () => {
    expect(checkRequest(bye({ CSeq: "1 INVITE" }))?.code).toBe("method-mismatch");
  });

  it.each(["sip:b@h?subject=x", "sip:b@", "b"])("refuses the Request-URI %s", (uri) => {
    expect(checkRequest(message(`BYE ${uri} SIP/2.0`, {}) as SipRequest)?.code).toBe("bad-header-value");
  });
});

describe("checkResponse", () => {
  it("wants what a request has, and no more", () => {
    const ok = (changes: Readonly<Record<string, string | undefined>>): unknown => {
      const response = message("SIP/2.0 200 OK", changes);
      return response.kind === "response" ? checkResponse(response)?.code : "not a response";
    };
    expect(ok({ "Max-Forwards": undefined, CSeq: "1 INVITE" })).toBeUndefined();
    expect(ok({ "Call-ID": undefined })).toBe("missing-header");
    expect(ok({ Via: "x" })).toBe("bad-header-value");
  });
});

describe("isAnswerable", () => {
  it("needs a top Via, and never an ACK (RFC 3261 §17.1.1.3)", () => {
    expect(isAnswerable(bye({ "Call-ID": undefined }))).toBe(true);
    expect(isAnswerable(bye({ Via: undefined }))).toBe(false);
    expect(isAnswerable(message("ACK sip:b@h SIP/2.0", {}) as SipRequest)).toBe(false);
  });
});
