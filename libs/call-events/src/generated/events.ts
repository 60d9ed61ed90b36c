// Generated from proto/tandem/v1 by tools/generate-events.mjs. Do not edit.

export type Direction = "unspecified" | "inbound" | "outbound";

export type CallStateName = "unspecified" | "incoming" | "ringing" | "answered" | "released";

/** How far the call got. */
export type FinalState = "unspecified" | "answered" | "busy" | "noAnswer" | "cancelled" | "rejected" | "failed";

/** What every event of a call says of it. */
export interface CallCommon {
  /** UUIDv7; the key of the record. */
  readonly callId: string;
  /** Contiguous from 1 in each call. */
  readonly sequence: number;
  /** Whether the call came to us or was made by us. */
  readonly direction: Direction;
  /** Id of the trunk in the configuration. */
  readonly trunkId: string;
  /** a for the leg that came in, b1, b2, … for those that went out. */
  readonly legId: string;
  /** The SIP dialog of the leg. */
  readonly sip: SipDialog | null;
  /** State of the call after the event. */
  readonly state: CallStateName;
  /** Node of the edge that owns the call. */
  readonly nodeId: string;
}

/** RFC 3261 §12. */
export interface SipDialog {
  /** Call-ID header field. */
  readonly callId: string;
  /** Tag of the caller's side. */
  readonly fromTag: string;
  /** Tag of our side; empty before the first response that carries one. */
  readonly toTag: string;
  /** Sequence number of the INVITE. */
  readonly cseq: number;
}

/** Where the INVITE came from. */
export interface SipSource {
  /** IP address. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** udp, tcp, tls, ws, wss. */
  readonly transport: string;
  /** Id of the listener in the configuration. */
  readonly listener: string;
}

/** tandem.call.incoming.v1: a valid INVITE was accepted for processing. */
export interface CallIncoming extends CallCommon {
  readonly called: PartyNumber | null;
  readonly calling: PartyNumber | null;
  /** Original called number, Q.763 (12/1999) §3.39; absent where the call was not diverted. */
  readonly originalCalled: PartyNumber | null;
  /** Diversions, latest first. */
  readonly redirecting: readonly Redirection[];
  /** Header fields of the allow-list, by lower-case name; several values joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Request-URI. */
  readonly ruri: string;
  readonly source: SipSource | null;
  /** Encoding names of the offer in its order; empty without an offer. */
  readonly codecsOffered: readonly string[];
  /** Calling party's category in words, Q.763 (12/1999) §3.11; empty where no ISUP gave it. */
  readonly callingPartysCategory: string;
  /** Transmission medium requirement in words, Q.763 (12/1999) §3.54; empty where no ISUP gave it. */
  readonly transmissionMediumRequirement: string;
  /** Hop counter, Q.763 (12/1999) §3.80; absent where no ISUP gave it. */
  readonly hopCounter: number | null;
  /** The IAM. */
  readonly isup: Isup | null;
}

/** tandem.call.ringing.v1: the called party is being alerted; once per leg. */
export interface CallRinging extends CallCommon {
  /** Status of the provisional response, 180 to 183. */
  readonly code: number;
  /** Whether media flows before the answer. */
  readonly earlyMedia: boolean;
  /** ACM or CPG. */
  readonly isup: Isup | null;
}

/** tandem.call.answered.v1 */
export interface CallAnswered extends CallCommon {
  /** RFC 3339, microseconds. */
  readonly answeredAt: string;
  /** Milliseconds from ringing to answer. */
  readonly ringMs: number;
  /** Post dial delay: milliseconds from INVITE to ringing. */
  readonly pddMs: number;
  /** Encoding name; empty where the offer is ours and its answer not yet here. */
  readonly codec: string;
  /** Connected number, Q.763 (12/1999) §3.16; absent where none was given. */
  readonly connectedNumber: PartyNumber | null;
  /** ANM or CON. */
  readonly isup: Isup | null;
}

/** tandem.call.isup.v1: ISUP in a message that yields no other event. */
export interface CallIsup extends CallCommon {
  readonly isup: Isup | null;
}

/** Each RFC 3339 with microseconds; empty where it did not happen. */
export interface CallTimes {
  readonly createdAt: string;
  readonly ringingAt: string;
  readonly answeredAt: string;
  readonly endedAt: string;
}

/** tandem.call.released.v1: exactly one per call, its last event. */
export interface CallReleased extends CallCommon {
  readonly cause: Cause | null;
  readonly times: CallTimes | null;
  /** Milliseconds from INVITE to the end. */
  readonly durationMs: number;
  /** Milliseconds from answer to the end; 0 without an answer. */
  readonly billableMs: number;
  readonly finalState: FinalState;
  /** The REL. */
  readonly isup: Isup | null;
}

/** tandem.call.event.omitted.v1: stands at the sequence of an event that could not be sent. */
export interface CallEventOmitted {
  /** UUIDv7 of the call. */
  readonly callId: string;
  /** Sequence of the event it replaces. */
  readonly sequence: number;
  /** Type of the event it replaces. */
  readonly omittedType: string;
  /** What the broker said. */
  readonly reason: string;
}

/** tandem.gateway.delivery.uncertain.v1: the delivered position could not be read from Kafka as expected. */
export interface GatewayDeliveryUncertain {
  readonly nodeId: string;
  /** Journal position after which delivery resumed. */
  readonly from: number;
  /** Journal position believed to be delivered before. */
  readonly to: number;
  /** What was found. */
  readonly reason: string;
}

