import type { CauseIndicators, IsupMessage, IsupMessageOf, IsupVariant } from "@tandem/isup";
import type { DigitCollectionOptions } from "./digit-collection.ts";
import type { InfoQueue } from "./info-queue.ts";

/**
 * Where a call from ISUP to SIP stands.
 *
 * | state       | means                                          | leaves by                                      |
 * | ----------- | ---------------------------------------------- | ---------------------------------------------- |
 * | Idle        | nothing heard                                  | IAM → Collecting or Trying                     |
 * | Collecting  | digits are missing (RFC 3578 §2)               | SAM, ST, T10 → Trying; T35, REL → end          |
 * | Checking    | the continuity check runs (RFC 3398 §11.3)     | COT → Trying or end; T8, REL → end             |
 * | Trying      | INVITE sent, T11 may run                       | 18x, 200, final, REL, T11, no answer           |
 * | Progressing | ACM sent without alerting                      | 180, 200, final, REL                           |
 * | Alerting    | 180 came, ACM or CPG sent                      | 200, final, REL                                |
 * | Announcing  | failed, and a tone says so (RFC 3666 §3.6)     | REL, tone timer → end                          |
 * | Connected   | 200 came, ANM or CON sent                      | BYE, REL → end                                 |
 * | Cancelling  | REL came, CANCEL is out (RFC 3398 §8.2.7)      | final → Ended; 200 → ACK and BYE               |
 * | Releasing   | REL sent, its RLC is waited for                | RLC → Ended                                    |
 * | Ended       | nothing owed                                   | -                                              |
 */
export interface IsupToSipState {
  readonly name:
    | "Idle"
    | "Collecting"
    | "Checking"
    | "Trying"
    | "Progressing"
    | "Alerting"
    | "Announcing"
    | "Connected"
    | "Cancelling"
    | "Releasing"
    | "Ended";
  readonly timers: Readonly<Partial<Record<IsupToSipTimer, number>>>;
  readonly iam: IsupMessageOf<"IAM"> | undefined;
  /** Digits of SAMs behind those of the IAM. */
  readonly moreDigits: string;
  readonly hasSentAcm: boolean;
  /** A provisional response came: without one there may be no CANCEL (RFC 3261 §9.1). */
  readonly hasProvisional: boolean;
  /** INVITEs without a final response: more than one where SIP hears each digit (RFC 3578 §3.2). */
  readonly invites: number;
  /** The best of the final responses so far, while others are waited for. */
  readonly best: FailedInvite | undefined;
  /** Why the call failed, while a tone says so. */
  readonly cause: CauseIndicators | undefined;
  readonly infos: InfoQueue;
}

/** A final response above 2xx to one of the INVITEs. */
export interface FailedInvite {
  readonly status: number;
  readonly cause: CauseIndicators;
  readonly isup: IsupMessage | undefined;
}

/** T10 and T35 of Q.764 collect digits, T8 waits for COT, T11 answers a slow SIP side with an early ACM; `tone` is ours. */
export type IsupToSipTimer = "T8" | "T10" | "T11" | "T35" | "tone";

export type IsupToSipInput =
  | { readonly type: "isup"; readonly message: IsupMessage }
  /** A response to the INVITE; `isup` is what it carried, `cause` what `causeOfResponse` makes of a final one. */
  | {
      readonly type: "response";
      readonly status: number;
      readonly isup?: IsupMessage | undefined;
      readonly cause?: CauseIndicators | undefined;
      /** Where a 3xx leads, if the gateway goes there itself (RFC 3398 §8.2.5). */
      readonly contact?: string | undefined;
      /** Backward media are played to the caller. */
      readonly hasMedia?: boolean;
    }
  /** No response at all (RFC 3261 §17.1.1.2, Timer B). */
  | { readonly type: "timeout" }
  | { readonly type: "bye"; readonly cause: CauseIndicators; readonly isup?: IsupMessage | undefined }
  | { readonly type: "hold" | "retrieve"; readonly notification: IsupMessage }
  | { readonly type: "info"; readonly message: IsupMessage }
  /** A final response to our INFO, or none came: it changes nothing but that the next may go. */
  | { readonly type: "infoEnded" }
  | { readonly type: "timer"; readonly name: IsupToSipTimer };

export type IsupToSipOutput =
  | { readonly to: "isup"; readonly message: IsupMessage }
  | {
      readonly to: "sip";
      readonly type: "invite";
      readonly iam: IsupMessageOf<"IAM">;
      readonly moreDigits: string;
      /** The target of a redirection, in place of the called number. */
      readonly contact?: string;
    }
  | { readonly to: "sip"; readonly type: "ack" }
  | {
      readonly to: "sip";
      readonly type: "cancel" | "bye";
      readonly cause: CauseIndicators;
      readonly isup: IsupMessage | undefined;
    }
  /** CANCEL for all INVITEs but the one that was answered (RFC 3578 §3.4). */
  | { readonly to: "sip"; readonly type: "cancelOthers" }
  /** Give up an INVITE nobody has answered: stop its retransmissions. */
  | { readonly to: "sip"; readonly type: "abandon" }
  | { readonly to: "sip"; readonly type: "confirm" }
  | { readonly to: "sip"; readonly type: "info"; readonly isup: IsupMessage }
  | {
      readonly to: "sip";
      readonly type: "reinvite";
      readonly direction: "sendonly" | "sendrecv";
      readonly isup: IsupMessage;
    };

export interface IsupToSipStep {
  readonly state: IsupToSipState;
  readonly outputs: readonly IsupToSipOutput[];
}

export interface IsupToSipOptions extends DigitCollectionOptions {
  readonly variant: IsupVariant;
  /**
   * Whether SIP hears an INVITE at the fewest digits and with each SAM (RFC 3578 §3): only where all of them reach one
   * gateway. Otherwise the number is collected first.
   */
  readonly isOverlapInSip?: boolean;
  /** Q.764 §2.1.1: 15 to 20 s. Left out: no early ACM is sent. */
  readonly T11Ms?: number;
  /** 10 to 15 s. */
  readonly T8Ms?: number;
  /** Whether the SIP side sent ISUP, or is known to take it; without, no message travels in INFO (RFC 3398 §9.1). */
  readonly hasIsup?: boolean;
  /** How long a tone tells a failure to a caller behind interworking before the call is released; 0: not at all. */
  readonly toneMs?: number;
  /** Whether the ISUP side takes a CPG before any ACM: T1.113 and TTC do. */
  readonly takesEarlyCpg?: boolean;
}
