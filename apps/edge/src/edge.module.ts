import { Module, type DynamicModule } from "@nestjs/common";
import { Journal } from "@tandem/journal";
import { AdminModule } from "./admin/admin.module.ts";
import { CallEngine } from "./calls/call-engine.ts";
import { CallsModule } from "./calls/calls.module.ts";
import type { EdgeConfig } from "./config/config.ts";
import { EdgeLifecycle } from "./edge-lifecycle.ts";
import { EdgeParts } from "./edge-parts.ts";
import { JournalModule } from "./journal/journal.module.ts";
import { EchoPorts } from "./media/echo-ports.ts";
import type { Publisher } from "./publisher/publisher.ts";
import { PublisherModule } from "./publisher/publisher.module.ts";
import { SipEdge } from "./sip/sip-edge.ts";
import { SipModule } from "./sip/sip.module.ts";
import { Counters } from "./telemetry/counters.ts";
import type { Logger } from "./telemetry/logger.ts";
import { TelemetryModule } from "./telemetry/telemetry.module.ts";
import { CONFIG, LOGGER, PUBLISHER } from "./tokens.ts";
import { TrunkTable } from "./trunks/trunk-table.ts";

/** The edge, wired. */
@Module({})
export class EdgeModule {
  static register(config: EdgeConfig, logger: Logger): DynamicModule {
    return {
      module: EdgeModule,
      imports: [
        TelemetryModule.register(config, logger),
        JournalModule,
        CallsModule,
        PublisherModule,
        SipModule,
        AdminModule,
      ],
      providers: [
        {
          provide: EdgeParts,
          inject: [CallEngine, Journal, EchoPorts, PUBLISHER, SipEdge, TrunkTable, Counters, CONFIG, LOGGER],
          useFactory: (
            engine: CallEngine,
            journal: Journal,
            media: EchoPorts,
            publisher: Publisher | undefined,
            sip: SipEdge,
            trunks: TrunkTable,
            counters: Counters,
            edgeConfig: EdgeConfig,
            log: Logger,
          ): EdgeParts => ({
            engine,
            journal,
            media,
            publisher,
            sip,
            trunks,
            counters,
            config: edgeConfig,
            logger: log,
          }),
        },
        EdgeLifecycle,
      ],
    };
  }
}
