/** `npm start`: installs what is missing, builds what changed, runs the main job on this machine. */
import "./require-node.mjs";
import { build } from "./build.mjs";
import { demo } from "./demo.mjs";
import { install } from "./install.mjs";
import { runTool } from "./project.mjs";

const HELP = `npm start

Runs an edge on loopback (SIP on UDP port 5060, health on http://127.0.0.1:8080, journal in data/, no broker)
and a carrier that places SIP-T calls to it. Ctrl-C ends the calls, then the edge.
Your own configuration: npx tandem run --config FILE`;

await runTool(async (args) => {
  if (args.length > 0) {
    const isAsked = args.includes("--help") || args.includes("-h");
    (isAsked ? process.stdout : process.stderr).write(`${HELP}\n`);
    return isAsked ? 0 : 2;
  }
  await install("run");
  await build();
  return demo();
});
