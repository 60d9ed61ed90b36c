import { VARIANTS } from "@tandem/isup";

/*
 * Every setting, once: what it is, its default, unit and reason. The published JSON Schema and docs/operations/config.md
 * are made from this by tools/generate-config-docs.mjs; what cannot be said here is in cross-check.ts.
 */

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
  after: "0s",
  mediaPorts: "20000-20999",
  journalDirectory: "./data/journal",
  journalMaxBytes: "4GiB",
  httpListen: "127.0.0.1:8080",
  topicPrefix: "tandem",
  createTopics: true,
  partitions: 12,
  ssl: false,
  clientCertificate: "none",
} as const;

/** Words, as they stand in topics, headers and URIs without an escape; 63 as in a DNS label. */
const ID = {
  type: "string",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
  form: "a word of letters, digits, dot, hyphen and underscore, 63 at most",
} as const;
const DURATION = {
  type: "string",
  pattern: "^[0-9]{1,9}(ms|s|m|h)$",
  form: "a whole number with ms, s, m or h: 400ms, 5s, 2m",
  unit: "ms, s, m or h",
} as const;
const SIZE = {
  type: "string",
  pattern: "^[0-9]{1,9}(B|KiB|MiB|GiB|TiB)$",
  form: "a whole number with B, KiB, MiB, GiB or TiB: 256MiB, 4GiB",
  unit: "B, KiB, MiB, GiB or TiB",
} as const;
const HOST_PORT = {
  type: "string",
  pattern: "^(\\[[0-9A-Fa-f:.]+\\]|[0-9A-Za-z._-]+):[0-9]{1,5}$",
  form: "host:port, an IPv6 address in brackets",
} as const;

const SIP_STATUS = { type: "integer", minimum: 300, maximum: 699 } as const;

function object(
  properties: Readonly<Record<string, Setting>>,
  required: readonly string[],
  description: string,
): Setting {
  return { type: "object", additionalProperties: false, properties, required, description };
}

const pemFile = { type: "string", minLength: 1 } as const;

const tls = object(
  {
    certificate: {
      ...pemFile,
      description: "PEM file of the certificate and its chain; relative to the configuration file.",
      reason: "Peers check it against the name they call (RFC 5922).",
    },
    key: {
      ...pemFile,
      description: "PEM file of the certificate's key.",
      reason: "Only the edge may read it; its content is never printed.",
    },
    ca: {
      ...pemFile,
      description:
        "PEM file of the authorities that peers' certificates are checked with; Node's own where left out.",
      reason: "Carriers often have an authority of their own.",
    },
    clientCertificate: {
      enum: ["none", "request", "require"],
      default: DEFAULTS.clientCertificate,
      description:
        "Whether who connects is asked for a certificate; `require` closes on those without a trusted one.",
      reason: "Mutual TLS (RFC 5922 §7.4), where both sides have agreed on it.",
    },
  },
  ["certificate", "key"],
  "Certificates of this listener, for `tls` and `wss`.",
);

const listener = object(
  {
    id: {
      ...ID,
      description:
        "Name of the listener, in events and for `trunks[].listener`; `udp-1`, `tcp-2`, … by transport and place where left out.",
      reason: "Events say where a call came in.",
    },
    transport: {
      enum: ["udp", "tcp", "tls", "ws", "wss"],
      description: "Transport of SIP; `ws` and `wss` are WebSocket (RFC 7118).",
      reason: "What the peer sends by: large INVITEs with ISUP fare better by TCP or TLS.",
    },
    address: {
      ...HOST_PORT,
      description: "IP address and port to listen on; port 0 takes a free one.",
      reason: "0.0.0.0 and [::] are all addresses of the machine, and need `advertise`.",
    },
    advertise: {
      type: "string",
      minLength: 1,
      description: "IP address or name for Via, Contact and SDP; the one of `address` where left out.",
      reason: "What peers can reach, where that is another address: behind NAT, in a container.",
    },
    tls,
  },
  ["transport", "address"],
  "One socket.",
);

const isup = object(
  {
    variant: {
      enum: VARIANTS,
      default: DEFAULTS.variant,
      description:
        "ISUP variant where `version` and `base` of the body name none that is known (RFC 3204 §3.1). Where it is left out, such a body is not understood: 415 if it is required.",
      reason: "Carriers often send no version, or one of their own.",
    },
    handling: {
      enum: ["optional", "required"],
      default: DEFAULTS.handling,
      description: "The `handling` of the ISUP that is sent (RFC 3204 §4.1).",
      reason: "`required` tells a peer that it must understand the ISUP.",
    },
    rlc: {
      type: "boolean",
      description: "RLC in the 200 to a BYE with REL; by default with profile `sip-i` only.",
      reason: "Q.1912.5 profile C wants it; RFC 3398 peers have no use for it.",
    },
  },
  [],
  "ISUP of this trunk.",
);

