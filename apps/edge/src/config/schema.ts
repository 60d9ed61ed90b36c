/** Text forms with units: what a number without one would leave open. */
const DURATION = "^[0-9]+(ms|s|m|h)$";
const SIZE = "^[0-9]+(B|KiB|MiB|GiB|TiB)$";
const ID = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
const HOST_PORT = "^(\\[[0-9A-Fa-f:.]+\\]|[0-9A-Za-z.-]+):[0-9]{1,5}$";

const id = (description: string): object => ({ type: "string", pattern: ID, description });
const object = (
  properties: Record<string, object>,
  required: readonly string[],
  description: string,
): object => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
  description,
});

const reject = {
  description: "Turn the call down with this SIP status, 300 to 699, or with a status and a Q.850 cause.",
  anyOf: [
    { type: "integer", minimum: 300, maximum: 699 },
    object(
      {
        sip: {
          type: "integer",
          minimum: 300,
          maximum: 699,
          description: "SIP status of the final response.",
        },
        q850: {
          type: "integer",
          minimum: 1,
          maximum: 127,
          description: "Q.850 cause; by RFC 3398 §8.2.6.1 where left out.",
        },
      },
      ["sip"],
      "Status and cause.",
    ),
  ],
};

const answer = {
  description: "Answer the call here: `echo`, or `{ after, media }` to let it ring first.",
  anyOf: [
    { const: "echo" },
    object(
      {
        after: {
          type: "string",
          pattern: DURATION,
          default: "0s",
          description: "How long it rings: 400ms, 5s, 2m.",
        },
        media: { const: "echo", default: "echo", description: "What the caller hears: itself." },
      },
      [],
      "Answer after a time.",
    ),
  ],
};

const trunk = object(
  {
    id: id("Name of the trunk in events and routes."),
    profile: {
      enum: ["sip", "sip-t", "sip-i"],
      default: "sip",
      description: "What the carrier speaks; sip-i adds RLC in the 200 to BYE.",
    },
    sources: {
      type: "array",
      minItems: 1,
      items: { type: "string", pattern: "^[0-9A-Za-z:._-]+(/[0-9]{1,3})?$" },
      description: "Where its requests come from: addresses, networks (203.0.113.0/24) or DNS names.",
    },
    listener: id("Only on this listener; on each where left out."),
    isup: object(
      {
        variant: {
          enum: ["itu-t88", "itu-t92+", "ansi88", "ansi00", "etsi121", "etsi356"],
          default: "itu-t92+",
          description: "ISUP variant where the body does not say one that is known (RFC 3204 §3.1).",
        },
        handling: {
          enum: ["optional", "required"],
          default: "optional",
          description: "`handling` of the ISUP we send (RFC 3204 §4.1).",
        },
        rlc: { type: "boolean", description: "RLC in the 200 to BYE; by default with profile sip-i only." },
      },
      [],
      "ISUP of this trunk.",
    ),
    numbers: object(
      {
        country: {
          type: "string",
          pattern: "^[1-9][0-9]{0,2}$",
          description: "Country code of national numbers, without +.",
        },
        restricted: {
          enum: ["mask", "show"],
          default: "mask",
          description: "Whether events show the digits of numbers whose presentation is restricted.",
        },
      },
      [],
      "How its numbers are read.",
    ),
  },
  ["id", "sources"],
  "A carrier or a PBX: who may call.",
);

const route = object(
  {
    id: id("Name of the route in events."),
    when: object(
      {
        trunk: id("Trunk the call came from."),
        called: { type: "string", minLength: 1, description: "Called number: whole, or a beginning and *." },
        calling: {
          type: "string",
          minLength: 1,
          description: "Calling number: whole, or a beginning and *.",
        },
      },
      [],
      "All of it must match; without `when` every call does.",
    ),
    answer,
    reject,
  },
  ["id"],
  "First match wins; each route has one action.",
);

const kafka = object(
  {
    brokers: {
      type: "array",
      items: { type: "string", pattern: HOST_PORT },
      default: [],
      description: "host:port of brokers; none: events stay in the journal.",
    },
    clientId: id("Client id towards the brokers; tandem-<node> by default."),
    topicPrefix: {
      type: "string",
      pattern: "^[A-Za-z0-9._-]{1,100}$",
      default: "tandem",
      description: "First part of every topic's name.",
    },
    createTopics: { type: "boolean", default: true, description: "Create topics that are missing." },
    partitions: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      default: 12,
      description: "Partitions of topics that are created; the progress topic has 1.",
    },
    ssl: { type: "boolean", default: false, description: "TLS towards the brokers." },
    sasl: object(
      {
        mechanism: { enum: ["plain", "scram-sha-256", "scram-sha-512"], description: "SASL mechanism." },
        username: { type: "string", minLength: 1, description: "User." },
        password: {
          type: "string",
          minLength: 1,
          description: "Secret: write ${env:NAME} or ${file:/path}.",
        },
      },
      ["mechanism", "username", "password"],
      "Who we are towards the brokers.",
    ),
  },
  [],
  "Where events go.",
);

/** The published JSON Schema of the configuration file; docs/operations/config.md is made from it. */
export const CONFIG_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "urn:tandem:schema:config:v1",
  title: "Tandem edge configuration",
  ...object(
    {
      version: { const: 1, description: "Version of this format." },
      cluster: { ...id("Name of the installation, in the source of every event."), default: "tandem" },
      node: {
        ...id("Name of this edge: unique in the cluster, the same after a restart."),
        default: "edge-1",
      },
      listen: {
        type: "array",
        minItems: 1,
        description: "Where SIP comes in.",
        items: object(
          {
            id: id("Name of the listener."),
            transport: { enum: ["udp"], description: "udp." },
            address: {
              type: "string",
              pattern: HOST_PORT,
              description: "address:port; 0.0.0.0 and [::] need `advertise`.",
            },
            advertise: { type: "string", minLength: 1, description: "Host for Via, Contact and SDP." },
          },
          ["id", "transport", "address"],
          "One socket.",
        ),
      },
      trunks: { type: "array", minItems: 1, items: trunk, description: "Who may call." },
      routes: { type: "array", minItems: 1, items: route, description: "What happens to a call." },
      media: object(
        {
          ports: {
            type: "string",
            pattern: "^[0-9]{4,5}-[0-9]{4,5}$",
            default: "20000-20999",
            description: "UDP ports for RTP, first-last.",
          },
          address: {
            type: "string",
            minLength: 1,
            description: "Address RTP is received on; the listener's by default.",
          },
        },
        [],
        "RTP.",
      ),
      journal: object(
        {
          directory: {
            type: "string",
            minLength: 1,
            default: "./data/journal",
            description: "Where events are kept; relative to this file.",
          },
          maxBytes: {
            type: "string",
            pattern: SIZE,
            default: "4GiB",
            description: "Limit of its size on disk.",
          },
        },
        [],
        "The log of events on disk.",
      ),
      http: object(
        {
          listen: {
            type: "string",
            pattern: HOST_PORT,
            default: "127.0.0.1:8080",
            description: "address:port of /health.",
          },
        },
        [],
        "Health.",
      ),
      kafka,
    },
    ["version", "listen", "trunks", "routes"],
    "One file says all of an edge.",
  ),
} as const;
