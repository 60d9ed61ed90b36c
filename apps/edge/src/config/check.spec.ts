import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { Q1912_5, RFC3398_RULES, withOverrides } from "@tandem/interworking";
import { JOURNAL_BYTES_MIN, RECORD_BYTES_MAX } from "@tandem/journal";
import { EVENT_BYTES_MAX } from "@tandem/call-events";
import { configFile as file, faultsOf, lookup, SECRET } from "../../../../test/helpers/config-faults.ts";
import { checkConfig } from "./check.ts";
import type { EdgeConfig } from "./config.ts";

function configOf(text: string, name = "/etc/tandem/edge.yaml"): EdgeConfig {
  const result = checkConfig(text, name, lookup);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.config;
}

const WHOLE = `
version: 1
cluster: demo
node: edge-7
listen:
  - { id: in, transport: udp, address: "[2001:db8::1]:5070", advertise: sbc.example.com }
  - { transport: udp, address: 0.0.0.0:5060, advertise: "\${env:HOST}" }
trunks:
  - id: acme
    profile: sip-i
    sources: &nets [203.0.113.0/24, 198.51.100.7, "2001:db8:1::/48", sbc.acme.example]
    listener: in
    largeRequests: udp
    isup:
      variant: ansi88
      handling: required
      rlc: false
      overlap: { minDigits: 7, maxDigits: 15, T10: 4s, T35: 20s }
    interworking:
      profile: q1912.5
      reason: after-rel
      statusFromCause: [{ cause: 34, location: 0, codingStandard: 2, status: 486 }]
      causeFromStatus: [{ status: 480, cause: 18 }]
    numbers: { country: "49", restricted: show }
  - { id: rest, sources: *nets, listener: udp-2 }
routes:
  - { id: busy, when: { trunk: acme, called: "+4930*", calling: "+4940123" }, reject: { sip: 486, q850: 17 } }
  - { when: { called: "*21#" }, answer: { after: 400ms, provisional: none } }
  - { when: { calling: "anonymous" }, reject: 603 }
  - { answer: echo }
media: { ports: 30000-30099, address: 192.0.2.9 }
journal: { directory: /var/lib/tandem, maxBytes: 256MiB }
http: { listen: localhost:0 }
kafka:
  brokers: [kafka-1.example.com:9092, "[2001:db8::9]:9092"]
  clientId: gateway
  topicPrefix: acme
  createTopics: false
  partitions: 24
  ssl: true
  sasl: { mechanism: scram-sha-512, username: edge, password: "\${file:secret.txt}" }
`;

/** Where the file says nothing of them; listen-limits.spec.ts has what it may say. */
const LIBRARY_LIMITS = {
  connections: 10_000,
  connectionsPerSource: 100,
  idleMs: 900_000,
  silentMs: 32_000,
  messageMs: 10_000,
};
const SYSTEM_DNS = { servers: [], timeoutMs: 2_000 };

