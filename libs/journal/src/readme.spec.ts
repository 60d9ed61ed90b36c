import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

it("the README's example runs", () => {
  const directory = mkdtempSync(join(tmpdir(), "tandem-readme-"));
  try {
    const example = /```ts\n(.*?)```/s.exec(readFileSync(join(PACKAGE, "README.md"), "utf8"))?.[1] ?? "";
    mkdirSync(join(directory, "node_modules/@tandem"), { recursive: true });
    symlinkSync(PACKAGE, join(directory, "node_modules/@tandem/journal"));
    writeFileSync(join(directory, "example.mts"), example);
    const args = ["--conditions=@tandem/source", join(directory, "example.mts")];
    expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe('1 o-1 {"paid":true}\n');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
