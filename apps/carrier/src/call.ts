import { causeOfRequest, causeOfResponse, iamFrom, rlc, type CauseDecision } from "@tandem/interworking";
import type { Descriptions } from "@tandem/sdp";
import type {
  InviteClientSession,
  InviteClientSessionListener,
  Responder,
  SessionLoss,
  SipRequest,
  SipResponse,
} from "@tandem/sip";
import { LISTENER, type Endpoint } from "./endpoint.ts";
import { dial, divided } from "./overlap.ts";
import { contentOf, type Dialect } from "./profile.ts";
import {
  causeSources,
  NO_ANSWER,
  NORMAL_CLEARING,
  NORMAL_UNSPECIFIED,
  reasonOf,
  releaseContent,
} from "./release.ts";
import { GIVEN_UP, type CallReport, type Outcome } from "./report.ts";
import type { MediaCount, RtpEnd } from "./rtp.ts";

/** A call that rings longer is cancelled: timer C of RFC 3261 §16.6 is more than three minutes. */
const RINGING_MAX_MS = 185_000;

const LOSSES: Readonly<Record<SessionLoss, string>> = {
  expired: "the session was not refreshed",
  "refresh-lost": "the session was not refreshed",
  "dialog-lost": "the peer has the call no more",
  "no-usable-answer": "no usable answer",
  "prack-lost": "no PRACK: the 200 could not leave",
};

export interface CallPlan {
  readonly target: { readonly address: string; readonly port: number };
  /** Host and port of the target as it was written, for URIs. */
  readonly host: string;
  readonly from: string;
  readonly to: string;
  readonly dialect: Dialect | undefined;
  /** So many digits in the INVITE, the others one by one behind it (RFC 3578); needs a dialect. */
  readonly overlapDigits?: number | undefined;
  /** From the answer to our BYE. */
  readonly durationMs: number;
  /** From the INVITE to our CANCEL, where the call is not to be answered. */
  readonly cancelAfterMs?: number | undefined;
  /** What the call is about (RFC 3261 §20.36). */
  readonly subject?: string;
  /** Play a tone and count what comes back. */
  readonly hasMedia?: boolean;
}

/** One call of the carrier, from its INVITE to its end. */
export class OutgoingCall implements InviteClientSessionListener {
  readonly ended: Promise<CallReport>;
  /** Offer and answer of the call's audio. */
  readonly session: Descriptions;
  readonly #plan: CallPlan;
  readonly #media: RtpEnd | undefined;
  readonly #session: InviteClientSession;
  readonly #startedMs = performance.now();
  readonly #timers = new Set<NodeJS.Timeout>();
  #resolve: (report: CallReport) => void = () => undefined;
  /** Digits that are still to follow the INVITE. */
  #undialled: string;
  #ringingMs: number | undefined;
  #answeredMs: number | undefined;
  #tone: Promise<MediaCount> | undefined;
  #cause: CauseDecision | undefined;
  #isEndWanted = false;
  #hasEnded = false;
  /** Why an answered call is no success, where it is none. */
  #fault: string | undefined;

  static async place(endpoint: Endpoint, plan: CallPlan): Promise<OutgoingCall> {
    const media = plan.hasMedia === true ? await endpoint.openMedia() : undefined;
    return new OutgoingCall(endpoint, plan, media);
  }

