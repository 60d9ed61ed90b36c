import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { NegotiatedAudio } from "@tandem/sdp";
import type { Random } from "@tandem/sip";

const HEADER_OCTETS = 12;
/** RTP version 2, no padding, no extension, no contributing sources (RFC 3550 §5.1). */
const FIRST_OCTET = 0x80;
const SSRC_AT = 8;
/** 20 ms of G.711: one octet a sample, 8000 a second (RFC 3551 §4.5.14). */
const PACKET_MS = 20;
const PACKET_OCTETS = 160;
/** Packets of one tone: a second. */
const TONE_PACKETS = 50;
/** What is still on its way when the last packet was sent. */
const LAST_PACKET_MS = 300;

/** One period of 1000 Hz at 0 dBm0: the digital milliwatt of G.711 (11/1988) tables 5 and 6. */
const MILLIWATT: Readonly<Record<string, readonly number[]>> = {
  PCMA: [0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4],
  PCMU: [0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e],
};

/** Encodings the carrier speaks, best first. */
export const ENCODINGS = ["PCMA", "PCMU"];

export interface MediaCount {
  readonly sent: number;
  readonly back: number;
}

/** An RTP socket: it plays a tone and counts what comes back, or it echoes, or it hears and says nothing. */
export class RtpEnd {
  readonly port: number;
  readonly #socket: Socket;
  readonly #random: Random;
  #onPacket: ((packet: Buffer, address: string, port: number) => void) | undefined;
  #isClosed = false;

  private constructor(socket: Socket, random: Random) {
    this.#socket = socket;
    this.#random = random;
    this.port = socket.address().port;
    socket.on("message", (packet, from) => this.#onPacket?.(packet, from.address, from.port));
    // A peer that is gone: what it does not send back is counted, that is all there is to say.
    socket.on("error", () => undefined);
  }

  static async open(address: string, random: Random): Promise<RtpEnd> {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, address, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return new RtpEnd(socket, random);
  }

  /** Plays a second of tone; what comes back is the same tone from the peer's address. */
  async tone({ remoteAddress, remotePort, encoding, payloadType }: NegotiatedAudio): Promise<MediaCount> {
    const period = MILLIWATT[encoding] ?? [];
    const packet = Buffer.alloc(HEADER_OCTETS + PACKET_OCTETS);
    for (let at = 0; at < PACKET_OCTETS; at++) packet[HEADER_OCTETS + at] = period[at % period.length] ?? 0;
    const speech = packet.subarray(HEADER_OCTETS);
    packet.set([FIRST_OCTET, payloadType], 0);
    packet.set(this.#random.octets(HEADER_OCTETS - 2), 2);
    let back = 0;
    this.#onPacket = (heard, address) => {
      if (address === remoteAddress && heard.subarray(HEADER_OCTETS).equals(speech)) back++;
    };
    const first = performance.now();
    let sent = 0;
    for (; sent < TONE_PACKETS && !this.#isClosed; sent++) {
      await delay(Math.max(0, first + sent * PACKET_MS - performance.now()));
      packet.writeUInt16BE((packet.readUInt16BE(2) + 1) & 0xffff, 2);
      packet.writeUInt32BE((packet.readUInt32BE(4) + PACKET_OCTETS) >>> 0, 4);
      this.#send(Buffer.from(packet), remotePort, remoteAddress);
    }
    for (let waited = 0; back < sent && waited < LAST_PACKET_MS && !this.#isClosed; waited += PACKET_MS)
      await delay(PACKET_MS);
    return { sent, back };
  }

  /** Sends back, under an SSRC of its own, what comes from the peer's address. */
  echo({ remoteAddress, payloadType }: NegotiatedAudio): void {
    const ssrc = this.#random.octets(4);
    this.#onPacket = (packet, address, port) => {
      const isSpeech = packet.length > HEADER_OCTETS && ((packet[1] ?? 0) & 0x7f) === payloadType;
      if (address !== remoteAddress || !isSpeech) return;
      packet.set(ssrc, SSRC_AT);
      this.#send(packet, port, address);
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #send(packet: Buffer, port: number, address: string): void {
    if (!this.#isClosed) this.#socket.send(packet, port, address, () => undefined);
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
