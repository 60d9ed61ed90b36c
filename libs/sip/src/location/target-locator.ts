import { parseUri } from "../message/uri.ts";
import type { Target } from "../transport/flow.ts";
import type { LargeRequests, Listeners, NextHop } from "../transport/listeners.ts";
import type { HopSequence } from "./hop-sequence.ts";
import type { ServerLocator } from "./server-locator.ts";

export interface TargetLocatorOptions {
  /**
   * What carriers do with requests above 1,300 octets differs: by hop and by the listener that is stayed on, TCP first
   * where it is absent (RFC 3261 §18.1.1).
   */
  readonly largeRequests?:
    ((hop: NextHop, near: string | undefined) => LargeRequests | undefined) | undefined;
}

/** Targets on our listeners for a URI: RFC 3263 finds the hops, RFC 3261 §18.1.1 the transport for large requests. */
export class TargetLocator {
  readonly #servers: ServerLocator;
  readonly #listeners: Listeners;
  readonly #options: TargetLocatorOptions;

  constructor(servers: ServerLocator, listeners: Listeners, options: TargetLocatorOptions = {}) {
    this.#servers = servers;
    this.#listeners = listeners;
    this.#options = options;
  }

  /** `near` is the listener to stay on where its transport allows; `requestOctets` the size of what is to be sent. */
  locate(uriText: string, near: string | undefined, requestOctets = 0): LocatedTargets {
    const uri = parseUri(uriText);
    const hops = uri === undefined ? undefined : this.#servers.locate(uri);
    const targetsOf = (hop: NextHop): Target[] => {
      const large = this.#options.largeRequests?.(hop, near);
      return this.#listeners.targets(hop, requestOctets, { listener: near, large });
    };
    return new LocatedTargets(hops, targetsOf, this.#servers);
  }
}

/** One request's targets, best first. */
export class LocatedTargets {
  readonly #hops: HopSequence | undefined;
  readonly #targetsOf: (hop: NextHop) => Target[];
  readonly #servers: ServerLocator;
  #hop: NextHop | undefined;
  #waiting: Target[] = [];

  constructor(hops: HopSequence | undefined, targetsOf: (hop: NextHop) => Target[], servers: ServerLocator) {
    this.#hops = hops;
    this.#targetsOf = targetsOf;
    this.#servers = servers;
  }

  /** Gives it before it returns where nothing has to be looked up. */
  next(done: (target: Target | undefined) => void): void {
    const target = this.#waiting.shift();
    if (target !== undefined || this.#hops === undefined) {
      done(target);
      return;
    }
    this.#hops.next((hop) => {
      if (hop === undefined) {
        done(undefined);
        return;
      }
      this.#hop = hop;
      this.#waiting = this.#targetsOf(hop);
      this.next(done);
    });
  }

  /** RFC 3263 §4.3; a hop is not lost where only its TCP is, and UDP is still to be tried. */
  failed(_target: Target, forMs?: number): void {
    if (this.#hop !== undefined && this.#waiting.length === 0) this.#servers.failed(this.#hop, forMs);
  }

  succeeded(_target: Target): void {
    if (this.#hop !== undefined) this.#servers.succeeded(this.#hop);
  }
}
