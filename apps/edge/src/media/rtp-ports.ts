import type { Random } from "@tandem/sip";

/**
 * A port rests this long before it is taken again, where there is choice: packets of the last call are on their way
 * for a second or two, and its peer may be the next one's. Under load the port that has rested longest is taken.
 */
export const REST_MS = 5_000;
/** A port that somebody else has bound is tried again after this time. */
export const QUARANTINE_MS = 60_000;

/**
 * The even ports of a range (RFC 3550 §11: RTP on an even port; RTCP, on the next one, is not listened to). Those used
 * before come first, once they have rested, so that few sockets serve few calls; then new ones, from a random port on.
 */
export class RtpPorts {
  readonly #fresh: PortQueue;
  readonly #rested: PortQueue;
  readonly #quarantined: PortQueue;
  readonly #atFirst: readonly number[];
  #taken = 0;

  constructor(firstPort: number, lastPort: number, random: Random) {
    const ports: number[] = [];
    for (let port = firstPort + (firstPort % 2); port <= lastPort; port += 2) ports.push(port);
    const [high = 0, low = 0] = random.octets(2);
    const start = ports.length === 0 ? 0 : (high * 256 + low) % ports.length;
    this.#atFirst = [...ports.slice(start), ...ports.slice(0, start)];
    this.#fresh = new PortQueue(ports.length);
    this.#rested = new PortQueue(ports.length);
    this.#quarantined = new PortQueue(ports.length);
    for (const port of this.#atFirst) this.#fresh.push(port, 0);
  }

  /** Ports that can be had, in quarantine or not. */
  get free(): number {
    return this.#atFirst.length - this.#taken;
  }

  /** Ports that calls have. */
  get taken(): number {
    return this.#taken;
  }

  /** undefined where all are in use, or cannot be used. */
  take(nowMs: number): number | undefined {
    const port =
      this.#rested.shiftBefore(nowMs - REST_MS) ??
      this.#fresh.shift() ??
      this.#quarantined.shiftBefore(nowMs - QUARANTINE_MS) ??
      this.#rested.shift();
    if (port !== undefined) this.#taken++;
    return port;
  }

  giveBack(port: number, nowMs: number): void {
    this.#taken--;
    this.#rested.push(port, nowMs);
  }

  /** Gives back a port that cannot be bound. */
  quarantine(port: number, nowMs: number): void {
    this.#taken--;
    this.#quarantined.push(port, nowMs);
  }
}

/** First in, first out, with the time of each; a ring, since one port is never in it twice. */
class PortQueue {
  readonly #ports: Uint16Array;
  readonly #since: Float64Array;
  #head = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#ports = new Uint16Array(capacity);
    this.#since = new Float64Array(capacity);
  }

  push(port: number, sinceMs: number): void {
    const at = (this.#head + this.#length++) % this.#ports.length;
    this.#ports[at] = port;
    this.#since[at] = sinceMs;
  }

  shift(): number | undefined {
    if (this.#length === 0) return undefined;
    const port = this.#ports[this.#head];
    this.#head = (this.#head + 1) % this.#ports.length;
    this.#length--;
    return port;
  }

  shiftBefore(ms: number): number | undefined {
    const since = this.#length === 0 ? undefined : this.#since[this.#head];
    return since !== undefined && since <= ms ? this.shift() : undefined;
  }
}
