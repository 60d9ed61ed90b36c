import { dialogFromInvite } from "../dialog/dialog.ts";
import type { SipRequest } from "../message/message.ts";
import type { InviteServerTransaction, Reply } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { InviteUsage, type InviteUsageListener, type Responder } from "./invite-usage.ts";
import { ALLOW, SUPPORTED, type UserAgentCore } from "./user-agent-core.ts";

export interface InviteServerSessionListener extends InviteUsageListener {
  /** CANCEL before the final response (RFC 3261 §9.2): answer it, then the INVITE with 487. */
  onCancel(request: SipRequest, respond: Responder): void;
  /** A final response ≥ 300 was not acknowledged, or could not be sent. */
  onResponseLost(): void;
}

/**
 * The server side of one INVITE (RFC 3261 §13.3). It may answer under several To tags, one dialog each; the tag of
 * the 2xx is the one that stays.
 */
export class InviteServerSession {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly tag: string;
  readonly #core: UserAgentCore;
  readonly #transaction: InviteServerTransaction;
  readonly #usages = new Map<string, InviteUsage>();
  #finalStatus: number | undefined;
  #listener: InviteServerSessionListener | undefined;
  /** Called once, when the final response is given. */
  onFinal: (() => void) | undefined;

  constructor(core: UserAgentCore, request: SipRequest, transaction: InviteServerTransaction) {
    this.#core = core;
    this.request = request;
    this.flow = transaction.flow;
    this.#transaction = transaction;
    this.tag = core.identifiers.tag();
    transaction.listener = {
      onTimeout: () => this.#listener?.onResponseLost(),
      onTransportError: () => this.#listener?.onResponseLost(),
    };
  }

  set listener(listener: InviteServerSessionListener) {
    this.#listener = listener;
    for (const usage of this.#usages.values()) usage.listener = listener;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  /** 100: hop by hop, without a tag, no dialog. */
  trying(): void {
    this.#transaction.respond({ status: 100 });
  }

  /** 101 to 199 in an early dialog; another `tag` makes another dialog (RFC 3261 §12.1). */
  progress(reply: Reply, tag = this.tag): void {
    if (this.#finalStatus !== undefined) return;
    this.#usage(tag);
    this.#transaction.respond(this.#dialogReply(reply, tag));
  }

  /** 2xx: the dialog is confirmed, those of other tags end; sent until the ACK comes. */
  accept(reply: Reply, tag = this.tag): InviteUsage | undefined {
    if (this.#finalStatus !== undefined) return undefined;
    this.#finish(reply.status);
    this.#transaction.listener = undefined;
    const usage = this.#usage(tag);
    for (const [other, early] of this.#usages) if (other !== tag) early.end();
    usage.confirm();
    // RFC 3261 §13.3.1.4: a 2xx says what may come in the dialog.
    const headers = [ALLOW, SUPPORTED, ...(reply.headers ?? [])];
    this.#transaction.respond(this.#dialogReply({ ...reply, headers }, tag));
    usage.awaitAck(this.request.cseq?.sequenceNumber ?? 0, this.#transaction);
    return usage;
  }

  /** 300 to 699. */
  reject(reply: Reply): void {
    if (this.#finalStatus !== undefined) return;
    this.#finish(reply.status);
    this.#transaction.respond({ ...reply, toTag: this.tag });
    for (const usage of this.#usages.values()) usage.end();
  }

  receiveCancel(request: SipRequest, respond: Responder): void {
    // RFC 3261 §9.2: after a final response the CANCEL has no effect but is answered.
    if (this.#finalStatus !== undefined || this.#listener === undefined)
      respond({ status: 200, toTag: this.tag });
    else
      this.#listener.onCancel(request, (reply) => {
        respond({ ...reply, toTag: this.tag });
      });
  }

  #finish(status: number): void {
    this.#finalStatus = status;
    this.onFinal?.();
  }

  #dialogReply(reply: Reply, toTag: string): Reply {
    return {
      ...reply,
      toTag,
      headers: [...this.#core.contactHeaders(this.flow.listener), ...(reply.headers ?? [])],
    };
  }

  #usage(tag: string): InviteUsage {
    let usage = this.#usages.get(tag);
    if (usage === undefined) {
      usage = new InviteUsage(this.#core, dialogFromInvite(this.request, tag, this.flow.listener), this.flow);
      usage.listener = this.#listener;
      this.#usages.set(tag, usage);
    }
    return usage;
  }
}
