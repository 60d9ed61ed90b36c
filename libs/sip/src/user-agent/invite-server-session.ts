import { dialogFromInvite } from "../dialog/dialog.ts";
import {
  stepServerSession,
  type ServerSessionInput,
  type ServerSessionOutput,
  type ServerSessionState,
} from "../dialog/server-session-machine.ts";
import { answerInterval, supports } from "../dialog/session-interval.ts";
import type { HeaderField } from "../message/build-message.ts";
import { parseSeconds } from "../message/headers/seconds.ts";
import type { SipRequest } from "../message/message.ts";
import type { InviteServerTransaction, Reply } from "../transaction/server-transaction.ts";
import type { Timer, TimerOwner } from "../transaction/timers.ts";
import type { Flow } from "../transport/flow.ts";
import { descriptionIn, descriptionOfReply, SDP_CONTENT } from "./description.ts";
import { InviteUsage, type InviteUsageListener, type Responder } from "./invite-usage.ts";
import type { ReplaceableCall } from "./open-dialog.ts";
import type { DescriptionResult } from "./ports.ts";
import { ReliableProgress } from "./reliable-progress.ts";
import type { SessionLoss } from "./session-changes.ts";
import type { SessionIdentity } from "./session-identity.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

export interface InviteServerSessionListener extends InviteUsageListener {
  /** CANCEL before the final response (RFC 3261 §9.2): answer it, then the INVITE with 487. */
  onCancel(request: SipRequest, respond: Responder): void;
  /** A response before the 2xx could not be sent, or a final one ≥ 300 was not acknowledged; said once. */
  onResponseLost(): void;
  /** No PRACK in 64·T1: the owner rejects the INVITE. Without this handler it is rejected with 504. */
  onPrackTimeout?(): void;
  /** The time of the INVITE's Expires is over (RFC 3261 §13.3.1). Without this handler it is rejected with 487. */
  onExpired?(): void;
}

const NO_HEADERS: readonly HeaderField[] = [];

/** Seconds; nobody rings for an hour, and an INVITE that may does not expire. */
const EXPIRES_S_MAX = 3_600;

/** RFC 3261 §13.3.1.1: a provisional each minute, or proxies cancel after three. */
const REPEAT_MS = 60_000;
/** RSeq is 1 to 2**31 - 1 when it begins (RFC 3262 §3). */
const RSEQ_MAX = 2 ** 31 - 1;
/** Provisionals that wait for a PRACK: a call that rings has a handful. */
const QUEUED_MAX = 16;

/** A 2xx that was given, under one of its owner's tags. */
interface Acceptance {
  readonly reply: Reply;
  readonly tag: string;
  readonly usage: InviteUsage;
}

/** What an input of the machine is about. */
interface Event {
  /** What the owner answers, or the port instead of a description. */
  readonly reply?: Reply;
  readonly tag?: string;
  readonly cancel?: { readonly request: SipRequest; readonly respond: Responder };
}

/**
 * The server side of one INVITE (RFC 3261 §13.3). It may answer under several To tags, one dialog each; the tag of
 * the 2xx is the one that stays.
 */
export class InviteServerSession implements TimerOwner {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly tag: string;
  /** What Session-ID says of the call (RFC 7989); undefined where it is not spoken. */
  readonly identity: SessionIdentity | undefined;
  /** The call that this one takes the place of, once it is accepted (RFC 3891). */
  replaced: ReplaceableCall | undefined;
  readonly #core: UserAgentCore;
  readonly #transaction: InviteServerTransaction;
  /** By local tag; one nearly always. */
  #usages: readonly InviteUsage[] = [];
  readonly #progress: ReliableProgress | undefined;
  readonly #queue: (() => void)[] = [];
  readonly #hasOffer: boolean;
  #repeat: Timer | undefined;
  readonly #expiry: Timer | undefined;
  #last: { readonly status: number; readonly tag: string } | undefined;
  #state: ServerSessionState = "proceeding";
  #finalStatus: number | undefined;
  /** Until it has left. */
  #acceptance: Acceptance | undefined;
  #listener: InviteServerSessionListener | undefined;
  /** Called once, when the final response is given. */
  onFinal: (() => void) | undefined;

