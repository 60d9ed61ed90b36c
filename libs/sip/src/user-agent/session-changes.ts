import { dialogWith } from "../dialog/dialog.ts";
import {
  NO_EXCHANGE,
  stepExchange,
  type Exchange,
  type ExchangeInput,
  type ExchangeVerdict,
} from "../dialog/exchange-machine.ts";
import {
  answerInterval,
  intervalHeaders,
  intervalOfResponse,
  type AgreedInterval,
  type IntervalAnswer,
} from "../dialog/session-interval.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  Reply,
} from "../transaction/server-transaction.ts";
import type { Timer, TimerOwner } from "../transaction/timers.ts";
import type { AckOf2xx } from "./ack-of-2xx.ts";
import { bodyRefusal } from "./body-check.ts";
import type { CallWiring } from "./capabilities.ts";
import type { ClientRequest } from "./client-request.ts";
import { descriptionIn, SDP_CONTENT } from "./description.ts";
import { RETRY_AFTER_S_MAX, type OpenDialog } from "./open-dialog.ts";
import type { DescriptionResult, OfferAnswerPort } from "./ports.ts";
import { SessionTimer, type SessionTimerHost } from "./session-timer.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

/** How a change of the session, or its refresh, came out; without a response it could not be sent or was not answered. */
export type ChangeOutcome = (response: SipResponse | undefined) => void;

export interface SessionChangesHost {
  readonly core: UserAgentCore;
  readonly open: OpenDialog;
  /** Who made the Call-ID waits longer after glare (RFC 3261 §14.1). */
  readonly isCaller: boolean;
  readonly wiring: CallWiring | undefined;
  readonly port: OfferAnswerPort | undefined;
  awaitAck(sequenceNumber: number, transaction: InviteServerTransaction): void;
  /** An offer and its answer have met. */
  changed(): void;
  lost(reason: SessionLoss): void;
}

/** Why a session that stood has to be ended with BYE. */
export type SessionLoss = "expired" | "refresh-lost" | "dialog-lost" | "no-usable-answer" | "prack-lost";

/** Glare again and again is no accident. */
const GLARES_MAX = 10;

interface Change {
  readonly method: "INVITE" | "UPDATE";
  readonly hasOffer: boolean;
  readonly parts: RequestBody;
  readonly outcome: ChangeOutcome;
  glares: number;
}

/**
 * Changes and refreshes of one session by re-INVITE and UPDATE, theirs and ours (RFC 3261 §14, RFC 3311, RFC 4028),
 * and the offers and answers of its first INVITE.
 */
export class SessionChanges implements TimerOwner, SessionTimerHost {
  readonly #host: SessionChangesHost;
  /** Made when there is an interval to keep. */
  #timer: SessionTimer | undefined;
  #exchange: Exchange = NO_EXCHANGE;
  #isUpdateAllowed = false;
  #waiting: Change | undefined;
  #retry: Timer | undefined;
  #reinvite:
    { readonly transaction: InviteServerTransaction; readonly respond: (reply: Reply) => void } | undefined;
  #hasEnded = false;

  constructor(host: SessionChangesHost) {
    this.#host = host;
  }

  get exchange(): Exchange {
    return this.#exchange;
  }

