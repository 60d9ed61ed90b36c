import { ok as assert } from "node:assert";
import type { Isup } from "@tandem/call-events";
import { isCallerHidden } from "@tandem/interworking";
import { announcesSegment, type IsupMessage, type IsupMessageOf } from "@tandem/isup";
import type {
  Flow,
  InviteServerSession,
  InviteServerSessionListener,
  InviteUsage,
  Reply,
  Responder,
  SessionLoss,
  SipRequest,
} from "@tandem/sip";
import type { CallLeg } from "../calls/call.ts";
import type { CallFact, CallInput, Decision } from "../calls/call-machine.ts";
import type { FactDetails, LegCommon } from "../calls/details.ts";
import type { LegAct, ReleaseCause, Setup } from "../calls/primitives.ts";
import type { TrunkConfig } from "../config/config.ts";
import type { EchoPorts } from "../media/echo-ports.ts";
import type { Counters } from "../telemetry/counters.ts";
import { lossCause, receivedCause, reject } from "./cause.ts";
import { readLegBody, type LegBody, type UnreadableBody } from "./leg-body.ts";
import { LegContent, relOf } from "./leg-content.ts";
import { withSegment, type IsupAnswers, type ReadIsup } from "./leg-isup.ts";
import { LegMedia } from "./leg-media.ts";
import { maskedDetails } from "./masking.ts";
import { incomingDetails, setupOf } from "./setup.ts";

export interface SipLegParts {
  readonly media: EchoPorts;
  readonly isup: IsupAnswers;
  readonly counters: Counters;
  readonly newSessionId: () => string;
}

/** Told what befalls a set-up that is not complete: digits, or a segment of its IAM, are still to come. */
export interface Collection {
  /** Some of it came. */
  onMore(): void;
  /** The set-up ends before its number is complete. */
  onEnd(decision: Decision): void;
}

/** ISUP messages kept of a set-up that is not complete: a number in single digits has fewer. */
const EARLY_MESSAGES_MAX = 64;

/** Messages that say more to a call than that they came. */
const PRIMITIVES: Readonly<Partial<Record<string, "suspend" | "resume">>> = { SUS: "suspend", RES: "resume" };

/**
 * The caller's leg: an INVITE and what becomes of it, between SIP with ISUP and the neutral words of the call
 * (RFC 3398 §7). It knows status codes, bodies and the profile of its trunk; the call does not.
 */
export class SipLeg implements CallLeg, InviteServerSessionListener {
  readonly common: LegCommon;
  /** Offer and answer inside the call. */
  readonly session: LegMedia;
  readonly #session: InviteServerSession;
  readonly #trunk: TrunkConfig;
  readonly #parts: SipLegParts;
  #iam: ReadIsup | undefined;
  /** The IAM has announced a segment that is not there (Q.764 (12/1999) §2.1.12). */
  #awaitsSegment: boolean;
  readonly #content: LegContent;
  readonly #origin: Parameters<typeof incomingDetails>[3];
  #setup: Setup;
  /** Needed once: a call may last for hours. */
  #incoming: FactDetails["incoming"] | undefined;
  /** Digits of SAMs, and whether the last one said that there are no more. */
  #moreDigits = "";
  #hasSt: boolean;
  /** An 18x has said what an ACM says. */
  #hasSentAcm = false;
  /** Our description has left in a reliable 18x: the 200 has none. */
  #isDescribed = false;
  /** The caller hears itself before the answer. */
  #hasEarlyMedia = false;
  /** Set while the set-up is not complete, before there is a call. */
  collection: Collection | undefined;
  #usage: InviteUsage | undefined;
  #input: ((input: CallInput) => void) | undefined;
  #pending: { readonly type: "bye" | "cancel" | "info"; readonly respond: Responder }[] = [];
  /** ISUP that came on its own and is in no event yet. */
  readonly #messages: Isup[] = [];
  #releaseIsup: Isup | undefined;
  /** Of the caller's own release, for the REL of the 487. */
  #cause: ReleaseCause | undefined;

