import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { Unavailable } from "./calls/call-engine.ts";
import { COUNTERS } from "./telemetry/counters.ts";

/** Says the compiler when a reason is new. */
const REASONS: Readonly<Record<Unavailable | "starting", true>> = {
  starting: true,
  draining: true,
  fenced: true,
  journal: true,
  "call-limit": true,
};

describe("README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

  it("lists every counter with its labels", () => {
    const rows = [...readme.matchAll(/^\| `(tandem_\w+)` +\| ([^|]*?) *\|/gm)].map(
      ([, name = "", labels = ""]) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)],
    );
    expect(rows).toEqual(Object.entries(COUNTERS).map(([name, { labels }]) => [name, labels]));
  });

  it("names every reason for taking no new calls", () => {
    for (const reason of Object.keys(REASONS)) expect(readme).toContain(`\`${reason}\``);
  });

  it("lists the folders that there are", () => {
    const listed = [...readme.matchAll(/^\| `([a-z]+)` +\|/gm)].map(([, folder]) => folder);
    const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect([...listed].sort()).toEqual(folders.sort());
  });

  it("links to pages that there are", () => {
    const links = [...readme.matchAll(/\]\(([^):]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links)
      expect([link, existsSync(new URL(`../${link}`, import.meta.url))]).toEqual([link, true]);
  });
});
