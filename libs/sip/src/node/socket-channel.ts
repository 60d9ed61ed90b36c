import { isIPv6, type Server, type Socket } from "node:net";
import type { Channel, ChannelListener } from "../transport/channel.ts";
import type { SourceLimits } from "../transport/connection-limits.ts";
import type { PeerIdentity } from "../transport/flow.ts";

/** What every listener of connections is told. */
export interface StreamListen {
  readonly id: string;
  readonly address: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Host for Via and Contact where it is not `address`. */
  readonly advertise?: string | undefined;
}

/** What a turn of the loop writes to a connection leaves in one piece at its end; more than this does not wait for it. */
const BURST_OCTETS = 64 * 1024;
/** Between two probes of the system on a silent connection: NATs forget after minutes. */
const KEEP_ALIVE_MS = 60_000;
const WILDCARDS = new Set(["0.0.0.0", "::"]);

/** Source address for connections of ours: the listener's own, so that peers see what they are configured for. */
export function sourceAddress(address: string): { localAddress?: string } {
  return WILDCARDS.has(address) ? {} : { localAddress: address };
}

export function sentByOf(listen: StreamListen, server: Server): { host: string; port: number } {
  const bound = server.address();
  const port = bound === null || typeof bound === "string" ? listen.port : bound.port;
  const host = listen.advertise ?? listen.address;
  return { host: isIPv6(host) ? `[${host}]` : host, port };
}

/** Rejects with the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES) where the port cannot be had. */
export async function bind(server: Server, { address, port }: StreamListen): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** An IPv4 peer of an IPv6 socket, as IPv4. */
export function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=[0-9.]+$)/i, "");
}

export function channelOf(socket: Socket, peer?: PeerIdentity): Channel {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const uncork = (): void => {
    socket.uncork();
  };
  return {
    remoteAddress: plainAddress(socket.remoteAddress),
    remotePort: socket.remotePort ?? 0,
    localAddress: plainAddress(socket.localAddress),
    localPort: socket.localPort ?? 0,
    peer,
    get unsentOctets() {
      return socket.writableLength;
    },
    write: (octets) => {
      if (!socket.writable) return;
      if (socket.writableCorked === 0) {
        socket.cork();
        setImmediate(uncork);
      }
      socket.write(octets);
      if (socket.writableLength >= BURST_OCTETS) uncork();
    },
    end: () => {
      socket.end();
    },
    destroy: () => {
      socket.destroy();
    },
  };
}

export function listenTo(socket: Socket, listener: ChannelListener): void {
  let error: Error | undefined;
  socket.on("error", (each) => (error = each));
  socket.on("data", (octets) => {
    listener.onOctets(octets);
  });
  socket.on("close", () => {
    listener.onClosed(error);
  });
}

/**
 * The sockets a server has accepted, counted from their first packet on, so that one that never finishes a handshake
 * is held by the same limits.
 */
export class AcceptedSockets {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server;
  }

  guard(limits: SourceLimits, onAccepted?: (socket: Socket) => void): void {
    this.#server.on("connection", (socket: Socket) => {
      const source = plainAddress(socket.remoteAddress);
      if (source === "" || !limits.enter(source)) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      // A reset before anybody listens is the end of that connection, nothing more.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        limits.leave(source);
      });
      onAccepted?.(socket);
    });
  }

  /** Accepts nothing more; resolves when `closeConnections` is done and every socket is closed. */
  async close(closeConnections: () => Promise<void>): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
    await closeConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
