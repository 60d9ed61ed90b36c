/** Installs what is missing, and only then: `run` is what `npm start` needs, `all` what tests and checks need, too. */
import "./require-node.mjs";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment, Fault, isMain, ROOT, run, runTool } from "./project.mjs";

const STAMP = join(ROOT, "node_modules/.tandem-installed");
const LOCK = join(ROOT, "package-lock.json");
/** npm's own list of what it installed. */
const HIDDEN_LOCK = join(ROOT, "node_modules/.package-lock.json");

const NPM_ARGS = {
  run: ["--omit=dev", "--include=optional"],
  all: ["--include=dev", "--include=optional"],
};

/** One more try soon, not npm's minute and a half of them: a person waits for the answer. */
const FETCH_ARGS = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];

/** @param {"run" | "all"} kind */
export async function install(kind) {
  const lock = readFileSync(LOCK);
  const hash = createHash("sha256").update(lock).digest("hex");
  if (isStamped(kind, hash)) return;
  if (!holdsAll(kind, JSON.parse(lock.toString("utf8")))) {
    process.stderr.write(
      `tandem: installing packages (${kind === "run" ? "to run" : "to test and check"}) …\n`,
    );
    const { code, output } = await run(
      "npm",
      ["ci", ...NPM_ARGS[kind], "--no-audit", "--no-fund", "--foreground-scripts=false", ...FETCH_ARGS],
      { capture: true, env: cleanEnvironment() },
    );
    if (code !== 0) throw new Fault(explain(code, output));
  }
  mkdirSync(join(ROOT, "node_modules"), { recursive: true });
  writeFileSync(STAMP, `${kind} ${hash}\n`);
}

function isStamped(kind, hash) {
  if (!existsSync(STAMP)) return false;
  const [installed, of] = readFileSync(STAMP, "utf8").trim().split(" ");
  return of === hash && (installed === "all" || installed === kind);
}

/** Whether an install by hand (`npm ci`) left everything there. */
function holdsAll(kind, lock) {
  if (!existsSync(HIDDEN_LOCK)) return false;
  const installed = JSON.parse(readFileSync(HIDDEN_LOCK, "utf8")).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (!path.includes("node_modules/") || (kind === "run" && wanted.dev)) return true;
    if ((wanted.optional || wanted.devOptional) && !isForThisMachine(wanted)) return true;
    return installed[path]?.version === wanted.version && existsSync(join(ROOT, path));
  });
}

/** Optional packages without os and cpu are helpers of those with; npm decides on them. */
function isForThisMachine({ os, cpu, libc }) {
  return os?.includes(process.platform) && cpu?.includes(process.arch) && !libc?.includes("musl");
}

/** npm's page of errors as one line that says what to do. */
function explain(code, output) {
  if (code === 127) return "npm is not installed: install Node with npm (https://nodejs.org)";
  const offline = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/.exec(
    output,
  );
  if (offline !== null)
    return `npm cannot reach its registry (${offline[1]}): connect this machine or set npm's proxy, then try again`;
  if (/\bENOSPC\b/.test(output)) return "the disk is full: packages need about 450 MB";
  if (/\b(EACCES|EPERM|EROFS)\b/.test(output))
    return `no permission to write node_modules: own the project's folder, then try again`;
  const lines = output.split("\n").filter((line) => /^npm (error|ERR!)/.test(line));
  const first = lines.find((line) => !/^npm (error|ERR!) code/.test(line)) ?? lines[0] ?? "";
  return `npm ci failed (exit ${code}): ${first.replace(/^npm (error|ERR!) /, "")}; try it by hand: npm ci`;
}

if (isMain(import.meta)) {
  await runTool(async ([kind, ...rest]) => {
    if ((kind !== "run" && kind !== "all") || rest.length > 0) {
      process.stderr.write("usage: node tools/install.mjs run|all\n");
      return 2;
    }
    await install(kind);
    return 0;
  });
}
