import { lookup, Resolver } from "node:dns/promises";
import type { DnsConfig } from "../config/config.ts";
import type { Resolve } from "./trunk-table.ts";

/** As `timeout` of the configuration says: a name server is asked twice. */
const TRIES = 2;

/** Finds the addresses of both families of a trunk's source name: by the configured name servers, else as the system does. */
export function sourceNames({ servers, timeoutMs }: DnsConfig): Resolve {
  if (servers.length === 0)
    return async (name) => (await lookup(name, { all: true })).map(({ address }) => address);
  const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
  resolver.setServers(servers);
  return async (name) => {
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
    if (addresses.length === 0) throw new TypeError(`${name} has no address`);
    return addresses;
  };
}
