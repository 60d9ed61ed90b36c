import {
  ACCEPTED_TYPES,
  acmFrom18x,
  anmFrom200,
  causeFromStatus,
  causeOfRequest,
  numberFromUri,
  readBody,
  rlc,
  type CauseDecision,
} from "@tandem/interworking";
import type { IsupMessage } from "@tandem/isup";
import type { Descriptions } from "@tandem/sdp";
import {
  statusPhrase,
  type InviteServerSession,
  type InviteServerSessionListener,
  type InviteUsage,
  type Responder,
  type SipRequest,
  type Uri,
} from "@tandem/sip";
import type { Endpoint } from "./endpoint.ts";
import { answersDialect, contentOf, readContent, type Dialect, type Profile } from "./profile.ts";
import { causeSources, NORMAL_CLEARING, releaseContent } from "./release.ts";
import { GIVEN_UP, type CallReport, type Outcome } from "./report.ts";
import type { RtpEnd } from "./rtp.ts";

export interface AnswerPlan {
  readonly profile: Profile;
  /** Ringing until then. */
  readonly afterMs: number;
  /** Status to refuse with in the place of an answer. */
  readonly rejectStatus?: number | undefined;
  /** From the answer to our BYE; without it the caller releases. */
  readonly releaseAfterMs?: number | undefined;
  /** Send back the speech that is heard. */
  readonly hasMedia?: boolean;
}

/** One call the carrier takes, from its INVITE to its end. */
export class IncomingCall implements InviteServerSessionListener {
  readonly ended: Promise<CallReport>;
  readonly #session: InviteServerSession;
  readonly #plan: AnswerPlan;
  readonly #dialect: Dialect | undefined;
  readonly #offer: Uint8Array | undefined;
  readonly #endpoint: Endpoint;
  readonly #startedMs = performance.now();
  #resolve: (report: CallReport) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #usage: InviteUsage | undefined;
  #media: RtpEnd | undefined;
  #audio: Descriptions | undefined;
  #ringingMs: number | undefined;
  #answeredMs: number | undefined;
  #cause: CauseDecision | undefined;
  #isAcknowledged = false;
  #isReleaseWanted = false;
  #hasEnded = false;

  /** Answers 100 and takes the call; undefined where its body made that impossible, which is answered, too. */
  static take(session: InviteServerSession, endpoint: Endpoint, plan: AnswerPlan): IncomingCall | undefined {
    const { request } = session;
    const read = readBody(
      request.header("content-type"),
      request.body,
      request.header("content-disposition"),
      { acceptsAnyIsupVersion: true },
    );
    if (!read.ok) session.reject({ status: read.error.status });
    else if (read.body.unsupportedRequired.length > 0)
      session.reject({ status: 415, headers: [["Accept", ACCEPTED_TYPES.join(", ")]] });
    return session.finalStatus === undefined ? new IncomingCall(session, endpoint, plan) : undefined;
  }

  private constructor(session: InviteServerSession, endpoint: Endpoint, plan: AnswerPlan) {
    this.#session = session;
    this.#endpoint = endpoint;
    this.#plan = plan;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    const content = readContent(session.request);
    this.#dialect = answersDialect(plan.profile, content?.isupPart);
    this.#offer = content?.sdp;
    session.listener = this;
    session.trying();
    this.#ring();
  }

  get callId(): string {
    return this.#session.request.callId ?? "";
  }

  /** Ends the call from our side, in whatever state it is. */
  end(): void {
    if (this.#usage !== undefined) this.#release();
    else this.#reject(480);
  }

  /** Stops waiting for the peer. */
  abandon(): void {
    this.#finish({ type: "failed", detail: GIVEN_UP });
  }

  onCancel(request: SipRequest, respond: Responder): void {
    respond({ status: 200 });
    this.#cause = causeOfRequest(causeSources(request));
    this.#session.reject({
      status: 487,
      ...releaseContent(this.#dialect, this.#cause.cause.causeValue),
    });
    this.#finish({ type: "cancelled" });
  }

