/** Tandem runs on Node 24, whatever Node the system has: it comes as a package of its own with the lock file. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Fault, ROOT } from "./project.mjs";

const NODE_MAJOR = 24;

/** The Node that runs Tandem, or undefined: by path, since a package's bin would shadow the system's Node in npm scripts. */
export function findNode24() {
  const packaged = join(ROOT, "node_modules", `node-linux-${process.arch}`, "bin/node");
  if (process.platform === "linux" && existsSync(packaged)) return packaged;
  return Number(process.versions.node.split(".")[0]) >= NODE_MAJOR ? process.execPath : undefined;
}

export function node24() {
  const node = findNode24();
  if (node === undefined) {
    throw new Fault(
      `there is no Node ${NODE_MAJOR} for ${process.platform}-${process.arch} among the packages: install Node ${NODE_MAJOR} (https://nodejs.org)`,
    );
  }
  return node;
}
