import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createSocket, type Socket } from "node:dgram";
import type { DnsAnswer, DnsRecords, DnsType } from "../location/resolver.ts";
import { DnsResolver } from "./dns-resolver.ts";

const TYPES: Record<DnsType, number> = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 };
const NO_SUCH_NAME = 3;
const SERVER_FAILURE = 2;

const nameOctets = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ]);
const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
const u16 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((each) => Buffer.of(each >> 8, each & 255)));

/** Record data by "TYPE name" (RFC 1035 §4.1.3). */
const ZONE: Record<string, Buffer[]> = {
  "A a.example": [Buffer.of(192, 0, 2, 1), Buffer.of(192, 0, 2, 2)],
  "AAAA a.example": [Buffer.of(0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1)],
  "SRV _sip._udp.a.example": [Buffer.concat([u16(1, 2, 5070), nameOctets("s.example")])],
  "NAPTR a.example": [
    Buffer.concat([u16(10, 20), text("s"), text("SIP+D2U"), text(""), nameOctets("_sip._udp.a.example")]),
  ],
};

/** A name server of one socket: enough of RFC 1035 for a question and its answer. */
function answerTo(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const questionEnd = at + 5;
  const type = Object.entries(TYPES).find(([, code]) => code === query.readUInt16BE(at + 1))?.[0] ?? "";
  const name = labels.join(".");
  const records = ZONE[`${type} ${name}`] ?? [];
  const isKnown = Object.keys(ZONE).some((key) => key.endsWith(` ${name}`));
  const code = name.startsWith("broken") ? SERVER_FAILURE : isKnown ? 0 : NO_SUCH_NAME;
  const answers = records.map((data) =>
    Buffer.concat([u16(0xc00c, TYPES[type as DnsType], 1, 0, 300, data.length), data]),
  );
  return Buffer.concat([
    query.subarray(0, 2),
    u16(0x8180 | code, 1, records.length, 0, 0),
    query.subarray(12, questionEnd),
    ...answers,
  ]);
}

describe("DnsResolver", () => {
  let server: Socket;
  let resolver: DnsResolver;
  let isSilent = false;

  beforeEach(async () => {
    isSilent = false;
    server = createSocket("udp4");
    server.on("message", (query, { port, address }) => {
      if (!isSilent) server.send(answerTo(query), port, address);
    });
    await new Promise<void>((resolve) =>
      server.bind(0, "127.0.0.1", () => {
        resolve();
      }),
    );
    resolver = new DnsResolver({ servers: [`127.0.0.1:${server.address().port}`], timeoutMs: 500 });
  });

  afterEach(async () => {
    resolver.close();
    await new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
  });

  const ask = <T extends DnsType>(type: T, name: string): Promise<DnsAnswer<DnsRecords[T]>> =>
    new Promise((resolve) => {
      resolver.resolve(type, name, resolve);
    });

  it("gives the records that RFC 3263 asks for, addresses with their time to live", async () => {
    expect(await ask("A", "a.example")).toEqual({
      ok: true,
      records: ["192.0.2.1", "192.0.2.2"],
      ttlMs: 300_000,
    });
    expect(await ask("AAAA", "a.example")).toMatchObject({ records: ["2001:db8::1"], ttlMs: 300_000 });
    expect(await ask("SRV", "_sip._udp.a.example")).toMatchObject({
      records: [{ priority: 1, weight: 2, port: 5070, target: "s.example" }],
    });
    expect(await ask("NAPTR", "a.example")).toMatchObject({
      records: [
        { order: 10, preference: 20, flags: "s", service: "SIP+D2U", replacement: "_sip._udp.a.example" },
      ],
    });
  });

  it("tells a name or type that does not exist from a server that fails", async () => {
    expect(await ask("A", "none.example")).toMatchObject({ ok: false, isNegative: true });
    expect(await ask("AAAA", "_sip._udp.a.example")).toMatchObject({ ok: false, isNegative: true });
    expect(await ask("A", "broken.example")).toMatchObject({ ok: false, isNegative: false });
  });

  it("answers what is open when it is closed", async () => {
    isSilent = true;
    const open = ask("A", "a.example");
    resolver.close();
    expect(await open).toMatchObject({ ok: false, isNegative: false });
  });
});
