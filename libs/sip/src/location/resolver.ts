/** RFC 3403 §4.1; `replacement` names what to look up next. */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export type DnsAnswer<T> =
  | { readonly ok: true; readonly records: readonly T[]; readonly ttlMs: number }
  /**
   * `isNegative`: the name or the type does not exist; otherwise nobody could tell (SERVFAIL, time out). `isSilent`: no
   * server has answered at all.
   */
  | { readonly ok: false; readonly isNegative: boolean; readonly isSilent: boolean; readonly ttlMs: number };

/** What can be asked, and what comes back. */
export interface DnsRecords {
  readonly NAPTR: NaptrRecord;
  readonly SRV: SrvRecord;
  readonly A: string;
  readonly AAAA: string;
}
export type DnsType = keyof DnsRecords;

/** DNS as the library sees it. The answer comes once, and may come before `resolve` returns. Nothing throws. */
export interface Resolver {
  resolve<T extends DnsType>(type: T, name: string, answer: (answer: DnsAnswer<DnsRecords[T]>) => void): void;
}
