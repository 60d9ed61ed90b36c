/** Results as a page and as ratios. */

/** What the first line through the house has to reach, and what it is meant to (docs: issue of the main job, §5.6). */
const BARS = [
  { name: "edge", what: "calls per CPU-second, journal on", bar: 2_000, goal: 5_000 },
  { name: "edge-kafka", what: "calls per CPU-second, with Kafka", bar: 1_000, goal: 3_000 },
];
const P99_BAR_MS = 100;

/** @param {object} result as run.mjs makes it */
export function markdown(result) {
  const { machine, method } = result;
  const lines = [
    `# ${result.date}, ${machine.cpu}, ${machine.cores} cores`,
    "",
    `Commit ${result.commit}. Kernel ${machine.kernel}, Node ${machine.node}, ${machine.memoryGiB} GiB, journal on ${machine.fileSystem},`,
    `net.core.rmem_default ${machine.receiveBufferBytes}, load before the run ${machine.loadBefore}.`,
    "",
    `${method} See [bench/README.md](../README.md) for what each number means.`,
    "",
    ...rateTable(result),
    ...memoryTable(result),
    ...latencyTable(result),
    ...bars(result),
    ...skippedList(result),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function rateTable({ rates, seconds }) {
  if (rates.length === 0) return [];
  return [
    ...table(
      [
        "system",
        "calls",
        "at calls/s",
        "calls per CPU-second",
        `clean ${seconds} s, calls/s`,
        "calls per CPU-second there",
        "PSS after, MiB",
      ],
      rates.map(({ title, scenario, fixed, clean }) => [
        title,
        scenario,
        fixed.rate,
        fixed.callsPerCpuSecond + (fixed.isClean ? "" : " (not clean)"),
        clean === undefined ? "not looked for" : (clean.rate ?? "none"),
        clean?.callsPerCpuSecond ?? "",
        clean?.pssMiB ?? fixed.pssMiB,
      ]),
    ),
  ];
}

function memoryTable({ memory }) {
  if (memory === undefined) return [];
  const { calls, failed, idleMiB, peakMiB, heldMiB, perThousandMiB } = memory;
  return table(
    ["calls held", "failed", "PSS idle, MiB", "peak", "held 36 s", "per 1,000 calls"],
    [[calls, failed, idleMiB, peakMiB, heldMiB, perThousandMiB]],
  );
}

function latencyTable({ latency }) {
  if (latency === undefined) return [];
  const { rate, calls, missing, p50Ms, p99Ms, maxMs } = latency;
  return table(
    ["BYE's 200 → record readable, at calls/s", "calls", "missing", "p50, ms", "p99, ms", "max, ms"],
    [[rate, calls, missing, p50Ms, p99Ms, maxMs]],
  );
}

function bars({ rates, latency }) {
  const rows = BARS.flatMap(({ name, what, bar, goal }) => {
    const value = rates.find((each) => each.name === name)?.fixed.callsPerCpuSecond;
    if (value === undefined) return [];
    return [[what, value, bar, value >= bar ? "yes" : "no", goal, value >= goal ? "yes" : "no"]];
  });
  if (latency !== undefined) {
    const { p99Ms, missing } = latency;
    const isMet = p99Ms < P99_BAR_MS && missing === 0 ? "yes" : "no";
    rows.push(["p99 to the consumer, ms", p99Ms, `< ${P99_BAR_MS}`, isMet, "", ""]);
  }
  return rows.length === 0 ? [] : table(["", "measured", "bar", "met", "goal", "met"], rows);
}

function skippedList({ skipped }) {
  return skipped.length === 0
    ? []
    : [...skipped.map(({ title, reason }) => `SKIPPED ${title}: ${reason}`), ""];
}

/** Ratios of this run to a baseline, and of the edge to each peer of the same run. */
export function comparison(result, baseline) {
  const lines = [];
  if (baseline !== undefined) {
    const rows = result.rates.flatMap((now) => {
      const then = baseline.rates.find(({ name }) => name === now.name);
      if (then === undefined) return [];
      return [
        [
          now.title,
          now.fixed.rate === then.fixed.rate
            ? ratio(now.fixed.callsPerCpuSecond, then.fixed.callsPerCpuSecond)
            : `${then.fixed.rate} calls/s then`,
          ratio(now.clean?.rate, then.clean?.rate),
        ],
      ];
    });
    const { latency, memory } = result;
    if (latency && baseline.latency) rows.push(["p99", ratio(latency.p99Ms, baseline.latency.p99Ms), ""]);
    if (memory && baseline.memory)
      rows.push(["memory per call", ratio(memory.perThousandMiB, baseline.memory.perThousandMiB), ""]);
    const title = `to the baseline of ${baseline.date} (${baseline.commit})`;
    lines.push(...table([title, "calls per CPU-second", "clean rate"], rows));
  }
  lines.push(...comparedToPeers(result.rates));
  return `${lines.join("\n").trimEnd()}\n`;
}

function comparedToPeers(rates) {
  const rows = [];
  for (const peer of rates.filter(({ isPeer }) => isPeer)) {
    const own = rates.find(({ isPeer, scenario, needsBroker }) => {
      return !isPeer && scenario === peer.scenario && needsBroker === peer.needsBroker;
    });
    if (own === undefined) continue;
    const cpu = ratio(own.fixed.callsPerCpuSecond, peer.fixed.callsPerCpuSecond);
    rows.push([`${own.title} : ${peer.title}`, cpu, ratio(own.clean?.rate, peer.clean?.rate)]);
  }
  return rows.length === 0
    ? []
    : table(["to the peers of this run", "calls per CPU-second", "clean rate"], rows);
}

function ratio(now, then) {
  return now === undefined || !then ? "" : (now / then).toFixed(2);
}

export function table(head, rows) {
  const cells = [head.map(String), ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [first, ...others] = cells;
  return [line(first), line(widths.map((width) => "-".repeat(width))), ...others.map(line), ""];
}
