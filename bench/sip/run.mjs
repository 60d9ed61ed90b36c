/** `npm run bench:sip`: the library as a UAS, as a relay and as a parser, beside others. README.md explains. */
import "../../tools/require-node.mjs";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../../tools/build.mjs";
import { install } from "../../tools/install.mjs";
import { node24 } from "../../tools/node24.mjs";
import { Fault, ROOT, run, runTool } from "../../tools/project.mjs";
import { freeUdpPort } from "../caller.mjs";
import { checkMachine, commitOf, describeMachine, leaveMeasuredCore, machineSlug } from "../machine.mjs";
import { pssMiB } from "../process-figures.mjs";
import { describe, efficiency, heldRate, runAt } from "../rates.mjs";
import { table } from "../report.mjs";
import { kamailio, PEERS, sipgo, startCompanion, startScript, SYSTEMS } from "../systems.mjs";
import { AFTER_TIMEOUT_S, afterTimeout, dialogs, wordsOf } from "./dialogs.mjs";
import { memoryOverTime, SECONDS } from "./memory.mjs";

const HERE = import.meta.dirname;
const BASELINES = join(ROOT, "bench/baselines");
/** Kamailio's configuration knows no other. */
const CALLEE_PORT = 22_070;
const DIALOGS = 100_000;
const DIALOGS_MIB_MAX = 600;
const PARTS = ["uas", "relay", "dialogs", "memory", "messages"];

const HELP = `npm run bench:sip [-- OPTION…]

  --only NAME,…   some of: ${PARTS.join(", ")}
  --seconds N     length of each run that has to be clean, 20 by default
  --no-peers      the library alone
  --save          writes bench/baselines/<date>-sip-<machine>.md`;

/** Calls a second where a system's cost is looked at first; the second look has this share of what that promises. */
const FIRST_RATE = 1_500;
const FIRST_SECONDS = 4;
const LOADED_SHARE = 0.8;
const LOADED_SECONDS = 8;
const RUN_UP_S = 2;
/** What one SIPp and a callee on one core place without being the limit. */
const RATE_MAX = 11_000;

/**
 * V8 lets a heap grow to some four times what a collection leaves; here to half as much again. What the process has is
 * flat then, and near what it needs; it collects more often (libs/sip/README.md, "Memory").
 */
const BOUNDED_HEAP = ["--heap-growing-percent=50"];

function startOurs(script, port, ...args) {
  return startScript(join(HERE, script), port, args, BOUNDED_HEAP);
}

const ROLES = {
  uas: {
    title: "UAS",
    scenario: "uac",
    bar: 12_000,
    ours: (port) => startOurs("uas.mjs", port),
    memoryRate: 3_000,
    peers: () => SYSTEMS.filter(({ name }) => ["lean", "kamailio", "sipgo"].includes(name)),
  },
  relay: {
    title: "relay of two legs",
    scenario: "routed",
    bar: 6_000,
    ours: (port) => startOurs("relay.mjs", port, CALLEE_PORT),
    memoryRate: 2_000,
    peers: () => [
      kamailio({
        ...{ name: "kamailio-proxy", title: "Kamailio, stateful proxy", config: "kamailio-proxy.cfg" },
        sharedMiB: 3_072,
      }),
      sipgo({ name: "sipgo-b2b", title: "sipgo, B2BUA of 70 lines", program: "b2b", args: [CALLEE_PORT] }),
    ],
  },
};

await runTool(async (args) => {
  const values = optionsOf(args);
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const only = values.only?.split(",") ?? PARTS;
  const unknown = only.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) throw new Fault(`there is no ${unknown}; there are ${PARTS.join(", ")}`);
  const seconds = Number(values.seconds ?? 20);
  if (!(seconds >= 3)) throw new Fault("--seconds from 3");
  checkMachine();
  await install("all");
  await build();
  leaveMeasuredCore();
  // What was started ends with us, also where somebody has had enough.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const page = await measure({ only, seconds, hasPeers: !values["no-peers"] });
  process.stdout.write(`\n${page.text}`);
  if (values.save) {
    mkdirSync(BASELINES, { recursive: true });
    writeFileSync(page.path, page.text);
    process.stderr.write(`bench: wrote ${page.path}\n`);
  }
  return 0;
});

