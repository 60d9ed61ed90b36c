import {
  CAUSE_VALUE,
  DEFAULTS,
  DURATION,
  HOST_PORT,
  ID,
  object,
  SIP_STATUS,
  SIZE,
  type Setting,
} from "./setting.ts";
import { DNS, LISTENER } from "./listen-schema.ts";
import { TRUNK } from "./trunk-schema.ts";

/*
 * Every setting, once: what it is, its default, unit and reason. The published JSON Schema and docs/operations/config.md
 * are made from this by tools/generate-config-docs.mjs; what cannot be said here is in cross-check.ts.
 */

const answer: Setting = {
  description: "Answer the call here: `echo`, or `{ after, media, provisional }` to let it ring first.",
  anyOf: [
    { const: "echo", description: "At once, and the caller hears itself." },
    object(
      {
        after: {
          ...DURATION,
          default: DEFAULTS.after,
          description: "How long until the answer; an hour at most.",
          reason: "To test ringing and CANCEL.",
        },
        media: {
          const: "echo",
          default: "echo",
          description: "What the caller hears: itself.",
          reason: "So that a test call can be heard.",
        },
        provisional: {
          enum: ["ringing", "progress", "none"],
          default: DEFAULTS.provisional,
          description:
            "What the caller is told before the answer: 180 with ACM, subscriber free; 183 with its media already there and ACM, in-band information; or nothing, and then ISUP is answered by CON, in ANSI by ANM (RFC 3398 §7.2.5 to §7.2.7).",
          reason: "To test what a trunk makes of early media, and of an answer without ringing.",
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
          description:
            "SIP status of the final response; by the trunk's table where left out (RFC 3398 §7.2.4.1).",
          reason: "What a SIP caller reads.",
        },
        q850: {
          ...CAUSE_VALUE,
          description:
            "Q.850 cause, in Reason and REL; by the trunk's table where left out (RFC 3398 §8.2.6.1).",
          reason: "What a caller behind ISUP reads.",
        },
      },
      [],
      "With status, cause or both.",
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
      listen: { type: "array", minItems: 1, items: LISTENER, description: "Where SIP comes in." },
      trunks: { type: "array", minItems: 1, items: TRUNK, description: "Who may call." },
      routes: {
        type: "array",
        minItems: 1,
        items: route,
        description: "What happens to a call. First match wins.",
      },
      media,
      journal,
      http,
      dns: DNS,
      kafka,
    },
    ["version", "listen", "trunks", "routes"],
    "One file says all of an edge.",
  ),
} as const satisfies Setting & Record<string, unknown>;
