/** npm and npx end by a signal without a word to what they run: it has to look whether they are still there. */
import { readFileSync } from "node:fs";

/** Tells whether who started us is gone since: a process, or npm behind the shell that it runs scripts in. */
export function orphanage() {
  const before = ancestors();
  return () => ancestors() !== before;
}

function ancestors() {
  const isNpm = process.env.npm_lifecycle_event !== undefined;
  return isNpm ? `${process.ppid} ${parentOf(process.ppid)}` : String(process.ppid);
}

/** proc(5): the fourth field of stat, behind the name in brackets. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  } catch {
    // Gone, or a system without /proc: the process's own parent is all there is to watch.
    return "";
  }
}