function optionsOf(args) {
  const flag = { type: "boolean", default: false };
  const flags = { "no-peers": flag, save: flag, help: { ...flag, short: "h" } };
  try {
    return parseArgs({ args, options: { only: { type: "string" }, seconds: { type: "string" }, ...flags } })
      .values;
  } catch (error) {
    throw new Fault(error.message);
  }
}

async function measure({ only, seconds, hasPeers }) {
  const cache = join(ROOT, ".cache/bench");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "sip-"));
  const startedAt = performance.now();
  const machine = describeMachine(directory);
  const date = new Date().toISOString().slice(0, 10);
  const stage = { directory, seconds, hasPeers };
  const rows = [];
  const lines = [];
  try {
    if (only.includes("uas")) await roleRows(ROLES.uas, stage, rows, lines);
    if (only.includes("relay")) await withCallee(directory, () => roleRows(ROLES.relay, stage, rows, lines));
    if (only.includes("dialogs")) lines.push(...(await dialogLines(stage)));
    if (only.includes("memory")) {
      lines.push(...(await memoryLines(ROLES.uas, stage)));
      await withCallee(directory, async () => lines.push(...(await memoryLines(ROLES.relay, stage))));
    }
    if (only.includes("messages")) lines.push(await messageLines());
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const text = [
    `# libs/sip, ${date}, ${machine.cpu}, ${machine.cores} cores`,
    "",
    `Commit ${commitOf()}. Kernel ${machine.kernel}, Node ${machine.node}, load before the run ${machine.loadBefore};`,
    `${Math.round((performance.now() - startedAt) / 6_000) / 10} minutes. [bench/sip/README.md](../sip/README.md) says what each number means.`,
    "",
    ...(rows.length === 0 ? [] : table(columnsOf(seconds), rows)),
    ...lines,
  ].join("\n");
  return { text: `${text.trimEnd()}\n`, path: join(BASELINES, `${date}-sip-${machineSlug(machine)}.md`) };
}

function columnsOf(seconds) {
  return [
    ...["system", "calls per CPU-second", "at calls/s", "bar", `clean 3 times ${seconds} s, calls/s`],
    ...["calls per CPU-second there", "PSS after each, MiB"],
  ];
}

/** Ours first, with the whole method; then what each peer's calls cost where it is as busy. */
async function roleRows(
  { title, scenario, bar, ours, peers },
  { directory, seconds, hasPeers },
  rows,
  lines,
) {
  const running = await ours(await freeUdpPort());
  const say = sayer(`@tandem/sip, ${title}`);
  try {
    const cost = await loadedCost(running, { scenario, directory }, say);
    const rate = Math.min(RATE_MAX, Math.round(cost.callsPerCpuSecond * LOADED_SHARE));
    const held = await heldRate(running, { scenario, directory, rate, seconds }, say);
    rows.push([
      ...[`@tandem/sip, ${title}`, costText(cost), cost.rate, `${bar} ${metBy(cost, held, bar)}`],
      ...[held.rate ?? "none", held.callsPerCpuSecond ?? "", held.pssMiBs?.join(", ") ?? cost.pssMiB],
    ]);
    lines.push(...(await leftLines(running, title)));
  } finally {
    await running.stop();
  }
  if (!hasPeers) return;
  for (const peer of peers()) rows.push(await peerRow(peer, title, { scenario, directory }));
}

/** Nothing may be left of calls that ended longer ago than 64·T1 (RFC 3261, timers J, L and M). */
async function leftLines(running, title) {
  const before = Math.round(pssMiB(running.pids()));
  await afterTimeout();
  const words = await wordsOf(running);
  const after = Math.round(pssMiB(running.pids()));
  return [`${title}, ${AFTER_TIMEOUT_S} s after its last call: ${words}; PSS ${before} → ${after} MiB.`, ""];
}

function metBy(cost, held, bar) {
  return Math.max(cost.callsPerCpuSecond, held.callsPerCpuSecond ?? 0) >= bar && held.rate !== undefined
    ? "met"
    : "missed";
}

async function peerRow(peer, role, options) {
  const name = `${peer.title}, ${role}`;
  const reason = await peer.missing({});
  if (reason !== undefined) {
    process.stderr.write(`SKIPPED ${name}: ${reason}\n`);
    return [name, `SKIPPED: ${reason}`, "", "", "", "", ""];
  }
  const running = await peer.start({});
  try {
    const cost = await loadedCost(running, options, sayer(name));
    return [name, costText(cost), cost.rate, "", "", "", cost.pssMiB];
  } finally {
    await running.stop();
  }
}

