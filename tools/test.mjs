/** `npm test`: installs what tests need, builds, runs all suites, and ends with the line `N passed, N failed`. */
import "./require-node.mjs";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import * as pycrate from "../test/oracles/pycrate/pycrate.mjs";
import { build } from "./build.mjs";
import { provideDebianPackages } from "./debian-packages.mjs";
import { install } from "./install.mjs";
import { node24 } from "./node24.mjs";
import { cleanEnvironment, Fault, isCi, ROOT, run, runTool } from "./project.mjs";
import { runGroup } from "./run-group.mjs";

const HELP = `npm test [-- PATH… [-t NAME]]

Runs unit, package, end-to-end and Kafka tests, or those whose path contains one of PATH. Installs what is missing:
npm packages, Kafka's jars with Maven, pycrate with pip and, as root, Debian's SIPp, tshark, kcat, Kamailio and others. What cannot be
installed is a failure where CI=true, otherwise its suite is SKIPPED.`;

const KAFKA_SPEC = /\.kafka\.spec\.ts$/;

/** Several times what a suite takes on two slow cores. */
const SUITE_MS_MAX = 20 * 60_000;

/** After the last test nothing may be left that keeps Jest from its end. */
const END_MS_MAX = 10_000;

/** A spec belongs to the first suite that takes it. End-to-end and Kafka tests measure time: one file at a time. */
const SUITES = [
  {
    name: "kafka",
    takes: (path) => KAFKA_SPEC.test(path),
    needs: ["build", "kafka", "sipp", "kcat"],
    args: ["--runInBand"],
    env: { TANDEM_KAFKA: "1" },
  },
  { name: "unit", takes: (path) => /^(libs|apps|test\/fuzz)\//.test(path), needs: [], args: [], env: {} },
  {
    name: "package",
    takes: (path) => /^test\/(package|docs)\//.test(path),
    needs: ["build"],
    args: [],
    env: {},
  },
  {
    name: "pycrate",
    takes: (path) => path === "test/oracles/isup-pycrate.spec.ts",
    needs: ["python's venv", "pycrate"],
    args: [],
    env: {},
  },
  {
    name: "interop",
    takes: (path) => path.startsWith("test/interop/"),
    needs: [
      "build",
      ...[
        "openssl",
        "sipp",
        "sipsak",
        "stunnel",
        "kamailio",
        "kamailio's tls",
        "kamailio's websocket",
        "baresip",
      ],
    ],
    args: ["--runInBand"],
    env: {},
  },
  {
    name: "end-to-end",
    takes: (path) => path.startsWith("test/"),
    needs: ["build", "sipp", "tshark", "openssl", "ip", "script"],
    args: ["--runInBand"],
    env: {},
  },
];

/** In this order: what fails soonest comes first. */
const ORDER = ["unit", "package", "pycrate", "end-to-end", "interop", "kafka"];

const JEST = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  "--conditions=@tandem/source",
  "node_modules/jest/bin/jest.js",
];

