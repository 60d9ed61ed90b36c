import { describe, expect, it } from "@jest/globals";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { MemoryResolver } from "../testing/memory-resolver.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Listeners } from "../transport/listeners.ts";
import { ServerLocator } from "./server-locator.ts";
import { TargetLocator, type LocatedTargets, type TargetLocatorOptions } from "./target-locator.ts";

const ZONE = {
  SRV: {
    "_sip._udp.b.example": [
      { priority: 0, weight: 0, port: 5060, target: "one.example" },
      { priority: 1, weight: 0, port: 5070, target: "two.example" },
    ],
  },
  A: { "one.example": ["192.0.2.11"], "two.example": ["192.0.2.12"] },
};

function setUp(options: TargetLocatorOptions = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const network = new MemoryNetwork(clock, random);
  const listeners = new Listeners([
    network.transport("udp", "192.0.2.1"),
    network.stream({ id: "tcp", protocol: "TCP", host: "192.0.2.1", port: 5060 }),
  ]);
  const resolver = new MemoryResolver(ZONE);
  const servers = new ServerLocator({
    resolver,
    clock,
    random,
    transports: listeners.protocols,
    families: ["A"],
  });
  return { clock, locator: new TargetLocator(servers, listeners, options) };
}

function all(targets: LocatedTargets): string[] {
  const given: string[] = [];
  const take = (target: Parameters<Parameters<LocatedTargets["next"]>[0]>[0]): void => {
    if (target === undefined) return;
    given.push(`${target.listener} ${target.address}:${target.port}`);
    targets.next(take);
  };
  targets.next(take);
  return given;
}

describe("TargetLocator", () => {
  it("gives the listener of each hop's transport", () => {
    const { locator } = setUp();
    expect(all(locator.locate("sip:b@b.example", undefined))).toEqual([
      "udp 192.0.2.11:5060",
      "udp 192.0.2.12:5070",
    ]);
    expect(all(locator.locate("sip:192.0.2.9;transport=tcp", "udp"))).toEqual(["tcp 192.0.2.9:5060"]);
    expect(all(locator.locate("tel:+1555", undefined))).toEqual([]);
    expect(all(locator.locate("no uri", undefined))).toEqual([]);
  });

  it("tries TCP before UDP for what is larger than 1,300 octets, unless the hop is known to want UDP", () => {
    expect(all(setUp().locator.locate("sip:192.0.2.9", undefined, 2_000))).toEqual([
      "tcp 192.0.2.9:5060",
      "udp 192.0.2.9:5060",
    ]);
    const { locator } = setUp({ largeRequests: ({ address }) => (address === "192.0.2.9" ? "udp" : "tcp") });
    expect(all(locator.locate("sip:192.0.2.9", undefined, 2_000))).toEqual(["udp 192.0.2.9:5060"]);
  });

  it("remembers a hop as failed when its last target failed, and forgets it when one answers", () => {
    const { locator } = setUp();
    const first = (octets: number, fails: number): string | undefined => {
      const targets = locator.locate("sip:b@b.example", undefined, octets);
      let shown: string | undefined;
      targets.next((target) => {
        if (target === undefined) return;
        shown = `${target.listener} ${target.address}`;
        if (fails > 0) targets.failed(target);
        else targets.succeeded(target);
      });
      return shown;
    };
    expect(first(2_000, 1)).toBe("tcp 192.0.2.11");
    expect(first(100, 1)).toBe("udp 192.0.2.11");
    expect(first(100, 0)).toBe("udp 192.0.2.12");
  });

  it("leaves a hop that named a time alone for that, an hour at most (RFC 3261 §21.5.4)", () => {
    const { locator, clock } = setUp();
    const located = (): LocatedTargets => locator.locate("sip:b@b.example", undefined, 100);
    const refuse = (forMs: number): void => {
      const targets = located();
      targets.next((target) => target && targets.failed(target, forMs));
    };
    const isFirst = (): boolean => all(located())[0]?.includes("192.0.2.11") === true;
    refuse(120_000);
    clock.advance(119_999);
    expect(isFirst()).toBe(false);
    clock.advance(1);
    expect(isFirst()).toBe(true);
    refuse(86_400_000);
    clock.advance(3_600_000);
    expect(isFirst()).toBe(true);
  });
});
