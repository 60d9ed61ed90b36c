import { Controller, Get, HttpStatus, Inject, Res } from "@nestjs/common";
import { Readiness } from "./readiness.ts";

/** What Fastify's reply offers here; the adapter's own type would bring its packages into ours. */
interface StatusReply {
  status(code: number): { send(body: unknown): void };
}

@Controller("health")
export class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** The process runs and its event loop turns. */
  @Get("live")
  live(): { status: string } {
    return { status: "ok" };
  }

  /** New calls are taken: listeners are bound, the journal writes, nothing drains. Kafka is not asked. */
  @Get("ready")
  ready(@Res() reply: StatusReply): void {
    const report = this.#readiness.report();
    reply.status(report.status === "ok" ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).send(report);
  }
}
