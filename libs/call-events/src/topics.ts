/** Names of the topics, and what their keys are (docs: the contract). */
export interface Topics {
  /** Events of calls; key call id. */
  readonly callEvents: string;
  /** One CDR per call; key call id, compacted. */
  readonly callRecords: string;
  /** Latest state of each trunk; key `<node>/<trunk>`, compacted. */
  readonly trunkState: string;
  /** New work for any edge. */
  readonly commands: string;
  /** Commands for the calls of one node. */
  readonly nodeCommands: (node: string) => string;
  readonly replies: string;
  /** One partition, never written: the handle for each edge's delivered journal position. */
  readonly progress: string;
  /** Events of gateways; key node. */
  readonly gatewayEvents: string;
  readonly deadLetters: string;
  readonly security: string;
}

export const DEFAULT_TOPIC_PREFIX = "tandem";

export function topicsOf(prefix: string = DEFAULT_TOPIC_PREFIX): Topics {
  return {
    callEvents: `${prefix}.call.events.v1`,
    callRecords: `${prefix}.call.records.v1`,
    trunkState: `${prefix}.trunk.state.v1`,
    commands: `${prefix}.commands.v1`,
    nodeCommands: (node) => `${prefix}.commands.${node}.v1`,
    replies: `${prefix}.replies.v1`,
    progress: `${prefix}.progress.v1`,
    gatewayEvents: `${prefix}.gateway.events.v1`,
    deadLetters: `${prefix}.dlq.v1`,
    security: `${prefix}.security.v1`,
  };
}
