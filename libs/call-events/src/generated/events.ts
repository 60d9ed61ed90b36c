// Generated from proto/tandem/v1 by tools/generate-events.mjs. Do not edit.

/**
 * Who placed a call.
 * - unspecified: Not known.
 * - inbound: A trunk called us.
 * - outbound: We called a trunk.
 */
export type Direction = "unspecified" | "inbound" | "outbound";

/**
 * States of a call.
 * - unspecified: Not known.
 * - incoming: Accepted for processing, nobody rings yet.
 * - ringing: The called party is being alerted.
 * - answered: Connected.
 * - released: Over.
 * - progress: On its way, with a word of it for the caller; nobody is known to ring.
 */
export type CallStateName = "unspecified" | "incoming" | "ringing" | "answered" | "released" | "progress";

/**
 * How far a call got.
 * - unspecified: Not known.
 * - answered: It was connected.
 * - busy: The called party was busy.
 * - noAnswer: The called party did not answer.
 * - cancelled: The caller gave up before the answer.
 * - rejected: The called party, or a route, turned it down.
 * - failed: Anything else before the answer.
 */
export type FinalState = "unspecified" | "answered" | "busy" | "noAnswer" | "cancelled" | "rejected" | "failed";

/** What every event of a call says of it. */
export interface CallCommon {
  /** UUIDv7 (RFC 9562 §5.7) of the call: all its legs share it, and it is the key of the record. */
  readonly callId: string;
  /** Number of the event in its call, contiguous from 1; `ce_sequence` says the same. */
  readonly sequence: number;
  /** Whether the call came to us or was made by us. */
  readonly direction: Direction;
  /** Trunk of the leg, `id` in the configuration. */
  readonly trunkId: string;
  /** The leg the event is of: a for the one that came in, b1, b2, … for those that went out. */
  readonly legId: string;
  /** The SIP dialog of the leg, RFC 3261 §12. */
  readonly sip: SipDialog;
  /** State of the call after the event. */
  readonly state: CallStateName;
  /** Node of the edge that owns the call, `node` of its configuration; `ce_node` says the same. */
  readonly nodeId: string;
}

/** What names the SIP dialog of a leg, RFC 3261 §12. */
export interface SipDialog {
  /** Call-ID header field, RFC 3261 §20.8. */
  readonly callId: string;
  /** Tag of the caller's side, RFC 3261 §19.3. */
  readonly fromTag: string;
  /** Tag of the called side, RFC 3261 §19.3. */
  readonly toTag: string;
  /** Sequence number of the INVITE's CSeq, RFC 3261 §20.16. */
  readonly cseq: number;
}

/** Where an INVITE came from. */
export interface SipSource {
  /** IP address the datagram came from. Personal data. */
  readonly address: string;
  /** Port the datagram came from, 1 to 65535. */
  readonly port: number;
  /** Transport in small letters (RFC 3261 §20.42): udp, tcp, tls, ws, wss. */
  readonly transport: string;
  /** Listener it came to, `id` in the configuration. */
  readonly listener: string;
}

