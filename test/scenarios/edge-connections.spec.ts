import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { ReadinessReport } from "../../apps/edge/src/admin/readiness.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { TestCall } from "../helpers/sip-call.ts";
import { closeClients, SipClient } from "../helpers/sip-client.ts";
import { tcpWire, type Peer } from "../helpers/sip-wires.ts";

jest.setTimeout(60_000);

const CONNECTIONS = 10_000;
/** Connects under way at once: a process may have some thousand descriptors. */
const AT_ONCE = 200;
const PER_SOURCE = 50;
const MIB = 2 ** 20;
/** Times that as many large messages come as one source may have connections: 600 MiB in all. */
const ROUNDS = 12;
/** What the edge may grow by under attack, garbage included; 10,000 connections with 64 KiB each would be 640 MB. */
const GROWTH_BYTES_MAX = 256 * MIB;
const REFUSED = "tandem_sip_connections_refused_total";
const ENDED = "tandem_sip_connections_ended_total";
const ATTACKER = "127.0.0.66";

let edge: TestEdge;
/** The listener whose times are short. */
let peer: Peer;
/** The listener that leaves who is silent alone for longer than a test takes. */
let patient: Peer;
const sockets = new Set<Socket>();

beforeAll(async () => {
  edge = await startEdge({
    listen: [
      {
        ...{ id: "tcp", transport: "tcp", address: "127.0.0.1:0" },
        limits: { connectionsPerSource: PER_SOURCE, silent: "1s", message: "2s" },
      },
      {
        ...{ id: "patient", transport: "tcp", address: "127.0.0.1:0" },
        limits: { connectionsPerSource: PER_SOURCE, silent: "10m" },
      },
    ],
  });
  peer = { address: edge.address, port: edge.portOf("tcp") };
  patient = { address: edge.address, port: edge.portOf("patient") };
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  closeClients();
  await edge.until(({ sip }) => sip.connections === 0);
});

afterAll(removeEdges);

async function attack(at = peer): Promise<Socket> {
  const socket = connect({ host: at.address, port: at.port, localAddress: ATTACKER });
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  // Whoever is refused may be reset.
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve);
    socket.once("close", () => {
      resolve();
    });
  });
  return socket;
}

/** Not by `once` of events, which takes the reset before the close for a failure. */
const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });

/** Counted when the edge hears of the end, which may be after the peer has. */
async function endedFor(reason: string, count: number): Promise<number> {
  const of = ({ counters }: ReadinessReport): number => counters[ENDED]?.[`tcp ${reason}`] ?? 0;
  return of(await edge.until((report) => of(report) >= count));
}

async function residentBytes(): Promise<number> {
  const { text } = await edge.get("/metrics");
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
}

/** A caller from elsewhere is answered as if nothing was. */
async function callsGoOn(at = peer): Promise<void> {
  const client = new SipClient(await tcpWire(at), at);
  const call = new TestCall(client, at);
  await call.establish();
  await call.bye();
  client.close();
}

describe("connections beyond what is meant for calls", () => {
  it(`leave ${PER_SOURCE} of 10,000 of one source open; memory is bounded, and others are answered`, async () => {
    const before = await residentBytes();
    const refusedBefore = await edge.counter(REFUSED, "tcp source");
    for (let made = 0; made < CONNECTIONS; made += AT_ONCE) {
      const batch = await Promise.all(Array.from({ length: AT_ONCE }, () => attack(patient)));
      for (const socket of batch) socket.resume();
      // All but those that may stay are closed by the edge, whatever time it takes.
      let open = AT_ONCE;
      await new Promise<void>((resolve) => {
        for (const socket of batch) {
          void gone(socket).then(() => {
            if (--open === PER_SOURCE) resolve();
          });
        }
      });
      if (made === 0) await callsGoOn(patient);
      expect((await edge.health()).sip.connections).toBe(PER_SOURCE);
      for (const socket of batch) socket.destroy();
      await edge.until(({ sip }) => sip.connections === 0);
    }
    await callsGoOn(patient);
    await edge.until(({ sip }) => sip.connections === 0);
    expect((await residentBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX);
    const refused = (await edge.counter(REFUSED, "patient source")) - refusedBefore;
    expect(refused).toBe((CONNECTIONS / AT_ONCE) * (AT_ONCE - PER_SOURCE));
  });

  it("that never send are closed after their time, and counted", async () => {
    const before = await edge.counter(ENDED, "tcp silent");
    const silent = await Promise.all(Array.from({ length: PER_SOURCE }, () => attack()));
    await callsGoOn();
    await Promise.all(silent.map((socket) => (socket.resume(), gone(socket))));
    expect(await endedFor("silent", before + PER_SOURCE)).toBe(before + PER_SOURCE);
  });

  it("that send a message slower than its time allows are closed, however steadily they send", async () => {
    const slow = await attack();
    const octets = Buffer.from(`OPTIONS sip:${peer.address} SIP/2.0\r\nSubject: ${"x".repeat(1_000)}`);
    let at = 0;
    const timer = setInterval(() => slow.write(octets.subarray(at, ++at)), 20);
    try {
      await callsGoOn();
      slow.resume();
      await gone(slow);
    } finally {
      clearInterval(timer);
    }
    expect(at).toBeLessThan(octets.length);
    expect(await endedFor("slow-message", 1)).toBe(1);
  });

  it("that send a header of a megabyte are told 513 and closed; memory is bounded, and others are answered", async () => {
    const before = await residentBytes();
    const head = [
      `OPTIONS sip:${peer.address} SIP/2.0`,
      `Via: SIP/2.0/TCP ${ATTACKER};branch=z9hG4bKbig`,
      `From: <sip:a@${ATTACKER}>;tag=1`,
      `To: <sip:${peer.address}>`,
      "Call-ID: big",
      "CSeq: 1 OPTIONS",
      `Subject: ${"x".repeat(MIB)}\r\n\r\n`,
    ].join("\r\n");
    const statuses = new Set<string | undefined>();
    for (let round = 1; round <= ROUNDS; round++) {
      const large = await Promise.all(Array.from({ length: PER_SOURCE }, () => attack()));
      const answers = large.map(async (socket) => {
        let text = "";
        socket.on("data", (octets: Buffer) => (text += octets.toString()));
        socket.write(head);
        await gone(socket);
        return text.split("\r\n")[0];
      });
      if (round === 1) await callsGoOn();
      for (const status of await Promise.all(answers)) statuses.add(status);
      expect(await endedFor("unframed", round * PER_SOURCE)).toBe(round * PER_SOURCE);
    }
    // A reset may overtake the answer.
    statuses.delete("");
    expect([...statuses]).toEqual(["SIP/2.0 513 Message Too Large"]);
    expect((await residentBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX);
  });
});
