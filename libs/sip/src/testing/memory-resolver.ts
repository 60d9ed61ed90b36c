import type { DnsAnswer, DnsRecords, DnsType, Resolver } from "../location/resolver.ts";

/** Ten minutes, where a zone says nothing else. */
const TTL_MS = 600_000;

export type MemoryZone = { readonly [T in DnsType]?: Readonly<Record<string, readonly DnsRecords[T][]>> };

/** DNS in memory, by type and name; what is not in its zone does not exist. */
export class MemoryResolver implements Resolver {
  #zone: MemoryZone;
  /** Questions asked, in order. */
  readonly asked: string[] = [];
  /** Names whose server fails. */
  readonly failing = new Set<string>();
  /** No server answers. */
  isSilent = false;
  ttlMs = TTL_MS;
  /** Gives answers later, where it is set: a virtual clock's timer, for example. */
  delay: ((answer: () => void) => void) | undefined;

  constructor(zone: MemoryZone = {}) {
    this.#zone = zone;
  }

  set zone(zone: MemoryZone) {
    this.#zone = zone;
  }

  resolve<T extends DnsType>(
    type: T,
    name: string,
    answer: (answer: DnsAnswer<DnsRecords[T]>) => void,
  ): void {
    this.asked.push(`${type} ${name}`);
    const reply = (): void => {
      answer(this.#answer(type, name));
    };
    if (this.delay === undefined) reply();
    else this.delay(reply);
  }

  #answer<T extends DnsType>(type: T, name: string): DnsAnswer<DnsRecords[T]> {
    const { isSilent, ttlMs } = this;
    if (isSilent || this.failing.has(name)) return { ok: false, isNegative: false, isSilent, ttlMs };
    const records = this.#zone[type]?.[name];
    if (records === undefined) return { ok: false, isNegative: true, isSilent: false, ttlMs };
    return { ok: true, records, ttlMs: this.ttlMs };
  }
}
