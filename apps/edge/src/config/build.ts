import type { EdgeConfig, RouteAction, TrunkProfile } from "./config.ts";

/** The file as written, after the schema has passed it. */
export interface RawConfig {
  readonly version: 1;
  readonly cluster?: string;
  readonly node?: string;
  readonly listen: readonly {
    readonly id: string;
    readonly transport: "udp";
    readonly address: string;
    readonly advertise?: string;
  }[];
  readonly trunks: readonly {
    readonly id: string;
    readonly profile?: TrunkProfile;
    readonly sources: readonly string[];
    readonly listener?: string;
    readonly isup?: {
      readonly variant?: string;
      readonly handling?: "optional" | "required";
      readonly rlc?: boolean;
    };
    readonly numbers?: { readonly country?: string; readonly restricted?: "mask" | "show" };
  }[];
  readonly routes: readonly {
    readonly id: string;
    readonly when?: { readonly trunk?: string; readonly called?: string; readonly calling?: string };
    readonly answer?: "echo" | { readonly after?: string; readonly media?: "echo" };
    readonly reject?: number | { readonly sip: number; readonly q850?: number };
  }[];
  readonly media?: { readonly ports?: string; readonly address?: string };
  readonly journal?: { readonly directory?: string; readonly maxBytes?: string };
  readonly http?: { readonly listen?: string };
  readonly kafka?: {
    readonly brokers?: readonly string[];
    readonly clientId?: string;
    readonly topicPrefix?: string;
    readonly createTopics?: boolean;
    readonly partitions?: number;
    readonly ssl?: boolean;
    readonly sasl?: EdgeConfig["kafka"]["sasl"];
  };
}

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const OCTETS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

function withUnit(text: string, units: Readonly<Record<string, number>>): number {
  const [, count = "0", unit = ""] = /^([0-9]+)([A-Za-z]+)$/.exec(text) ?? [];
  return Number(count) * (units[unit] ?? 0);
}

/** Fills the defaults in; `absolute` makes a directory of the file an absolute one. */
export function buildConfig(raw: RawConfig, absolute: (directory: string) => string): EdgeConfig {
  const node = raw.node ?? "edge-1";
  const [firstPort = 0, lastPort = 0] = (raw.media?.ports ?? "20000-20999").split("-").map(Number);
  return {
    version: 1,
    cluster: raw.cluster ?? "tandem",
    node,
    listen: raw.listen.map(({ id, transport, address, advertise }) => ({
      id,
      transport,
      ...split(address),
      advertise,
    })),
    trunks: raw.trunks.map((trunk) => {
      const profile = trunk.profile ?? "sip";
      return {
        id: trunk.id,
        profile,
        sources: trunk.sources,
        listener: trunk.listener,
        isup: {
          variant: trunk.isup?.variant ?? "itu-t92+",
          handling: trunk.isup?.handling ?? "optional",
          rlc: trunk.isup?.rlc ?? profile === "sip-i",
        },
        numbers: { country: trunk.numbers?.country, restricted: trunk.numbers?.restricted ?? "mask" },
      };
    }),
    routes: raw.routes.map((route) => ({
      id: route.id,
      when: route.when && { trunk: route.when.trunk, called: route.when.called, calling: route.when.calling },
      action: actionOf(route),
    })),
    media: { firstPort, lastPort, address: raw.media?.address },
    journal: {
      directory: absolute(raw.journal?.directory ?? "./data/journal"),
      maxBytes: withUnit(raw.journal?.maxBytes ?? "4GiB", OCTETS),
    },
    http: split(raw.http?.listen ?? "127.0.0.1:8080"),
    kafka: {
      brokers: raw.kafka?.brokers ?? [],
      clientId: raw.kafka?.clientId ?? `tandem-${node}`,
      topicPrefix: raw.kafka?.topicPrefix ?? "tandem",
      createTopics: raw.kafka?.createTopics ?? true,
      partitions: raw.kafka?.partitions ?? 12,
      ssl: raw.kafka?.ssl ?? false,
      sasl: raw.kafka?.sasl,
    },
  };
}

function actionOf(route: RawConfig["routes"][number]): RouteAction {
  const { answer, reject } = route;
  if (answer !== undefined) {
    return {
      type: "answer",
      media: "echo",
      afterMs: answer === "echo" ? 0 : withUnit(answer.after ?? "0s", MILLISECONDS),
    };
  }
  if (typeof reject === "object") return { type: "reject", sip: reject.sip, q850: reject.q850 };
  return { type: "reject", sip: reject ?? 404, q850: undefined };
}

function split(hostPort: string): { address: string; port: number } {
  const colon = hostPort.lastIndexOf(":");
  return {
    address: hostPort.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(hostPort.slice(colon + 1)),
  };
}
