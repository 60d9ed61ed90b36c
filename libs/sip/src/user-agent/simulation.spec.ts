import { describe, expect, it } from "@jest/globals";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { PlainDescriptions } from "../testing/plain-descriptions.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { T4, TIMEOUT } from "../transaction/timers.ts";
import { END_MS, IDLE_MS } from "../transport/connection-limits.ts";
import type { InviteClientSession } from "./invite-client-session.ts";
import type { InviteServerSession } from "./invite-server-session.ts";
import type { InviteUsage, InviteUsageListener } from "./invite-usage.ts";
import { UserAgent } from "./user-agent.ts";

/** Calls of one run: minutes of them where nobody waits. */
const CALLS = Number(process.env["TANDEM_SIP_CALLS"] ?? (process.env["CI"] === "true" ? 100_000 : 2_000));
/** Over connections, where nothing is lost and less can go wrong. */
const STREAM_CALLS = Math.min(CALLS / 10, 1_000);
/** Of one network: what it has sent is kept until they are over. */
const CALLS_AT_ONCE = 100;
const SEED = Number(process.env["TANDEM_SIP_SEED"] ?? 20_261_125);
const FAULTS = { lossShare: 0.05, duplicateShare: 0.05, delayMs: [5, 80], pieceOctetsMax: 200 } as const;
/** Until an idle connection ends. */
const LINGER_MS = IDLE_MS + END_MS;
/** Sessions are refreshed each 45 s. */
const SESSION_TIMER = { sessionExpiresS: 90, minSeS: 90 };

interface Tally {
  answered: number;
  cancelled: number;
  rejected: number;
  glares: number;
  refreshes: number;
  pracks: number;
  changes: number;
  compared: number;
}

/** Long after the last change of a session both ends must be of one mind. */
const SETTLED_MS = 95_000;

/** One end of one call: what it does is drawn, what became of it is noted. */
class End {
  readonly name: string;
  readonly session: PlainDescriptions;
  readonly world: World;
  readonly log: string[] = [];
  usage: InviteUsage | undefined;
  ended: string | undefined;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.session = new PlainDescriptions(name);
  }

  end(how: string): void {
    this.log.push(how);
    this.ended ??= how;
  }

  /** Re-INVITEs, UPDATEs and INFOs at drawn times, then BYE: both ends do so, and meet. */
  live(usage: InviteUsage): void {
    this.usage = usage;
    const { clock, random, tally } = this.world;
    const acts = Math.floor(random.next() * 4);
    for (let act = 0; act < acts; act++)
      clock.setTimeout(() => {
        if (usage.hasEnded || this.ended !== undefined) return;
        const drawn = random.next();
        if (drawn < 0.2) usage.send("INFO", {}, () => undefined);
        else {
          this.session.change();
          usage.change(drawn < 0.7 ? "INVITE" : "UPDATE", {}, (response) => {
            if (response !== undefined && response.status < 300) tally.changes++;
          });
        }
      }, random.next() * 4_000);
    // Some calls outlive several refreshes; both ends have to be patient for that.
    const isLong = usage.dialog.callId.charCodeAt(0) % 10 === 0;
    clock.setTimeout(
      () => {
        this.hangUp();
      },
      isLong ? 100_000 + random.next() * 100_000 : random.next() * 8_000,
    );
  }

  hangUp(): void {
    const { usage } = this;
    if (usage === undefined || usage.hasEnded || this.ended !== undefined) return;
    usage.bye({}, (response) => {
      this.end(`BYE ${response?.status ?? "unanswered"}`);
    });
  }

  listener(): InviteUsageListener & { readonly session: PlainDescriptions } {
    return {
      session: this.session,
      onAck: () => undefined,
      onAckTimeout: () => {
        this.hangUp();
      },
      onBye: (_request, respond) => {
        respond({ status: 200 });
        this.end("BYE received");
      },
      onInfo: (_request, respond) => {
        respond({ status: 200 });
      },
      onSessionLost: (reason) => {
        this.log.push(reason);
        this.hangUp();
      },
    };
  }
}

type Over = "UDP" | "TCP";
const LISTENER = "l";

class World {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: MemoryNetwork;
  readonly tally: Tally;
  readonly caller: UserAgent;
  readonly callee: UserAgent;
  readonly callers = new Map<string, End>();
  readonly callees = new Map<string, End>();
  readonly faults: string[] = [];

