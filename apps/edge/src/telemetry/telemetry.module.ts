import { randomUUID } from "node:crypto";
import { Global, Module, type DynamicModule } from "@nestjs/common";
import type { EdgeConfig } from "../config/config.ts";
import { BOOT, CONFIG, LOGGER } from "../tokens.ts";
import { Counters } from "./counters.ts";
import type { Logger } from "./logger.ts";

/** Configuration, log and counters: what every other module may ask for. */
@Global()
@Module({})
export class TelemetryModule {
  static register(config: EdgeConfig, logger: Logger): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: BOOT, useValue: randomUUID() },
      { provide: Counters, useValue: new Counters() },
    ];
    return { module: TelemetryModule, providers, exports: [CONFIG, LOGGER, BOOT, Counters] };
  }
}
