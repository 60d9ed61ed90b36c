import type { CauseRules } from "@tandem/interworking";
import type { LargeRequests } from "@tandem/sip";
import type { Secret } from "./secret.ts";

/** The configuration as the edge uses it: checked, every default filled in, frozen. */
export interface EdgeConfig {
  readonly version: 1;
  readonly cluster: string;
  readonly node: string;
  readonly listen: readonly ListenConfig[];
  readonly trunks: readonly TrunkConfig[];
  readonly routes: readonly RouteConfig[];
  readonly media: {
    readonly firstPort: number;
    readonly lastPort: number;
    readonly address: string | undefined;
  };
  readonly journal: { readonly directory: string; readonly maxBytes: number };
  readonly http: { readonly address: string; readonly port: number };
  readonly dns: DnsConfig;
  readonly kafka: KafkaConfig;
}

export type ListenTransport = "udp" | "tcp" | "tls" | "ws" | "wss";
export type ClientCertificate = "none" | "request" | "require";

/** Files as absolute paths; what is in them is read when the listener opens. */
export interface ListenTls {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string | undefined;
  readonly clientCertificate: ClientCertificate;
}

/** How many connections a listener takes, and how long it waits for what. */
export interface ListenLimits {
  readonly connections: number;
  readonly connectionsPerSource: number;
  readonly idleMs: number;
  readonly silentMs: number;
  readonly messageMs: number;
}

export interface DnsConfig {
  /** `address` or `address:port`; the system's where empty. */
  readonly servers: readonly string[];
  readonly timeoutMs: number;
}

export interface ListenConfig {
  readonly id: string;
  readonly transport: ListenTransport;
  readonly address: string;
  readonly port: number;
  /** Host for Via, Contact and SDP where it is not `address`. */
  readonly advertise: string | undefined;
  /** With `tls` and `wss`, and only there. */
  readonly tls: ListenTls | undefined;
  /** Of connections: `udp` has none. */
  readonly limits: ListenLimits;
}

export type TrunkProfile = "sip" | "sip-t" | "sip-i";

/** Called numbers that come in pieces (RFC 3578); lengths count the digits routes see. */
export interface OverlapConfig {
  readonly digitsMin: number;
  readonly digitsMax: number;
  readonly T10Ms: number;
  readonly T35Ms: number;
}

export interface TrunkConfig {
  readonly id: string;
  readonly profile: TrunkProfile;
  /** Addresses, CIDR networks or DNS names. */
  readonly sources: readonly string[];
  /** Only on this listener; on every one where undefined. */
  readonly listener: string | undefined;
  /** What leads to the trunk's sources by UDP and has more than 1,300 octets (RFC 3261 §18.1.1). */
  readonly largeRequests: LargeRequests;
  readonly isup: {
    /** Where the body's own `version` and `base` say nothing known. */
    readonly variant: string;
    /** A variant that is set also reads bodies whose version nobody knows; without it they are not understood (415). */
    readonly acceptsAnyVersion: boolean;
    readonly handling: "optional" | "required";
    /** Whether callers who sent ISUP are answered with ISUP. */
    readonly inAnswers: boolean;
    /** RLC in the 200 to BYE. */
    readonly rlc: boolean;
    /** Collection of digits; undefined where every number is complete. */
    readonly overlap: OverlapConfig | undefined;
  };
  /** How causes are read and said. */
  readonly causes: CauseRules;
  readonly numbers: {
    readonly country: string | undefined;
    /** Whether consumers see the digits of numbers whose presentation is restricted. */
    readonly restricted: "mask" | "show";
  };
}

export interface RouteConfig {
  readonly id: string;
  readonly when:
    | {
        readonly trunk: string | undefined;
        readonly called: string | undefined;
        readonly calling: string | undefined;
      }
    | undefined;
  readonly action: RouteAction;
}

export type RouteAction =
  | {
      readonly type: "answer";
      readonly afterMs: number;
      readonly media: "echo";
      readonly provisional: "ringing" | "progress" | "none";
    }
  /** One of the two is there; the other follows from it by the trunk's tables. */
  | { readonly type: "reject"; readonly sip: number | undefined; readonly q850: number | undefined };

export interface KafkaConfig {
  /** Empty: events stay in the journal. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly topicPrefix: string;
  readonly createTopics: boolean;
  readonly partitions: number;
  readonly ssl: boolean;
  readonly sasl:
    | {
        readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
        readonly username: string;
        readonly password: Secret;
      }
    | undefined;
}

/** One fault of a configuration: where it is, what is wrong, what may have been meant. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `trunks[0].profile`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** Nearest known key or value. */
  readonly nearest: string | undefined;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: EdgeConfig }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export function faultLine(fault: Fault): string {
  const where = fault.path === "" ? "" : `${fault.path}: `;
  const nearest = fault.nearest === undefined ? "" : ` — did you mean "${fault.nearest}"?`;
  return `${fault.file}:${fault.line}:${fault.column}: ${where}${fault.message}${nearest}`;
}
