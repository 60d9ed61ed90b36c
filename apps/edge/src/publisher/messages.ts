/** How to reach the brokers; what passes to the worker thread must survive a structured clone. */
export interface BrokerAccess {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
}

/**
 * The topics to publish to, by role (`callEvents`, `gatewayEvents`, …). `progress` carries no records, only the
 * offset of each node's publisher; `callRecords` and `trunkState` are made compacted.
 */
export interface TopicNames {
  readonly [role: string]: string;
  readonly progress: string;
}

export interface PublisherSettings extends BrokerAccess {
  readonly journalDirectory: string;
  readonly journalId: string;
  /** New at each start of the process: tells this process from a twin with the same files. */
  readonly boot: string;
  readonly node: string;
  readonly topics: TopicNames;
  /** Whether missing topics are made. */
  readonly createTopics: boolean;
  readonly partitions: number;
  /** Longest time between two transactions; one hour by default. */
  readonly heartbeatMs?: number;
}

/** What the rest of the edge should tell the world, as `gateway.*` events or alarms. */
export type PublisherEvent =
  | {
      /** Records after `from` up to `to` may be in Kafka twice or not at all. */
      readonly type: "gateway.delivery.uncertain";
      readonly from: number;
      readonly to: number;
      readonly reason: "offset-missing" | "offset-behind" | "offset-ahead";
    }
  | { readonly type: "gateway.delivery.fenced"; readonly journalId: string; readonly boot: string }
  | {
      readonly type: "gateway.delivery.omitted";
      readonly position: number;
      readonly key: string;
      readonly sequence: number;
      readonly reason: string;
    };

export type PublisherState =
  /** Not connected yet since `start`. */
  | "starting"
  | "delivering"
  /** Kafka cannot be reached or refuses; tried again with a growing pause. */
  | "unreachable"
  /** Another process publishes for this node. Ends only with a new process. */
  | "fenced"
  | "closed";

export type ToWorker = { readonly kind: "wake" } | { readonly kind: "close"; readonly flushMs: number };

export type FromWorker =
  | { readonly kind: "state"; readonly state: PublisherState; readonly error?: string }
  | { readonly kind: "delivered"; readonly position: number }
  | { readonly kind: "event"; readonly event: PublisherEvent }
  /** Something that went wrong beside the delivery itself. */
  | { readonly kind: "fault"; readonly error: string };

export interface WorkerStart {
  readonly settings: PublisherSettings;
  /** Whether this process has committed an offset of its own before: then a foreign one is a twin's. */
  readonly hasClaimed: boolean;
  readonly signal: SharedArrayBuffer;
}