/** tandem.call.incoming.v1: a valid INVITE was accepted for processing. */
export interface CallIncoming extends CallCommon {
  /** Called party: Request-URI over Called party number, Q.763 (12/1999) §3.9 (RFC 3398 §7.2.1.1). */
  readonly called: PartyNumber;
  /** Calling party: P-Asserted-Identity, else From, over Calling party number, Q.763 (12/1999) §3.10 (RFC 3398 §7.2.1.1). */
  readonly calling: PartyNumber;
  /** Who diverted first: the oldest of the header fields, else Original called number, Q.763 (12/1999) §3.39; absent where the call was not diverted. */
  readonly originalCalled: PartyNumber | null;
  /** Diversions, latest first: Diversion (RFC 5806), else History-Info (RFC 7544), else Redirecting number and Original called number, Q.763 (12/1999) §3.44, §3.39. */
  readonly redirecting: readonly Redirection[];
  /** Header fields of the allow-list by lower-case name, RFC 3261 §7.3; several values joined by ", ". Personal data. */
  readonly headers: Readonly<Record<string, string>>;
  /** Request-URI as it came, RFC 3261 §8.1.1.1. Personal data. */
  readonly ruri: string;
  /** Where the INVITE came from. */
  readonly source: SipSource;
  /** Encoding names of the offered audio in its order, RFC 8866 §6.6; empty without an offer. */
  readonly codecsOffered: readonly string[];
  /** Calling party's category in words, Q.763 (12/1999) §3.11: cpc of the caller's URI (TS 29.163), else of the IAM, else ordinary (RFC 3398 §7.2.1.1). */
  readonly callingPartysCategory: string;
  /** Transmission medium requirement in words, Q.763 (12/1999) §3.54; empty where no ISUP gave it. */
  readonly transmissionMediumRequirement: string;
  /** Hop counter, 0 to 31, Q.763 (12/1999) §3.80: Max-Forwards, and no more than the IAM has (Q.1912.5); absent without Max-Forwards. */
  readonly hopCounter: number | null;
  /** The IAM; absent where the INVITE carried no ISUP. */
  readonly isup: Isup | null;
  /** Whether the offered audio is SRTP (a profile of RFC 3711, RFC 5124); false without an offer. */
  readonly srtpOffered: boolean;
}

/** tandem.call.ringing.v1: the called party is being alerted; once per leg. */
export interface CallRinging extends CallCommon {
  /** Status of the provisional response, 180 to 183, RFC 3261 §21.1. */
  readonly code: number;
  /** Whether the response carried a session description, so that media may flow before the answer (early media, RFC 3960 §1). */
  readonly earlyMedia: boolean;
  /** ACM or CPG of the response, RFC 3398 §7.2.5, §7.2.6, §7.2.9; absent where the peer sends no ISUP. */
  readonly isup: Isup | null;
}

/** tandem.call.progress.v1: the caller is told that the call goes on, before anybody is known to ring; once per distinct state of a leg. */
export interface CallProgress extends CallCommon {
  /** Status of the provisional response, 180 to 183, RFC 3261 §21.1. */
  readonly code: number;
  /** Whether the response carried a session description, so that media may flow before the answer (early media, RFC 3960 §1). */
  readonly earlyMedia: boolean;
  /** ACM or CPG of the response, RFC 3398 §7.2.5, §7.2.6, §7.2.9; absent where the peer sends no ISUP. */
  readonly isup: Isup | null;
}

/** tandem.call.answered.v1: the call is connected; at most one per call. */
export interface CallAnswered extends CallCommon {
  /** When it was decided, RFC 3339 with microseconds, UTC. */
  readonly answeredAt: string;
  /** Milliseconds from ringing to answer, microseconds in the fraction; 0 where nobody rang. */
  readonly ringMs: number;
  /** Post dial delay: milliseconds from INVITE to ringing or progress, to the answer where there was neither; microseconds in the fraction. */
  readonly pddMs: number;
  /** Encoding name of the audio, RFC 8866 §6.6; empty where the offer is ours and its answer not yet here. */
  readonly codec: string;
  /** Connected number, Q.763 (12/1999) §3.16; absent where none was given. */
  readonly connectedNumber: PartyNumber | null;
  /** ANM or CON of the 200, RFC 3398 §7.2.7; absent where the peer sends no ISUP. */
  readonly isup: Isup | null;
}

/** tandem.call.isup.v1: ISUP in a message that yields no other event, such as SUS, RES or USR in INFO, or a SAM that completed the called number. */
export interface CallIsup extends CallCommon {
  /** The message. */
  readonly isup: Isup;
}

