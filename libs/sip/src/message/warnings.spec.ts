import { describe, expect, it } from "@jest/globals";
import { octetsOf } from "./octets.ts";
import { parseMessage } from "./parse-message.ts";
import { warningsOf, type WarningCode } from "./warnings.ts";

const REQUEST = [
  "INVITE sip:b@h SIP/2.0",
  "Via: SIP/2.0/UDP h;branch=z9hG4bK1",
  "From: <sip:a@h>;tag=1",
  "To: <sip:b@h>",
  "Call-ID: c",
  "CSeq: 1 INVITE",
  "Max-Forwards: 70",
  "Contact: <sip:a@h>",
];
const RESPONSE = ["SIP/2.0 200 OK", ...REQUEST.slice(1, 3), "To: <sip:b@h>;tag=2", ...REQUEST.slice(4)];

function warnings(lines: readonly string[], body = ""): ReturnType<typeof warningsOf> {
  const parsed = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n${body}`));
  if (!parsed.ok) throw new TypeError(parsed.error.message);
  return warningsOf(parsed.message);
}

const without = (lines: readonly string[], start: string): string[] =>
  lines.filter((line) => !line.startsWith(start));
const instead = (lines: readonly string[], start: string, by: string): string[] =>
  lines.map((line) => (line.startsWith(start) ? by : line));

describe("what is odd in a message, and accepted", () => {
  it("is nothing in a good one", () => {
    expect([warnings(REQUEST), warnings(RESPONSE)]).toEqual([[], []]);
  });

  it.each<[WarningCode, readonly string[], string]>([
    ["extra-octets", [...REQUEST, "l: 1"], "xyz"],
    ["content-length-missing", [...REQUEST, "Content-Type: text/plain"], "x"],
    ["max-forwards-missing", without(REQUEST, "Max-Forwards"), ""],
    ["branch-without-cookie", instead(REQUEST, "Via", "Via: SIP/2.0/UDP h;branch=1"), ""],
    ["branch-without-cookie", instead(REQUEST, "Via", "Via: SIP/2.0/UDP h"), ""],
    ["from-tag-missing", instead(REQUEST, "From", "From: <sip:a@h>"), ""],
    ["to-tag-missing", instead(RESPONSE, "To", "To: <sip:b@h>"), ""],
    ["contact-missing", without(RESPONSE, "Contact"), ""],
    ["sequence-number-too-large", instead(REQUEST, "CSeq", "CSeq: 2147483648 INVITE"), ""],
    ["repeated-header", [...REQUEST, "Expires: 1", "Expires: 2"], ""],
    ["repeated-header", [...REQUEST, "Content-Length: 0", "l: 0"], ""],
    ["unreadable-header", [...REQUEST, "Session-Expires: soon"], ""],
    ["not-utf-8", [...REQUEST, "Subject: gr\u00fc\u00df"], ""],
  ])("%s", (code, lines, body) => {
    expect(warnings(lines, body).map((warning) => warning.code)).toEqual([code]);
  });

  it("leading-line-ends, and UTF-8 is none (RFC 3261 §7.5, §7.3.1)", () => {
    expect(warnings(["", ...REQUEST, "Subject: gr\u00c3\u00bc\u00c3\u009f"]).map(({ code }) => code)).toEqual(
      ["leading-line-ends"],
    );
  });

  it("is told with the place it is at", () => {
    const [warning] = warnings([...REQUEST, "Expires: 1", "Expires: x"]);
    const offset = `${[...REQUEST, "Expires: 1"].join("\r\n")}\r\nExpires: `.length;
    expect(warning).toEqual({ code: "repeated-header", message: "expires again", offset });
  });

  it("leaves the octets as they are: what is odd is forwarded untouched", () => {
    const octets = octetsOf(`${[...without(REQUEST, "Max-Forwards"), "Expires: x"].join("\r\n")}\r\n\r\n`);
    const parsed = parseMessage(octets);
    expect(parsed.ok && warningsOf(parsed.message).length).toBe(2);
    expect(parsed.ok && [...parsed.message.octets]).toEqual([...octets]);
  });
});
