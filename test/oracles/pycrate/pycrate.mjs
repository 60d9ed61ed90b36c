/** pycrate in a virtual environment of its own, below `.cache/`. Needs Python 3 with venv and, once, pip's index. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const VENV = join(HERE, "../../../.cache/pycrate");
const REQUIREMENTS = join(HERE, "requirements.txt");
/** Written last: a copy of the requirements that are installed. */
const INSTALLED = join(VENV, "installed.txt");

/** The interpreter that knows pycrate. */
export const PYTHON = join(VENV, "bin/python");

export function isPrepared() {
  return existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === readFileSync(REQUIREMENTS, "utf8");
}

/** Installs pycrate, once. Throws with pip's last line where it cannot. */
export function prepare() {
  if (isPrepared()) return;
  rmSync(VENV, { recursive: true, force: true });
  succeed("python3", ["-m", "venv", VENV]);
  succeed(PYTHON, [
    "-m",
    "pip",
    "install",
    "-q",
    "--disable-pip-version-check",
    "--no-deps",
    "-r",
    REQUIREMENTS,
  ]);
  writeFileSync(INSTALLED, readFileSync(REQUIREMENTS));
}

function succeed(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status === 0) return;
  const said = `${stdout ?? ""}${stderr ?? ""}`.trim().split("\n").at(-1);
  throw new Error(said || error?.message || `${program} ended by ${status}`);
}
