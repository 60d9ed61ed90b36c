import { describe, expect, it } from "@jest/globals";
import { isupNumber, type IsupNumber } from "@tandem/isup";
import { parseUri } from "@tandem/sip";
import { e164FromNumber, numberFromUri } from "./numbers.ts";

const number = (natureOfAddressIndicator: number, digits: string, plan = 1): IsupNumber =>
  isupNumber({ natureOfAddressIndicator, digits, numberingPlanIndicator: plan });

describe("e164FromNumber (RFC 3398 §12.1)", () => {
  it.each<[string, IsupNumber, string | undefined, string]>([
    ["international", number(4, "4930123"), undefined, "+4930123"],
    ["national with the trunk's country", number(3, "30123"), "49", "+4930123"],
    ["national without one", number(3, "30123"), undefined, ""],
    ["subscriber", number(1, "123"), "49", ""],
    ["unknown", number(2, "030123"), "49", ""],
    ["another numbering plan", number(4, "4930123", 3), undefined, ""],
    ["overdecadic digits", number(4, "49b1"), undefined, ""],
    ["no digits", number(4, ""), undefined, ""],
    ["more digits than E.164 has", number(4, "1".repeat(16)), undefined, ""],
  ])("%s", (_what, value, country, expected) => {
    expect(e164FromNumber(value, country)).toBe(expected);
  });
});

describe("numberFromUri (RFC 3398 §12.2, RFC 3966)", () => {
  it.each<[string, string | undefined, string, string]>([
    ["tel:+49-30-123", undefined, "+49-30-123", "+4930123"],
    ["sip:+4930123@example.com;user=phone", undefined, "+4930123", "+4930123"],
    ["sip:+4930123;npdi@example.com", undefined, "+4930123", "+4930123"],
    ["sip:030123456@example.com", "49", "030123456", "+4930123456"],
    ["sip:030123456@example.com", undefined, "030123456", ""],
    ["sip:alice@example.com", "49", "alice", ""],
  ])("%s", (text, country, raw, e164) => {
    const uri = parseUri(text);
    if (uri === undefined) throw new Error(text);
    expect(numberFromUri(uri, country)).toEqual({ raw, e164 });
  });
});
