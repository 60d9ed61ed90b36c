import type { PeerIdentity } from "./flow.ts";

/** One open connection, as the platform has it. Nothing in it throws. */
export interface Channel {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly peer: PeerIdentity | undefined;
  /** Octets written that the system has not taken yet. */
  readonly unsentOctets: number;
  write(octets: Uint8Array): void;
  /** Closes when all that was written is sent. */
  end(): void;
  destroy(): void;
}

/** What a channel tells of itself. */
export interface ChannelListener {
  onOctets(octets: Uint8Array): void;
  /** Once, and nothing after it; also where a dial failed, and after `destroy`. */
  onClosed(error: Error | undefined): void;
}

export interface DialListener extends ChannelListener {
  onOpen(channel: Channel): void;
}

export interface Dial {
  readonly address: string;
  readonly port: number;
  readonly serverName: string | undefined;
}

/** Opens a connection; never calls back before it has returned. `destroy` gives the attempt up. */
export type Dialer = (to: Dial, listener: DialListener) => { destroy(): void };