/** When a call reached its states; each RFC 3339 with microseconds, UTC, and empty where it did not happen. */
export interface CallTimes {
  /** The INVITE was accepted for processing; RFC 3339, microseconds. */
  readonly createdAt: string;
  /** Alerting was decided; RFC 3339, microseconds; empty where nobody rang. */
  readonly ringingAt: string;
  /** The answer was decided; RFC 3339, microseconds; empty where nobody answered. */
  readonly answeredAt: string;
  /** The end was decided or seen; RFC 3339, microseconds. */
  readonly endedAt: string;
}

/** tandem.call.released.v1: the call is over; exactly one per call, its last event. */
export interface CallReleased extends CallCommon {
  /** Why it ended. */
  readonly cause: Cause;
  /** When it reached its states. */
  readonly times: CallTimes;
  /** Milliseconds from INVITE to the end, microseconds in the fraction. */
  readonly durationMs: number;
  /** Milliseconds from answer to the end, microseconds in the fraction; 0 without an answer. */
  readonly billableMs: number;
  /** How far the call got. */
  readonly finalState: FinalState;
  /** The REL, as received (RFC 3398 §7.2.3) or else as sent (§7.2.4); absent where none was exchanged. */
  readonly isup: Isup | null;
}

/** tandem.call.event.omitted.v1: stands at the sequence of an event that could not be sent. */
export interface CallEventOmitted {
  /** UUIDv7 (RFC 9562 §5.7) of the call, the key of the record. */
  readonly callId: string;
  /** Number of the event it replaces, contiguous from 1 in the call. */
  readonly sequence: number;
  /** CloudEvents type of the event it replaces. */
  readonly omittedType: string;
  /** Why: what limit it broke or what the broker said, and its size in octets. */
  readonly reason: string;
}

/** tandem.gateway.delivery.uncertain.v1: Kafka and the journal did not agree on how far delivery had come: records after position `from`, up to `to`, may be in Kafka twice or not at all. */
export interface GatewayDeliveryUncertain {
  /** Node of the edge, `node` of its configuration. */
  readonly nodeId: string;
  /** Last position in the node's journal whose record is known to be in Kafka once. */
  readonly from: number;
  /** Last position in the node's journal whose record may be in Kafka twice or not at all. */
  readonly to: number;
  /** What was found: offset-missing (Kafka knows no position of this journal), offset-behind, offset-ahead. */
  readonly reason: string;
}

/** tandem.gateway.journal.degraded.v1: the journal cannot keep up, and new calls are refused with 503; or, with an empty reason, this is over. */
export interface GatewayJournalDegraded {
  /** Node of the edge, `node` of its configuration. */
  readonly nodeId: string;
  /** slow (a commit took longer than 200 ms), full (the limit is reached); empty when it is over. */
  readonly reason: string;
  /** Milliseconds the last commit took, microseconds in the fraction. */
  readonly lastCommitMs: number;
  /** Octets the journal uses on disk, write-ahead log included. */
  readonly usedBytes: number;
  /** Octets the journal may use, `journal.maxBytes` of the configuration. */
  readonly maxBytes: number;
}

/**
 * Whether a number may be shown, Q.763 (12/1999) §3.10.
 * - unspecified: Nothing was said of it.
 * - allowed: It may be shown.
 * - restricted: Its owner does not want it shown.
 * - unavailable: The network does not know the number.
 */
export type Presentation = "unspecified" | "allowed" | "restricted" | "unavailable";

/**
 * Who vouches for a number, Q.763 (12/1999) §3.10.
 * - unspecified: Nothing was said of it.
 * - userNotVerified: Given by the user, nobody checked it.
 * - userPassed: Given by the user, checked and good.
 * - userFailed: Given by the user, checked and not good.
 * - network: Given by the network.
 */
export type Screening = "unspecified" | "userNotVerified" | "userPassed" | "userFailed" | "network";

/**
 * Where a number was read.
 * - unspecified: There is no number.
 * - ruri: Request-URI, RFC 3261 §8.1.1.1.
 * - from: From, RFC 3261 §20.20.
 * - pai: P-Asserted-Identity, RFC 3325 §9.1.
 * - diversion: Diversion, RFC 5806.
 * - isup: A number parameter of the ISUP message, Q.763 (12/1999) §3.9.
 * - historyInfo: History-Info, RFC 7044.
 */
