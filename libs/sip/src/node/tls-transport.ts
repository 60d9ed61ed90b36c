import { connect, createServer, type SecureContext, type Server } from "node:tls";
import type { DialListener, Dialer } from "../transport/channel.ts";
import { ReliableTransport } from "../transport/reliable-transport.ts";
import {
  contextsByDomain,
  expectPeer,
  identityOfSocket,
  secureOptions,
  type Certificates,
} from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { AcceptedSockets, bind, channelOf, listenTo, sentByOf, sourceAddress } from "./socket-channel.ts";
import type { TcpListen } from "./tcp-transport.ts";

export interface TlsListen extends TcpListen {
  readonly certificates: Certificates;
  /**
   * Whether peers that connect show a certificate (RFC 5922 §7.4): `required` closes on those without a trusted one,
   * `optional` takes them, and the flow has no peer then.
   */
  readonly peerCertificates?: "none" | "optional" | "required" | undefined;
}

/** From the first packet to the end of the handshake. */
export const HANDSHAKE_MS = 5_000;

/** What a listener shows right now: a reload replaces it, connections that are open keep what they agreed on. */
export class Credentials {
  #certificates: Certificates;
  #byDomain: ReadonlyMap<string, SecureContext>;

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
    this.#byDomain = contextsByDomain(certificates);
  }

  get certificates(): Certificates {
    return this.#certificates;
  }

  /** Throws where key and certificate are unreadable or do not fit; nothing is changed then. */
  reload(certificates: Certificates, server: Pick<Server, "setSecureContext">): void {
    const byDomain = contextsByDomain(certificates);
    server.setSecureContext(secureOptions(certificates));
    this.#certificates = certificates;
    this.#byDomain = byDomain;
  }

  /** For `SNICallback`: undefined means the server's own certificate. */
  contextFor(domain: string): SecureContext | undefined {
    return this.#byDomain.get(domain.toLowerCase());
  }
}

export function serverOptions(
  listen: Pick<TlsListen, "peerCertificates">,
  credentials: Credentials,
): Parameters<typeof createServer>[0] & object {
  const { peerCertificates = "none" } = listen;
  return {
    ...secureOptions(credentials.certificates),
    handshakeTimeout: HANDSHAKE_MS,
    requestCert: peerCertificates !== "none",
    rejectUnauthorized: peerCertificates === "required",
    SNICallback: (domain, done) => {
      done(null, credentials.contextFor(domain));
    },
  };
}

function dialer(listen: TlsListen, credentials: Credentials): Dialer {
  return ({ address, port, serverName }, listener: DialListener) => {
    const socket = connect({
      host: address,
      port,
      ...sourceAddress(listen.address),
      ...secureOptions(credentials.certificates),
      ...expectPeer(serverName ?? address),
    });
    listenTo(socket, listener);
    socket.once("secureConnect", () => {
      listener.onOpen(channelOf(socket, identityOfSocket(socket)));
    });
    return socket;
  };
}

/** SIP over TLS (RFC 3261 §26, RFC 5922): server, client, and both at once where peers show certificates. */
export class TlsTransport extends ReliableTransport {
  readonly #server: Server;
  readonly #sockets: AcceptedSockets;
  readonly #credentials: Credentials;
  /** A handshake that a peer of ours failed, with its reason; the system has closed the socket already. */
  onHandshakeFailed: ((error: Error) => void) | undefined;

  private constructor(listen: TlsListen, server: Server, credentials: Credentials) {
    super({
      id: listen.id,
      protocol: "TLS",
      sentBy: sentByOf(listen, server),
      clock: systemClock,
      dial: dialer(listen, credentials),
      limits: listen.limits,
    });
    this.#server = server;
    this.#credentials = credentials;
    this.#sockets = new AcceptedSockets(server);
    this.#sockets.guard(this.limits);
    server.on("secureConnection", (socket) => {
      listenTo(socket, this.accept(channelOf(socket, identityOfSocket(socket))));
    });
    server.on("tlsClientError", (error, socket) => {
      this.onHandshakeFailed?.(error);
      socket.destroy();
    });
  }

  /** Rejects where the port cannot be had or key and certificate do not fit. */
  static async open(listen: TlsListen): Promise<TlsTransport> {
    const credentials = new Credentials(listen.certificates);
    const server = createServer(serverOptions(listen, credentials));
    await bind(server, listen);
    return new TlsTransport(listen, server, credentials);
  }

  get port(): number {
    return this.sentBy.port;
  }

  /** From the next handshake on; calls go on over the connections they have. */
  reload(certificates: Certificates): void {
    this.#credentials.reload(certificates, this.#server);
  }

  override async close(): Promise<void> {
    await this.#sockets.close(() => super.close());
  }
}
