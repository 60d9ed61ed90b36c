import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { Journal } from "@tandem/journal";
import type { EdgeConfig } from "./config/config.ts";
import { EdgeLifecycle } from "./edge-lifecycle.ts";
import { EdgeModule } from "./edge.module.ts";
import type { Logger } from "./telemetry/logger.ts";

/** A running edge. */
export interface Edge {
  readonly journal: Journal;
  /** Where /health is, as bound. */
  readonly url: string;
  /** Reads the files of certificates again; faults are in the log, and the old ones stay. */
  reloadCertificates(): Promise<void>;
  /** Ends calls, flushes and closes everything; what it opened is gone afterwards. */
  stop(): Promise<void>;
}

/** Rejects with the system's error where a port cannot be had or the journal cannot be opened. */
export async function startEdge(config: EdgeConfig, logger: Logger): Promise<Edge> {
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(
    EdgeModule.register(config, logger),
    new FastifyAdapter(),
    options,
  );
  try {
    await app.listen(config.http.port, config.http.address);
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  logger.log("info", "ready", { health: `${url}/health/ready` });
  return {
    journal: app.get(Journal),
    url,
    reloadCertificates: () => app.get(EdgeLifecycle).reloadCertificates(),
    stop: () => app.close(),
  };
}