/** tandem.gateway.journal.degraded.v1: new calls are refused with 503 until it is over. */
export interface GatewayJournalDegraded {
  readonly nodeId: string;
  /** slow, full, failed; empty when it is over. */
  readonly reason: string;
  /** Milliseconds of the last commit. */
  readonly lastCommitMs: number;
  /** Octets used of the limit. */
  readonly usedBytes: number;
  readonly maxBytes: number;
}

export type Presentation = "unspecified" | "allowed" | "restricted" | "unavailable";

export type Screening = "unspecified" | "userNotVerified" | "userPassed" | "userFailed" | "network";

export type NumberSource = "unspecified" | "ruri" | "from" | "pai" | "diversion" | "isup";

export type Side = "unspecified" | "caller" | "callee" | "gateway" | "network";

export type CauseClass = "unspecified" | "normal" | "busy" | "noAnswer" | "rejected" | "invalidNumber" | "congestion" | "networkFailure" | "media" | "timeout" | "policy" | "internal";

export type CauseMapping = "unspecified" | "received" | "derived";

/** A party's number, as it came and as it is understood. */
export interface PartyNumber {
  /** As signalled: the user part of the URI, or the digits of the ISUP number. */
  readonly raw: string;
  /** E.164 with "+"; empty where the number could not be normalised (RFC 3398 §12). */
  readonly e164: string;
  /** Nature of address indicator, Q.763 (12/1999) §3.9: subscriber, unknown, national, international, networkSpecific, …; empty where no ISUP gave it. */
  readonly natureOfAddress: string;
  /** Numbering plan indicator, Q.763 (12/1999) §3.9: isdn, data, telex, private, …; empty where no ISUP gave it. */
  readonly numberingPlan: string;
  /** Display name of the SIP header field. */
  readonly display: string;
  /** Whether the number may be shown, Q.763 (12/1999) §3.10, RFC 3323, RFC 3325. */
  readonly presentation: Presentation;
  /** Who vouches for the number, Q.763 (12/1999) §3.10. */
  readonly screening: Screening;
  /** The header field or parameter that decided. */
  readonly source: NumberSource;
}

/** A number a call was diverted from. */
export interface Redirection {
  readonly number: PartyNumber | null;
  /** Redirecting reason in words, Q.763 (12/1999) §3.45; empty where unknown. */
  readonly reason: string;
}

/** An ISUP message that travelled in the signalling of an event. */
export interface Isup {
  /** IAM, ACM, ANM, REL, … (Q.763 (12/1999) table 4). */
  readonly messageType: string;
  /** What the media type said: itu-t92+, ansi88, … (RFC 3204 §3.1). */
  readonly variant: string;
  /** Parameters by their Q.763 name in camelCase, each with its fields; octets as hex. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The message from its type octet on, as it was on the wire. */
  readonly raw: string;
}

/** Why a call ended, in every notation that is known. */
export interface Cause {
  /** SIP status of the final response; absent where a BYE ended the call. */
  readonly sip: SipStatus | null;
  /** Q.850 cause. */
  readonly q850: Q850Cause | null;
  /** Cause indicators of a REL that was received; absent without one. */
  readonly isup: IsupCause | null;
  /** Values of the Reason header fields received, RFC 3326. */
  readonly reasonHeaders: readonly string[];
  /** Who ended the call. */
  readonly side: Side;
  /** What kind of end it was, for those who do not read cause values. */
  readonly class: CauseClass;
  /** Whether the cause came from the network or was derived by rule. */
  readonly mapping: CauseMapping;
  /** The rule that gave the cause, with its clause. */
  readonly row: string;
  /** More in words, for a person. */
  readonly detail: string;
}

export interface SipStatus {
  /** 300 to 699, RFC 3261 §21. */
  readonly code: number;
  readonly phrase: string;
}

export interface Q850Cause {
  /** 1 to 127, Q.850 §2.2.7. */
  readonly value: number;
  /** Name of the value. */
  readonly text: string;
  /** Location as the token of RFC 8606: U, LPN, LN, TN, RLN, RPN, INTL, BI, LOC-n. */
  readonly location: string;
  /** Coding standard in words: itu, iso, national, local (Q.850 §2.2.2). */
  readonly codingStandard: string;
}

export interface IsupCause {
  /** Cause value of the REL, 1 to 127. */
  readonly value: number;
  /** Location, 0 to 15 (Q.850 §2.2.3). */
  readonly location: number;
  /** Coding standard, 0 to 3 (Q.850 §2.2.2). */
  readonly codingStandard: number;
}

/** Data of each event by its CloudEvents type. */
export interface EventData {
  readonly "tandem.call.incoming.v1": CallIncoming;
  readonly "tandem.call.ringing.v1": CallRinging;
  readonly "tandem.call.answered.v1": CallAnswered;
  readonly "tandem.call.isup.v1": CallIsup;
  readonly "tandem.call.released.v1": CallReleased;
  readonly "tandem.call.event.omitted.v1": CallEventOmitted;
  readonly "tandem.gateway.delivery.uncertain.v1": GatewayDeliveryUncertain;
  readonly "tandem.gateway.journal.degraded.v1": GatewayJournalDegraded;
}
