import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Q1912_5 } from "./cause-profiles.ts";
import * as library from "./index.ts";

/** Every clause of §7 and §8 that says what a gateway does. */
const SECTIONS_OF_RFC3398 = [
  ...["7.1.1", "7.1.2", "7.1.3", "7.1.4", "7.1.5", "7.1.6", "7.1.7"],
  ...["7.2.1", "7.2.1.1", "7.2.2", "7.2.3", "7.2.4", "7.2.4.1", "7.2.5", "7.2.6", "7.2.7", "7.2.8", "7.2.9"],
  ...["7.3", "8.1.1", "8.1.2", "8.1.3", "8.1.4", "8.1.5", "8.1.6", "8.1.7"],
  ...["8.2.1", "8.2.1.1", "8.2.2", "8.2.3", "8.2.4", "8.2.5", "8.2.6", "8.2.6.1", "8.2.7", "8.2.8"],
];

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

describe("docs/protocol/compliance.md", () => {
  const compliance = readFileSync(new URL("../../../docs/protocol/compliance.md", import.meta.url), "utf8");

  it.each([
    ["3398", SECTIONS_OF_RFC3398],
    // Those with ISUP on the gateway's other side.
    [
      "3666",
      ["2.1", "2.3", "2.5", "2.6", "2.7", "3.1", "3.2", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4.1"],
    ],
    ["3578", ["2.1", "2.2", "3.2", "3.4", "3.5"]],
  ])("has a test for each clause of RFC %s", (rfc, sections) => {
    const [, own = ""] = compliance.split(`## RFC ${rfc}\n`);
    const [page = ""] = own.split("\n## ");
    const shown = new Set([...page.matchAll(/^### §([\d.]+)$/gm)].map(([, section]) => section));
    expect(sections.filter((section) => !shown.has(section))).toEqual([]);
  });
});

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
    const inner = [
      ...["chargeInfoFrom", "chargeNumberFrom", "lineParamsFrom", "originatingLineFrom"],
      ...["categoryParamsFrom", "subscriberParamsFrom", "calledParameters", "carrierParameter"],
    ];
    const headings = ["## IAM → INVITE", "## INVITE → IAM", "## During the call, and its end"];
    const named = headings
      .flatMap(rowsUnder)
      .flatMap((cells) => [...(cells[3] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) if (!inner.includes(name)) expect(Object.keys(library)).toContain(name);
  });
});
