/** `npm run check`: everything about the code that a machine can judge without running it. */
import "./require-node.mjs";
import os from "node:os";
import { install } from "./install.mjs";
import { node24 } from "./node24.mjs";
import { Fault, run, runTool } from "./project.mjs";

const HELP = `npm run check [-- STEP…]

Runs all steps, or those named:`;

/** Two at once: lint and types are the long ones, and a machine with two cores has no use for more. */
const STEPS_AT_ONCE = Math.min(2, os.availableParallelism());

const BIN = "node_modules";

/** Long ones first. Each is a Node program with its arguments. */
const STEPS = {
  lint: [`${BIN}/eslint/bin/eslint.js`, ".", "--max-warnings", "0"],
  types: [`${BIN}/typescript/bin/tsc`, "-b", "tsconfig.json", "tsconfig.build.json"],
  format: [`${BIN}/prettier/bin/prettier.cjs`, "--check", "--log-level", "warn", "."],
  unused: [`${BIN}/knip/bin/knip.js`, "--no-progress"],
  boundaries: [`${BIN}/dependency-cruiser/bin/dependency-cruiser.mjs`]
    .concat(["--config", ".dependency-cruiser.mjs", "--output-type", "err"])
    .concat(["libs", "apps", "test", "tools"]),
  events: ["tools/generate-events.mjs", "--check"],
  "config-docs": ["tools/generate-config-docs.mjs", "--check"],
  "isup-docs": ["tools/generate-isup-docs.mjs", "--check"],
  compliance: ["tools/generate-compliance.mjs", "--check"],
  compose: ["tools/check-compose.mjs"],
  files: ["tools/check-files.mjs"],
};

await runTool(async (args) => {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${HELP} ${Object.keys(STEPS).join(", ")}\n`);
    return 0;
  }
  const unknown = args.find((arg) => !Object.hasOwn(STEPS, arg));
  if (unknown !== undefined)
    throw new Fault(`no step ${unknown}; there are ${Object.keys(STEPS).join(", ")}`);
  await install("all");
  const waiting = Object.entries(STEPS).filter(([name]) => args.length === 0 || args.includes(name));
  const failed = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, command] = next;
      if (!(await runStep(name, command))) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: STEPS_AT_ONCE }, worker));
  process.stdout.write(failed.length === 0 ? "check: all good\n" : `check: failed: ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
});

async function runStep(name, command) {
  const from = performance.now();
  const { code, output } = await run(node24(), command, { capture: true });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? "ok    " : "FAILED"} ${name.padEnd(12)} ${seconds.padStart(5)} s\n`);
  if (code !== 0) process.stdout.write(`${output.trimEnd().replace(/^/gm, "  ")}\n`);
  return code === 0;
}
