/** The caller: SIPp with one of its scenarios at a fixed rate, and what its statistics say second by second. */
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../tools/project.mjs";

const HOST = "127.0.0.1";
const CALLS_OPEN_MAX = 200_000;
const BUFFER_OCTETS = 4 * 1024 * 1024;
const LOOK_MS = 250;
/** After the last call is placed: longer than a retransmission or two; what is open then has failed. */
const LATE_MS = 3_000;

/** Calls as SIPp's own `uac` scenario makes them, SIP-T calls with IAM and REL, and calls along a route set. */
const SCENARIOS = {
  uac: ["-sn", "uac"],
  "sip-t": ["-sf", join(ROOT, "test/scenarios/sipp/sip-t-call.xml")],
  routed: ["-sf", join(ROOT, "bench/sip/routed-call.xml")],
};

/** A UDP port that is free now. */
export function freeUdpPort() {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.bind(0, HOST, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** One run of SIPp. */
export class Caller {
  #child;
  #statistics;
  #ended;
  #isEnded = false;

  /**
   * @param {{ scenario: keyof typeof SCENARIOS, port: number, localPort: number, rate: number, calls: number,
   *   holdMs?: number, directory: string }} run
   */
  constructor({ scenario, port, localPort, rate, calls, holdMs = 0, directory }) {
    this.#statistics = join(directory, `sipp-${localPort}.csv`);
    rmSync(this.#statistics, { force: true });
    const args = [...SCENARIOS[scenario], `${HOST}:${port}`, "-i", HOST, "-p", localPort]
      .concat(["-r", rate, "-m", calls, "-d", holdMs, "-l", CALLS_OPEN_MAX, "-buff_size", BUFFER_OCTETS])
      .concat(["-nostdin", "-trace_stat", "-stf", this.#statistics, "-fd", 1]);
    this.#child = spawn("sipp", args.map(String), { stdio: "ignore", cwd: directory });
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", resolve);
      this.#child.once("close", resolve);
    }).then(() => (this.#isEnded = true));
  }

  /** Rows so far: one a second, and one at the end. */
  rows() {
    if (!existsSync(this.#statistics)) return [];
    const [names = "", ...lines] = readFileSync(this.#statistics, "latin1").split("\n");
    const columns = names.split(";");
    const at = (name) => columns.indexOf(name);
    const [time, good, failed, repeated] = [
      at("CurrentTime"),
      at("SuccessfulCall(C)"),
      at("FailedCall(C)"),
      at("Retransmissions(C)"),
    ];
    return lines
      .map((line) => line.split(";"))
      .filter((values) => values.length >= columns.length - 1)
      .map((values) => ({
        // "2026-11-25\t22:31:45.330566\t1795645905.330566"
        atMs: Number(values[time].split("\t").at(-1)) * 1_000,
        good: Number(values[good]),
        failed: Number(values[failed]),
        repeated: Number(values[repeated]),
      }));
  }

  /** Ends by itself after the last call, early where `isHopeless` says so of a row, or some time after it was due. */
  async end({ dueMs, isHopeless = () => false }) {
    const deadline = performance.now() + dueMs + LATE_MS;
    while (!this.#isEnded) {
      await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
      const last = this.rows().at(-1);
      if (last !== undefined && isHopeless(last)) break;
      if (performance.now() > deadline) break;
    }
    await this.stop();
    return this.rows();
  }

  /** No new calls; those that are open may end, for a moment. */
  async stop() {
    if (this.#isEnded) return;
    this.#child.kill("SIGUSR1");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), LATE_MS);
    await this.#ended;
    clearTimeout(late);
  }
}

/** Calls that had succeeded at a time, between two rows in proportion. */
export function goodAt(rows, atMs) {
  const next = rows.findIndex((row) => row.atMs >= atMs);
  const [after, before] = [rows[next], rows[next - 1]];
  if (after === undefined) return rows.at(-1)?.good ?? 0;
  if (before === undefined) return after.good;
  const share = (atMs - before.atMs) / (after.atMs - before.atMs);
  return before.good + share * (after.good - before.good);
}
