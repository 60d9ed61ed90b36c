/** `npm start`: installs what is missing, builds what changed, runs the main job on this machine. */
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { DEFAULTS, demo, requirePorts } from "./demo.mjs";
import { install } from "./install.mjs";
import { orphanage } from "./orphanage.mjs";
import { exitCodeOf, runTool } from "./project.mjs";

const HELP = `npm start [-- --sip-port N] [--http-port N] [--data DIR]

Runs an edge on loopback (SIP on UDP port ${DEFAULTS.sipPort}, health on http://127.0.0.1:${DEFAULTS.httpPort}, journal in data/, no broker)
and a carrier that places SIP-T calls to it. Ctrl-C ends the calls, then the edge.
  --sip-port N    another UDP port for SIP
  --http-port N   another TCP port for health
  --data DIR      another folder for the journal
Your own configuration: npx tandem run --config FILE`;

await runTool(async (args) => {
  const options = optionsOf(args);
  if (options === undefined) {
    const isAsked = args.includes("--help") || args.includes("-h");
    (isAsked ? process.stdout : process.stderr).write(`${HELP}\n`);
    return isAsked ? 0 : 2;
  }
  const isOrphaned = orphanage();
  await requirePorts(options);
  await install("run");
  await build();
  // Without who started it there is nobody to show a call to.
  return isOrphaned() ? exitCodeOf("SIGTERM") : demo(options);
});

/** undefined where help is what is wanted, or needed. */
function optionsOf(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        "sip-port": { type: "string" },
        "http-port": { type: "string" },
        data: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    const sipPort = portOf(values["sip-port"] ?? DEFAULTS.sipPort);
    const httpPort = portOf(values["http-port"] ?? DEFAULTS.httpPort);
    const isGood = sipPort !== undefined && httpPort !== undefined && values.help !== true;
    return isGood ? { sipPort, httpPort, data: values.data } : undefined;
  } catch {
    // parseArgs on an option it does not know: the page of help says which there are.
    return undefined;
  }
}

function portOf(text) {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
