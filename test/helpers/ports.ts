import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const ADDRESS = "127.0.0.1";
/** Below the system's own choice (net.ipv4.ip_local_port_range), so that nobody takes one of them in passing. */
const FIRST_PORT = 10_000;
const LAST_PORT = 30_000;
const TRIES_MAX = 50;

async function isFree(port: number, address: string): Promise<boolean> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind({ port, address, exclusive: true });
    await once(socket, "listening");
    return true;
  } catch {
    // Somebody has it: that is the answer.
    return false;
  } finally {
    await new Promise<void>((resolve) => {
      socket.close(resolve);
    });
  }
}

/** The first of so many UDP ports in a row, even, all of them free a moment ago. */
export async function freeUdpPorts(count: number, address = ADDRESS): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const first = FIRST_PORT + 2 * Math.floor((Math.random() * (LAST_PORT - FIRST_PORT - count)) / 2);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map((port) => isFree(port, address)));
    if (free.every(Boolean)) return first;
  }
  throw new TypeError(`no ${count} UDP ports in a row are free`);
}

async function isFreeTcp(port: number, address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: address, exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    // Somebody has it: that is the answer.
    return false;
  } finally {
    server.close();
  }
}

/** A TCP port that was free a moment ago. */
export async function freeTcpPort(address = ADDRESS): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFreeTcp(port, address)) return port;
  }
  throw new TypeError("no TCP port is free");
}
