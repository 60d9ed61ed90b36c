import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Flow, Transport } from "../transport/flow.ts";

/** A burst of 4 MiB is some 3,000 SIP-I INVITEs; the kernel's default of 208 KiB drops at 150. */
const BUFFER_OCTETS = 4 * 1024 * 1024;

export interface UdpListen {
  readonly id: string;
  readonly address: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Host for Via and Contact where it is not `address`. */
  readonly advertise?: string | undefined;
}

/** One UDP socket (RFC 3261 §18). */
export class UdpTransport implements Transport {
  readonly id: string;
  readonly protocol = "UDP";
  readonly isReliable = false;
  readonly sentBy: { readonly host: string; readonly port: number };
  readonly #socket: Socket;
  #isClosed = false;
  onDatagram: Transport["onDatagram"];
  onError: Transport["onError"];

  private constructor(listen: UdpListen, socket: Socket) {
    this.id = listen.id;
    this.#socket = socket;
    const { address, port } = socket.address();
    const host = listen.advertise ?? address;
    this.sentBy = { host: isIPv6(host) ? `[${host}]` : host, port };
    socket.on("message", (octets, remote) => {
      if (remote.port === 0) return;
      const flow: Flow = {
        listener: this.id,
        transport: "UDP",
        isReliable: false,
        remoteAddress: remote.address,
        remotePort: remote.port,
      };
      this.onDatagram?.(octets, flow);
    });
    socket.on("error", (error) => this.onError?.(error, undefined));
  }

  /** Rejects with the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES) where the port cannot be had. */
  static async open(listen: UdpListen): Promise<UdpTransport> {
    const type = isIPv6(listen.address) ? "udp6" : "udp4";
    const socket = createSocket({
      type,
      recvBufferSize: BUFFER_OCTETS,
      sendBufferSize: BUFFER_OCTETS,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(listen.port, listen.address, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    return new UdpTransport(listen, socket);
  }

  get port(): number {
    return this.sentBy.port;
  }

  send(octets: Uint8Array, address: string, port: number): void {
    if (this.#isClosed) return;
    this.#socket.send(octets, 0, octets.length, port, address, (error) => {
      if (error !== null && !this.#isClosed) this.onError?.(error, address);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await new Promise<void>((resolve) =>
      this.#socket.close(() => {
        resolve();
      }),
    );
  }
}
