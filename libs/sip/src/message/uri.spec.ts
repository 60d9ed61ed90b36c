import { describe, expect, it } from "@jest/globals";
import { escapeUser, formatUri, isSipUri, parseHostPort, parseUri, unescapeUser } from "./uri.ts";

describe("parseUri", () => {
  it.each([
    ["sip:h", { scheme: "sip", user: undefined, host: "h", port: undefined }],
    ["SIPS:Alice@Example.COM:5061", { scheme: "sips", user: "Alice", host: "example.com", port: 5061 }],
    ["sip:a:secret@h", { user: "a", password: "secret" }],
    ["sip:a:@h", { user: "a", password: "" }],
    ["sip:+49(30)12;isub=1@h", { user: "+49(30)12;isub=1" }],
    ["sip:a%40b@h", { user: "a%40b", host: "h" }],
    ["sip:[2001:DB8::1]:5070", { host: "[2001:db8::1]", port: 5070 }],
    ["sip:192.0.2.1.", { host: "192.0.2.1." }],
    // Grammar has any digits as a port; nothing is sent to 0.
    ["sip:0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
    ["sip:h?subject=a&priority=b", { host: "h", headers: "subject=a&priority=b" }],
    ["tel:+49-30.(12)", { scheme: "tel", number: "+49-30.(12)" }],
    ["tel:7042;phone-context=example.com", { scheme: "tel", number: "7042" }],
    ["urn:service:sos", { scheme: "urn", rest: "service:sos", other: true }],
  ])("reads %s (RFC 3261 §19.1, RFC 3966)", (text, expected) => {
    expect(parseUri(text)).toMatchObject(expected);
  });

  it("reads parameters: names in lower case, a flag is empty, the first of two counts", () => {
    const uri = parseUri("sip:a@h;LR;transport=TCP;method=%49NFO;lr=no");
    expect(uri !== undefined && isSipUri(uri) ? [...uri.params] : undefined).toEqual([
      ["lr", ""],
      ["transport", "TCP"],
      ["method", "%49NFO"],
    ]);
  });

  it.each([
    ...[
      "",
      ":",
      "h",
      "sip:",
      "sip:@h",
      "sip:a@",
      "sip:a b@h",
      "sip:a@h h",
      "sip:a@h:",
      "sip:a@h:x",
      "sip:a@h:65536",
    ],
    ...[
      "sip:a@-h",
      "sip:a@h-",
      "sip:a@h..h",
      "sip:a@[::1",
      "sip:%4@h",
      "sip:%zz@h",
      "sip:a@h;",
      "sip:a@h;=x",
    ],
    ...[
      "sip:a@h;p=",
      "sip:a@h;p=a b",
      "sip:<a@h>",
      'sip:"a"@h',
      "sip:a@b@h",
      "tel:",
      "tel:+",
      "tel:abc xyz",
      "1sip:a@h",
    ],
  ])("refuses %j", (text) => {
    expect(parseUri(text)).toBeUndefined();
  });

  it("needs no time that grows with the square of a long host, user or parameter", () => {
    const long = "a".repeat(60_000);
    const started = performance.now();
    for (const text of [
      `sip:${long}!`,
      `sip:${long}`,
      `sip:${long}<@h`,
      `sip:h;${long}<`,
      `sip:${"a.".repeat(30_000)}!`,
    ])
      parseUri(text);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("formatUri", () => {
  it.each([
    "sip:h",
    "sips:a:secret@h:5061;transport=tcp;lr?subject=x",
    "sip:%2b49;npdi@[2001:db8::1]:5070;user=phone",
  ])("prints %s as it was read", (text) => {
    const uri = parseUri(text);
    expect(uri !== undefined && isSipUri(uri) ? formatUri(uri) : undefined).toBe(text);
  });
});

describe("user part escapes (RFC 3261 §19.1.2)", () => {
  it.each(["+49 30", "a@b", "ü", "100%", "a:b", "#31#"])("go both ways: %s", (text) => {
    expect(escapeUser(text)).toMatch(/^[^\s@:#]+$/);
    expect(unescapeUser(escapeUser(text))).toBe(text);
    expect(parseUri(`sip:${escapeUser(text)}@h`)).toMatchObject({ user: escapeUser(text) });
  });

  it("stay as sent where they are none", () => {
    expect(unescapeUser("100%")).toBe("100%");
    expect(unescapeUser("%ff")).toBe("%ff");
  });
});

describe("parseHostPort", () => {
  it("reads what something can be sent to", () => {
    expect(parseHostPort("H:5060")).toEqual({ host: "h", port: 5060 });
    expect(parseHostPort("[::1] : 7")).toEqual({ host: "[::1]", port: 7 });
    for (const text of ["h:0", "h:65536", "h:", ":5060", "::1", "[::1]x"])
      expect(parseHostPort(text)).toBeUndefined();
  });
});
