import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { patternOf, programsOf, runPrograms } from "../docs/readme.ts";
import { copyWorkspace } from "./workspace-copy.ts";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const LIBS = readdirSync(join(ROOT, "libs"));

/** Building and packing all libraries from nothing. */
const PACK_MS_MAX = 180_000;
const INSTALL_MS_MAX = 120_000;
const RUN_MS_MAX = 20_000;

/** A stranger's compiler looks into our declarations as well (`skipLibCheck` off). */
const STRANGERS_OPTIONS = {
  module: "nodenext",
  target: "es2023",
  lib: ["ES2023", "ESNext.Disposable"],
  types: ["node"],
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  allowImportingTsExtensions: true,
};

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let directory: string;
let packed: readonly Packed[];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-pack-"));
  const workspace = join(directory, "workspace");
  const tarballs = join(directory, "tarballs");
  mkdirSync(workspace);
  mkdirSync(tarballs);
  copyWorkspace(ROOT, workspace);
  const args = ["pack", "--json", "--ignore-scripts=false", "--foreground-scripts=false"];
  const workspaces = LIBS.flatMap((lib) => ["--workspace", `libs/${lib}`]);
  const output = npm(workspace, [...args, "--pack-destination", tarballs, ...workspaces]);
  packed = listOf(JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>);
}, PACK_MS_MAX);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** npm as a person calls it: without what `npm test` has put into the environment. */
function npm(cwd: string, args: readonly string[]): string {
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_ENV$|NODE_OPTIONS$)/.test(name),
  );
  return execFileSync("npm", args, {
    cwd,
    encoding: "utf8",
    env: Object.fromEntries(environment),
    stdio: "pipe",
  });
}

/** npm 10 writes an array, npm 11 an object by name. */
function listOf(output: readonly Packed[] | Readonly<Record<string, Packed>>): readonly Packed[] {
  return Array.isArray(output) ? (output as readonly Packed[]) : Object.values(output);
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** What to install for a library: the tarballs of ours, and the folders of others' packages, so that no network is needed. */
function sourcesFor(lib: string): ReadonlySet<string> {
  const sources = new Set<string>();
  const visit = (name: string): void => {
    const ours = packed.find((each) => each.name === name);
    const folder =
      ours === undefined
        ? join(ROOT, "node_modules", name)
        : join(ROOT, "libs", name.replace("@tandem/", ""));
    const source = ours === undefined ? folder : join(directory, "tarballs", ours.filename);
    if (sources.has(source)) return;
    sources.add(source);
    for (const dependency of Object.keys(manifestOf(folder).dependencies ?? {})) visit(dependency);
  };
  visit(`@tandem/${lib}`);
  visit("@types/node");
  return sources;
}

describe("packages", () => {
  it("holds what runs and its sources, and no tests", () => {
    expect(packed.map(({ name }) => name).sort()).toEqual(LIBS.map((lib) => `@tandem/${lib}`).sort());
    for (const { files } of packed) {
      const paths = files.map(({ path }) => path);
      expect(paths).toEqual(
        expect.arrayContaining([
          "package.json",
          "README.md",
          "dist/index.js",
          "dist/index.d.ts",
          "src/index.ts",
        ]),
      );
      expect(paths.filter((path) => /\.spec\.|\.tsbuildinfo$|tsconfig/.test(path))).toEqual([]);
    }
  });

  it.each(LIBS)(
    "a stranger installs @tandem/%s in an empty folder and runs what its README shows",
    async (lib) => {
      const stranger = join(directory, `stranger-${lib}`);
      mkdirSync(stranger);
      writeFileSync(join(stranger, "package.json"), '{ "private": true, "type": "module" }\n');
      const offline = ["--offline", "--install-links", "--ignore-scripts", "--no-audit", "--no-fund"];
      npm(stranger, ["install", ...offline, ...sourcesFor(lib)]);
      expect(readdirSync(join(stranger, "node_modules/@tandem"))).toContain(lib);

      const programs = programsOf(join(stranger, "node_modules/@tandem", lib, "README.md"));
      expect(programs).not.toHaveLength(0);
      const files = programs.map((_program, at) => `example-${at + 1}.ts`);
      for (const [at, { code }] of programs.entries()) writeFileSync(join(stranger, files[at] ?? ""), code);
      writeFileSync(
        join(stranger, "tsconfig.json"),
        JSON.stringify({ compilerOptions: STRANGERS_OPTIONS, include: files }),
      );
      compile(stranger);
      const flags = ["--disable-warning=ExperimentalWarning"];
      const printed = await runPrograms(stranger, flags, files, RUN_MS_MAX);
      for (const [at, { output }] of programs.entries())
        if (output !== undefined) expect(printed[at]).toMatch(patternOf(output));
    },
    INSTALL_MS_MAX,
  );
});

/** A compiler's faults come on stdout. */
function compile(cwd: string): void {
  try {
    execFileSync(process.execPath, [TSC, "-p", "."], { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout = "" } = error as { stdout?: string };
    throw new Error(`the compiler refuses it:\n${stdout}`, { cause: error });
  }
}