  constructor(core: UserAgentCore, request: SipRequest, transaction: InviteServerTransaction) {
    this.#core = core;
    this.request = request;
    this.flow = transaction.flow;
    this.#transaction = transaction;
    this.tag = core.identifiers.tag();
    this.identity = core.newIdentity();
    this.identity?.note(request);
    transaction.stamp = this.identity;
    this.#hasOffer = descriptionIn(request) !== undefined;
    this.#progress = this.#reliable();
    const lost = (): void => {
      transaction.listener = undefined;
      this.#listener?.onResponseLost();
    };
    transaction.listener = { onTimeout: lost, onTransportError: lost };
    const expiresS = parseSeconds(request.header("expires") ?? "") ?? Infinity;
    if (expiresS <= EXPIRES_S_MAX) this.#expiry = core.timers.start(this, "expiry", expiresS * 1_000);
  }

  set listener(listener: InviteServerSessionListener) {
    this.#listener = listener;
    for (const usage of this.#usages) usage.listener = listener;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  /** Whether 101 to 199 are sent reliably: the caller asks for it, or can and we like it (RFC 3262 §3). */
  get isProgressReliable(): boolean {
    return this.#progress !== undefined;
  }

  /** The caller insists (RFC 3262 §3). */
  get #isReliableRequired(): boolean {
    return (this.request.list("require") ?? []).some((tag) => tag.toLowerCase() === "100rel");
  }

  #reliable(): ReliableProgress | undefined {
    const policy = this.#core.capabilities.reliableProvisionals;
    if (policy === "never" || !supports(this.request, "100rel")) return undefined;
    if (policy === "required" && !this.#isReliableRequired) return undefined;
    return new ReliableProgress(
      {
        timers: this.#core.timers,
        sequenceNumber: this.request.cseq?.sequenceNumber ?? 0,
        send: (rseq) => {
          this.#sendReliable?.(rseq);
        },
        sendAgain: () => {
          this.#transaction.resendProvisional();
        },
        giveUp: () => {
          this.#input("PRACK lost");
        },
      },
      this.#core.draw(1, RSEQ_MAX),
    );
  }

  #sendReliable: ((rseq: number) => void) | undefined;

  /** 100: hop by hop, without a tag, no dialog. */
  trying(): void {
    this.#transaction.respond({ status: 100 });
  }

  #input(input: ServerSessionInput, event: Event = {}): void {
    const { state, outputs } = stepServerSession(this.#state, input);
    this.#state = state;
    for (const output of outputs) this.#perform(output, event);
  }

  #perform(output: ServerSessionOutput, { reply, tag, cancel }: Event): void {
    switch (output) {
      case "send 1xx":
        this.#progressNow(reply ?? { status: 183 }, tag ?? this.tag);
        return;
      case "send 1xx again":
        this.#repeatProvisional();
        return;
      case "send queued":
        this.#queue.shift()?.();
        return;
      case "drop queued":
        this.#queue.length = 0;
        return;
      case "final":
        this.#finish();
        return;
      case "confirm":
        this.#confirm();
        return;
      case "describe":
        this.#describeAcceptance();
        return;
      case "send 2xx":
        this.#sendAccept();
        return;
      case "send 300-699":
        this.#respondFinal(reply ?? { status: 500 });
        return;
      case "504":
        this.#refuseAccepted(504, "prack-lost");
        return;
      case "refuse":
        this.#refuseAccepted(reply?.status ?? 500, "no-usable-answer");
        return;
      case "487":
        this.#finalStatus = 487;
        this.#respondFinal({ status: 487 });
        return;
      case "end dialogs":
        for (const usage of this.#usages) usage.end();
        return;
      case "tell PRACK lost":
        if (this.#listener?.onPrackTimeout === undefined) this.reject({ status: 504 });
        else this.#listener.onPrackTimeout();
        return;
      case "tell expired":
        if (this.#listener?.onExpired === undefined) this.reject({ status: 487 });
        else this.#listener.onExpired();
        return;
      case "200 to CANCEL":
        cancel?.respond({ status: 200, toTag: this.tag });
        return;
      case "tell CANCEL":
        if (cancel !== undefined) this.#tellCancel(cancel.request, cancel.respond);
        return;
    }
  }

  /** 101 to 199 in an early dialog; another `tag` makes another dialog (RFC 3261 §12.1). */
  progress(reply: Reply, tag = this.tag): void {
    this.#input("1xx", { reply, tag });
  }

  #progressNow(reply: Reply, tag: string): void {
    this.#last = { status: reply.status, tag };
    this.#repeat ??= this.#core.timers.start(this, "repeat", REPEAT_MS);
    const usage = this.#usage(tag);
    const progress = this.#progress;
    // RFC 3262 §5: where the INVITE has no offer, the first reliable response has one; without, this is none of those.
    const isOfferMissing =
      usage.changes.exchange.offer === "weOwe" && descriptionOfReply(reply) === undefined;
    if (progress === undefined || (isOfferMissing && !this.#isReliableRequired)) {
      this.#transaction.respond(this.#dialogReply(reply, tag));
      return;
    }
    const send = (): void => {
      const hasDescription = this.#describe(usage, reply);
      this.#sendReliable = (rseq) => {
        const headers: HeaderField[] = [
          ["Require", "100rel"],
          ["RSeq", String(rseq)],
          ...(reply.headers ?? []),
        ];
        this.#transaction.respond(this.#dialogReply({ ...reply, headers }, tag));
      };
      progress.send();
      if (hasDescription) this.#input("described 1xx");
    };
    if (!progress.isWaiting) send();
    else if (this.#queue.length < QUEUED_MAX) this.#queue.push(send);
  }

  /** A description in a reliable response is the answer, or the offer where the INVITE had none (RFC 3262 §5). */
  #describe(usage: InviteUsage, reply: Reply): boolean {
    if (descriptionOfReply(reply) === undefined) return false;
    usage.changes.step(usage.changes.exchange.offer === "weOwe" ? "send offer" : "send answer");
    return true;
  }

  /**
   * 2xx: the dialog is confirmed, those of other tags end; sent until the ACK comes. Where the reply has no body and
   * the listener has a port, the description that is due is the port's.
   */
  accept(reply: Reply, tag = this.tag): InviteUsage | undefined {
    if (this.#finalStatus !== undefined) return undefined;
    const usage = this.#usage(tag);
    this.#finalStatus = reply.status;
    this.#acceptance = { reply, tag, usage };
    this.#input("2xx");
    return usage;
  }

  #confirm(): void {
    const usage = this.#acceptance?.usage;
    for (const early of this.#usages) if (early !== usage) early.end();
    if (usage === undefined) return;
    usage.confirm();
    usage.isUnsent = true;
    usage.onEnded = () => {
      this.#input("withdrawn");
    };
  }

  #describeAcceptance(): void {
    const acceptance = this.#acceptance;
    if (acceptance === undefined) return;
    const { usage, reply } = acceptance;
    const port = this.#listener?.session;
    const { offer } = usage.changes.exchange;
    const isDue = offer === "theirs" || offer === "weOwe";
    if (reply.body !== undefined || port === undefined || !isDue) {
      this.#input("described");
      return;
    }
    const described = (result: DescriptionResult): void => {
      if (result.ok) {
        const headers = [...(reply.headers ?? []), SDP_CONTENT];
        this.#acceptance = { ...acceptance, reply: { ...reply, headers, body: result.description } };
        this.#input("described");
        if (offer === "theirs" && !usage.hasEnded) this.#listener?.onSessionChanged?.();
      } else this.#input("not described", { reply: result });
    };
    const theirs = descriptionIn(this.request);
    if (offer === "theirs" && theirs !== undefined) port.answer(theirs, described);
    else port.offer(described);
  }

  /** What was accepted cannot be: its owner hears that the session is over, and sends no BYE. */
  #refuseAccepted(status: number, reason: SessionLoss): void {
    const usage = this.#acceptance?.usage;
    this.#finalStatus = status;
    this.#respondFinal({ status });
    if (usage !== undefined) usage.onEnded = undefined;
    usage?.end();
    this.#listener?.onSessionLost?.(reason);
  }

  /** A final response ≥ 300. */
  #respondFinal(reply: Reply): void {
    this.#acceptance = undefined;
    this.#progress?.final();
    this.#transaction.respond({ ...reply, toTag: this.tag });
  }

