import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CertificateFiles } from "./certificates.ts";
import { freeTcpPort } from "./ports.ts";

const ADDRESS = "127.0.0.1";
const START_MS = 10_000;

/** A TCP port behind which every connection goes on as TLS. */
export interface RunningStunnel {
  readonly address: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface StunnelOptions {
  /** Port of the TLS server on loopback. */
  readonly port: number;
  /** File of the certificate that vouches for the server, whose address is checked, too (RFC 5922 §7). */
  readonly ca: string;
  /** Our own certificate, for a server that wants one. */
  readonly own?: CertificateFiles;
}

/** Starts a TLS client for programs that speak TCP only, and waits until it takes connections. */
export async function startStunnel({ port: server, ca, own }: StunnelOptions): Promise<RunningStunnel> {
  const directory = mkdtempSync(join(tmpdir(), "tandem-stunnel-"));
  const port = await freeTcpPort(ADDRESS);
  const lines = [
    ...["foreground = yes", "pid =", "syslog = no", "debug = info"],
    "[sip]",
    "client = yes",
    ...[`accept = ${ADDRESS}:${port}`, `connect = ${ADDRESS}:${server}`],
    ...[`CAfile = ${ca}`, "verifyChain = yes", `checkIP = ${ADDRESS}`],
    ...(own === undefined ? [] : [`cert = ${own.certificate}`, `key = ${own.key}`]),
  ];
  const file = join(directory, "stunnel.conf");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const child = spawn("stunnel4", [file], { stdio: ["ignore", "ignore", "pipe"] });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  let log = "";
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      process.off("exit", kill);
      rmSync(directory, { recursive: true, force: true });
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => {
      kill();
      reject(new TypeError(`stunnel did not start:\n${log}`));
    };
    const timer = setTimeout(fail, START_MS);
    child.once("error", fail);
    child.once("close", fail);
    child.stderr.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (!log.includes(`bound to ${ADDRESS}:${port}`)) return;
      clearTimeout(timer);
      child.off("close", fail);
      resolve();
    });
  });
  return {
    address: ADDRESS,
    port,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
