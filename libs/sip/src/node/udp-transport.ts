import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { lookup } from "node:dns";
import { isIP, isIPv6 } from "node:net";
import type { Flow, FlowEnd, FlowKeeper, Transport } from "../transport/flow.ts";
import { answerBinding } from "../transport/stun.ts";
import { StunKeepAlive } from "../transport/stun-keep-alive.ts";
import { systemClock, systemRandom } from "./clock.ts";
import { plainAddress } from "./socket-channel.ts";

/** A burst of 4 MiB is some 3,000 SIP-I INVITEs; the kernel's default of 208 KiB drops at 150. */
const BUFFER_OCTETS = 4 * 1024 * 1024;

const PORT_MAX = 65_535;
/** Datagrams that wait for the end of a turn of the loop; a program that sends more in one has them sent in between. */
const BURST_MAX = 256;
/** Flows remembered, at one place each by what their peer's address and port end in. */
const FLOWS = 64;

export interface UdpListen {
  readonly id: string;
  readonly address: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Host for Via and Contact where it is not `address`. */
  readonly advertise?: string | undefined;
  /** Binding requests of STUN are answered, which keep flows alive (RFC 5626 §8); true by default. */
  readonly answersStun?: boolean;
}

/**
 * A socket asks for each datagram; an address is its own answer at once, not in a later turn of the loop. One of IPv4
 * is mapped where the socket serves both families (RFC 4291 §2.5.5.2).
 */
const atOnce: NonNullable<SocketOptions["lookup"]> = (hostname, options, callback) => {
  const family: unknown = options;
  const version = isIP(hostname);
  if (version === family) callback(null, hostname, version);
  else if (version === 4) callback(null, `::ffff:${hostname}`, 6);
  else lookup(hostname, options, callback);
};

function isMapped(address: string): boolean {
  return address.startsWith("::ffff:");
}

interface Datagram {
  readonly octets: Uint8Array;
  readonly port: number;
  readonly address: string;
}

/**
 * One UDP socket (RFC 3261 §18). What a turn of the loop has to send goes out at its end, in its order: a peer that
 * sleeps is woken once for all of it, which costs the sender more than the datagrams do.
 */
export class UdpTransport implements Transport {
  readonly id: string;
  readonly protocol = "UDP";
  readonly isReliable = false;
  readonly sentBy: { readonly host: string; readonly port: number };
  readonly #socket: Socket;
  #isClosed = false;
  readonly #flows: (Flow | undefined)[] = Array.from({ length: FLOWS });
  /** Datagrams that the socket has not told the fate of; those of this turn are among them. */
  #unsent = 0;
  #waiting: Datagram[] = [];
  #onSent: (() => void) | undefined;
  #stun: StunKeepAlive | undefined;
  onDatagram: Transport["onDatagram"];
  onError: Transport["onError"];

  private constructor(listen: UdpListen, socket: Socket) {
    this.id = listen.id;
    this.#socket = socket;
    const { address, port } = socket.address();
    const host = listen.advertise ?? address;
    this.sentBy = { host: isIPv6(host) ? `[${host}]` : host, port };
    const answersStun = listen.answersStun !== false;
    socket.on("message", (octets, { address: remoteAddress, port: remotePort }) => {
      // No SIP message begins with 0 (RFC 5626 §8).
      if (answersStun && octets[0] === 0) {
        const answer = answerBinding(octets, plainAddress(remoteAddress), remotePort);
        if (answer !== undefined) {
          this.send(answer, remoteAddress, remotePort);
          return;
        }
      }
      if (this.#stun?.receive(octets, plainAddress(remoteAddress), remotePort) === true) return;
      if (remotePort !== 0) this.onDatagram?.(octets, this.#flowOf(remoteAddress, remotePort));
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
      lookup: atOnce,
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

  /** One flow for nearly all that a peer sends: transactions keep theirs for 32 s. */
  #flowOf(address: string, remotePort: number): Flow {
    const remoteAddress = isMapped(address) ? plainAddress(address) : address;
    const place = (remotePort + remoteAddress.charCodeAt(remoteAddress.length - 1)) % FLOWS;
    const known = this.#flows[place];
    if (known?.remotePort === remotePort && known.remoteAddress === remoteAddress) return known;
    const flow = { listener: this.id, transport: "UDP", isReliable: false, remoteAddress, remotePort };
    this.#flows[place] = flow;
    return flow;
  }

  get port(): number {
    return this.sentBy.port;
  }

  send(octets: Uint8Array, address: string, port: number): void {
    if (this.#isClosed) return;
    // Port 0 is grammar in Via and Contact (RFC 3261 §25.1); the socket would throw.
    if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
      const error = new RangeError(`nothing can be sent to port ${port}`);
      queueMicrotask(() => this.onError?.(error, address, port));
      return;
    }
    this.#unsent++;
    const waiting = this.#waiting.push({ octets, port, address });
    if (waiting === 1) setImmediate(this.#sendWaiting);
    else if (waiting === BURST_MAX) this.#sendWaiting();
  }

  readonly #sendWaiting = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { octets, port, address } of waiting) this.#socket.send(octets, port, address, this.#sent);
  };

  /** One for all datagrams: a fault names the address and port of its own. */
  readonly #sent = (error: (Error & { address?: string; hostname?: string; port?: number }) | null): void => {
    this.#unsent--;
    if (error !== null && !this.#isClosed) this.onError?.(error, error.address ?? error.hostname, error.port);
    if (this.#unsent === 0) this.#onSent?.();
  };

  keepAlive(to: FlowEnd, intervalMs: number | undefined, keeper: FlowKeeper): () => void {
    this.#stun ??= new StunKeepAlive({
      clock: systemClock,
      random: systemRandom,
      send: (octets, address, port) => {
        this.send(octets, address, port);
      },
    });
    return this.#stun.keep(to, intervalMs, keeper);
  }

  /** Closes the socket when what it was given is sent: the last answer of a call is often the last of a process. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stun?.close();
    if (this.#unsent > 0) await new Promise<void>((resolve) => (this.#onSent = resolve));
    await new Promise<void>((resolve) =>
      this.#socket.close(() => {
        resolve();
      }),
    );
  }
}
