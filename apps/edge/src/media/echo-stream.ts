import { isIPv6, SocketAddress } from "node:net";
import type { NegotiatedAudio } from "@tandem/sdp";
import type { Random } from "@tandem/sip";
import { readRtp, renumberRtp, type RtpHeader } from "./rtp-packet.ts";

/**
 * Speech in packets of 10 ms is 100 a second, and telephone events ride beside it. What comes faster is dropped: a
 * flood, or two echoes that hear each other.
 */
export const PACKETS_PER_SECOND_MAX = 250;
const SECOND_MS = 1_000;

/** Packets of one call. `dropped`: from somebody else, of another payload type, no RTP, or too many. */
export interface EchoCounts {
  readonly received: number;
  readonly echoed: number;
  readonly dropped: number;
}

/** What was negotiated, and the payload type of telephone-event where it was (RFC 4733). */
export interface EchoAudio extends NegotiatedAudio {
  readonly eventPayloadType?: number | undefined;
}

/** Our own numbers (RFC 3550 §5.1: random at the start), and how far they are from those we hear. */
interface Numbering {
  readonly ssrc: number;
  readonly theirSsrc: number;
  readonly sequenceOffset: number;
  readonly timestampOffset: number;
}

/**
 * The RTP of one echoed call: says what goes back and where to. It has an SSRC of its own (RFC 3550 §8); sequence
 * numbers and timestamps keep the distances they came with, so losses and pauses are echoed as they are.
 */
export class EchoStream {
  readonly #random: Random;
  readonly #counts = { received: 0, echoed: 0, dropped: 0 };
  #audio: EchoAudio;
  #remoteAddress: string;
  #remotePort: number | undefined;
  #numbering: Numbering | undefined;
  /** What our stream continues with, should the peer begin another one. */
  #next = { sequenceNumber: 0, timestamp: 0 };
  #secondStart = Number.NEGATIVE_INFINITY;
  #inSecond = 0;

  constructor(audio: EchoAudio, random: Random) {
    this.#random = random;
    this.#audio = audio;
    this.#remoteAddress = canonical(audio.remoteAddress);
  }

  get counts(): EchoCounts {
    return this.#counts;
  }

  /** Another offer was answered (RFC 3264 §8): the peer may have moved, our stream stays the one it is. */
  negotiate(audio: EchoAudio): void {
    this.#audio = audio;
    this.#remoteAddress = canonical(audio.remoteAddress);
    this.#remotePort = undefined;
  }

  /** Makes the packet, in place, what goes back to where it came from; false where nothing does. */
  echo(packet: Buffer, address: string, port: number, nowMs: number): boolean {
    this.#counts.received++;
    const header = this.#audio.direction === "sendrecv" ? readRtp(packet) : undefined;
    const isSpoken =
      header !== undefined && this.#isNegotiated(header.payloadType) && this.#isPeer(address, port);
    if (!isSpoken || !this.#isInTime(nowMs)) {
      this.#counts.dropped++;
      return false;
    }
    renumberRtp(packet, this.#numbered(header));
    this.#counts.echoed++;
    return true;
  }

  #isNegotiated(payloadType: number): boolean {
    return payloadType === this.#audio.payloadType || payloadType === this.#audio.eventPayloadType;
  }

  /**
   * Only the negotiated address is heard: who takes the first packet's sends speech to whoever asks. The port is that
   * of its first packet, as address translation changes ports (RFC 4961), until the negotiated one is heard.
   */
  #isPeer(address: string, port: number): boolean {
    if (withoutMapping(address) !== this.#remoteAddress) return false;
    if (port === this.#audio.remotePort) this.#remotePort = port;
    this.#remotePort ??= port;
    return port === this.#remotePort;
  }

  #isInTime(nowMs: number): boolean {
    if (nowMs - this.#secondStart >= SECOND_MS) {
      this.#secondStart = nowMs;
      this.#inSecond = 0;
    }
    return ++this.#inSecond <= PACKETS_PER_SECOND_MAX;
  }

  #numbered(header: RtpHeader): Pick<RtpHeader, "sequenceNumber" | "timestamp" | "ssrc"> {
    const numbering = this.#numberingFor(header);
    const sequenceNumber = (header.sequenceNumber + numbering.sequenceOffset) & 0xffff;
    const timestamp = (header.timestamp + numbering.timestampOffset) >>> 0;
    const isAhead = ((sequenceNumber - this.#next.sequenceNumber) & 0xffff) < 0x8000;
    if (isAhead) {
      // G.711 has one octet a sample (RFC 3551 §4.5.14).
      this.#next = {
        sequenceNumber: (sequenceNumber + 1) & 0xffff,
        timestamp: (timestamp + header.payloadOctets) >>> 0,
      };
    }
    return { sequenceNumber, timestamp, ssrc: numbering.ssrc };
  }

  /** A new SSRC of the peer is a new stream of theirs; ours goes on. */
  #numberingFor({ ssrc: theirSsrc, sequenceNumber, timestamp }: RtpHeader): Numbering {
    if (this.#numbering?.theirSsrc === theirSsrc) return this.#numbering;
    let ssrc = this.#numbering?.ssrc;
    if (ssrc === undefined) {
      const start = Buffer.from(this.#random.octets(10));
      ssrc = start.readUInt32BE(0);
      this.#next = { sequenceNumber: start.readUInt16BE(4), timestamp: start.readUInt32BE(6) };
    }
    this.#numbering = {
      ssrc,
      theirSsrc,
      sequenceOffset: this.#next.sequenceNumber - sequenceNumber,
      timestampOffset: this.#next.timestamp - timestamp,
    };
    return this.#numbering;
  }
}

const MAPPED = "::ffff:";

/** A socket for both families writes IPv4 sources as IPv6 (RFC 4291 §2.5.5.2); SDP does not. */
function withoutMapping(address: string): string {
  return address.startsWith(MAPPED) && address.includes(".") ? address.slice(MAPPED.length) : address;
}

/** An address spelt as sockets spell it; SDP may have other spellings of an IPv6 one (RFC 5952). */
function canonical(address: string): string {
  return isIPv6(address) ? new SocketAddress({ address, family: "ipv6" }).address : address;
}
