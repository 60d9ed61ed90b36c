import type { Channel, ChannelListener, Dial, Dialer } from "./channel.ts";
import type { Clock } from "./clock.ts";
import { ConnectFailures } from "./connect-failures.ts";
import { Connection, ConnectionError, type ConnectionOwner } from "./connection.ts";
import {
  CONNECT_MS,
  SourceLimits,
  type ConnectionLimit,
  type ConnectionOptions,
  KEEP_ALIVE_MS,
} from "./connection-limits.ts";
import type { Flow, FlowEnd, FlowKeeper, Route, Transport, TransportName } from "./flow.ts";

export interface ReliableTransportOptions {
  readonly id: string;
  readonly protocol: Exclude<TransportName, "UDP">;
  readonly sentBy: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  /** Undefined where only peers open connections, as on a WebSocket server. */
  readonly dial: Dialer | undefined;
  readonly limits?: ConnectionOptions | undefined;
}

interface Entry {
  readonly connection: Connection;
  /** Where it was dialled to. */
  readonly to: Dial | undefined;
  readonly ways: string[];
  /** The dial, until it succeeds. */
  attempt: { destroy(): void } | undefined;
  timer: unknown;
  readonly keepers: Map<FlowKeeper, { readonly intervalMs: number }>;
}

/**
 * The connections of one listener (RFC 3261 §18): those its peers opened and those it dialled. Knows no socket: the
 * platform's adapter gives it channels. Responses take the connection their request came on, or a new one (§18.2.2);
 * requests take any open connection to their target.
 */
export class ReliableTransport implements Transport {
  readonly id: string;
  readonly protocol: Exclude<TransportName, "UDP">;
  readonly isReliable = true;
  readonly sentBy: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  readonly options: ConnectionOptions;
  /** The adapter asks before it accepts, so that a connection too many costs nothing. */
  readonly limits: SourceLimits;
  readonly #dial: Dialer | undefined;
  readonly #isFramed: boolean;
  readonly #owner: ConnectionOwner;
  readonly #entries = new Map<number, Entry>();
  /** Connections by where they lead: what was dialled, what peers opened, and aliases (RFC 5923). */
  readonly #ways = new Map<string, Entry>();
  readonly #failures: ConnectFailures;
  /** Errors to be told in a later turn, so that they can be dropped with the transport. */
  readonly #pendingErrors = new Set<unknown>();
  #count = 0;
  #isClosed = false;
  #onEmpty: (() => void) | undefined;
  onDatagram: Transport["onDatagram"];
  onError: Transport["onError"];
  onUnframed: Transport["onUnframed"];
  /**
   * A flow of ours is open, or any has ended (RFC 5626 §4.2): for owners that keep one alive. `limit` says what this side
   * has ended it for.
   */
  onOpened: ((flow: Flow) => void) | undefined;
  onFlowClosed: ((flow: Flow, limit: ConnectionLimit | undefined) => void) | undefined;

