import type { Clock } from "./clock.ts";
import type { Channel, DialListener } from "./channel.ts";
import {
  END_MS,
  FIRST_OCTETS_MS,
  IDLE_MS,
  MESSAGE_MS,
  PONG_MS,
  UNSENT_OCTETS_MAX,
  WAITING_OCTETS_MAX,
  type ConnectionLimit,
  type ConnectionOptions,
} from "./connection-limits.ts";
import {
  stepConnection,
  type ConnectionInput,
  type ConnectionOutput,
  type ConnectionState,
} from "./connection-machine.ts";
import type { Flow, TransportName } from "./flow.ts";
import { StreamReader } from "./stream-reader.ts";
import type { ParseError } from "../message/parse-message.ts";
import { octetsOf } from "../message/octets.ts";

const PING = octetsOf("\r\n\r\n");
const PONG = octetsOf("\r\n");
/** Spreads consecutive numbers evenly. */
const GOLDEN_RATIO = 0.618034;

function isLineEnd(octet: number): boolean {
  return octet === 0x0d || octet === 0x0a;
}

export interface ConnectionOwner {
  readonly id: string;
  readonly protocol: TransportName;
  readonly clock: Clock;
  readonly options: ConnectionOptions;
  onMessage(octets: Uint8Array, connection: Connection): void;
  onUnframed(error: ParseError, connection: Connection): void;
  onOpen(connection: Connection): void;
  /** Once. An error where what was sent may not have arrived. */
  onClosed(error: Error | undefined, connection: Connection): void;
}

/** Why we closed a connection ourselves. */
export class ConnectionError extends Error {
  readonly code: "connect-failed" | "slow-message" | "no-pong" | "peer-does-not-read" | "closed";

  constructor(code: ConnectionError["code"], message: string) {
    super(message);
    this.name = "ConnectionError";
    this.code = code;
  }
}

/** One connection of a listener, ours or the peer's, from its dial or its arrival to its end. */
export class Connection implements DialListener {
  readonly number: number;
  readonly isOurs: boolean;
  readonly #owner: ConnectionOwner;
  readonly #reader: StreamReader | undefined;
  readonly #openedAt: number;
  #channel: Channel | undefined;
  #flow: Flow | undefined;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  #lastAt: number;
  #hasSpoken = false;
  #messageSince: number | undefined;
  #pingedAt: number | undefined;
  #nextPingAt = 0;
  #pings = 0;
  #pingMs: number | undefined;
  #state: ConnectionState = "dialling";
  #timer: { readonly deadline: number; readonly handle: unknown } | undefined;
  /** Why we gave it up, where the channel itself would not know. */
  #error: Error | undefined;
  #limit: ConnectionLimit | undefined;

  /** `isFramed`: each piece is one message, as over WebSocket (RFC 7118 §5). */
  constructor(number: number, isOurs: boolean, isFramed: boolean, owner: ConnectionOwner) {
    this.number = number;
    this.isOurs = isOurs;
    this.#owner = owner;
    this.#openedAt = owner.clock.now();
    this.#pingMs = owner.options.pingMs;
    this.#lastAt = this.#openedAt;
    if (isFramed) return;
    this.#reader = new StreamReader({
      onMessage: (octets) => {
        this.#messageSince = undefined;
        if (this.#state === "open") owner.onMessage(octets, this);
      },
      onPing: () => this.#channel?.write(PONG),
      onPong: () => (this.#pingedAt = undefined),
      onError: (error) => {
        owner.onUnframed(error, this);
        this.#limit ??= "unframed";
        this.end();
      },
    });
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Dialled and neither open nor failed yet. */
  get isDialling(): boolean {
    return this.#state === "dialling" || this.#state === "leaving";
  }

  /** Why it was ended from here; undefined where the peer ended it, or its owner. */
  get limit(): ConnectionLimit | undefined {
    return this.#limit;
  }

  get flow(): Flow {
    const channel = this.#channel;
    this.#flow ??= {
      listener: this.#owner.id,
      transport: this.#owner.protocol,
      isReliable: true,
      remoteAddress: channel?.remoteAddress ?? "",
      remotePort: channel?.remotePort ?? 0,
      localAddress: channel?.localAddress,
      localPort: channel?.localPort,
      connection: this.number,
      peer: channel?.peer,
    };
    return this.#flow;
  }

