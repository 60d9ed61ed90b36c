import { describe, expect, it } from "@jest/globals";
import type { PartyNumber } from "@tandem/call-events";
import { iamFrom } from "@tandem/interworking";
import { editIsup, hexOf, isupNumber } from "@tandem/isup";
import { maskedDetails, maskedIsup } from "./masking.ts";

const number = (raw: string, presentation: PartyNumber["presentation"]): PartyNumber => ({
  raw,
  e164: `+${raw}`,
  natureOfAddress: "international",
  numberingPlan: "E.164",
  display: "Alice",
  presentation,
  screening: "network",
  source: "pai",
});
type Details = Parameters<typeof maskedDetails>[0];
const details = (changes: Partial<Details>): Details =>
  ({
    called: number("4930", "allowed"),
    calling: number("4940", "allowed"),
    originalCalled: null,
    redirecting: [],
    headers: { "user-agent": "sbc", "p-asserted-identity": "<tel:+4940>", identity: "x" },
    ...changes,
  }) as Details;

describe("what consumers see of restricted numbers", () => {
  it("leaves a call alone whose numbers may all be shown", () => {
    const open = details({});
    expect(maskedDetails(open)).toBe(open);
  });

  it("takes the digits, the name and the identifying header fields of a restricted caller", () => {
    const { calling, called, headers } = maskedDetails(details({ calling: number("4940", "restricted") }));
    expect(calling).toEqual({ ...number("4940", "restricted"), raw: "", e164: "", display: "" });
    expect(called).toEqual(number("4930", "allowed"));
    expect(headers).toEqual({ "user-agent": "sbc" });
  });

  it("takes the digits of a restricted redirecting number only", () => {
    const redirecting = [
      { number: number("4950", "restricted"), reason: "userBusy", count: 1 },
      { number: number("4960", "allowed"), reason: "noReply", count: null },
    ];
    const masked = maskedDetails(details({ redirecting }));
    expect(masked.redirecting.map(({ number: { raw } }) => raw)).toEqual(["", "4960"]);
    expect(masked.calling.raw).toBe("4940");
  });

  it("takes the digits out of ISUP, decoded and raw, and leaves every other parameter as it is", () => {
    const iam = iamFrom({ called: "+4930", calling: "+494012345", isRestricted: true }, "itu-t92+");
    const masked = maskedIsup(iam, false);
    expect(masked?.parameters.callingPartyNumber).toMatchObject({ digits: "", presentationIndicator: 1 });
    expect(masked?.parameters.calledPartyNumber?.digits).toBe("4930");
    expect(hexOf(iam.octets)).toContain("9404214305");
    expect(hexOf(masked?.octets ?? iam.octets)).not.toContain("9404214305");
  });

  it("hides a caller whom SIP alone restricts (RFC 3323 §4.1)", () => {
    const iam = iamFrom({ called: "+4930", calling: "+494012345" }, "itu-t92+");
    expect(maskedIsup(iam, false)).toBe(iam);
    expect(maskedIsup(iam, true)?.parameters.callingPartyNumber?.digits).toBe("");
  });

  it("takes the digits out of every redirection that is restricted (Q.763 (12/1999) §3.44)", () => {
    const redirecting = isupNumber({
      digits: "4950",
      natureOfAddressIndicator: 4,
      presentationIndicator: 1,
    });
    const iam = editIsup(iamFrom({ called: "+4930" }, "itu-t92+"), { redirectingNumber: redirecting });
    expect(maskedIsup(iam, false)?.parameters.redirectingNumber?.digits).toBe("");
  });
});
