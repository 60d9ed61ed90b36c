import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";

const ROOT_FILES = /^(package(-lock)?\.json|tsconfig.*\.json)$/;
const NOT_SOURCE = new Set(["node_modules", "dist"]);

/**
 * The workspace as a fresh clone has it, with the packages that are installed here: what is packed from it was built
 * from these sources, and nothing left over from an earlier build.
 */
export function copyWorkspace(root: string, target: string): void {
  for (const name of readdirSync(root).filter((each) => ROOT_FILES.test(each)))
    cpSync(join(root, name), join(target, name));
  for (const folder of ["libs", "apps"]) {
    cpSync(join(root, folder), join(target, folder), {
      recursive: true,
      filter: (path) => !NOT_SOURCE.has(basename(path)),
    });
  }
  linkPackages(join(root, "node_modules"), join(target, "node_modules"));
  const ours = join(target, "node_modules/@tandem");
  mkdirSync(ours);
  for (const lib of readdirSync(join(target, "libs")))
    symlinkSync(join(target, "libs", lib), join(ours, lib));
}

function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === "@tandem") continue;
    if (name.startsWith("@")) linkPackages(join(from, name), join(to, name));
    else symlinkSync(join(from, name), join(to, name));
  }
}