  step(input: ExchangeInput): ExchangeVerdict {
    const { state, verdict } = stepExchange(this.#exchange, input);
    this.#exchange = state;
    return verdict;
  }

  /** What a 2xx has agreed on, either way (RFC 4028 §7.2, §9). */
  agree(interval: AgreedInterval | undefined): void {
    if (interval === undefined && this.#timer === undefined) return;
    this.#timer ??= new SessionTimer(this.#host.core.timers, this);
    this.#timer.agree(interval);
  }

  /** Allow of their INVITE or 2xx: UPDATE refreshes where it is there (RFC 4028 §7.4). */
  notePeer(message: SipRequest | SipResponse): void {
    const allow = message.list("allow");
    if (allow !== undefined && allow.length > 0) this.#isUpdateAllowed = allow.includes("UPDATE");
  }

  // Theirs

  receiveInvite(request: SipRequest, transaction: InviteServerTransaction): void {
    const offer = descriptionIn(request);
    const verdict = this.step(offer === undefined ? "receive INVITE" : "receive INVITE+offer");
    if (typeof verdict === "number") {
      transaction.respond(this.#tooEarly(verdict));
      return;
    }
    const respond = (reply: Reply): void => {
      if (this.#reinvite?.transaction !== transaction) return;
      this.#reinvite = undefined;
      if (reply.status >= 300) {
        this.step("their INVITE rejected");
        transaction.respond(reply);
        return;
      }
      this.step(offer === undefined ? "send offer" : "send answer");
      this.step("their INVITE accepted");
      transaction.respond(this.#complete(reply));
      this.#host.awaitAck(request.cseq?.sequenceNumber ?? 0, transaction);
    };
    this.#reinvite = { transaction, respond };
    this.#answer(request, offer, "INVITE", respond);
  }

  receiveUpdate(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const offer = descriptionIn(request);
    const verdict = this.step(offer === undefined ? "receive UPDATE" : "receive UPDATE+offer");
    if (typeof verdict === "number") {
      transaction.respond(this.#tooEarly(verdict));
      return;
    }
    this.#answer(request, offer, "UPDATE", (reply) => {
      if (reply.status < 300 && offer !== undefined) this.step("send answer");
      this.step("their UPDATE ended");
      transaction.respond(reply.status < 300 ? this.#complete(reply) : reply);
    });
  }

  /** RFC 3261 §9.2: a re-INVITE that is not answered yet ends with 487, and its offer falls. */
  receiveCancel(transaction: InviteServerTransaction): boolean {
    if (this.#reinvite?.transaction !== transaction) return false;
    this.#reinvite.respond({ status: 487 });
    this.#host.port?.rollBack();
    return true;
  }

  /** The answer to an offer in our 2xx is in its ACK (RFC 3261 §13.2.1); an UPDATE of ours may be out before that ACK. */
  receiveAck(ack: SipRequest): void {
    const { offer, invite, isOfferOfInvite } = this.#exchange;
    if (offer !== "ours" || invite !== "none" || !isOfferOfInvite) return;
    this.takeAnswer(descriptionIn(ack));
  }

  /** An answer of theirs, wherever it came; without a port the owner reads it. */
  takeAnswer(answer: Uint8Array | undefined, done: () => void = () => undefined): void {
    const { port } = this.#host;
    this.step("receive answer");
    if (port === undefined) {
      done();
      return;
    }
    const settle = (isUsable: boolean): void => {
      done();
      if (isUsable) this.#host.changed();
      else if (!this.#hasEnded) this.#host.lost("no-usable-answer");
    };
    if (answer === undefined) settle(false);
    else port.accept(answer, settle);
  }

  #answer(
    request: SipRequest,
    offer: Uint8Array | undefined,
    method: Change["method"],
    respond: (reply: Reply) => void,
  ): void {
    const { core, open: dialog, port } = this.#host;
    const interval = answerInterval(request, core.capabilities.sessionTimer, this.#timer?.agreed);
    const refusal =
      bodyRefusal(request, core.capabilities.mediaTypes) ?? (interval.ok ? undefined : interval);
    if (refusal !== undefined || !interval.ok) {
      respond(refusal ?? { status: 500 });
      return;
    }
    dialog.refreshTarget(request);
    this.notePeer(request);
    const done = (result: DescriptionResult): void => {
      if (!result.ok) respond(result);
      else {
        this.#accept(interval, [SDP_CONTENT], result.description, respond);
        if (offer !== undefined) this.#host.changed();
      }
    };
    if (method === "UPDATE" && offer === undefined) this.#accept(interval, [], undefined, respond);
    else if (port === undefined) respond({ status: 488 });
    else if (offer === undefined) port.offer(done);
    else port.answer(offer, done);
  }

  #accept(
    interval: Extract<IntervalAnswer, { ok: true }>,
    content: readonly HeaderField[],
    body: Uint8Array | undefined,
    respond: (reply: Reply) => void,
  ): void {
    if (this.#hasEnded) {
      respond({ status: 481 });
      return;
    }
    respond({ status: 200, headers: [...interval.headers, ...content], body });
    this.agree(interval.agreed);
  }

  #complete(reply: Reply): Reply {
    const { core, open: dialog, wiring } = this.#host;
    const { listener, isSecure } = dialog.data;
    const own = [...core.contactHeaders(listener, isSecure), ...core.capabilities.ofCall(wiring)];
    return { ...reply, headers: [...own, ...(reply.headers ?? [])] };
  }

  #tooEarly(status: 491 | 500): Reply {
    if (status === 491) return { status };
    return { status, headers: [["Retry-After", String(this.#host.core.draw(0, RETRY_AFTER_S_MAX))]] };
  }

  // Ours

  /** A new offer of ours by re-INVITE, or by UPDATE; one change at a time, as RFC 3261 §14.1 has it. */
  change(method: Change["method"], parts: RequestBody, outcome: ChangeOutcome): void {
    this.#start({ method, hasOffer: this.#host.port !== undefined, parts, outcome, glares: 0 });
  }

  /** Of the session timer: it is for us to say that the session goes on. */
  refresh(): void {
    // RFC 4028 §7.4: UPDATE without an offer where the peer takes it, otherwise a re-INVITE with the offer as it was.
    const method = this.#isUpdateAllowed ? "UPDATE" : "INVITE";
    const hasOffer = method === "INVITE" && this.#host.port !== undefined;
    this.#start({ method, hasOffer, parts: {}, outcome: () => undefined, glares: 0 });
  }

  /** Of the session timer. */
  expire(): void {
    this.#host.lost("expired");
  }

  #start(change: Change): void {
    if (this.#hasEnded || this.#waiting !== undefined) {
      change.outcome(undefined);
      return;
    }
    const verdict = this.step(`send ${change.method}${change.hasOffer ? "+offer" : ""}`);
    if (verdict === "wait") {
      this.#later(change);
      return;
    }
    if (!change.hasOffer) this.#send(change, undefined);
    else
      this.#host.port?.offer((result) => {
        if (result.ok) this.#send(change, result.description);
        else {
          this.#ended(change.method);
          change.outcome(undefined);
        }
      });
  }

  #send(change: Change, offer: Uint8Array | undefined): void {
    const { core, open: dialog, wiring } = this.#host;
    const { method, parts } = change;
    const timerOptions = core.capabilities.sessionTimer;
    const request = dialog.request(
      method,
      ({ minSeS }) => ({
        headers: [
          ...core.capabilities.ofCall(wiring),
          ...(timerOptions === undefined ? [] : intervalHeaders(timerOptions, this.#timer?.agreed, minSeS)),
          ...(parts.headers ?? []),
          ...(offer === undefined ? [] : [SDP_CONTENT]),
        ],
        body: offer ?? parts.body,
      }),
      {
        onFinal: (response) => {
          if (response !== undefined && response.status < 300) this.#accepted(change, request, response);
          else this.#refused(change, response);
        },
      },
    );
  }

  #lastAck: { readonly number: number; readonly ack: AckOf2xx } | undefined;

  #accepted(change: Change, request: ClientRequest, response: SipResponse): void {
    const number = response.cseq?.sequenceNumber ?? 0;
    if (this.#lastAck?.number === number) {
      const { data } = this.#host.open;
      const remoteTarget = response.contacts?.[0]?.uriText ?? data.remoteTarget;
      this.#lastAck.ack.sendAgain(dialogWith(data, { remoteTarget }), number);
      return;
    }
    const { open: dialog } = this.#host;
    dialog.refreshTarget(response);
    this.notePeer(response);
    const description = descriptionIn(response);
    const acknowledge = (parts: RequestBody): void => {
      if (change.method === "UPDATE") return;
      const ack = dialog.ack(number, parts, request.credentials);
      // Only the last is kept: the peer has seen the ACK of the one before, or it would not have answered this.
      this.#lastAck = { number, ack };
      ack.send();
    };
    if (change.hasOffer) {
      acknowledge({});
      this.takeAnswer(description);
      this.#ended(change.method, true);
    } else if (change.method === "INVITE") this.#answerInAck(description, acknowledge);
    else this.#ended("UPDATE");
    if (this.#hasEnded) return;
    this.agree(intervalOfResponse(response));
    change.outcome(response);
  }

  /** Their offer came in the 2xx: the answer goes with the ACK. */
  #answerInAck(offer: Uint8Array | undefined, acknowledge: (parts: RequestBody) => void): void {
    this.step("receive offer");
    const { port } = this.#host;
    if (port === undefined || offer === undefined) {
      acknowledge({});
      this.#ended("INVITE", true);
      return;
    }
    port.answer(offer, (result) => {
      acknowledge(result.ok ? { headers: [SDP_CONTENT], body: result.description } : {});
      this.step("send answer");
      this.#ended("INVITE", true);
      if (result.ok) this.#host.changed();
      else this.#host.lost("no-usable-answer");
    });
  }

  #refused(change: Change, response: SipResponse | undefined): void {
    this.#ended(change.method);
    if (change.hasOffer) this.#host.port?.rollBack();
    if (this.#hasEnded) return;
    if (response?.status === 491 && change.glares < GLARES_MAX) {
      change.glares++;
      this.#later(change);
      return;
    }
    change.outcome(response);
    // RFC 3261 §12.2.1.2, RFC 4028 §7.3: the peer knows the dialog no more, or is gone.
    const { status } = response ?? { status: 408 };
    if (status === 408 || status === 481) this.#host.lost("refresh-lost");
  }

  #ended(method: Change["method"], isAccepted = false): void {
    this.step(
      method === "UPDATE" ? "our UPDATE ended" : isAccepted ? "our INVITE accepted" : "our INVITE rejected",
    );
  }

  /** RFC 3261 §14.1: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other, in units of 10 ms. */
  #later(change: Change): void {
    const { core, isCaller } = this.#host;
    this.#waiting = change;
    const afterMs = (isCaller ? core.draw(210, 400) : core.draw(0, 200)) * 10;
    this.#retry = core.timers.start(this, "glare", afterMs);
  }

  onTimer(): void {
    const change = this.#waiting;
    this.#waiting = undefined;
    this.#retry = undefined;
    if (change !== undefined) this.#start(change);
  }

  stop(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#timer?.stop();
    this.#host.core.timers.stop(this.#retry);
    // RFC 3261 §15.1.2: what is pending when the session ends is answered 487.
    this.#reinvite?.respond({ status: 487 });
    const change = this.#waiting;
    this.#waiting = undefined;
    change?.outcome(undefined);
  }
}