  private constructor(endpoint: Endpoint, plan: CallPlan, media: RtpEnd | undefined) {
    this.#plan = plan;
    this.#media = media;
    this.session = endpoint.descriptions(media);
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    const { dialect, from, host, target, overlapDigits } = plan;
    const { first: to, rest } = divided(plan.to, overlapDigits);
    this.#undialled = rest;
    const isup = dialect && iamFrom({ called: to, calling: from }, dialect.variant);
    const offer = this.session.makeOffer();
    const content = contentOf(dialect, { sdp: offer.ok ? offer.description : undefined, isup });
    const ownHost = endpoint.agent.layer.transport(LISTENER)?.sentBy.host ?? endpoint.address;
    this.#session = endpoint.agent.invite(
      {
        requestUri: `sip:${to}@${host};user=phone`,
        from: `<sip:${from}@${ownHost};user=phone>`,
        to: `<sip:${to}@${host};user=phone>`,
        target: { listener: LISTENER, ...target },
        headers: [
          ...(plan.subject === undefined ? [] : [["Subject", plan.subject] as const]),
          ...content.headers,
        ],
        body: content.body,
      },
      this,
    );
    this.#after(RINGING_MAX_MS, () => this.#session.cancel([reasonOf(NO_ANSWER)]));
    if (plan.cancelAfterMs !== undefined) this.#after(plan.cancelAfterMs, () => this.#cancel());
  }

  get callId(): string {
    return this.#session.callId;
  }

  /** Ends the call from our side, in whatever state it is. */
  end(): void {
    this.#isEndWanted = true;
    if (this.#answeredMs === undefined) this.#cancel();
    else this.#release();
  }

  /** Stops waiting for the peer. */
  abandon(): void {
    void this.#finish({ type: "failed", detail: GIVEN_UP });
  }

  onProvisional(response: SipResponse): void {
    if (response.status > 100) this.#ringingMs ??= this.#sinceStart();
    const usage = this.#session.usageOf(response);
    const { dialect } = this.#plan;
    if (usage === undefined || dialect === undefined) return;
    // The dialog is there that SAMs need.
    dial(usage, dialect, this.#undialled);
    this.#undialled = "";
  }

  onAccepted(): undefined {
    this.#stopTimers();
    this.#answeredMs = this.#sinceStart();
    if (this.#plan.cancelAfterMs !== undefined) this.#fault = "answered before it was cancelled";
    // The ACK leaves after this returns, and the BYE after the ACK.
    if (this.#fault !== undefined || this.#isEndWanted) this.#after(0, () => this.#release());
    else {
      this.#after(this.#plan.durationMs, () => void this.#releaseAfterTone());
      this.#startTone();
    }
    return undefined;
  }

  onSessionChanged(): void {
    this.#startTone();
  }

  onSessionLost(reason: SessionLoss): void {
    this.#fault ??= LOSSES[reason];
    this.#after(0, () => this.#release());
  }

  #startTone(): void {
    const { audio } = this.session.state;
    if (this.#answeredMs === undefined || this.#fault !== undefined || audio === undefined) return;
    this.#tone ??= this.#media?.tone(audio);
  }

  onRejected(response: SipResponse): void {
    const { status, reasonPhrase: phrase } = response;
    this.#cause = causeOfResponse(status, causeSources(response));
    const isCancelled = this.#isEndWanted && status === 487;
    void this.#finish(isCancelled ? { type: "cancelled" } : { type: "rejected", status, phrase });
  }

  onFailed(reason: "timeout" | "transport-error"): void {
    const { address, port } = this.#plan.target;
    const detail = reason === "timeout" ? "no final answer from" : "nothing can be sent to";
    void this.#finish({ type: "failed", detail: `${detail} ${address}:${port}` });
  }

  onBye(request: SipRequest, respond: Responder): void {
    const { dialect } = this.#plan;
    this.#cause = causeOfRequest(causeSources(request));
    const isup = dialect?.hasRlc === true ? rlc(dialect.variant) : undefined;
    respond({ status: 200, ...contentOf(dialect, { isup }) });
    if (this.#answeredMs === undefined)
      void this.#finish({ type: "failed", detail: "BYE before any answer" });
    else void this.#finish({ type: "answered", releasedBy: "peer" });
  }

  onInfo(_request: SipRequest, respond: Responder): void {
    respond({ status: 200 });
  }

  onAck(): void {
    // An answer that came with it has reached the session already.
  }

  onAckTimeout(): void {
    this.#release();
  }

  #cancel(): void {
    this.#isEndWanted = true;
    this.#session.cancel([reasonOf(NORMAL_CLEARING)]);
  }

  async #releaseAfterTone(): Promise<void> {
    await this.#tone;
    this.#release();
  }

  #release(): void {
    const { usage } = this.#session;
    if (usage === undefined || usage.hasEnded) return;
    this.#stopTimers();
    const content = releaseContent(this.#plan.dialect, NORMAL_CLEARING);
    usage.bye(content, (response) => {
      if (response === undefined) this.#fault ??= "the BYE was not answered";
      else if (response.status >= 300) this.#fault ??= `the BYE was answered ${response.status}`;
      void this.#finish(
        this.#fault === undefined
          ? { type: "answered", releasedBy: "us" }
          : { type: "failed", detail: this.#fault },
      );
    });
  }

  async #finish(outcome: Outcome): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopTimers();
    const endedMs = this.#sinceStart();
    this.#media?.close();
    const media = await this.#tone;
    this.#resolve({
      callId: this.callId,
      from: this.#plan.from,
      to: this.#plan.to,
      outcome,
      wentAsAsked: this.#wentAsAsked(outcome, media),
      cause: this.#cause,
      ringingMs: this.#ringingMs,
      answeredMs: this.#answeredMs,
      endedMs,
      media,
    });
  }

  #wentAsAsked(outcome: Outcome, media: MediaCount | undefined): boolean {
    if (this.#plan.cancelAfterMs !== undefined) return outcome.type === "cancelled";
    if (outcome.type !== "answered") return false;
    const isSilent = media?.back === 0;
    const value = this.#cause?.cause.causeValue;
    const isNormal = value === NORMAL_CLEARING || value === NORMAL_UNSPECIFIED;
    return !isSilent && (outcome.releasedBy === "us" || isNormal);
  }

  #sinceStart(): number {
    return Math.round(performance.now() - this.#startedMs);
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
