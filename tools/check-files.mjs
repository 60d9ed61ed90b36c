/** Files that are too long to read, and decisions that nobody finds. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "./project.mjs";

const LINES_MAX = 500;

/** Longer files, each with its reason. */
const LONG_FILES = {};

const CODE = /\.(ts|mjs)$/;
const GENERATED = /\/generated\//;

const faults = [...tooLong(), ...decisionsNotListed()];
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function projectFiles() {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return listed.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}

function tooLong() {
  const found = [];
  for (const path of projectFiles()) {
    if (!CODE.test(path) || GENERATED.test(path)) continue;
    const lines = readFileSync(join(ROOT, path), "utf8").split("\n").length - 1;
    const isLong = lines > LINES_MAX;
    if (isLong && !Object.hasOwn(LONG_FILES, path))
      found.push(`${path}: ${lines} lines, at most ${LINES_MAX}: divide it by subject`);
    if (!isLong && Object.hasOwn(LONG_FILES, path))
      found.push(`${path}: is no longer too long, take it off the list`);
  }
  return found.concat(
    Object.keys(LONG_FILES)
      .filter((path) => !existsSync(join(ROOT, path)))
      .map((path) => `${path}: does not exist, take it off the list`),
  );
}

/** Every decision stands in the index, under its number and title. */
function decisionsNotListed() {
  const index = readFileSync(join(ROOT, "docs/adr/README.md"), "utf8");
  const decisions = projectFiles().filter((path) => /^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/.test(path));
  const found = [];
  for (const path of decisions) {
    const file = basename(path);
    const number = file.slice(0, 4);
    const row = index.split("\n").find((line) => line.includes(`[${number}](${file})`));
    const title = /^# (?:\d+[.:]? )?(.+)$/m.exec(readFileSync(join(ROOT, path), "utf8"))?.[1];
    if (row === undefined) found.push(`docs/adr/README.md: does not list ${file}`);
    else if (title === undefined) found.push(`${path}: has no title`);
    else if (!row.includes(title))
      found.push(`docs/adr/README.md: ${number} is called "${title}" in its file`);
  }
  for (const [, file] of index.matchAll(/\]\((\d{4}-[^)]+)\)/g)) {
    if (!decisions.includes(`docs/adr/${file}`))
      found.push(`docs/adr/README.md: lists ${file}, which does not exist`);
  }
  return found;
}
