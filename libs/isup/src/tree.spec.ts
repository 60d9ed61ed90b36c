import { describe, expect, it } from "@jest/globals";
import { decodeIsup } from "./decode.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { partsOfIsup } from "./tree.ts";

function linesOf(hex: string): readonly string[] {
  const result = decodeIsup(octetsOfHex(hex) ?? new Uint8Array(0));
  if (!result.ok) throw new Error(result.error.message);
  return partsOfIsup(result.message).map(({ kind, offset, octets, name, code, contentOffset, target }) =>
    [
      String(offset),
      kind,
      hexOf(octets),
      ...(code === undefined ? [] : [name ?? `code ${code}`, `content at ${contentOffset ?? -1}`]),
      ...(target === undefined ? [] : [`to ${target}`]),
    ].join(" "),
  );
}

describe("partsOfIsup", () => {
  it("cuts a message where Q.763 (12/1999) §1.3 to §1.8 does", () => {
    expect(linesOf("010020000a030208060390332143653d0105fe01aa00")).toEqual([
      "0 type 01",
      "1 fixed 00 natureOfConnectionIndicators content at 1",
      "2 fixed 2000 forwardCallIndicators content at 2",
      "4 fixed 0a callingPartysCategory content at 4",
      "5 fixed 03 transmissionMediumRequirement content at 5",
      "6 pointer 02 to 8",
      "7 pointer 08 to 15",
      "8 variable 06039033214365 calledPartyNumber content at 9",
      "15 optional 3d0105 hopCounter content at 17",
      "18 optional fe01aa code 254 content at 20",
      "21 end 00",
    ]);
  });

  it("shows what no pointer leads to, and what stands behind", () => {
    expect(linesOf("0c0300ff02809077")).toEqual([
      "0 type 0c",
      "1 pointer 03 to 4",
      "2 pointer 00",
      "3 gap ff",
      "4 variable 028090 causeIndicators content at 5",
      "7 trailing 77",
    ]);
    expect(linesOf("9101")).toEqual(["0 type 91", "1 trailing 01"]);
  });
});
