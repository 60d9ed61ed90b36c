import { afterEach, describe, expect, it } from "@jest/globals";
import { once } from "node:events";
import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import { octetsOf, octetString } from "../message/octets.ts";
import type { ConnectionOptions } from "../transport/connection-limits.ts";
import type { Flow } from "../transport/flow.ts";
import type { Certificates } from "./certificates.ts";
import { openTransport, type Listen, type OpenTransport } from "./open-transport.ts";
import { makeCertificate } from "./testing/certificate.ts";
import { TlsTransport } from "./tls-transport.ts";
import { WebSocketTransport } from "./websocket-transport.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPED: connections over IPv6, since there is no ::1");

const root = makeCertificate({ commonName: "Test root" });
const issue = (domain: string, uris: readonly string[] = []): Certificates => ({
  own: makeCertificate({ commonName: "x", dnsNames: [domain], uris, ipv4: ["127.0.0.1"], issuer: root }),
  trusted: [root.cert],
});
const A = issue("a.example");
const B = issue("b.example", ["sip:b.example"]);

const transports: { close(): Promise<void> }[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(transports.splice(0).map((transport) => transport.close()));
});

async function open(listen: Listen): Promise<OpenTransport> {
  const transport = await openTransport(listen);
  transports.push(transport);
  return transport;
}

type Kind = "TCP" | "TLS" | "WS" | "WSS";
const listenOf = (protocol: Kind, certificates: Certificates, more: object = {}): Listen => {
  const listen = { id: protocol.toLowerCase(), address: "127.0.0.1", port: 0, ...more };
  return protocol === "TLS" || protocol === "WSS"
    ? { protocol, certificates, peerCertificates: "required", ...listen }
    : { protocol, ...listen };
};

interface Heard {
  readonly text: string;
  readonly flow: Flow;
}
const next = (transport: OpenTransport): Promise<Heard> =>
  new Promise((resolve) => {
    transport.onDatagram = (octets, flow) => {
      resolve({ text: octetString(octets), flow });
    };
  });
const nextError = (transport: OpenTransport): Promise<string> =>
  new Promise((resolve) => {
    transport.onError = (error, address, port) => {
      resolve(`${error.message} ${address}:${port}`);
    };
  });