const numbers = object(
  {
    country: {
      type: "string",
      pattern: "^[1-9][0-9]{0,2}$",
      form: "a country code, one to three digits without +",
      description: "Country code of national numbers, without +.",
      reason: "Without it a national number stays without its E.164 form.",
    },
    restricted: {
      enum: ["mask", "show"],
      default: DEFAULTS.restricted,
      description: "Whether events show the digits of numbers whose presentation is restricted.",
      reason: "Who withheld a number did not mean it for consumers; `show` where the law asks for it.",
    },
  },
  [],
  "How the trunk's numbers are read and shown.",
);

const trunk = object(
  {
    id: { ...ID, description: "Name of the trunk, in events and routes.", reason: "Events say who called." },
    profile: {
      enum: ["sip", "sip-t", "sip-i"],
      default: DEFAULTS.profile,
      description:
        "What the peer speaks; `sip-i` turns `isup.rlc` on. ISUP is answered with ISUP whatever it is.",
      reason: "RFC 3398 or Q.1912.5 profile C.",
    },
    sources: {
      type: "array",
      minItems: 1,
      items: { type: "string", minLength: 1, description: "An address, a network or a DNS name." },
      description:
        "Where its requests come from: addresses, networks (203.0.113.0/24), DNS names. The first trunk wins.",
      reason: "Anybody else is told 403.",
    },
    listener: {
      ...ID,
      description: "Only requests that came to this listener; to any where left out.",
      reason: "Tells trunks apart that share a source.",
    },
    isup,
    numbers,
  },
  ["id", "sources"],
  "A carrier or a PBX.",
);

const answer: Setting = {
  description: "Answer the call here: `echo`, or `{ after, media }` to let it ring first.",
  anyOf: [
    { const: "echo", description: "At once, and the caller hears itself." },
    object(
      {
        after: {
          ...DURATION,
          default: DEFAULTS.after,
          description: "How long it rings; an hour at most.",
          reason: "To test ringing and CANCEL.",
        },
        media: {
          const: "echo",
          default: "echo",
          description: "What the caller hears: itself.",
          reason: "So that a test call can be heard.",
        },
      },
      [],
      "After a time.",
    ),
  ],
};

const reject: Setting = {
  description: "Turn the call down: with a SIP status, or with `{ sip, q850 }`.",
  anyOf: [
    { ...SIP_STATUS, description: "SIP status of the final response, 300 to 699." },
    object(
      {
        sip: {
          ...SIP_STATUS,
          description: "SIP status of the final response.",
          reason: "What a SIP caller reads.",
        },
        q850: {
          type: "integer",
          minimum: 1,
          maximum: 127,
          description: "Q.850 cause, in Reason and REL; by the table of RFC 3398 §8.2.6.1 where left out.",
          reason: "What a caller behind ISUP reads.",
        },
      },
      ["sip"],
      "With status and cause.",
    ),
  ],
};

const NUMBER_FORM = "whole, or a beginning and `*`; E.164 with + where it is known, else as it came";

const route = object(
  {
    id: {
      ...ID,
      description: "Name of the route, in causes; `route-1`, `route-2`, … by place where left out.",
      reason: "A refused call says which route refused it.",
    },
    when: object(
      {
        trunk: {
          ...ID,
          description: "Trunk the call came from.",
          reason: "Trunks have numbers of their own.",
        },
        called: {
          type: "string",
          minLength: 1,
          description: `Called number: ${NUMBER_FORM}.`,
          reason: "In quotes: YAML takes digits for a number.",
        },
        calling: {
          type: "string",
          minLength: 1,
          description: `Calling number: ${NUMBER_FORM}.`,
          reason: "As `called`.",
        },
      },
      [],
      "All of it must match; without it every call does.",
    ),
    answer,
    reject,
  },
  [],
  "What to do with some calls: one action, `answer` or `reject`.",
);

const sasl = object(
  {
    mechanism: {
      enum: ["plain", "scram-sha-256", "scram-sha-512"],
      description: "SASL mechanism.",
      reason: "What the brokers take.",
    },
    username: { type: "string", minLength: 1, description: "User.", reason: "Whom the brokers know us as." },
    password: {
      type: "string",
      minLength: 1,
      writeOnly: true,
      description: "Password, never printed: write `${env:NAME}` or `${file:PATH}`.",
      reason: "A secret has no place in this file.",
    },
  },
  ["mechanism", "username", "password"],
  "Who we are towards the brokers.",
);

