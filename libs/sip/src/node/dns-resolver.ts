import { Resolver as Dns, type RecordWithTtl } from "node:dns";
import type {
  DnsAnswer,
  DnsRecords,
  DnsType,
  NaptrRecord,
  Resolver,
  SrvRecord,
} from "../location/resolver.ts";

/** Node tells the time to live of addresses alone; a minute is short for a trunk's NAPTR and SRV, and safe. */
const TTL_MS = 60_000;
/** Node does not tell the SOA's minimum (RFC 2308 §5) either. */
const NEGATIVE_MS = 30_000;
/** One try of at most so long: a call cannot wait for the resolver's usual 20 s. */
const TIMEOUT_MS = 2_000;
const TRIES = 2;

/** Nobody is there, or nobody is asked any more. */
const SILENT = new Set(["ETIMEOUT", "ECONNREFUSED", "ECANCELLED"]);
const NEGATIVE = new Set(["ENODATA", "ENOTFOUND", "NOTFOUND", "NODATA"]);

export interface DnsResolverOptions {
  /** `address` or `address:port`; the system's where it is absent. */
  readonly servers?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
}

/** DNS over Node's resolver; knows no hosts file, as RFC 3263 asks DNS. */
export class DnsResolver implements Resolver {
  readonly #dns: Dns;

  constructor({ servers, timeoutMs }: DnsResolverOptions = {}) {
    this.#dns = new Dns({ timeout: timeoutMs ?? TIMEOUT_MS, tries: TRIES });
    if (servers !== undefined) this.#dns.setServers(servers);
  }

  resolve<T extends DnsType>(
    type: T,
    name: string,
    answer: (answer: DnsAnswer<DnsRecords[T]>) => void,
  ): void {
    // The records of each case are those of its type; the compiler does not join the two.
    const take = answer as (answer: DnsAnswer<unknown>) => void;
    switch (type) {
      case "NAPTR":
        this.#dns.resolveNaptr(name, (error, records) => {
          take(error === null ? found(records satisfies readonly NaptrRecord[]) : failed(error));
        });
        return;
      case "SRV":
        this.#dns.resolveSrv(name, (error, records) => {
          take(error === null ? found(records.map(srvRecord)) : failed(error));
        });
        return;
      case "A":
        this.#dns.resolve4(name, { ttl: true }, (error, records) => {
          take(error === null ? addresses(records) : failed(error));
        });
        return;
      case "AAAA":
        this.#dns.resolve6(name, { ttl: true }, (error, records) => {
          take(error === null ? addresses(records) : failed(error));
        });
    }
  }

  /** Questions that are open are answered as failed; the process may end. */
  close(): void {
    this.#dns.cancel();
  }
}

function srvRecord({
  priority,
  weight,
  port,
  name,
}: {
  priority: number;
  weight: number;
  port: number;
  name: string;
}): SrvRecord {
  return { priority, weight, port, target: name };
}

function found<R>(records: readonly R[]): DnsAnswer<R> {
  return { ok: true, records, ttlMs: TTL_MS };
}

function addresses(records: readonly RecordWithTtl[]): DnsAnswer<string> {
  const ttl = Math.min(...records.map((record) => record.ttl));
  return { ok: true, records: records.map(({ address }) => address), ttlMs: ttl * 1_000 };
}

function failed(error: NodeJS.ErrnoException): DnsAnswer<never> {
  const { code = "" } = error;
  return { ok: false, isNegative: NEGATIVE.has(code), isSilent: SILENT.has(code), ttlMs: NEGATIVE_MS };
}
