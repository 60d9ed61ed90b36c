import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { checkConfig } from "../../apps/edge/src/config/check.ts";
import { examplesOf, patternOf, programsOf, runPrograms } from "./readme.ts";

const ROOT = join(import.meta.dirname, "../..");
const PACKAGES = ["libs", "apps"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => existsSync(join(ROOT, path, "package.json"))),
);
const READMES = [".", ...PACKAGES].map((path) => join(path, "README.md"));

/** Type checking all examples at once reads every library's sources. */
const TYPE_CHECK_MS_MAX = 60_000;
const RUN_MS_MAX = 20_000;

let directory: string;

beforeAll(() => {
  // Inside the project, so that the examples find its packages.
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  directory = mkdtempSync(join(ROOT, ".cache/readme-"));
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }\n');
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Writes the programs of a package's README down. */
function writePrograms(path: string): readonly string[] {
  return programsOf(join(ROOT, path, "README.md")).map(({ code }, at) => {
    const file = join(directory, `${path.replaceAll("/", "-")}-${at + 1}.ts`);
    writeFileSync(file, code);
    return file;
  });
}

/** Gives what a program printed; what it said on stderr, too, where it failed. */
function print(program: string, args: readonly string[], timeout = RUN_MS_MAX): string {
  try {
    return execFileSync(program, args, { cwd: ROOT, encoding: "utf8", timeout, stdio: "pipe" });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

describe("READMEs", () => {
  it.each(READMES)("there is %s", (readme) => {
    expect(existsSync(join(ROOT, readme))).toBe(true);
  });

  it.each(PACKAGES)("%s has an example", (path) => {
    const examples = examplesOf(join(ROOT, path, "README.md"));
    const isRun = examples.some(({ language, output }) => language === "sh" && output !== undefined);
    expect(isRun || examples.some(({ language }) => language === "ts")).toBe(true);
  });

  it(
    "the examples pass the compiler",
    () => {
      const options = {
        extends: "../../tsconfig.spec.base.json",
        // An example may compute a value only to show it.
        compilerOptions: { composite: false, declarationMap: false, rootDir: ROOT, noUnusedLocals: false },
        include: ["*.ts"],
      };
      writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(options));
      for (const path of PACKAGES) writePrograms(path);
      const args = ["node_modules/typescript/bin/tsc", "-p", directory];
      expect(print(process.execPath, args, TYPE_CHECK_MS_MAX)).toBe("");
    },
    TYPE_CHECK_MS_MAX,
  );

  it.each(PACKAGES.filter((path) => programsOf(join(ROOT, path, "README.md")).length > 0))(
    "what %s shows runs as printed",
    async (path) => {
      const flags = ["--disable-warning=ExperimentalWarning", "--conditions=@tandem/source"];
      const printed = await runPrograms(ROOT, flags, writePrograms(path), RUN_MS_MAX);
      for (const [at, { output }] of programsOf(join(ROOT, path, "README.md")).entries())
        if (output !== undefined) expect(printed[at]).toMatch(patternOf(output));
    },
    RUN_MS_MAX,
  );

  it.each(READMES)(
    "the commands of %s print what stands below them",
    (readme) => {
      for (const { language, code, output } of examplesOf(join(ROOT, readme))) {
        if (language !== "sh" || output === undefined) continue;
        expect(code).toMatch(/^npx tandem /);
        // npx only looks the command up in package.json, at the price of a second.
        const direct = code.replaceAll("npx tandem ", "node tools/tandem.mjs ");
        expect(print("sh", ["-c", direct]).trimEnd()).toMatch(patternOf(output));
      }
    },
    RUN_MS_MAX,
  );

  it.each(READMES)("the configurations in %s are good ones", (readme) => {
    for (const { language, code } of examplesOf(join(ROOT, readme))) {
      if (language === "yaml" && /^version:/m.test(code)) expectGood(code, readme);
    }
  });
});

describe("configurations", () => {
  const demos = readdirSync(join(ROOT, "apps/edge/config")).filter((file) => file.endsWith(".yaml"));
  it.each([...demos.map((file) => `apps/edge/config/${file}`), "deploy/compose/tandem.yaml"])(
    "%s is a good one",
    (path) => {
      expectGood(readFileSync(join(ROOT, path), "utf8"), path);
    },
  );
});

function expectGood(text: string, file: string): void {
  const result = checkConfig(text, file, () => "192.0.2.1");
  expect(result.ok ? [] : result.faults).toEqual([]);
}
