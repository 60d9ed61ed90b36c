import { randomFillSync } from "node:crypto";
import { Module } from "@nestjs/common";
import { callIdSource, topicsOf, type EventSource } from "@tandem/call-events";
import { Journal } from "@tandem/journal";
import { systemClock } from "@tandem/sip/node";
import type { EdgeConfig } from "../config/config.ts";
import { JournalModule } from "../journal/journal.module.ts";
import { causeOf, reject } from "../sip/cause.ts";
import { Counters } from "../telemetry/counters.ts";
import { epochMs } from "../telemetry/epoch.ts";
import type { Logger } from "../telemetry/logger.ts";
import { CONFIG, LOGGER } from "../tokens.ts";
import { CallEngine } from "./call-engine.ts";
import { EventWriter } from "./event-writer.ts";
import { GatewayEvents } from "./gateway-events.ts";

function sourceOf({ cluster, node, kafka }: EdgeConfig): EventSource {
  return { cluster, node, topics: topicsOf(kafka.topicPrefix) };
}

/** Calls that a process which is gone has left open: each gets its one release, before any new call. */
function recover(journal: Journal, writer: EventWriter, logger: Logger): void {
  const cause = causeOf({
    side: "gateway",
    class: "internal",
    mapping: "derived",
    q850: 127,
    row: "restart of the gateway",
    detail: "gateway-recovery",
  });
  for (const { key, state } of journal.openStates) {
    journal.append({
      records: [writer.recovered(state, cause, epochMs())],
      state: { key, state: undefined },
    });
  }
  const calls = journal.openStates.length;
  if (calls > 0) logger.log("warn", "calls left open by the last run were released", { calls });
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
      useFactory: (journal: Journal, writer: EventWriter, counters: Counters, logger: Logger) => {
        recover(journal, writer, logger.child("calls"));
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
