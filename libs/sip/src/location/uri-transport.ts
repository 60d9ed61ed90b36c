import type { SipUri } from "../message/uri.ts";
import type { TransportName } from "../transport/flow.ts";

/** RFC 3261 §19.1.2, RFC 7118 §8: where a URI names no port. */
export const DEFAULT_PORTS = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 80, WSS: 443 } as const;

/** Port 0 is grammar, but nothing can be sent to it. */
export function portOf({ port }: SipUri, transport: TransportName): number {
  return port === undefined || port === 0 ? DEFAULT_PORTS[transport] : port;
}

/** The transport that the parameter of a URI asks for (RFC 3263 §4.1); `unknown` where we have no such one. */
export function transportAskedBy(uri: SipUri): TransportName | "unknown" | undefined {
  const parameter = uri.params.get("transport");
  return parameter === undefined ? undefined : (transportOf(parameter, uri.scheme === "sips") ?? "unknown");
}

function transportOf(parameter: string, isSecure: boolean): TransportName | undefined {
  switch (parameter.toLowerCase()) {
    case "udp":
      // RFC 3261 §26.2.2: no TLS over UDP.
      return isSecure ? undefined : "UDP";
    case "tcp":
      return isSecure ? "TLS" : "TCP";
    case "tls":
      return "TLS";
    case "ws":
      return isSecure ? "WSS" : "WS";
    case "wss":
      return "WSS";
    default:
      return undefined;
  }
}
