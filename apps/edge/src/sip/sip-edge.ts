import type { PartyNumber } from "@tandem/call-events";
import type { CollectionTimer } from "@tandem/interworking";
import {
  ReliableTransport,
  type Clock,
  type Flow,
  type InviteServerSession,
  type SipRequest,
  type Transport,
  type UserAgent,
} from "@tandem/sip";
import type { RouteConfig } from "../config/config.ts";
import { CallIdentity } from "../calls/call-identity.ts";
import type { CallEngine } from "../calls/call-engine.ts";
import type { Decision } from "../calls/call-machine.ts";
import type { EchoPorts } from "../media/echo-ports.ts";
import type { ReleaseCause } from "../calls/primitives.ts";
import { findRoute, namesWhole } from "../routing/route-table.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { TrunkTable } from "../trunks/trunk-table.ts";
import { incomplete, reject, rejectWith } from "./cause.ts";
import type { IsupAnswers } from "./leg-isup.ts";
import { IncompleteSetUps, type Arrived } from "./incomplete-set-ups.ts";
import { SipLeg } from "./sip-leg.ts";

/** RFC 3261 §20.33: seconds after which a refused caller may try again. */
const RETRY_AFTER_S = "10";

export interface SipEdgeParts {
  readonly engine: CallEngine;
  readonly trunks: TrunkTable;
  readonly routes: readonly RouteConfig[];
  readonly media: EchoPorts;
  readonly isup: IsupAnswers;
  /** Digits for the o= line of a leg. */
  readonly newSessionId: () => string;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly logger: Logger;
}

/** What is open; all but listeners, idle connections and pooled RTP sockets goes back to zero when no call is there. */
export interface SipFigures {
  readonly calls: number;
  readonly sip: {
    readonly transactions: number;
    readonly dialogs: number;
    /** Of transactions, dialogs and calls. */
    readonly timers: number;
    readonly listeners: readonly string[];
    /** TCP, TLS and WebSocket; an idle one stays for the next call, 15 minutes at most. */
    readonly connections: number;
  };
  readonly rtp: {
    readonly portsInUse: number;
    /** A socket stays for the next call on its port. */
    readonly sockets: number;
  };
}

/** Where SIP meets the calls: who a request is from, what it is, where it goes. */
export class SipEdge {
  readonly #parts: SipEdgeParts;
  readonly #incomplete: IncompleteSetUps;
  #agent: UserAgent | undefined;
  #listeners: readonly Transport[] = [];