  onBye(request: SipRequest, respond: Responder): void {
    this.#cause = causeOfRequest(causeSources(request));
    const isup = this.#dialect?.hasRlc === true ? rlc(this.#dialect.variant) : undefined;
    respond({ status: 200, ...this.#content(isup) });
    // RFC 3261 §15.1.2: a set-up that its BYE overtakes is answered 487.
    if (this.#usage === undefined) {
      this.#session.reject({ status: 487, ...releaseContent(this.#dialect, this.#cause.cause.causeValue) });
      this.#finish({ type: "cancelled" });
    } else this.#finish({ type: "answered", releasedBy: "peer" });
  }

  /** Offer and answer inside the call, once it is answered. */
  get session(): Descriptions | undefined {
    return this.#audio;
  }

  onAck(): void {
    this.#isAcknowledged = true;
    if (this.#isReleaseWanted) this.#release();
    else this.#echo();
  }

  onSessionChanged(): void {
    this.#echo();
  }

  onSessionLost(): void {
    this.#release();
  }

  onAckTimeout(): void {
    this.#isAcknowledged = true;
    this.#release();
  }

  onExpired(): void {
    clearTimeout(this.#timer);
    this.#reject(487);
  }

  onResponseLost(): void {
    this.#finish({ type: "failed", detail: "the final response was not acknowledged" });
  }

  onInfo(_request: SipRequest, respond: Responder): void {
    respond({ status: 200 });
  }

  #ring(): void {
    const { afterMs, rejectStatus } = this.#plan;
    if (rejectStatus !== undefined && afterMs === 0) {
      this.#reject(rejectStatus);
      return;
    }
    this.#ringingMs = this.#sinceStart();
    const acm = this.#dialect && acmFrom18x(180, this.#dialect.variant);
    this.#session.progress({ status: 180, ...this.#content(acm) });
    this.#timer = setTimeout(() => {
      if (rejectStatus === undefined) void this.#answer();
      else this.#reject(rejectStatus);
    }, afterMs);
  }

  async #answer(): Promise<void> {
    if (this.#plan.hasMedia === true) this.#media = await this.#endpoint.openMedia().catch(() => undefined);
    if (this.#hasEnded) {
      this.#media?.close();
      return;
    }
    if (this.#plan.hasMedia === true && this.#media === undefined) {
      this.#reject(503);
      return;
    }
    const audio = this.#endpoint.descriptions(this.#media);
    this.#audio = audio;
    const described = this.#offer === undefined ? audio.makeOffer() : audio.makeAnswer(this.#offer);
    if (!described.ok) {
      this.#reject(described.status);
      return;
    }
    this.#answeredMs = this.#sinceStart();
    this.#echo();
    const anm = this.#dialect && anmFrom200(true, this.#dialect.variant);
    this.#usage = this.#session.accept({ status: 200, ...this.#content(anm, described.description) });
    const { releaseAfterMs } = this.#plan;
    if (releaseAfterMs !== undefined) this.#timer = setTimeout(() => this.#release(), releaseAfterMs);
  }

  #echo(): void {
    const audio = this.#audio?.state.audio;
    if (audio !== undefined) this.#media?.echo(audio);
  }

  #reject(status: number): void {
    if (this.#session.finalStatus !== undefined) return;
    this.#cause = causeFromStatus(status);
    this.#session.reject({ status, ...releaseContent(this.#dialect, this.#cause.cause.causeValue) });
    this.#finish({ type: "rejected", status, phrase: statusPhrase(status) });
  }

  #release(): void {
    const usage = this.#usage;
    if (usage === undefined || usage.hasEnded) return;
    clearTimeout(this.#timer);
    // RFC 3261 §15: who was called sends no BYE before the ACK, or before it has given up on one.
    this.#isReleaseWanted = true;
    if (!this.#isAcknowledged) return;
    usage.bye(releaseContent(this.#dialect, NORMAL_CLEARING), (response) => {
      if (response === undefined) this.#finish({ type: "failed", detail: "the BYE was not answered" });
      else this.#finish({ type: "answered", releasedBy: "us" });
    });
  }

  #content(isup: IsupMessage | undefined, sdp?: Uint8Array): ReturnType<typeof contentOf> {
    return contentOf(this.#dialect, { sdp, isup });
  }

  #finish(outcome: Outcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#media?.close();
    const { from, requestUri } = this.#session.request;
    this.#resolve({
      callId: this.callId,
      from: from === undefined ? "" : userOf(from.uri),
      to: requestUri === undefined ? "" : userOf(requestUri),
      outcome,
      wentAsAsked: outcome.type !== "failed",
      cause: this.#cause,
      ringingMs: this.#ringingMs,
      answeredMs: this.#answeredMs,
      endedMs: this.#sinceStart(),
      media: undefined,
    });
  }

  #sinceStart(): number {
    return Math.round(performance.now() - this.#startedMs);
  }
}

function userOf(uri: Uri): string {
  return numberFromUri(uri)?.raw ?? "";
}
