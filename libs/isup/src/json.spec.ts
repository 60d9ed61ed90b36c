import { describe, expect, it } from "@jest/globals";
import { decodeIsup } from "./decode.ts";
import { describeIsup } from "./describe.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { isupToJson, parametersToJson } from "./json.ts";
import type { IsupMessage } from "./message.ts";

function decoded(hex: string): IsupMessage {
  const result = decodeIsup(octetsOfHex(hex) ?? new Uint8Array(0));
  if (!result.ok) throw new Error(result.error.message);
  return result.message;
}

describe("isupToJson", () => {
  it("has every parameter: octets as hex, unknown and repeated ones as a list, octets behind", () => {
    expect(isupToJson(decoded("09 01 03 02 1e02 3d 01 05 3d 01 09 fe 02 abcd 00 77"))).toEqual({
      messageType: "ANM",
      variant: "itu-t92+",
      parameters: {
        accessTransport: {
          elements: [{ identifier: 0x1e, identifierName: "progressIndicator", octets: "" }],
        },
        hopCounter: { value: 5 },
        unknown: [
          { code: 61, name: "hopCounter", octets: "09" },
          { code: 254, octets: "abcd" },
        ],
      },
      trailing: "77",
      octets: "090103021e023d01053d0109fe02abcd0077",
    });
  });

  it("gives the parameters alone with octets in another form, as events want them: base64", () => {
    const message = decoded("09 01 03 02 1e02 3d 01 05 3d 01 09 fe 02 abcd 00 77");
    const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64");
    expect(parametersToJson(message, base64)).toEqual({
      accessTransport: {
        elements: [{ identifier: 0x1e, identifierName: "progressIndicator", octets: "" }],
      },
      hopCounter: { value: 5 },
      unknown: [
        { code: 61, name: "hopCounter", octets: "CQ==" },
        { code: 254, octets: "q80=" },
      ],
    });
    expect(parametersToJson(message, hexOf)).toEqual(isupToJson(message).parameters);
  });

  it("is JSON: nothing is lost in writing it", () => {
    const json = isupToJson(decoded("010020000a03020a0884903321436587090a0884134402173254061d038090a300"));
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it("shows the content of a type without a layout", () => {
    expect(isupToJson(decoded("009101"))).toEqual({
      messageType: "unknown",
      typeCode: 0,
      variant: "itu-t92+",
      parameters: {},
      trailing: "9101",
      octets: "009101",
    });
  });
});

describe("describeIsup", () => {
  it("says an IAM in words", () => {
    const lines = describeIsup(
      decoded("010020000a03020a0884903321436587090a0884174402173254063d011efe01aa00"),
    );
    expect(lines).toEqual([
      "IAM (initial address)",
      "  called: 33123456789 (international, E.164)",
      "  calling: 44207123456 (international, E.164, presentation restricted, network provided)",
      "  category: ordinary",
      "  medium: 3.1kHz audio",
      "  hop counter: 30",
      "  indicators: national call, ISUP all the way, no interworking, non-ISDN access",
      "  unknown parameter 254: aa",
    ]);
  });

  it("says a REL in words", () => {
    expect(describeIsup(decoded("0c0200028090"))).toEqual([
      "REL (release)",
      "  cause: 16 Normal call clearing, location user, coding itu",
    ]);
  });

  it("says fields of other parameters, and no zeros", () => {
    expect(describeIsup(decoded("0612040129010136011a00"))).toEqual([
      "ACM (address complete)",
      "  called party's status: no indication",
      "  optionalBackwardCallIndicators: inBandInformation",
      "  callDiversionInformation: notificationSubscriptionOptions presentationAllowedWithNumber, redirectingReason unconditional",
    ]);
    expect(describeIsup(decoded("009101"))).toEqual(["unknown ISUP message type 0: 009101"]);
  });
});

describe("hex", () => {
  it("is read with white space and in any case, and refused where it is none", () => {
    expect(hexOf(octetsOfHex("0A ff\n00") ?? new Uint8Array(0))).toBe("0aff00");
    expect(octetsOfHex("0")).toBeUndefined();
    expect(octetsOfHex("zz")).toBeUndefined();
  });
});