const message = (body: string): Uint8Array =>
  octetsOf(`MESSAGE sip:b@127.0.0.1 SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

async function raw(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

describe.each(["TCP", "TLS", "WS", "WSS"] as const)("a %s listener", (protocol) => {
  const toB = { serverName: "b.example" };

  it("carries messages both ways over one connection and names the flow", async () => {
    const [one, other] = [await open(listenOf(protocol, A)), await open(listenOf(protocol, B))];
    const arrived = next(other);
    const large = "x".repeat(40_000);
    one.send(message(large), "127.0.0.1", other.port, toB);
    const { text, flow } = await arrived;
    expect(text).toBe(octetString(message(large)));
    expect(flow).toMatchObject({
      listener: protocol.toLowerCase(),
      transport: protocol,
      isReliable: true,
      remoteAddress: "127.0.0.1",
      localPort: other.port,
    });
    const isSecure = protocol === "TLS" || protocol === "WSS";
    expect(flow.peer).toEqual(isSecure ? { domains: ["a.example"], addresses: ["127.0.0.1"] } : undefined);
    const back = next(one);
    other.send(message("\u00ff\u0000"), flow.remoteAddress, 9, flow);
    expect((await back).text).toBe(octetString(message("\u00ff\u0000")));
    const again = next(other);
    one.send(message("2"), "127.0.0.1", other.port, toB);
    expect((await again).flow.connection).toBe(flow.connection);
  });

  it("sends in its order what one turn of the loop writes, be it 600 kB, and closes behind it", async () => {
    const [one, other] = [await open(listenOf(protocol, A)), await open(listenOf(protocol, B))];
    const opened = next(other);
    one.send(message("0"), "127.0.0.1", other.port, toB);
    await opened;
    const sent = Array.from({ length: 300 }, (_, index) => String(index).padEnd(2_000));
    const heard: string[] = [];
    const arrived = new Promise<void>((resolve) => {
      other.onDatagram = (octets) => {
        heard.push(octetString(octets).slice(-2_000));
        if (heard.length === sent.length) resolve();
      };
    });
    for (const body of sent) one.send(message(body), "127.0.0.1", other.port, toB);
    await one.close();
    await arrived;
    expect(heard).toEqual(sent);
  });

  it("tells of a connection that is refused", async () => {
    const [one, other] = [await open(listenOf(protocol, A)), await open(listenOf(protocol, B))];
    const { port } = other;
    await other.close();
    const failed = nextError(one);
    one.send(message("1"), "127.0.0.1", port, toB);
    expect(await failed).toMatch(new RegExp(`ECONNREFUSED.* 127.0.0.1:${port}$`));
  });

  it("rejects with the system's error where the port is taken", async () => {
    const { port } = await open(listenOf(protocol, A));
    await expect(open(listenOf(protocol, A, { port }))).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("closes connections beyond the limit of a source, those in a handshake too", async () => {
    const limits: ConnectionOptions = { connectionsPerSourceMax: 2 };
    const { port } = await open(listenOf(protocol, A, { limits }));
    const [first, second, third] = [await raw(port), await raw(port), await raw(port)];
    await once(third.resume(), "close");
    expect([first.destroyed, second.destroyed]).toEqual([false, false]);
    first.destroy();
    await once(first, "close");
    const fourth = await raw(port);
    const isClosed = await Promise.race([
      once(fourth.resume(), "close").then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 50, false)),
    ]);
    expect(isClosed).toBe(false);
  });

  it("is closed by close(), with what is open and what is in a handshake", async () => {
    const [one, other] = [await open(listenOf(protocol, A)), await open(listenOf(protocol, B))];
    const arrived = next(other);
    one.send(message("1"), "127.0.0.1", other.port, toB);
    await arrived;
    const socket = await raw(other.port);
    const closed = once(socket.resume(), "close");
    await Promise.all([one.close(), other.close(), closed]);
    await expect(raw(other.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

(hasIpv6 ? describe : describe.skip)("over IPv6", () => {
  it("brackets the address in Via, and connects", async () => {
    const listen = { protocol: "TCP", id: "tcp6", address: "::1", port: 0 } as const;
    const [one, other] = [await open(listen), await open(listen)];
    expect(one.sentBy).toEqual({ host: "[::1]", port: one.port });
    const arrived = next(other);
    one.send(message("1"), "::1", other.port);
    expect((await arrived).flow.remoteAddress).toBe("::1");
  });
});

describe("a TCP listener", () => {
  it("reads a message that comes octet by octet, and answers a ping", async () => {
    const transport = await open(listenOf("TCP", A));
    const socket = await raw(transport.port);
    socket.setNoDelay(true);
    const arrived = next(transport);
    for (const octet of message("ab")) socket.write(Uint8Array.of(octet));
    expect((await arrived).text).toBe(octetString(message("ab")));
    socket.write("\r\n\r\n");
    expect(String((await once(socket, "data"))[0])).toBe("\r\n");
  });

  it("connects from its own address", async () => {
    const from = await open(listenOf("TCP", A, { address: "127.0.0.2" }));
    const to = await open(listenOf("TCP", B));
    const arrived = next(to);
    from.send(message("1"), "127.0.0.1", to.port);
    expect((await arrived).flow.remoteAddress).toBe("127.0.0.2");
  });

  it("answers what it cannot frame, then closes", async () => {
    const transport = await open(listenOf("TCP", A));
    transport.onUnframed = ({ status }, flow) => {
      transport.send(octetsOf(`answer ${status}`), flow.remoteAddress, flow.remotePort, flow);
    };
    const socket = await raw(transport.port);
    let text = "";
    socket.on("data", (octets: Buffer) => (text += octets.toString()));
    socket.write("OPTIONS sip:b@127.0.0.1 SIP/2.0\r\nContent-Length: -1\r\n\r\n");
    await once(socket, "close");
    expect(text).toBe("answer 400");
  });
});

describe("a TLS listener", () => {
  const openTls = async (certificates: Certificates, more: object = {}): Promise<TlsTransport> => {
    const transport = await TlsTransport.open({
      id: "tls",
      address: "127.0.0.1",
      port: 0,
      certificates,
      ...more,
    });
    transports.push(transport);
    return transport;
  };
  /** The names of the certificate that a client is shown which asks for `servername`. */
  const shownTo = async (port: number, servername: string): Promise<string | undefined> => {
    const socket = connectTls({ host: "127.0.0.1", port, servername, rejectUnauthorized: false });
    sockets.push(socket);
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().subjectaltname;
  };

  it("refuses a peer whose certificate names another domain (RFC 5922 §7.3)", async () => {
    const [one, other] = [await openTls(A), await openTls(B)];
    const failed = nextError(one);
    one.send(message("1"), "127.0.0.1", other.port, { serverName: "c.example" });
    expect(await failed).toContain('not for "c.example"');
    const arrived = next(other);
    one.send(message("1"), "127.0.0.1", other.port);
    expect((await arrived).flow.peer).toBeUndefined();
  });

  it("refuses a peer whose root it does not trust, and tells of failed handshakes", async () => {
    const stranger = makeCertificate({ commonName: "Another root" });
    const [one, other] = [await openTls(A), await openTls({ own: stranger, trusted: [root.cert] })];
    const handshake = new Promise<Error>((resolve) => {
      other.onHandshakeFailed = resolve;
    });
    const failed = nextError(one);
    one.send(message("1"), "127.0.0.1", other.port, { serverName: "b.example" });
    expect(await failed).toMatch(/self-signed certificate/);
    expect((await handshake).message).not.toBe("");
  });

  it("asks for certificates, and lets none in without one where they are required", async () => {
    const required = await openTls(B, { peerCertificates: "required" });
    const socket = connectTls({ host: "127.0.0.1", port: required.port, rejectUnauthorized: false });
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(message("1"));
    const closed = new Promise<boolean>((resolve) =>
      socket.once("close", () => {
        resolve(false);
      }),
    );
    const isHeard = Promise.race([next(required).then(() => true), closed]);
    expect(await isHeard).toBe(false);
    const optional = await openTls(B, { peerCertificates: "optional" });
    const second = connectTls({ host: "127.0.0.1", port: optional.port, rejectUnauthorized: false });
    sockets.push(second);
    const arrived = next(optional);
    second.write(message("1"));
    expect((await arrived).flow.peer).toBeUndefined();
  });

  it("shows the certificate of the domain that is asked for, and another after a reload", async () => {
    const certificates = { ...A, byDomain: { "B.example": B.own } };
    const transport = await openTls(certificates);
    const one = await openTls(A);
    const arrived = next(transport);
    one.send(message("1"), "127.0.0.1", transport.port, { serverName: "a.example" });
    const { connection } = (await arrived).flow;
    expect(await shownTo(transport.port, "b.example")).toContain("DNS:b.example");
    expect(await shownTo(transport.port, "unknown.example")).toContain("DNS:a.example");
    transport.reload(issue("new.example"));
    expect(await shownTo(transport.port, "b.example")).toContain("DNS:new.example");
    const again = next(transport);
    one.send(message("2"), "127.0.0.1", transport.port, { serverName: "a.example" });
    expect((await again).flow.connection).toBe(connection);
    expect(() => {
      transport.reload({ own: { cert: A.own.cert, key: B.own.key } });
    }).toThrow();
    expect(await shownTo(transport.port, "b.example")).toContain("DNS:new.example");
  });

  it("speaks nothing older than TLS 1.2", async () => {
    const { port } = await openTls(A);
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, ciphers: "DEFAULT:@SECLEVEL=0" };
    const old = connectTls({ ...options, minVersion: "TLSv1", maxVersion: "TLSv1.1" });
    await expect(once(old, "secureConnect")).rejects.toThrow();
    const current = connectTls({ ...options, maxVersion: "TLSv1.2" });
    sockets.push(current);
    await once(current, "secureConnect");
    expect(current.getProtocol()).toBe("TLSv1.2");
  });
});

describe("a WebSocket listener", () => {
  const listen = { id: "ws", address: "127.0.0.1", port: 0 };
  const openWs = async (more: object = {}): Promise<WebSocketTransport> => {
    const transport = await WebSocketTransport.open({ ...listen, ...more });
    transports.push(transport);
    return transport;
  };

  it("takes the subprotocol sip alone (RFC 7118 §4.1), from the origins it is told", async () => {
    const { port } = await openWs({ isOriginAllowed: (origin: string) => origin === "https://a.example" });
    const refused = async (protocol: string, origin?: string): Promise<string> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocol, origin ? { origin } : {});
      const [error] = (await once(socket, "error")) as [Error];
      return error.message;
    };
    expect(await refused("chat")).toContain("400");
    expect(await refused("sip", "https://b.example")).toContain("403");
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, ["chat", "sip"], { origin: "https://a.example" });
    await once(socket, "open");
    expect(socket.protocol).toBe("sip");
  });

  it("sends text where a message is UTF-8 and binary where it is not (RFC 7118 §5)", async () => {
    const transport = await openWs();
    const socket = new WebSocket(`ws://127.0.0.1:${transport.port}/`, "sip");
    await once(socket, "open");
    const arrived = next(transport);
    socket.send(message("hello"));
    const { text, flow } = await arrived;
    expect(text).toBe(octetString(message("hello")));
    const kinds: boolean[] = [];
    socket.on("message", (_octets, isBinary) => kinds.push(isBinary));
    transport.send(message("text"), flow.remoteAddress, flow.remotePort, flow);
    transport.send(message("\u00ff"), flow.remoteAddress, flow.remotePort, flow);
    while (kinds.length < 2) await once(socket, "message");
    expect(kinds).toEqual([false, true]);
  });

  it("answers plain HTTP with 426", async () => {
    const { port } = await openWs();
    const [response] = (await once(get({ host: "127.0.0.1", port }), "response")) as [
      { statusCode: number; resume(): void },
    ];
    response.resume();
    expect(response.statusCode).toBe(426);
  });

  it("has certificates only as WSS", async () => {
    const transport = await openWs();
    expect(() => {
      transport.reload(A);
    }).toThrow(TypeError);
  });
});

describe("openTransport", () => {
  it("says that there is no SCTP (RFC 4168)", async () => {
    await expect(openTransport({ id: "s", protocol: "SCTP" })).rejects.toMatchObject({
      code: "unsupported-transport",
      message: expect.stringContaining("Node has no SCTP socket") as unknown,
    });
  });

  it("opens UDP, too", async () => {
    const udp = await open({ id: "udp", protocol: "UDP", address: "127.0.0.1", port: 0 });
    expect([udp.protocol, udp.isReliable]).toEqual(["UDP", false]);
  });
});
