import { describe, expect, it } from "@jest/globals";
import { CODING_STANDARDS, LOCATIONS, q850Cause } from "./causes.ts";
import { decodeIsup } from "./decode.ts";
import { octetsOfHex } from "./hex.ts";

function causeOf(hex: string) {
  const result = decodeIsup(octetsOfHex(`0c0200${hex}`) ?? new Uint8Array(0));
  return result.ok ? result.message.parameters.causeIndicators : undefined;
}

describe("q850Cause", () => {
  it("names a cause and its class (Q.850 §2.2.7)", () => {
    expect(q850Cause(16)).toEqual({
      value: 16,
      isAssigned: true,
      name: "Normal call clearing",
      class: "normal event",
    });
    expect(q850Cause(127)).toMatchObject({ name: "Interworking, unspecified", class: "interworking" });
  });

  it("names a value without assignment by its class", () => {
    expect(q850Cause(92)).toMatchObject({ isAssigned: false, name: "Unassigned (invalid message)" });
  });

  it("reads ANSI's own values under national coding only", () => {
    expect(q850Cause(26, 2).name).toBe("Misrouted call to a ported number");
    expect(q850Cause(26).name).toBe("Non-selected user clearing");
    expect(q850Cause(16, 2).name).toBe("Normal call clearing");
  });
});

describe("LOCATIONS", () => {
  it("has a token for each of the 16 values (RFC 8606 §4)", () => {
    expect(LOCATIONS.map(({ token }) => token).join(" ")).toBe(
      "U LPN LN TN RLN RPN LOC-6 INTL LOC-8 LOC-9 BI LOC-11 LOC-12 LOC-13 LOC-14 LOC-15",
    );
    expect(CODING_STANDARDS).toHaveLength(4);
  });
});

describe("cause indicators (Q.763 (12/1999) §3.12)", () => {
  it("reads location, coding standard and diagnostics", () => {
    expect(causeOf("0382e3f7")).toMatchObject({
      causeValue: 99,
      locationValue: 2,
      location: "public network serving the local user",
      diagnostics: Uint8Array.of(0xf7),
    });
    expect(causeOf("02c29a")).toMatchObject({
      codingStandard: "national",
      cause: "Misrouted call to a ported number",
    });
  });

  it("reads octet 1a where the extension bit announces it", () => {
    expect(causeOf("03048391")).toMatchObject({ locationValue: 4, recommendation: 3, causeValue: 17 });
    expect(causeOf("020491")).toMatchObject({ locationValue: 4, causeValue: 17 });
  });
});
