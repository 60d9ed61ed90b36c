import { DEFAULTS, DURATION, HOST_PORT, ID, object } from "./setting.ts";

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

const connections = { type: "integer", minimum: 1, maximum: 1_000_000, unit: "connections" } as const;

const limits = object(
  {
    connections: {
      ...connections,
      default: DEFAULTS.connections,
      description: "Connections open at once.",
      reason: "Each may hold 64 KiB of a message that is coming in.",
    },
    connectionsPerSource: {
      ...connections,
      default: DEFAULTS.connectionsPerSource,
      description: "The same of one address, or of one IPv6 network of 64 bits.",
      reason:
        "A carrier's border controller has a handful; more for load tests and behind a NAT of many callers.",
    },
    idle: {
      ...DURATION,
      default: DEFAULTS.idle,
      description: "How long a connection may be silent before it is closed.",
      reason: "Trunks that are silent at night need not connect again for each call.",
    },
    silent: {
      ...DURATION,
      default: DEFAULTS.silent,
      description: "How long a new connection may take for its first octet.",
      reason: "Who connects to be reached says something soon: a request or a ping.",
    },
    message: {
      ...DURATION,
      default: DEFAULTS.message,
      description: "From the first octet of a message to its last.",
      reason: "Ends a sender that is slow on purpose.",
    },
  },
  [],
  "Limits of this listener's connections; what they end is counted in /metrics.",
);

/** One entry of `listen`. */
export const LISTENER = object(
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
    limits,
  },
  ["transport", "address"],
  "One socket.",
);

/** `dns`. */
export const DNS = object(
  {
    servers: {
      type: "array",
      items: {
        type: "string",
        pattern: "^([0-9.]+(:[0-9]{1,5})?|[0-9A-Fa-f:.]+|\\[[0-9A-Fa-f:.]+\\](:[0-9]{1,5})?)$",
        form: "an IP address, with :port where it is not 53: 192.0.2.53, [2001:db8::53]:5353",
        description: "A name server.",
      },
      default: [],
      description:
        "Name servers that are asked for the names in peers' Contact and Record-Route (RFC 3263), and among `trunks[].sources`.",
      reason: "None: those of the system.",
    },
    timeout: {
      ...DURATION,
      default: DEFAULTS.dnsTimeout,
      description: "How long a name server may take to answer; it is asked twice.",
      reason: "A BYE cannot wait for the resolver's usual 20 s.",
    },
  },
  [],
  "DNS.",
);
