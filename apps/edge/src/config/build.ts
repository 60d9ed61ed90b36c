import { withOverrides, type CauseRules, type ReasonRule } from "@tandem/interworking";
import { CAUSE_PROFILES, type CauseProfileName } from "./cause-profiles.ts";
import type {
  ClientCertificate,
  EdgeConfig,
  ListenTransport,
  OverlapConfig,
  RouteAction,
  TrunkProfile,
} from "./config.ts";
import { DEFAULTS } from "./setting.ts";
import { Secret } from "./secret.ts";

interface RawInterworking {
  readonly profile?: CauseProfileName;
  readonly reason?: ReasonRule;
  readonly statusFromCause?: readonly {
    readonly cause: number;
    readonly location?: number;
    readonly codingStandard?: number;
    readonly status: number;
  }[];
  readonly causeFromStatus?: readonly { readonly status: number; readonly cause: number }[];
}

interface RawAnswer {
  readonly after?: string;
  readonly media?: "echo";
  readonly provisional?: "ringing" | "progress" | "none";
}

/** The file as written, after the schema has passed it. */
export interface RawConfig {
  readonly version: 1;
  readonly cluster?: string;
  readonly node?: string;
  readonly listen: readonly {
    readonly id?: string;
    readonly transport: ListenTransport;
    readonly address: string;
    readonly advertise?: string;
    readonly tls?: {
      readonly certificate: string;
      readonly key: string;
      readonly ca?: string;
      readonly clientCertificate?: ClientCertificate;
    };
    readonly limits?: {
      readonly connections?: number;
      readonly connectionsPerSource?: number;
      readonly idle?: string;
      readonly silent?: string;
      readonly message?: string;
    };
  }[];
  readonly trunks: readonly {
    readonly id: string;
    readonly profile?: TrunkProfile;
    readonly sources: readonly string[];
    readonly listener?: string;
    readonly largeRequests?: "tcp" | "udp";
    readonly isup?: {
      readonly variant?: string;
      readonly handling?: "optional" | "required";
      readonly rlc?: boolean;
      readonly overlap?: {
        readonly minDigits: number;
        readonly maxDigits?: number;
        readonly T10?: string;
        readonly T35?: string;
      };
    };
    readonly interworking?: RawInterworking;
    readonly numbers?: { readonly country?: string; readonly restricted?: "mask" | "show" };
  }[];
  readonly routes: readonly {
    readonly id?: string;
    readonly when?: { readonly trunk?: string; readonly called?: string; readonly calling?: string };
    readonly answer?: "echo" | RawAnswer;
    readonly reject?: number | { readonly sip?: number; readonly q850?: number };
  }[];
  readonly media?: { readonly ports?: string; readonly address?: string };
  readonly journal?: { readonly directory?: string; readonly maxBytes?: string };
  readonly http?: { readonly listen?: string };
  readonly dns?: { readonly servers?: readonly string[]; readonly timeout?: string };
  readonly kafka?: {
    readonly brokers?: readonly string[];
    readonly clientId?: string;
    readonly topicPrefix?: string;
    readonly createTopics?: boolean;
    readonly partitions?: number;
    readonly ssl?: boolean;
    readonly sasl?: {
      readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
      readonly username: string;
      readonly password: string;
    };
  };
}

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const OCTETS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

function withUnit(text: string, units: Readonly<Record<string, number>>): number {
  const [, count = "0", unit = ""] = /^([0-9]+)([A-Za-z]+)$/.exec(text) ?? [];
  return Number(count) * (units[unit] ?? 0);
}

export function durationMs(text: string): number {
  return withUnit(text, MILLISECONDS);
}

export function octets(text: string): number {
  return withUnit(text, OCTETS);
}

export function portRange(text: string = DEFAULTS.mediaPorts): {
  readonly first: number;
  readonly last: number;
} {
  const [first = 0, last = 0] = text.split("-").map(Number);
  return { first, last };
}

export function hostPort(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}

export function listenerId(
  { id, transport }: { readonly id?: string | undefined; readonly transport?: string | undefined },
  index: number,
): string {
  return id ?? `${transport ?? "udp"}-${index + 1}`;
}

export function routeId({ id }: { readonly id?: string | undefined }, index: number): string {
  return id ?? `route-${index + 1}`;
}

/** Fills the defaults in; `absolute` makes a path of the file an absolute one. */
export function buildConfig(raw: RawConfig, absolute: (path: string) => string): EdgeConfig {
  const { first: firstPort, last: lastPort } = portRange(raw.media?.ports);
  return {
    version: 1,
    cluster: raw.cluster ?? DEFAULTS.cluster,
    node: raw.node ?? DEFAULTS.node,
    listen: raw.listen.map((listener, index) => listenOf(listener, index, absolute)),
    trunks: raw.trunks.map(trunkOf),
    routes: raw.routes.map((route, index) => ({
      id: routeId(route, index),
      when: route.when && { trunk: route.when.trunk, called: route.when.called, calling: route.when.calling },
      action: actionOf(route),
    })),
    media: { firstPort, lastPort, address: raw.media?.address },
    journal: {
      directory: absolute(raw.journal?.directory ?? DEFAULTS.journalDirectory),
      maxBytes: octets(raw.journal?.maxBytes ?? DEFAULTS.journalMaxBytes),
    },
    http: addressOf(raw.http?.listen ?? DEFAULTS.httpListen),
    dns: {
      servers: raw.dns?.servers ?? [],
      timeoutMs: durationMs(raw.dns?.timeout ?? DEFAULTS.dnsTimeout),
    },
    kafka: kafkaOf(raw.kafka ?? {}, raw.node ?? DEFAULTS.node),
  };
}

