/** `npm run fuzz`: from sources, on the Node that Tandem runs on. */
import "./require-node.mjs";
import { install } from "./install.mjs";
import { node24 } from "./node24.mjs";
import { run, runTool } from "./project.mjs";

const FLAGS = ["--conditions=@tandem/source", "--disable-warning=ExperimentalWarning"];

await runTool(async (args) => {
  await install("all");
  // A terminal sends its Ctrl-C to the fuzzer, too, which ends with what it found.
  process.on("SIGINT", () => undefined);
  const { code } = await run(node24(), [...FLAGS, "test/fuzz/run.ts", ...args]);
  return code;
});
