import { Controller, Get, Header, Inject } from "@nestjs/common";
import { Counters } from "../telemetry/counters.ts";
import { METRICS_TYPE, metricsText } from "./metrics-text.ts";
import { Readiness } from "./readiness.ts";

const MICROSECONDS = 1_000_000;

@Controller("metrics")
export class MetricsController {
  readonly #readiness: Readiness;
  readonly #counters: Counters;

  constructor(@Inject(Readiness) readiness: Readiness, @Inject(Counters) counters: Counters) {
    this.#readiness = readiness;
    this.#counters = counters;
  }

  @Get()
  @Header("content-type", METRICS_TYPE)
  metrics(): string {
    const { user, system } = process.cpuUsage();
    return metricsText(this.#counters, this.#readiness.report(), {
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / MICROSECONDS,
    });
  }
}
