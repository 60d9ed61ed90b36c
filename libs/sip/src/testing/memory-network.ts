import type { Flow, Transport } from "../transport/flow.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What the network does to each datagram; shares from 0 to 1. */
export interface NetworkFaults {
  readonly lossShare: number;
  readonly duplicateShare: number;
  /** Delay is drawn evenly between the two: unequal delays reorder. */
  readonly delayMs: readonly [number, number];
}

const PERFECT: NetworkFaults = {
  lossShare: 0,
  duplicateShare: 0,
  delayMs: [1, 1],
};

/** Datagrams between transports in one process, with loss, duplication and reordering by seed. */
export class MemoryNetwork {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #faults: NetworkFaults;
  readonly #transports = new Map<string, MemoryTransport>();
  /** Every datagram sent, lost ones too. */
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
