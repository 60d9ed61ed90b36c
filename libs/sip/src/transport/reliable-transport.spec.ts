import { describe, expect, it } from "@jest/globals";
import { octetsOf, octetString } from "../message/octets.ts";
import { MemoryNetwork, type NetworkFaults } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Channel, ChannelListener } from "./channel.ts";
import { ConnectFailures } from "./connect-failures.ts";
import { SourceLimits, sourceOfAddress, type ConnectionOptions } from "./connection-limits.ts";
import type { Flow, PeerIdentity } from "./flow.ts";
import { ReliableTransport } from "./reliable-transport.ts";

const CUT: NetworkFaults = { lossShare: 0.5, duplicateShare: 0.5, delayMs: [1, 20], pieceOctetsMax: 40 };
const WHOLE: NetworkFaults = { lossShare: 0, duplicateShare: 0, delayMs: [1, 1] };

const request = (number: number): Uint8Array =>
  octetsOf(`OPTIONS sip:b@192.0.2.2 SIP/2.0\r\nCall-ID: ${number}\r\nContent-Length: 0\r\n\r\n`);

function pair(faults = WHOLE, limits: ConnectionOptions = {}) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, new SeededRandom(3), faults);
  const near = network.stream({ id: "near", protocol: "TCP", host: "192.0.2.1", port: 5060, limits });
  const far = network.stream({ id: "far", protocol: "TCP", host: "192.0.2.2", port: 5060, limits });
  const heard: { readonly text: string; readonly flow: Flow }[] = [];
  far.onDatagram = (octets, flow) => heard.push({ text: octetString(octets), flow });
  const errors: string[] = [];
  near.onError = (error, address, port) => errors.push(`${error.message} ${address}:${port}`);
  return { clock, network, near, far, heard, errors };
}

/** A peer that is bytes alone: what it is sent, and whether it was closed. */
class RawPeer implements Channel {
  readonly remoteAddress = "192.0.2.9";
  readonly remotePort = 40_000;
  readonly localAddress = "192.0.2.1";
  readonly localPort = 5060;
  readonly peer: PeerIdentity | undefined;
  unsentOctets = 0;
  text = "";
  closed: "ended" | "destroyed" | undefined;
  listener: ChannelListener | undefined;

  constructor(peer?: PeerIdentity) {
    this.peer = peer;
  }

  write(octets: Uint8Array): void {
    this.text += octetString(octets);
  }

  end(): void {
    this.closed ??= "ended";
  }

  destroy(): void {
    this.closed = "destroyed";
    this.listener?.onClosed(undefined);
  }

  send(text: string): void {
    this.listener?.onOctets(octetsOf(text));
  }
}

function accepted(
  limits: ConnectionOptions = {},
  protocol: "TCP" | "TLS" | "WS" = "TCP",
  peer?: PeerIdentity,
) {
  const clock = new VirtualClock();
  const dialled: string[] = [];
  const transport = new ReliableTransport({
    id: "l",
    protocol,
    sentBy: { host: "192.0.2.1", port: 5060 },
    clock,
    dial: ({ address, port }) => {
      dialled.push(`${address}:${port}`);
      return { destroy() {} };
    },
    limits,
  });
  const raw = new RawPeer(peer);
  raw.listener = transport.accept(raw);
  const heard: { readonly text: string; readonly flow: Flow }[] = [];
  transport.onDatagram = (octets, flow) => heard.push({ text: octetString(octets), flow });
  return { clock, transport, raw, heard, dialled };
}

