import type { Route, Target, Transport, TransportName } from "./flow.ts";

/** Where a request may go next: what RFC 3263 found, before one of our listeners is chosen for it. */
export interface NextHop extends Route {
  readonly transport: TransportName;
  readonly address: string;
  readonly port: number;
}

/**
 * RFC 3261 §18.1.1: without knowledge of the path MTU, a request of more than 1,300 octets has to leave UDP. Many
 * carriers answer on UDP alone and take fragments; SIP-I INVITEs are always larger. So it is the target's choice.
 */
export type LargeRequests = "tcp" | "udp";
export const UDP_REQUEST_OCTETS_MAX = 1_300;

/** IPv4 and IPv6 listeners reach only their own kind. */
const isIpv6 = (address: string): boolean => address.includes(":");
const hostOf = ({ sentBy }: Transport): string => sentBy.host;

/** `SIP/2.0/TCP host:port;branch=…` of a request that leaves by that listener (RFC 3261 §18.1.1). */
export function viaValue({ protocol, sentBy, isReliable }: Transport, branch: string): string {
  // RFC 3581 §3 is about UDP; over a connection the response has its way already.
  const rport = isReliable ? "" : ";rport";
  // RFC 5923 §8.1: requests are taken on any connection, and both sides of TLS show certificates where they have them.
  const alias = protocol === "TLS" ? ";alias" : "";
  return `SIP/2.0/${protocol} ${sentBy.host}:${sentBy.port};branch=${branch}${rport}${alias}`;
}

/**
 * The URI that leads back to that listener (RFC 3261 §8.1.1.8); UDP needs no transport parameter, and a sips URI says
 * TLS by itself (RFC 5630 §3.1).
 */
export function contactUri({ protocol, sentBy }: Transport, scheme: "sip" | "sips" = "sip"): string {
  const isPlain = protocol === "UDP" || (protocol === "TLS" && scheme === "sips");
  const parameter = isPlain ? "" : `;transport=${CONTACT_TRANSPORT[protocol]}`;
  return `${scheme}:${sentBy.host}:${sentBy.port}${parameter}`;
}

/** Our listeners by id, and the choice among them. Via, Contact and source socket follow the one chosen. */
export class Listeners {
  readonly #transports = new Map<string, Transport>();

  constructor(transports: readonly Transport[]) {
    for (const transport of transports) {
      if (this.#transports.has(transport.id))
        throw new TypeError(`two listeners have the id "${transport.id}"`);
      this.#transports.set(transport.id, transport);
    }
  }

  get(id: string): Transport | undefined {
    return this.#transports.get(id);
  }

  /** In order of preference, for RFC 3263 §4.1. */
  get protocols(): TransportName[] {
    return [...new Set([...this.#transports.values()].map(({ protocol }) => protocol))];
  }

  via(listener: string, branch: string): string {
    return viaValue(this.#required(listener), branch);
  }

  contactUri(listener: string, scheme: "sip" | "sips" = "sip"): string {
    return contactUri(this.#required(listener), scheme);
  }

  /**
   * Targets to try in turn for one hop: several where the request is too large for UDP, none where no listener speaks
   * the transport. `listener` names the one to use; its siblings on the same host are used where the transport differs.
   */
  targets(
    hop: NextHop,
    requestOctets: number,
    options: { readonly listener?: string | undefined; readonly large?: LargeRequests | undefined } = {},
  ): Target[] {
    const own = this.#choose(hop.transport, hop.address, options.listener);
    const isLarge = hop.transport === "UDP" && requestOctets > UDP_REQUEST_OCTETS_MAX;
    const tcp =
      isLarge && options.large !== "udp"
        ? this.#choose("TCP", hop.address, options.listener ?? own?.id)
        : undefined;
    const ordered: Transport[] = [];
    // A TCP that did not answer a moment ago is not asked first again (RFC 3261 §18.1.1: retry over UDP).
    const isTcpDown = tcp?.hasFailed?.(hop.address, hop.port, hop.serverName) === true;
    if (tcp !== undefined && !isTcpDown) ordered.push(tcp);
    if (own !== undefined) ordered.push(own);
    const { address, port, connection, serverName } = hop;
    return ordered.map(({ id }) => ({ listener: id, address, port, connection, serverName }));
  }

  #required(id: string): Transport {
    const transport = this.#transports.get(id);
    if (transport === undefined) throw new TypeError(`no listener has the id "${id}"`);
    return transport;
  }

  #choose(protocol: TransportName, address: string, id: string | undefined): Transport | undefined {
    const wanted = id === undefined ? undefined : this.#transports.get(id);
    if (wanted?.protocol === protocol) return wanted;
    const fitting = [...this.#transports.values()].filter(
      (transport) => transport.protocol === protocol && reaches(transport, address),
    );
    return fitting.find((each) => wanted !== undefined && hostOf(each) === hostOf(wanted)) ?? fitting[0];
  }
}

const CONTACT_TRANSPORT = { TCP: "tcp", TLS: "tls", WS: "ws", WSS: "ws" } as const;

function reaches({ sentBy: { host } }: Transport, address: string): boolean {
  const isNumeric = host.startsWith("[") || /^[0-9.]+$/.test(host);
  return !isNumeric || host.startsWith("[") === isIpv6(address);
}
