/** What the journal and this process know when a session with Kafka begins. */
export interface Knowledge {
  readonly journalId: string;
  readonly boot: string;
  /** Whether this process has already committed an offset of its own. */
  readonly hasClaimed: boolean;
  readonly deliveredTo: number;
  readonly appendedTo: number;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export type Resume =
  | { readonly kind: "fenced"; readonly journalId: string; readonly boot: string }
  | {
      readonly kind: "resume";
      readonly position: number;
      readonly uncertain?: {
        readonly from: number;
        readonly to: number;
        readonly reason: "offset-missing" | "offset-behind" | "offset-ahead";
      };
    };

export function progressMetadata(journalId: string, boot: string): string {
  return `${journalId};${boot}`;
}

/**
 * Where delivery goes on. Kafka's offset was committed together with the records, so it is the truth, but
 * only for the journal it names; the journal's own mark may lag and serves when Kafka has forgotten.
 */
export function resumeFrom(known: Knowledge, committed: CommittedOffset | undefined): Resume {
  const [journalId = "", boot = ""] = committed?.metadata.split(";") ?? [];
  const isOurs = committed !== undefined && journalId === known.journalId;
  if (known.hasClaimed && committed !== undefined && !(isOurs && boot === known.boot)) {
    return { kind: "fenced", journalId, boot };
  }
  const { deliveredTo, appendedTo } = known;
  if (!isOurs) {
    if (deliveredTo === 0) return { kind: "resume", position: 0 };
    const uncertain = { from: deliveredTo, to: appendedTo, reason: "offset-missing" } as const;
    return { kind: "resume", position: deliveredTo, uncertain };
  }
  const { offset } = committed;
  if (offset < deliveredTo) {
    const uncertain = { from: offset, to: deliveredTo, reason: "offset-behind" } as const;
    return { kind: "resume", position: offset, uncertain };
  }
  // The disk lost what it had confirmed: positions above `appendedTo` will be given again, to other records.
  if (offset > appendedTo) {
    const uncertain = { from: appendedTo, to: offset, reason: "offset-ahead" } as const;
    return { kind: "resume", position: appendedTo, uncertain };
  }
  return { kind: "resume", position: offset };
}
