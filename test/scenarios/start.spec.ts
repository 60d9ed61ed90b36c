import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, jest } from "@jest/globals";
import { freeUdpPorts } from "../helpers/ports.ts";

/** From the command to the first call, warm: what a person waits for. A machine that tests other things is slower. */
const WARM_MS = 60_000;
jest.setTimeout(2 * WARM_MS);

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "tandem-start-"));

interface Started {
  readonly child: ChildProcess;
  /** stdout and stderr as a terminal shows them. */
  output: string;
  readonly code: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Its process group is its own, as a shell gives one to each job. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = ROOT): Started {
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const started: Started = {
    child,
    output: "",
    code: new Promise((resolve) => {
      child.once("close", (code) => {
        running.delete(child);
        resolve(code);
      });
    }),
  };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (started.output += text));
  return started;
}

/** Waits until it has printed what the pattern describes. */
async function says(started: Started, pattern: RegExp): Promise<void> {
  while (!pattern.test(started.output)) {
    if (!running.has(started.child)) throw new TypeError(`it ended without ${pattern}:\n${started.output}`);
    const more = new Promise((resolve) => started.child.stdout?.once("data", resolve));
    await Promise.race([more, started.code]);
  }
}

async function freePorts(): Promise<string[]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return ["--sip-port", String(await freeUdpPorts(1)), "--http-port", String(port)];
}

