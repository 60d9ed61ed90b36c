/** Connections of one listener: with 64 KiB of a started message each, 640 MB; kernels allow some 10^4 by default. */
export const CONNECTIONS_MAX = 10_000;
/** Connections from one source: a carrier's session border controller has a handful, its cluster some dozens. */
export const CONNECTIONS_PER_SOURCE_MAX = 100;
/** RFC 5626 §4.4.1: at most this long between two pings of a registered flow whose server does not say. */
export const KEEP_ALIVE_MS = 120_000;
/** RFC 3261 §18 wants 32 s at least; trunks that are silent at night shall not reconnect for each call of the day. */
export const IDLE_MS = 15 * 60_000;
/** A connection that was opened says something soon: who connects to be reached sends REGISTER, OPTIONS or a ping. */
export const FIRST_OCTETS_MS = 32_000;
/** From the first octet of a message to its last: 64 KiB over a bad line; a slow sender ends here. */
export const MESSAGE_MS = 10_000;
/** A carrier that drops SYNs silently must not cost the call: RFC 3261 §18.1.1 leaves the time to us. */
export const CONNECT_MS = 1_000;
/** How long a failed connect is remembered: as long as the transaction that met it could have lived. */
export const CONNECT_FAILED_MS = 32_000;
/** Remembered failures. */
export const CONNECT_FAILURES_MAX = 1_000;
/** Octets waiting for a connection to open: 40 messages of SIP-I; more is a fault of the peer, not a burst. */
export const WAITING_OCTETS_MAX = 256 * 1_024;
/** Octets written to a peer that does not read. */
export const UNSENT_OCTETS_MAX = 1_024 * 1_024;
/** RFC 5626 §4.4.1: no pong for so long and the flow has failed. */
export const PONG_MS = 10_000;
/** What a closing side waits for its peer to close, too. */
export const END_MS = 2_000;

/** Limits a listener may be given otherwise. */
export interface ConnectionOptions {
  readonly connectionsMax?: number | undefined;
  readonly connectionsPerSourceMax?: number | undefined;
  readonly idleMs?: number | undefined;
  readonly firstOctetsMs?: number | undefined;
  readonly messageMs?: number | undefined;
  readonly connectMs?: number | undefined;
  readonly connectFailedMs?: number | undefined;
  /** Between two pings on connections of ours (RFC 5626 §4.4.1); none where it is undefined. */
  readonly pingMs?: number | undefined;
}

/** What a listener ends a connection for, by itself. */
export type ConnectionLimit =
  "idle" | "silent" | "slow-message" | "no-pong" | "peer-does-not-read" | "unframed";

const IPV6_NETWORK = /^(?:[0-9a-f]*:){4}/i;

/** An IPv6 host has 2^64 addresses at will: its network is the source (RFC 4291 §2.5.4). */
export function sourceOfAddress(address: string): string {
  if (!address.includes(":") || address.startsWith("::")) return address;
  return IPV6_NETWORK.exec(address.replace("::", ":0:0:0:0:"))?.[0] ?? address;
}

/** Counts connections by source, before anything is spent on them. */
export class SourceLimits {
  readonly #total: number;
  readonly #perSource: number;
  readonly #counts = new Map<string, number>();
  #size = 0;
  /** One connection too many was refused: of its source, or of the listener. */
  onRefused: ((limit: "source" | "listener", address: string) => void) | undefined;

  constructor({ connectionsMax, connectionsPerSourceMax }: ConnectionOptions = {}) {
    this.#total = connectionsMax ?? CONNECTIONS_MAX;
    this.#perSource = connectionsPerSourceMax ?? CONNECTIONS_PER_SOURCE_MAX;
  }

  get size(): number {
    return this.#size;
  }

  get sources(): number {
    return this.#counts.size;
  }

  /** False where the connection is one too many; otherwise `leave` is owed. */
  enter(address: string): boolean {
    const source = sourceOfAddress(address);
    const count = this.#counts.get(source) ?? 0;
    const isSourceFull = count >= this.#perSource;
    if (isSourceFull || this.#size >= this.#total) {
      this.onRefused?.(isSourceFull ? "source" : "listener", address);
      return false;
    }
    this.#counts.set(source, count + 1);
    this.#size++;
    return true;
  }

  leave(address: string): void {
    const source = sourceOfAddress(address);
    const count = this.#counts.get(source);
    if (count === undefined) return;
    this.#size--;
    if (count === 1) this.#counts.delete(source);
    else this.#counts.set(source, count - 1);
  }
}
