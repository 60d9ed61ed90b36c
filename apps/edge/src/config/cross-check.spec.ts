import { describe, expect, it } from "@jest/globals";
import { configFile as file, faultsOf, type FaultRow } from "../../../../test/helpers/config-faults.ts";

const REFERENCE_FAULTS: readonly FaultRow[] = [
  [
    "ids that are used twice",
    file({
      listen:
        "listen: [{ id: a, transport: udp, address: 127.0.0.1:5060 }, { id: a, transport: udp, address: 127.0.0.1:5062 }]",
      trunks:
        "trunks: [{ id: b, sources: [192.0.2.1] }, { id: c, sources: [192.0.2.2] }, { id: b, sources: [192.0.2.3] }]",
      routes: "routes: [{ id: d, when: { trunk: b }, answer: echo }, { id: d, reject: 404 }]",
    }),
    [
      "2:68: listen[1].id: a is the id of listen[0] already",
      "3:82: trunks[2].id: b is the id of trunks[0] already",
      "4:61: routes[1].id: d is the id of routes[0] already",
    ],
  ],
  [
    "an id that another has by default",
    file({
      listen:
        "listen: [{ transport: udp, address: 127.0.0.1:5060 }, { id: udp-1, transport: udp, address: 127.0.0.1:5062 }]",
    }),
    ["2:61: listen[1].id: udp-1 is the id of listen[0] already"],
  ],
  [
    "large requests by a TCP that no listener has",
    file({
      trunks: "trunks: [{ id: acme, sources: [192.0.2.1], largeRequests: tcp }]",
    }),
    ["3:59: trunks[0].largeRequests: there is no listener with transport tcp to send by"],
  ],
  [
    "listeners and trunks that there are not",
    file({
      trunks: "trunks: [{ id: acme, sources: [192.0.2.1], listener: upd-1 }]",
      routes: "routes: [{ when: { trunk: acne }, answer: echo }, { when: { trunk: other }, answer: echo }]",
    }),
    [
      '3:54: trunks[0].listener: there is no listener upd-1 — did you mean "udp-1"?',
      '4:27: routes[0].when.trunk: there is no trunk acne — did you mean "acme"?',
      "4:68: routes[1].when.trunk: there is no trunk other",
    ],
  ],
];

const INTERWORKING_FAULTS: readonly FaultRow[] = [
  [
    "lengths and waits of overlap that cannot be",
    file({
      trunks: [
        "trunks:",
        "  - { id: a, sources: [192.0.2.1], isup: { overlap: { minDigits: 8, maxDigits: 7 } } }",
        "  - { id: b, sources: [192.0.2.2], isup: { overlap: { minDigits: 0, T10: 0s, T35: 2m } } }",
        "  - { id: c, sources: [192.0.2.3], isup: { overlap: {} } }",
      ].join("\n"),
    }),
    [
      "4:80: trunks[0].isup.overlap.maxDigits: 7 is less than minDigits, 8",
      "5:66: trunks[1].isup.overlap.minDigits: 0 is not within 1 to 32",
      "5:74: trunks[1].isup.overlap.T10: 0s is not between 1ms and 1m",
      "5:83: trunks[1].isup.overlap.T35: 2m is not between 1ms and 1m",
      expect.stringMatching(/^6:\d+: trunks\[2\]\.isup\.overlap: minDigits is missing/),
    ],
  ],
  [
    "rows of causes that are none",
    file({
      trunks: [
        "trunks:",
        "  - id: a",
        "    sources: [192.0.2.1]",
        "    interworking:",
        "      profile: q1912",
        "      reason: last",
        "      statusFromCause: [{ cause: 200, status: 486 }, { cause: 17, staus: 486 }]",
        "      causeFromStatus: [{ status: 200, cause: 17 }]",
      ].join("\n"),
    }),
    [
      expect.stringMatching(/^7:16: trunks\[0\]\.interworking\.profile: .*did you mean "q1912\.5"\?$/),
      expect.stringMatching(/^8:15: trunks\[0\]\.interworking\.reason: /),
      "9:34: trunks[0].interworking.statusFromCause[0].cause: 200 is not within 1 to 127",
      expect.stringMatching(/^9:\d+: trunks\[0\]\.interworking\.statusFromCause\[1\]/),
      expect.stringMatching(/^9:\d+: trunks\[0\]\.interworking\.statusFromCause\[1\]\.staus: .*"status"/),
      expect.stringMatching(/^10:35: trunks\[0\]\.interworking\.causeFromStatus\[0\]\.status: /),
    ],
  ],
  [
    "a rejection without status and cause",
    file({ routes: "routes: [{ reject: {} }]" }),
    ["4:20: routes[0].reject: a rejection has a status, sip, or a cause, q850"],
  ],
];

