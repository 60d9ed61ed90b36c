import type { Clock } from "../transport/clock.ts";
import type { DnsAnswer, DnsRecords, DnsType, Resolver } from "./resolver.ts";

/** Answers kept: names of trunks and their records are some hundreds; the rest comes from Contacts of strangers. */
const ANSWERS_MAX = 10_000;
/** RFC 2308 §5 advises one to three hours for negative answers; a trunk that was just set up shall not wait so long. */
const NEGATIVE_MS_MAX = 5 * 60_000;
/** A day: RFC 8767 §4 allows up to a week, and no carrier means more. */
const TTL_MS_MAX = 24 * 60 * 60_000;
/** A server that fails is not asked for each call, RFC 2308 §7: at most five minutes. */
const FAILURE_MS_MAX = 30_000;

interface Entry {
  readonly answer: DnsAnswer<unknown>;
  readonly until: number;
}

/** Keeps answers for their time to live, negative ones and failures too, and asks once for callers at the same time. */
export class CachingResolver implements Resolver {
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, ((answer: DnsAnswer<unknown>) => void)[]>();

  constructor(resolver: Resolver, clock: Clock) {
    this.#resolver = resolver;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  resolve<T extends DnsType>(
    type: T,
    name: string,
    answer: (answer: DnsAnswer<DnsRecords[T]>) => void,
  ): void {
    const key = `${type} ${name.toLowerCase()}`;
    // What is stored under a type came from a question of that type.
    const take = answer as (answer: DnsAnswer<unknown>) => void;
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.until > this.#clock.now()) {
      take(entry.answer);
      return;
    }
    const waiting = this.#pending.get(key);
    if (waiting !== undefined) {
      waiting.push(take);
      return;
    }
    const callers = [take];
    this.#pending.set(key, callers);
    this.#resolver.resolve(type, name, (fresh) => {
      this.#pending.delete(key);
      this.#keep(key, fresh);
      for (const caller of callers) caller(fresh);
    });
  }

  clear(): void {
    this.#entries.clear();
  }

  #keep(key: string, answer: DnsAnswer<unknown>): void {
    const most = answer.ok ? TTL_MS_MAX : answer.isNegative ? NEGATIVE_MS_MAX : FAILURE_MS_MAX;
    const forMs = Math.min(answer.ttlMs, most);
    this.#entries.delete(key);
    if (forMs <= 0) return;
    this.#entries.set(key, { answer, until: this.#clock.now() + forMs });
    if (this.#entries.size <= ANSWERS_MAX) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
