/** What the tools share: where the project is, a clean environment, and running programs. Plain Node 20, no dependencies. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { constants as os } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

export const isCi = process.env.CI === "true";

/** Ends a tool with one line for a person and exit code 1. */
export class Fault extends Error {}

/** npm's settings that say where packages come from. All others, such as omit or ignore-scripts, would change what is installed. */
const NPM_SETTINGS_KEPT = new Set(
  ["registry", "cache", "userconfig", "globalconfig", "cafile", "ca", "cert", "key", "strict_ssl", "proxy"]
    .concat([
      "https_proxy",
      "http_proxy",
      "noproxy",
      "offline",
      "prefer_offline",
      "prefer_online",
      "maxsockets",
    ])
    .concat([
      "fetch_retries",
      "fetch_timeout",
      "fetch_retry_mintimeout",
      "fetch_retry_maxtimeout",
      "loglevel",
    ]),
);

function isKept(name) {
  if (name === "NODE_ENV" || name === "INIT_CWD" || name.startsWith("npm_package_")) return false;
  const setting = /^npm_config_(.*)$/i.exec(name)?.[1];
  if (setting === undefined) return !/^npm_(command|execpath|lifecycle|node_execpath)/.test(name);
  return /^[/@_]/.test(setting) || NPM_SETTINGS_KEPT.has(setting.toLowerCase().replaceAll("-", "_"));
}

/** The environment without what npm and a parent project put into it: the same command does the same in every shell. */
export function cleanEnvironment(additions = {}) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => isKept(name)));
  const path = (environment.PATH ?? "").split(delimiter);
  environment.PATH = path
    .filter((part) => !/(^|[\\/])(node_modules[\\/]\.bin|node-gyp-bin)$/.test(part))
    .join(delimiter);
  return { ...environment, ...additions };
}

/** Where a program of PATH is, or undefined. */
export function findProgram(name) {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    try {
      const program = join(directory, name);
      accessSync(program, constants.X_OK);
      return program;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/**
 * Runs a program to its end. `capture` keeps stdout and stderr together in `output`, otherwise they are ours.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ capture?: boolean, env?: NodeJS.ProcessEnv, cwd?: string, stdio?: import("node:child_process").StdioOptions }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(program, args, { capture = false, env = cleanEnvironment(), cwd = ROOT, stdio } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: stdio ?? (capture ? ["ignore", "pipe", "pipe"] : "inherit"),
    });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    child.once("error", (error) => resolve({ code: 127, output: error.message }));
    child.once("close", (code, signal) =>
      resolve({ code: code ?? exitCodeOf(signal), output: Buffer.concat(chunks).toString("utf8") }),
    );
  });
}

/** What a shell says of a program that ended by a signal. */
export function exitCodeOf(signal) {
  return 128 + (os.signals[signal] ?? 0);
}

/** Runs a tool's main function: its number is the exit code, a Fault is one line. */
export async function runTool(main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    process.stderr.write(`tandem: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Whether a module is the program that was started. */
export function isMain(meta) {
  return process.argv[1] === fileURLToPath(meta.url);
}
