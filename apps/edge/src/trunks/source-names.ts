import { lookup } from "node:dns/promises";
import { DnsResolver } from "@tandem/sip/node";
import type { DnsConfig } from "../config/config.ts";
import type { Resolve } from "./trunk-table.ts";

/**
 * Finds the addresses of both families of a trunk's source name: by the configured name servers, else as the system does. A
 * family that is not answered keeps what it had: silence about one must not shut out who calls from it.
 */
export function sourceNames({ servers, timeoutMs }: DnsConfig): Resolve {
  if (servers.length === 0)
    return async (name) => (await lookup(name, { all: true })).map(({ address }) => address);
  const resolver = new DnsResolver({ servers, timeoutMs });
  const [ofIpv4, ofIpv6] = [family(resolver, "A"), family(resolver, "AAAA")];
  return async (name) => {
    const addresses = (await Promise.all([ofIpv4(name), ofIpv6(name)])).flat();
    if (addresses.length === 0) throw new TypeError(`${name} has no address`);
    return addresses;
  };
}

function family(resolver: DnsResolver, type: "A" | "AAAA"): Resolve {
  const known = new Map<string, readonly string[]>();
  return (name) =>
    new Promise((resolve) => {
      resolver.resolve(type, name, (answer) => {
        if (answer.ok) known.set(name, answer.records);
        else if (answer.isNegative) known.delete(name);
        resolve(known.get(name) ?? []);
      });
    });
}