  #sendAccept(): void {
    const acceptance = this.#acceptance;
    this.#progress?.final();
    this.#transaction.listener = undefined;
    if (acceptance === undefined) return;
    const { usage, reply, tag } = acceptance;
    this.#acceptance = undefined;
    usage.isUnsent = false;
    usage.onEnded = undefined;
    const { changes } = usage;
    this.#describe(usage, reply);
    changes.step("their INVITE accepted");
    const interval = answerInterval(this.request, this.#core.capabilities.sessionTimer, undefined);
    const headers = interval.ok ? interval.headers.concat(reply.headers ?? NO_HEADERS) : reply.headers;
    this.#transaction.respond(this.#dialogReply({ ...reply, headers }, tag));
    usage.awaitAck(this.request.cseq?.sequenceNumber ?? 0, this.#transaction);
    if (interval.ok) changes.agree(interval.agreed);
    this.replaced?.terminate();
    this.replaced = undefined;
  }

  /** 300 to 699. */
  reject(reply: Reply): void {
    if (this.#finalStatus !== undefined) return;
    this.#finalStatus = reply.status;
    this.#input("300-699", { reply });
  }

  receiveCancel(request: SipRequest, respond: Responder): void {
    this.#input("CANCEL", { cancel: { request, respond } });
  }

  #tellCancel(request: SipRequest, respond: Responder): void {
    const answer: Responder = (reply) => {
      respond({ ...reply, toTag: this.tag });
    };
    if (this.#listener === undefined) answer({ status: 200 });
    else this.#listener.onCancel(request, answer);
  }

  #receivePrack(usage: InviteUsage, request: SipRequest, respond: Responder): void {
    if (this.#progress?.receivePrack(request) !== true) {
      respond({ status: 481 });
      return;
    }
    const description = descriptionIn(request);
    const { changes } = usage;
    if (changes.exchange.offer === "ours") {
      // RFC 3262 §5: the answer to an offer in the provisional is in its PRACK.
      respond({ status: 200 });
      changes.takeAnswer(description);
    } else if (description === undefined) respond({ status: 200 });
    else this.#answerPrack(usage, description, respond);
    this.#input("PRACK");
  }

  #answerPrack(usage: InviteUsage, offer: Uint8Array, respond: Responder): void {
    const port = this.#listener?.session;
    const verdict = usage.changes.step("receive PRACK+offer");
    if (typeof verdict === "number") {
      respond({ status: verdict });
      return;
    }
    const done = (result: DescriptionResult): void => {
      if (result.ok) {
        usage.changes.step("send answer");
        respond({ status: 200, headers: [SDP_CONTENT], body: result.description });
        this.#listener?.onSessionChanged?.();
      } else {
        usage.changes.step("offer refused");
        respond(result);
      }
    };
    if (port === undefined) done({ ok: false, status: 488 });
    else port.answer(offer, done);
  }

