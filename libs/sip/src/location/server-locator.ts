import { isSipUri, type SipUri, type Uri } from "../message/uri.ts";
import type { Clock, Random } from "../transport/clock.ts";
import type { TransportName } from "../transport/flow.ts";
import type { NextHop } from "../transport/listeners.ts";
import { CachingResolver } from "./caching-resolver.ts";
import type { DnsAnswer, NaptrRecord, Resolver, SrvRecord } from "./resolver.ts";
import { HopSequence, keyOfHop, type Step, type StepOutcome, type Target } from "./hop-sequence.ts";
import { orderSrv } from "./srv-order.ts";
import { DEFAULT_PORTS, portOf, transportAskedBy } from "./uri-transport.ts";

export interface ServerLocatorOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly random: Random;
  /** What our listeners speak, in our order of preference (RFC 3263 §4.1). */
  readonly transports: readonly TransportName[];
  /** Address families our listeners have. */
  readonly families?: readonly ("A" | "AAAA")[] | undefined;
  /** How long a hop that failed is tried only after all others; RFC 3263 §4.3 leaves it to us. */
  readonly failedMs?: number | undefined;
}

/** Records of one set that are looked at: RFC 3263 names no limit, a hostile zone needs one. */
const RECORDS_MAX = 32;
/** About as long as a call waits for timer B: a server that has failed one call is not asked first for the next. */
const FAILED_MS = 30_000;
/** A peer that names a longer time (Retry-After) is asked again after this: what it said may be a mistake. */
const FAILED_MS_MAX = 3_600_000;
/** Hops that are remembered as failed: some 1 MB; the oldest goes. */
const FAILED_MAX = 10_000;

/** RFC 3263 §4.1, RFC 7118 §5.4. */
const SERVICES: Readonly<Record<string, TransportName>> = {
  "sip+d2u": "UDP",
  "sip+d2t": "TCP",
  "sips+d2t": "TLS",
  "sip+d2w": "WS",
  "sips+d2w": "WSS",
};
const SRV_PREFIX = {
  UDP: "_sip._udp.",
  TCP: "_sip._tcp.",
  TLS: "_sips._tcp.",
  WS: "_sip._ws.",
  WSS: "_sips._ws.",
} as const;

type Done = (outcome: StepOutcome) => void;

/** Where to send a request, by RFC 3263 §4. */
export class ServerLocator {
  readonly #options: ServerLocatorOptions;
  readonly #resolver: CachingResolver;
  readonly #failed = new Map<string, number>();

  constructor(options: ServerLocatorOptions) {
    this.#options = options;
    this.#resolver = new CachingResolver(options.resolver, options.clock);
  }

  /**
   * The hops for a URI (Request-URI or the first Route), as an iterator: nothing is looked up before it is asked for.
   * A URI that cannot be located has no hop.
   */
  locate(uri: Uri): HopSequence {
    if (!isSipUri(uri)) return new HopSequence([], undefined, this);
    const host = uri.params.get("maddr")?.toLowerCase() ?? uri.host;
    // RFC 5922 §7.3: the certificate is the domain's, wherever SRV leads.
    const serverName = numericHost(host) === undefined ? host : undefined;
    return new HopSequence(this.#firstSteps(uri, host), serverName, this);
  }

  /**
   * A hop did not answer (503, transport error, timeout: RFC 3263 §4.3): others come before it for a while, or for as long
   * as it has asked for.
   */
  failed(hop: NextHop, forMs = this.#options.failedMs ?? FAILED_MS): void {
    const until = this.#options.clock.now() + Math.min(forMs, FAILED_MS_MAX);
    this.#failed.delete(keyOfHop(hop));
    this.#failed.set(keyOfHop(hop), until);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > FAILED_MAX && oldest !== undefined) this.#failed.delete(oldest);
  }

  succeeded(hop: NextHop): void {
    if (this.#failed.size > 0) this.#failed.delete(keyOfHop(hop));
  }

  hasFailed(hop: NextHop): boolean {
    if (this.#failed.size === 0) return false;
    const until = this.#failed.get(keyOfHop(hop));
    if (until === undefined) return false;
    if (until > this.#options.clock.now()) return true;
    this.#failed.delete(keyOfHop(hop));
    return false;
  }

  run(step: Exclude<Step, { type: "hop" }>, done: Done): void {
    if (step.type === "naptr") this.#naptr(step.target, done);
    else if (step.type === "srv") this.#srv(step, done);
    else this.#addresses(step, done);
  }

  /** RFC 3263 §4.1, as far as the URI itself decides. */
  #firstSteps(uri: SipUri, host: string): Step[] {
    const port = uri.port === 0 ? undefined : uri.port;
    const isSecure = uri.scheme === "sips";
    // A numeric host or a port without transport parameter means UDP for sip, TLS for sips.
    const asked = transportAskedBy(uri);
    const transport = asked ?? (isSecure ? "TLS" : "UDP");
    const isDecided = asked !== undefined || port !== undefined || numericHost(host) !== undefined;
    if (!isDecided) return [{ type: "naptr", target: { name: host, isSecure } }];
    if (transport === "unknown" || !this.#speaks(transport)) return [];
    const address = numericHost(host);
    if (address !== undefined)
      return [{ type: "hop", hop: { transport, address, port: portOf(uri, transport) } }];
    if (port !== undefined) return [{ type: "address", name: host, transport, port, isLastResort: false }];
    return [{ type: "srv", name: SRV_PREFIX[transport] + host, transport, orAddressOf: host }];
  }

  #speaks(transport: TransportName): boolean {
    return this.#options.transports.includes(transport);
  }

  #naptr(target: Target, done: Done): void {
    this.#resolver.resolve("NAPTR", target.name, (answer) => {
      const steps = answer.ok ? this.#naptrSteps(answer.records, target) : [];
      const next = steps.length > 0 ? steps : this.#srvOfAll(target);
      done({ steps: next, hasSrv: false, isSilent: isSilent(answer) });
    });
  }

