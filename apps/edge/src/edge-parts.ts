import type { Journal } from "@tandem/journal";
import type { CallEngine } from "./calls/call-engine.ts";
import type { EdgeConfig } from "./config/config.ts";
import type { EchoPorts } from "./media/echo-ports.ts";
import type { Publisher } from "./publisher/publisher.ts";
import type { SipEdge } from "./sip/sip-edge.ts";
import type { Counters } from "./telemetry/counters.ts";
import type { Logger } from "./telemetry/logger.ts";
import type { TrunkTable } from "./trunks/trunk-table.ts";

/** What start and end of the edge deal with. */
export abstract class EdgeParts {
  abstract readonly config: EdgeConfig;
  abstract readonly engine: CallEngine;
  abstract readonly journal: Journal;
  abstract readonly media: EchoPorts;
  abstract readonly publisher: Publisher | undefined;
  abstract readonly sip: SipEdge;
  abstract readonly trunks: TrunkTable;
  abstract readonly counters: Counters;
  abstract readonly logger: Logger;
}
