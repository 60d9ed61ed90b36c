/** Runs a program whose children must not outlive it, nor it its result. Plain Node 20, no dependencies. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cleanEnvironment, exitCodeOf, ROOT } from "./project.mjs";

const CHECK_MS = 250;
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program as the leader of a process group and ends the whole group with it. `fault` says why it was ended
 * from here: without a result after `limitMs`, or still there `endMs` after its result file was written. A signal
 * to stop goes to the group first, then to us.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ resultFile: string, limitMs: number, endMs: number, env?: NodeJS.ProcessEnv, stdio?: import("node:child_process").StdioOptions }} options
 * @returns {Promise<{ code: number, fault: string | undefined }>}
 */
export function runGroup(program, args, { resultFile, limitMs, endMs, env = cleanEnvironment(), stdio }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: stdio ?? "inherit", detached: true });
    const startedAt = Date.now();
    let writtenAt;
    let fault;
    let stopped;
    const signal = (which) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, which);
      } catch {
        // Nobody of the group is left.
      }
    };
    const check = setInterval(() => {
      if (writtenAt === undefined && existsSync(resultFile)) writtenAt = Date.now();
      if (writtenAt === undefined && Date.now() - startedAt > limitMs)
        fault = `no result within ${limitMs / 1000} s`;
      if (writtenAt !== undefined && Date.now() - writtenAt > endMs)
        fault = `did not end within ${endMs / 1000} s after its last test: something is left open`;
      if (fault !== undefined) signal("SIGKILL");
    }, CHECK_MS);
    // A terminal's Ctrl-C does not reach a group of its own; a second one ends it at once.
    const onStop = (which) => {
      signal(stopped === undefined ? which : "SIGKILL");
      stopped ??= which;
    };
    for (const which of STOP_SIGNALS) process.on(which, onStop);
    const end = (code) => {
      clearInterval(check);
      for (const which of STOP_SIGNALS) process.removeListener(which, onStop);
      signal("SIGKILL");
      if (stopped !== undefined) process.kill(process.pid, stopped);
      resolve({ code, fault });
    };
    child.once("error", () => end(127));
    child.once("exit", (code, which) => end(code ?? exitCodeOf(which)));
  });
}
