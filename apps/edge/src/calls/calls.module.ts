import { randomFillSync } from "node:crypto";
import { Module } from "@nestjs/common";
import { callIdSource, topicsOf, type EventSource } from "@tandem/call-events";
import { Journal } from "@tandem/journal";
import { systemClock } from "@tandem/sip/node";
import type { EdgeConfig } from "../config/config.ts";
import { JournalModule } from "../journal/journal.module.ts";
import { reject } from "../sip/cause.ts";
import { Counters } from "../telemetry/counters.ts";
import { epochMs } from "../telemetry/epoch.ts";
import type { Logger } from "../telemetry/logger.ts";
import { CONFIG, LOGGER } from "../tokens.ts";
import { CallEngine } from "./call-engine.ts";
import { EventWriter } from "./event-writer.ts";
import { GatewayEvents } from "./gateway-events.ts";
import { releaseLeftOpen } from "./recovery.ts";

function sourceOf({ cluster, node, kafka }: EdgeConfig): EventSource {
  return { cluster, node, topics: topicsOf(kafka.topicPrefix) };
}

@Module({
  imports: [JournalModule],
  providers: [
    {
      provide: EventWriter,
      inject: [CONFIG],
      useFactory: (config: EdgeConfig) => new EventWriter(sourceOf(config), config.kafka.partitions),
    },
    {
      provide: GatewayEvents,
      inject: [CONFIG, Journal],
      useFactory: (config: EdgeConfig, journal: Journal) => {
        const events = new GatewayEvents(sourceOf(config), config.kafka.partitions, journal, epochMs);
        journal.onHealth(({ reason = "", lastCommitMs, usedBytes, maxBytes }) => {
          const data = { nodeId: config.node, reason, lastCommitMs, usedBytes, maxBytes };
          events.write("tandem.gateway.journal.degraded.v1", data);
        });
        return events;
      },
    },
    {
      provide: CallEngine,
      inject: [Journal, EventWriter, Counters, LOGGER],
      useFactory: async (journal: Journal, writer: EventWriter, counters: Counters, logger: Logger) => {
        const calls = await releaseLeftOpen(journal, writer, epochMs);
        if (calls > 0)
          logger.child("calls").log("warn", "calls left open by the last run were released", { calls });
        return new CallEngine({
          journal,
          clock: systemClock,
          epochMs,
          newCallId: callIdSource(epochMs, randomFillSync),
          writer,
          counters,
          commitTimeout: { ...reject({ status: 503, detail: "journal-timeout" }), class: "internal" },
        });
      },
    },
  ],
  exports: [CallEngine, GatewayEvents],
})
export class CallsModule {}