export type NumberSource = "unspecified" | "ruri" | "from" | "pai" | "diversion" | "isup" | "historyInfo";

/**
 * Who ended a call.
 * - unspecified: Not known.
 * - caller: The party that placed the call.
 * - callee: The party that was called.
 * - gateway: Tandem itself: a route, a limit, a fault, its end.
 * - network: A network on the way.
 */
export type Side = "unspecified" | "caller" | "callee" | "gateway" | "network";

/**
 * Kinds of ends.
 * - unspecified: Not known.
 * - normal: A party hung up, or any end that is no failure.
 * - busy: The called party is busy.
 * - noAnswer: The called party did not answer.
 * - rejected: The called party, or a route, turned the call down.
 * - invalidNumber: The number leads nowhere.
 * - congestion: No circuit, port or capacity.
 * - networkFailure: A network failed.
 * - media: Media could not be agreed on or carried.
 * - timeout: A timer ran out.
 * - policy: Not allowed, not subscribed, not offered.
 * - internal: Tandem failed or was stopped.
 */
export type CauseClass = "unspecified" | "normal" | "busy" | "noAnswer" | "rejected" | "invalidNumber" | "congestion" | "networkFailure" | "media" | "timeout" | "policy" | "internal";

/**
 * Where a cause comes from.
 * - unspecified: Not known.
 * - received: The peer said it, in Reason or in a REL.
 * - derived: A rule gave it.
 */
export type CauseMapping = "unspecified" | "received" | "derived";

/** A party's number, as it came and as it is understood. */
export interface PartyNumber {
  /** As signalled: the user part of the URI, or the digits of the ISUP number; empty where none was given, or it is restricted and masked (`numbers.restricted` of the trunk). Personal data. */
  readonly raw: string;
  /** E.164 with "+"; empty where the number could not be normalised (RFC 3398 §12). Personal data. */
  readonly e164: string;
  /** Nature of address indicator in words, Q.763 (12/1999) §3.9: subscriber, unknown, national, international, networkSpecific, …; international for a number that a URI gives with "+" (RFC 3398 §12.2); empty where neither says it. */
  readonly natureOfAddress: string;
  /** Numbering plan indicator in words, Q.763 (12/1999) §3.9: isdn, data, telex, private, …; isdn for a number that a URI gives with "+"; empty where neither says it. */
  readonly numberingPlan: string;
  /** Display name of the SIP header field (RFC 3261 §20.10); empty without one. Personal data. */
  readonly display: string;
  /** Whether the number may be shown: Privacy (RFC 3323, RFC 3325 §9.3), else the address presentation restricted indicator, Q.763 (12/1999) §3.10. */
  readonly presentation: Presentation;
  /** Who vouches for the number: screening indicator, Q.763 (12/1999) §3.10, else network for P-Asserted-Identity (RFC 3325 §9.1); unspecified where neither says it. */
  readonly screening: Screening;
  /** The header field or parameter that `raw` and `e164` come from. */
  readonly source: NumberSource;
}

/** A number a call was diverted from. */
export interface Redirection {
  /** The diverting party: Diversion (RFC 5806), History-Info (RFC 7544), or Redirecting number, Q.763 (12/1999) §3.44. */
  readonly number: PartyNumber;
  /** Redirecting reason in words, Q.763 (12/1999) §3.45, whatever told of it: userBusy, noReply, unconditional, deflectionDuringAlerting, deflectionImmediate, mobileNotReachable; "unknown" where none was given. */
  readonly reason: string;
  /** Diversions that this one stands for, more than 1 where some between told no number: counter of Diversion (RFC 5806), or what Redirection counter, Q.763 (12/1999) §3.45, leaves to it; absent where it is no number. */
  readonly count: number | null;
}

