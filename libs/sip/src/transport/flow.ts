import type { ParseError } from "../message/parse-message.ts";

/** As in Via (RFC 3261 §20.42, RFC 7118 §5.2). */
export type TransportName = "UDP" | "TCP" | "TLS" | "WS" | "WSS";

/** What the peer's certificate says of it, checked against a trusted root (RFC 5922 §7.1). */
export interface PeerIdentity {
  /** SIP domains, lower case: URI subject alternative names, else DNS ones, else the common name. */
  readonly domains: readonly string[];
  /** IP subject alternative names, for trunks that are configured by address. */
  readonly addresses: readonly string[];
}

/**
 * Where octets came from and may go back to. A flow is not a target: responses follow the flow, requests in a
 * dialog follow route set and remote target.
 */
export interface Flow {
  /** Id of the listener the message came in on. */
  readonly listener: string;
  /** As in Via: UDP, TCP, TLS, … */
  readonly transport: string;
  readonly isReliable: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Ours, where the listener knows it for each message; connections do. */
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** Names the connection among all that its listener ever had; undefined for datagrams. */
  readonly connection?: number | undefined;
  /** Undefined where TLS did not ask for a certificate or could not trust it. */
  readonly peer?: PeerIdentity | undefined;
}

/** Which of several ways to one address is meant. */
export interface Route {
  /** This connection while it is open (RFC 3261 §18.2.2, RFC 5626); after that, address and port count. */
  readonly connection?: number | undefined;
  /** The domain whose certificate the peer has to show (RFC 5922 §7.3); the address where it is absent. */
  readonly serverName?: string | undefined;
}

/** An address to send to, on a listener of ours. */
export interface Target extends Route {
  readonly listener: string;
  readonly address: string;
  readonly port: number;
}

/** Where a flow of ours leads. */
export type FlowEnd = Omit<Target, "listener">;

/** Who needs a flow to stay: it is told once when it has ended, and forgotten (RFC 5626 §4.2). */
export interface FlowKeeper {
  onFlowEnded(): void;
}

/** One listening socket and what it connected. `sentBy` is what Via and Contact say of it (RFC 3261 §18.1.1). */
export interface Transport {
  readonly id: string;
  readonly protocol: TransportName;
  /** Retransmissions are the network's business then (RFC 3261 §17). */
  readonly isReliable: boolean;
  readonly sentBy: { readonly host: string; readonly port: number };
  /** Fire and forget; what fails is reported through `onError`, never before this returns. */
  send(octets: Uint8Array, address: string, port: number, route?: Route): void;
  /** Whether a connect to there failed a short while ago. */
  hasFailed?(address: string, port: number, serverName?: string): boolean;
  /**
   * Pings a connection of ours to there, or asks there by STUN over datagrams (RFC 5626 §4.4.1, §4.4.2), at least every
   * `intervalMs`, or as often as those clauses say; until it ends, or `keeper` lets go by what this returns.
   */
  keepAlive?(to: FlowEnd, intervalMs: number | undefined, keeper: FlowKeeper): () => void;
  /** The peer of this flow takes requests to its `port` over it, too (RFC 5923 §5), if its certificate allows it. */
  alias?(flow: Flow, port: number): void;
  /** One message: a datagram's octets, or what a stream framed. */
  onDatagram: ((octets: Uint8Array, flow: Flow) => void) | undefined;
  /**
   * What was sent to `address` and `port` may not have arrived: ICMP, or a connection that was refused, timed out or
   * broke. `connection` names one that had been open.
   */
  onError:
    ((error: Error, address: string | undefined, port?: number, connection?: number) => void) | undefined;
  /** A stream that cannot be framed any more; the connection closes when the answer is written (RFC 3261 §18.3). */
  onUnframed?: ((error: ParseError, flow: Flow) => void) | undefined;
}