/** Processes whose command line names the directory: the edge, by its configuration. */
function processesOf(text: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

afterEach(async () => {
  for (const child of running) child.kill("SIGTERM");
  await Promise.all([...running].map((child) => once(child, "close")));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const start = async (name: string, ...npm: readonly string[]): Promise<Started> => {
  const options = [...(await freePorts()), "--data", join(directory, name)];
  return npm.length > 0
    ? run("npm", ["start", "--", ...options])
    : run(process.execPath, ["tools/start.mjs", ...options]);
};

const FAREWELL = [
  "carrier: calls ended, stopped cleanly",
  "edge: calls ended, journal closed, stopped cleanly",
  "edge: stopped cleanly (exit 0)",
];

function expectFarewell(output: string, name: string): void {
  for (const line of FAREWELL) expect(output).toContain(`${line}\n`);
  expect(processesOf(join(directory, name))).toEqual([]);
}

describe("npm start", () => {
  it("shows a call as it happens: the ladder, IAM and REL in words, the events with their sequence", async () => {
    const started = await start("ladder");
    await says(started, /#2 .*event 2 call\.released/);
    await says(started, /#1 .*event 4 call\.released/);
    // Edge and carrier print on their own: which of their last lines comes first is chance.
    await says(started, /#1 .*answered after/);
    started.child.kill("SIGINT");
    expect(await started.code).toBe(0);
    const call = (number: number): string[] =>
      started.output.split("\n").flatMap((line) => {
        const text = new RegExp(`^#${number} +(.*)$`).exec(line)?.[1];
        return text === undefined ? [] : [text.replace(/^\d+\.\d{3} /, "").replace(/ sip:\S+/, "")];
      });
    const [answered, busy] = [call(1), call(2)];
    expect(answered[0]).toMatch(/^Call-ID \S+: answered, hears its echo$/);
    expect(answered.filter((line) => /^[→←]/.test(line))).toEqual([
      "→ INVITE  SDP + ISUP itu-t92+",
      "← 100 Trying",
      "← 180 Ringing  ISUP itu-t92+",
      "← 200 OK  SDP + ISUP itu-t92+",
      "→ ACK",
      "→ BYE  ISUP itu-t92+",
      "← 200 OK (BYE)",
    ]);
    expect(answered).toContain("called: 4930990101 (international, E.164)");
    expect(answered).toContain("cause: 16 Normal call clearing, location user, coding itu");
    expect(answered).toContainEqual(
      expect.stringMatching(/^answered after .*released by us; media: 50 sent, (?:4[5-9]|50) back$/),
    );
    const events = (lines: readonly string[]): string[] =>
      lines.flatMap((line) => /^event (\d+ call\.\w+)/.exec(line)?.[1] ?? []);
    expect(events(answered)).toEqual([
      "1 call.incoming",
      "2 call.ringing",
      "3 call.answered",
      "4 call.released",
    ]);
    expect(events(busy)).toEqual(["1 call.incoming", "2 call.released"]);
    expect(busy).toContain("cause: 17 User busy, location public network serving the local user, coding itu");
    expectFarewell(started.output, "ladder");
  });

  it("ends cleanly, and all of it, by Ctrl-C: SIGINT to npm and all it runs", async () => {
    const started = await start("interrupt", "npm");
    await says(started, /→ ACK/);
    process.kill(-(started.child.pid ?? 0), "SIGINT");
    await started.code;
    expectFarewell(started.output, "interrupt");
  });

  it("ends cleanly, and all of it, by SIGTERM to npm alone", async () => {
    const started = await start("terminate", "npm");
    await says(started, /→ ACK/);
    started.child.kill("SIGTERM");
    // The pipes close with the last of its processes.
    await started.code;
    expectFarewell(started.output, "terminate");
  });

  it("ends cleanly when its reader is gone", async () => {
    const started = await start("head");
    await says(started, /→ INVITE/);
    started.child.stdout?.destroy();
    expect(await started.code).toBe(0);
    expect(processesOf(join(directory, "head"))).toEqual([]);
  });

  it("leaves nothing behind where it is killed", async () => {
    const started = await start("killed");
    await says(started, /→ ACK/);
    started.child.kill("SIGKILL");
    await started.code;
    for (const deadline = Date.now() + WARM_MS; processesOf(join(directory, "killed")).length > 0;) {
      if (Date.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(processesOf(join(directory, "killed"))).toEqual([]);
  });
});

describe("npm start says in one line what to do", () => {
  it("where the SIP port is in use", async () => {
    const other = createSocket("udp4").bind(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address();
    const started = run(process.execPath, ["tools/start.mjs", "--sip-port", String(port)]);
    const code = await started.code;
    other.close();
    const advice = "stop what listens there, or: npm start -- --sip-port 5070";
    expect({ code, output: started.output }).toEqual({
      code: 1,
      output: `tandem: UDP port ${port} of 127.0.0.1 is in use: ${advice}\n`,
    });
  });

  it("where the port of health is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const ports = ["--sip-port", String(await freeUdpPorts(1)), "--http-port", String(port)];
    const started = run(process.execPath, ["tools/start.mjs", ...ports]);
    const code = await started.code;
    other.close();
    const advice = "stop what listens there, or: npm start -- --http-port 8081";
    expect({ code, output: started.output }).toEqual({
      code: 1,
      output: `tandem: TCP port ${port} of 127.0.0.1 is in use: ${advice}\n`,
    });
  });

  it.each(["start.mjs", "tandem.mjs", "test.mjs", "check.mjs"])(
    "where Node is too old for %s",
    async (tool) => {
      const version =
        "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })";
      const preload = ["--import", `data:text/javascript,${encodeURIComponent(version)}`];
      const started = run(process.execPath, [...preload, join("tools", tool)]);
      expect({ code: await started.code, output: started.output }).toEqual({
        code: 1,
        output: "tandem: Node 18.20.8 is too old: install Node 20 or newer (https://nodejs.org)\n",
      });
    },
  );

  it("where there is no network and nothing is installed", async () => {
    const copy = join(directory, "copy");
    cpSync(join(ROOT, "tools"), join(copy, "tools"), { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(ROOT, file), join(copy, file));
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const npm = {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(directory, "empty-cache"),
    };
    const started = run(process.execPath, ["tools/start.mjs", ...(await freePorts())], npm, copy);
    expect(await started.code).toBe(1);
    expect(started.output.split("\n")).toEqual([
      "tandem: installing packages (to run) …",
      "tandem: npm cannot reach its registry (ECONNREFUSED): connect this machine or set npm's proxy, then try again",
      "",
    ]);
  });

  it("where an option is wrong, by its page of help and exit code 2", async () => {
    for (const args of [
      ["--sip-prot", "1"],
      ["--sip-port", "0"],
      ["--http-port", "x"],
    ]) {
      const started = run(process.execPath, ["tools/start.mjs", ...args]);
      expect(await started.code).toBe(2);
      expect(started.output).toMatch(/^npm start \[-- --sip-port N\]/);
    }
  });
});
