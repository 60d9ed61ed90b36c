/** What a new INVITE is, seen against the calls that are known. */
export type Arrival =
  | { readonly type: "new" }
  /** Another INVITE with the identifiers of an open call: a retry, or more digits (RFC 3578 §3.2). */
  | { readonly type: "further"; readonly callId: string }
  /** The same request over another path (RFC 3261 §8.2.2.2): 482. */
  | { readonly type: "merged"; readonly callId: string };

interface Known {
  readonly callId: string;
  readonly sequenceNumber: number;
}

/**
 * Which call a SIP key belongs to. A call is not a Call-ID: several keys may lead to one call (a retry after a
 * challenge, overlap, forks, Replaces), and one Call-ID may be used by several.
 */
export class CallIdentity {
  readonly #byKey = new Map<string, Known>();
  readonly #keys = new Map<string, string[]>();

  static keyOf(sipCallId: string, fromTag: string): string {
    return `${sipCallId} ${fromTag}`;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** `key` by {@link CallIdentity.keyOf}; `sequenceNumber` is the INVITE's CSeq. */
  arrival(key: string, sequenceNumber: number): Arrival {
    const known = this.#byKey.get(key);
    if (known === undefined) return { type: "new" };
    const { callId } = known;
    return { type: known.sequenceNumber === sequenceNumber ? "merged" : "further", callId };
  }

  bind(callId: string, key: string, sequenceNumber: number): void {
    this.#byKey.set(key, { callId, sequenceNumber });
    const keys = this.#keys.get(callId);
    if (keys === undefined) this.#keys.set(callId, [key]);
    else keys.push(key);
  }

  /** Forgets every key of a call. */
  release(callId: string): void {
    for (const key of this.#keys.get(callId) ?? [])
      if (this.#byKey.get(key)?.callId === callId) this.#byKey.delete(key);
    this.#keys.delete(callId);
  }
}
