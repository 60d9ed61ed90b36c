import { describe, expect, it } from "@jest/globals";
import { parseUri, type Uri } from "../message/uri.ts";
import { MemoryResolver, type MemoryZone } from "../testing/memory-resolver.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { NextHop } from "../transport/listeners.ts";
import type { HopSequence } from "./hop-sequence.ts";
import { ServerLocator, type ServerLocatorOptions } from "./server-locator.ts";
import { orderSrv } from "./srv-order.ts";

const ZONE: MemoryZone = {
  NAPTR: {
    "example.com": [
      { order: 90, preference: 50, flags: "s", service: "SIP+D2T", replacement: "_sip._tcp.example.com." },
      { order: 50, preference: 50, flags: "s", service: "SIPS+D2T", replacement: "_sips._tcp.example.com" },
      { order: 100, preference: 50, flags: "s", service: "SIP+D2U", replacement: "_sip._udp.example.com" },
      { order: 10, preference: 1, flags: "u", service: "E2U+sip", replacement: "." },
    ],
    "dead.example": [
      { order: 1, preference: 1, flags: "S", service: "sip+d2u", replacement: "_sip._udp.none.example" },
    ],
  },
  SRV: {
    "_sip._tcp.example.com": [
      { priority: 1, weight: 1, port: 5060, target: "server2.example.com." },
      { priority: 0, weight: 1, port: 5070, target: "server1.example.com" },
    ],
    "_sips._tcp.example.com": [{ priority: 0, weight: 0, port: 5061, target: "server1.example.com" }],
    "_sip._udp.example.com": [{ priority: 0, weight: 0, port: 5060, target: "server2.example.com" }],
    "_sip._udp.srv.example": [{ priority: 0, weight: 0, port: 5090, target: "server1.example.com" }],
    "_sip._tcp.refused.example": [{ priority: 0, weight: 0, port: 1, target: "." }],
  },
  A: {
    "server1.example.com": ["192.0.2.1", "192.0.2.11"],
    "server2.example.com": ["192.0.2.2"],
    "plain.example": ["192.0.2.3"],
    "dead.example": ["192.0.2.4"],
    "refused.example": ["192.0.2.5"],
  },
  AAAA: { "server1.example.com": ["2001:db8::1"] },
};

function setUp(more: Partial<ServerLocatorOptions> = {}, zone = ZONE) {
  const clock = new VirtualClock();
  const resolver = new MemoryResolver(zone);
  const random = new SeededRandom(1);
  const locator = new ServerLocator({ resolver, clock, random, transports: ["UDP", "TCP", "TLS"], ...more });
  return { clock, resolver, locator };
}

const uri = (text: string): Uri => parseUri(text) ?? { scheme: "none", rest: "", other: true };

function all(sequence: HopSequence): NextHop[] {
  const hops: NextHop[] = [];
  const take = (hop: NextHop | undefined): void => {
    if (hop === undefined) return;
    hops.push(hop);
    sequence.next(take);
  };
  sequence.next(take);
  return hops;
}

const shown = ({ transport, address, port }: NextHop): string => `${transport} ${address} ${port}`;

