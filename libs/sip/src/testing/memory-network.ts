import type { ConnectionOptions } from "../transport/connection-limits.ts";
import type { Dialer } from "../transport/channel.ts";
import type { Flow, Transport } from "../transport/flow.ts";
import { ReliableTransport, type ReliableTransportOptions } from "../transport/reliable-transport.ts";
import { MemoryChannel, type StreamFaults } from "./memory-channel.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What the network does to each datagram; shares from 0 to 1. */
export interface NetworkFaults {
  readonly lossShare: number;
  readonly duplicateShare: number;
  /** Delay is drawn evenly between the two: unequal delays reorder. */
  readonly delayMs: readonly [number, number];
  /** Streams come in pieces of at most so many octets, whole writes where it is undefined. */
  readonly pieceOctetsMax?: number;
}

/** Longer than any write. */
const WHOLE = 1_000_000;
/** Where ports of dialled connections begin. */
const EPHEMERAL_PORT = 49_152;

export interface MemoryStreamOptions {
  readonly id: string;
  readonly protocol: ReliableTransportOptions["protocol"];
  readonly host: string;
  readonly port: number;
  readonly limits?: ConnectionOptions;
}

const PERFECT: NetworkFaults = {
  lossShare: 0,
  duplicateShare: 0,
  delayMs: [1, 1],
};

/**
 * Datagrams and streams between transports in one process, with loss, duplication and reordering by seed. Streams
 * lose nothing, but are cut and delayed.
 */
export class MemoryNetwork {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #faults: NetworkFaults;
  readonly #transports = new Map<string, MemoryTransport>();
  readonly #streams = new Map<string, ReliableTransport>();
  readonly #silent = new Set<string>();
  #dialled = 0;
  /** Every datagram sent, lost ones too, and every write to a stream. */
  readonly sent: {
    readonly from: string;
    readonly to: string;
    readonly octets: Uint8Array;
  }[] = [];

  constructor(clock: VirtualClock, random: SeededRandom, faults: NetworkFaults = PERFECT) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
  }

  /** A listener for TCP, TLS or WebSocket with connections, framing and limits; it opens connections, too. */
  stream({ id, protocol, host, port, limits }: MemoryStreamOptions): ReliableTransport {
    const transport = new ReliableTransport({
      id,
      protocol,
      sentBy: { host, port },
      clock: this.#clock,
      dial: this.#dialer(host, protocol),
      limits,
    });
    this.#streams.set(`${host}:${port}`, transport);
    return transport;
  }

  /** From now on nobody answers there: connects run into their time limit, datagrams vanish. */
  silence(host: string, port: number): void {
    this.#silent.add(`${host}:${port}`);
  }

  #dialer(host: string, protocol: ReliableTransportOptions["protocol"]): Dialer {
    return (to, listener) => {
      const local = { address: host, port: EPHEMERAL_PORT + (this.#dialled++ % 16_384) };
      const faults: StreamFaults = {
        pieceOctetsMax: this.#faults.pieceOctetsMax ?? WHOLE,
        delayMs: this.#faults.delayMs,
      };
      const parts = [this.#clock, this.#random, faults] as const;
      const ours = new MemoryChannel(local, to, ...parts);
      const theirs = new MemoryChannel({ address: to.address, port: to.port }, local, ...parts);
      ours.join(theirs);
      this.#record(ours);
      this.#record(theirs);
      ours.listener = listener;
      const key = `${to.address}:${to.port}`;
      const handle = this.#clock.setTimeout(() => {
        if (this.#silent.has(key)) return;
        const acceptor = this.#streams.get(key);
        if (acceptor?.protocol !== protocol || !acceptor.limits.enter(host)) {
          listener.onClosed(new Error("connection refused"));
          return;
        }
        const accepted = acceptor.accept(theirs);
        theirs.listener = {
          onOctets: (octets) => {
            accepted.onOctets(octets);
          },
          onClosed: (error) => {
            acceptor.limits.leave(host);
            accepted.onClosed(error);
          },
        };
        listener.onOpen(ours);
      }, this.#faults.delayMs[0]);
      return {
        destroy: () => {
          this.#clock.clearTimeout(handle);
        },
      };
    };
  }

  #record(channel: MemoryChannel): void {
    const from = `${channel.localAddress}:${channel.localPort}`;
    const to = `${channel.remoteAddress}:${channel.remotePort}`;
    channel.onWrite = (octets) => this.sent.push({ from, to, octets });
  }

  /** A reliable transport's messages all arrive, once and in order, as over one connection. */
  transport(id: string, host: string, port = 5060, isReliable = false): MemoryTransport {
    const transport = new MemoryTransport(this, id, { host, port }, isReliable);
    this.#transports.set(`${host}:${port}`, transport);
    return transport;
  }

  carry(octets: Uint8Array, from: MemoryTransport, address: string, port: number): void {
    this.sent.push({
      from: `${from.sentBy.host}:${from.sentBy.port}`,
      to: `${address}:${port}`,
      octets,
    });
    const deliver = (): void => {
      if (this.#silent.has(`${address}:${port}`)) return;
      const to = this.#transports.get(`${address}:${port}`);
      to?.onDatagram?.(octets, { ...from.flowTo(), listener: to.id });
    };
    if (from.isReliable) {
      this.#clock.setTimeout(deliver, this.#faults.delayMs[0]);
      return;
    }
    const copies = this.#random.next() < this.#faults.duplicateShare ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#random.next() < this.#faults.lossShare) continue;
      const [least, most] = this.#faults.delayMs;
      const delay = least + this.#random.next() * (most - least);
      this.#clock.setTimeout(deliver, delay);
    }
  }
}

export class MemoryTransport implements Transport {
  readonly id: string;
  readonly protocol = "UDP";
  readonly isReliable: boolean;
  readonly sentBy: { readonly host: string; readonly port: number };
  readonly #network: MemoryNetwork;
  onDatagram: Transport["onDatagram"];
  onError: Transport["onError"];

  constructor(network: MemoryNetwork, id: string, sentBy: MemoryTransport["sentBy"], isReliable: boolean) {
    this.#network = network;
    this.id = id;
    this.sentBy = sentBy;
    this.isReliable = isReliable;
  }

  send(octets: Uint8Array, address: string, port: number): void {
    this.#network.carry(octets, this, address, port);
  }

  /** The flow a receiver sees; its listener is the receiver's own. */
  flowTo(): Flow {
    const { host, port } = this.sentBy;
    return {
      listener: this.id,
      transport: "UDP",
      isReliable: this.isReliable,
      remoteAddress: host,
      remotePort: port,
    };
  }
}
