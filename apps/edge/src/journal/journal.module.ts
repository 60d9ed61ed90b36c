import { Module } from "@nestjs/common";
import { Journal } from "@tandem/journal";
import type { EdgeConfig } from "../config/config.ts";
import type { Logger } from "../telemetry/logger.ts";
import { CONFIG, LOGGER } from "../tokens.ts";

@Module({
  providers: [
    {
      provide: Journal,
      inject: [CONFIG, LOGGER],
      useFactory: async (config: EdgeConfig, logger: Logger): Promise<Journal> => {
        const { directory, maxBytes } = config.journal;
        const delivery = config.kafka.brokers.length === 0 ? "none" : "broker";
        const journal = await Journal.open({ directory, maxBytes, delivery });
        const log = logger.child("journal");
        journal.onFailure((error) => {
          log.log("error", "the journal cannot be written: new calls are refused", { error: error.message });
        });
        log.log("info", "open", {
          directory,
          journalId: journal.journalId,
          lastPosition: journal.appendedTo,
        });
        return journal;
      },
    },
  ],
  exports: [Journal],
})
export class JournalModule {}
