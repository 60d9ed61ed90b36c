import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { COUNTERS, Counters } from "../telemetry/counters.ts";
import { metricsText } from "./metrics-text.ts";
import type { ReadinessReport } from "./readiness.ts";

const REPORT: ReadinessReport = {
  status: "ok",
  calls: 3,
  sip: { transactions: 4, dialogs: 2, timers: 9, listeners: ["udp-1"], connections: 3 },
  rtp: { portsInUse: 2, sockets: 5 },
  journal: { status: "ok", usedBytes: 1_024, maxBytes: 4_096, lastCommitMs: 1.5, pendingRecords: 0 },
  counters: {},
};
const PROCESS = { residentBytes: 5_000, cpuSeconds: 1.25 };

const linesOf = (counters: Counters, report = REPORT): string[] =>
  metricsText(counters, report, PROCESS).split("\n");

describe("the metrics text", () => {
  it("has every counter with its labels, those without labels from the start", () => {
    const counters = new Counters();
    counters.add("tandem_sip_refused_total", "unknown-trunk", "403");
    const lines = linesOf(counters);
    expect(lines).toContain('tandem_sip_refused_total{reason="unknown-trunk",status="403"} 1');
    expect(lines).toContain("tandem_events_lost_total 0");
    for (const name of Object.keys(COUNTERS)) expect(lines).toContain(`# TYPE ${name} counter`);
  });

  it("has what is open as gauges, times in seconds", () => {
    const lines = linesOf(new Counters());
    expect(lines).toEqual(
      expect.arrayContaining(["tandem_ready 1", "tandem_calls 3", "tandem_sip_dialogs 2"]),
    );
    expect(lines).toContain("tandem_journal_last_commit_seconds 0.0015");
    expect(lines).toContain("process_cpu_seconds_total 1.25");
    expect(linesOf(new Counters(), { ...REPORT, status: "unavailable" })).toContain("tandem_ready 0");
  });

  it("speaks of Kafka where there is one", () => {
    const name = "tandem_kafka_backlog_records";
    expect(linesOf(new Counters()).some((line) => line.includes(name))).toBe(false);
    expect(linesOf(new Counters(), { ...REPORT, kafka: { state: "x", backlog: 7 } })).toContain(`${name} 7`);
  });

  it("is made of HELP, TYPE and samples of that name, each name once, and ends with a line end", () => {
    const counters = new Counters();
    counters.add("tandem_events_total", 'a"b\\c\nd');
    const text = metricsText(counters, REPORT, PROCESS);
    expect(text).toContain('tandem_events_total{type="a\\"b\\\\c\\nd"} 1');
    expect(text.endsWith("\n")).toBe(true);
    const helped: string[] = [];
    for (const line of text.trimEnd().split("\n")) {
      const help = /^# HELP ([a-z_]+) .+\.$/.exec(line);
      if (help !== null) helped.push(help[1] ?? "");
      else
        expect(line).toMatch(new RegExp(`^(# TYPE ${helped.at(-1)} (counter|gauge)$|${helped.at(-1)}[ {])`));
    }
    expect(new Set(helped).size).toBe(helped.length);
  });

  it("has nothing that the operators' page does not explain, and the page nothing that is not there", () => {
    const page = readFileSync(new URL("../../../../docs/operations/metrics.md", import.meta.url), "utf8");
    const explained = [...page.matchAll(/^\| `((?:tandem|process)_[a-z_]+)`/gm)].map(([, name]) => name);
    const kafka = { state: "delivering", backlog: 0 };
    const printed = [
      ...metricsText(new Counters(), { ...REPORT, kafka }, PROCESS).matchAll(/^# TYPE (\S+)/gm),
    ];
    expect(printed.map(([, name]) => name).toSorted()).toEqual(explained.toSorted());
    for (const [name, { labels }] of Object.entries(COUNTERS)) {
      const cell = labels.map((label) => `\`${label}\``).join(", ");
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${cell} *\\|`, "m"));
    }
  });
});
