import { describe, expect, it } from "@jest/globals";
import { RFC3398_RULES } from "@tandem/interworking";
import type { TrunkConfig } from "../config/config.ts";
import { TrunkTable, type Resolve } from "./trunk-table.ts";

const trunk = (id: string, sources: string[], listener?: string): TrunkConfig => ({
  id,
  profile: "sip",
  sources,
  listener,
  largeRequests: "tcp",
  isup: {
    variant: "itu-t92+",
    acceptsAnyVersion: false,
    handling: "optional",
    inAnswers: true,
    rlc: false,
    overlap: undefined,
  },
  causes: RFC3398_RULES,
  numbers: { country: undefined, restricted: "mask" },
});

const noDns: Resolve = () => Promise.reject(new Error("no DNS"));

const table = (resolve: Resolve = noDns): TrunkTable =>
  new TrunkTable(
    [
      trunk("net", ["203.0.113.0/24"]),
      trunk("host", ["192.0.2.10", "2001:db8::/32"]),
      trunk("named", ["sbc.example.org", "192.0.2.50"]),
      trunk("second", ["198.51.100.1"], "udp-2"),
      trunk("wide", ["198.51.100.0/24"]),
    ],
    resolve,
  );

/** Names and what they resolve to; a name that is not there cannot be resolved. */
class Names {
  readonly addresses = new Map<string, readonly string[]>();
  asked = 0;
  readonly resolve: Resolve = (name) => {
    this.asked++;
    const found = this.addresses.get(name);
    return found === undefined ? noDns(name) : Promise.resolve(found);
  };
}

describe("the trunk table", () => {
  it.each([
    ["203.0.113.77", "udp-1", "net"],
    ["203.0.114.1", "udp-1", undefined],
    ["192.0.2.10", "udp-1", "host"],
    ["192.0.2.11", "udp-1", undefined],
    ["2001:db8::5", "udp-1", "host"],
    ["2001:db9::5", "udp-1", undefined],
    ["192.0.2.50", "udp-1", "named"],
  ])("knows %s on %s as %s, the second time too", (address, listener, id) => {
    const trunks = table();
    expect(trunks.find(address, listener)?.id).toBe(id);
    expect(trunks.find(address, listener)?.id).toBe(id);
  });

  it("takes the first trunk that fits source and listener", () => {
    const trunks = table();
    expect(trunks.find("198.51.100.1", "udp-2")?.id).toBe("second");
    expect(trunks.find("198.51.100.1", "udp-1")?.id).toBe("wide");
    expect(trunks.find("198.51.100.2", "udp-2")?.id).toBe("wide");
  });

  it("knows an IPv4 source that a socket for both families writes as IPv6 (RFC 4291 §2.5.5.2)", () => {
    expect(table().find("::ffff:192.0.2.10", "udp-1")?.id).toBe("host");
    expect(table().find("::ffff:192.0.2.11", "udp-1")).toBeUndefined();
  });

  it("follows the addresses of a name", async () => {
    const names = new Names();
    const trunks = table(names.resolve);
    expect(trunks.hasNames).toBe(true);
    expect(trunks.find("192.0.2.99", "udp-1")).toBeUndefined();
    names.addresses.set("sbc.example.org", ["192.0.2.99", "2001:db9::1"]);
    expect(await trunks.refresh()).toEqual([]);
    expect(trunks.find("192.0.2.99", "udp-1")?.id).toBe("named");
    expect(trunks.find("2001:db9::1", "udp-1")?.id).toBe("named");
    names.addresses.set("sbc.example.org", ["192.0.2.98"]);
    expect(await trunks.refresh()).toEqual([]);
    expect(trunks.find("192.0.2.99", "udp-1")).toBeUndefined();
    expect(trunks.find("192.0.2.98", "udp-1")?.id).toBe("named");
  });

  it("keeps what a name had while it cannot be resolved, and says which it was", async () => {
    const names = new Names();
    const trunks = table(names.resolve);
    names.addresses.set("sbc.example.org", ["192.0.2.99"]);
    await trunks.refresh();
    names.addresses.clear();
    expect(await trunks.refresh()).toEqual(["sbc.example.org"]);
    expect(trunks.find("192.0.2.99", "udp-1")?.id).toBe("named");
    expect(trunks.find("192.0.2.50", "udp-1")?.id).toBe("named");
  });

  it("asks for a name once, however many trunks have it", async () => {
    const names = new Names();
    const trunks = new TrunkTable(
      [trunk("a", ["sbc.example.org"], "udp-1"), trunk("b", ["sbc.example.org"], "udp-2")],
      names.resolve,
    );
    names.addresses.set("sbc.example.org", ["192.0.2.99"]);
    await trunks.refresh();
    expect(names.asked).toBe(1);
    expect(trunks.find("192.0.2.99", "udp-2")?.id).toBe("b");
    expect(new TrunkTable([trunk("c", ["192.0.2.1", "2001:db8::/32"])], noDns).hasNames).toBe(false);
  });

  it("still tells trunks from strangers after more strangers than it remembers", () => {
    const trunks = table();
    const strangers = Array.from({ length: 10_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    expect(strangers.filter((address) => trunks.find(address, "udp-1") !== undefined)).toEqual([]);
    expect(trunks.find("192.0.2.10", "udp-1")?.id).toBe("host");
  });
});