  /** Reads the INVITE's body; what it may not hold is answered here (RFC 5621 §4: 415). */
  static read(
    session: InviteServerSession,
    trunk: TrunkConfig,
    parts: SipLegParts,
  ): { readonly ok: true; readonly leg: SipLeg } | UnreadableBody {
    const { request } = session;
    const read = readLegBody(request, trunk, parts.counters, isCallerHidden(request));
    return read.ok ? { ok: true, leg: new SipLeg(session, trunk, parts, read.body) } : read;
  }

  private constructor(session: InviteServerSession, trunk: TrunkConfig, parts: SipLegParts, body: LegBody) {
    const { request, flow } = session;
    this.#session = session;
    this.#trunk = trunk;
    this.#parts = parts;
    this.#iam = body.isup;
    this.#content = new LegContent(trunk, parts.isup, body.isup?.dialect);
    this.common = {
      direction: "inbound",
      trunkId: trunk.id,
      legId: "a",
      sip: {
        callId: request.callId ?? "",
        fromTag: request.fromTag ?? "",
        toTag: session.tag,
        cseq: request.cseq?.sequenceNumber ?? 0,
      },
    };
    this.session = new LegMedia(parts.media, flow.listener, parts.newSessionId(), body.sdp);
    const audio = this.session.offeredAudio;
    const codecsOffered =
      audio?.formats.flatMap(({ encoding }) => (encoding === undefined ? [] : [encoding])) ?? [];
    const srtpOffered = audio?.protocol.includes("SAVP") ?? false;
    const transport = flow.transport.toLowerCase();
    const source = { address: flow.remoteAddress, port: flow.remotePort, transport, listener: flow.listener };
    this.#origin = { source, codecsOffered, srtpOffered };
    this.#awaitsSegment = body.isup?.message !== undefined && announcesSegment(body.isup.message);
    const behind = body.subsequent.filter(({ message }) => !this.#takeSegment(message));
    this.#setup = this.#read();
    // The Request-URI has their digits already (RFC 3578 §3.2).
    this.#messages.push(...behind.map(({ event }) => event));
    const last = behind.findLast(({ message }) => message?.messageType === "SAM")?.message;
    this.#hasSt =
      (last?.parameters.subsequentNumber ?? body.isup?.message?.parameters.calledPartyNumber)?.stSignal ??
      false;
    session.listener = this;
  }

  get flow(): Flow {
    return this.#session.flow;
  }

  get setup(): Setup {
    return this.#setup;
  }

  /** Whether ISUP has said that the called number is complete (Q.763 (12/1999) §3.9 c). */
  get hasSt(): boolean {
    return this.#hasSt;
  }

  get awaitsSegment(): boolean {
    return this.#awaitsSegment;
  }

  /** T34: the IAM is all there is; its segment, should it come after all, is a message of its own. */
  goOnWithoutSegment(): void {
    this.#awaitsSegment = false;
    this.#parts.counters.add("tandem_isup_segments_missing_total");
  }

  get earlyMessages(): number {
    return this.#messages.length;
  }

  /** What the INVITE and all digits behind it say. */
  #read(): Setup {
    const { request } = this.#session;
    const message = this.#iam?.message;
    const iam = message?.messageType === "IAM" ? message : undefined;
    const sources = { request, iam, moreDigits: this.#moreDigits };
    const setup = setupOf(sources, this.#iam?.event, this.#trunk);
    const details = incomingDetails(request, iam, setup, this.#origin);
    this.#incoming = this.#trunk.numbers.restricted === "mask" ? maskedDetails(details) : details;
    return setup;
  }

  /** Makes the dialog that SAMs and segments in INFO need, for a caller who may send them (RFC 3398 §13.1). */
  expectMore(): void {
    if (this.#iam === undefined) return;
    // Without a port for the offer that is due there is no dialog, and only INVITEs bring more digits.
    if (this.#isOfferDue && this.prepareAnswer() !== undefined) return;
    this.#session.progress({ status: 183, ...this.#content.of({ sdp: this.#takeOffer() }) });
  }

  /** Gives way to an INVITE of the same call with more digits: 484 (RFC 3578 §3.5). What came on its own goes over. */
  giveWayTo(later: SipLeg): void {
    later.#messages.unshift(...this.#messages);
    this.turnAway({ status: 484 });
  }

  /** Ends a set-up that has become no call. */
  turnAway(reply: Reply): void {
    this.collection = undefined;
    this.#session.reject(reply);
    this.close();
  }

  attach(input: (input: CallInput) => void): void {
    this.#input = input;
    this.collection = undefined;
  }

  /** Takes a port and makes the SDP the answer will carry; a cause where that cannot be. */
  prepareAnswer(): ReleaseCause | undefined {
    return this.#isDescribed ? undefined : this.session.prepare();
  }

  detailsOf<T extends CallFact["type"]>(type: T, fact: Extract<CallFact, { type: T }>): FactDetails[T];
  detailsOf(type: CallFact["type"], fact: CallFact): FactDetails[CallFact["type"]] {
    const content = this.#content;
    switch (type) {
      case "incoming":
        return this.#takeIncoming();
      case "ringing":
        this.#hasSentAcm = true;
        return {
          code: 180,
          earlyMedia: this.#isOfferDue,
          isup: content.event((answers, dialect) => answers.acm(dialect)),
        };
      case "progress": {
        this.#hasSentAcm = true;
        const earlyMedia = this.#mayDescribe;
        return {
          code: 183,
          earlyMedia,
          isup: content.event((answers, dialect) => answers.earlyAcm(dialect, earlyMedia)),
        };
      }
      case "answered":
        return {
          codec: this.session.encoding,
          connectedNumber: null,
          isup: content.event((answers, dialect) => answers.anm(dialect, this.#hasSentAcm)),
        };
      case "isup": {
        const message = this.#messages.shift();
        assert(message !== undefined, "information without ISUP");
        return { isup: message };
      }
      case "released":
        return { isup: this.#releaseIsup ?? (fact.type === "released" ? this.#ownRel(fact.cause) : null) };
    }
  }

  perform(act: LegAct): void {
    switch (act.type) {
      case "alert":
        this.#alert();
        return;
      case "progress":
        this.#progress();
        return;
      case "answer":
        this.#answer();
        return;
      case "refuse":
      case "release":
        this.#end(act.cause);
        return;
      case "confirmRelease":
        this.#confirmRelease();
        return;
      case "confirmInformation":
        this.#confirmInformation();
        return;
    }
  }

  close(): void {
    this.session.release();
    // What came between the end and its confirmation belongs to no call any more (RFC 3261 §12.2.2).
    for (const { respond } of this.#pending.splice(0)) respond({ status: 481 });
  }

  /** An answer that came with it has reached the media already. */
  onAck(request: SipRequest): void {
    this.onCarried(request);
  }

  /** An offer and its answer have met: in the ACK, in a re-INVITE, UPDATE or PRACK. Before the answer early media alone is heard. */
  onSessionChanged(): void {
    if (this.#usage !== undefined || this.#hasEarlyMedia) this.session.connect();
  }

  onSessionLost(reason: SessionLoss): void {
    this.#input?.({ type: "clear", cause: lossCause(reason) });
  }

  /** RFC 3262 §3: a caller that asked for reliable responses, and acknowledges none. */
  onPrackTimeout(): void {
    this.#giveUp(reject({ status: 504, q850: 102, detail: "no PRACK" }));
  }

  /** RFC 3261 §13.3.1: the caller wanted an answer sooner. */
  onExpired(): void {
    this.#giveUp(reject({ status: 487, q850: 102, detail: "the INVITE has expired" }));
  }

  #giveUp(cause: ReleaseCause): void {
    if (this.collection === undefined) this.#input?.({ type: "clear", cause });
    else this.collection.onEnd({ type: "refuse", cause });
  }

  onAckTimeout(): void {
    this.#input?.({ type: "clear", cause: lossCause("no-ack") });
  }

  onBye(request: SipRequest, respond: Responder): void {
    this.#pending.push({ type: "bye", respond });
    const cause = this.#causeOf("BYE", request, this.#session.finalStatus === undefined ? 487 : undefined);
    if (this.collection === undefined) this.#input?.({ type: "release", cause });
    else this.collection.onEnd({ type: "abandoned", cause });
  }

  onCancel(request: SipRequest, respond: Responder): void {
    this.#pending.push({ type: "cancel", respond });
    const cause = this.#causeOf("CANCEL", request, 487);
    if (this.collection === undefined) this.#input?.({ type: "abandon", cause });
    else this.collection.onEnd({ type: "abandoned", cause });
  }

  /** ISUP that SIP has no message for (RFC 3398 §13.1). A second one may come before the first is answered: each is its own. */
  onInfo(request: SipRequest, respond: Responder): void {
    const read = readLegBody(request, this.#trunk, this.#parts.counters);
    if (!read.ok) {
      respond(read.reply);
      return;
    }
    const { isup } = read.body;
    // RFC 6086 §4.2.2: an INFO without a package and without a body we know.
    if (isup === undefined) respond({ status: 200 });
    else if (this.collection === undefined) this.#inform(isup.event, respond);
    else this.#collect(isup, this.collection, respond);
  }

  /** ISUP beside a description, or alone, in a request that the session itself answers (RFC 3398 §9). */
  onCarried(request: SipRequest): void {
    const read = readLegBody(request, this.#trunk, this.#parts.counters);
    if (!read.ok || read.body.isup === undefined) return;
    if (this.collection === undefined) this.#inform(read.body.isup.event, () => undefined);
    else this.#collect(read.body.isup, this.collection, () => undefined);
  }

  #inform(event: Isup, respond: Responder): void {
    this.#pending.push({ type: "info", respond });
    this.#messages.push(event);
    this.#input?.({ type: PRIMITIVES[event.messageType] ?? "information" });
  }

  /** There is no call yet whose event could be waited for, and the next SAM waits for this answer. */
  #collect(isup: ReadIsup, collection: Collection, respond: Responder): void {
    const { message } = isup;
    const isSegment = this.#takeSegment(message);
    const isKept = isSegment || this.#keep(isup.event);
    respond({ status: isKept ? 200 : 500 });
    if (isSegment) this.#setup = this.#read();
    const hasMore = isSegment || (isKept && message?.messageType === "SAM" && this.#takeDigits(message));
    if (hasMore) collection.onMore();
  }

  #takeDigits({ parameters }: IsupMessageOf<"SAM">): boolean {
    const { digits, stSignal } = parameters.subsequentNumber;
    this.#moreDigits += digits;
    this.#hasSt = stSignal;
    this.#setup = this.#read();
    return digits !== "" || stSignal;
  }

  /** The segment that is waited for becomes a part of the IAM. */
  #takeSegment(message: IsupMessage | undefined): boolean {
    if (!this.#awaitsSegment || this.#iam === undefined || message?.messageType !== "SGM") return false;
    this.#awaitsSegment = false;
    this.#iam = withSegment(this.#iam, message, this.#trunk, isCallerHidden(this.#session.request));
    return true;
  }

  #keep(event: Isup): boolean {
    const hasRoom = this.#messages.length < EARLY_MESSAGES_MAX;
    if (hasRoom) this.#messages.push(event);
    else this.#parts.counters.add("tandem_isup_ignored_total", "too-many", "any");
    return hasRoom;
  }

  onResponseLost(): void {
    // The final response was never acknowledged: its call has ended already, and nobody is left to tell.
  }

  #alert(): void {
    const content = this.#content.of({ sdp: this.#takeOffer() }, (answers, dialect) => answers.acm(dialect));
    this.#session.progress({ status: 180, ...content });
  }

  /** RFC 3262 §5: where the INVITE has no offer, the first reliable response has ours. */
  get #isOfferDue(): boolean {
    return !this.#isDescribed && this.#session.isProgressReliable && this.session.offers;
  }

  /** Whether a 183 has a description: our answer at any time, our offer where it is due. */
  get #mayDescribe(): boolean {
    return this.session.offers ? this.#isOfferDue : !this.#isDescribed;
  }

  /** Our offer where it is due, once. */
  #takeOffer(): Uint8Array | undefined {
    const isDue = this.#isOfferDue;
    this.#isDescribed ||= isDue;
    return isDue ? this.session.description : undefined;
  }

  /** RFC 3960 §3: media before the answer. A reliable 183 settles the descriptions, any other says what the 200 says again. */
  #progress(): void {
    const hasMedia = this.#mayDescribe;
    const sdp = hasMedia ? this.session.description : undefined;
    this.#isDescribed ||= hasMedia && this.#session.isProgressReliable;
    this.#hasEarlyMedia = true;
    const content = this.#content.of({ sdp }, (answers, dialect) => answers.earlyAcm(dialect, hasMedia));
    this.#session.progress({ status: 183, ...content });
    this.session.connect();
  }

  #answer(): void {
    this.session.connect();
    const sdp = this.#isDescribed ? undefined : this.session.description;
    const content = this.#content.of({ sdp }, (answers, dialect) => answers.anm(dialect, this.#hasSentAcm));
    this.#usage = this.#session.accept({ status: 200, ...content });
  }

  /** From our side: BYE where the answer has left, a final response where it has not. */
  #end(cause: ReleaseCause): void {
    for (const { respond } of this.#pending.splice(0)) respond({ status: 200 });
    const content = this.#content.ofEnd(cause);
    if (this.#usage !== undefined) this.#usage.bye(content, () => undefined);
    else this.#session.reject({ status: cause.sip?.code ?? 503, ...content });
  }

  /** The oldest: each waits for its own event. */
  #confirmInformation(): void {
    const at = this.#pending.findIndex(({ type }) => type === "info");
    const [due] = at < 0 ? [] : this.#pending.splice(at, 1);
    due?.respond({ status: 200 });
  }

  #confirmRelease(): void {
    const due = this.#pending.filter(({ type }) => type !== "info");
    this.#pending = this.#pending.filter(({ type }) => type === "info");
    for (const { type, respond } of due) {
      const hasRlc = type === "bye" && this.#trunk.isup.rlc;
      const content = hasRlc ? this.#content.of({}, (answers, dialect) => answers.rlc(dialect)) : {};
      respond({ status: 200, ...content });
      // RFC 3261 §9.2, §15.1.2: a set-up that was cancelled, or ended by an early BYE, is answered 487.
      if (this.#session.finalStatus === undefined)
        this.#session.reject({ status: 487, ...this.#content.rel(this.#cause) });
    }
  }

  #causeOf(method: "BYE" | "CANCEL", request: SipRequest, status: number | undefined): ReleaseCause {
    const read = readLegBody(request, this.#trunk, this.#parts.counters);
    const isup = read.ok ? read.body.isup : undefined;
    const rel = isup?.message?.messageType === "REL" ? isup.message.parameters.causeIndicators : undefined;
    const reasons = request.list("reason") ?? [];
    this.#releaseIsup = isup?.event;
    this.#cause = receivedCause({ method, reasons, rel }, status, this.#trunk.causes);
    return this.#cause;
  }

  #takeIncoming(): FactDetails["incoming"] {
    const incoming = this.#incoming;
    if (incoming === undefined) throw new TypeError("a call comes in once");
    this.#incoming = undefined;
    return incoming;
  }

  /** The REL that we send: with a final response or our BYE, not with the 200 to the caller's BYE. */
  #ownRel(cause: ReleaseCause): Isup | null {
    const isConfirmed = cause.side === "caller" && cause.sip === null;
    return isConfirmed ? null : this.#content.event((answers, dialect) => relOf(cause, answers, dialect));
  }
}
