interface CounterDescription {
  readonly help: string;
  /** Values are of a closed set: what a peer can choose never becomes a label. */
  readonly labels: readonly string[];
}

/** Every counter of the edge; names and labels as Prometheus prints them. */
export const COUNTERS = {
  tandem_events_total: { help: "Events of calls.", labels: ["type"] },
  tandem_events_lost_total: { help: "Steps of calls whose events the journal did not take.", labels: [] },
  tandem_barrier_timeouts_total: {
    help: "Acts that waited for the journal longer than they may: answers taken back, others gone out.",
    labels: [],
  },
  tandem_sip_refused_total: {
    help: "Datagrams and requests refused, by what was answered; status is none where nothing was.",
    labels: ["reason", "status"],
  },
  tandem_isup_ignored_total: {
    help: "ISUP messages in bodies that were answered and had no effect, by reason and message type.",
    labels: ["reason", "message"],
  },
  tandem_isup_segments_missing_total: {
    help: "IAMs that went on without the segment that they had announced, since T34 was over.",
    labels: [],
  },
  tandem_sip_connections_refused_total: {
    help: "Connections beyond a limit, of their source or of the listener.",
    labels: ["listener", "limit"],
  },
  tandem_sip_connections_ended_total: {
    help: "Connections that the edge has ended for what they did or left undone.",
    labels: ["listener", "reason"],
  },
  tandem_certificate_reloads_total: {
    help: "Times certificates were read again; failed where a file was faulty and the old ones stayed.",
    labels: ["result"],
  },
} as const satisfies Readonly<Record<string, CounterDescription>>;

export type CounterName = keyof typeof COUNTERS;
/** One text for each label. */
type ValuesOf<L extends readonly string[]> = { readonly [K in keyof L]: string };
type LabelValues<N extends CounterName> = ValuesOf<(typeof COUNTERS)[N]["labels"]>;

interface Count {
  readonly labels: readonly string[];
  value: number;
}

/** Counts by name and label values. Cheap enough for every datagram. */
export class Counters {
  readonly #counts = new Map<CounterName, Map<string, Count>>();

  add<N extends CounterName>(name: N, ...labels: LabelValues<N>): void {
    let counts = this.#counts.get(name);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(name, counts);
    }
    const key = labels.join(" ");
    const count = counts.get(key);
    if (count === undefined) counts.set(key, { labels, value: 1 });
    else count.value++;
  }

  get<N extends CounterName>(name: N, ...labels: LabelValues<N>): number {
    return this.#counts.get(name)?.get(labels.join(" "))?.value ?? 0;
  }

  /** What was counted under a name, with its label values in the order of {@link COUNTERS}. */
  of(name: CounterName): readonly { readonly labels: readonly string[]; readonly value: number }[] {
    return [...(this.#counts.get(name)?.values() ?? [])];
  }

  /** All counts, by name, then label values with a blank between them. */
  snapshot(): Record<string, Record<string, number>> {
    const all: Record<string, Record<string, number>> = {};
    for (const [name, counts] of this.#counts)
      all[name] = Object.fromEntries([...counts].map(([key, { value }]) => [key, value]));
    return all;
  }
}