  #naptrSteps(records: readonly NaptrRecord[], { name, isSecure }: Target): Step[] {
    const steps: Step[] = [];
    const ordered = [...records].sort(
      (one, other) => one.order - other.order || one.preference - other.preference,
    );
    for (const { flags, service, replacement } of ordered.slice(0, RECORDS_MAX)) {
      const transport = SERVICES[service.toLowerCase()];
      if (transport === undefined || flags.toLowerCase() !== "s" || !this.#speaks(transport)) continue;
      // RFC 3263 §4.1: for a sips URI, services other than SIPS are discarded.
      if (isSecure && transport !== "TLS" && transport !== "WSS") continue;
      steps.push({ type: "srv", name: withoutDot(replacement), transport, orAddressOf: name });
    }
    return steps;
  }

  /** No NAPTR: SRV for each transport that we speak; no SRV either: the name's own addresses (RFC 3263 §4.2). */
  #srvOfAll({ name, isSecure }: Target): Step[] {
    const steps: Step[] = [];
    for (const transport of this.#options.transports) {
      const isMeant = isSecure ? transport === "TLS" : transport !== "WS" && transport !== "WSS";
      if (!isMeant) continue;
      steps.push({ type: "srv", name: SRV_PREFIX[transport] + name, transport, orAddressOf: undefined });
    }
    const transport = isSecure ? "TLS" : "UDP";
    if (this.#speaks(transport))
      steps.push({ type: "address", name, transport, port: DEFAULT_PORTS[transport], isLastResort: true });
    return steps;
  }

  #srv({ name, transport, orAddressOf }: Step & { type: "srv" }, done: Done): void {
    this.#resolver.resolve("SRV", name, (answer) => {
      if (answer.ok && answer.records.length > 0) {
        const ordered = orderSrv(answer.records.slice(0, RECORDS_MAX), this.#options.random);
        done({ steps: srvSteps(ordered, transport), hasSrv: true, isSilent: false });
        return;
      }
      const steps: Step[] = [];
      if (orAddressOf !== undefined)
        steps.push({
          type: "address",
          name: orAddressOf,
          transport,
          port: DEFAULT_PORTS[transport],
          isLastResort: false,
        });
      done({ steps, hasSrv: false, isSilent: isSilent(answer) });
    });
  }

  #addresses({ name, transport, port }: Step & { type: "address" }, done: Done): void {
    const address = numericHost(name);
    if (address !== undefined) {
      done({ steps: [{ type: "hop", hop: { transport, address, port } }], hasSrv: false, isSilent: false });
      return;
    }
    const families = this.#options.families ?? ["A", "AAAA"];
    const found = new Map<string, readonly string[]>();
    for (const family of families) {
      this.#resolver.resolve(family, name, (answer: DnsAnswer<string>) => {
        found.set(family, answer.ok ? answer.records : []);
        if (found.size < families.length) return;
        const addresses = families.flatMap((each) => found.get(each) ?? []).slice(0, RECORDS_MAX);
        const steps = addresses.map((each) => ({
          type: "hop" as const,
          hop: { transport, address: each, port },
        }));
        done({ steps, hasSrv: false, isSilent: false });
      });
    }
  }
}

const IPV4 = /^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/;

/** An address without brackets, where the host is one. */
function numericHost(host: string): string | undefined {
  if (host.startsWith("[")) return host.slice(1, -1);
  return IPV4.test(host) || host.includes(":") ? host : undefined;
}

function isSilent(answer: DnsAnswer<unknown>): boolean {
  return !answer.ok && answer.isSilent;
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

function srvSteps(records: readonly SrvRecord[], transport: TransportName): Step[] {
  const steps: Step[] = [];
  for (const { target, port } of records) {
    // RFC 2782: the target "." says that the service is decidedly not there.
    const name = withoutDot(target);
    if (name !== "" && port > 0) steps.push({ type: "address", name, transport, port, isLastResort: false });
  }
  return steps;
}
