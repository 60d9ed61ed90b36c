import { Module } from "@nestjs/common";
import { topicsOf } from "@tandem/call-events";
import { Journal } from "@tandem/journal";
import { CallEngine } from "../calls/call-engine.ts";
import { CallsModule } from "../calls/calls.module.ts";
import { GatewayEvents } from "../calls/gateway-events.ts";
import type { EdgeConfig } from "../config/config.ts";
import { JournalModule } from "../journal/journal.module.ts";
import type { Fields, Logger } from "../telemetry/logger.ts";
import { BOOT, CONFIG, LOGGER, PUBLISHER } from "../tokens.ts";
import { Publisher } from "./publisher.ts";

function textFields(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

@Module({
  imports: [JournalModule, CallsModule],
  providers: [
    {
      provide: PUBLISHER,
      inject: [CONFIG, BOOT, Journal, CallEngine, GatewayEvents, LOGGER],
      useFactory: (
        config: EdgeConfig,
        boot: string,
        journal: Journal,
        engine: CallEngine,
        events: GatewayEvents,
        logger: Logger,
      ) => {
        const { kafka, node } = config;
        if (kafka.brokers.length === 0) return undefined;
        const { callEvents, gatewayEvents, progress } = topicsOf(kafka.topicPrefix);
        const log = logger.child("publisher");
        const publisher = new Publisher(
          {
            brokers: kafka.brokers,
            clientId: kafka.clientId,
            ssl: kafka.ssl,
            ...(kafka.sasl !== undefined && {
              sasl: { ...kafka.sasl, password: kafka.sasl.password.reveal() },
            }),
            journalDirectory: config.journal.directory,
            journalId: journal.journalId,
            boot,
            node,
            topics: { callEvents, gatewayEvents, progress },
            createTopics: kafka.createTopics,
            partitions: kafka.partitions,
          },
          (level, message, fields) => {
            log.log(level, message, textFields(fields));
          },
        );
        journal.onCommit((position) => {
          publisher.notifyCommitted(position);
        });
        publisher.onDelivered((position) => {
          journal.setDelivered(position);
        });
        publisher.onEvent((event) => {
          if (event.type === "gateway.delivery.fenced") engine.fence();
          if (event.type !== "gateway.delivery.uncertain") return;
          const { from, to, reason } = event;
          events.write("tandem.gateway.delivery.uncertain.v1", { nodeId: node, from, to, reason });
        });
        return publisher;
      },
    },
  ],
  exports: [PUBLISHER],
})
export class PublisherModule {}
