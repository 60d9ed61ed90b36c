import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from "@nestjs/common";
import { UserAgent } from "@tandem/sip";
import { systemClock, systemRandom } from "@tandem/sip/node";
import { ACCEPTED_TYPES } from "@tandem/interworking";
import type { ReleaseCause } from "./calls/primitives.ts";
import { causeOf } from "./sip/cause.ts";
import { SipSockets } from "./sip/sip-sockets.ts";
import { EdgeParts } from "./edge-parts.ts";

/** How long the ends of calls are waited for at shutdown: a BYE's first two retransmissions. */
const FAREWELL_MS = 2_000;
const FAREWELL_CHECK_MS = 20;
/** How long delivery to Kafka may go on at shutdown; the rest goes out after the next start. */
const FLUSH_MS = 5_000;
/** How often the names among the trunks' sources are looked up again. */
const NAMES_REFRESH_MS = 60_000;

/** RFC 4028 §4 recommends half an hour; nobody may ask for a refresh more often than each 45 s. */
const SESSION_TIMER = { sessionExpiresS: 1_800, minSeS: 90 };

function shutdown(isConnected: boolean): ReleaseCause {
  return causeOf({
    side: "gateway",
    class: "internal",
    mapping: "derived",
    ...(!isConnected && { status: 503 }),
    q850: 31,
    row: "shutdown of the gateway",
    detail: "gateway-shutdown",
  });
}

/** Start and end of the edge, in the one order that loses nothing. */
@Injectable()
export class EdgeLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #parts: EdgeParts;
  #sockets: SipSockets | undefined;
  #agent: UserAgent | undefined;
  #refresh: NodeJS.Timeout | undefined;
  #callsEnded = 0;

  constructor(@Inject(EdgeParts) parts: EdgeParts) {
    this.#parts = parts;
  }

  /** Sockets last: a caller is not heard before everything behind is there. */
  async onApplicationBootstrap(): Promise<void> {
    const { config, trunks, journal, publisher, counters, logger } = this.#parts;
    publisher?.start(journal);
    if (trunks.hasNames) {
      await this.#refreshNames();
      this.#refresh = setInterval(() => void this.#refreshNames(), NAMES_REFRESH_MS);
    }
    this.#sockets = await SipSockets.open(config, { trunks, counters, logger: logger.child("sip") });
    this.#openAgent(this.#sockets);
    for (const { id, protocol, sentBy } of this.#sockets.transports)
      logger.log("info", "listening", { listener: id, transport: protocol.toLowerCase(), ...sentBy });
  }

  /** Shows what the files of certificates hold from the next handshake on; calls go on. */
  async reloadCertificates(): Promise<void> {
    await this.#sockets?.reloadCertificates();
  }

  /** New calls are refused and open ones end, while /health still says so. */
  async beforeApplicationShutdown(): Promise<void> {
    const { engine, sip } = this.#parts;
    clearInterval(this.#refresh);
    sip.refuseIncomplete(shutdown(false));
    this.#callsEnded = engine.openCalls;
    await engine.drain(shutdown);
    await this.#farewell();
  }

  async onApplicationShutdown(): Promise<void> {
    const { journal, publisher, media, logger } = this.#parts;
    this.#agent?.close();
    await this.#sockets?.close();
    media.close();
    await publisher?.close({ flushMs: FLUSH_MS });
    await journal.close();
    logger.log("info", "calls ended, journal closed", {
      calls: this.#callsEnded,
      lastPosition: journal.committedTo,
    });
  }

  #openAgent({ transports, locator }: SipSockets): void {
    const { sip, config } = this.#parts;
    const agent = new UserAgent(
      {
        clock: systemClock,
        random: systemRandom,
        transports,
        locator,
        identifierPrefix: `${config.node}-`,
        accept: ACCEPTED_TYPES,
        callMethods: ["INFO"],
        sessionTimer: SESSION_TIMER,
        sessionId: true,
      },
      {
        admit: (request, flow) => sip.admit(request, flow),
        onInvite: (session) => {
          sip.onInvite(session);
        },
        onRefused: (reason, status, detail, flow) => {
          sip.refused(reason, status, detail, flow);
        },
      },
    );
    this.#agent = agent;
    sip.open(agent, transports);
  }

  /** Our BYEs want their answers; who does not answer within the time is not waited for. */
  async #farewell(): Promise<void> {
    const end = Date.now() + FAREWELL_MS;
    while ((this.#agent?.dialogs ?? 0) > 0 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, FAREWELL_CHECK_MS));
    }
  }

  async #refreshNames(): Promise<void> {
    const failed = await this.#parts.trunks.refresh();
    for (const name of failed)
      this.#parts.logger.log("warn", "a trunk's source cannot be resolved", { name });
  }
}
