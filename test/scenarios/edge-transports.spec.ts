import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { eventsByCall, eventsOf, expectWhole, wordsOf } from "../helpers/calls.ts";
import { hasOpenssl, makeCertificateFiles, type CertificateFiles } from "../helpers/certificates.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { ISUP, TestCall } from "../helpers/sip-call.ts";
import { closeClients, okTo, SipClient } from "../helpers/sip-client.ts";
import { tcpWire, tlsWire, webSocketWire, type Peer, type Wire } from "../helpers/sip-wires.ts";
import { expectSuccess, runSipp } from "../helpers/sipp.ts";

const CALLS = 100;
const PER_SECOND = 50;
const LIFE = ["incoming", "ringing", "answered", "released"];

jest.setTimeout(60_000);

let directory: string;
let own: CertificateFiles | undefined;
let ca = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-transports-"));
  if (!hasOpenssl) {
    process.stderr.write("SKIPPED: TLS and WSS calls, there is no openssl\n");
    return;
  }
  own = makeCertificateFiles(directory, "edge");
  ca = readFileSync(own.certificate, "utf8");
});

afterAll(async () => {
  closeClients();
  await removeEdges();
  rmSync(directory, { recursive: true, force: true });
});

type Listener = "tcp" | "tls" | "ws" | "wss";

const edgeWith = (transport: Listener, tls: object = {}): Promise<TestEdge> =>
  startEdge({
    listen: [
      {
        ...{ id: "stream", transport, address: "127.0.0.1:0" },
        ...((transport === "tls" || transport === "wss") && { tls: { ...own, ...tls } }),
      },
    ],
  });

const peerOf = (edge: TestEdge): Peer => ({ address: edge.address, port: edge.portOf("stream") });

const WIRES: Readonly<Record<Listener, (peer: Peer) => Promise<Wire>>> = {
  tcp: tcpWire,
  tls: (peer) => tlsWire(peer, ca),
  ws: (peer) => webSocketWire(peer),
  wss: (peer) => webSocketWire(peer, ca),
};
/** RFC 7118 §5.2: in a URI it is `ws`, with or without TLS. */
const CONTACTS = { tcp: "tcp", tls: "tls", ws: "ws", wss: "ws" } as const;

describe("SIPp over TCP", () => {
  it.each([
    ["one connection", "t1"],
    ["a connection for each call", "tn"],
  ] as const)(
    "places 100 SIP-T calls over %s, none fails, and their events are whole",
    async (_way, transport) => {
      const edge = await edgeWith("tcp");
      const { address, port } = peerOf(edge);
      const scenario = "sip-t-call.xml";
      const load = { calls: CALLS, rate: PER_SECOND, holdMs: 500, transport };
      const sipp = await runSipp({ scenario, target: `${address}:${port}`, ...load });
      expectSuccess(sipp, CALLS);
      expect(sipp.retransmissions).toBe(0);
      const calls = eventsByCall(await edge.events());
      expect(calls.size).toBe(CALLS);
      for (const events of calls.values()) {
        expectWhole(events);
        expect(wordsOf(events)).toEqual(LIFE);
        expect(events[0]?.data).toMatchObject({ source: { transport: "tcp", listener: "stream" } });
      }
      expect((await edge.until(({ sip }) => sip.connections === 0)).sip.connections).toBe(0);
      expect(await edge.stop()).toBe(0);
    },
  );
});

describe.each(["tcp", "tls", "ws", "wss"] as const)("a call over %s", (transport) => {
  const test = hasOpenssl || transport === "tcp" || transport === "ws" ? it : it.skip;

  test("is answered on its connection, with a Contact that names the transport (RFC 3261 §18.2.2, RFC 7118 §5)", async () => {
    const edge = await edgeWith(transport);
    const peer = peerOf(edge);
    const client = new SipClient(await WIRES[transport](peer), peer);
    const call = new TestCall(client, peer, { iam: ISUP.iam });
    const answer = await call.establish();
    expect(answer.header("contact")).toBe(
      `<sip:${peer.address}:${peer.port};transport=${CONTACTS[transport]}>`,
    );
    const { sip } = await edge.health();
    expect(sip).toMatchObject({ listeners: ["udp-1", "stream"], connections: 1 });
    await call.bye();
    const events = eventsOf(edge.journalEvents(), call.callId);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(LIFE);
    expect(events[0]?.data).toMatchObject({ source: { transport, listener: "stream" } });
    client.close();
    expect(await edge.stop()).toBe(0);
  });

  test("that is open when the edge ends gets its BYE over the connection it has", async () => {
    const edge = await edgeWith(transport);
    const peer = peerOf(edge);
    const client = new SipClient(await WIRES[transport](peer), peer);
    const call = new TestCall(client, peer, { iam: ISUP.iam });
    await call.establish();
    const stopped = edge.stop();
    const bye = await client.request("BYE");
    // RFC 5923 §8.1: over TLS the connection is offered for requests of the other side.
    const offer = transport === "tls" ? ";alias" : "";
    const sentBy = `SIP/2\\.0/${transport.toUpperCase()} 127\\.0\\.0\\.1:${peer.port}`;
    expect(bye.header("via")).toMatch(new RegExp(`^${sentBy};branch=z9hG4bK[^;]+${offer}$`));
    client.send(okTo(bye));
    expect(await stopped).toBe(0);
    expect(wordsOf(eventsOf(edge.journalEvents(), call.callId))).toEqual(LIFE);
  });
});

describe("a TLS listener", () => {
  const test = hasOpenssl ? it : it.skip;

  test("that requires certificates takes the calls of those who show one it trusts, and nobody else's (RFC 5922 §7.4)", async () => {
    const trusted = makeCertificateFiles(directory, "carrier");
    const edge = await edgeWith("tls", { ca: trusted.certificate, clientCertificate: "require" });
    const peer = peerOf(edge);
    const shown = { cert: readFileSync(trusted.certificate, "utf8"), key: readFileSync(trusted.key, "utf8") };
    const client = new SipClient(await tlsWire(peer, ca, shown), peer);
    const call = new TestCall(client, peer);
    await call.establish();
    await call.bye();
    client.close();
    // TLS 1.3: the client learns of the refusal after its own part of the handshake.
    const stranger = new SipClient(await tlsWire(peer, ca), peer);
    const refused = new TestCall(stranger, peer);
    refused.invite();
    await expect(refused.response(100, "INVITE", 1_000)).rejects.toThrow("no 100 to INVITE");
    expect(eventsByCall(edge.journalEvents()).size).toBe(1);
    stranger.close();
    expect(await edge.stop()).toBe(0);
  });
});

describe("an edge that cannot open a listener", () => {
  it("says in one line which port is in use, and leaves nothing open", async () => {
    const first = await edgeWith("tcp");
    const { port } = peerOf(first);
    const second = startEdge({ listen: [{ id: "stream", transport: "tcp", address: `127.0.0.1:${port}` }] });
    await expect(second).rejects.toThrow(
      `127.0.0.1:${port} is in use: stop what listens there, or choose another port in the configuration`,
    );
    expect(await first.stop()).toBe(0);
  });
});