function listenOf(
  raw: RawConfig["listen"][number],
  index: number,
  absolute: (path: string) => string,
): EdgeConfig["listen"][number] {
  const { tls, limits = {} } = raw;
  return {
    id: listenerId(raw, index),
    transport: raw.transport,
    ...addressOf(raw.address),
    advertise: raw.advertise,
    tls: tls && {
      certificate: absolute(tls.certificate),
      key: absolute(tls.key),
      ca: tls.ca && absolute(tls.ca),
      clientCertificate: tls.clientCertificate ?? DEFAULTS.clientCertificate,
    },
    limits: {
      connections: limits.connections ?? DEFAULTS.connections,
      connectionsPerSource: limits.connectionsPerSource ?? DEFAULTS.connectionsPerSource,
      idleMs: durationMs(limits.idle ?? DEFAULTS.idle),
      silentMs: durationMs(limits.silent ?? DEFAULTS.silent),
      messageMs: durationMs(limits.message ?? DEFAULTS.message),
    },
  };
}

function trunkOf(raw: RawConfig["trunks"][number]): EdgeConfig["trunks"][number] {
  const profile = raw.profile ?? DEFAULTS.profile;
  return {
    id: raw.id,
    profile,
    sources: raw.sources,
    listener: raw.listener,
    largeRequests: raw.largeRequests ?? DEFAULTS.largeRequests,
    isup: {
      variant: raw.isup?.variant ?? DEFAULTS.variant,
      acceptsAnyVersion: raw.isup?.variant !== undefined,
      handling: raw.isup?.handling ?? DEFAULTS.handling,
      // Where nobody has said what the peer speaks, its own INVITE does.
      inAnswers: raw.profile !== "sip",
      rlc: raw.profile !== "sip" && (raw.isup?.rlc ?? profile === "sip-i"),
      overlap: overlapOf(raw.isup?.overlap),
    },
    causes: causesOf(raw.id, raw.interworking ?? {}),
    numbers: { country: raw.numbers?.country, restricted: raw.numbers?.restricted ?? DEFAULTS.restricted },
  };
}

function overlapOf(
  raw: NonNullable<RawConfig["trunks"][number]["isup"]>["overlap"],
): OverlapConfig | undefined {
  if (raw === undefined) return undefined;
  const {
    minDigits: digitsMin,
    maxDigits: digitsMax = DEFAULTS.maxDigits,
    T10 = DEFAULTS.T10,
    T35 = DEFAULTS.T35,
  } = raw;
  return { digitsMin, digitsMax, T10Ms: durationMs(T10), T35Ms: durationMs(T35) };
}

/** Rows of the trunk say its name where they fire. */
function causesOf(id: string, raw: RawInterworking): CauseRules {
  const { statusFromCause = [], causeFromStatus = [], reason = DEFAULTS.reason } = raw;
  const source = `trunk ${id}`;
  const profile = withOverrides(CAUSE_PROFILES[raw.profile ?? DEFAULTS.interworking], {
    statusFromCause: statusFromCause.map((row) => ({ ...row, source })),
    causeFromStatus: causeFromStatus.map((row) => ({ ...row, source })),
  });
  return { profile, reason };
}

function actionOf({ answer, reject }: RawConfig["routes"][number]): RouteAction {
  if (answer !== undefined) {
    const { after = DEFAULTS.after, provisional = DEFAULTS.provisional } = answer === "echo" ? {} : answer;
    return { type: "answer", media: "echo", afterMs: durationMs(after), provisional };
  }
  if (typeof reject === "object") return { type: "reject", sip: reject.sip, q850: reject.q850 };
  return { type: "reject", sip: reject, q850: undefined };
}

function kafkaOf(raw: NonNullable<RawConfig["kafka"]>, node: string): EdgeConfig["kafka"] {
  return {
    brokers: raw.brokers ?? [],
    clientId: raw.clientId ?? `tandem-${node}`,
    topicPrefix: raw.topicPrefix ?? DEFAULTS.topicPrefix,
    createTopics: raw.createTopics ?? DEFAULTS.createTopics,
    partitions: raw.partitions ?? DEFAULTS.partitions,
    ssl: raw.ssl ?? DEFAULTS.ssl,
    sasl: raw.sasl && { ...raw.sasl, password: new Secret(raw.sasl.password) },
  };
}

function addressOf(text: string): { readonly address: string; readonly port: number } {
  const { host, port } = hostPort(text);
  return { address: host, port };
}
