/** Builds libraries and applications; nothing to do costs a tenth of a second. */
import "./require-node.mjs";
import { join } from "node:path";
import { install } from "./install.mjs";
import { node24 } from "./node24.mjs";
import { Fault, isMain, ROOT, run, runTool } from "./project.mjs";

/** Its messages go to stderr: what is built for may have something to print. */
export async function build() {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { code } = await run(node24(), [tsc, "-b", "tsconfig.build.json"], { stdio: ["ignore", 2, 2] });
  if (code !== 0) throw new Fault("the build failed: see the compiler's messages above");
}

if (isMain(import.meta)) {
  await runTool(async (args) => {
    if (args.length > 0) {
      process.stderr.write("usage: npm run build\n");
      return 2;
    }
    await install("run");
    await build();
    return 0;
  });
}
