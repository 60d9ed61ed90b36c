import { describe, expect, it } from "@jest/globals";
import { configFile as file, faultsOf, type FaultRow } from "../../../../test/helpers/config-faults.ts";

const KEY_FAULTS: readonly FaultRow[] = [
  [
    "nothing that is needed",
    "cluster: demo\n",
    ["1:1: version is missing", "1:1: listen is missing", "1:1: trunks is missing", "1:1: routes is missing"],
  ],
  ["another version", file({ version: "version: 2" }), ["1:10: version: 2 must be 1"]],
  ["a version in quotes", file({ version: 'version: "1"' }), ['1:10: version: "1" must be 1']],
  [
    "empty lists",
    "version: 1\nlisten: []\ntrunks: []\nroutes: []\n",
    [
      "2:9: listen: at least one is needed",
      "3:9: trunks: at least one is needed",
      "4:9: routes: at least one is needed",
    ],
  ],
  [
    "unknown keys, each with the nearest known one",
    file({
      trunks: "trunks: [{ id: acme, suorces: [192.0.2.1], frofile: sip }]",
      more: "kafka:\n  broker: []\n  topic_prefix: x\nhtpp: {}\nxyzzy: 1\n",
    }),
    [
      "3:10: trunks[0]: sources is missing",
      '3:22: trunks[0].suorces: unknown key — did you mean "sources"?',
      '3:44: trunks[0].frofile: unknown key — did you mean "profile"?',
      '6:3: kafka.broker: unknown key — did you mean "brokers"?',
      '7:3: kafka.topic_prefix: unknown key — did you mean "topicPrefix"?',
      '8:1: htpp: unknown key — did you mean "http"?',
      "9:1: xyzzy: unknown key",
    ],
  ],
  ["what stands at the wrong place", file({ more: "peers: []\n" }), ["5:1: peers: unknown key"]],
  [
    "a setting without value",
    file({ more: "kafka:\ncluster:\n" }),
    [
      "5:1: kafka: there is nothing here: leave it out, or give it a value",
      "6:1: cluster: there is nothing here: leave it out, or give it a value",
    ],
  ],
];

const VALUE_FAULTS: readonly FaultRow[] = [
  [
    "numbers where texts are wanted",
    file({
      trunks: "trunks: [{ id: 7, sources: [192.0.2.1], numbers: { country: 49 } }]",
      routes: "routes: [{ when: { called: +4930, calling: true }, answer: echo }]",
    }),
    [
      '3:16: trunks[0].id: 7 is not a text: write "7"',
      '3:61: trunks[0].numbers.country: 49 is not a text: write "49"',
      '4:28: routes[0].when.called: +4930 is not a text: write "+4930"',
      '4:44: routes[0].when.calling: true is not a text: write "true"',
    ],
  ],
  [
    "texts where others are wanted",
    file({ more: 'kafka: { partitions: "12", ssl: "yes", createTopics: 1, brokers: kafka:9092 }\n' }),
    [
      '5:22: kafka.partitions: "12" is not a whole number',
      '5:33: kafka.ssl: "yes" is not true or false',
      "5:54: kafka.createTopics: 1 is not true or false",
      '5:66: kafka.brokers: "kafka:9092" is not a list',
    ],
  ],
  [
    "numbers out of range",
    file({ more: "kafka: { partitions: 0 }\n" }),
    ["5:22: kafka.partitions: 0 is not within 1 to 1000"],
  ],
  [
    "a broken number",
    file({ more: "kafka: { partitions: 1.5 }\n" }),
    ["5:22: kafka.partitions: 1.5 is not a whole number"],
  ],
  [
    "a choice that is none",
    file({ trunks: "trunks: [{ id: a, sources: [192.0.2.1], profile: spi-t, isup: { variant: itu } }]" }),
    [
      '3:50: trunks[0].profile: "spi-t" is none of sip, sip-t, sip-i — did you mean "sip-t"?',
      expect.stringMatching(/^3:74: trunks\[0\]\.isup\.variant: "itu" is none of itu-t88, /),
    ],
  ],
  [
    "ids that are none",
    file({
      listen: 'listen: [{ id: "udp 1", transport: udp, address: 127.0.0.1:5060 }]',
      more: `node: ${"x".repeat(64)}\n`,
    }),
    [
      '2:16: listen[0].id: "udp 1" is not a word of letters, digits, dot, hyphen and underscore, 63 at most',
      `5:7: node: "${"x".repeat(64)}" is not a word of letters, digits, dot, hyphen and underscore, 63 at most`,
    ],
  ],
  [
    "durations and sizes without unit, and too long",
    file({
      routes: "routes: [{ when: { trunk: acme }, answer: { after: 5 } }, { answer: { after: 5 s } }]",
      more: "journal: { maxBytes: 4GB }\n",
    }),
    [
      '4:52: routes[0].answer.after: 5 is not a text: write "5"',
      '4:78: routes[1].answer.after: "5 s" is not a whole number with ms, s, m or h: 400ms, 5s, 2m',
      '5:22: journal.maxBytes: "4GB" is not a whole number with B, KiB, MiB, GiB or TiB: 256MiB, 4GiB',
    ],
  ],
  [
    "a word before the answer that is none",
    file({ routes: "routes: [{ answer: { provisional: alerting } }]" }),
    ['4:35: routes[0].answer.provisional: "alerting" is none of ringing, progress, none'],
  ],
  [
    "ringing without end",
    file({ routes: "routes: [{ answer: { after: 61m } }]" }),
    ["4:29: routes[0].answer.after: 61m is longer than 1h"],
  ],
  [
    "a journal that is too small, or too large",
    file({ more: "journal: { maxBytes: 3MiB }\n" }),
    ["5:22: journal.maxBytes: 3MiB is less than 4MiB"],
  ],
  [
    "a size beyond numbers",
    file({ more: "journal: { maxBytes: 999999999TiB }\n" }),
    ["5:22: journal.maxBytes: 999999999TiB is more than can be counted"],
  ],
  [
    "an empty text",
    file({ more: 'journal: { directory: "" }\n' }),
    ["5:23: journal.directory: must not be empty"],
  ],
];

