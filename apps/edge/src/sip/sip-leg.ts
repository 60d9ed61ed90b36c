import { ok as assert } from "node:assert";
import type { Isup } from "@tandem/call-events";
import {
  ACCEPTED_TYPES,
  buildBody,
  readBody,
  reasonHeader,
  type BodyOptions,
  type BuiltBody,
  isCallerHidden,
} from "@tandem/interworking";
import type {
  HeaderField,
  InviteServerSession,
  InviteServerSessionListener,
  InviteUsage,
  Reply,
  Responder,
  SessionLoss,
  SipRequest,
} from "@tandem/sip";
import type { CallLeg } from "../calls/call.ts";
import type { CallFact, CallInput } from "../calls/call-machine.ts";
import type { FactDetails, LegCommon } from "../calls/details.ts";
import type { LegAct, ReleaseCause, Setup } from "../calls/primitives.ts";
import type { TrunkConfig } from "../config/config.ts";
import type { EchoPorts } from "../media/echo-ports.ts";
import { causeOf, OWN_LOCATION, receivedCause, reject } from "./cause.ts";
import { readIsup, type CarriedIsup, type IsupAnswers, type IsupDialect, type ReadIsup } from "./leg-isup.ts";
import { LegMedia } from "./leg-media.ts";
import { maskedDetails } from "./masking.ts";
import { incomingDetails, setupOf } from "./setup.ts";

export interface SipLegParts {
  readonly media: EchoPorts;
  readonly isup: IsupAnswers;
  readonly newSessionId: () => string;
}

/** An INVITE whose body cannot be dealt with: answered at once, no call. */
export interface UnreadableInvite {
  readonly ok: false;
  readonly reply: Reply;
  readonly reason: string;
  readonly detail: string;
}

/**
 * The caller's leg: an INVITE and what becomes of it, between SIP with ISUP and the neutral words of the call
 * (RFC 3398 §7). It knows status codes, bodies and the profile of its trunk; the call does not.
 */
export class SipLeg implements CallLeg, InviteServerSessionListener {
  readonly setup: Setup;
  readonly common: LegCommon;
  /** Offer and answer inside the call. */
  readonly session: LegMedia;
  readonly #session: InviteServerSession;
  readonly #trunk: TrunkConfig;
  readonly #parts: SipLegParts;
  readonly #iam: ReadIsup | undefined;
  /** Needed once: a call may last for hours. */
  #incoming: FactDetails["incoming"] | undefined;
  #usage: InviteUsage | undefined;
  #input: ((input: CallInput) => void) | undefined;
  #pending: { readonly type: "bye" | "cancel" | "info"; readonly respond: Responder }[] = [];
  #information: Isup | undefined;
  #releaseIsup: Isup | undefined;
  /** Of the caller's own release, for the REL of the 487. */
  #cause: ReleaseCause | undefined;

  /** Reads the INVITE's body; what it may not hold is answered here (RFC 5621 §4: 415). */
  static read(
    session: InviteServerSession,
    trunk: TrunkConfig,
    parts: SipLegParts,
  ): { readonly ok: true; readonly leg: SipLeg } | UnreadableInvite {
    const { request } = session;
    const read = readBody(
      request.header("content-type"),
      request.body,
      request.header("content-disposition"),
      bodyOptionsOf(trunk),
    );
    if (!read.ok) {
      const { status, code, message } = read.error;
      return { ok: false, reply: { status }, reason: code, detail: message };
    }
    const [foreign] = read.body.unsupportedRequired;
    if (foreign !== undefined) {
      const reply: Reply = { status: 415, headers: [["Accept", ACCEPTED_TYPES.join(", ")]] };
      return { ok: false, reply, reason: "unsupported-media-type", detail: foreign.mediaType };
    }
    const { sdp, isup } = read.body;
    return {
      ok: true,
      leg: new SipLeg(session, trunk, parts, isup && readIsup(isup, trunk, isCallerHidden(request)), sdp),
    };
  }

  private constructor(
    session: InviteServerSession,
    trunk: TrunkConfig,
    parts: SipLegParts,
    iam: ReadIsup | undefined,
    offer: Uint8Array | undefined,
  ) {
    this.#session = session;
    this.#trunk = trunk;
    this.#parts = parts;
    this.#iam = iam;
    const { request, flow } = session;
    const message = iam?.message;
    this.setup = setupOf(request, message?.messageType === "IAM" ? message : undefined, iam?.event, trunk);
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
    this.session = new LegMedia(parts.media, flow.listener, parts.newSessionId(), offer);
    const audio = this.session.offeredAudio;
    const codecsOffered =
      audio?.formats.flatMap(({ encoding }) => (encoding === undefined ? [] : [encoding])) ?? [];
    const srtpOffered = audio?.protocol.includes("SAVP") ?? false;
    const transport = flow.transport.toLowerCase();
    const source = { address: flow.remoteAddress, port: flow.remotePort, transport, listener: flow.listener };
    const details = incomingDetails(request, message, this.setup, { source, codecsOffered, srtpOffered });
    this.#incoming = trunk.numbers.restricted === "mask" ? maskedDetails(details) : details;
    session.listener = this;
  }

