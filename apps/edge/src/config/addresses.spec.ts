import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { coveredBy, isHostName, isWildcard, sourceFault } from "./addresses.ts";

describe("coveredBy", () => {
  it.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["10.1.0.0/16", "10.0.0.0/8", true],
    ["10.0.0.0/8", "10.0.0.0/8", true],
    ["10.0.0.0/7", "10.0.0.0/8", false],
    ["11.0.0.1", "10.0.0.0/8", false],
    ["10.1.2.3", "0.0.0.0/0", true],
    ["10.1.2.3", "::/0", false],
    ["2001:db8:1::/48", "2001:db8::/32", true],
    ["2001:db8::1", "2001:DB8::1", true],
    ["2001:db8::1", "2001:db8:0:0::1", true],
    ["sip.example.com", "SIP.example.com", true],
    ["sip.example.com", "0.0.0.0/0", false],
    ["10.1.2.3", "sip.example.com", false],
  ])("%s by %s: %s", (source, other, isCovered) => {
    expect(coveredBy(source, other)).toBe(isCovered);
  });
});

describe("sourceFault", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const group = fc.integer({ min: 0, max: 0xffff });

  it("offers the network of an address with a prefix, and that has no fault", () => {
    const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
    const ipv6 = fc
      .array(group, { minLength: 8, maxLength: 8 })
      .map((groups) => groups.map((each) => each.toString(16)).join(":"));
    const source = fc.oneof(
      fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })),
      fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(source, ([address, prefix]) => {
        const fault = sourceFault(`${address}/${prefix}`);
        const network = fault === undefined ? `${address}/${prefix}` : fault.nearest!;
        expect(sourceFault(network)).toBeUndefined();
        expect(coveredBy(address, network)).toBe(true);
      }),
    );
  });

  it.each([
    "192.0.2.1",
    "0.0.0.0/0",
    "::/0",
    "::1",
    "::ffff:192.0.2.1",
    "sip",
    "sip.example.com.",
    "_sip._udp.x",
  ])("takes %s", (source) => {
    expect(sourceFault(source)).toBeUndefined();
  });
});

describe("isHostName", () => {
  it.each([
    ["a".repeat(63), true],
    ["a".repeat(64), false],
    [`${"a.".repeat(126)}a`, true],
    [`${"a.".repeat(127)}a`, false],
    ["", false],
    [".", false],
    ["a-.b", false],
    ["192.0.2.1", false],
    ["a.1", false],
    ["3com.example", true],
  ])("%s: %s", (text, isName) => {
    expect(isHostName(text)).toBe(isName);
  });
});

describe("isWildcard", () => {
  it.each([
    ["0.0.0.0", true],
    ["::", true],
    ["0:0::0", true],
    ["::1", false],
    ["127.0.0.1", false],
  ])("%s: %s", (host, isAll) => {
    expect(isWildcard(host)).toBe(isAll);
  });
});
