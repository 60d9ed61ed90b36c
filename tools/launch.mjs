/** The `tandem` command: finds Node 24, hands over to the application, and ends as it ends. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { findNode24 } from "./node24.mjs";
import { orphanage } from "./orphanage.mjs";
import { exitCodeOf, Fault, ROOT, runTool } from "./project.mjs";

const EDGE = join(ROOT, "apps/edge/dist/cli/main.js");
const CARRIER = join(ROOT, "apps/carrier/dist/main.js");
const ORPHAN_CHECK_MS = 500;

await runTool(async (args) => {
  const isCarrier = args[0] === "carrier";
  const program = isCarrier ? CARRIER : EDGE;
  const node = findNode24();
  if (node === undefined || !existsSync(join(ROOT, "node_modules/typescript")))
    throw new Fault('run "npm start" or "npm ci" first');
  if (!existsSync(program)) await build();
  return handOver(node, [program, ...(isCarrier ? args.slice(1) : args)]);
});

/** Runs the program in our place: same terminal, same signals, same exit code. */
function handOver(node, args) {
  return new Promise((resolve) => {
    const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...args], { stdio: "inherit" });
    child.once("error", (error) => {
      process.stderr.write(`tandem: ${error.message}\n`);
      resolve(1);
    });
    // A terminal has sent its signals to the program already, which takes two in a second for one.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    const orphanCheck = endWithNpx(child);
    child.once("exit", (code, signal) => {
      clearInterval(orphanCheck);
      resolve(code ?? exitCodeOf(signal));
    });
  });
}

/** Without npx, the end of a parent means nothing: a shell may leave. */
function endWithNpx(child) {
  if (process.env.npm_command !== "exec") return undefined;
  const isOrphaned = orphanage();
  const check = setInterval(() => {
    if (!isOrphaned()) return;
    clearInterval(check);
    child.kill("SIGTERM");
  }, ORPHAN_CHECK_MS);
  return check;
}
