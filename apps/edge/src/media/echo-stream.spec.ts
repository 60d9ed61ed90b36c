import { describe, expect, it } from "@jest/globals";
import type { NegotiatedAudio } from "@tandem/sdp";
import { SeededRandom } from "@tandem/sip/testing";
import { EchoStream, PACKETS_PER_SECOND_MAX, type EchoAudio } from "./echo-stream.ts";
import { readRtp } from "./rtp-packet.ts";

const AUDIO: NegotiatedAudio = {
  encoding: "PCMA",
  payloadType: 8,
  remoteAddress: "192.0.2.1",
  remotePort: 40_000,
  direction: "sendrecv",
};

interface PacketParts {
  readonly payloadType?: number;
  readonly sequenceNumber?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
  readonly octets?: number;
  readonly first?: number;
}

function packet(parts: PacketParts = {}): Buffer {
  const {
    payloadType = 8,
    sequenceNumber = 1,
    timestamp = 160,
    ssrc = 7,
    octets = 160,
    first = 0x80,
  } = parts;
  const built = Buffer.alloc(12 + octets, 0xd5);
  built.writeUInt8(first, 0);
  built.writeUInt8(payloadType, 1);
  built.writeUInt16BE(sequenceNumber, 2);
  built.writeUInt32BE(timestamp, 4);
  built.writeUInt32BE(ssrc, 8);
  return built;
}

class Hearing {
  readonly stream: EchoStream;
  now = 0;

  constructor(audio: EchoAudio = AUDIO) {
    this.stream = new EchoStream(audio, new SeededRandom(3));
  }

  hear(octets: Buffer, address = "192.0.2.1", port = 40_000): boolean {
    return this.stream.echo(octets, address, port, this.now);
  }

  /** The header of what goes back. */
  heard(parts: PacketParts): { sequenceNumber: number; timestamp: number; ssrc: number } {
    const octets = packet(parts);
    if (!this.hear(octets)) throw new TypeError("nothing came back");
    return readRtp(octets)!;
  }
}

describe("EchoStream", () => {
  it("sends back the payload under an SSRC of its own (RFC 3550 §8)", () => {
    const octets = packet();
    expect(new Hearing().hear(octets)).toBe(true);
    expect(octets.subarray(12)).toEqual(packet().subarray(12));
    expect(readRtp(octets)).toMatchObject({ payloadType: 8, payloadOctets: 160 });
    expect(readRtp(octets)?.ssrc).not.toBe(7);
  });

  it("keeps the distances of sequence numbers and timestamps, over their wrap too", () => {
    const hearing = new Hearing();
    const one = hearing.heard({ sequenceNumber: 0xffff, timestamp: 0xffff_ffff });
    const lost = hearing.heard({ sequenceNumber: 2, timestamp: 479 });
    const late = hearing.heard({ sequenceNumber: 0, timestamp: 159 });
    expect((lost.sequenceNumber - one.sequenceNumber) & 0xffff).toBe(3);
    expect((late.sequenceNumber - one.sequenceNumber) & 0xffff).toBe(1);
    expect((lost.timestamp - one.timestamp) >>> 0).toBe(480);
    expect((late.timestamp - one.timestamp) >>> 0).toBe(160);
  });

  it("goes on with its own stream where the peer begins another one", () => {
    const hearing = new Hearing();
    const one = hearing.heard({ sequenceNumber: 5, timestamp: 800, ssrc: 7 });
    const other = hearing.heard({ sequenceNumber: 40_000, timestamp: 123_456, ssrc: 8 });
    expect(other.ssrc).toBe(one.ssrc);
    expect((other.sequenceNumber - one.sequenceNumber) & 0xffff).toBe(1);
    expect((other.timestamp - one.timestamp) >>> 0).toBe(160);
  });

  it("hears telephone events where they were negotiated (RFC 4733), and no other payload type", () => {
    const withEvents = new Hearing({ ...AUDIO, eventPayloadType: 101 });
    expect(withEvents.hear(packet({ payloadType: 101, octets: 4 }))).toBe(true);
    expect(withEvents.hear(packet({ payloadType: 0 }))).toBe(false);
    expect(new Hearing().hear(packet({ payloadType: 101, octets: 4 }))).toBe(false);
    expect(withEvents.stream.counts).toEqual({ received: 2, echoed: 1, dropped: 1 });
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a header alone", packet({ octets: 0 })],
    ["version 1", packet({ first: 0x40 })],
    ["STUN (RFC 7983 §7)", packet({ first: 0 })],
    ["contributing sources that are not there", packet({ first: 0x8f, octets: 60 })],
    ["more than speech has", packet({ octets: 2_000 })],
    ["an RTCP sender report", packet({ payloadType: 200 })],
  ])("drops %s", (_name, octets) => {
    expect(new Hearing().hear(octets)).toBe(false);
  });

  it("drops what another address sends", () => {
    const hearing = new Hearing();
    expect(hearing.hear(packet(), "192.0.2.9")).toBe(false);
    expect(hearing.hear(packet())).toBe(true);
  });

  it("takes the port of the first packet, until the negotiated one is heard (RFC 4961)", () => {
    const hearing = new Hearing();
    expect(hearing.hear(packet(), "192.0.2.1", 51_000)).toBe(true);
    expect(hearing.hear(packet(), "192.0.2.1", 52_000)).toBe(false);
    expect(hearing.hear(packet(), "192.0.2.1", 40_000)).toBe(true);
    expect(hearing.hear(packet(), "192.0.2.1", 51_000)).toBe(false);
  });

  it("follows another negotiation, with the stream it has", () => {
    const hearing = new Hearing();
    const before = hearing.heard({});
    hearing.stream.negotiate({ ...AUDIO, remoteAddress: "192.0.2.2", payloadType: 0 });
    const octets = packet({ payloadType: 0, sequenceNumber: 2 });
    expect(hearing.hear(packet())).toBe(false);
    expect(hearing.hear(octets, "192.0.2.2")).toBe(true);
    expect(readRtp(octets)?.ssrc).toBe(before.ssrc);
  });

  it.each(["sendonly", "recvonly", "inactive"] as const)("is silent where we are %s", (direction) => {
    expect(new Hearing({ ...AUDIO, direction }).hear(packet())).toBe(false);
  });

  it("knows an IPv6 address however SDP spells it (RFC 5952)", () => {
    const hearing = new Hearing({ ...AUDIO, remoteAddress: "2001:DB8:0:0:0:0:0:1" });
    expect(hearing.hear(packet(), "2001:db8::1")).toBe(true);
  });

  it("knows an IPv4 peer on a socket for both families (RFC 4291 §2.5.5.2)", () => {
    const hearing = new Hearing();
    expect(hearing.hear(packet(), "::ffff:192.0.2.9")).toBe(false);
    expect(hearing.hear(packet(), "::ffff:192.0.2.1")).toBe(true);
  });

  it("sends back so many packets a second and no more", () => {
    const hearing = new Hearing();
    const second = (): number =>
      Array.from({ length: 400 }, () => hearing.hear(packet())).filter(Boolean).length;
    expect(second()).toBe(PACKETS_PER_SECOND_MAX);
    hearing.now = 1_000;
    expect(second()).toBe(PACKETS_PER_SECOND_MAX);
  });
});