  constructor(parts: SipEdgeParts) {
    this.#parts = parts;
    this.#incomplete = new IncompleteSetUps(parts.clock, {
      digitsOf: ({ leg }) => numberOf(leg.setup.called).replace("+", "").length,
      isNamed: (arrived) => namesWhole(this.#routeOf(arrived)),
      onCollected: (arrived, expired) => {
        this.#setUp(arrived, expired);
      },
      onEnded: ({ leg, key }, decision) => {
        parts.engine.setUp(leg, decision, key);
      },
      onTooMany: ({ leg }) => {
        this.#turnAway(leg, "overlap-limit", "too many set-ups are not complete");
      },
    });
  }

  /** The user agent and its listeners, once the sockets are bound. */
  open(agent: UserAgent, listeners: readonly Transport[]): void {
    this.#agent = agent;
    this.#listeners = listeners;
  }

  get unavailable(): string | undefined {
    return this.#agent === undefined ? "starting" : this.#parts.engine.unavailable;
  }

  get figures(): SipFigures {
    const { engine, media } = this.#parts;
    const layer = this.#agent?.layer;
    const transactions = (layer?.serverTransactions ?? 0) + (layer?.clientTransactions ?? 0);
    const timers = (layer?.timers.size ?? 0) + engine.pendingTimers + this.#incomplete.pendingTimers;
    return {
      calls: engine.openCalls,
      sip: {
        transactions,
        dialogs: this.#agent?.dialogs ?? 0,
        timers,
        listeners: this.#listeners.map(({ id }) => id),
        connections: this.#listeners.reduce((sum, each) => sum + connectionsOf(each), 0),
      },
      rtp: { portsInUse: media.portsInUse, sockets: media.boundSockets },
    };
  }

  /** An address that is no trunk's is told 403 and nothing is kept of it. */
  admit(_request: SipRequest, flow: Flow): number | undefined {
    if (this.#parts.trunks.find(flow.remoteAddress, flow.listener) !== undefined) return undefined;
    this.refused("unknown-trunk", 403, "no trunk has this source", flow);
    return 403;
  }

  refused(reason: string, status: number | undefined, detail: string, flow: Flow): void {
    const { counters, logger } = this.#parts;
    counters.add("tandem_sip_refused_total", reason, status === undefined ? "none" : String(status));
    // A fault of our own: what it cost is one request, but a person must look.
    logger.log(reason === "internal-error" ? "error" : "debug", "refused", {
      reason,
      status,
      detail,
      source: flow.remoteAddress,
      port: flow.remotePort,
    });
  }

  onInvite(session: InviteServerSession): void {
    const { request, flow } = session;
    const trunk = this.#parts.trunks.find(flow.remoteAddress, flow.listener);
    // A source that was admitted and is gone: the configuration of names changed between the two.
    if (trunk === undefined) {
      session.reject({ status: 403 });
      return;
    }
    session.trying();
    const key = {
      sip: CallIdentity.keyOf(request.callId ?? "", request.fromTag ?? ""),
      sequenceNumber: request.cseq?.sequenceNumber ?? 0,
    };
    const { engine } = this.#parts;
    const { type } = engine.identity.arrival(key.sip, key.sequenceNumber);
    const incomplete = this.#incomplete.arrival(trunk, key);
    if (type === "merged" || incomplete === "merged") {
      this.#reject(session, "merged", 482);
      return;
    }
    // The number has been taken as complete, or there is one with more digits already (RFC 3578 §2.2, §3.5).
    if (incomplete === "late" || (type === "further" && trunk.isup.overlap !== undefined)) {
      this.#reject(session, "overlap-late", 484);
      return;
    }
    if (engine.unavailable !== undefined) {
      session.reject({ status: 503, headers: [["Retry-After", RETRY_AFTER_S]] });
      this.refused(engine.unavailable, 503, "no new calls", flow);
      return;
    }
    const read = SipLeg.read(session, trunk, this.#parts);
    if (!read.ok) {
      session.reject(read.reply);
      this.refused(read.reason, read.reply.status, read.detail, flow);
      return;
    }
    const arrived = { leg: read.leg, trunk, key };
    const { overlap } = trunk.isup;
    if (overlap === undefined && !read.leg.awaitsSegment) this.#setUp(arrived, undefined);
    else this.#incomplete.take(arrived, overlap);
  }

  /** Those who are still dialling are told that the edge ends. */
  refuseIncomplete(cause: ReleaseCause): void {
    this.#incomplete.endAll({ type: "refuse", cause });
  }

  #setUp(arrived: Arrived, expired: CollectionTimer | undefined): void {
    const { leg, key } = arrived;
    const { engine } = this.#parts;
    // Digits may have taken their time.
    if (engine.unavailable !== undefined) this.#turnAway(leg, engine.unavailable, "no new calls");
    else engine.setUp(leg, this.#decide(arrived, expired), key);
  }

  #turnAway(leg: SipLeg, reason: string, detail: string): void {
    leg.turnAway({ status: 503, headers: [["Retry-After", RETRY_AFTER_S]] });
    this.refused(reason, 503, detail, leg.flow);
  }

  #reject(session: InviteServerSession, reason: string, status: number): void {
    session.reject({ status });
    this.refused(reason, status, session.request.requestUriText, session.flow);
  }

  #routeOf({ leg: { setup }, trunk }: Arrived): RouteConfig | undefined {
    const query = { trunk: trunk.id, called: numberOf(setup.called), calling: numberOf(setup.calling) };
    return findRoute(this.#parts.routes, query);
  }

  #decide(arrived: Arrived, expired: CollectionTimer | undefined): Decision {
    const { leg, trunk } = arrived;
    const { profile } = trunk.causes;
    const route = this.#routeOf(arrived);
    // With fewer digits than any number has no route is asked (RFC 3578 §2.1).
    if (expired === "T35" || (expired !== undefined && route === undefined))
      return { type: "refuse", cause: incomplete(expired, profile) };
    if (route === undefined)
      return { type: "refuse", cause: reject({ status: 404, detail: "no route", profile }) };
    if (route.action.type === "reject") {
      const { sip, q850 } = route.action;
      const detail = `route ${route.id}`;
      const cause =
        sip === undefined && q850 !== undefined
          ? rejectWith(q850, detail, profile)
          : reject({ status: sip ?? 404, q850, detail, profile });
      return { type: "refuse", cause };
    }
    const refusal = leg.prepareAnswer();
    return refusal === undefined
      ? { type: "answer", afterMs: route.action.afterMs, provisional: route.action.provisional }
      : { type: "refuse", cause: refusal };
  }
}

/** What routes look at: E.164 where it is known. */
function numberOf({ e164, raw }: PartyNumber): string {
  return e164 === "" ? raw : e164;
}

function connectionsOf(listener: Transport): number {
  return listener instanceof ReliableTransport ? listener.connections : 0;
}