  constructor(seed: number, tally: Tally, over: Over) {
    this.random = new SeededRandom(seed);
    this.tally = tally;
    this.network = new MemoryNetwork(this.clock, this.random, FAULTS);
    const make = (host: string, onInvite: ((session: InviteServerSession) => void) | undefined): UserAgent =>
      new UserAgent(
        {
          clock: this.clock,
          random: this.random,
          transports: [
            over === "UDP"
              ? this.network.transport(LISTENER, host)
              : this.network.stream({ id: LISTENER, protocol: over, host, port: 5060 }),
          ],
          locate: (name) => name,
          accept: ["application/sdp"],
          callMethods: ["INFO"],
          sessionTimer: SESSION_TIMER,
        },
        { admit: () => undefined, onRefused: () => undefined, ...(onInvite && { onInvite }) },
      );
    this.caller = make("192.0.2.1", undefined);
    this.callee = make("192.0.2.2", (session) => {
      this.#take(session);
    });
  }

  place(number: number): void {
    const end = new End(this, `a${number}`);
    const { random, tally, clock } = this;
    const target = { listener: LISTENER, address: "192.0.2.2", port: 5060 };
    const isLateOffer = random.next() < 0.2;
    const session: InviteClientSession = this.caller.invite(
      {
        requestUri: "sip:b@192.0.2.2",
        from: "<sip:a@192.0.2.1>",
        to: "<sip:b@192.0.2.2>",
        target,
        isLateOffer,
      },
      {
        ...end.listener(),
        onProvisional: () => undefined,
        onAccepted: () => {
          tally.answered++;
          // The usage is known once this has returned.
          clock.setTimeout(() => {
            if (session.usage !== undefined) end.live(session.usage);
          }, 0);
          return undefined;
        },
        onRejected: ({ status }) => {
          if (status === 487) tally.cancelled++;
          else tally.rejected++;
          end.end(`rejected ${status}`);
        },
        onFailed: (reason) => {
          end.end(reason);
        },
      },
    );
    const { callId } = session;
    this.callers.set(callId, end);
    clock.setTimeout(() => {
      this.#compare(end, this.callees.get(callId));
    }, SETTLED_MS);
    if (random.next() < 0.25)
      clock.setTimeout(() => {
        session.cancel();
        // A 2xx that has crossed the CANCEL makes a call, which is ended then.
        clock.setTimeout(() => {
          end.hangUp();
        }, 3_000);
      }, random.next() * 3_000);
  }

  #take(session: InviteServerSession): void {
    const end = new End(this, `b${this.callees.size}`);
    const { random, clock } = this;
    this.callees.set(session.request.callId ?? "", end);
    session.listener = {
      ...end.listener(),
      onCancel: (_request, respond) => {
        respond({ status: 200 });
        session.reject({ status: 487 });
        end.end("cancelled");
      },
      onResponseLost: () => {
        end.end("response lost");
      },
    };
    if (random.next() < 0.8) session.progress({ status: 180 });
    if (random.next() < 0.4)
      clock.setTimeout(() => {
        session.progress({ status: 183 });
      }, random.next() * 500);
    clock.setTimeout(() => {
      if (session.finalStatus !== undefined) return;
      if (random.next() < 0.15) {
        session.reject({ status: 486 });
        end.end("refused");
        return;
      }
      const usage = session.accept({ status: 200 });
      if (usage !== undefined) end.live(usage);
    }, random.next() * 3_000);
  }

  /** Both ends agree on the same offer and answer, whoever lost what on the way. */
  #compare(caller: End, callee: End | undefined): void {
    if (callee === undefined || caller.ended !== undefined || callee.ended !== undefined) return;
    if (caller.usage?.hasEnded !== false || callee.usage?.hasEnded !== false) return;
    this.tally.compared++;
    const [ours, theirs] = [caller.session.agreed, callee.session.agreed];
    if (ours === undefined || ours !== theirs)
      this.faults.push(`${caller.name} agrees on ${ours}, ${callee.name} on ${theirs}`);
  }

  /** What is open anywhere. */
  get leftovers(): Record<string, number> {
    const { caller, callee, clock } = this;
    return {
      dialogs: caller.dialogs + callee.dialogs,
      transactions: [caller, callee].reduce(
        (sum, { layer }) => sum + layer.serverTransactions + layer.clientTransactions,
        0,
      ),
      timers: caller.layer.timers.size + callee.layer.timers.size,
      pending: clock.pendingTimers,
    };
  }
}

