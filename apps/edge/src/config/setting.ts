import {
  CONNECTIONS_MAX,
  CONNECTIONS_PER_SOURCE_MAX,
  FIRST_OCTETS_MS,
  IDLE_MS,
  MESSAGE_MS,
} from "@tandem/sip";

/** A schema of JSON Schema 2020-12 with three words of ours, which are left out of the published one. */
export interface Setting {
  readonly type?: string;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly anyOf?: readonly Setting[];
  readonly properties?: Readonly<Record<string, Setting>>;
  readonly additionalProperties?: false;
  readonly required?: readonly string[];
  readonly items?: Setting;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly writeOnly?: true;
  readonly default?: string | number | boolean | readonly never[];
  readonly description: string;
  /** The form that `pattern` wants, in words. */
  readonly form?: string;
  readonly unit?: string;
  /** Why one would set it, or why its default is what it is. */
  readonly reason?: string;
}

/** A setting that another follows where it is left out; said in the description, known to build.ts. */
export const DEFAULTS = {
  cluster: "tandem",
  node: "edge-1",
  profile: "sip",
  variant: "itu-t92+",
  handling: "optional",
  restricted: "mask",
  interworking: "rfc3398",
  reason: "by-clause",
  maxDigits: 32,
  T10: "5s",
  T35: "15s",
  after: "0s",
  provisional: "ringing",
  largeRequests: "tcp",
  mediaPorts: "20000-20999",
  journalDirectory: "./data/journal",
  journalMaxBytes: "4GiB",
  httpListen: "127.0.0.1:8080",
  topicPrefix: "tandem",
  createTopics: true,
  partitions: 12,
  ssl: false,
  clientCertificate: "none",
  connections: CONNECTIONS_MAX,
  connectionsPerSource: CONNECTIONS_PER_SOURCE_MAX,
  idle: `${IDLE_MS / 60_000}m`,
  silent: `${FIRST_OCTETS_MS / 1_000}s`,
  message: `${MESSAGE_MS / 1_000}s`,
  dnsTimeout: "2s",
} as const;

/** Words, as they stand in topics, headers and URIs without an escape; 63 as in a DNS label. */
export const ID = {
  type: "string",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
  form: "a word of letters, digits, dot, hyphen and underscore, 63 at most",
} as const;
export const DURATION = {
  type: "string",
  pattern: "^[0-9]{1,9}(ms|s|m|h)$",
  form: "a whole number with ms, s, m or h: 400ms, 5s, 2m",
  unit: "ms, s, m or h",
} as const;
export const SIZE = {
  type: "string",
  pattern: "^[0-9]{1,9}(B|KiB|MiB|GiB|TiB)$",
  form: "a whole number with B, KiB, MiB, GiB or TiB: 256MiB, 4GiB",
  unit: "B, KiB, MiB, GiB or TiB",
} as const;
export const HOST_PORT = {
  type: "string",
  pattern: "^(\\[[0-9A-Fa-f:.]+\\]|[0-9A-Za-z._-]+):[0-9]{1,5}$",
  form: "host:port, an IPv6 address in brackets",
} as const;

export const SIP_STATUS = { type: "integer", minimum: 300, maximum: 699 } as const;

/** A map of settings in which every key is known. */
export function object(
  properties: Readonly<Record<string, Setting>>,
  required: readonly string[],
  description: string,
): Setting {
  return { type: "object", additionalProperties: false, properties, required, description };
}

/** Q.850 (05/1998) §2.2.7. */
export const CAUSE_VALUE = { type: "integer", minimum: 1, maximum: 127 } as const;
