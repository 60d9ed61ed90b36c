import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";

/** A way to send octets of SIP and to hear what comes back, one message at a time. */
export interface Wire {
  /** As in Via. */
  readonly transport: "UDP" | "TCP" | "TLS" | "WS" | "WSS";
  readonly address: string;
  readonly port: number;
  /** Host and port that Via says. */
  readonly sentBy: string;
  /** Host and port of the Contact, with its transport. */
  readonly contact: string;
  onMessage: (octets: Buffer) => void;
  send(octets: Buffer): void;
  close(): void;
}

export interface Peer {
  readonly address: string;
  readonly port: number;
}

export async function udpWire(peer: Peer, bindAddress: string): Promise<Wire> {
  const socket = createSocket("udp4");
  socket.bind(0, bindAddress);
  await once(socket, "listening");
  const { address, port } = socket.address();
  const sentBy = `${address}:${port}`;
  const wire: Wire = {
    ...{ transport: "UDP", address, port, sentBy, contact: sentBy },
    onMessage: () => undefined,
    send: (octets) => {
      socket.send(octets, peer.port, peer.address);
    },
    close: () => {
      socket.close();
    },
  };
  socket.on("message", (octets) => {
    wire.onMessage(octets);
  });
  return wire;
}

/** One TCP connection; requests are wanted on it, too, as its Contact is its own end. */
export async function tcpWire({ address, port }: Peer): Promise<Wire> {
  const socket = connectTcp({ host: address, port });
  await once(socket, "connect");
  return streamWire(socket, "TCP");
}

/** A TCP port, and the first connection to it. */
export interface TcpAcceptor {
  readonly port: number;
  readonly accepted: Promise<Wire>;
  close(): void;
}

export async function acceptTcp(at: Peer = { address: "127.0.0.1", port: 0 }): Promise<TcpAcceptor> {
  const server = createServer();
  const accepted = once(server, "connection").then(([socket]) => streamWire(socket as Socket, "TCP"));
  server.listen(at.port, at.address);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return { port: address.port, accepted, close: () => server.close() };
}

/** One TLS connection to a server whose certificate `ca` vouches for, with a certificate of ours where given. */
export async function tlsWire(
  { address, port }: Peer,
  ca: string,
  own: { readonly cert?: string; readonly key?: string } = {},
): Promise<Wire> {
  const socket = connectTls({ host: address, port, ca, ...own });
  await once(socket, "secureConnect");
  return streamWire(socket, "TLS");
}

function streamWire(socket: Socket, transport: "TCP" | "TLS"): Wire {
  const [address, port] = [socket.localAddress ?? "", socket.localPort ?? 0];
  const sentBy = `${address}:${port}`;
  const wire: Wire = {
    ...{ transport, address, port, sentBy, contact: `${sentBy};transport=${transport.toLowerCase()}` },
    onMessage: () => undefined,
    send: (octets) => {
      socket.write(octets);
    },
    close: () => {
      socket.destroy();
    },
  };
  // A refused connection is silence for the test that waits for an answer.
  socket.on("error", () => undefined);
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = endOfMessage(rest); end !== undefined; end = endOfMessage(rest)) {
      wire.onMessage(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
  return wire;
}

/** RFC 3261 §18.3: head, then as many octets as Content-Length says. */
function endOfMessage(octets: Buffer): number | undefined {
  const head = octets.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const length = Number(/\r\nContent-Length: *(\d+)/i.exec(octets.toString("latin1", 0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return end <= octets.length ? end : undefined;
}

/** As a browser does (RFC 7118 §5): nobody can connect to it, so Via and Contact say a name that leads nowhere. */
export async function webSocketWire({ address, port }: Peer, ca?: string): Promise<Wire> {
  const scheme = ca === undefined ? "ws" : "wss";
  const socket = new WebSocket(`${scheme}://${address}:${port}/`, "sip", ca === undefined ? {} : { ca });
  await once(socket, "open");
  const name = "df7jal23ls0d.invalid";
  const wire: Wire = {
    ...{ transport: ca === undefined ? "WS" : "WSS", address: "127.0.0.1", port: 0 },
    ...{ sentBy: name, contact: `${name};transport=ws` },
    onMessage: () => undefined,
    send: (octets) => {
      socket.send(octets);
    },
    close: () => {
      socket.terminate();
    },
  };
  socket.on("message", (octets: Buffer) => {
    wire.onMessage(octets);
  });
  return wire;
}
