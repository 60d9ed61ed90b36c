import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Q1912_5 } from "./cause-profiles.ts";
import * as library from "./index.ts";

const page = readFileSync(new URL("../../../docs/protocol/interworking.md", import.meta.url), "utf8");

/** Cells of the table rows behind a heading. */
function rowsUnder(heading: string): string[][] {
  const [, section = ""] = page.split(`${heading}\n`);
  const [own = ""] = section.split(/^#/m);
  const lines = own.split("\n").filter((line) => line.startsWith("|"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("docs/protocol/interworking.md", () => {
  it("has each row of Q.1912.5 profile C with its evidence, and no others", () => {
    const rows = rowsUnder("### Q.1912.5 profile C (`Q1912_5`), experimental");
    const printed = rows.flatMap(([left = "", right = "", evidence = ""]) =>
      /^[0-9, ]+$/.test(right)
        ? right.split(", ").map((each) => `${left} ${each} ${evidence.split(":")[0]}`)
        : [],
    );
    const held = [
      ...Q1912_5.statusFromCause.map(({ status, cause, evidence }) => `${status} ${cause} ${evidence}`),
      ...Q1912_5.causeFromStatus.map(({ status, cause, evidence }) => `${cause} ${status} ${evidence}`),
    ];
    expect(printed.sort()).toEqual(held.sort());
  });

  it("names functions that are there", () => {
    // Inside the library only: what the two big functions are made of.
    const inner = ["categoryParamsFrom", "subscriberParamsFrom", "ansiRoutingParameters", "carrierParameter"];
    const headings = ["## IAM → INVITE", "## INVITE → IAM", "## During the call, and its end"];
    const named = headings
      .flatMap(rowsUnder)
      .flatMap((cells) => [...(cells[3] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) if (!inner.includes(name)) expect(Object.keys(library)).toContain(name);
  });
});
