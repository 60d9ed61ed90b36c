import { T34_MS, verdictOnDigits, type CollectionTimer } from "@tandem/interworking";
import { TimerQueues, type Clock, type Timer, type TimerOwner } from "@tandem/sip";
import type { Decision } from "../calls/call-machine.ts";
import type { OverlapConfig, TrunkConfig } from "../config/config.ts";
import type { Collection, SipLeg } from "./sip-leg.ts";

/**
 * Set-ups that may wait at once. They cost their caller nothing: beyond this many the next is refused (RFC 3578
 * §4).
 */
const COLLECTING_MAX = 1_000;

/** An INVITE that may become a call. */
export interface Arrived {
  readonly leg: SipLeg;
  readonly trunk: TrunkConfig;
  /** By `CallIdentity.keyOf`, and the CSeq. */
  readonly key: { readonly sip: string; readonly sequenceNumber: number };
}

export interface IncompleteHost {
  /** Digits of the called number, as routes see it. */
  digitsOf(arrived: Arrived): number;
  /** Whether a route names this number whole: number analysis (RFC 3578 §2.2). */
  isNamed(arrived: Arrived): boolean;
  /** The set-up is complete, or as complete as it gets. */
  onCollected(arrived: Arrived, expired: CollectionTimer | undefined): void;
  /** The set-up ended before that. */
  onEnded(arrived: Arrived, decision: Decision): void;
  /** As many are waiting as may. */
  onTooMany(arrived: Arrived): void;
}

/** What an INVITE is, seen against those that are not complete. */
export type IncompleteArrival =
  | "new"
  /** More digits of one that is known. */
  | "further"
  /** The same request over another path (RFC 3261 §8.2.2.2). */
  | "merged"
  /** Overtaken by one with more digits. */
  | "late";

/**
 * Set-ups that come in pieces. A called number does in SAMs in INFO, or in INVITEs with the same Call-ID and From tag and
 * more digits (RFC 3578 §3); it is complete by ST, by its length, by a route that names it whole, or by T10 or T35. An IAM
 * does that is too long for one message: it waits for its segment, or T34 (Q.764 (12/1999) §2.1.12). Only then there is a
 * call, one for all INVITEs.
 */
export class IncompleteSetUps {
  readonly #host: IncompleteHost;
  readonly #timers: TimerQueues;
  readonly #collecting = new Map<string, Collecting>();

  constructor(clock: Clock, host: IncompleteHost) {
    this.#timers = new TimerQueues(clock);
    this.#host = host;
  }

  get size(): number {
    return this.#collecting.size;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  arrival(trunk: TrunkConfig, key: Arrived["key"]): IncompleteArrival {
    const known = this.#collecting.get(placeOf(trunk, key))?.arrived.key.sequenceNumber;
    const { sequenceNumber } = key;
    if (known === undefined) return "new";
    if (known === sequenceNumber) return "merged";
    return sequenceNumber > known ? "further" : "late";
  }

  /** Takes an INVITE in; an earlier one of the same call gives way to it. Without `overlap` its number is whole. */
  take(arrived: Arrived, overlap: OverlapConfig | undefined): void {
    const place = placeOf(arrived.trunk, arrived.key);
    const earlier = this.#collecting.get(place);
    if (earlier === undefined && this.#collecting.size >= COLLECTING_MAX) {
      this.#host.onTooMany(arrived);
      return;
    }
    earlier?.stop();
    earlier?.arrived.leg.giveWayTo(arrived.leg);
    const collecting = new Collecting(arrived, overlap, this.#host, this.#timers, () => {
      this.#collecting.delete(place);
    });
    this.#collecting.set(place, collecting);
    collecting.begin();
  }

  /** Ends all of them: the edge does. */
  endAll(decision: Decision): void {
    for (const collecting of [...this.#collecting.values()]) collecting.onEnd(decision);
  }
}

/** What one trunk sends says nothing of another's set-ups. */
function placeOf(trunk: TrunkConfig, { sip }: Arrived["key"]): string {
  return `${trunk.id} ${sip}`;
}

/** One set-up that waits, for its segment first, then for digits. */
class Collecting implements Collection, TimerOwner {
  readonly arrived: Arrived;
  readonly #overlap: OverlapConfig | undefined;
  readonly #host: IncompleteHost;
  readonly #timers: TimerQueues;
  readonly #forget: () => void;
  #timer: Timer | undefined;

  constructor(
    arrived: Arrived,
    overlap: OverlapConfig | undefined,
    host: IncompleteHost,
    timers: TimerQueues,
    forget: () => void,
  ) {
    this.arrived = arrived;
    this.#overlap = overlap;
    this.#host = host;
    this.#timers = timers;
    this.#forget = forget;
  }

  begin(): void {
    const { leg } = this.arrived;
    leg.collection = this;
    if (this.#waitsForMore()) leg.expectMore();
  }

  onMore(): void {
    this.#waitsForMore();
  }

  #waitsForMore(): boolean {
    this.stop();
    const { hasSt, awaitsSegment } = this.arrived.leg;
    if (awaitsSegment) {
      this.#timer = this.#timers.start(this, "T34", T34_MS);
      return true;
    }
    if (this.#overlap === undefined) {
      this.#complete(undefined);
      return false;
    }
    const verdict = verdictOnDigits(this.#host.digitsOf(this.arrived), hasSt, this.#overlap);
    if (verdict.type === "complete" || this.#host.isNamed(this.arrived)) {
      this.#complete(undefined);
      return false;
    }
    this.#timer = this.#timers.start(this, verdict.timer, verdict.forMs);
    return true;
  }

  onTimer(name: string): void {
    this.#timer = undefined;
    if (name === "T34") {
      this.arrived.leg.goOnWithoutSegment();
      this.#waitsForMore();
    } else this.#complete(name === "T35" ? "T35" : "T10");
  }

  onEnd(decision: Decision): void {
    this.stop();
    this.#forget();
    this.#host.onEnded(this.arrived, decision);
  }

  stop(): void {
    this.#timers.stop(this.#timer);
    this.#timer = undefined;
  }

  #complete(expired: CollectionTimer | undefined): void {
    this.#forget();
    this.#host.onCollected(this.arrived, expired);
  }
}
