import { describe, expect, it } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

describe("README", () => {
  it("has a program that runs as printed", () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const [, program = "", output = ""] = /```ts\n(.*?)```\n\n```text\n(.*?)```/s.exec(readme) ?? [];
    const flags = ["--conditions=@tandem/source", "--input-type=module-typescript"];
    const root = join(import.meta.dirname, "../../..");
    const options = { cwd: root, encoding: "utf8", timeout: 20_000 } as const;
    expect(execFileSync(process.execPath, [...flags, "--eval", program], options)).toBe(output);
  });
});
