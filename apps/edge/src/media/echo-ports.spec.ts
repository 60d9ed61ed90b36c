import { afterEach, describe, expect, it } from "@jest/globals";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { makeAnswer, newOfferAnswer, receiveOffer } from "@tandem/sdp";
import { SeededRandom, VirtualClock } from "@tandem/sip/testing";
import { EchoPorts, eventPayloadTypeOf, SOCKET_IDLE_MS } from "./echo-ports.ts";
import { QUARANTINE_MS } from "./rtp-ports.ts";

const ADDRESS = "127.0.0.1";

const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

async function peer(port = 0): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, ADDRESS);
  await once(socket, "listening");
  opened.push(socket);
  return socket;
}

/** The first of so many even ports that were free a moment ago; begins where the system would, if that is even. */
async function freeEvenPort(count = 1): Promise<number> {
  for (;;) {
    const first = await boundPort(0);
    const next = Array.from({ length: count - 1 }, (_, at) => boundPort((first ?? 0) + 2 * (at + 1)));
    const others = await Promise.all(next);
    if (first !== undefined && first % 2 === 0 && others.every((port) => port !== undefined)) return first;
  }
}

/** Binds the port and lets it go again; undefined where it is somebody's. */
async function boundPort(port: number): Promise<number | undefined> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, ADDRESS);
    await once(socket, "listening");
    return socket.address().port;
  } catch {
    // Somebody has it: that is the answer.
    return undefined;
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

interface Opened {
  readonly ports: EchoPorts;
  readonly clock: VirtualClock;
  readonly errors: string[];
  readonly failed: Promise<void>;
}

function open(firstPort: number, lastPort = firstPort): Opened {
  const clock = new VirtualClock();
  const errors: string[] = [];
  let fail = (): void => {};
  const failed = new Promise<void>((resolve) => (fail = resolve));
  const ports = new EchoPorts({
    firstPort,
    lastPort,
    addressOf: () => ({ bind: ADDRESS, advertise: "198.51.100.1" }),
    onError: (error, port) => {
      errors.push(`${port} ${(error as NodeJS.ErrnoException).code}`);
      fail();
    },
    clock,
    random: new SeededRandom(1),
  });
  opened.push(ports);
  return { ports, clock, errors, failed };
}

const audioFor = (socket: Socket) => ({
  encoding: "PCMA",
  payloadType: 8,
  remoteAddress: ADDRESS,
  remotePort: socket.address().port,
  direction: "sendrecv" as const,
});

function speech(sequenceNumber: number, payloadType = 8): Buffer {
  const packet = Buffer.alloc(172, 0xd5);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(160 * sequenceNumber, 4);
  return packet;
}

async function echoOf(socket: Socket, port: number, packet: Buffer): Promise<Buffer> {
  const heard = once(socket, "message") as Promise<[Buffer]>;
  socket.send(packet, port, ADDRESS);
  return (await heard)[0];
}

describe("EchoPorts", () => {
  it("lets a call hear itself over UDP, with telephone events", async () => {
    const port = await freeEvenPort();
    const { ports } = open(port);
    const caller = await peer();
    const end = ports.reserve("udp-1")!;
    expect(end).toMatchObject({ address: "198.51.100.1", port });
    expect(ports.boundSockets).toBe(0);
    end.connect({ ...audioFor(caller), eventPayloadType: 101 });
    const back = await echoOf(caller, port, speech(1));
    expect(back.subarray(12)).toEqual(speech(1).subarray(12));
    expect((await echoOf(caller, port, speech(2, 101)))[1]).toBe(101);
    expect(end.counts).toEqual({ received: 2, echoed: 2, dropped: 0 });
  });

  it("uses the socket of the last call for the next one on its port, and not for its peer", async () => {
    const port = await freeEvenPort();
    const { ports, errors } = open(port);
    const [one, other] = [await peer(), await peer()];
    const first = ports.reserve("udp-1")!;
    first.connect(audioFor(one));
    await echoOf(one, port, speech(1));
    expect(ports.reserve("udp-1")).toBeUndefined();
    first.release();
    first.release();
    const second = ports.reserve("udp-1")!;
    second.connect(audioFor(other));
    expect(ports.boundSockets).toBe(1);
    await echoOf(other, port, speech(1));
    one.send(speech(2), port, ADDRESS);
    await echoOf(other, port, speech(2));
    expect(second.counts).toEqual({ received: 3, echoed: 2, dropped: 1 });
    expect(first.counts).toEqual({ received: 1, echoed: 1, dropped: 0 });
    expect(errors).toEqual([]);
  });

  it("closes a socket that has had no call for a while, and no other", async () => {
    const first = await freeEvenPort(2);
    const { ports, clock, errors } = open(first, first + 3);
    const caller = await peer();
    const [ended, other] = [ports.reserve("udp-1")!, ports.reserve("udp-1")!];
    for (const end of [ended, other]) {
      end.connect(audioFor(caller));
      await echoOf(caller, end.port, speech(1));
    }
    expect(ports.portsInUse).toBe(2);
    ended.release();
    expect({ inUse: ports.portsInUse, bound: ports.boundSockets }).toEqual({ inUse: 1, bound: 2 });
    clock.advance(SOCKET_IDLE_MS - 1);
    expect(ports.boundSockets).toBe(2);
    clock.advance(1);
    expect(ports.boundSockets).toBe(1);
    const again = ports.reserve("udp-1")!;
    expect(again.port).toBe(ended.port);
    again.connect(audioFor(caller));
    await echoOf(caller, again.port, speech(1));
    other.release();
    clock.advance(SOCKET_IDLE_MS / 2);
    again.release();
    clock.advance(SOCKET_IDLE_MS / 2);
    expect(ports.boundSockets).toBe(1);
    clock.advance(SOCKET_IDLE_MS / 2);
    expect({ inUse: ports.portsInUse, bound: ports.boundSockets }).toEqual({ inUse: 0, bound: 0 });
    expect(clock.pendingTimers).toBe(0);
    expect(errors).toEqual([]);
  });

  it("keeps a socket whose port has a call again when the time is over", async () => {
    const port = await freeEvenPort();
    const { ports, clock } = open(port);
    const caller = await peer();
    const first = ports.reserve("udp-1")!;
    first.connect(audioFor(caller));
    await echoOf(caller, port, speech(1));
    first.release();
    clock.advance(SOCKET_IDLE_MS - 1);
    const second = ports.reserve("udp-1")!;
    second.connect(audioFor(caller));
    clock.advance(SOCKET_IDLE_MS);
    expect(ports.boundSockets).toBe(1);
    await echoOf(caller, port, speech(1));
    expect(second.counts?.echoed).toBe(1);
  });

  it("does nothing for an end that was released before its call was connected", async () => {
    const { ports } = open(await freeEvenPort());
    const end = ports.reserve("udp-1")!;
    end.release();
    end.connect(audioFor(await peer()));
    expect(end.counts).toBeUndefined();
    expect(ports.boundSockets).toBe(0);
  });

  it("says which port is somebody else's, and leaves it alone for a while", async () => {
    const port = await freeEvenPort();
    const { ports, clock, errors, failed } = open(port);
    const squatter = await peer(port);
    const end = ports.reserve("udp-1")!;
    end.connect(audioFor(squatter));
    await failed;
    expect(errors).toEqual([`${port} EADDRINUSE`]);
    expect(ports.boundSockets).toBe(0);
    end.release();
    expect(ports.reserve("udp-1")).toBeUndefined();
    clock.advance(QUARANTINE_MS);
    expect(ports.reserve("udp-1")?.port).toBe(port);
  });

  it("gives no ports when it is closed", async () => {
    const { ports } = open(await freeEvenPort());
    ports.reserve("udp-1")!.connect(audioFor(await peer()));
    ports.close();
    expect(ports.boundSockets).toBe(0);
    expect(ports.reserve("udp-1")).toBeUndefined();
  });
});

describe("eventPayloadTypeOf", () => {
  const negotiated = (formats: string): number | undefined => {
    const offer = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", formats, ""];
    const received = receiveOffer(newOfferAnswer("1"), offer.join("\r\n"));
    if (!received.ok) throw new TypeError(received.error.message);
    const local = { address: ADDRESS, port: 20_000, encodings: ["PCMA"] };
    const answered = makeAnswer(received.state, local);
    if (!answered.ok) throw new TypeError(answered.error.message);
    return eventPayloadTypeOf(answered.state);
  };

  it("is the peer's, where it offered telephone events", () => {
    expect(negotiated("m=audio 40000 RTP/AVP 8 96\r\na=rtpmap:96 telephone-event/8000")).toBe(96);
    expect(negotiated("m=audio 40000 RTP/AVP 8")).toBeUndefined();
  });
});
