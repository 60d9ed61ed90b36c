import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { EVENT_SCHEMAS } from "./index.ts";
import type { ReadErrorCode } from "./index.ts";

/** Says the compiler when a code is new. */
const CODES: Readonly<Record<ReadErrorCode, true>> = {
  "missing-attribute": true,
  "bad-attribute": true,
  "unknown-type": true,
  "content-type": true,
  "bad-json": true,
  "bad-data": true,
};

describe("README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

  it("lists every event type, with the key of its records", () => {
    const rows = [...readme.matchAll(/^\| `(tandem\.[a-z.]+\.v\d+)` +\| (call id|node) +\|$/gm)];
    expect(rows.map(([, type = "", key]) => [type, key])).toEqual(
      Object.keys(EVENT_SCHEMAS).map((type) => [type, type.startsWith("tandem.call.") ? "call id" : "node"]),
    );
  });

  it("names every error code", () => {
    for (const code of Object.keys(CODES)) expect(readme).toContain(`\`${code}\``);
  });
});
