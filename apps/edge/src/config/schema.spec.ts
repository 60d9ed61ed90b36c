import { describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { CONFIG_SCHEMA } from "./schema.ts";
import type { Setting } from "./setting.ts";

interface Leaf {
  readonly path: string;
  readonly setting: Setting;
}

/** Every setting that holds a value, whatever the form of what it stands in. */
function leavesOf(setting: Setting, path = ""): Leaf[] {
  if (setting.properties !== undefined)
    return Object.entries(setting.properties).flatMap(([key, each]) => leavesOf(each, `${path}.${key}`));
  if (setting.anyOf !== undefined) return setting.anyOf.flatMap((each) => leavesOf(each, path));
  if (setting.items?.properties !== undefined) return leavesOf(setting.items, `${path}[]`);
  return [{ path: path.slice(1), setting }];
}

const LEAVES = leavesOf(CONFIG_SCHEMA);

describe("CONFIG_SCHEMA", () => {
  it("says of every setting what it is, in a sentence", () => {
    for (const { path, setting } of LEAVES)
      expect([path, /^[A-Z].*\.$/.test(setting.description)]).toEqual([path, true]);
  });

  it("gives a reason for every setting", () => {
    const alternatives = ["routes[].answer", "routes[].reject"];
    const without = LEAVES.filter(({ setting: { reason } }) => reason === undefined).map(({ path }) => path);
    expect(without).toEqual(alternatives);
  });

  it("says in words what each pattern wants", () => {
    for (const { path, setting } of LEAVES)
      if (setting.pattern !== undefined) expect([path, typeof setting.form]).toEqual([path, "string"]);
  });

  it("has defaults that pass their own checks", () => {
    const ajv = new Ajv2020().addVocabulary(["form", "unit", "reason"]);
    for (const { path, setting } of LEAVES)
      if (setting.default !== undefined)
        expect([path, ajv.validate(setting, setting.default)]).toEqual([path, true]);
  });

  it("knows no map that takes any key", () => {
    const open: string[] = [];
    const visit = (setting: Setting, path: string): void => {
      if (setting.type === "object" && setting.additionalProperties !== false) open.push(path);
      for (const [key, each] of Object.entries(setting.properties ?? {})) visit(each, `${path}.${key}`);
      for (const each of setting.anyOf ?? []) visit(each, path);
      if (setting.items !== undefined) visit(setting.items, `${path}[]`);
    };
    visit(CONFIG_SCHEMA, "");
    expect(open).toEqual([]);
  });
});
