import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { DnsType } from "../../location/resolver.ts";
import type { MemoryZone } from "../../testing/memory-resolver.ts";

const TYPES: Record<DnsType, number> = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 };
const IN = 1;
const TTL_S = 300;
const NO_SUCH_NAME = 3;
const SERVER_FAILURE = 2;
/** The name of the question, as RFC 1035 §4.1.4 points to it. */
const QUESTION_NAME = 0xc00c;

const u16 = (...values: readonly number[]): Buffer =>
  Buffer.concat(values.map((each) => Buffer.of(each >> 8, each & 0xff)));
const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
const nameOctets = (name: string): Buffer => Buffer.concat([...name.split(".").map(text), Buffer.of(0)]);

/** `2001:db8::1` as its 16 octets. */
function ipv6Octets(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const groups = (part: string | undefined): number[] =>
    part === undefined || part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  return u16(...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after);
}

/** Record data by type (RFC 1035 §4.1.3, RFC 3596 §2.2, RFC 2782, RFC 3403 §4.1). */
function dataOf(zone: MemoryZone, type: DnsType, name: string): Buffer[] {
  switch (type) {
    case "A":
      return (zone.A?.[name] ?? []).map((address) => Buffer.from(address.split(".").map(Number)));
    case "AAAA":
      return (zone.AAAA?.[name] ?? []).map(ipv6Octets);
    case "SRV":
      return (zone.SRV?.[name] ?? []).map(({ priority, weight, port, target }) =>
        Buffer.concat([u16(priority, weight, port), nameOctets(target)]),
      );
    case "NAPTR":
      return (zone.NAPTR?.[name] ?? []).map(({ order, preference, flags, service, replacement }) =>
        Buffer.concat([u16(order, preference), ...[flags, service, ""].map(text), nameOctets(replacement)]),
      );
  }
}

/** DNS over UDP on loopback: enough of RFC 1035 for a question and its answer. */
export class NameServer {
  readonly #socket: Socket;
  zone: MemoryZone;
  /** Questions that came, in order: `SRV _sip._udp.example.com`. */
  readonly asked: string[] = [];
  /** Names that are answered SERVFAIL, or questions: `A sbc.example`. */
  readonly failing = new Set<string>();
  isSilent = false;

  private constructor(socket: Socket, zone: MemoryZone) {
    this.#socket = socket;
    this.zone = zone;
    socket.on("message", (query, { port, address }) => {
      const answer = this.#answerTo(query);
      if (!this.isSilent) socket.send(answer, port, address);
    });
  }

  static async open(zone: MemoryZone): Promise<NameServer> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new NameServer(socket, zone);
  }

  /** `address:port`, as resolvers take it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #answerTo(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString("latin1", at + 1, at + 1 + length));
      at += 1 + length;
    }
    const code = query.readUInt16BE(at + 1);
    const questionEnd = at + 5;
    const name = labels.join(".").toLowerCase();
    const type = (Object.keys(TYPES) as DnsType[]).find((each) => TYPES[each] === code);
    this.asked.push(`${type ?? code} ${name}`);
    const records = type === undefined ? [] : dataOf(this.zone, type, name);
    const isKnown = Object.values(this.zone).some((byName) => name in byName);
    const isFailing = this.failing.has(name) || this.failing.has(`${type ?? code} ${name}`);
    const status = isFailing ? SERVER_FAILURE : isKnown ? 0 : NO_SUCH_NAME;
    return Buffer.concat([
      query.subarray(0, 2),
      u16(0x8180 | status, 1, records.length, 0, 0),
      query.subarray(12, questionEnd),
      ...records.map((data) => Buffer.concat([u16(QUESTION_NAME, code, IN, 0, TTL_S, data.length), data])),
    ]);
  }
}