  onTimer(name: string): void {
    this.#input(name === "expiry" ? "timer expiry" : "timer repeat");
  }

  #repeatProvisional(): void {
    this.#repeat = undefined;
    if (this.#last === undefined) return;
    const { status, tag } = this.#last;
    if (this.#progress !== undefined) this.progress({ status }, tag);
    else {
      this.#transaction.resendProvisional();
      this.#repeat = this.#core.timers.start(this, "repeat", REPEAT_MS);
    }
  }

  #finish(): void {
    this.#queue.length = 0;
    this.#core.timers.stop(this.#repeat);
    this.#core.timers.stop(this.#expiry);
    this.onFinal?.();
  }

  #dialogReply(reply: Reply, toTag: string): Reply {
    // RFC 3261 §13.3.1.4: a 2xx says what may come in the dialog; so does what is sent before it.
    const isSecure = this.#known(toTag)?.dialog.isSecure === true;
    const contact = this.#core.contactHeaders(this.flow.listener, isSecure);
    const ofCall = this.#core.capabilities.ofCall(this.#listener);
    const { status, phrase, headers = NO_HEADERS, body } = reply;
    return { status, phrase, toTag, headers: contact.concat(ofCall, headers), body };
  }

  #known(tag: string): InviteUsage | undefined {
    return this.#usages.find(({ dialog }) => dialog.localTag === tag);
  }

  #usage(tag: string): InviteUsage {
    const known = this.#known(tag);
    if (known !== undefined) return known;
    const dialog = dialogFromInvite(this.request, tag, this.flow.listener);
    const usage = new InviteUsage(this.#core, dialog, this.flow, false, this.identity);
    usage.listener = this.#listener;
    usage.changes.notePeer(this.request);
    usage.changes.step(this.#hasOffer ? "receive INVITE+offer" : "receive INVITE");
    usage.onPrack = (request, respond) => {
      this.#receivePrack(usage, request, respond);
    };
    this.#usages = [...this.#usages, usage];
    return usage;
  }
}
