import { isSips } from "../dialog/dialog.ts";
import { portOf, transportAskedBy } from "../location/uri-transport.ts";
import { isSipUri, parseUri, type Uri } from "../message/uri.ts";
import type { Flow, Target } from "../transport/flow.ts";
import { orElse, targetsOf, type Targets } from "./ports.ts";

/** Where the peer was heard from. */
function backAlong({ listener, remoteAddress, remotePort, connection }: Flow): Target {
  return { listener, address: remoteAddress, port: remotePort, connection };
}

/**
 * Where a request inside a dialog goes (RFC 3261 §12.2.1.1): to what `located` finds for the route set or the remote
 * target. A connection that the peer opened is used as long as it is open: alone where nobody can be connected to, first
 * where it leads to the same host, and last in any case. Over datagrams, where the peer was heard from counts where the
 * name leads nowhere.
 */
export function dialogTargets(nextHop: string, flow: Flow, located: (uriText: string) => Targets): Targets {
  const isSecure = flow.transport === "TLS" || flow.transport === "WSS";
  // RFC 3261 §26.2.2: what is meant for a sips URI leaves by TLS or not at all.
  const fallback = isSips(nextHop) && !isSecure ? undefined : backAlong(flow);
  if (flow.connection === undefined) return orElse(located(nextHop), fallback);
  const uri = parseUri(nextHop);
  if (fallback !== undefined && isOnlyByConnection(uri, flow)) return targetsOf([fallback]);
  return new ConnectionFirst(silentlyMeant(uri, flow), located(nextHop), flow, fallback);
}

/** A browser listens nowhere (RFC 7118 §5); `ob` asks for the flow it came on (RFC 5626 §4.3). */
function isOnlyByConnection(uri: Uri | undefined, { transport }: Flow): boolean {
  return (
    transport === "WS" || transport === "WSS" || (uri !== undefined && isSipUri(uri) && uri.params.has("ob"))
  );
}

/**
 * A sip URI that names no transport means UDP (RFC 3263 §4.1). Deviation: who has called over a connection and names the
 * same address has nearly always forgotten the parameter, so that connection is asked first, or another to that port.
 */
function silentlyMeant(uri: Uri | undefined, flow: Flow): Target | undefined {
  if (uri?.scheme !== "sip" || !isSipUri(uri) || transportAskedBy(uri) !== undefined) return undefined;
  const host = (uri.params.get("maddr") ?? uri.host).replace(/^\[|\]$/g, "");
  return host === flow.remoteAddress ? { ...backAlong(flow), port: portOf(uri, "TCP") } : undefined;
}

class ConnectionFirst implements Targets {
  readonly #located: Targets;
  readonly #flow: Flow;
  #first: Target | undefined;
  #last: Target | undefined;

  constructor(first: Target | undefined, located: Targets, flow: Flow, last: Target | undefined) {
    this.#first = first;
    this.#located = located;
    this.#flow = flow;
    this.#last = first === undefined ? last : undefined;
  }

  next(done: (target: Target | undefined) => void): void {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      done(first);
      return;
    }
    this.#located.next((target) => {
      if (target !== undefined && !this.#isReusableFor(target)) {
        done(target);
        return;
      }
      const last = this.#last;
      this.#last = undefined;
      done(target === undefined ? last : { ...target, connection: this.#flow.connection });
    });
  }

  failed(target: Target, forMs?: number): void {
    this.#located.failed?.(target, forMs);
  }

  succeeded(target: Target): void {
    this.#located.succeeded?.(target);
  }

  /** RFC 5923 §5, §8: the same host over the same transport; where a domain is meant, its certificate has to say so. */
  #isReusableFor({ listener, address, serverName }: Target): boolean {
    const { peer, transport } = this.#flow;
    const isSamePlace = listener === this.#flow.listener && address === this.#flow.remoteAddress;
    const isSecure = transport === "TLS" || transport === "WSS";
    return (
      isSamePlace && (serverName === undefined || !isSecure || peer?.domains.includes(serverName) === true)
    );
  }
}
