export type { Certificates, KeyPair } from "./certificates.ts";
export { systemClock, systemRandom } from "./clock.ts";
export { systemHash } from "./digest-hash.ts";
export { DnsResolver, type DnsResolverOptions } from "./dns-resolver.ts";
export {
  openTransport,
  UnsupportedTransportError,
  type Listen,
  type OpenTransport,
} from "./open-transport.ts";
export { TcpTransport, type TcpListen } from "./tcp-transport.ts";
export { TlsTransport, type TlsListen } from "./tls-transport.ts";
export { UdpTransport, type UdpListen } from "./udp-transport.ts";
export { WebSocketTransport, type WebSocketListen } from "./websocket-transport.ts";
