import { describe, expect, it } from "@jest/globals";
import {
  HEADER_FIELDS_MAX,
  HEADER_VALUE_OCTETS_MAX,
  MESSAGE_OCTETS_MAX,
  START_LINE_OCTETS_MAX,
} from "./limits.ts";
import type { SipMessage } from "./message.ts";
import { octetsOf, octetString } from "./octets.ts";
import { parseMessage, type ParseError } from "./parse-message.ts";

const HEAD = [
  "OPTIONS sip:b@h SIP/2.0",
  "Via: SIP/2.0/UDP h;branch=z9hG4bK1",
  "From: <sip:a@h>;tag=1",
  "To: <sip:b@h>",
  "Call-ID: c",
  "CSeq: 1 OPTIONS",
];

/** Lines and their ends, without the empty line. */
const HEAD_OCTETS = HEAD.join("\r\n").length + 2;

const textOfLines = (lines: readonly string[], body = ""): string => `${lines.join("\r\n")}\r\n\r\n${body}`;

function read(text: string): SipMessage {
  const parsed = parseMessage(octetsOf(text));
  if (!parsed.ok) throw new TypeError(`${parsed.error.code}: ${parsed.error.message}`);
  return parsed.message;
}

function faultOf(text: string | Uint8Array): ParseError {
  const parsed = parseMessage(typeof text === "string" ? octetsOf(text) : text);
  if (parsed.ok) throw new TypeError("it was read");
  return parsed.error;
}

