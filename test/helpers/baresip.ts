import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPort, freeUdpPorts } from "./ports.ts";
import { Told } from "./sip-agent.ts";

const TEMPLATE = fileURLToPath(new URL("../interop/baresip/config", import.meta.url));
const ADDRESS = "127.0.0.1";
const START_MS = 15_000;
const STOP_MS = 10_000;
const RTP_PORTS = 20;
const HEAR_MS = 10_000;
const POLL_MS = 100;
const SAMPLE_RATE = 8_000;
const WAV_HEADER_OCTETS = 44;
/** Of its tone: what a test can speak about in one call. */
const TONE_S = 20;
const TONE_HZ = 440;
const TONE_PEAK = 8_000;

export interface BaresipOptions {
  readonly transport: "udp" | "tcp" | "tls";
  /** Its name, which calls have to be for; `phone` by default. */
  readonly user?: string;
  /** Whether a call that comes in is answered at once, or waits for `accept`. */
  readonly answers?: "auto" | "manual";
  /** What it says: a tone, or what it hears. */
  readonly audio?: "tone" | "echo";
  /** PEM file that it shows over TLS, with certificate and key. */
  readonly certificate?: string;
}

interface ControlMessage {
  readonly event?: boolean;
  readonly type?: string;
  readonly ok?: boolean;
  readonly data?: string;
  readonly token?: string;
}

/** A telephone of other makers: baresip, without sound devices. */
export class Baresip {
  readonly address = ADDRESS;
  /** Of UDP and TCP; TLS is on the next. */
  readonly port: number;
  /** Its events, by type: `CALL_RINGING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, … */
  readonly told = new Told();
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #control: Socket;
  readonly #ended: Promise<void>;
  readonly #answers = new Map<string, (message: ControlMessage) => void>();
  #output: string;
  #tokens = 0;