const ADDRESS_FAULTS: readonly FaultRow[] = [
  [
    "addresses to listen on that are none",
    file({
      listen: [
        "listen:",
        "  - { transport: udp, address: 127.0.0.1 }",
        "  - { transport: udp, address: 127.0.0.1:70000 }",
        "  - { transport: udp, address: sip.example.com:5060 }",
        "  - { transport: udp, address: 0.0.0.0:5060 }",
        '  - { transport: udp, address: "[::]:5060" }',
        "  - { transport: udp, address: 300.0.0.1:5060 }",
      ].join("\n"),
    }),
    [
      '3:32: listen[0].address: "127.0.0.1" is not host:port, an IPv6 address in brackets',
      "4:32: listen[1].address: 70000 is no port",
      "5:32: listen[2].address: sip.example.com is no IP address",
      "6:32: listen[3].address: 0.0.0.0 says nothing to a peer: advertise is missing",
      "7:32: listen[4].address: :: says nothing to a peer: advertise is missing",
      "8:32: listen[5].address: 300.0.0.1 is no IP address",
    ],
  ],
  [
    "one address for two listeners",
    file({
      listen:
        "listen: [{ transport: udp, address: 127.0.0.1:5060 }, { transport: udp, address: 127.0.0.1:5060 }]",
    }),
    ["2:82: listen[1].address: 127.0.0.1:5060 is the address of listen[0] already"],
  ],
  [
    "one port for two listeners on TCP, however they use it; UDP has ports of its own",
    file({
      listen: [
        "listen:",
        "  - { transport: udp, address: 127.0.0.1:5060 }",
        "  - { transport: tcp, address: 127.0.0.1:5060 }",
        "  - { transport: ws, address: 127.0.0.1:5060 }",
      ].join("\n"),
    }),
    ["5:31: listen[2].address: 127.0.0.1:5060 is the address of listen[1] already"],
  ],
  [
    "transports without the certificates they need, and certificates without use",
    file({
      listen: [
        "listen:",
        "  - { transport: tls, address: 127.0.0.1:5061 }",
        "  - { transport: wss, address: 127.0.0.1:5062 }",
        "  - { transport: tcp, address: 127.0.0.1:5063, tls: {} }",
      ].join("\n"),
    }),
    [
      "3:18: listen[0].transport: tls needs tls: { certificate, key }",
      "4:18: listen[1].transport: wss needs tls: { certificate, key }",
      "5:53: listen[2].tls: certificate is missing",
      "5:53: listen[2].tls: key is missing",
      "5:53: listen[2].tls: tcp has no use for certificates",
    ],
  ],
  [
    "an address to advertise that is none",
    file({
      listen:
        'listen: [{ transport: udp, address: 0.0.0.0:5060, advertise: "198.51.100.7:5060" }, { transport: udp, address: 127.0.0.1:5061, advertise: 0.0.0.0 }]',
    }),
    [
      "2:62: listen[0].advertise: 198.51.100.7:5060 is neither an IP address nor a name; a port has no place here",
      "2:139: listen[1].advertise: 0.0.0.0 says nothing to a peer",
    ],
  ],
  [
    "sources that are none",
    file({
      trunks: [
        "trunks:",
        "  - id: acme",
        "    sources:",
        "      - 192.0.2.0/33",
        "      - 2001:db8::/129",
        "      - 192.0.2.0/",
        "      - 192.0.2.0/24/8",
        "      - 192.0.2.0/-1",
        "      - 192.0.2.256",
        "      - 192.0.2",
        "      - 192.0.2.1:5060",
        "      - 2001:db8::1::2",
        "      - sip.example.com/24",
        "      - sip..example.com",
        "      - -sip.example.com",
        "      - sip:192.0.2.1",
        "      - 192.0.2.1-192.0.2.9",
        "      - '*'",
      ].join("\n"),
    }),
    [
      "6:9: trunks[0].sources[0]: 192.0.2.0/33 is no network: a prefix is /0 to /32",
      "7:9: trunks[0].sources[1]: 2001:db8::/129 is no network: a prefix is /0 to /128",
      "8:9: trunks[0].sources[2]: 192.0.2.0/ is no network: a prefix is /0 to /32",
      "9:9: trunks[0].sources[3]: 192.0.2.0/24/8 is no network: a prefix is /0 to /32",
      "10:9: trunks[0].sources[4]: 192.0.2.0/-1 is no network: a prefix is /0 to /32",
      "11:9: trunks[0].sources[5]: 192.0.2.256 is neither an address, a network nor a name",
      "12:9: trunks[0].sources[6]: 192.0.2 is neither an address, a network nor a name",
      "13:9: trunks[0].sources[7]: 192.0.2.1:5060 is neither an address, a network nor a name",
      "14:9: trunks[0].sources[8]: 2001:db8::1::2 is neither an address, a network nor a name",
      "15:9: trunks[0].sources[9]: sip.example.com/24 is neither an address, a network nor a name",
      "16:9: trunks[0].sources[10]: sip..example.com is neither an address, a network nor a name",
      "17:9: trunks[0].sources[11]: -sip.example.com is neither an address, a network nor a name",
      "18:9: trunks[0].sources[12]: sip:192.0.2.1 is neither an address, a network nor a name",
      "19:9: trunks[0].sources[13]: 192.0.2.1-192.0.2.9 is neither an address, a network nor a name",
      "20:9: trunks[0].sources[14]: * is neither an address, a network nor a name",
    ],
  ],
  [
    "networks with bits behind their prefix",
    file({ trunks: "trunks: [{ id: acme, sources: [203.0.113.7/24, 10.1.2.3/12, '2001:db8:0:1::5/48'] }]" }),
    [
      '3:32: trunks[0].sources[0]: 203.0.113.7/24 has bits behind its prefix: the network, or the address alone? — did you mean "203.0.113.0/24"?',
      '3:48: trunks[0].sources[1]: 10.1.2.3/12 has bits behind its prefix: the network, or the address alone? — did you mean "10.0.0.0/12"?',
      '3:61: trunks[0].sources[2]: 2001:db8:0:1::5/48 has bits behind its prefix: the network, or the address alone? — did you mean "2001:db8::/48"?',
    ],
  ],
  [
    "sources that an earlier trunk takes",
    file({
      listen: "listen: [{ id: a, transport: udp, address: 127.0.0.1:5060 }]",
      trunks: [
        "trunks:",
        "  - { id: wide, sources: [10.0.0.0/8, SBC.example.com] }",
        "  - { id: inside, sources: [10.1.0.0/16, 10.9.9.9, 11.0.0.1, sbc.example.com] }",
        "  - { id: there, listener: a, sources: [10.2.0.0/16] }",
        "  - { id: v6, sources: ['2001:db8::/32'] }",
        "  - { id: v6-inside, sources: ['2001:db8:1::/48', '2001:db9::/48'] }",
        "  - { id: wider, sources: [10.0.0.0/7] }",
      ].join("\n"),
    }),
    [
      "5:29: trunks[1].sources[0]: 10.1.0.0/16 never gets here: trunk wide has 10.0.0.0/8, and the first trunk wins",
      "5:42: trunks[1].sources[1]: 10.9.9.9 never gets here: trunk wide has 10.0.0.0/8, and the first trunk wins",
      "5:62: trunks[1].sources[3]: sbc.example.com never gets here: trunk wide has SBC.example.com, and the first trunk wins",
      "6:41: trunks[2].sources[0]: 10.2.0.0/16 never gets here: trunk wide has 10.0.0.0/8, and the first trunk wins",
      "8:32: trunks[4].sources[0]: 2001:db8:1::/48 never gets here: trunk v6 has 2001:db8::/32, and the first trunk wins",
    ],
  ],
  [
    "ranges of ports reversed, too low, too high, of one",
    file({ more: "media: { ports: 20999-20000 }\n" }),
    ["5:17: media.ports: 20999-20000 is no range of ports within 1024 and 65535"],
  ],
  [
    "a range of words",
    file({ more: "media: { ports: 20000..20999 }\n" }),
    ['5:17: media.ports: "20000..20999" is not first-last: 20000-20999'],
  ],
  [
    "a range beyond ports",
    file({ more: "media: { ports: 60000-70000 }\n" }),
    ["5:17: media.ports: 60000-70000 is no range of ports within 1024 and 65535"],
  ],
  [
    "a range of one",
    file({ more: "media: { ports: 20000-20000 }\n" }),
    ["5:17: media.ports: 20000-20000 is no range of ports within 1024 and 65535"],
  ],
  [
    "a listener within the range",
    file({ more: "media: { ports: 5000-5999 }\n" }),
    ["2:37: listen[0].address: port 5060 is one of media.ports, 5000-5999"],
  ],
  [
    "other addresses that are none",
    file({
      more: "media: { address: 0.0.0.0 }\nhttp: { listen: localhost:99999 }\nkafka: { brokers: [kafka, 'kafka:0', 'http://kafka:9092'] }\n",
    }),
    [
      "5:19: media.address: 0.0.0.0 is no IP address that SDP could name",
      "6:17: http.listen: 99999 is no port",
      '7:20: kafka.brokers[0]: "kafka" is not host:port, an IPv6 address in brackets',
      "7:27: kafka.brokers[1]: 0 is no port",
      '7:38: kafka.brokers[2]: "http://kafka:9092" is not host:port, an IPv6 address in brackets',
    ],
  ],
];

describe.each([
  ["references", REFERENCE_FAULTS],
  ["addresses", ADDRESS_FAULTS],
  ["interworking", INTERWORKING_FAULTS],
])("faults of %s", (_what, rows) => {
  it.each(rows)("%s", (_name, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});
