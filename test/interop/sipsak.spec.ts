import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";

let edge: TestEdge;

jest.setTimeout(30_000);

beforeAll(async () => {
  edge = await startEdge({ listen: [{ id: "tcp-1", transport: "tcp", address: "127.0.0.1:0" }] });
});

afterAll(removeEdges);

/** Runs sipsak to its end; it prints the messages as they pass. */
async function sipsak(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  // The name of the machine need not be known to any resolver.
  const child = spawn("sipsak", ["-vvv", "-H", edge.address, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text: Buffer.concat(output).toString("latin1") };
}

describe("sipsak", () => {
  it.each([
    ["udp", "udp-1"],
    ["tcp", "tcp-1"],
  ] as const)(
    "pings the edge with OPTIONS over %s, and is told 200 with what it can do (RFC 3261 §11.2)",
    async (transport, listener) => {
      const uri = `sip:ping@${edge.address}:${edge.portOf(listener)}`;
      const { code, text } = await sipsak(["-E", transport, "-s", uri]);
      expect(text).toMatch(/SIP\/2\.0 200 OK/);
      expect(text).toMatch(/Allow: INVITE, ACK, CANCEL, BYE, /);
      expect(text).toMatch(/Accept: application\/sdp, application\/isup, multipart\/mixed/);
      expect(code).toBe(0);
    },
  );

  it("is answered by the edge itself where Max-Forwards is 0 (RFC 3261 §11.1)", async () => {
    const uri = `sip:ping@${edge.address}:${edge.port}`;
    const { code, text } = await sipsak(["-m", "0", "-s", uri]);
    expect(text).toMatch(/SIP\/2\.0 200 OK/);
    expect(code).toBe(0);
  });
});
