import { describe, expect, it } from "@jest/globals";
import { editIsup, isupNumber, type IsupMessage } from "@tandem/isup";
import { octetsOf, parseMessage, SipRequest } from "@tandem/sip";
import { iamFrom } from "./answers.ts";
import { iamFromInvite, type IamOptions } from "./iam-from-invite.ts";
import { inviteFromIam } from "./invite-from-iam.ts";

const IAM = iamFrom({ called: "+12025551234", calling: "+12025550100", country: "1" }, "ansi00");
const plan = { country: "1" };
const charged = (digits: string, natureOfAddressIndicator: number): typeof IAM =>
  editIsup(IAM, { chargeNumber: isupNumber({ digits, natureOfAddressIndicator }) });

function headersOf(iam: typeof IAM, isTrusted = true): ReadonlyMap<string, string> {
  const result = inviteFromIam(iam, { plan, target: "b.example", host: "gw.example", isTrusted });
  if (!result.ok) throw new TypeError(result.row);
  return new Map(result.invite.headers);
}

function iamOf(headers: readonly string[], options: Partial<IamOptions> = {}): IsupMessage {
  const lines = [
    "INVITE sip:+12025551234@gw.example;user=phone SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    "To: <sip:b.example>",
    "Call-ID: c",
    "CSeq: 1 INVITE",
    ...headers,
  ];
  const parsed = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n`));
  if (!parsed.ok || !(parsed.message instanceof SipRequest)) throw new TypeError("no request");
  const result = iamFromInvite(parsed.message, { variant: "ansi00", plan, isTrusted: true, ...options });
  if (!result.ok) throw new TypeError(result.row);
  return result.iam;
}

describe("charge number ⇄ P-Charge-Info (RFC 8496)", () => {
  it.each([3, 7])("names a national number of nature %i, to trusted next hops", (nature) => {
    const iam = charged("2025550199", nature);
    expect(headersOf(iam).get("P-Charge-Info")).toBe("<sip:+12025550199@gw.example;user=phone>");
    expect(headersOf(iam, false).has("P-Charge-Info")).toBe(false);
  });

  it.each([
    ["5550199", 1],
    ["", 2],
    ["", 3],
  ])("has none for %j of nature %i", (digits, nature) => {
    expect(headersOf(charged(digits, nature)).has("P-Charge-Info")).toBe(false);
  });

  const FROM = "From: <sip:+12025550100@a.example>;tag=1";
  it("reads it of trusted peers, in ANSI, where it is a number of the country", () => {
    const info = "P-Charge-Info: <sip:+12025550199@a.example;user=phone>;npi=ISDN;noa=2";
    expect(iamOf([FROM, info]).parameters.chargeNumber).toMatchObject({
      digits: "2025550199",
      natureOfAddress: "callingNational",
    });
    expect(iamOf([FROM, info], { isTrusted: false }).parameters.chargeNumber).toBeUndefined();
    expect(iamOf([FROM, info], { variant: "itu-t99" }).parameters.chargeNumber).toBeUndefined();
    const foreign = "P-Charge-Info: <sip:+493012345@a.example>";
    expect(iamOf([FROM, foreign]).parameters.chargeNumber).toBeUndefined();
    expect(iamOf([FROM, "P-Charge-Info: nonsense"]).parameters.chargeNumber).toBeUndefined();
  });
});

describe("originating line information ⇄ isup-oli", () => {
  it("stands with the caller's number, for trusted next hops", () => {
    const iam = editIsup(IAM, { originatingLineInformation: { value: 0 } });
    const identity = "<sip:+12025550100;isup-oli=00@gw.example;user=phone>";
    expect(headersOf(iam).get("P-Asserted-Identity")).toBe(identity);
    expect(headersOf(IAM).get("P-Asserted-Identity")).not.toContain("isup-oli");
  });

  it.each([
    ["From: <sip:+12025550100;isup-oli=62@a.example>;tag=1", 62],
    ["From: <sip:+12025550100@a.example;isup-oli=7>;tag=1", 7],
    ["From: <sip:+12025550100;isup-oli=123@a.example>;tag=1", undefined],
    ["From: <sip:+12025550100;isup-oli=x@a.example>;tag=1", undefined],
  ])("reads %s as %s", (from, value) => {
    expect(iamOf([from]).parameters.originatingLineInformation?.value).toBe(value);
    expect(iamOf([from], { isTrusted: false }).parameters.originatingLineInformation).toBeUndefined();
  });
});
