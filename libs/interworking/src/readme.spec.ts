import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, decodeIsup, encodeIsup, octetsOfHex } from "@tandem/isup";
import {
  acmFrom18x,
  buildBody,
  causeOfRequest,
  Q1912_5,
  readBody,
  RFC3398,
  statusFromCause,
  withOverrides,
} from "./index.ts";

describe("README", () => {
  it("shows what the library does", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const body = octetsOfHex(/octetsOfHex\("([0-9a-f]+)"\)/.exec(readme)?.[1] ?? "") ?? new Uint8Array();
    const read = readBody("application/isup;version=itu-t92+", body, "signal;handling=optional");
    if (!read.ok || read.body.isup === undefined) throw new Error("no ISUP");
    const decoded = decodeIsup(read.body.isup.octets);
    const rel = decoded.ok ? decoded.message.parameters.causeIndicators : undefined;
    expect(rel?.causeValue).toBe(31);
    const { cause, row } = causeOfRequest({ reasons: ["Q.850;cause=16"], rel });
    expect(readme).toContain(`cause.causeValue; // ${cause.causeValue}\n`);
    expect(readme).toContain(`row; // "${row}"`);
    expect(readme).toContain(`statusFromCause(cause).status; // ${statusFromCause(cause).status}:`);
    const isup = { octets: encodeIsup(acmFrom18x(180, "itu-t92+")), version: "itu-t92+", base: undefined };
    const built = buildBody({ isup: { ...isup, handling: "optional" } });
    expect(built?.headers.map(([name]) => name)).toEqual(["Content-Type", "Content-Disposition"]);
  });

  it("shows profiles of causes", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const overrides = { statusFromCause: [{ cause: 16, status: 480, source: "trunk vienna" }] };
    const vienna = withOverrides(RFC3398, overrides);
    const rows = [
      statusFromCause(causeIndicatorsOf(16, 0), vienna),
      statusFromCause(causeIndicatorsOf(19, 0), Q1912_5),
    ];
    for (const { row } of rows) expect(readme).toContain(`.row; // "${row}"\n`);
  });
});