  constructor(options: ReliableTransportOptions) {
    this.id = options.id;
    this.protocol = options.protocol;
    this.sentBy = options.sentBy;
    this.clock = options.clock;
    this.options = options.limits ?? {};
    this.limits = new SourceLimits(this.options);
    this.#dial = options.dial;
    this.#failures = new ConnectFailures(options.clock, this.options.connectFailedMs);
    this.#isFramed = options.protocol === "WS" || options.protocol === "WSS";
    this.#owner = {
      id: options.id,
      protocol: options.protocol,
      clock: options.clock,
      options: this.options,
      onMessage: (octets, { flow }) => this.onDatagram?.(octets, flow),
      onUnframed: (error, { flow }) => this.onUnframed?.(error, flow),
      onOpen: (connection) => {
        this.#opened(connection);
      },
      onClosed: (error, connection) => {
        this.#closed(error, connection);
      },
    };
  }

  get connections(): number {
    return this.#entries.size;
  }

  /** Whether a connect to there failed a short while ago (RFC 3263 §4.3: such a target comes last). */
  hasFailed(address: string, port: number, serverName?: string): boolean {
    return this.#failures.has(this.#wayTo(address, port, serverName));
  }

  /** A connection that a peer opened. */
  accept(channel: Channel): ChannelListener {
    const entry = this.#make(undefined);
    this.#lead(entry, this.#wayTo(channel.remoteAddress, channel.remotePort, undefined));
    entry.connection.onOpen(channel);
    if (this.#isClosed) entry.connection.end();
    return entry.connection;
  }

  /**
   * Requests to `port` of the peer's address may take the connection that the peer opened (RFC 5923 §5): where its
   * certificate vouches for the address, and for each domain that it names. Without one nothing is reused, as anybody can
   * write an alias into a Via.
   */
  alias(flow: Flow, port: number): void {
    const entry = flow.connection === undefined ? undefined : this.#entries.get(flow.connection);
    const { peer, remoteAddress } = flow;
    if (entry?.connection.isOpen !== true || peer === undefined) return;
    if (peer.addresses.includes(remoteAddress))
      this.#lead(entry, this.#wayTo(remoteAddress, port, undefined));
    for (const domain of peer.domains) this.#lead(entry, this.#wayTo(remoteAddress, port, domain));
  }

  keepAlive(to: FlowEnd, intervalMs: number | undefined, keeper: FlowKeeper): () => void {
    const own = to.connection === undefined ? undefined : this.#entries.get(to.connection);
    const entry = own ?? this.#ways.get(this.#wayTo(to.address, to.port, to.serverName));
    if (entry === undefined) return () => undefined;
    const wish = { intervalMs: intervalMs ?? KEEP_ALIVE_MS };
    entry.keepers.set(keeper, wish);
    entry.connection.keepAlive(shortestOf(entry.keepers));
    return () => {
      // The keeper may have asked again.
      if (entry.keepers.get(keeper) === wish) entry.keepers.delete(keeper);
      entry.connection.keepAlive(shortestOf(entry.keepers));
    };
  }

  send(octets: Uint8Array, address: string, port: number, route?: Route): void {
    if (this.#isClosed) return;
    const own = route?.connection === undefined ? undefined : this.#entries.get(route.connection)?.connection;
    const connection =
      own?.isOpen === true ? own : this.#connectionTo({ address, port, serverName: route?.serverName });
    if (connection instanceof Error) this.#tellError(connection, address, port);
    else if (!connection.send(octets) && connection.isDialling)
      this.#tellError(
        new ConnectionError("peer-does-not-read", `too much waits for ${address}`),
        address,
        port,
      );
  }

  /** Lets every connection send what it has, then closes it; nothing is left when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const handle of this.#pendingErrors) this.clock.clearTimeout(handle);
    this.#pendingErrors.clear();
    for (const { connection } of this.#entries.values()) {
      if (connection.isDialling) connection.fail(new ConnectionError("closed", "closed while connecting"));
      else connection.end();
    }
    if (this.#entries.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  #wayTo(address: string, port: number, serverName: string | undefined): string {
    // A certificate was checked for one domain: another domain at the same address is another connection.
    const name = this.protocol === "TLS" || this.protocol === "WSS" ? serverName : undefined;
    return name === undefined ? `${address} ${port}` : `${address} ${port} ${name.toLowerCase()}`;
  }

  #connectionTo(to: Dial): Connection | Error {
    const way = this.#wayTo(to.address, to.port, to.serverName);
    const existing = this.#ways.get(way)?.connection;
    if (existing !== undefined && (existing.isOpen || existing.isDialling)) return existing;
    if (this.#dial === undefined) return new ConnectionError("closed", `${this.id} opens no connections`);
    if (this.#failures.has(way))
      return new ConnectionError("connect-failed", `no connection to ${to.address}:${to.port} a moment ago`);
    return this.#open(this.#dial, to, way);
  }

  #open(dial: Dialer, to: Dial, way: string): Connection {
    const entry = this.#make(to);
    const { connection } = entry;
    this.#lead(entry, way);
    entry.attempt = dial(to, connection);
    entry.timer = this.clock.setTimeout(() => {
      const text = `no connection to ${to.address}:${to.port} in time`;
      connection.fail(new ConnectionError("connect-failed", text));
    }, this.options.connectMs ?? CONNECT_MS);
    return connection;
  }

  #make(to: Dial | undefined): Entry {
    const connection = new Connection(this.#count++, to !== undefined, this.#isFramed, this.#owner);
    const entry: Entry = {
      connection,
      to,
      ways: [],
      attempt: undefined,
      timer: undefined,
      keepers: new Map(),
    };
    this.#entries.set(connection.number, entry);
    return entry;
  }

  #lead(entry: Entry, way: string): void {
    if (this.#ways.get(way) === entry) return;
    this.#ways.set(way, entry);
    entry.ways.push(way);
  }

  #opened({ number, flow }: Connection): void {
    const entry = this.#entries.get(number);
    if (entry?.to === undefined) return;
    this.clock.clearTimeout(entry.timer);
    entry.attempt = undefined;
    this.#failures.forget(this.#wayTo(entry.to.address, entry.to.port, entry.to.serverName));
    this.onOpened?.(flow);
  }

  #closed(error: Error | undefined, { number, flow, limit }: Connection): void {
    const entry = this.#entries.get(number);
    if (entry === undefined) return;
    this.#entries.delete(number);
    for (const way of entry.ways) if (this.#ways.get(way) === entry) this.#ways.delete(way);
    this.clock.clearTimeout(entry.timer);
    const { to, attempt } = entry;
    if (attempt !== undefined && to !== undefined) {
      attempt.destroy();
      if (!this.#isClosed) this.#failures.remember(this.#wayTo(to.address, to.port, to.serverName));
    }
    const target = to ?? { address: flow.remoteAddress, port: flow.remotePort };
    const opened = attempt === undefined ? number : undefined;
    if (error !== undefined && !this.#isClosed) this.#tellError(error, target.address, target.port, opened);
    if (attempt === undefined) this.onFlowClosed?.(flow, limit);
    for (const keeper of entry.keepers.keys()) if (!this.#isClosed) keeper.onFlowEnded();
    if (this.#entries.size === 0) this.#onEmpty?.();
  }

  /** In a later turn: whoever is sending must have returned first. */
  #tellError(error: Error, address: string, port: number, connection?: number): void {
    const handle = this.clock.setTimeout(() => {
      this.#pendingErrors.delete(handle);
      this.onError?.(error, address, port, connection);
    }, 0);
    this.#pendingErrors.add(handle);
  }
}

function shortestOf(keepers: Entry["keepers"]): number | undefined {
  return keepers.size === 0 ? undefined : Math.min(...[...keepers.values()].map((wish) => wish.intervalMs));
}
