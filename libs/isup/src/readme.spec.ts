import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { decodeIsup, describeIsup, editIsup, encodeIsup, hexOf, isupToJson, octetsOfHex } from "./index.ts";

describe("README", () => {
  it("shows what the library does", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const hex = /octetsOfHex\("([0-9a-f]+)"\)/.exec(readme)?.[1] ?? "";
    const result = decodeIsup(octetsOfHex(hex) ?? new Uint8Array(), { variant: "itu-t92+" });
    if (!result.ok || result.message.messageType !== "IAM") throw new Error("no IAM");
    const { message } = result;
    expect(readme).toContain(`// "${message.parameters.calledPartyNumber.digits}"`);
    expect(readme).toContain(`// "${message.parameters.callingPartyNumber?.presentation ?? ""}"`);
    expect(describeIsup(message)[0]).toBe("IAM (initial address)");
    expect(isupToJson(message).parameters).toHaveProperty("calledPartyNumber");
    const edited = editIsup(message, { hopCounter: { value: 9 } });
    expect(hexOf(encodeIsup(edited))).toBe(`${hex.slice(0, -2)}3d010900`);
  });
});