const NONE = { dialogs: 0, transactions: 0, timers: 0, pending: 0 };

function count(world: World, tally: Tally): void {
  for (const { octets } of world.network.sent) {
    const head = String.fromCharCode(...octets.subarray(0, 40));
    if (head.startsWith("PRACK")) tally.pracks++;
    else if (head.startsWith("SIP/2.0 491")) tally.glares++;
    else if (head.startsWith("UPDATE")) tally.refreshes++;
  }
}

function run(seed: number, calls: number, over: Over): { tally: Tally; sent: number; faults: string[] } {
  const tally: Tally = {
    answered: 0,
    cancelled: 0,
    rejected: 0,
    glares: 0,
    refreshes: 0,
    pracks: 0,
    changes: 0,
    compared: 0,
  };
  const faults: string[] = [];
  let sent = 0;
  for (let first = 0; first < calls; first += CALLS_AT_ONCE) {
    const world = new World(seed + first, tally, over);
    for (let number = 0; number < Math.min(CALLS_AT_ONCE, calls - first); number++)
      world.clock.setTimeout(() => {
        world.place(number);
      }, number * 20);
    world.clock.advance(210_000);
    world.clock.advance(4 * TIMEOUT + T4);
    if (over !== "UDP") world.clock.advance(LINGER_MS);
    for (const [callId, end] of [...world.callers, ...world.callees])
      if (end.ended === undefined)
        faults.push(`seed ${seed + first}: ${end.name} of ${callId} goes on: ${end.log.join(", ")}`);
    faults.push(...world.faults.map((fault) => `seed ${seed + first}: ${fault}`));
    const left = world.leftovers;
    if (JSON.stringify(left) !== JSON.stringify(NONE))
      faults.push(`seed ${seed + first}: left ${JSON.stringify(left)}`);
    count(world, tally);
    sent += world.network.sent.length;
  }
  return { tally, sent, faults };
}

describe(`${CALLS} calls over a network that loses, doubles and reorders 5 % (seed ${SEED})`, () => {
  it("all end on both sides, and leave nothing in memory", () => {
    const { tally, faults } = run(SEED, CALLS, "UDP");
    expect(faults.slice(0, 10)).toEqual([]);
    // What the run is about has happened, in numbers that say so.
    const share = (part: number): number => part / CALLS;
    expect(share(tally.answered)).toBeGreaterThan(0.4);
    expect(share(tally.cancelled)).toBeGreaterThan(0.05);
    expect(share(tally.rejected)).toBeGreaterThan(0.05);
    expect(share(tally.pracks)).toBeGreaterThan(0.5);
    expect(share(tally.changes)).toBeGreaterThan(0.2);
    expect(share(tally.compared)).toBeGreaterThan(0.005);
    expect(tally.glares).toBeGreaterThan(CALLS / 200);
    expect(tally.refreshes).toBeGreaterThan(CALLS / 50);
  }, 3_600_000);

  it("are the same calls again with the same seed, and others with another", () => {
    const [one, same, other] = [run(SEED, 100, "UDP"), run(SEED, 100, "UDP"), run(SEED + 1, 100, "UDP")];
    expect(same).toEqual(one);
    expect(other.sent).not.toBe(one.sent);
  });
});

describe(`${STREAM_CALLS} calls over connections whose octets come in pieces (seed ${SEED})`, () => {
  it("all end on both sides, leave nothing in memory, and are the same again with the same seed", () => {
    const { tally, faults, sent } = run(SEED, STREAM_CALLS, "TCP");
    expect(faults.slice(0, 10)).toEqual([]);
    const share = (part: number): number => part / STREAM_CALLS;
    expect(share(tally.answered)).toBeGreaterThan(0.4);
    expect(share(tally.cancelled)).toBeGreaterThan(0.05);
    expect(share(tally.pracks)).toBeGreaterThan(0.5);
    expect(share(tally.changes)).toBeGreaterThan(0.2);
    expect(tally.refreshes).toBeGreaterThan(STREAM_CALLS / 50);
    expect(run(SEED, STREAM_CALLS, "TCP")).toEqual({ tally, faults, sent });
  }, 600_000);
});
