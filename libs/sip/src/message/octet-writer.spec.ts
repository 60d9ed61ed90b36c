import { describe, expect, it } from "@jest/globals";
import { OctetWriter } from "./octet-writer.ts";
import { octetsOf, octetString } from "./octets.ts";

describe("OctetWriter", () => {
  it("puts text, values, octets of another message and a body one behind the other", () => {
    const writer = new OctetWriter(60);
    writer.text("X: ");
    writer.value("a\tb ~");
    writer.copy(octetsOf("<copied>"), 1, 7);
    writer.text("-".repeat(40));
    const octets = writer.body(octetsOf("ABCDEF"));
    expect(octetString(octets)).toBe(`X: a\tb ~copied${"-".repeat(40)}ABCDEF`);
    expect(writer.isOdd).toBe(false);
  });

  it.each(["a\r\nb", "ü", "\u0000", "€", "\u007f"])("says that %j may not stand as it is", (value) => {
    const writer = new OctetWriter(value.length);
    writer.value(value);
    expect(writer.isOdd).toBe(true);
  });

  it.each([9, 11, 100])("gives away no room that nothing was written to: %d octets for 10", (length) => {
    const writer = new OctetWriter(length);
    writer.text("0123456");
    expect(() => writer.body(octetsOf("789"))).toThrow(RangeError);
  });
});
