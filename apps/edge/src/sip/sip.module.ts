import { randomInt } from "node:crypto";
import { Module } from "@nestjs/common";
import { systemClock } from "@tandem/sip/node";
import { CallEngine } from "../calls/call-engine.ts";
import { CallsModule } from "../calls/calls.module.ts";
import type { EdgeConfig } from "../config/config.ts";
import { EchoPorts } from "../media/echo-ports.ts";
import { Counters } from "../telemetry/counters.ts";
import type { Logger } from "../telemetry/logger.ts";
import { CONFIG, LOGGER } from "../tokens.ts";
import { sourceNames } from "../trunks/source-names.ts";
import { TrunkTable } from "../trunks/trunk-table.ts";
import { IsupAnswers } from "./leg-isup.ts";
import { SipEdge } from "./sip-edge.ts";

/** RFC 8866 §5.2: digits, unique for the leg; below 2**48 any number does. */
const SESSION_ID_MAX = 2 ** 47;

@Module({
  imports: [CallsModule],
  providers: [
    {
      provide: TrunkTable,
      inject: [CONFIG],
      useFactory: ({ trunks, dns }: EdgeConfig) => new TrunkTable(trunks, sourceNames(dns)),
    },
    {
      provide: EchoPorts,
      inject: [CONFIG, LOGGER],
      useFactory: ({ media, listen }: EdgeConfig, logger: Logger) =>
        new EchoPorts({
          ...media,
          addressOf: (id) => {
            const listener = listen.find((each) => each.id === id);
            const bind = media.address ?? listener?.address ?? "127.0.0.1";
            return { bind, advertise: media.address ?? listener?.advertise ?? bind };
          },
          onError: (error, port) => {
            logger.child("media").log("warn", "RTP port cannot be used", { port, error: error.message });
          },
        }),
    },
    {
      provide: SipEdge,
      inject: [CallEngine, TrunkTable, EchoPorts, Counters, CONFIG, LOGGER],
      useFactory: (
        engine: CallEngine,
        trunks: TrunkTable,
        media: EchoPorts,
        counters: Counters,
        config: EdgeConfig,
        logger: Logger,
      ) =>
        new SipEdge({
          engine,
          trunks,
          media,
          clock: systemClock,
          counters,
          routes: config.routes,
          isup: new IsupAnswers(),
          newSessionId: () => String(randomInt(1, SESSION_ID_MAX)),
          logger: logger.child("sip"),
        }),
    },
  ],
  exports: [SipEdge, TrunkTable, EchoPorts],
})
export class SipModule {}
