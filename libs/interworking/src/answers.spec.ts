import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, decodeIsup, hexOf } from "@tandem/isup";
import { acmFrom18x, anmFrom200, iamFrom, relFromCause, rlc } from "./answers.ts";

describe("answers of the edge", () => {
  it("ACM: subscriber free for 180, no indication for the others (RFC 3398 §8.2.3)", () => {
    expect(hexOf(acmFrom18x(180, "itu-t92+").octets)).toBe("06160400");
    expect(hexOf(acmFrom18x(183, "itu-t92+").octets)).toBe("06120400");
  });

  it("ANM after an ACM, CON without one, and never CON in ANSI (RFC 3398 §8.2.4, §13)", () => {
    expect(hexOf(anmFrom200(true, "itu-t92+").octets)).toBe("0900");
    expect(hexOf(anmFrom200(false, "itu-t92+").octets)).toBe("07160400");
    expect(hexOf(anmFrom200(false, "ansi00").octets)).toBe("0900");
  });

  it("REL with its cause, RLC by the variant", () => {
    expect(hexOf(relFromCause(causeIndicatorsOf(17, 4), "itu-t92+").octets)).toBe("0c0200028491");
    expect(hexOf(rlc("itu-t92+").octets)).toBe("1000");
    expect(hexOf(rlc("ansi88").octets)).toBe("10");
  });
});

describe("iamFrom (RFC 3398 §7.2.1.1, §12.2)", () => {
  it("makes E.164 numbers international, those of the country national", () => {
    const iam = iamFrom({ called: "+493012345", calling: "+44207123456", country: "49" }, "itu-t92+");
    expect(iam.parameters.calledPartyNumber).toMatchObject({
      natureOfAddress: "national",
      digits: "3012345",
      internalNetworkNumber: 1,
    });
    expect(iam.parameters.callingPartyNumber).toMatchObject({
      natureOfAddress: "international",
      digits: "44207123456",
      presentation: "allowed",
      screening: "networkProvided",
    });
    expect(iam.parameters.transmissionMediumRequirement?.name).toBe("3.1kHzAudio");
  });

  it("restricts the presentation, and leaves a calling number out where there is none", () => {
    const restricted = iamFrom({ called: "123", calling: "+4930", isRestricted: true }, "itu-t92+");
    expect(restricted.parameters.callingPartyNumber?.presentation).toBe("restricted");
    expect(iamFrom({ called: "123" }, "itu-t92+").parameters.callingPartyNumber).toBeUndefined();
  });

  it("has user service information and no transmission medium in ANSI", () => {
    const iam = iamFrom({ called: "+12125550143" }, "ansi00");
    const again = decodeIsup(iam.octets, { variant: "ansi00" });
    expect(again).toMatchObject({ ok: true, warnings: [] });
    expect(iam.parameters.transmissionMediumRequirement).toBeUndefined();
    expect(iam.parameters.userServiceInformation).toMatchObject({ layer1Protocol: "G.711 mu-law" });
  });

  it("reads visual separators as nothing (RFC 3966 §5.1.1)", () => {
    const iam = iamFrom({ called: "+49 (30) 123-45.6" }, "itu-t92+");
    expect(iam.parameters.calledPartyNumber.digits).toBe("4930123456");
    expect(() => iamFrom({ called: "alice" }, "itu-t92+")).toThrow("no address signal");
  });
});
