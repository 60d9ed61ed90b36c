import { connect, createServer, type Server } from "node:net";
import type { DialListener, Dialer } from "../transport/channel.ts";
import type { ConnectionOptions } from "../transport/connection-limits.ts";
import { ReliableTransport } from "../transport/reliable-transport.ts";
import { systemClock } from "./clock.ts";
import {
  AcceptedSockets,
  bind,
  channelOf,
  listenTo,
  sentByOf,
  sourceAddress,
  type StreamListen,
} from "./socket-channel.ts";

export interface TcpListen extends StreamListen {
  readonly limits?: ConnectionOptions | undefined;
}

function dialer(listen: TcpListen): Dialer {
  return ({ address, port }, listener: DialListener) => {
    const socket = connect({ host: address, port, ...sourceAddress(listen.address) });
    listenTo(socket, listener);
    socket.once("connect", () => {
      listener.onOpen(channelOf(socket));
    });
    return socket;
  };
}

/** SIP over TCP (RFC 3261 §18): one listening socket, and the connections to and from it. */
export class TcpTransport extends ReliableTransport {
  readonly #sockets: AcceptedSockets;

  private constructor(listen: TcpListen, server: Server) {
    super({
      id: listen.id,
      protocol: "TCP",
      sentBy: sentByOf(listen, server),
      clock: systemClock,
      dial: dialer(listen),
      limits: listen.limits,
    });
    this.#sockets = new AcceptedSockets(server);
    this.#sockets.guard(this.limits, (socket) => {
      listenTo(socket, this.accept(channelOf(socket)));
    });
  }

  static async open(listen: TcpListen): Promise<TcpTransport> {
    const server = createServer();
    await bind(server, listen);
    return new TcpTransport(listen, server);
  }

  get port(): number {
    return this.sentBy.port;
  }

  /** Finishes what is being sent; no socket and no timer is left. */
  override async close(): Promise<void> {
    await this.#sockets.close(() => super.close());
  }
}
