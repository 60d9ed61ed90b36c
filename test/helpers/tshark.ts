import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_MS = 15_000;
const SEEN_MS = 15_000;
const LOOK_MS = 250;

/** Why nothing can be captured here; undefined where it can. */
export function missingTshark(): string | undefined {
  if (process.getuid?.() !== 0) return "capturing wants root";
  if (spawnSync("tshark", ["-v"]).error !== undefined) return "tshark is not installed";
  return undefined;
}

/** One dissected message: field name to its values, in the order they stand in. */
export type Dissected = ReadonlyMap<string, readonly string[]>;

/** A capture of one UDP port on loopback. */
export class Capture {
  readonly #directory: string;
  readonly #port: number;
  readonly #stop: () => Promise<void>;

  private constructor(directory: string, port: number, stop: () => Promise<void>) {
    this.#directory = directory;
    this.#port = port;
    this.#stop = stop;
  }

  /** Resolves when packets are being taken. */
  static async start(port: number): Promise<Capture> {
    const directory = mkdtempSync(join(tmpdir(), "tandem-capture-"));
    const args = ["-i", "lo", "-f", `udp port ${port}`, "-w", join(directory, "capture.pcapng"), "-q"];
    const child = spawn("tshark", args, { stdio: ["ignore", "ignore", "pipe"] });
    const kill = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", kill);
    let said = "";
    const started = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new TypeError(`tshark does not capture: ${said}`));
      }, START_MS);
      child.once("exit", () => {
        clearTimeout(timer);
        reject(new TypeError(`tshark ended: ${said}`));
      });
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        // dumpcap says so when its socket is open, tshark when dumpcap has told it.
        if (!said.includes("Capturing on")) return;
        clearTimeout(timer);
        resolve();
      });
    });
    await started;
    return new Capture(directory, port, async () => {
      process.off("exit", kill);
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    });
  }

  /** Dissects what was captured, again and again until the claim holds; the last look is what a failing test sees. */
  async messages(
    filter: string,
    fields: readonly string[],
    isEnough: (messages: readonly Dissected[]) => boolean,
  ): Promise<readonly Dissected[]> {
    for (const deadline = Date.now() + SEEN_MS; ;) {
      const found = this.#read(filter, fields);
      if (isEnough(found) || Date.now() > deadline) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async close(): Promise<void> {
    await this.#stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #read(filter: string, fields: readonly string[]): Dissected[] {
    const file = join(this.#directory, "capture.pcapng");
    const columns = fields.flatMap((field) => ["-e", field]);
    const format = ["-T", "fields", "-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=;"];
    const args = ["-r", file, "-d", `udp.port==${this.#port},sip`, "-Y", filter, ...format, ...columns];
    const { stdout, stderr } = spawnSync("tshark", args, { encoding: "utf8" });
    if (stderr.includes("aren't valid")) throw new TypeError(stderr);
    return stdout.split("\n").flatMap((line) => {
      if (line === "") return [];
      const values = line.split("|").map((each) => (each === "" ? [] : each.split(";")));
      return [new Map(fields.map((field, at) => [field, values[at] ?? []]))];
    });
  }
}
