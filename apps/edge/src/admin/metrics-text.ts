import { COUNTERS, type CounterName, type Counters } from "../telemetry/counters.ts";
import type { ReadinessReport } from "./readiness.ts";

/** Media type of Prometheus' text format, version 0.0.4. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number | undefined;
}

/** What the process has used; given in, so that the text follows from its arguments. */
export interface ProcessFigures {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

function gaugesOf(report: ReadinessReport): readonly Gauge[] {
  const { journal, kafka, rtp, sip } = report;
  return [
    { name: "tandem_ready", help: "1 where new calls are taken.", value: report.status === "ok" ? 1 : 0 },
    { name: "tandem_calls", help: "Calls open.", value: report.calls },
    { name: "tandem_sip_transactions", help: "SIP transactions open.", value: sip.transactions },
    { name: "tandem_sip_dialogs", help: "SIP dialogs open.", value: sip.dialogs },
    {
      name: "tandem_sip_connections",
      help: "TCP, TLS and WebSocket connections open.",
      value: sip.connections,
    },
    { name: "tandem_timers", help: "Timers pending of transactions, dialogs and calls.", value: sip.timers },
    { name: "tandem_rtp_ports_in_use", help: "RTP ports that calls have.", value: rtp.portsInUse },
    { name: "tandem_rtp_sockets", help: "RTP sockets bound, pooled ones too.", value: rtp.sockets },
    { name: "tandem_journal_used_bytes", help: "Size of the journal on disk.", value: journal.usedBytes },
    { name: "tandem_journal_max_bytes", help: "Limit of that size.", value: journal.maxBytes },
    {
      name: "tandem_journal_pending_records",
      help: "Events that wait for the disk.",
      value: journal.pendingRecords,
    },
    {
      name: "tandem_journal_last_commit_seconds",
      help: "How long the last commit took.",
      value: journal.lastCommitMs / 1_000,
    },
    {
      name: "tandem_kafka_backlog_records",
      help: "Events on disk that Kafka has not confirmed; absent where no broker is configured.",
      value: kafka?.backlog,
    },
  ];
}

/** Prometheus' text exposition format: counters, then gauges, then what is said of every process. */
export function metricsText(counters: Counters, report: ReadinessReport, process: ProcessFigures): string {
  let text = "";
  for (const name of Object.keys(COUNTERS) as CounterName[]) text += counterText(counters, name);
  for (const { name, help, value } of gaugesOf(report))
    if (value !== undefined) text += `${head(name, help, "gauge")}${name} ${value}\n`;
  const cpu = "process_cpu_seconds_total";
  text += `${head(cpu, "CPU time of all threads.", "counter")}${cpu} ${process.cpuSeconds}\n`;
  const memory = "process_resident_memory_bytes";
  text += `${head(memory, "Resident memory.", "gauge")}${memory} ${process.residentBytes}\n`;
  return text;
}

function counterText(counters: Counters, name: CounterName): string {
  const { help, labels: names } = COUNTERS[name];
  let text = head(name, help, "counter");
  const counts = counters.of(name);
  // A rate begins at its first scrape: what has no labels is there from the start.
  if (names.length === 0 && counts.length === 0) text += `${name} 0\n`;
  for (const { labels, value } of counts) {
    const pairs = names.map((label, index) => `${label}="${escaped(labels[index] ?? "")}"`);
    text += `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
  }
  return text;
}

function head(name: string, help: string, type: "counter" | "gauge"): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