  #input(input: ConnectionInput): void {
    const { state, outputs } = stepConnection(this.#state, input);
    this.#state = state;
    for (const output of outputs) this.#perform(output);
  }

  /** What concerns no octets; those are dealt with where they come and go. */
  #perform(output: ConnectionOutput): void {
    switch (output) {
      case "tell open":
        this.#owner.onOpen(this);
        return;
      case "write waiting":
        this.#writeWaiting();
        return;
      case "watch":
        this.#tick();
        return;
      case "ping":
        this.#ping();
        return;
      case "end channel":
        this.#endChannel();
        return;
      case "destroy":
        this.#channel?.destroy();
        return;
      case "stop timers":
        this.#disarm();
        return;
      case "tell closed":
        this.#tellClosed();
        return;
      case "read":
      case "write":
      case "keep":
      case "refuse":
        return;
    }
  }

  /** False where it is not to be sent here: no room, with a peer that does not read or does not answer to SYN; or its end. */
  send(octets: Uint8Array): boolean {
    const [output] = stepConnection(this.#state, "send").outputs;
    if (output === "refuse") return false;
    this.#lastAt = this.#owner.clock.now();
    if (output === "write" && this.#channel !== undefined) {
      this.#write(octets, this.#channel);
      return this.#state !== "closed";
    }
    if (this.#waitingOctets + octets.length > WAITING_OCTETS_MAX) return false;
    this.#waiting.push(octets);
    this.#waitingOctets += octets.length;
    return true;
  }

  /** Time between two pings, milliseconds; undefined is what the listener has for all. */
  keepAlive(intervalMs: number | undefined): void {
    const pingMs = intervalMs ?? this.#owner.options.pingMs;
    if (pingMs === this.#pingMs || this.#channel === undefined) return;
    this.#pingMs = pingMs;
    this.#nextPingAt = this.#owner.clock.now() + this.#pingInterval;
    this.#tick();
  }

  onOpen(channel: Channel): void {
    // Given up meanwhile: nobody would ever end it.
    if (this.#state === "closed") {
      channel.destroy();
      return;
    }
    this.#channel = channel;
    this.#nextPingAt = this.#owner.clock.now() + this.#pingInterval;
    this.#input("opened");
  }

  #writeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingOctets = 0;
    for (const octets of waiting) if (this.#channel !== undefined) this.#write(octets, this.#channel);
  }

  onOctets(octets: Uint8Array): void {
    if (stepConnection(this.#state, "octets").outputs[0] !== "read") return;
    const now = this.#owner.clock.now();
    this.#lastAt = now;
    this.#hasSpoken = true;
    if (this.#reader === undefined) {
      // RFC 7118 §6: keep-alives may be CRLFs here, too.
      if (octets.length > PING.length || !octets.every(isLineEnd)) this.#owner.onMessage(octets, this);
      else if (octets.length === PING.length) this.#channel?.write(PONG);
      else this.#pingedAt = undefined;
      return;
    }
    this.#reader.push(octets);
    if (!this.#reader.isInMessage) this.#messageSince = undefined;
    else if (this.#messageSince === undefined) {
      this.#messageSince = now;
      this.#tick();
    }
  }

  onClosed(error: Error | undefined): void {
    this.#error ??= error;
    this.#input("closed");
  }

  #tellClosed(): void {
    const isLost = this.#waiting.length > 0 || this.#channel === undefined;
    this.#waiting = [];
    const closed = isLost ? new ConnectionError("closed", "closed before it was open") : undefined;
    this.#owner.onClosed(this.#error ?? closed, this);
  }

  /** Closes when what was sent is on its way. */
  end(): void {
    this.#input("end");
  }

  #endChannel(): void {
    this.#channel?.end();
    const handle = this.#owner.clock.setTimeout(() => {
      this.#input("timer end");
    }, END_MS);
    this.#timer = { deadline: 0, handle };
  }

  /** Gives it up at once; the owner hears `error`. */
  fail(error: Error): void {
    if (this.#state === "closed") return;
    this.#error = error;
    this.#input("fail");
  }

  #exceed(
    limit: ConnectionLimit & ConnectionError["code"],
    message: string,
    input: ConnectionInput = "fail",
  ): void {
    this.#limit ??= limit;
    this.#error ??= new ConnectionError(limit, message);
    this.#input(input);
  }

  #write(octets: Uint8Array, channel: Channel): void {
    if (channel.unsentOctets > UNSENT_OCTETS_MAX) {
      this.#exceed("peer-does-not-read", `${channel.unsentOctets} octets wait to be read`);
      return;
    }
    channel.write(octets);
  }

  /** Looks at every deadline and sleeps until the next: a connection has one timer, whatever it waits for. */
  #tick(): void {
    if (this.#state !== "open") return;
    const now = this.#owner.clock.now();
    let next = Infinity;
    for (const { at, onDue } of this.#deadlines()) {
      if (at > now) next = Math.min(next, at);
      else {
        onDue();
        // What was due may have ended the connection, or moved its own deadline.
        this.#tick();
        return;
      }
    }
    this.#arm(next, now);
  }

  #deadlines(): { readonly at: number; readonly onDue: () => void }[] {
    const { options } = this.#owner;
    const endAs = (limit: "idle" | "silent") => (): void => {
      this.#limit ??= limit;
      this.#input(`timer ${limit}`);
    };
    const deadlines = [{ at: this.#lastAt + (options.idleMs ?? IDLE_MS), onDue: endAs("idle") }];
    if (!this.isOurs && !this.#hasSpoken)
      deadlines.push({
        at: this.#openedAt + (options.firstOctetsMs ?? FIRST_OCTETS_MS),
        onDue: endAs("silent"),
      });
    if (this.#messageSince !== undefined) {
      const onDue = (): void => {
        this.#exceed("slow-message", "a message that does not end", "timer message");
      };
      deadlines.push({ at: this.#messageSince + (options.messageMs ?? MESSAGE_MS), onDue });
    }
    if (this.#pingedAt !== undefined) {
      const onDue = (): void => {
        this.#exceed("no-pong", "no pong to a ping (RFC 5626 §4.4.1)", "timer pong");
      };
      deadlines.push({ at: this.#pingedAt + PONG_MS, onDue });
    } else if (this.isOurs && this.#pingMs !== undefined) {
      const onDue = (): void => {
        this.#input("timer ping");
      };
      deadlines.push({ at: this.#nextPingAt, onDue });
    }
    return deadlines;
  }

  #ping(): void {
    const now = this.#owner.clock.now();
    this.#pingedAt = now;
    this.#pings++;
    this.#nextPingAt = now + this.#pingInterval;
    this.#channel?.write(PING);
  }

  /** RFC 5626 §4.4: between 80 and 100 % of the interval, another each time: not all connections ping at once. */
  get #pingInterval(): number {
    const share = 0.8 + 0.2 * (((this.number + this.#pings) * GOLDEN_RATIO) % 1);
    return (this.#pingMs ?? Infinity) * share;
  }

  #arm(deadline: number, now: number): void {
    if (this.#timer !== undefined) {
      if (this.#timer.deadline <= deadline && this.#timer.deadline > now) return;
      this.#disarm();
    }
    const handle = this.#owner.clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#tick();
      },
      Math.ceil(deadline - now),
    );
    this.#timer = { deadline, handle };
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#owner.clock.clearTimeout(this.#timer.handle);
    this.#timer = undefined;
  }
}