  attach(input: (input: CallInput) => void): void {
    this.#input = input;
  }

  /** Takes a port and makes the SDP the answer will carry; a cause where that cannot be. */
  prepareAnswer(): ReleaseCause | undefined {
    return this.session.prepare();
  }

  detailsOf<T extends CallFact["type"]>(type: T, fact: Extract<CallFact, { type: T }>): FactDetails[T];
  detailsOf(type: CallFact["type"], fact: CallFact): FactDetails[CallFact["type"]] {
    const dialect = this.#iam?.dialect;
    const { isup } = this.#parts;
    switch (type) {
      case "incoming":
        return this.#takeIncoming();
      case "ringing":
        return { code: 180, earlyMedia: false, isup: dialect === undefined ? null : isup.acm(dialect).event };
      case "answered":
        return {
          codec: this.session.encoding,
          connectedNumber: null,
          isup: dialect === undefined ? null : isup.anm(dialect).event,
        };
      case "isup":
        assert(this.#information !== undefined, "information without ISUP");
        return { isup: this.#information };
      case "released":
        return { isup: this.#releaseIsup ?? (fact.type === "released" ? this.#ownRel(fact.cause) : null) };
    }
  }

  perform(act: LegAct): void {
    switch (act.type) {
      case "alert":
        this.#session.progress({
          status: 180,
          ...this.#content({}, (answers, dialect) => answers.acm(dialect)),
        });
        return;
      case "answer":
        this.#answer();
        return;
      case "refuse":
      case "release":
        this.#end(act.cause);
        return;
      case "confirmRelease":
        this.#confirm("bye");
        this.#confirm("cancel");
        return;
      case "confirmInformation":
        this.#confirm("info");
        return;
    }
  }

  close(): void {
    this.session.release();
    // What came between the end and its confirmation belongs to no call any more (RFC 3261 §12.2.2).
    for (const { respond } of this.#pending.splice(0)) respond({ status: 481 });
  }

  onAck(): void {
    // An answer that came with it has reached the media already.
  }

  /** An offer and its answer have met: in the ACK, in a re-INVITE, UPDATE or PRACK. */
  onSessionChanged(): void {
    this.session.connect();
  }

  onSessionLost(reason: SessionLoss): void {
    const isExpired = reason !== "no-usable-answer";
    // The call is answered: a BYE ends it, which has no status.
    const cause = causeOf({
      side: "gateway",
      mapping: "derived",
      q850: isExpired ? 102 : 65,
      row: isExpired ? "RFC 4028 §10: session not refreshed → 102" : "set by the gateway",
      detail: isExpired ? "the session was not refreshed" : "no usable answer in the ACK",
    });
    this.#input?.({ type: "clear", cause });
  }

  /** RFC 3262 §3: a caller that asked for reliable responses, and acknowledges none. */
  onPrackTimeout(): void {
    this.#input?.({ type: "clear", cause: reject({ status: 504, q850: 102, detail: "no PRACK" }) });
  }

  onAckTimeout(): void {
    const row = "RFC 3398 §7.1.4: 200 never acknowledged → 102";
    const cause = causeOf({
      side: "gateway",
      mapping: "derived",
      q850: 102,
      row,
      detail: "no ACK to the 200",
    });
    this.#input?.({ type: "clear", cause });
  }

  onBye(request: SipRequest, respond: Responder): void {
    this.#pending.push({ type: "bye", respond });
    const cause = this.#causeOf(request, this.#session.finalStatus === undefined ? 487 : undefined);
    this.#input?.({ type: "release", cause });
  }

  onCancel(request: SipRequest, respond: Responder): void {
    this.#pending.push({ type: "cancel", respond });
    this.#input?.({ type: "abandon", cause: this.#causeOf(request, 487) });
  }

  onInfo(request: SipRequest, respond: Responder): void {
    const read = readBody(
      request.header("content-type"),
      request.body,
      request.header("content-disposition"),
      bodyOptionsOf(this.#trunk),
    );
    if (!read.ok) {
      respond({ status: read.error.status });
      return;
    }
    const { isup, unsupportedRequired } = read.body;
    if (isup === undefined) {
      // RFC 6086 §4.2.2: an INFO without a package and without a body we know.
      const [foreign] = unsupportedRequired;
      respond(
        foreign === undefined
          ? { status: 200 }
          : { status: 415, headers: [["Accept", ACCEPTED_TYPES.join(", ")]] },
      );
      return;
    }
    this.#pending.push({ type: "info", respond });
    this.#information = readIsup(isup, this.#trunk).event;
    this.#input?.({ type: "information" });
  }

  onResponseLost(): void {
    // The final response was never acknowledged: its call has ended already, and nobody is left to tell.
  }

  #answer(): void {
    this.session.connect();
    const content = this.#content({ sdp: this.session.description }, (answers, dialect) =>
      answers.anm(dialect),
    );
    this.#usage = this.#session.accept({ status: 200, ...content });
  }

  /** From our side: BYE where the answer has left, a final response where it has not. */
  #end(cause: ReleaseCause): void {
    for (const { respond } of this.#pending.splice(0)) respond({ status: 200 });
    const rel = this.#rel(cause);
    const body = rel && this.#built({ isup: rel });
    const reason: HeaderField = ["Reason", reasonHeader(cause.q850.value, OWN_LOCATION)];
    const content = { headers: [reason, ...(body?.headers ?? [])], body: body?.octets };
    if (this.#usage !== undefined) this.#usage.bye(content, () => undefined);
    else this.#session.reject({ status: cause.sip?.code ?? 503, ...content });
  }

  #confirm(type: "bye" | "cancel" | "info"): void {
    const due = this.#pending.filter((pending) => pending.type === type);
    this.#pending = this.#pending.filter((pending) => pending.type !== type);
    for (const { respond } of due) {
      if (type === "bye" && this.#trunk.isup.rlc && this.#iam !== undefined) {
        respond({ status: 200, ...this.#content({}, (answers, dialect) => answers.rlc(dialect)) });
      } else respond({ status: 200 });
      // RFC 3261 §9.2, §15.1.2: a set-up that was cancelled, or ended by an early BYE, is answered 487.
      if (type !== "info" && this.#session.finalStatus === undefined)
        this.#session.reject(this.#terminated());
    }
  }

  #terminated(): Reply {
    const cause = this.#cause;
    const rel = cause && this.#rel(cause);
    const body = rel && this.#built({ isup: rel });
    return { status: 487, headers: body?.headers ?? [], body: body?.octets };
  }

  #causeOf(request: SipRequest, status: number | undefined): ReleaseCause {
    const read = readBody(
      request.header("content-type"),
      request.body,
      request.header("content-disposition"),
      bodyOptionsOf(this.#trunk),
    );
    const isup = read.ok && read.body.isup !== undefined ? readIsup(read.body.isup, this.#trunk) : undefined;
    const rel = isup?.message?.parameters.causeIndicators;
    const reasons = request.list("reason") ?? [];
    this.#releaseIsup = isup?.event;
    this.#cause = receivedCause(reasons, rel, status);
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
    return isConfirmed ? null : (this.#rel(cause)?.event ?? null);
  }

  #rel(cause: ReleaseCause): CarriedIsup | undefined {
    if (this.#iam === undefined) return undefined;
    return this.#parts.isup.rel(this.#iam.dialect, cause.q850.value, OWN_LOCATION);
  }

  /** Headers and body of a response: ISUP for a caller who sent some, none for others (RFC 3398 §7.2.5 to §7.2.7). */
  #content(
    parts: { readonly sdp?: Uint8Array | undefined },
    pick: (answers: IsupAnswers, dialect: IsupDialect) => CarriedIsup,
  ): { headers: readonly HeaderField[]; body: Uint8Array | undefined } {
    const isup = this.#iam && pick(this.#parts.isup, this.#iam.dialect);
    const body = this.#built({ sdp: parts.sdp, isup });
    return { headers: body?.headers ?? [], body: body?.octets };
  }

  #built(parts: {
    readonly sdp?: Uint8Array | undefined;
    readonly isup?: CarriedIsup | undefined;
  }): BuiltBody | undefined {
    const { isup, sdp } = parts;
    if (isup === undefined || this.#iam === undefined) return buildBody({ sdp });
    const { version, base } = this.#iam.dialect;
    return buildBody({
      sdp,
      isup: { octets: isup.message.octets, version, base, handling: this.#trunk.isup.handling },
    });
  }
}

function bodyOptionsOf({ isup }: TrunkConfig): BodyOptions {
  return { acceptsAnyIsupVersion: isup.acceptsAnyVersion };
}
