import { isUtf8 } from "node:buffer";
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { MESSAGE_OCTETS_MAX } from "../message/limits.ts";
import type { Channel, ChannelListener, DialListener, Dialer } from "../transport/channel.ts";
import type { PeerIdentity } from "../transport/flow.ts";
import { ReliableTransport } from "../transport/reliable-transport.ts";
import { expectPeer, identityOfSocket, secureOptions, type Certificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { AcceptedSockets, bind, plainAddress, sentByOf, sourceAddress } from "./socket-channel.ts";
import type { TcpListen } from "./tcp-transport.ts";
import { Credentials, HANDSHAKE_MS, serverOptions, type TlsListen } from "./tls-transport.ts";

export interface WebSocketListen extends TcpListen {
  /** With certificates it is WSS. */
  readonly certificates?: Certificates | undefined;
  readonly peerCertificates?: TlsListen["peerCertificates"];
  /** Path of the handshake on connections of ours. */
  readonly path?: string | undefined;
  /** Browsers say where their page came from (RFC 6455 §10.2); all may connect where this is absent. */
  readonly isOriginAllowed?: ((origin: string) => boolean) | undefined;
}

/** RFC 7118 §4. */
const SUBPROTOCOL = "sip";
const OPTIONS = { perMessageDeflate: false, maxPayload: MESSAGE_OCTETS_MAX } as const;
/** WebSocket status codes that mean a wanted end (RFC 6455 §7.4.1). */
const NORMAL = new Set([1000, 1001, 1005]);

interface Addresses {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly peer: PeerIdentity | undefined;
}

function addressesOf(request: IncomingMessage): Addresses {
  const { socket } = request;
  return {
    remoteAddress: plainAddress(socket.remoteAddress),
    remotePort: socket.remotePort ?? 0,
    localAddress: plainAddress(socket.localAddress),
    localPort: socket.localPort ?? 0,
    peer: socket instanceof TLSSocket ? identityOfSocket(socket) : undefined,
  };
}

function channelOf(socket: WebSocket, addresses: Addresses): Channel {
  return {
    ...addresses,
    get unsentOctets() {
      return socket.bufferedAmount;
    },
    write: (octets) => {
      // RFC 7118 §5: text where the message is UTF-8, as browsers expect it; binary where it is not.
      if (socket.readyState === WebSocket.OPEN) socket.send(octets, { binary: !isUtf8(octets) });
    },
    end: () => {
      socket.close(1000);
    },
    destroy: () => {
      socket.terminate();
    },
  };
}

function listenTo(socket: WebSocket, listener: ChannelListener): void {
  let error: Error | undefined;
  socket.on("error", (each) => (error = each));
  socket.on("message", (octets) => {
    // `binaryType` is nodebuffer, which makes one Buffer of every message.
    if (octets instanceof Uint8Array) listener.onOctets(octets);
  });
  socket.on("close", (code) => {
    listener.onClosed(error ?? (NORMAL.has(code) ? undefined : new Error(`WebSocket closed with ${code}`)));
  });
}

function dialer(listen: WebSocketListen, credentials: Credentials | undefined): Dialer {
  return ({ address, port, serverName }, listener: DialListener) => {
    const host = isIPv6(address) ? `[${address}]` : address;
    const scheme = credentials === undefined ? "ws" : "wss";
    const secure =
      credentials === undefined
        ? {}
        : { ...secureOptions(credentials.certificates), ...expectPeer(serverName ?? address) };
    const socket = new WebSocket(`${scheme}://${host}:${port}${listen.path ?? "/"}`, SUBPROTOCOL, {
      ...OPTIONS,
      ...sourceAddress(listen.address),
      ...secure,
      handshakeTimeout: HANDSHAKE_MS,
    });
    listenTo(socket, listener);
    let addresses: Addresses | undefined;
    socket.once("upgrade", (response) => (addresses = addressesOf(response)));
    socket.once("open", () => {
      if (addresses !== undefined) listener.onOpen(channelOf(socket, addresses));
    });
    return {
      destroy: () => {
        socket.terminate();
      },
    };
  };
}

/** SIP over WebSocket (RFC 7118), WSS where it has certificates. */
export class WebSocketTransport extends ReliableTransport {
  readonly #server: Server | SecureServer;
  readonly #sockets: AcceptedSockets;
  readonly #webSockets = new WebSocketServer({
    ...OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #credentials: Credentials | undefined;
  readonly #listen: WebSocketListen;

  private constructor(
    listen: WebSocketListen,
    server: Server | SecureServer,
    credentials: Credentials | undefined,
  ) {
    super({
      id: listen.id,
      protocol: credentials === undefined ? "WS" : "WSS",
      sentBy: sentByOf(listen, server),
      clock: systemClock,
      dial: dialer(listen, credentials),
      limits: listen.limits,
    });
    this.#listen = listen;
    this.#server = server;
    this.#credentials = credentials;
    this.#sockets = new AcceptedSockets(server);
    this.#sockets.guard(this.limits);
    server.on("upgrade", (request: IncomingMessage, socket, head) => {
      this.#upgrade(request, socket, head);
    });
    server.on("tlsClientError", (_error: Error, socket: Duplex) => {
      socket.destroy();
    });
  }

  static async open(listen: WebSocketListen): Promise<WebSocketTransport> {
    const credentials = listen.certificates && new Credentials(listen.certificates);
    const limits = {
      headersTimeout: HANDSHAKE_MS,
      requestTimeout: HANDSHAKE_MS,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 1_000,
    };
    const refuse = (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(426, { Upgrade: "websocket", Connection: "close" }).end();
    };
    const server =
      credentials === undefined
        ? createServer(limits, refuse)
        : createSecureServer({ ...limits, ...serverOptions(listen, credentials) }, refuse);
    await bind(server, listen);
    return new WebSocketTransport(listen, server, credentials);
  }

  get port(): number {
    return this.sentBy.port;
  }

  reload(certificates: Certificates): void {
    if (this.#credentials === undefined || !("setSecureContext" in this.#server))
      throw new TypeError("a WebSocket listener without TLS has no certificates");
    this.#credentials.reload(certificates, this.#server);
  }

  override async close(): Promise<void> {
    await this.#sockets.close(() => super.close());
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
    const { origin } = request.headers;
    const isAllowed =
      origin === undefined ||
      this.#listen.isOriginAllowed === undefined ||
      this.#listen.isOriginAllowed(origin);
    // RFC 7118 §4.1: without the subprotocol nobody promised to talk SIP.
    const status = !offered.includes(SUBPROTOCOL) ? 400 : isAllowed ? undefined : 403;
    if (status !== undefined) {
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      listenTo(webSocket, this.accept(channelOf(webSocket, addressesOf(request))));
    });
  }
}