describe("checkConfig", () => {
  it("has a default for everything but version, a listener, a trunk and a route (design: configuration)", () => {
    expect(configOf(file())).toEqual({
      version: 1,
      cluster: "tandem",
      node: "edge-1",
      listen: [
        {
          id: "udp-1",
          transport: "udp",
          address: "127.0.0.1",
          port: 5060,
          advertise: undefined,
          tls: undefined,
          limits: LIBRARY_LIMITS,
        },
      ],
      trunks: [
        {
          id: "acme",
          profile: "sip",
          sources: ["192.0.2.1"],
          listener: undefined,
          largeRequests: "tcp",
          isup: {
            variant: "itu-t92+",
            acceptsAnyVersion: false,
            handling: "optional",
            inAnswers: true,
            rlc: false,
          },
          causes: RFC3398_RULES,
          numbers: { country: undefined, restricted: "mask" },
        },
      ],
      routes: [
        {
          id: "route-1",
          when: undefined,
          action: { type: "answer", media: "echo", afterMs: 0, provisional: "ringing" },
        },
      ],
      media: { firstPort: 20_000, lastPort: 20_999, address: undefined },
      journal: { directory: "/etc/tandem/data/journal", maxBytes: 4 * 2 ** 30 },
      http: { address: "127.0.0.1", port: 8080 },
      dns: SYSTEM_DNS,
      kafka: {
        brokers: [],
        clientId: "tandem-edge-1",
        topicPrefix: "tandem",
        createTopics: true,
        partitions: 12,
        ssl: false,
        sasl: undefined,
      },
    });
  });

  it("takes every setting over, references and aliases resolved, units applied", () => {
    const { kafka, ...config } = configOf(WHOLE);
    const sources = ["203.0.113.0/24", "198.51.100.7", "2001:db8:1::/48", "sbc.acme.example"];
    expect(config).toEqual({
      version: 1,
      cluster: "demo",
      node: "edge-7",
      listen: [
        {
          id: "in",
          transport: "udp",
          address: "2001:db8::1",
          port: 5070,
          advertise: "sbc.example.com",
          tls: undefined,
          limits: LIBRARY_LIMITS,
        },
        {
          id: "udp-2",
          transport: "udp",
          address: "0.0.0.0",
          port: 5060,
          advertise: "192.0.2.7",
          tls: undefined,
          limits: LIBRARY_LIMITS,
        },
      ],
      trunks: [
        {
          id: "acme",
          profile: "sip-i",
          sources,
          listener: "in",
          largeRequests: "udp",
          isup: {
            variant: "ansi88",
            acceptsAnyVersion: true,
            handling: "required",
            inAnswers: true,
            rlc: false,
            overlap: { digitsMin: 7, digitsMax: 15, T10Ms: 4_000, T35Ms: 20_000 },
          },
          causes: {
            reason: "after-rel",
            profile: withOverrides(Q1912_5, {
              statusFromCause: [
                { cause: 34, location: 0, codingStandard: 2, status: 486, source: "trunk acme" },
              ],
              causeFromStatus: [{ status: 480, cause: 18, source: "trunk acme" }],
            }),
          },
          numbers: { country: "49", restricted: "show" },
        },
        {
          id: "rest",
          profile: "sip",
          sources,
          listener: "udp-2",
          largeRequests: "tcp",
          isup: {
            variant: "itu-t92+",
            acceptsAnyVersion: false,
            handling: "optional",
            inAnswers: true,
            rlc: false,
          },
          causes: RFC3398_RULES,
          numbers: { country: undefined, restricted: "mask" },
        },
      ],
      routes: [
        {
          id: "busy",
          when: { trunk: "acme", called: "+4930*", calling: "+4940123" },
          action: { type: "reject", sip: 486, q850: 17 },
        },
        {
          id: "route-2",
          when: { trunk: undefined, called: "*21#", calling: undefined },
          action: { type: "answer", media: "echo", afterMs: 400, provisional: "none" },
        },
        {
          id: "route-3",
          when: { trunk: undefined, called: undefined, calling: "anonymous" },
          action: { type: "reject", sip: 603, q850: undefined },
        },
        {
          id: "route-4",
          when: undefined,
          action: { type: "answer", media: "echo", afterMs: 0, provisional: "ringing" },
        },
      ],
      media: { firstPort: 30_000, lastPort: 30_099, address: "192.0.2.9" },
      journal: { directory: "/var/lib/tandem", maxBytes: 256 * 2 ** 20 },
      http: { address: "localhost", port: 0 },
      dns: SYSTEM_DNS,
    });
    const { sasl, ...rest } = kafka;
    expect(rest).toEqual({
      brokers: ["kafka-1.example.com:9092", "[2001:db8::9]:9092"],
      clientId: "gateway",
      topicPrefix: "acme",
      createTopics: false,
      partitions: 24,
      ssl: true,
    });
    expect(sasl).toMatchObject({ mechanism: "scram-sha-512", username: "edge" });
    expect(sasl?.password.reveal()).toBe(SECRET);
  });

  it("collects digits with the timers of Q.764 where a trunk says nothing else", () => {
    const trunks = "trunks: [{ id: a, sources: [192.0.2.1], isup: { overlap: { minDigits: 3 } } }]";
    const overlap = { digitsMin: 3, digitsMax: 32, T10Ms: 5_000, T35Ms: 15_000 };
    expect(configOf(file({ trunks })).trunks[0]?.isup.overlap).toEqual(overlap);
  });

  it("takes a rejection by its cause alone", () => {
    const [route] = configOf(file({ routes: "routes: [{ reject: { q850: 34 } }]" })).routes;
    expect(route?.action).toEqual({ type: "reject", sip: undefined, q850: 34 });
  });

  it("turns RLC on for profile sip-i, lets the trunk say otherwise, and has none for sip", () => {
    const trunks = [
      "trunks:",
      "  - { id: a, profile: sip-i, sources: [192.0.2.1] }",
      "  - { id: b, profile: sip-i, sources: [192.0.2.2], isup: { rlc: false } }",
      "  - { id: c, profile: sip-t, sources: [192.0.2.3] }",
      "  - { id: d, profile: sip-t, sources: [192.0.2.4], isup: { rlc: true } }",
      "  - { id: e, profile: sip, sources: [192.0.2.5], isup: { rlc: true } }",
    ].join("\n");
    const rlc = configOf(file({ trunks })).trunks.map(({ isup }) => isup.rlc);
    expect(rlc).toEqual([true, false, false, true, false]);
  });

  it("answers ISUP with ISUP unless profile sip is said in so many words", () => {
    const trunks = [
      "trunks:",
      "  - { id: a, sources: [192.0.2.1] }",
      "  - { id: b, profile: sip, sources: [192.0.2.2] }",
      "  - { id: c, profile: sip-t, sources: [192.0.2.3] }",
    ].join("\n");
    const inAnswers = configOf(file({ trunks })).trunks.map(({ isup }) => isup.inAnswers);
    expect(inAnswers).toEqual([true, false, true]);
  });

  it.each([
    ["0ms", 0],
    ["400ms", 400],
    ["5s", 5_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
  ])("reads the duration %s", (after, afterMs) => {
    const [route] = configOf(file({ routes: `routes: [{ answer: { after: ${after} } }]` })).routes;
    expect(route?.action).toMatchObject({ afterMs });
  });

  it.each([
    ["4194304B", 4_194_304],
    ["4096KiB", 4_194_304],
    ["4MiB", 4_194_304],
    ["3GiB", 3_221_225_472],
    ["1TiB", 1_099_511_627_776],
  ])("reads the size %s", (text, maxBytes) => {
    expect(configOf(file({ more: `journal: { maxBytes: ${text} }\n` })).journal.maxBytes).toBe(maxBytes);
  });

  it("finds the journal beside the file, wherever the command runs", () => {
    const text = file({ more: "journal: { directory: ../log }\n" });
    expect(configOf(text, "/etc/tandem/edge.yaml").journal.directory).toBe("/etc/log");
  });

  it("reads files of other editors: byte order mark, CR LF, YAML 1.2's yes and no", () => {
    expect(configOf(`\ufeff${file().replaceAll("\n", "\r\n")}`).trunks).toHaveLength(1);
    expect(configOf(file({ more: "cluster: yes\nnode: no\n" }))).toMatchObject({
      cluster: "yes",
      node: "no",
    });
  });

  it("is frozen to the last leaf", () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(configOf(WHOLE))).toBe(true);
  });

  it("prints no secret, however it is printed", () => {
    const config = configOf(WHOLE);
    const password = config.kafka.sasl!.password;
    const printed = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(password),
    ];
    for (const text of printed) expect(text).not.toContain(SECRET);
    for (const text of printed) expect(text).toContain("(secret)");
  });

  it("prints no secret in a fault, where it was put in by reference", () => {
    for (const reference of ["${env:SECRET}", "${file:secret.txt}"]) {
      const text = [
        `version: "${reference}"`,
        `cluster: "x ${reference}"`,
        `node: ["${reference}"]`,
        `listen: "${reference}"`,
        `trunks: [{ id: "${reference} ", sources: ["${reference}/8", "-${reference}"], listener: "${reference}" }]`,
        `routes: [{ when: { trunk: "${reference}", called: "+${reference}" }, reject: "${reference}" }]`,
        `media: { ports: "${reference}", address: "${reference}" }`,
        `journal: { maxBytes: "${reference}" }`,
        `http: { listen: "${reference}:99999" }`,
        `kafka: { brokers: ["${reference}:0"], partitions: "${reference}", sasl: { mechanism: "${reference}" } }`,
      ].join("\n");
      const faults = faultsOf(text);
      expect(faults.length).toBeGreaterThan(12);
      expect(faults.join("\n")).not.toContain(SECRET);
    }
  });

  it("says of the design's whole example which parts are not built yet, and nothing else", () => {
    const text = readFileSync(
      new URL("../../../../test/vectors/config/design.yaml", import.meta.url),
      "utf8",
    );
    const lines = text.split("\n");
    /** Where a key stands in the line with that text. */
    const at = (line: string, key: string): string => {
      const index = lines.findIndex((each) => each.includes(line));
      return `${index + 1}:${(lines[index] ?? "").indexOf(`${key}:`) + 1}`;
    };
    expect(faultsOf(text)).toEqual([
      `${at("sip:sbc1.acme", "peers")}: trunks[0].peers: not built yet: the edge places no calls`,
      `${at("inbound", "inbound")}: trunks[0].numbers.inbound: not built yet: numbers are read by the ISUP number or \`country\``,
      `${at("inbound", "outbound")}: trunks[0].numbers.outbound: not built yet: the edge places no calls`,
      `${at("limits", "limits")}: trunks[0].limits: not built yet: calls per trunk are not limited`,
      `${at("id: pbx", "peers")}: trunks[1].peers: not built yet: the edge places no calls`,
      `${at("id: to-pbx", "to")}: routes[1].to: not built yet: calls are not routed to trunks`,
      `${at("id: app", "control")}: routes[2].control: not built yet: calls are not controlled from outside`,
    ]);
  });

  it("says that there is no SCTP (RFC 4168)", () => {
    expect(faultsOf(file({ listen: "listen: [{ transport: sctp, address: 127.0.0.1:5060 }]" }))).toEqual([
      '2:23: listen[0].transport: "sctp" is not built yet: Node has no SCTP socket (RFC 4168); use tcp or tls',
    ]);
  });

  it("says so of the other parts of the design, too, where they belong", () => {
    const text = file({
      trunks: "trunks: [{ id: a, sources: [192.0.2.1], match: {}, nat: true, isup: { variant: nxv3 } }]",
      more: "media: { rtpengines: [] }\n",
    });
    expect(faultsOf(text)).toEqual([
      "3:41: trunks[0].match: not built yet: trunks that share a source are told apart by listener only",
      "3:52: trunks[0].nat: not built yet: requests in a dialog follow Contact and route set",
      '3:80: trunks[0].isup.variant: "nxv3" is not built yet: its parameters are read with another variant\'s tables; choose one',
      "5:10: media.rtpengines: not built yet: media is echoed by the edge itself",
    ]);
  });
});

describe("limits that two packages share", () => {
  it("lets the journal take every event that call-events makes", () => {
    expect(EVENT_BYTES_MAX).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  });

  it("says the journal's least size in words", () => {
    expect(JOURNAL_BYTES_MIN).toBe(4 * 2 ** 20);
  });
});
