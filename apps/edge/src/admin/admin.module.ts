import { Module } from "@nestjs/common";
import { Journal } from "@tandem/journal";
import { JournalModule } from "../journal/journal.module.ts";
import type { Publisher } from "../publisher/publisher.ts";
import { PublisherModule } from "../publisher/publisher.module.ts";
import { SipEdge } from "../sip/sip-edge.ts";
import { SipModule } from "../sip/sip.module.ts";
import { Counters } from "../telemetry/counters.ts";
import { PUBLISHER } from "../tokens.ts";
import { HealthController } from "./health.controller.ts";
import { MetricsController } from "./metrics.controller.ts";
import { Readiness } from "./readiness.ts";

@Module({
  imports: [JournalModule, PublisherModule, SipModule],
  controllers: [HealthController, MetricsController],
  providers: [
    {
      provide: Readiness,
      inject: [SipEdge, Journal, PUBLISHER, Counters],
      useFactory: (sip: SipEdge, journal: Journal, publisher: Publisher | undefined, counters: Counters) =>
        new Readiness(sip, journal, publisher, counters),
    },
  ],
})
export class AdminModule {}
