import { describe, expect, it } from "@jest/globals";
import { parseCSeq } from "./cseq.ts";
import { knownHeaderId } from "./header-names.ts";
import { parseNameAddr, parseNameAddrs } from "./name-addr.ts";
import { equalOctets, octetsOf, octetString, textOf, utf8OctetString } from "./octets.ts";
import { parseParams } from "./params.ts";
import { statusPhrase } from "./status-phrases.ts";
import { closingQuote, isToken, quote, splitOutside, unquote } from "./token.ts";
import { parseVia } from "./via.ts";

describe("parseNameAddr (RFC 3261 §20.10)", () => {
  it.each([
    ["<sip:a@h>", undefined, "sip:a@h", []],
    ["<sip:a@h;x=1>;tag=2", undefined, "sip:a@h;x=1", [["tag", "2"]]],
    ["sip:a@h;tag=2", undefined, "sip:a@h", [["tag", "2"]]],
    [" Al  B. <sip:a@h> ", "Al  B.", "sip:a@h", []],
    [
      '"A \\"B\\" <C>, D" <sip:a@h> ; tag = 2 ;x',
      'A "B" <C>, D',
      "sip:a@h",
      [
        ["tag", "2"],
        ["x", ""],
      ],
    ],
    ['"" <sip:a@h>', "", "sip:a@h", []],
    ["<tel:+49301>;tag=2", undefined, "tel:+49301", [["tag", "2"]]],
    ['<sip:a@h>;x="a;b"', undefined, "sip:a@h", [["x", "a;b"]]],
  ])("reads %j", (text, displayName, uriText, params) => {
    const value = parseNameAddr(text);
    expect(value).toMatchObject({ displayName, uriText });
    expect([...(value?.params ?? [])]).toEqual(params);
  });

  it.each([
    ...["", "<>", "<sip:a@h", "sip:a@h>", '"a <sip:a@h>', '"a" b <sip:a@h>', "a, b <sip:a@h>", '"a" sip:a@h'],
    ...[
      "<sip:a@h>;",
      "<sip:a@h>;tag=",
      "<sip:a@h> x",
      "<sip:a@h>x;y",
      "sip:a@h?x=y",
      "<sip: a@h>",
      "ü <sip:a@h>",
    ],
  ])("refuses %j", (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });

  it("reads lists, or nothing where one of them is broken", () => {
    expect(parseNameAddrs(["<sip:a@h>, <sip:b@h>", "sip:c@h"])?.map(({ uriText }) => uriText)).toEqual([
      "sip:a@h",
      "sip:b@h",
      "sip:c@h",
    ]);
    expect(parseNameAddrs(["<sip:a@h>,"])).toBeUndefined();
    expect(parseNameAddrs(['"'])).toBeUndefined();
    expect(parseNameAddrs([])).toEqual([]);
  });
});

