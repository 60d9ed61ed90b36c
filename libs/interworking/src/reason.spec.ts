import { describe, expect, it } from "@jest/globals";
import { LOCATIONS } from "@tandem/isup";
import { parseReason, reasonHeader } from "./reason.ts";

describe("parseReason", () => {
  it("reads protocol, cause, text and location (RFC 3326 §2, RFC 8606 §4)", () => {
    expect(parseReason('Q.850 ; cause=1 ;text="Unallocated; \\"number\\"";location=ln')).toEqual({
      protocol: "Q.850",
      cause: 1,
      text: 'Unallocated; "number"',
      location: 2,
    });
    expect(parseReason("SIP;cause=600")).toMatchObject({ protocol: "SIP", cause: 600, location: undefined });
  });

  it("leaves out what it cannot read", () => {
    expect(parseReason("Q.850;cause=abc;location=MOON")).toMatchObject({
      cause: undefined,
      location: undefined,
    });
    expect(parseReason("")).toBeUndefined();
    expect(parseReason('Q.850;text="')).toBeUndefined();
  });
});

describe("reasonHeader", () => {
  it("reads back the same, for every location", () => {
    for (const { value, token } of LOCATIONS) {
      const header = reasonHeader(17, value);
      expect(header).toBe(`Q.850;cause=17;text="User busy";location=${token}`);
      expect(parseReason(header)).toMatchObject({ cause: 17, location: value });
    }
  });

  it("has no location where none is known", () => {
    expect(reasonHeader(16)).toBe('Q.850;cause=16;text="Normal call clearing"');
    expect(reasonHeader(16, 99)).toBe('Q.850;cause=16;text="Normal call clearing"');
  });
});
