import type { Channel, ChannelListener } from "../transport/channel.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface MemoryAddress {
  readonly address: string;
  readonly port: number;
}

/** How octets travel: cut into pieces of at most so many, each delayed, none lost, none overtaken. */
export interface StreamFaults {
  readonly pieceOctetsMax: number;
  readonly delayMs: readonly [number, number];
}

/** One end of a stream in memory; what is written to it comes out at its other end. */
export class MemoryChannel implements Channel {
  readonly peer = undefined;
  readonly unsentOctets = 0;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #faults: StreamFaults;
  #lastArrival = 0;
  #isClosed = false;
  #other: MemoryChannel | undefined;
  /** Set by whoever opened or accepted the connection, before anything arrives. */
  listener: ChannelListener | undefined;
  /** Hears of every write, before it is cut. */
  onWrite: ((octets: Uint8Array) => void) | undefined;

  constructor(
    local: MemoryAddress,
    remote: MemoryAddress,
    clock: VirtualClock,
    random: SeededRandom,
    faults: StreamFaults,
  ) {
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
  }

  join(other: MemoryChannel): void {
    this.#other = other;
    other.#other = this;
  }

  write(octets: Uint8Array): void {
    if (this.#isClosed) return;
    this.onWrite?.(octets);
    for (let at = 0; at < octets.length;) {
      const { pieceOctetsMax } = this.#faults;
      const length =
        pieceOctetsMax >= octets.length
          ? octets.length
          : 1 + Math.floor(this.#random.next() * pieceOctetsMax);
      const piece = octets.slice(at, at + length);
      at += length;
      this.#carry(() => this.#other?.listener?.onOctets(piece));
    }
  }

  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#carry(() => {
      this.#other?.closedByPeer(undefined);
      this.listener?.onClosed(undefined);
    });
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#carry(() => this.#other?.closedByPeer(new Error("connection reset")));
    this.listener?.onClosed(undefined);
  }

  closedByPeer(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.listener?.onClosed(error);
  }

  #carry(deliver: () => void): void {
    const [least, most] = this.#faults.delayMs;
    const arrival = this.#clock.now() + least + this.#random.next() * (most - least);
    this.#lastArrival = Math.max(this.#lastArrival, arrival);
    this.#clock.setTimeout(deliver, this.#lastArrival - this.#clock.now());
  }
}