describe("parseVia (RFC 3261 §20.42)", () => {
  it("reads transport, host, port, branch and parameters", () => {
    const via = parseVia("sip / 2.0 / tcp  [2001:DB8::1] : 5070 ; Branch=z9hG4bK1 ;rport;received=192.0.2.1");
    expect(via).toMatchObject({ transport: "TCP", host: "[2001:db8::1]", port: 5070, branch: "z9hG4bK1" });
    expect(via?.params.get("rport")).toBe("");
    expect(via?.params.get("received")).toBe("192.0.2.1");
    expect(parseVia("SIP/2.0/UDP h")).toMatchObject({ transport: "UDP", port: undefined, branch: undefined });
  });

  it.each([
    ...["", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0 h", "SIP/3.0/UDP h", "HTTP/1.1/TCP h", "SIP/2.0/UDP h:0"],
    ...[
      "SIP/2.0/UDP h;branch=",
      "SIP/2.0/UDP h;branch=a b",
      "SIP/2.0/UDP h;;",
      "SIP/2.0/UDP h h",
      "SIP/2.0/U P h",
    ],
  ])("refuses %j", (text) => {
    expect(parseVia(text)).toBeUndefined();
  });
});

describe("parseCSeq (RFC 3261 §20.16)", () => {
  it("reads up to 2**32-1", () => {
    expect(parseCSeq("0 INVITE")).toEqual({ sequenceNumber: 0, method: "INVITE" });
    expect(parseCSeq("004294967295 \t X")).toEqual({ sequenceNumber: 4_294_967_295, method: "X" });
  });

  it.each(["", "1", "INVITE", "1INVITE", "-1 INVITE", "4294967296 INVITE", "1 IN VITE", "1 (", "1e3 INVITE"])(
    "refuses %j",
    (text) => {
      expect(parseCSeq(text)).toBeUndefined();
    },
  );
});

describe("parseParams", () => {
  it("reads names in lower case, flags, quoted values; the first of two counts", () => {
    expect([...(parseParams(';A=1; b ; c = "x;\\"y" ;a=2') ?? [])]).toEqual([
      ["a", "1"],
      ["b", ""],
      ["c", 'x;"y'],
    ]);
    expect(parseParams("")?.size).toBe(0);
    expect(parseParams("value;a=1", 5)?.get("a")).toBe("1");
  });

  it.each(["a", ";", ";;a", ";a=", ";=1", ';a="x', ";a b=1", ";a=1;"])("refuses %j", (text) => {
    expect(parseParams(text)).toBeUndefined();
  });
});

describe("tokens and quotes (RFC 3261 §25.1)", () => {
  it("know a token from what is none", () => {
    expect(isToken("aZ09-.!%*_+`'~")).toBe(true);
    for (const text of ["", "a b", "a@b", "a/b", "ü", "a,b"]) expect(isToken(text)).toBe(false);
  });

  it("go in and out of quotes", () => {
    for (const text of ["", "a", 'a "b" \\ c', "\\"]) expect(unquote(quote(text))).toBe(text);
    expect(unquote("plain")).toBe("plain");
    expect(closingQuote('"a\\"b" c', 0)).toBe(5);
    expect(closingQuote('"a\\"', 0)).toBe(-1);
  });

  it("split outside of quotes and angle brackets", () => {
    expect(splitOutside('a,"b,c",<d,e>,f', ",")).toEqual(["a", '"b,c"', "<d,e>", "f"]);
    expect(splitOutside("a;b", ";")).toEqual(["a", "b"]);
    expect(splitOutside('<a">,b', ",")).toEqual(['<a">', "b"]);
    expect(splitOutside('""'.repeat(8_192), ",")).toHaveLength(1);
    for (const text of ['a,"b', "a,<b", '"', "<", '<a>"']) expect(splitOutside(text, ",")).toBeUndefined();
  });
});

describe("octet strings", () => {
  it("have one character per octet, with a Buffer and with a plain Uint8Array", () => {
    const octets = Uint8Array.from({ length: 20_000 }, (_, at) => at % 256);
    expect(octetString(octets)).toBe(octetString(Buffer.from(octets)));
    expect(octetsOf(octetString(octets))).toEqual(octets);
    expect(octetString(octets, 1, 3)).toBe("\u0001\u0002");
    expect(equalOctets(octetsOf("ab", octetsOf("c")), octetsOf("abc"))).toBe(true);
    expect(equalOctets(octetsOf("ab"), octetsOf("ac")) || equalOctets(octetsOf("a"), octetsOf("ab"))).toBe(
      false,
    );
  });

  it("hold UTF-8 (RFC 3629), and let octets that are none be", () => {
    for (const text of ["plain", "ü", "→", "港", "😀 and more"]) {
      expect(utf8OctetString(text)).toBe(octetString(Buffer.from(text, "utf8")));
      expect(textOf(utf8OctetString(text))).toBe(text);
    }
    expect(textOf("caf\u00e9")).toBe("caf\u00e9");
  });
});

describe("names", () => {
  it("know the compact forms (RFC 3261 §7.3.3)", () => {
    expect(["v", "V", "f", "i", "m", "x", "Via", "VIA"].map(knownHeaderId)).toEqual([
      ...["via", "via", "from", "call-id", "contact", "session-expires", "via", undefined],
    ]);
  });

  it("have a phrase for every status, that of its class where none is registered (RFC 3261 §8.1.3.2)", () => {
    expect([100, 200, 486, 488, 299, 499, 699].map(statusPhrase)).toEqual([
      ...["Trying", "OK", "Busy Here", "Not Acceptable Here", "OK", "Request Failure", "Global Failure"],
    ]);
  });
});
