import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { editIsup, isupMessage } from "./build.ts";
import { decodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import type { IsupMessage } from "./message.ts";
import { isupNumber } from "./numbers.ts";
import { causeIndicatorsOf } from "./cause-indicators.ts";

function decoded(hex: string): IsupMessage {
  const result = decodeIsup(octetsOfHex(hex.replaceAll(" ", "")) ?? new Uint8Array(0));
  if (!result.ok) throw new Error(result.error.message);
  return result.message;
}

describe("isupMessage", () => {
  it("writes mandatory parameters, pointers and the optional part (Q.763 (12/1999) §1.3 to §1.7)", () => {
    const rel = isupMessage("REL", {
      causeIndicators: causeIndicatorsOf(17, 4),
      userToUserInformation: { protocolDiscriminator: 4, octets: Uint8Array.of(0x48, 0x69) },
    });
    expect(hexOf(rel.octets)).toBe("0c0204028491200304486900");
    expect(rel.parameters.causeIndicators).toMatchObject({ causeValue: 17, cause: "User busy" });
  });

  it("gives the ST signal and overdecadic digits (Q.763 (12/1999) §3.9)", () => {
    const number = isupNumber({ natureOfAddressIndicator: 3, digits: "12bc5", stSignal: true });
    const sam = isupMessage("SAM", { subsequentNumber: { digits: "12bc5", stSignal: true } });
    expect(hexOf(sam.octets)).toBe("020200040021cbf5");
    expect(number).toMatchObject({ natureOfAddress: "national", numberingPlan: "isdn" });
  });

  it("refuses what has no place", () => {
    expect(() => isupMessage("REL", {})).toThrow("REL needs causeIndicators");
    expect(() => isupMessage("RLC", { hopCounter: { value: 1 } }, { variant: "ansi88" })).toThrow(
      "no optional part",
    );
    expect(() => isupMessage("CRM", {})).toThrow("itu-t92+ has no layout for CRM");
    expect(() => isupMessage("ANM", { accessTransport: { octets: new Uint8Array(256) } })).toThrow(
      "does not fit",
    );
    expect(() => isupMessage("SAM", { subsequentNumber: { digits: "1*", stSignal: false } })).toThrow(
      "address signal",
    );
  });
});

describe("editIsup", () => {
  const IAM =
    "01 00 2000 0a 03 02 0a 08 849033214365 8709 0a 08 84134402173254 06 fe 02 abcd 3d 02 e5 77 c0 04 06 03 13 21 00 99";

  it("encodes the changed parameter only: unknown ones, their order and octets behind stay", () => {
    const edited = editIsup(decoded(IAM), { hopCounter: { value: 4 } });
    expect(hexOf(edited.octets)).toBe(IAM.replaceAll(" ", "").replace("3d02e577", "3d02e477"));
  });

  it("keeps spare bits and octets of the parameter that it changes", () => {
    const acm = decoded("06 12 c4 00");
    const indicators = acm.parameters.backwardCallIndicators;
    if (indicators === undefined) throw new Error("no indicators");
    const edited = editIsup(acm, {
      backwardCallIndicators: { ...indicators, calledPartysStatusIndicator: 1 },
    });
    expect(hexOf(edited.octets)).toBe("0616c400");
    // Bits 4 to 1 of a called number's second octet are spare.
    const called = decoded("01 00 2000 0a 03 02 00 04 03 13 21 43");
    if (called.messageType !== "IAM") throw new Error("no IAM");
    const number = { ...called.parameters.calledPartyNumber, digits: "99" };
    expect(hexOf(editIsup(called, { calledPartyNumber: number }).octets)).toBe("010020000a03020003031399");
  });

  it("keeps odd pointers and gaps where no length changes", () => {
    const odd = decoded("0c 04 00 aa bb 02 80 90 77");
    const edited = editIsup(odd, { causeIndicators: causeIndicatorsOf(31, 0) });
    expect(hexOf(edited.octets)).toBe("0c0400aabb02809f77");
  });

  it("keeps the octets of those members of a list that stay", () => {
    const message = decoded("2c 02 01 2c 01 3f 2c 01 f9 00");
    const [first, second] = message.parameters.genericNotificationIndicator ?? [];
    if (first === undefined || second === undefined) throw new Error("no list");
    const retrieval = { value: 0x7a, name: "remoteRetrieval" };
    const edited = editIsup(message, { genericNotificationIndicator: [first, retrieval] });
    expect(hexOf(edited.octets)).toBe("2c02012c013f2c01fa00");
    const swapped = editIsup(message, { genericNotificationIndicator: [second, first] });
    expect(hexOf(swapped.octets)).toBe("2c02012c01f92c013f00");
    expect(editIsup(message, message.parameters).octets).toEqual(message.octets);
  });

  it("takes away, adds and replaces", () => {
    const message = decoded(IAM);
    const away = editIsup(message, { callingPartyNumber: undefined, genericNumber: undefined });
    expect(hexOf(away.octets)).toBe("010020000a03020a088490332143658709fe02abcd3d02e5770099");
    expect(hexOf(editIsup(decoded("0900"), { hopCounter: { value: 3 } }).octets)).toBe("09013d010300");
    expect(hexOf(editIsup(decoded("09013d010300"), { hopCounter: undefined }).octets)).toBe("0900");
  });

  it("leaves a second one of a parameter that may stand once where it is", () => {
    const edited = editIsup(decoded("09 01 3d 01 05 3d 01 09 00"), { hopCounter: { value: 1 } });
    expect(hexOf(edited.octets)).toBe("09013d01013d010900");
  });

  it("refuses to take a mandatory parameter away, and to edit what it has no layout for", () => {
    expect(() => editIsup(decoded("0c0200028090"), { causeIndicators: undefined })).toThrow("REL needs");
    expect(() => editIsup(decoded("00910100"), { hopCounter: { value: 1 } })).toThrow("no layout");
  });

  it("changes nothing when every value is put in its own place again", () => {
    const part = fc
      .tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ minLength: 3, maxLength: 12 }))
      .map(([code, content]) => [code, content.length, ...content]);
    fc.assert(
      fc.property(fc.uniqueArray(part, { selector: ([code]) => code, maxLength: 6 }), (parts) => {
        const optional = parts.flat();
        const octets = Uint8Array.of(
          9,
          optional.length === 0 ? 0 : 1,
          ...optional,
          ...(optional.length === 0 ? [] : [0]),
        );
        const result = decodeIsup(octets);
        if (!result.ok) throw new Error(result.error.message);
        expect(hexOf(editIsup(result.message, {}).octets)).toBe(hexOf(octets));
        const again = editIsup(result.message, { ...result.message.parameters });
        expect(hexOf(again.octets)).toBe(hexOf(octets));
      }),
    );
  });
});