describe("parseMessage", () => {
  it("reads a request: method, Request-URI, header fields in order (RFC 3261 §7.1)", () => {
    const message = read(textOfLines([...HEAD, "X-A: 1", "x-a:2", "X-a :  3  "]));
    if (message.kind !== "request") throw new TypeError("not a request");
    expect(message.method).toBe("OPTIONS");
    expect(message.requestUriText).toBe("sip:b@h");
    expect(message.requestUri).toMatchObject({ scheme: "sip", user: "b", host: "h" });
    expect(message.headers("x-a")).toEqual(["1", "2", "3"]);
    expect(message.index.ids).toEqual(["via", "from", "to", "call-id", "cseq", "x-a", "x-a", "x-a"]);
    expect(message.header("subject")).toBeUndefined();
    expect(message.contacts).toEqual([]);
  });

  it("reads a response: status and phrase, UTF-8 too (RFC 3261 §7.2)", () => {
    const message = read(textOfLines(["SIP/2.0 486 Besetzt: \u00c3\u00bc", ...HEAD.slice(1)]));
    expect(message).toMatchObject({ kind: "response", status: 486, reasonPhrase: "Besetzt: ü" });
  });

  it("keeps the position of each header field name as sent", () => {
    const message = read(textOfLines([...HEAD, "x-SPELT: y"]));
    const at = message.index.ids.indexOf("x-spelt");
    expect(message.head.slice(message.index.nameStarts[at]).startsWith("x-SPELT: y")).toBe(true);
  });

  it("joins folded lines with one blank (RFC 3261 §7.3.1)", () => {
    const message = read(textOfLines([...HEAD, "Subject: a", "  b", "\tc", "X-Next: d"]));
    expect(message.header("subject")).toBe("a b c");
    expect(message.header("x-next")).toBe("d");
  });

  it("splits lists outside of quotes and angle brackets, over several lines (RFC 3261 §7.3.1)", () => {
    const lines = ['Contact: "a, b" <sip:x@h?p=1,2>,<sip:y@h>', "Contact: sip:z@h;q=1"];
    const message = read(textOfLines([...HEAD, ...lines]));
    expect(message.list("contact")).toEqual(['"a, b" <sip:x@h?p=1,2>', "<sip:y@h>", "sip:z@h;q=1"]);
    expect(message.contacts?.map(({ uriText }) => uriText)).toEqual(["sip:x@h?p=1,2", "sip:y@h", "sip:z@h"]);
    expect(read(textOfLines([...HEAD, 'Contact: "a <sip:x@h>, <sip:y@h>'])).list("contact")).toBeUndefined();
  });

  it("fails only the accessor of a value that cannot be read", () => {
    const message = read(textOfLines([...HEAD.slice(0, 3), "To: nonsense", ...HEAD.slice(4), "Contact: <"]));
    expect(message.to).toBeUndefined();
    expect(message.toTag).toBeUndefined();
    expect(message.contacts).toBeUndefined();
    expect(message.fromTag).toBe("1");
    expect(message.cseq).toEqual({ sequenceNumber: 1, method: "OPTIONS" });
  });

  it("takes a body to the end of the datagram without Content-Length, else as long as it says (§18.3)", () => {
    expect(octetString(read(textOfLines(HEAD, "body")).body)).toBe("body");
    const message = read(textOfLines([...HEAD, "Content-Length: 2"], "body"));
    expect(octetString(message.body)).toBe("bo");
    expect(message.extraOctets).toBe(2);
    expect(read(textOfLines([...HEAD, "Content-Length: 2", "l: 02"], "bo")).body).toHaveLength(2);
  });

  it("reads the octets of a plain Uint8Array and of a view into a larger one alike", () => {
    const whole = new Uint8Array([1, 2, 3, ...octetsOf(textOfLines(HEAD, "body")), 9, 9]);
    const parsed = parseMessage(whole.subarray(3, whole.length - 2));
    expect(parsed.ok && octetString(parsed.message.body)).toBe("body");
  });

  it.each([
    ["no octets", "", "keep-alive", 0, undefined],
    ["line ends alone", "\r\n\r\n", "keep-alive", 0, undefined],
    ["no line end", "OPTIONS sip:b@h SIP/2.0", "not-sip", 0, undefined],
    ["lines that end in LF alone", textOfLines(HEAD).replaceAll("\r", ""), "not-sip", 0, undefined],
    ["no SIP version", textOfLines(["OPTIONS sip:b@h HTTP/1.1", ...HEAD.slice(1)]), "not-sip", 0, undefined],
    ["a method that is no token", textOfLines(["OPT(IONS sip:b@h SIP/2.0"]), "not-sip", 0, undefined],
    ["another version", textOfLines(["OPTIONS sip:b@h SIP/3.0", ...HEAD.slice(1)]), "bad-version", 16, 505],
    ["no Request-URI", textOfLines(["OPTIONS SIP/2.0", ...HEAD.slice(1)]), "bad-start-line", 0, 400],
    [
      "a status of no class",
      textOfLines(["SIP/2.0 742 X", ...HEAD.slice(1)]),
      "bad-start-line",
      0,
      undefined,
    ],
    ["a response of another version", textOfLines(["SIP/7.0 200 OK"]), "bad-start-line", 0, undefined],
    ["no empty line", `${HEAD.join("\r\n")}\r\n`, "no-end-of-head", HEAD_OCTETS, 400],
    ["a line without colon", textOfLines([...HEAD, "nonsense"]), "bad-header", HEAD_OCTETS, 400],
    ["no header field name", textOfLines([...HEAD, ": x"]), "bad-header", HEAD_OCTETS, 400],
    [
      "a fold before any field",
      textOfLines([HEAD[0] ?? "", " folded", ...HEAD.slice(1)]),
      "bad-header",
      25,
      400,
    ],
    ["CR alone in a value", textOfLines([...HEAD, "Subject: a\rX: b"]), "bad-header", HEAD_OCTETS + 10, 400],
    ["LF alone in a value", textOfLines([...HEAD, "Subject: a\nX: b"]), "bad-header", HEAD_OCTETS + 10, 400],
    [
      "a Content-Length of letters",
      textOfLines([...HEAD, "l: x"]),
      "bad-content-length",
      HEAD_OCTETS + 3,
      400,
    ],
    [
      "a Content-Length beyond the datagram",
      textOfLines([...HEAD, "l: 1"]),
      "bad-content-length",
      HEAD_OCTETS + 3,
      400,
    ],
    [
      "two Content-Length",
      textOfLines([...HEAD, "l: 0", "l: 1"], "b"),
      "bad-content-length",
      HEAD_OCTETS + 3,
      400,
    ],
  ])("refuses %s", (_what, text, code, offset, status) => {
    expect(faultOf(text)).toMatchObject({ code, offset, status });
  });

  it("keeps what was readable of a broken request, so that it can be answered", () => {
    const { partial } = faultOf(textOfLines([...HEAD, "nonsense", "X-After: 1"]));
    expect(partial?.topVia?.branch).toBe("z9hG4bK1");
    expect(partial?.callId).toBe("c");
    expect(partial?.header("x-after")).toBe("1");
    const injected = faultOf(
      textOfLines([...HEAD.slice(0, 3), "To: <sip:b@h>\nX-Evil: 1", ...HEAD.slice(4)]),
    ).partial;
    expect([injected?.header("to"), injected?.callId]).toEqual([undefined, "c"]);
    expect(faultOf(textOfLines(["SIP/2.0 200 OK", "nonsense"])).partial).toBeUndefined();
  });

  it("holds its limits: each one is read, one more is not", () => {
    const fields = (count: number): string[] => Array.from({ length: count }, (_, index) => `X: ${index}`);
    expect(read(textOfLines([...HEAD, ...fields(HEADER_FIELDS_MAX - 5)])).index.ids).toHaveLength(256);
    expect(faultOf(textOfLines([...HEAD, ...fields(HEADER_FIELDS_MAX - 4)])).code).toBe("bad-header");
    const long = (count: number): string => textOfLines([...HEAD, `Z: ${"x".repeat(count)}`]);
    expect(read(long(HEADER_VALUE_OCTETS_MAX)).header("z")).toHaveLength(HEADER_VALUE_OCTETS_MAX);
    expect(faultOf(long(HEADER_VALUE_OCTETS_MAX + 1)).code).toBe("bad-header");
    const uri = `sip:${"x".repeat(START_LINE_OCTETS_MAX)}@h`;
    expect(faultOf(textOfLines([`OPTIONS ${uri} SIP/2.0`, ...HEAD.slice(1)])).code).toBe("bad-start-line");
    const body = "x".repeat(MESSAGE_OCTETS_MAX - textOfLines(HEAD).length);
    expect(read(textOfLines(HEAD, body)).body).toHaveLength(body.length);
    expect(faultOf(textOfLines(HEAD, `${body}x`)).code).toBe("too-large");
  });
});
