import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { DnsAnswer, DnsRecords, DnsType } from "../location/resolver.ts";
import { DnsResolver } from "./dns-resolver.ts";
import { NameServer } from "./testing/name-server.ts";

const SRV = { priority: 1, weight: 2, port: 5070, target: "s.example" };
const NAPTR = {
  ...{ order: 10, preference: 20, flags: "s", service: "SIP+D2U", replacement: "_sip._udp.a.example" },
};

describe("DnsResolver", () => {
  let server: NameServer;
  let resolver: DnsResolver;

  beforeEach(async () => {
    server = await NameServer.open({
      A: { "a.example": ["192.0.2.1", "192.0.2.2"] },
      AAAA: { "a.example": ["2001:db8::1"] },
      SRV: { "_sip._udp.a.example": [SRV] },
      NAPTR: { "a.example": [NAPTR] },
    });
    resolver = new DnsResolver({ servers: [server.address], timeoutMs: 500 });
  });

  afterEach(async () => {
    resolver.close();
    await server.close();
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
    expect(await ask("SRV", "_sip._udp.a.example")).toMatchObject({ records: [SRV] });
    expect(await ask("NAPTR", "a.example")).toMatchObject({ records: [NAPTR] });
  });

  it("tells a name or type that does not exist from a server that fails", async () => {
    server.failing.add("broken.example");
    expect(await ask("A", "none.example")).toMatchObject({ ok: false, isNegative: true, isSilent: false });
    expect(await ask("AAAA", "_sip._udp.a.example")).toMatchObject({ ok: false, isNegative: true });
    expect(await ask("A", "broken.example")).toMatchObject({ ok: false, isNegative: false, isSilent: false });
  });

  it("says that nobody has answered, in time", async () => {
    server.isSilent = true;
    expect(await ask("NAPTR", "a.example")).toMatchObject({ ok: false, isNegative: false, isSilent: true });
  });

  it("answers what is open when it is closed", async () => {
    server.isSilent = true;
    const open = ask("A", "a.example");
    resolver.close();
    expect(await open).toMatchObject({ ok: false, isNegative: false });
  });
});