describe("ReliableTransport", () => {
  it("carries messages whole and in order, however the stream is cut, over one connection", () => {
    const { clock, near, far, heard, errors } = pair(CUT);
    for (let number = 0; number < 50; number++) near.send(request(number), "192.0.2.2", 5060);
    clock.advance(5_000);
    expect(heard.map(({ text }) => text)).toEqual(
      Array.from({ length: 50 }, (_, number) => octetString(request(number))),
    );
    expect([near.connections, far.connections, errors]).toEqual([1, 1, []]);
  });

  it("names the flow: connection, both addresses, reliability", () => {
    const { clock, near, heard } = pair();
    near.send(request(1), "192.0.2.2", 5060);
    clock.advance(100);
    expect(heard[0]?.flow).toMatchObject({
      listener: "far",
      transport: "TCP",
      isReliable: true,
      remoteAddress: "192.0.2.1",
      remotePort: 49_152,
      localAddress: "192.0.2.2",
      localPort: 5060,
      connection: 0,
    });
  });

  it("answers on the request's own connection, and opens another once that is gone (RFC 3261 §18.2.2)", () => {
    const { clock, near, far, heard } = pair();
    const answers: Flow[] = [];
    near.onDatagram = (_octets, flow) => answers.push(flow);
    near.send(request(1), "192.0.2.2", 5060);
    clock.advance(100);
    const connection = heard[0]?.flow.connection;
    far.send(request(2), "192.0.2.1", 5060, { connection });
    clock.advance(100);
    expect([answers.length, answers[0]?.remotePort, far.connections]).toEqual([1, 5060, 1]);
    void near.close();
    clock.advance(3_000);
    expect(far.connections).toBe(0);
    const reopened = pair();
    reopened.far.send(request(3), "192.0.2.1", 5060, { connection: 99 });
    reopened.clock.advance(100);
    expect(reopened.near.connections).toBe(1);
  });

  it("gives a connect up after a second, tells it once for all that waited, and remembers it", () => {
    const { clock, network, near, errors } = pair();
    network.silence("192.0.2.2", 5060);
    near.send(request(1), "192.0.2.2", 5060);
    near.send(request(2), "192.0.2.2", 5060);
    clock.advance(999);
    expect(errors).toEqual([]);
    clock.advance(2);
    expect(errors).toEqual(["no connection to 192.0.2.2:5060 in time 192.0.2.2:5060"]);
    expect(near.hasFailed("192.0.2.2", 5060)).toBe(true);
    near.send(request(3), "192.0.2.2", 5060);
    expect(errors).toHaveLength(1);
    clock.advance(0);
    expect(errors).toHaveLength(2);
    clock.advance(32_000);
    expect(near.hasFailed("192.0.2.2", 5060)).toBe(false);
    expect([near.connections, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("tells a refused connect at once", () => {
    const { clock, near, errors } = pair();
    near.send(request(1), "192.0.2.3", 5060);
    clock.advance(10);
    expect(errors).toEqual(["connection refused 192.0.2.3:5060"]);
  });

  it("holds no more than its limit for a connection that does not open", () => {
    const { near, clock, network, errors } = pair();
    network.silence("192.0.2.2", 5060);
    for (let count = 0; count < 5; count++) near.send(new Uint8Array(65_000), "192.0.2.2", 5060);
    clock.advance(1);
    expect(errors).toEqual(["too much waits for 192.0.2.2 192.0.2.2:5060"]);
  });

  it("leaves no connection and no timer when it closes", async () => {
    const { clock, near, far } = pair();
    near.send(request(1), "192.0.2.2", 5060);
    clock.advance(100);
    near.send(request(1), "192.0.2.7", 5060);
    const closed = Promise.all([near.close(), far.close()]);
    clock.advance(5_000);
    await closed;
    expect([near.connections, far.connections, clock.pendingTimers]).toEqual([0, 0, 0]);
    near.send(request(2), "192.0.2.2", 5060);
    expect(near.connections).toBe(0);
  });

  it("refuses connections of one source beyond its limit, and counts them down again", () => {
    const { clock, network, far } = pair(WHOLE, { connectionsPerSourceMax: 1 });
    const other = network.stream({ id: "o", protocol: "TCP", host: "192.0.2.1", port: 5070 });
    const third = network.stream({ id: "t", protocol: "TCP", host: "192.0.2.3", port: 5060 });
    const errors: string[] = [];
    const near = network.stream({ id: "n", protocol: "TCP", host: "192.0.2.1", port: 5080 });
    near.onError = ({ message }) => errors.push(message);
    other.send(request(1), "192.0.2.2", 5060);
    near.send(request(1), "192.0.2.2", 5060);
    third.send(request(1), "192.0.2.2", 5060);
    clock.advance(100);
    expect([far.connections, errors]).toEqual([2, ["connection refused"]]);
    void other.close();
    clock.advance(3_000);
    expect([far.limits.size, far.limits.sources]).toEqual([1, 1]);
  });
});

describe("a connection that a peer opened", () => {
  it("is sent a pong for each ping, and nothing for a CRLF (RFC 5626 §4.4.1)", () => {
    const { raw } = accepted();
    raw.send("\r\n");
    expect(raw.text).toBe("");
    raw.send("\r\n\r\n\r\n");
    expect(raw.text).toBe("\r\n\r\n");
  });

  it("is answered, then closed, where it cannot be framed any more; and hears nothing after", () => {
    const { transport, raw, heard, clock } = accepted();
    transport.onUnframed = (error, flow) => {
      expect(error).toMatchObject({ code: "bad-content-length", status: 400 });
      transport.send(octetsOf("answer"), flow.remoteAddress, flow.remotePort, flow);
    };
    raw.send("OPTIONS sip:b@192.0.2.1 SIP/2.0\r\nContent-Length: x\r\n\r\n");
    raw.send(octetString(request(1)));
    expect([raw.text, raw.closed, heard]).toEqual(["answer", "ended", []]);
    clock.advance(2_000);
    expect([raw.closed, transport.connections, clock.pendingTimers]).toEqual(["destroyed", 0, 0]);
  });

  it("is closed where a message does not end in time, however slowly octets come", () => {
    const { transport, raw, clock } = accepted({ messageMs: 10_000 });
    raw.send("OPTIONS sip:b@192.0.2.1 SIP/2.0\r\n");
    for (let second = 0; second < 9; second++) {
      clock.advance(1_000);
      raw.send("X");
    }
    expect(raw.closed).toBeUndefined();
    clock.advance(1_000);
    expect([raw.closed, transport.connections, clock.pendingTimers]).toEqual(["destroyed", 0, 0]);
  });

  it("is closed where it never says anything, and where it has been idle", () => {
    const mute = accepted();
    mute.clock.advance(32_000);
    expect(mute.raw.closed).toBe("ended");
    const idle = accepted({ idleMs: 60_000 });
    idle.raw.send("\r\n");
    idle.clock.advance(59_000);
    idle.raw.send("\r\n");
    idle.clock.advance(59_999);
    expect(idle.raw.closed).toBeUndefined();
    idle.clock.advance(1);
    expect(idle.raw.closed).toBe("ended");
  });

  it("is closed where it does not read what it asked for", () => {
    const { raw, transport } = accepted();
    raw.unsentOctets = 2 * 1_024 * 1_024;
    transport.send(request(1), raw.remoteAddress, raw.remotePort, { connection: 0 });
    expect([raw.closed, transport.connections]).toEqual(["destroyed", 0]);
  });

  it("carries one message in each piece over WebSocket, and line ends as keep-alives (RFC 7118 §5, §6)", () => {
    const { raw, heard } = accepted({}, "WS");
    raw.send("OPTIONS sip:b@192.0.2.1 SIP/2.0\r\nCall-ID: 1\r\n\r\n");
    raw.send("\r\n\r\n");
    expect([heard.length, raw.text]).toEqual([1, "\r\n"]);
  });

  it("takes requests to the aliased port only where its certificate vouches for it (RFC 5923 §5)", () => {
    const without = accepted({}, "TLS");
    without.raw.send(octetString(request(1)));
    const [first] = without.heard;
    if (first !== undefined) without.transport.alias(first.flow, 5061);
    without.transport.send(octetsOf("to nobody"), without.raw.remoteAddress, 5061);
    expect([without.raw.text, without.dialled]).toEqual(["", ["192.0.2.9:5061"]]);
    const { raw, transport, heard, dialled } = accepted({}, "TLS", { domains: ["b.example"], addresses: [] });
    raw.send(octetString(request(1)));
    const flow = heard[0]?.flow;
    if (flow !== undefined) transport.alias(flow, 5061);
    transport.send(octetsOf("to the alias"), raw.remoteAddress, 5061, { serverName: "b.example" });
    expect([raw.text, dialled]).toEqual(["to the alias", []]);
    transport.send(octetsOf("elsewhere"), raw.remoteAddress, 5061, { serverName: "c.example" });
    // Nor does the certificate vouch for the address.
    transport.send(octetsOf("elsewhere"), raw.remoteAddress, 5061);
    expect(dialled).toEqual(["192.0.2.9:5061", "192.0.2.9:5061"]);
  });
});

describe("a connection of ours", () => {
  it("pings, and is given up where no pong comes in 10 s (RFC 5626 §4.4.1)", () => {
    const clock = new VirtualClock();
    const raw = new RawPeer();
    const transport = new ReliableTransport({
      id: "l",
      protocol: "TCP",
      sentBy: { host: "192.0.2.1", port: 5060 },
      clock,
      dial: (_to, listener) => {
        raw.listener = listener;
        clock.setTimeout(() => {
          listener.onOpen(raw);
        }, 1);
        return { destroy() {} };
      },
      limits: { pingMs: 100_000 },
    });
    const errors: string[] = [];
    transport.onError = ({ message }) => errors.push(message);
    transport.send(octetsOf(""), raw.remoteAddress, raw.remotePort);
    clock.advance(79_999);
    expect(raw.text).toBe("");
    clock.advance(2);
    expect(raw.text).toBe("\r\n\r\n");
    raw.send("\r\n");
    // The next is due in another share of the interval.
    clock.advance(80_001);
    expect(raw.text).toBe("\r\n\r\n");
    clock.advance(19_999);
    expect(raw.text).toBe("\r\n\r\n\r\n\r\n");
    clock.advance(10_000);
    expect([raw.closed, errors]).toEqual(["destroyed", ["no pong to a ping (RFC 5626 §4.4.1)"]]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("SourceLimits", () => {
  it("counts an IPv6 network of 64 bits as one source", () => {
    expect(sourceOfAddress("2001:db8:1:2:3:4:5:6")).toBe(sourceOfAddress("2001:db8:1:2::9"));
    expect(sourceOfAddress("2001:db8:1:2::9")).not.toBe(sourceOfAddress("2001:db8:1:3::9"));
    expect(sourceOfAddress("192.0.2.1")).toBe("192.0.2.1");
  });

  it("holds its limit for 10,000 connections of one source, and others are unaffected", () => {
    const limits = new SourceLimits({ connectionsPerSourceMax: 100, connectionsMax: 1_000 });
    const taken = Array.from({ length: 10_000 }, () => limits.enter("192.0.2.1")).filter(Boolean);
    expect([taken.length, limits.enter("192.0.2.2"), limits.size]).toEqual([100, true, 101]);
    limits.leave("192.0.2.1");
    limits.leave("192.0.2.9");
    expect([limits.size, limits.enter("192.0.2.1")]).toEqual([100, true]);
  });
});

describe("ConnectFailures", () => {
  it("forgets with time, on success, and the oldest beyond its limit", () => {
    const clock = new VirtualClock();
    const failures = new ConnectFailures(clock, 1_000);
    for (let count = 0; count < 1_200; count++) failures.remember(`host${count}`);
    expect([failures.size, failures.has("host0"), failures.has("host1199")]).toEqual([1_000, false, true]);
    failures.forget("host1199");
    expect(failures.has("host1199")).toBe(false);
    clock.advance(1_000);
    expect(failures.has("host1198")).toBe(false);
  });
});