/** An ISUP message that travelled in the signalling of an event. */
export interface Isup {
  /** IAM, ACM, ANM, REL, … (Q.763 (12/1999) table 4); "unknown" where the code has no name here, "undecodable" where only `raw` is known. */
  readonly messageType: string;
  /** Base, else version, of the body's media type (RFC 3204 §3.1): itu-t92+, ansi88, …; the trunk's where the media type names none. */
  readonly variant: string;
  /** Parameters by their Q.763 (12/1999) §3 name in camelCase, each with its fields; `unknown` lists those without a name here; octets as base64. Personal data. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The message from its message type code on (Q.763 (12/1999) §1.3), as it was on the wire, or without the digits that are masked; base64; empty where it cannot be shown without them. Personal data. */
  readonly raw: string;
}

/** Why a call ended, in every notation that is known. */
export interface Cause {
  /** Status of the final response to the INVITE, RFC 3261 §21; absent where the call had been answered. */
  readonly sip: SipStatus | null;
  /** The cause in the words of Q.850: from Reason or REL where one came (`mapping` received), else by RFC 3398. */
  readonly q850: Q850Cause;
  /** Cause indicators of the REL received, Q.763 (12/1999) §3.12; absent where none came. */
  readonly isup: IsupCause | null;
  /** Values of the Reason header fields received, one each, RFC 3326 §2. Personal data. */
  readonly reasonHeaders: readonly string[];
  /** Who ended the call. */
  readonly side: Side;
  /** What kind of end it was, for those who do not read cause values. */
  readonly class: CauseClass;
  /** Whether `q850` came from the network or was derived by rule. */
  readonly mapping: CauseMapping;
  /** The rule that gave `q850`, with its clause: a row of the trunk's own, or of its profile's tables (RFC 3398, Q.1912.5), or what the gateway did. */
  readonly row: string;
  /** More in words, for a person; empty where there is nothing to add. */
  readonly detail: string;
}

/** A final response, RFC 3261 §21. */
export interface SipStatus {
  /** 300 to 699, RFC 3261 §21. */
  readonly code: number;
  /** Reason phrase, RFC 3261 §7.2. */
  readonly phrase: string;
}

/** A cause as Q.850 words it. */
export interface Q850Cause {
  /** Cause value, 1 to 127, Q.850 (05/1998) §2.2.7. */
  readonly value: number;
  /** Name of the value, Q.850 (05/1998) §2.2.7. */
  readonly text: string;
  /** Location, Q.850 (05/1998) §2.2.3, as the token of RFC 8606 §3: U, LPN, LN, TN, RLN, RPN, INTL, BI, LOC-n. */
  readonly location: string;
  /** Coding standard in words, Q.850 (05/1998) §2.2.2: itu, iso, national, local. */
  readonly codingStandard: string;
}

/** Cause indicators of a REL, as numbers. */
export interface IsupCause {
  /** Cause value, 0 to 127, Q.763 (12/1999) §3.12. */
  readonly value: number;
  /** Location, 0 to 15, Q.763 (12/1999) §3.12. */
  readonly location: number;
  /** Coding standard, 0 to 3, Q.763 (12/1999) §3.12. */
  readonly codingStandard: number;
}

/** Data of each event by its CloudEvents type. */
export interface EventData {
  readonly "tandem.call.incoming.v1": CallIncoming;
  readonly "tandem.call.ringing.v1": CallRinging;
  readonly "tandem.call.progress.v1": CallProgress;
  readonly "tandem.call.answered.v1": CallAnswered;
  readonly "tandem.call.isup.v1": CallIsup;
  readonly "tandem.call.released.v1": CallReleased;
  readonly "tandem.call.event.omitted.v1": CallEventOmitted;
  readonly "tandem.gateway.delivery.uncertain.v1": GatewayDeliveryUncertain;
  readonly "tandem.gateway.journal.degraded.v1": GatewayJournalDegraded;
}