describe("ServerLocator", () => {
  it.each([
    ["sip:b@192.0.2.9", ["UDP 192.0.2.9 5060"]],
    ["sip:b@192.0.2.9:5070", ["UDP 192.0.2.9 5070"]],
    ["sip:b@192.0.2.9;transport=TCP", ["TCP 192.0.2.9 5060"]],
    ["sip:b@192.0.2.9;transport=tls", ["TLS 192.0.2.9 5061"]],
    ["sips:b@192.0.2.9", ["TLS 192.0.2.9 5061"]],
    ["sips:b@192.0.2.9;transport=tcp", ["TLS 192.0.2.9 5061"]],
    ["sips:b@192.0.2.9;transport=udp", []],
    ["sip:b@192.0.2.9;transport=sctp", []],
    ["sip:b@192.0.2.9;transport=ws", []],
    ["sip:b@[2001:db8::9]:5080", ["UDP 2001:db8::9 5080"]],
    ["sip:b@unknown.example;maddr=192.0.2.8", ["UDP 192.0.2.8 5060"]],
    ["tel:+15551234", []],
  ])("asks nobody about %s (RFC 3263 §4.1)", (text, expected) => {
    const { resolver, locator } = setUp();
    expect(all(locator.locate(uri(text))).map(shown)).toEqual(expected);
    expect(resolver.asked).toEqual([]);
  });

  it("looks a host with a port up by its addresses alone, of both families", () => {
    const { resolver, locator } = setUp();
    const hops = all(locator.locate(uri("sip:b@Server1.example.com:5080")));
    expect(hops.map(shown)).toEqual(["UDP 192.0.2.1 5080", "UDP 192.0.2.11 5080", "UDP 2001:db8::1 5080"]);
    expect(resolver.asked).toEqual(["A server1.example.com", "AAAA server1.example.com"]);
    const ipv4 = setUp({ families: ["A"] });
    expect(all(ipv4.locator.locate(uri("sip:server1.example.com:5080")))).toHaveLength(2);
  });

  it("takes NAPTR by order, then SRV by priority, and names the domain for certificates", () => {
    const { locator } = setUp({ families: ["A"] });
    const hops = all(locator.locate(uri("sip:b@example.com")));
    expect(hops.map(shown)).toEqual([
      "TLS 192.0.2.1 5061",
      "TLS 192.0.2.11 5061",
      "TCP 192.0.2.1 5070",
      "TCP 192.0.2.11 5070",
      "TCP 192.0.2.2 5060",
      "UDP 192.0.2.2 5060",
    ]);
    expect(new Set(hops.map(({ serverName }) => serverName))).toEqual(new Set(["example.com"]));
  });

  it("takes nothing but SIPS for a sips URI, and only transports that we speak", () => {
    const secure = setUp({ families: ["A"] });
    expect(all(secure.locator.locate(uri("sips:example.com"))).map(shown)).toEqual([
      "TLS 192.0.2.1 5061",
      "TLS 192.0.2.11 5061",
    ]);
    const udp = setUp({ transports: ["UDP"] });
    expect(all(udp.locator.locate(uri("sip:example.com"))).map(shown)).toEqual(["UDP 192.0.2.2 5060"]);
    expect(all(udp.locator.locate(uri("sips:example.com")))).toEqual([]);
  });

  it("asks for SRV of each transport where there is no NAPTR, and uses addresses only without any SRV (§4.2)", () => {
    const { locator, resolver } = setUp({ families: ["A"] });
    expect(all(locator.locate(uri("sip:b@srv.example"))).map(shown)).toEqual([
      "UDP 192.0.2.1 5090",
      "UDP 192.0.2.11 5090",
    ]);
    resolver.asked.length = 0;
    expect(all(locator.locate(uri("sip:b@plain.example"))).map(shown)).toEqual(["UDP 192.0.2.3 5060"]);
    expect(resolver.asked).toEqual([
      "NAPTR plain.example",
      "SRV _sip._udp.plain.example",
      "SRV _sip._tcp.plain.example",
      "SRV _sips._tcp.plain.example",
      "A plain.example",
    ]);
  });

  it("asks for the SRV of a transport that the URI names, and falls back to its addresses", () => {
    const { locator } = setUp({ families: ["A"] });
    expect(all(locator.locate(uri("sip:example.com;transport=tcp"))).map(shown)).toContain(
      "TCP 192.0.2.2 5060",
    );
    expect(all(locator.locate(uri("sip:plain.example;transport=tcp"))).map(shown)).toEqual([
      "TCP 192.0.2.3 5060",
    ]);
    expect(all(locator.locate(uri("sip:dead.example"))).map(shown)).toEqual(["UDP 192.0.2.4 5060"]);
  });

  it("has no hop where SRV says that the service is not there (RFC 2782)", () => {
    const { locator } = setUp();
    expect(all(locator.locate(uri("sip:refused.example;transport=tcp")))).toEqual([]);
    expect(all(locator.locate(uri("sip:nowhere.example")))).toEqual([]);
  });

  it("asks for addresses alone where no name server answers for NAPTR or SRV: time is short", () => {
    const { locator, resolver } = setUp({ families: ["A"] });
    resolver.isSilent = true;
    expect(all(locator.locate(uri("sip:b@example.com")))).toEqual([]);
    expect(resolver.asked).toEqual(["NAPTR example.com", "A example.com"]);
    resolver.asked.length = 0;
    expect(all(locator.locate(uri("sip:b@plain.example;transport=tcp")))).toEqual([]);
    expect(resolver.asked).toEqual(["SRV _sip._tcp.plain.example", "A plain.example"]);
  });

  it("looks up no more than is asked for", () => {
    const { locator, resolver } = setUp({ families: ["A"] });
    const sequence = locator.locate(uri("sip:example.com;transport=tcp"));
    sequence.next(() => undefined);
    expect(resolver.asked).toEqual(["SRV _sip._tcp.example.com", "A server1.example.com"]);
  });

  it("puts a hop that failed behind all others, until its time is over (RFC 3263 §4.3)", () => {
    const { clock, locator } = setUp({ families: ["A"], failedMs: 30_000 });
    const target = uri("sip:example.com;transport=tcp");
    const sequence = locator.locate(target);
    const order: string[] = [];
    sequence.next((first) => {
      if (first === undefined) return;
      order.push(shown(first));
      sequence.nextAfter(first, (second) => second && order.push(shown(second)));
    });
    expect(order).toEqual(["TCP 192.0.2.1 5070", "TCP 192.0.2.11 5070"]);
    expect(all(locator.locate(target)).map(shown)).toEqual([
      "TCP 192.0.2.11 5070",
      "TCP 192.0.2.2 5060",
      "TCP 192.0.2.1 5070",
    ]);
    clock.advance(30_000);
    expect(all(locator.locate(target))[0]).toMatchObject({ address: "192.0.2.1" });
    const [hop] = all(locator.locate(target));
    if (hop !== undefined) {
      locator.failed(hop);
      locator.succeeded(hop);
    }
    expect(all(locator.locate(target))[0]).toMatchObject({ address: "192.0.2.1" });
  });

  it("keeps answers for their time to live, absent names for less, failures for half a minute", () => {
    const { clock, resolver, locator } = setUp({ families: ["A"] });
    const count = (text: string): number => {
      resolver.asked.length = 0;
      all(locator.locate(uri(text)));
      return resolver.asked.length;
    };
    const host = "sip:server2.example.com:5060";
    expect([count(host), count(host)]).toEqual([1, 0]);
    clock.advance(600_000);
    expect(count(host)).toBe(1);
    const absent = "sip:absent.example:5060";
    expect([count(absent), count(absent)]).toEqual([1, 0]);
    clock.advance(300_000);
    expect(count(absent)).toBe(1);
    resolver.failing.add("plain.example");
    const failing = "sip:plain.example:5060";
    expect([count(failing), count(failing)]).toEqual([1, 0]);
    resolver.failing.clear();
    clock.advance(30_000);
    expect(all(locator.locate(uri(failing)))).toHaveLength(1);
  });

  it("asks once for callers that wait at the same time, and gives each its hop", () => {
    const { clock, resolver, locator } = setUp({ families: ["A"] });
    resolver.delay = (answer) => clock.setTimeout(answer, 100);
    const hops: unknown[] = [];
    for (let caller = 0; caller < 3; caller++)
      locator.locate(uri("sip:server2.example.com:5060")).next((hop) => hops.push(hop?.address));
    expect([resolver.asked.length, hops.length]).toEqual([1, 0]);
    clock.advance(100);
    expect(hops).toEqual(["192.0.2.2", "192.0.2.2", "192.0.2.2"]);
  });

  it("ends with a zone that leads nowhere in any number of ways", () => {
    const many = Array.from({ length: 5_000 }, (_, at) => at);
    const { locator, resolver } = setUp(
      {},
      {
        SRV: {
          "_sip._udp.huge.example": many.map((at) => ({
            priority: at,
            weight: 0,
            port: 5060,
            target: `h${at}.example`,
          })),
        },
      },
    );
    expect(all(locator.locate(uri("sip:huge.example;transport=udp")))).toEqual([]);
    expect(resolver.asked.length).toBeLessThan(100);
  });
});

