import type { Certificates } from "./certificates.ts";
import type { Transport } from "../transport/flow.ts";
import { TcpTransport, type TcpListen } from "./tcp-transport.ts";
import { TlsTransport, type TlsListen } from "./tls-transport.ts";
import { UdpTransport, type UdpListen } from "./udp-transport.ts";
import { WebSocketTransport, type WebSocketListen } from "./websocket-transport.ts";

/** A listener as a configuration names it. */
export type Listen =
  | (UdpListen & { readonly protocol: "UDP" })
  | (TcpListen & { readonly protocol: "TCP" })
  | (TlsListen & { readonly protocol: "TLS" })
  | (WebSocketListen & { readonly protocol: "WS" })
  | (WebSocketListen & { readonly protocol: "WSS"; readonly certificates: TlsListen["certificates"] })
  | { readonly id: string; readonly protocol: "SCTP" | "TLS-SCTP" };

/** A transport of RFC 4168 or another that this platform cannot open. */
export class UnsupportedTransportError extends Error {
  readonly code = "unsupported-transport";

  constructor(id: string, protocol: string) {
    super(
      `listener "${id}": ${protocol} (RFC 4168) is not there, as Node has no SCTP socket; use TCP or TLS`,
    );
    this.name = "UnsupportedTransportError";
  }
}

export interface OpenTransport extends Transport {
  readonly port: number;
  /**
   * Of TLS and WSS: shows other certificates from the next handshake on. Throws where key and certificate do not fit;
   * nothing is changed then.
   */
  reload?(certificates: Certificates): void;
  close(): Promise<void>;
}

/** Opens any listener; rejects with the system's error, or says that there is no such transport. */
export async function openTransport(listen: Listen): Promise<OpenTransport> {
  switch (listen.protocol) {
    case "UDP":
      return UdpTransport.open(listen);
    case "TCP":
      return TcpTransport.open(listen);
    case "TLS":
      return TlsTransport.open(listen);
    case "WS":
      return WebSocketTransport.open({ ...listen, certificates: undefined });
    case "WSS":
      return WebSocketTransport.open(listen);
    case "SCTP":
    case "TLS-SCTP":
      throw new UnsupportedTransportError(listen.id, listen.protocol);
  }
}