const ACTION_FAULTS: readonly FaultRow[] = [
  [
    "a route without action",
    file({ routes: "routes: [{ id: x }]" }),
    ["4:10: routes[0]: a route has one action: answer or reject"],
  ],
  [
    "a route with two",
    file({ routes: "routes: [{ answer: echo, reject: 404 }]" }),
    ["4:10: routes[0]: a route has one action: answer or reject"],
  ],
  [
    "an answer that is none",
    file({ routes: "routes: [{ when: { trunk: acme }, answer: ecco }, { answer: { afer: 5s } }]" }),
    [
      '4:43: routes[0].answer: "ecco" fits none of its forms: Answer the call here: `echo`, or `{ after, media, provisional }` to let it ring first.',
      '4:63: routes[1].answer.afer: unknown key — did you mean "after"?',
    ],
  ],
  [
    "a status that refuses nothing",
    file({
      routes:
        "routes: [{ when: { trunk: acme }, reject: 200 }, { reject: { sip: 486, q850: 128, code: 1 } }]",
    }),
    [
      "4:43: routes[0].reject: 200 fits none of its forms: Turn the call down: with a SIP status, or with `{ sip, q850 }`.",
      "4:78: routes[1].reject.q850: 128 is not within 1 to 127",
      "4:83: routes[1].reject.code: unknown key",
    ],
  ],
  [
    "numbers that never match",
    file({ routes: 'routes: [{ when: { called: "+49 30*", calling: "+49*30" }, answer: echo }]' }),
    [
      "4:28: routes[0].when.called: +49 30* is not + and digits, with a * at the end or not at all",
      "4:48: routes[0].when.calling: +49*30 is not + and digits, with a * at the end or not at all",
    ],
  ],
  [
    "routes that are never reached",
    file({
      routes: [
        "routes:",
        '  - { id: berlin, when: { called: "+4930*" }, answer: echo }',
        '  - { id: one, when: { called: "+49301" }, answer: echo }',
        '  - { id: acme, when: { trunk: acme, called: "+493012*" }, answer: echo }',
        '  - { id: germany, when: { called: "+49*" }, answer: echo }',
        "  - { reject: 404 }",
        "  - { reject: 486 }",
      ].join("\n"),
    }),
    [
      "6:5: routes[1]: never reached: route berlin takes its calls",
      "7:5: routes[2]: never reached: route berlin takes its calls",
      "10:5: routes[5]: never reached: route route-5 takes its calls",
    ],
  ],
];

describe.each([
  ["keys", KEY_FAULTS],
  ["values", VALUE_FAULTS],
  ["actions", ACTION_FAULTS],
])("faults of %s", (_what, rows) => {
  it.each(rows)("%s", (_name, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});
