import { describe, expect, it } from "@jest/globals";
import type { TrunkConfig } from "../config/config.ts";
import { TrunkTable } from "./trunk-table.ts";

const trunk = (id: string, sources: string[], listener?: string): TrunkConfig =>
  ({ id, sources, listener }) as unknown as TrunkConfig;

const table = (
  resolve: (name: string) => Promise<string[]> = () => Promise.reject(new Error("no DNS")),
): TrunkTable =>
  new TrunkTable(
    [
      trunk("net", ["203.0.113.0/24"]),
      trunk("host", ["192.0.2.10", "2001:db8::/32"]),
      trunk("named", ["sbc.example.org"]),
      trunk("second", ["198.51.100.1"], "udp-2"),
    ],
    resolve,
  );

describe("the trunk table", () => {
  it.each([
    ["203.0.113.77", "udp-1", "net"],
    ["192.0.2.10", "udp-1", "host"],
    ["192.0.2.11", "udp-1", undefined],
    ["2001:db8::5", "udp-1", "host"],
    ["198.51.100.1", "udp-2", "second"],
    ["198.51.100.1", "udp-1", undefined],
  ])("knows %s on %s as %s", (address, listener, id) => {
    const trunks = table();
    expect(trunks.find(address, listener)?.id).toBe(id);
    expect(trunks.find(address, listener)?.id).toBe(id);
  });

  it("follows the addresses of a name, and says which names it could not resolve", async () => {
    const trunks = table((name) => Promise.resolve(name === "sbc.example.org" ? ["192.0.2.99"] : []));
    expect(trunks.find("192.0.2.99", "udp-1")).toBeUndefined();
    expect(await trunks.refresh()).toEqual([]);
    expect(trunks.find("192.0.2.99", "udp-1")?.id).toBe("named");
    expect(await table().refresh()).toEqual(["sbc.example.org"]);
  });
});
