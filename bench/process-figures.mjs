/** What the kernel says of a process and everything it has started: CPU of all threads, and memory. Linux. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Fields of /proc/<pid>/stat behind the name, which may hold anything (proc(5)): ppid is field 4, utime field 14. */
const PPID = 1;
const CPU_FIELDS = [11, 12, 13, 14];

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** A process and its descendants that live. */
export function treeOf(root) {
  const childrenOf = new Map();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const pid = Number(entry);
    const parent = statOf(pid)?.[PPID];
    if (parent !== undefined) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const pids = [root];
  for (const pid of pids) pids.push(...(childrenOf.get(pid) ?? []));
  return pids;
}

/** User and system time of all threads of these processes, and of children they have waited for. */
export function cpuSeconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const stat = statOf(pid) ?? [];
    for (const field of CPU_FIELDS) ticks += stat[field] ?? 0;
  }
  return ticks / TICKS_PER_SECOND;
}

/** Proportional set size: what is shared counts by its share. */
export function pssMiB(pids) {
  let kib = 0;
  for (const pid of pids) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
      kib += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
    } catch {
      // It ended while we looked.
    }
  }
  return kib / 1024;
}