await runTool(async (args) => {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const { filters, options } = readArgs(args);
  await install("all");
  const specs = specsBySuite(await listSpecs(filters));
  if (specs.size === 0) throw new Fault(`no test's path contains ${filters.join(" or ")}`);
  const missing = await provide(new Set([...specs.keys()].flatMap(({ needs }) => needs)));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const [suite, paths] of specs) {
    const result = await runSuite(suite, paths, options, missing);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    lines.push(result.line);
  }
  process.stdout.write(`\n${lines.join("\n")}\n${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
});

/** Paths apart from what Jest understands itself. */
function readArgs(args) {
  const filters = [];
  const options = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (!arg.startsWith("-")) filters.push(arg);
    else if (arg === "-t" || arg === "--testNamePattern") options.push(arg, args[(at += 1)] ?? "");
    else options.push(arg);
  }
  return { filters, options };
}

async function listSpecs(filters) {
  const args = [...JEST, "--listTests", "--passWithNoTests", ...filters];
  const { code, output } = await run(node24(), args, { capture: true });
  if (code !== 0) throw new Fault(`Jest cannot list the tests: ${output.trim()}`);
  return output
    .split("\n")
    .filter((line) => line.endsWith(".spec.ts"))
    .map((line) => relative(ROOT, line).split(sep).join("/"))
    .sort();
}

function specsBySuite(paths) {
  const found = new Map();
  for (const path of paths) {
    const suite = SUITES.find(({ takes }) => takes(path));
    if (suite !== undefined) found.set(suite, [...(found.get(suite) ?? []), path]);
  }
  return new Map([...found].sort(([a], [b]) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name)));
}

/** Installs and builds what suites need; gives what cannot be had, with the reason. */
async function provide(needs) {
  const missing = await provideDebianPackages(needs);
  if (needs.has("build")) {
    const reason = await build().then(
      () => undefined,
      (error) => error.message,
    );
    if (reason !== undefined) missing.set("build", reason);
  }
  if (needs.has("kafka")) {
    const reason = await prepareKafka();
    if (reason !== undefined) missing.set("kafka", reason);
  }
  if (needs.has("pycrate") && !missing.has("python's venv")) {
    const reason = preparePycrate();
    if (reason !== undefined) missing.set("pycrate", reason);
  }
  return missing;
}

/** Why there is no pycrate, or undefined where there is one. */
function preparePycrate() {
  if (!pycrate.isPrepared()) process.stderr.write("tandem: fetching pycrate with pip …\n");
  try {
    pycrate.prepare();
    return undefined;
  } catch (error) {
    return `pip cannot fetch pycrate: ${error.message}`;
  }
}

/** Why there is no broker, or undefined where there is one. */
async function prepareKafka() {
  const module = join(ROOT, "test/dev-env/kafka/broker.mjs");
  if (!existsSync(module)) return "test/dev-env/kafka/broker.mjs is not there";
  const broker = await import(module);
  const reason = broker.missing();
  if (reason !== undefined) return reason;
  if (!broker.isPrepared()) process.stderr.write("tandem: fetching Kafka's jars with Maven …\n");
  try {
    await broker.prepare();
    return undefined;
  } catch (error) {
    const [first] = String(error.stdout || error.message).split("\n");
    return `Maven cannot fetch Kafka's jars: ${first}`;
  }
}

async function runSuite(suite, paths, options, missing) {
  const reasons = suite.needs.filter((need) => missing.has(need)).map((need) => missing.get(need));
  if (reasons.length > 0) {
    // Sources that do not build are a fault wherever they are.
    const isFailure = isCi || missing.has("build");
    const line = `${isFailure ? "FAILED" : "SKIPPED"} ${suite.name}: ${reasons.join("; ")}`;
    process.stdout.write(`${line}\n`);
    return { passed: 0, failed: isFailure ? 1 : 0, skipped: 0, line };
  }
  process.stdout.write(`\n${suite.name} tests (${paths.length} files)\n`);
  const directory = mkdtempSync(join(tmpdir(), "tandem-test-"));
  try {
    const outputFile = join(directory, "result.json");
    const json = ["--json", `--outputFile=${outputFile}`, ...(isCi ? ["--ci"] : [])];
    const { code, fault } = await runGroup(
      node24(),
      [...JEST, ...json, ...suite.args, ...options, "--runTestsByPath", ...paths],
      {
        resultFile: outputFile,
        limitMs: SUITE_MS_MAX,
        endMs: END_MS_MAX,
        env: cleanEnvironment(suite.env),
        // Jest reports on stderr and writes the JSON's text to stdout only without a file.
        stdio: ["ignore", 2, 2],
      },
    );
    return count(suite, code, fault, outputFile);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A file that could not run counts as one failed test; a run without result or with another fault as one, too. */
function count({ name }, code, fault, outputFile) {
  if (!existsSync(outputFile))
    return { passed: 0, failed: 1, skipped: 0, line: `FAILED ${name}: ${fault ?? `Jest ended by ${code}`}` };
  const result = JSON.parse(readFileSync(outputFile, "utf8"));
  const passed = result.numPassedTests;
  const failed = Math.max(result.numFailedTests + result.numRuntimeErrorTestSuites, code === 0 ? 0 : 1);
  const skipped = result.numPendingTests + result.numTodoTests;
  const words = `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
  const line = fault === undefined ? `${name}: ${words}` : `FAILED ${name}: ${words}; Jest ${fault}`;
  return { passed, failed, skipped, line };
}