const kafka = object(
  {
    brokers: {
      type: "array",
      items: { ...HOST_PORT, description: "A broker, host:port." },
      default: [],
      description: "Brokers to begin with, host:port.",
      reason: "None: events stay in the journal, for `tandem events` and `tandem tail`.",
    },
    clientId: {
      ...ID,
      description: "Client id towards the brokers; `tandem-<node>` where left out.",
      reason: "Names us in the brokers' logs and quotas.",
    },
    topicPrefix: {
      type: "string",
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
      form: "a word of letters, digits, dot, hyphen and underscore, 100 at most",
      default: DEFAULTS.topicPrefix,
      description: "First part of every topic's name.",
      reason: "Several installations on one Kafka. Kafka's names have 249 characters at most.",
    },
    createTopics: {
      type: "boolean",
      default: DEFAULTS.createTopics,
      description: "Whether topics that are missing are made.",
      reason: "Off where an administrator makes them: delivery then waits for them.",
    },
    partitions: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      default: DEFAULTS.partitions,
      unit: "partitions",
      description:
        "Partitions that calls are spread over, and of topics that are made; the progress topic has 1.",
      reason: "As many consumers of a group can share the work. Topics that exist must have as many or more.",
    },
    ssl: {
      type: "boolean",
      default: DEFAULTS.ssl,
      description: "TLS towards the brokers, with the certificate authorities of Node.",
      reason: "Off, since a broker beside the edge needs none. NODE_EXTRA_CA_CERTS adds authorities.",
    },
    sasl,
  },
  [],
  "Where events go.",
);

const media = object(
  {
    ports: {
      type: "string",
      pattern: "^[0-9]{4,5}-[0-9]{4,5}$",
      form: "first-last: 20000-20999",
      default: DEFAULTS.mediaPorts,
      unit: "UDP ports",
      description: "Ports for RTP, first-last; each call takes an even one.",
      reason: "Half as many calls as ports; open them in the firewall.",
    },
    address: {
      type: "string",
      minLength: 1,
      description: "IP address RTP is received on and SDP names; the listener's where left out.",
      reason: "Where media has a network of its own.",
    },
  },
  [],
  "RTP.",
);

const journal = object(
  {
    directory: {
      type: "string",
      minLength: 1,
      default: DEFAULTS.journalDirectory,
      description: "Where events are kept; relative to the configuration file.",
      reason: "A local disk that keeps what it has confirmed. One edge each.",
    },
    maxBytes: {
      ...SIZE,
      default: DEFAULTS.journalMaxBytes,
      description: "Limit of the journal's size on disk, at least 4MiB.",
      reason:
        "Without brokers the oldest ended calls go at the limit; with brokers new calls get 503. 4 GiB hold some half a million SIP-T calls.",
    },
  },
  [],
  "The log of events on disk.",
);

const http = object(
  {
    listen: {
      ...HOST_PORT,
      default: DEFAULTS.httpListen,
      description: "Address and port of /health and /metrics; port 0 takes a free one.",
      reason: "On loopback, since it has no password.",
    },
  },
  [],
  "Health and metrics.",
);

/** The configuration file. */
export const CONFIG_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:tandem:schema:config:v1",
  title: "Tandem edge configuration",
  ...object(
    {
      version: {
        const: 1,
        description: "Version of this format.",
        reason: "A file says what it was written for.",
      },
      cluster: {
        ...ID,
        default: DEFAULTS.cluster,
        description: "Name of the installation, in `ce_source` of every event.",
        reason: "Tells installations apart whose events meet.",
      },
      node: {
        ...ID,
        default: DEFAULTS.node,
        description: "Name of this edge, in events, topics and tags.",
        reason: "Unique in the cluster and the same after a restart: two edges of one name fence each other.",
      },
      listen: { type: "array", minItems: 1, items: listener, description: "Where SIP comes in." },
      trunks: { type: "array", minItems: 1, items: trunk, description: "Who may call." },
      routes: {
        type: "array",
        minItems: 1,
        items: route,
        description: "What happens to a call. First match wins.",
      },
      media,
      journal,
      http,
      kafka,
    },
    ["version", "listen", "trunks", "routes"],
    "One file says all of an edge.",
  ),
} as const satisfies Setting & Record<string, unknown>;
