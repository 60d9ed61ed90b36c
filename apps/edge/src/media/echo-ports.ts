import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { OfferAnswer } from "@tandem/sdp";
import type { Clock, Random } from "@tandem/sip";
import { systemClock, systemRandom } from "@tandem/sip/node";
import { EchoStream, type EchoAudio, type EchoCounts } from "./echo-stream.ts";
import { RtpPorts } from "./rtp-ports.ts";

/** A socket without a call is closed after this time: in a row of calls none is, and an idle edge has none. */
export const SOCKET_IDLE_MS = 30_000;

export interface EchoPortsOptions {
  readonly firstPort: number;
  readonly lastPort: number;
  /** Address to receive on, and what SDP says of it, for a listener. */
  readonly addressOf: (listener: string) => { readonly bind: string; readonly advertise: string };
  /** A port that could not be bound, or a packet that could not be sent. */
  readonly onError: (error: Error, port: number) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A port taken for one call. */
export interface EchoEnd {
  /** For the c= line. */
  readonly address: string;
  readonly port: number;
  /** undefined until the call is connected. */
  readonly counts: EchoCounts | undefined;
  /** From here what is heard from that peer goes back to it; called again after another offer and answer. */
  connect(audio: EchoAudio): void;
  release(): void;
}

/**
 * RTP ports that send back what they hear, so that a test call hears itself. A port is a number until its call is
 * connected: that binds it, in the background, and the socket stays for the next call on the port, for a while. A call
 * that finds its port bound costs no system call; what the last call's peer still sends is dropped by the next one's
 * stream.
 */
export class EchoPorts {
  readonly #options: EchoPortsOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  /** By address to bind. */
  readonly #pools = new Map<string, Pool>();
  #isClosed = false;

  constructor(options: EchoPortsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  get boundSockets(): number {
    let count = 0;
    for (const { boundSockets } of this.#pools.values()) count += boundSockets;
    return count;
  }

  /** Ports that calls have. */
  get portsInUse(): number {
    let count = 0;
    for (const { portsInUse } of this.#pools.values()) count += portsInUse;
    return count;
  }

  /** undefined where every port is in use. */
  reserve(listener: string): EchoEnd | undefined {
    if (this.#isClosed) return undefined;
    const { bind, advertise } = this.#options.addressOf(listener);
    let pool = this.#pools.get(bind);
    if (pool === undefined) {
      pool = new Pool(bind, this.#options, this.#clock, this.#random);
      this.#pools.set(bind, pool);
    }
    return pool.reserve(advertise);
  }

  close(): void {
    this.#isClosed = true;
    for (const pool of this.#pools.values()) pool.close();
  }
}

/** Payload type of telephone-event in the peer's description, which our answer takes over (RFC 4733, RFC 3264 §6.1). */
export function eventPayloadTypeOf({ remote }: OfferAnswer): number | undefined {
  const audio = remote?.media.find(({ type, port }) => type === "audio" && port !== 0);
  return audio?.formats.find(({ encoding }) => encoding === "TELEPHONE-EVENT")?.payloadType;
}

/** The ports of one address, their sockets, and the streams on them. */
class Pool {
  readonly #address: string;
  readonly #onError: EchoPortsOptions["onError"];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #ports: RtpPorts;
  readonly #sockets = new Map<number, Socket>();
  readonly #streams = new Map<number, EchoStream>();
  /** Ports whose socket failed while a call has them. */
  readonly #broken = new Set<number>();
  /** Since when a socket has been without a call, longest first. */
  readonly #idle = new Map<number, number>();
  #idleTimer: unknown;
  #isClosed = false;

  constructor(address: string, options: EchoPortsOptions, clock: Clock, random: Random) {
    this.#address = address;
    this.#onError = options.onError;
    this.#clock = clock;
    this.#random = random;
    this.#ports = new RtpPorts(options.firstPort, options.lastPort, random);
  }

  get boundSockets(): number {
    return this.#sockets.size;
  }

  get portsInUse(): number {
    return this.#ports.taken;
  }

  reserve(advertise: string): EchoEnd | undefined {
    const port = this.#ports.take(this.#clock.now());
    return port === undefined ? undefined : new PooledEnd(this, advertise, port);
  }

  connect(port: number, audio: EchoAudio, existing: EchoStream | undefined): EchoStream {
    existing?.negotiate(audio);
    const stream = existing ?? new EchoStream(audio, this.#random);
    this.#streams.set(port, stream);
    this.#idle.delete(port);
    if (!this.#isClosed && !this.#sockets.has(port) && !this.#broken.has(port)) this.#bind(port);
    return stream;
  }

  release(port: number): void {
    const now = this.#clock.now();
    this.#streams.delete(port);
    if (this.#broken.delete(port)) this.#ports.quarantine(port, now);
    else this.#ports.giveBack(port, now);
    if (!this.#sockets.has(port) || this.#idle.has(port)) return;
    this.#idle.set(port, now);
    this.#awaitIdle();
  }

  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#idleTimer);
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    this.#streams.clear();
    this.#idle.clear();
  }

  #awaitIdle(): void {
    const [since] = this.#idle.values();
    if (since === undefined || this.#idleTimer !== undefined || this.#isClosed) return;
    const closeIdle = (): void => {
      this.#idleTimer = undefined;
      this.#closeIdle();
      this.#awaitIdle();
    };
    const waitMs = Math.max(0, since + SOCKET_IDLE_MS - this.#clock.now());
    this.#idleTimer = this.#clock.setTimeout(closeIdle, waitMs);
  }

  #closeIdle(): void {
    const before = this.#clock.now() - SOCKET_IDLE_MS;
    for (const [port, since] of this.#idle) {
      if (since > before) return;
      this.#idle.delete(port);
      this.#sockets.get(port)?.close();
      this.#sockets.delete(port);
    }
  }

  #bind(port: number): void {
    const socket = createSocket(isIPv6(this.#address) ? "udp6" : "udp4");
    this.#sockets.set(port, socket);
    socket.on("error", (error) => {
      // The port is somebody else's: its call goes on without sound, and the next calls have other ports.
      if (!this.#sockets.delete(port)) return;
      this.#idle.delete(port);
      if (this.#streams.has(port)) this.#broken.add(port);
      socket.close();
      this.#onError(error, port);
    });
    socket.on("message", (packet, from) => {
      const stream = this.#streams.get(port);
      if (stream?.echo(packet, from.address, from.port, this.#clock.now()) !== true) return;
      socket.send(packet, from.port, from.address, (error) => {
        if (error !== null && !this.#isClosed) this.#onError(error, port);
      });
    });
    socket.bind({ port, address: this.#address, exclusive: true });
    // A call holds the process up, an open port does not.
    socket.unref();
  }
}

class PooledEnd implements EchoEnd {
  readonly address: string;
  readonly port: number;
  readonly #pool: Pool;
  #stream: EchoStream | undefined;
  #isReleased = false;

  constructor(pool: Pool, address: string, port: number) {
    this.#pool = pool;
    this.address = address;
    this.port = port;
  }

  get counts(): EchoCounts | undefined {
    return this.#stream?.counts;
  }

  connect(audio: EchoAudio): void {
    if (!this.#isReleased) this.#stream = this.#pool.connect(this.port, audio, this.#stream);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#pool.release(this.port);
  }
}
