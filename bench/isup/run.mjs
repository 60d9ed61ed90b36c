/**
 * Decode and encode of an IAM with ten parameters on one thread, beside pycrate and jss7 in one run, per second of CPU
 * time: `node bench/isup/run.mjs [SECONDS] [--json]`. A peer that cannot be had is SKIPPED, with the reason.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { decodeIsup, hexOf, isupOctets, isupToJson, octetsOfHex } from "../../libs/isup/src/index.ts";
import { prepare, PYTHON } from "../../test/oracles/pycrate/pycrate.mjs";

/** Five mandatory ones, and calling party, original called, redirection, hop counter and propagation delay. */
const IAM =
  "010020000a03020a088490332143658709" +
  "0a088413440217325406" +
  "280684149471100413022323" +
  "3d010f31020064" +
  "00";

const RUNS = 5;
const BATCH = 500;
const SECONDS = 5;
/** The bar, one thread, each way. */
const PER_SECOND_MIN = 150_000;

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const JSS7 = path("../../.cache/jss7");

const args = process.argv.slice(2);
const seconds = Number(args.find((arg) => !arg.startsWith("-")) ?? SECONDS);
const load = loadavg()[0];
const results = { tandem: tandem(), pycrate: attempt(pycrate), jss7: attempt(jss7) };
if (args.includes("--json")) process.stdout.write(`${JSON.stringify({ load, perCpuSecond: results })}\n`);
else process.stdout.write(`${table()}\n`);

function tandem() {
  const octets = octetsOfHex(IAM);
  const decoded = decodeIsup(octets);
  if (!decoded.ok) throw new TypeError(decoded.error.message);
  const { parameters } = decoded.message;
  const count = Object.keys(parameters).length;
  if (count !== 10 || hexOf(isupOctets("IAM", parameters)) !== IAM)
    throw new TypeError(`${count} parameters`);
  return {
    decode: perCpuSecond(() => decodeIsup(octets)),
    encode: perCpuSecond(() => isupOctets("IAM", parameters)),
    json: perCpuSecond(() => isupToJson(decoded.message)),
  };
}

/** The best of some runs: what else the machine does only makes one slower. CPU time is that of all threads. */
function perCpuSecond(work) {
  let best = 0;
  for (let run = 0; run < RUNS; run++) {
    const until = performance.now() + (seconds * 1_000) / RUNS;
    const from = process.cpuUsage();
    let done = 0;
    while (performance.now() < until) {
      for (let index = 0; index < BATCH; index++) work();
      done += BATCH;
    }
    const { user, system } = process.cpuUsage(from);
    best = Math.max(best, (done * 1e6) / (user + system));
  }
  return Math.round(best);
}

function pycrate() {
  prepare();
  return measured(PYTHON, [path("pycrate.py"), IAM, String(seconds)]);
}

function jss7() {
  const source = path("jss7/Jss7.java");
  const built = `${JSS7}/classes/Jss7.class`;
  if (!existsSync(built) || statSync(built).mtimeMs < statSync(source).mtimeMs) {
    const goals = ["compile", "dependency:copy-dependencies", `-DoutputDirectory=${JSS7}/libs`];
    said("mvn", ["-q", "-B", "-f", path("jss7/pom.xml"), `-Dout=${JSS7}`, ...goals]);
  }
  return measured("java", ["-cp", `${JSS7}/classes:${JSS7}/libs/*`, "Jss7", IAM, String(seconds)]);
}

function measured(program, parameters) {
  return JSON.parse(said(program, parameters));
}

/** What a program writes; throws with its last line where it fails. */
function said(program, parameters) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { encoding: "utf8" });
  if (error) throw new Error(`${program} is not installed`);
  if (status !== 0) throw new Error(`${program}: ${(stderr || stdout).trim().split("\n").at(-1)}`);
  return stdout;
}

function attempt(measure) {
  try {
    return measure();
  } catch (error) {
    return { skipped: error.message };
  }
}

function table() {
  const lines = [
    `An IAM of ${IAM.length / 2} octets with ten parameters, per second of CPU time; load average at the start ${load.toFixed(1)}`,
    "",
    "| codec   |    decode |    encode | to Tandem's decode | to Tandem's encode |",
    "| ------- | --------: | --------: | -----------------: | -----------------: |",
  ];
  for (const [name, result] of Object.entries(results)) {
    if (result.skipped !== undefined) {
      lines.push(`| ${name.padEnd(7)} | SKIPPED: ${result.skipped} |`);
      continue;
    }
    const ratio = (way) => (results.tandem[way] / result[way]).toFixed(1);
    const cells = [result.decode, result.encode].map((each) => each.toLocaleString("en").padStart(9));
    lines.push(
      `| ${name.padEnd(7)} | ${cells.join(" | ")} | ${ratio("decode")} times | ${ratio("encode")} times |`,
    );
  }
  const { decode, encode, json } = results.tandem;
  const verdict = Math.min(decode, encode) >= PER_SECOND_MIN ? "reached" : "MISSED";
  lines.push(
    "",
    `Bar of ${PER_SECOND_MIN.toLocaleString("en")} each way: ${verdict}. JSON form: ${json.toLocaleString("en")}.`,
  );
  return lines.join("\n");
}
