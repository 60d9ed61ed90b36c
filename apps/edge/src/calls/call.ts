import type { Timer } from "@tandem/sip";
import { IDLE, type CallFact, type CallInput, type CallState } from "./call-machine.ts";
import type { FactDetails, LegCommon } from "./details.ts";
import { Outbox } from "./outbox.ts";
import type { LegAct } from "./primitives.ts";

/** A leg as the call sees it: an adapter of SIP or ISUP behind it. */
export interface CallLeg {
  readonly common: LegCommon;
  /** Messages of information that came before the set-up was complete. */
  readonly earlyMessages: number;
  /** Tells the leg where its inputs go; called once. */
  attach(input: (input: CallInput) => void): void;
  /** Carries an act out. */
  perform(act: LegAct): void;
  /** What the signalling that belongs to a fact said, for its event. */
  detailsOf<T extends CallFact["type"]>(type: T, fact: Extract<CallFact, { type: T }>): FactDetails[T];
  /** The call has ended and nothing is owed any more: media and listeners go. */
  close(): void;
}

/** One call: identity, state, the acts that wait, and its leg. The engine alone changes it. */
export class Call {
  readonly callId: string;
  readonly partition: number;
  readonly leg: CallLeg;
  readonly outbox: Outbox;
  state: CallState = IDLE;
  /** Journal position of the last event. */
  position = 0;
  answerTimer: Timer | undefined;
  isClosed = false;

  constructor(callId: string, partition: number, leg: CallLeg) {
    this.callId = callId;
    this.partition = partition;
    this.leg = leg;
    this.outbox = new Outbox((act) => {
      leg.perform(act);
    });
  }
}
