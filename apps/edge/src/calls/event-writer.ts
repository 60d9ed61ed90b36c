import {
  callEventRecord,
  partitionOf,
  timestamp,
  type CallCommon,
  type CallReleased,
  type CallStateName,
  type CallTimes,
  type Cause,
  type EventData,
  type EventRecord,
  type EventSource,
  type EventType,
  type FinalState,
  type Isup,
} from "@tandem/call-events";
import type { Call } from "./call.ts";
import type { CallFact } from "./call-machine.ts";
import type { LegCommon } from "./details.ts";

/** Rises when another edge takes a call over; nothing does so yet. */
const TERM = 1;

/** What the journal keeps of an open call: enough to end it after a crash. */
interface OpenCall {
  readonly callId: string;
  readonly partition: number;
  readonly sequence: number;
  readonly common: LegCommon;
  readonly createdAt: number;
  readonly ringingAt: number | undefined;
  readonly answeredAt: number | undefined;
}

type Times = Pick<OpenCall, "createdAt" | "ringingAt" | "answeredAt"> & { readonly endedAt: number };

/** Turns facts into events: envelope, key, partition, data. */
export class EventWriter {
  readonly #source: EventSource;
  readonly #partitions: number;

  constructor(source: EventSource, partitions: number) {
    this.#source = source;
    this.#partitions = partitions;
  }

  /** Chosen at a call's first event, and kept (design: delivery). */
  partitionOf(callId: string): number {
    return partitionOf(callId, this.#partitions);
  }

  record(call: Call, fact: CallFact, sequence: number, at: number): EventRecord {
    const state: CallStateName = fact.type === "isup" ? fact.during : fact.type;
    const common = this.#common(call.callId, call.leg.common, sequence, state);
    const { leg } = call;
    switch (fact.type) {
      case "incoming":
        return this.#write(call, "tandem.call.incoming.v1", sequence, at, {
          ...common,
          ...leg.detailsOf("incoming", fact),
        });
      case "ringing":
        return this.#write(call, "tandem.call.ringing.v1", sequence, at, {
          ...common,
          ...leg.detailsOf("ringing", fact),
        });
      case "progress":
        return this.#write(call, "tandem.call.progress.v1", sequence, at, {
          ...common,
          ...leg.detailsOf("progress", fact),
        });
      case "answered": {
        const { createdAt, progressAt, ringingAt } = call.state;
        const times = {
          answeredAt: timestamp(at),
          ringMs: rounded(at - (ringingAt ?? at)),
          pddMs: rounded((ringingAt ?? progressAt ?? at) - createdAt),
        };
        return this.#write(call, "tandem.call.answered.v1", sequence, at, {
          ...common,
          ...times,
          ...leg.detailsOf("answered", fact),
        });
      }
      case "isup":
        return this.#write(call, "tandem.call.isup.v1", sequence, at, {
          ...common,
          ...leg.detailsOf("isup", fact),
        });
      case "released": {
        const released = releasedData(
          common,
          fact.cause,
          { ...call.state, endedAt: at },
          leg.detailsOf("released", fact).isup,
        );
        return this.#write(call, "tandem.call.released.v1", sequence, at, released);
      }
    }
  }

  /** The row of the call-state table, written in the commit of the events it follows from. */
  openState(call: Call): string {
    const { sequence, createdAt, ringingAt, answeredAt } = call.state;
    const open: OpenCall = {
      callId: call.callId,
      partition: call.partition,
      sequence,
      common: call.leg.common,
      createdAt,
      ringingAt,
      answeredAt,
    };
    return JSON.stringify(open);
  }

  /** The release of a call that a process which is gone has left open. */
  recovered(state: string, cause: Cause, at: number): EventRecord {
    const open = JSON.parse(state) as OpenCall;
    const sequence = open.sequence + 1;
    const common = this.#common(open.callId, open.common, sequence, "released");
    // The end lies somewhere between the last event and now; now is what can be said.
    return this.#write(
      open,
      "tandem.call.released.v1",
      sequence,
      at,
      releasedData(common, cause, { ...open, endedAt: at }, null),
    );
  }

  #common(callId: string, leg: LegCommon, sequence: number, state: CallStateName): CallCommon {
    return { callId, sequence, ...leg, state, nodeId: this.#source.node };
  }

  /** An event that is too large is written without what its signalling says at length: a call has its release always. */
  #write<T extends EventType>(
    call: { readonly callId: string; readonly partition: number },
    type: T,
    sequence: number,
    at: number,
    data: EventData[T],
  ): EventRecord {
    const { callId, partition } = call;
    const parts = { type, callId, term: TERM, sequence, partition, at };
    const record = callEventRecord(this.#source, { ...parts, data });
    const isWhole = record.headers.includes(`"ce_type":"${type}"`);
    return isWhole ? record : callEventRecord(this.#source, { ...parts, data: leanOf(data) });
  }
}

/** Without decoded parameters, header fields and Reason texts; ISUP stays whole in `raw`. */
function leanOf<T extends object>(data: T): T {
  const lean: Record<string, unknown> = Object.fromEntries(Object.entries(data));
  if ("isup" in data && data.isup !== null) lean["isup"] = { ...(data.isup as Isup), parameters: {} };
  if ("headers" in data) lean["headers"] = {};
  if ("cause" in data) lean["cause"] = { ...(data.cause as Cause), reasonHeaders: [] };
  return lean as T;
}

function releasedData(
  common: CallCommon,
  cause: Cause,
  times: Times,
  isup: CallReleased["isup"],
): CallReleased {
  const { createdAt, answeredAt, endedAt } = times;
  return {
    ...common,
    // An answered call had its final response: whatever ends it is a BYE.
    cause: answeredAt === undefined ? cause : { ...cause, sip: null },
    times: timesOf(times),
    durationMs: rounded(endedAt - createdAt),
    billableMs: answeredAt === undefined ? 0 : rounded(endedAt - answeredAt),
    finalState: finalStateOf(cause, answeredAt !== undefined),
    isup,
  };
}

function timesOf({ createdAt, ringingAt, answeredAt, endedAt }: Times): CallTimes {
  const text = (at: number | undefined): string => (at === undefined ? "" : timestamp(at));
  return {
    createdAt: text(createdAt),
    ringingAt: text(ringingAt),
    answeredAt: text(answeredAt),
    endedAt: text(endedAt),
  };
}

/** Microseconds are what the clock gives; more digits would only look exact. */
function rounded(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 1_000) / 1_000);
}

function finalStateOf(cause: Cause, wasAnswered: boolean): FinalState {
  if (wasAnswered) return "answered";
  if (cause.side === "caller") return "cancelled";
  if (cause.class === "busy" || cause.class === "noAnswer" || cause.class === "rejected") return cause.class;
  return "failed";
}
