import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { checkConfig } from "../../apps/edge/src/config/check.ts";
import { examplesOf } from "./readme.ts";

const ROOT = join(import.meta.dirname, "../..");

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const schema = JSON.parse(textOf("docs/schema/tandem-config.schema.json")) as object;

describe("docs/schema/tandem-config.schema.json", () => {
  // What editors do: strict, without the words of ours that generate the page.
  const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema);

  it.each(["apps/edge/config/demo.yaml", "deploy/compose/tandem.yaml"])("takes %s", (path) => {
    expect(validate(parse(textOf(path))) ? [] : validate.errors).toEqual([]);
  });

  it("refuses the parts of the design that are not built", () => {
    expect(validate(parse(textOf("test/vectors/config/design.yaml")))).toBe(false);
  });
});

describe("docs/operations/config.md", () => {
  const page = textOf("docs/operations/config.md");

  it("shows a configuration that is a good one", () => {
    const examples = examplesOf(join(ROOT, "docs/operations/config.md"));
    const texts = examples.filter(({ language }) => language === "yaml").map(({ code }) => code);
    expect(texts).toHaveLength(1);
    for (const text of texts) {
      const result = checkConfig(text, "config.md", () => undefined);
      expect(result.ok ? [] : result.faults).toEqual([]);
    }
  });

  it("has each setting once, in rows of six columns", () => {
    const rows = page
      .split("\n")
      .filter((line) => /^\| `[a-z0-9A-Z.]+` \| .* \| .* \| .* \| .* \| .* \|$/.test(line));
    const names = rows.map((row) => /`([^`]+)`/.exec(row)?.[1]);
    for (const name of [
      "version",
      "sources",
      "isup.variant",
      "reject.q850",
      "answer.after",
      "sasl.password",
      "maxBytes",
    ])
      expect(names.filter((each) => each === name)).toHaveLength(1);
    expect(rows.length).toBeGreaterThan(35);
  });

  it("prints defaults as they are written in the file", () => {
    expect(page).toMatch(/^\| `maxBytes` \|[^|]*\| `4GiB` \|/m);
    expect(page).toMatch(/^\| `createTopics` \|[^|]*\| `true` \|/m);
    expect(page).toMatch(/^\| `brokers` \|[^|]*\| `\[\]` \|/m);
  });
});