describe("orderSrv", () => {
  const record = (priority: number, weight: number, target: string) => ({
    priority,
    weight,
    port: 5060,
    target,
  });

  it("draws by weight within a priority (RFC 2782), the same for the same seed", () => {
    const records = [record(1, 10, "last"), record(0, 60, "a"), record(0, 30, "b"), record(0, 10, "c")];
    const random = new SeededRandom(42);
    const firsts: Record<string, number> = {};
    for (let count = 0; count < 6_000; count++) {
      const ordered = orderSrv(records, random).map(({ target }) => target);
      expect(ordered[3]).toBe("last");
      expect(new Set(ordered).size).toBe(4);
      firsts[ordered[0] ?? ""] = (firsts[ordered[0] ?? ""] ?? 0) + 1;
    }
    for (const [target, share] of Object.entries({ a: 0.6, b: 0.3, c: 0.1 }))
      expect(Math.abs((firsts[target] ?? 0) / 6_000 - share)).toBeLessThan(0.03);
    expect(orderSrv(records, new SeededRandom(7))).toEqual(orderSrv(records, new SeededRandom(7)));
  });

  it("gives records of weight 0 a small chance among others, and all of them where there are no others", () => {
    const random = new SeededRandom(3);
    const records = [record(0, 99, "heavy"), record(0, 0, "light")];
    let light = 0;
    for (let count = 0; count < 5_000; count++) if (orderSrv(records, random)[0]?.target === "light") light++;
    expect(light).toBeGreaterThan(5);
    expect(light).toBeLessThan(150);
    expect(orderSrv([record(0, 0, "a"), record(0, 0, "b")], random)).toHaveLength(2);
  });
});
