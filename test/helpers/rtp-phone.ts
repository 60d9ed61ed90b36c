import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const PACKET_MS = 20;
const WAIT_MS = 5_000;
const HEADER_OCTETS = 12;

/** An RTP port that speaks and hears: packets of 20 ms (RFC 3550, RFC 3551). */
export class RtpPhone {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #heard: Buffer[] = [];
  #sequenceNumber = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    ({ address: this.address, port: this.port } = socket.address());
    socket.on("message", (packet) => this.#heard.push(packet));
  }

  static async open(address = "127.0.0.1"): Promise<RtpPhone> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return new RtpPhone(socket);
  }

  /** Speaks to where the SDP says until something comes back; undefined where nothing does within the time. */
  async echoFrom(
    sdp: string,
    payloadType: number,
    payload: Buffer,
    timeoutMs = WAIT_MS,
  ): Promise<{ readonly payloadType: number; readonly payload: Buffer } | undefined> {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "";
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    this.#heard.length = 0;
    for (const deadline = Date.now() + timeoutMs; this.#heard.length === 0 && Date.now() < deadline;) {
      this.#socket.send(this.#packet(payloadType, payload), port, address);
      await new Promise((resolve) => setTimeout(resolve, PACKET_MS));
    }
    const [packet] = this.#heard;
    if (packet === undefined) return undefined;
    return { payloadType: packet.readUInt8(1) & 0x7f, payload: packet.subarray(HEADER_OCTETS) };
  }

  close(): void {
    this.#socket.close();
  }

  #packet(payloadType: number, payload: Buffer): Buffer {
    const header = Buffer.alloc(HEADER_OCTETS);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(payloadType, 1);
    header.writeUInt16BE(this.#sequenceNumber++, 2);
    header.writeUInt32BE(160 * this.#sequenceNumber, 4);
    header.writeUInt32BE(0x7e57, 8);
    return Buffer.concat([header, payload]);
  }
}