  private constructor(started: Started, control: Socket) {
    this.port = started.port;
    this.#child = started.child;
    this.#directory = started.directory;
    this.#control = control;
    this.#output = "";
    for (const stream of [started.child.stdout, started.child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    let rest: Buffer = Buffer.alloc(0);
    control.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let next = netstring(rest); next !== undefined; next = netstring(rest)) {
        rest = next.rest;
        this.#receive(JSON.parse(next.text) as ControlMessage);
      }
    });
    control.on("error", () => undefined);
    this.#ended = started.ended.then(() => {
      running.delete(this);
      control.destroy();
      rmSync(this.#directory, { recursive: true, force: true });
    });
    running.add(this);
  }

  static async start(options: BaresipOptions): Promise<Baresip> {
    const started = await spawnBaresip(options);
    return new Baresip(started, await controlOf(started));
  }

  /** One of its own commands (`dial`, `hangup`, `hold`, …); gives what it prints. */
  async command(command: string, params = ""): Promise<string> {
    const token = String(++this.#tokens);
    const answer = new Promise<ControlMessage>((resolve) => this.#answers.set(token, resolve));
    const text = JSON.stringify({ command, params, token });
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
    const gone = this.#ended.then((): ControlMessage => ({ ok: false, data: "baresip has ended" }));
    const { ok, data = "" } = await Promise.race([answer, gone]);
    if (ok !== true) throw new TypeError(`baresip refuses ${command} ${params}: ${data}\n${this.#output}`);
    return data;
  }

  /** Seconds of speech that it has heard in the call that it has. */
  async heardS(): Promise<number> {
    const text = await this.command("audio_debug");
    return Number(/rx:[^]*?time = ([0-9.]+) sec/.exec(text)?.[1] ?? 0);
  }

  /** Until it has heard so much more; it tells of no packet, so it is asked. */
  async hears(seconds: number): Promise<void> {
    const [before, deadline] = [await this.heardS(), Date.now() + HEAR_MS];
    while ((await this.heardS()) < before + seconds) {
      if (Date.now() > deadline) throw new TypeError(`baresip hears nothing\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The loudest sample that it has heard, of 16 bits; complete when its call has ended. */
  get loudest(): number {
    const recorded = readdirSync(this.#directory).filter((name) => name.endsWith("-dec.wav"));
    const samples = recorded.flatMap((name) => {
      const octets = readFileSync(join(this.#directory, name)).subarray(WAV_HEADER_OCTETS);
      return Array.from({ length: Math.floor(octets.length / 2) }, (_, at) => octets.readInt16LE(2 * at));
    });
    return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  }

  async stop(): Promise<void> {
    if (!running.has(this)) return;
    this.kill("SIGTERM");
    const timer = setTimeout(() => {
      this.kill("SIGKILL");
    }, STOP_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #receive(message: ControlMessage): void {
    if (message.event === true) this.told.note(message.type ?? "");
    else {
      this.#answers.get(message.token ?? "")?.(message);
      this.#answers.delete(message.token ?? "");
    }
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly port: number;
  readonly controlPort: number;
  readonly ended: Promise<void>;
}

const running = new Set<Baresip>();
// A test run that is broken off leaves no telephone behind.
process.once("exit", () => {
  for (const baresip of running) baresip.kill("SIGKILL");
});

/** For `afterEach` or `afterAll`. */
export async function stopBaresips(): Promise<void> {
  await Promise.all([...running].map((baresip) => baresip.stop()));
}

/** `DIGITS:TEXT,` (D. J. Bernstein's netstrings), and what is behind it. */
function netstring(octets: Buffer): { readonly text: string; readonly rest: Buffer } | undefined {
  const colon = octets.indexOf(":");
  const end = colon + 1 + Number(octets.toString("latin1", 0, colon));
  if (colon < 0 || octets.length <= end) return undefined;
  return { text: octets.toString("utf8", colon + 1, end), rest: octets.subarray(end + 1) };
}

/** A tone as a WAV file of 16 bits, as aufile reads it. */
function writeTone(file: string): void {
  const samples = TONE_S * SAMPLE_RATE;
  const octets = Buffer.alloc(WAV_HEADER_OCTETS + 2 * samples);
  octets.write("RIFF", 0);
  octets.writeUInt32LE(octets.length - 8, 4);
  octets.write("WAVEfmt ", 8);
  octets.writeUInt32LE(16, 16);
  // PCM of one channel: rate, octets a second, octets a sample, bits.
  octets.writeUInt16LE(1, 20);
  octets.writeUInt16LE(1, 22);
  octets.writeUInt32LE(SAMPLE_RATE, 24);
  octets.writeUInt32LE(2 * SAMPLE_RATE, 28);
  octets.writeUInt16LE(2, 32);
  octets.writeUInt16LE(16, 34);
  octets.write("data", 36);
  octets.writeUInt32LE(2 * samples, 40);
  for (let at = 0; at < samples; at++) {
    const sample = TONE_PEAK * Math.sin((2 * Math.PI * TONE_HZ * at) / SAMPLE_RATE);
    octets.writeInt16LE(Math.round(sample), WAV_HEADER_OCTETS + 2 * at);
  }
  writeFileSync(file, octets);
}

async function spawnBaresip(options: BaresipOptions): Promise<Started> {
  const { transport, user = "phone", answers = "manual", audio = "tone", certificate = "" } = options;
  const directory = mkdtempSync(join(tmpdir(), "tandem-baresip-"));
  const port = await freeUdpPorts(2);
  const controlPort = await freeTcpPort();
  const firstRtpPort = await freeUdpPorts(RTP_PORTS);
  const tone = join(directory, "tone.wav");
  if (audio === "tone") writeTone(tone);
  const values: Readonly<Record<string, string | number>> = {
    ...{ address: ADDRESS, sipPort: port, controlPort, modules: modulesDirectory() },
    ...{ firstRtpPort, lastRtpPort: firstRtpPort + RTP_PORTS - 1 },
    ...{ directory, source: audio === "tone" ? `aufile,${tone}` : "aubridge,echo" },
    player: audio === "tone" ? "aubridge,nowhere" : "aubridge,echo",
    certificate,
  };
  const config = readFileSync(TEMPLATE, "utf8").replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) =>
    String(values[name] ?? ""),
  );
  // A setting that has nothing to say is left out.
  writeFileSync(join(directory, "config"), config.replaceAll(/^\w+[ ]*\n/gm, ""));
  writeFileSync(
    join(directory, "accounts"),
    `<sip:${user}@${ADDRESS};transport=${transport}>;regint=0;answermode=${answers};audio_codecs=PCMA/8000/1\n`,
  );
  writeFileSync(join(directory, "contacts"), "");
  const child = spawn("baresip", ["-f", directory], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(() => undefined);
  return { child, directory, port, controlPort, ended };
}

/** Below the machine's triplet, /usr/lib/x86_64-linux-gnu for one; `/usr/lib/baresip/modules` where there is none. */
function modulesDirectory(): string {
  const places = ["", ...readdirSync("/usr/lib")].map((entry) => join("/usr/lib", entry, "baresip/modules"));
  return places.find((place) => existsSync(place)) ?? "/usr/lib/baresip/modules";
}

/** Its control connection, as soon as it listens there. */
async function controlOf({ child, controlPort, directory }: Started): Promise<Socket> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const socket = connect({ host: ADDRESS, port: controlPort });
    try {
      await once(socket, "connect");
      return socket;
    } catch (error) {
      socket.destroy();
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill("SIGKILL");
        rmSync(directory, { recursive: true, force: true });
        throw new TypeError("baresip did not start", { cause: error });
      }
      // It says nowhere when it is ready: asked again shortly.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
