import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const ADDRESS = "127.0.0.1";
const TRIES_MAX = 50;

/** Ports from `first` on, in turn: one that was handed out comes again only after all the others. */
class PortZone {
  readonly #first: number;
  readonly #count: number;
  /** Processes side by side start at different places. */
  #next: number;

  constructor(first: number, count: number) {
    this.#first = first;
    this.#count = count;
    this.#next = 2 * Math.floor((Math.random() * count) / 2);
  }

  /** The first of `count` ports in a row, even. */
  take(count: number): number {
    const at = this.#next + count > this.#count ? 0 : this.#next;
    this.#next = at + count + (count % 2);
    return this.#first + at;
  }
}

/**
 * Below the system's own choice (net.ipv4.ip_local_port_range), so that nobody takes one of them in passing; single
 * ports apart from ranges, since a range is free as long as its owner has not bound all of it.
 */
const RANGES = new PortZone(10_000, 16_000);
const SINGLE_PORTS = new PortZone(26_000, 6_000);

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
    const first = (count > 2 ? RANGES : SINGLE_PORTS).take(count);
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
    const port = SINGLE_PORTS.take(1);
    if (await isFreeTcp(port, address)) return port;
  }
  throw new TypeError("no TCP port is free");
}
