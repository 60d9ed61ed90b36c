import type {
  CallAnswered,
  CallCommon,
  CallIncoming,
  CallIsup,
  CallProgress,
  CallReleased,
  CallRinging,
} from "@tandem/call-events";

/** What a leg knows of the signalling behind a fact: the part of an event that the call itself cannot give. */
export interface FactDetails {
  readonly incoming: Omit<CallIncoming, keyof CallCommon>;
  readonly progress: Omit<CallProgress, keyof CallCommon>;
  readonly ringing: Omit<CallRinging, keyof CallCommon>;
  readonly answered: Pick<CallAnswered, "codec" | "connectedNumber" | "isup">;
  readonly isup: Omit<CallIsup, keyof CallCommon>;
  readonly released: Pick<CallReleased, "isup">;
}

/** What every event says of the leg. */
export type LegCommon = Pick<CallCommon, "direction" | "trunkId" | "legId" | "sip">;
