import { describe, expect, it } from "@jest/globals";
import { configFile as file, faultsOf, type FaultRow } from "../../../../test/helpers/config-faults.ts";

const YAML_FAULTS: readonly FaultRow[] = [
  ["an empty file", "", ["1:1: the file is empty: version, listen, trunks and routes are missing"]],
  [
    "a file of comments",
    "# nothing\n\n",
    ["1:1: the file is empty: version, listen, trunks and routes are missing"],
  ],
  ["a text", "hello\n", ['1:1: "hello" is not a map of settings']],
  ["a list", "- version: 1\n", ["1:1: a list is not a map of settings"]],
  ["a tab", file({ more: "media:\n\tports: 20000-20999\n" }), ["6:1: Tabs are not allowed as indentation"]],
  [
    "a bracket that is not closed",
    "version: 1\nlisten: [{ transport: udp }\ntrunks: []\n",
    ["3:1: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ],
  ["a quote that is not closed", file({ more: 'cluster: "demo\n' }), ['6:1: Missing closing "quote']],
  [
    "two faults of syntax",
    "version: 1\na: b: c\nd: e: f\n",
    [
      "2:4: Nested mappings are not allowed in compact mappings",
      "3:4: Nested mappings are not allowed in compact mappings",
    ],
  ],
  [
    "a second document",
    `${file()}---\nversion: 1\n`,
    ["5:1: a second document begins here: a configuration is one"],
  ],
  [
    "a key twice, and the faults of the rest",
    file({ more: "cluster: a\nclutser: b\ncluster: c d\n" }),
    [
      '6:1: clutser: unknown key — did you mean "cluster"?',
      "7:1: the key cluster stands here for the second time",
      '7:10: cluster: "c d" is not a word of letters, digits, dot, hyphen and underscore, 63 at most',
    ],
  ],
  ["a tag", file({ more: "cluster: !secret demo\n" }), ["5:10: Unresolved tag: !secret"]],
  [
    "a value that is none",
    file({ more: "cluster: !!binary aGVsbG8=\n" }),
    ["5:19: cluster: a value is a text, a number, true or false"],
  ],
  ["a map as key", file({ more: "? { a: 1 }\n: 2\n" }), ["5:3: a key is one word"]],
  ["a key that every object has", file({ more: "__proto__: { a: 1 }\n" }), ["5:1: __proto__: unknown key"]],
  [
    "nesting without end",
    `version: ${"[".repeat(40)}${"]".repeat(40)}\n`,
    [expect.stringContaining("nested too deeply")],
  ],
];

const ANCHOR_FAULTS: readonly FaultRow[] = [
  ["an alias without anchor", file({ more: "cluster: *name\n" }), ["5:10: cluster: there is no &name above"]],
  [
    "an alias before its anchor",
    file({ more: "cluster: *n\nnode: &n edge-2\n" }),
    ["5:10: cluster: there is no &n above"],
  ],
  [
    "an anchor that holds itself",
    file({ more: "media: &m\n  ports: *m\n" }),
    ["6:10: media.ports: &m would hold itself"],
  ],
  [
    "a merge key",
    file({
      trunks: "trunks: [&t { id: acme, sources: [192.0.2.1] }, { <<: *t, id: b, sources: [192.0.2.2] }]",
    }),
    [
      "3:51: trunks[1]: <<is not read".replace("<<is", "<< is") +
        ": write the settings out, or use an alias for all of them",
    ],
  ],
  [
    "faults behind an alias, at the alias, too",
    file({
      trunks: [
        "trunks:",
        "  - { id: a, sources: [192.0.2.1], isup: &i { varant: itu-t88 } }",
        "  - { id: b, sources: [192.0.2.2], isup: *i }",
      ].join("\n"),
    }),
    [
      '4:47: trunks[0].isup.varant: unknown key — did you mean "variant"?',
      '5:42: trunks[1].isup.varant: unknown key — did you mean "variant"?',
    ],
  ],
  [
    "aliases of aliases without number",
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
      .concat(
        ["b", "c", "d", "e", "f"].map((to, at) => `${to}: &${to} [${`*${"abcde"[at] ?? ""}, `.repeat(10)}]`),
      )
      .join("\n"),
    [expect.stringContaining("too many values")],
  ],
];

const SUBSTITUTION_FAULTS: readonly FaultRow[] = [
  [
    "what there is not, and nothing else about the same value",
    file({
      listen: 'listen: [{ transport: udp, address: "${env:NO_HOST}:5060" }]',
      more: 'kafka: { brokers: ["${env:A}:9092", "${env:B}:9092"], sasl: { mechanism: plain, username: u, password: "${file:no.txt}" } }\n',
    }),
    [
      "2:37: listen[0].address: environment variable NO_HOST is not set",
      "5:20: kafka.brokers[0]: environment variable A is not set",
      "5:37: kafka.brokers[1]: environment variable B is not set",
      "5:104: kafka.sasl.password: file no.txt cannot be read",
    ],
  ],
  [
    "what is no reference",
    file({
      more: 'cluster: "${evn:NAME}"\nnode: "${env:}"\nhttp: { listen: "${HOST}:8080" }\njournal: { directory: "${env:HOST" }\n',
    }),
    [
      "5:10: cluster: ${evn:NAME} is neither ${env:NAME} nor ${file:PATH}",
      "6:7: node: ${env:} is neither ${env:NAME} nor ${file:PATH}",
      "7:17: http.listen: ${HOST} is neither ${env:NAME} nor ${file:PATH}",
      "8:23: journal.directory: ${env:HOST is neither ${env:NAME} nor ${file:PATH}",
    ],
  ],
  [
    "a value that does not fit, shown as it is written",
    file({
      more: 'node: "${env:NESTED}"\nmedia: { ports: "${env:SECRET}" }\nkafka: { partitions: "${env:SECRET}", sasl: { mechanism: "${env:SECRET}", username: u, password: "${env:EMPTY}" } }\n',
    }),
    [
      '5:7: node: "${env:NESTED}" is not a word of letters, digits, dot, hyphen and underscore, 63 at most',
      '6:17: media.ports: "${env:SECRET}" is not first-last: 20000-20999',
      '7:22: kafka.partitions: "${env:SECRET}" is not a whole number',
      '7:58: kafka.sasl.mechanism: "${env:SECRET}" is none of plain, scram-sha-256, scram-sha-512',
      "7:98: kafka.sasl.password: must not be empty",
    ],
  ],
  [
    "a password as number, without showing it",
    file({ more: "kafka: { sasl: { mechanism: plain, username: u, password: 4711 } }\n" }),
    ["5:59: kafka.sasl.password: the value is not a text"],
  ],
];

describe.each([
  ["YAML", YAML_FAULTS],
  ["anchors", ANCHOR_FAULTS],
  ["substitution", SUBSTITUTION_FAULTS],
])("faults of %s", (_what, rows) => {
  it.each(rows)("%s", (_name, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});