/** What calls cost where the core is well used: at low rates each turn of the loop serves one message. */
async function loadedCost(running, options, say) {
  const first = await efficiency(running, { ...options, rate: FIRST_RATE, seconds: FIRST_SECONDS });
  say(`${first.callsPerCpuSecond} calls per CPU-second at ${describe(first)}`);
  const rate = Math.min(RATE_MAX, Math.round(first.callsPerCpuSecond * LOADED_SHARE));
  if (rate <= FIRST_RATE) return first;
  const loaded = await runAt(running, { ...options, rate, seconds: LOADED_SECONDS, warmUpS: RUN_UP_S });
  say(`${loaded.callsPerCpuSecond} calls per CPU-second at ${describe(loaded)}`);
  return loaded;
}

function costText({ callsPerCpuSecond, isClean }) {
  return callsPerCpuSecond + (isClean ? "" : " (not clean)");
}

function sayer(title) {
  return (text) => process.stderr.write(`${title}: ${text}\n`);
}

/** The peers' callee in C where it can be compiled, so that SIPp keeps its core; else our own. */
async function withCallee(directory, work) {
  const source = join(PEERS, "callee.c");
  const binary = join(directory, "callee");
  const { code } = existsSync(source)
    ? await run("cc", ["-O2", "-o", binary, source], { capture: true })
    : { code: 1 };
  const callee =
    code === 0 ? [binary, [CALLEE_PORT, 3_600]] : [node24(), [join(HERE, "callee.mjs"), CALLEE_PORT]];
  const { stop } = await startCompanion(...callee);
  try {
    await work();
  } finally {
    await stop();
  }
}

async function dialogLines({ directory }) {
  const running = await ROLES.uas.ours(await freeUdpPort());
  try {
    const result = await dialogs(running, { calls: DIALOGS, directory });
    const isMet = result.heldMiB < DIALOGS_MIB_MAX && result.failed === 0 ? "met" : "missed";
    return [
      ...table(
        [
          "calls held",
          "failed",
          "PSS idle, MiB",
          "peak",
          `held ${AFTER_TIMEOUT_S} s`,
          "bar",
          "per dialog, octets",
          `ended ${AFTER_TIMEOUT_S} s ago`,
        ],
        [
          [
            ...[result.calls, result.failed, result.idleMiB, result.peakMiB, result.heldMiB],
            ...[`${DIALOGS_MIB_MAX} ${isMet}`, result.perDialogBytes, result.afterMiB],
          ],
        ],
      ),
      `It ${result.held}; at the end it ${result.left}.`,
      "",
    ];
  } finally {
    await running.stop();
  }
}

async function memoryLines({ title, scenario, ours, memoryRate: rate }, { directory }) {
  const running = await ours(await freeUdpPort());
  try {
    const load = { scenario, rate, directory };
    const { rows, failed, left, afterMiB, isFlat } = await memoryOverTime(running, load);
    const columns = ["seconds", "server transactions", "least heap in use, MiB", "PSS, MiB"];
    return [
      `The ${title} (${BOUNDED_HEAP.join(" ")}) at ${rate} calls/s for ${SECONDS} s, ${failed} failed: ${isFlat ? "flat" : "it grows"}.`,
      "",
      ...table(
        columns,
        rows.map(({ at, transactions, leastHeapMiB, pssMiB }) => [at, transactions, leastHeapMiB, pssMiB]),
      ),
      `${AFTER_TIMEOUT_S} s after its last call it ${left}; PSS ${afterMiB} MiB.`,
      "",
    ];
  } finally {
    await running.stop();
  }
}

/** The other parsers are installed where they are missing: they are in nobody's way but here. */
async function messageLines() {
  if (!existsSync(join(HERE, "node_modules"))) {
    const { code, output } = await run("npm", ["ci", "--ignore-scripts", "--prefix", HERE], {
      capture: true,
    });
    if (code !== 0) return `SKIPPED messages: npm ci failed: ${output.trim().split("\n").at(-1)}\n`;
  }
  const { code, output } = await run(node24(), [join(HERE, "messages.bench.mjs"), "0.25"], { capture: true });
  return code === 0 ? output : `messages failed: ${output}`;
}
