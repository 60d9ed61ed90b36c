import { equalOctets } from "../message/octets.ts";
import type { Clock, Random } from "./clock.ts";
import type { FlowEnd, FlowKeeper } from "./flow.ts";
import { bindingRequest, readBindingResponse, STUN_ID_OCTETS } from "./stun.ts";

/** RFC 5626 §4.4.2: between 24 and 29 s, as NATs forget after 30. */
const INTERVAL_MS = 29_000;
const LEAST_SHARE = 24 / 29;
/** RFC 5389 §7.2.1: first wait, doubled with each request; so many requests; and a wait of 16 times the first. */
const RTO_MS = 500;
const REQUESTS_MAX = 7;
const LAST_WAIT_MS = 16 * RTO_MS;

export interface StunKeepAliveParts {
  readonly clock: Clock;
  readonly random: Random;
  send(octets: Uint8Array, address: string, port: number): void;
}

interface KeptFlow {
  readonly to: FlowEnd;
  readonly keepers: Map<FlowKeeper, { readonly intervalMs: number }>;
  timer: unknown;
  /** The Binding request that is out. */
  request: { readonly id: Uint8Array; readonly octets: Uint8Array; sent: number } | undefined;
  mapped: string | undefined;
}

/**
 * Keep-alives of the flows of one datagram socket (RFC 5626 §4.4.2, §8). A flow has ended where no answer comes, an
 * error does, or the address that it is seen from has changed.
 */
export class StunKeepAlive {
  readonly #parts: StunKeepAliveParts;
  readonly #flows = new Map<string, KeptFlow>();

  constructor(parts: StunKeepAliveParts) {
    this.#parts = parts;
  }

  get flows(): number {
    return this.#flows.size;
  }

  /** `intervalMs` undefined is 24 to 29 s; another one counts from the next request on. What is returned lets go. */
  keep(to: FlowEnd, intervalMs: number | undefined, keeper: FlowKeeper): () => void {
    const key = keyOf(to.address, to.port);
    const known = this.#flows.get(key);
    const kept: KeptFlow = known ?? {
      to,
      keepers: new Map(),
      timer: undefined,
      request: undefined,
      mapped: undefined,
    };
    this.#flows.set(key, kept);
    const wish = { intervalMs: intervalMs ?? INTERVAL_MS };
    kept.keepers.set(keeper, wish);
    if (known === undefined) this.#rest(kept);
    return () => {
      // The keeper may have asked again.
      if (kept.keepers.get(keeper) === wish) kept.keepers.delete(keeper);
      if (kept.keepers.size === 0) this.#forget(kept);
    };
  }

  /** True where the datagram answers a request of ours. */
  receive(octets: Uint8Array, address: string, port: number): boolean {
    const flow = this.#flows.get(keyOf(address, port));
    const response = flow?.request && readBindingResponse(octets);
    if (flow?.request === undefined || response === undefined) return false;
    if (!equalOctets(response.id, flow.request.id)) return false;
    const { mapped } = response;
    if (mapped === undefined || (flow.mapped !== undefined && flow.mapped !== mapped)) this.#end(flow);
    else {
      flow.mapped = mapped;
      flow.request = undefined;
      this.#rest(flow);
    }
    return true;
  }

  close(): void {
    for (const flow of this.#flows.values()) this.#forget(flow);
  }

  #rest(flow: KeptFlow): void {
    const { random } = this.#parts;
    const [drawn = 0] = random.octets(1);
    const shortest = Math.min(...[...flow.keepers.values()].map(({ intervalMs }) => intervalMs));
    const share = LEAST_SHARE + (1 - LEAST_SHARE) * (drawn / 255);
    this.#wait(flow, shortest * share, () => {
      const id = random.octets(STUN_ID_OCTETS);
      flow.request = { id, octets: bindingRequest(id), sent: 0 };
      this.#ask(flow);
    });
  }

  #ask(flow: KeptFlow): void {
    const { request, to } = flow;
    if (request === undefined) return;
    if (request.sent === REQUESTS_MAX) {
      this.#end(flow);
      return;
    }
    this.#parts.send(request.octets, to.address, to.port);
    request.sent++;
    const waitMs = request.sent === REQUESTS_MAX ? LAST_WAIT_MS : RTO_MS * 2 ** (request.sent - 1);
    this.#wait(flow, waitMs, () => {
      this.#ask(flow);
    });
  }

  #wait(flow: KeptFlow, afterMs: number, then: () => void): void {
    const { clock } = this.#parts;
    clock.clearTimeout(flow.timer);
    flow.timer = clock.setTimeout(then, Math.ceil(afterMs));
  }

  #end(flow: KeptFlow): void {
    this.#forget(flow);
    for (const keeper of flow.keepers.keys()) keeper.onFlowEnded();
  }

  #forget(flow: KeptFlow): void {
    this.#parts.clock.clearTimeout(flow.timer);
    const key = keyOf(flow.to.address, flow.to.port);
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
