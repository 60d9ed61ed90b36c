import { isInOrder, keyOfDialog, requestInDialog, type Dialog } from "../dialog/dialog.ts";
import type { SipRequest } from "../message/message.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  Reply,
} from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { AwaitedAck } from "./awaited-ack.ts";
import type { DialogUsage, Outcome, RequestBody, UserAgentCore } from "./user-agent-core.ts";

/** Answers one request; the first final answer counts. */
export type Responder = (reply: Reply) => void;

/** What the owner of an INVITE usage is told; each request must be answered through its responder, once. */
export interface InviteUsageListener {
  onAck(request: SipRequest): void;
  /** 64·T1 passed without an ACK: RFC 3261 §13.3.1.4 wants the session ended with BYE. */
  onAckTimeout(): void;
  onBye(request: SipRequest, respond: Responder): void;
  onInfo(request: SipRequest, respond: Responder): void;
  /** A re-INVITE (RFC 3261 §14.2); a 2xx is retransmitted until its ACK. */
  onReinvite(request: SipRequest, respond: Responder): void;
}

/** The INVITE usage of one dialog (RFC 5057 §2): BYE, INFO, re-INVITE in it, both ways. */
export class InviteUsage implements DialogUsage {
  readonly #core: UserAgentCore;
  readonly #flow: Flow;
  readonly #awaitedAcks = new Map<number, AwaitedAck>();
  #dialog: Dialog;
  #hasEnded = false;
  listener: InviteUsageListener | undefined;

  constructor(core: UserAgentCore, dialog: Dialog, flow: Flow) {
    this.#core = core;
    this.#dialog = dialog;
    this.#flow = flow;
    core.dialogs.set(keyOfDialog(dialog), this);
  }

  get dialog(): Dialog {
    return this.#dialog;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  confirm(): void {
    this.#dialog = { ...this.#dialog, state: "confirmed" };
  }

  /** A later response of the same dialog may bring a newer target (RFC 3261 §12.2.1.2, §13.2.2.4). */
  replaceDialog(dialog: Dialog): void {
    this.#dialog = {
      ...dialog,
      localSequenceNumber: Math.max(dialog.localSequenceNumber, this.#dialog.localSequenceNumber),
      remoteSequenceNumber: this.#dialog.remoteSequenceNumber,
    };
  }

  /** From here the 2xx of this transaction is sent until its ACK comes. */
  awaitAck(sequenceNumber: number, transaction: InviteServerTransaction): void {
    const awaited = new AwaitedAck(this.#core.layer.timers, transaction, () => {
      this.#awaitedAcks.delete(sequenceNumber);
      this.listener?.onAckTimeout();
    });
    this.#awaitedAcks.set(sequenceNumber, awaited);
  }

  receiveAck(request: SipRequest): void {
    const number = request.cseq?.sequenceNumber ?? -1;
    const awaited = this.#awaitedAcks.get(number);
    if (awaited === undefined) return;
    awaited.stop();
    this.#awaitedAcks.delete(number);
    this.listener?.onAck(request);
  }

  receive(request: SipRequest, transaction: NonInviteServerTransaction): void {
    if (!this.#takeTurn(request, transaction)) return;
    const respond: Responder = (reply) => {
      transaction.respond(reply);
      // RFC 3261 §15.1.2: a BYE ends the dialog, whatever its answer is.
      if (request.method === "BYE" && reply.status >= 200) this.end();
    };
    // A crossing BYE: ours is out, theirs is answered all the same.
    if (request.method === "BYE" && (this.#hasEnded || this.listener === undefined)) respond({ status: 200 });
    else if (request.method === "BYE") this.listener?.onBye(request, respond);
    else if (this.#hasEnded || this.listener === undefined) respond({ status: 481 });
    else this.listener.onInfo(request, respond);
  }

  receiveInvite(request: SipRequest, transaction: InviteServerTransaction): void {
    if (!this.#takeTurn(request, transaction)) return;
    const { listener } = this;
    if (this.#hasEnded || listener === undefined) {
      transaction.respond({ status: 481 });
      return;
    }
    const contact = request.contacts?.[0]?.uriText;
    if (contact !== undefined) this.#dialog = { ...this.#dialog, remoteTarget: contact };
    listener.onReinvite(request, (reply) => {
      const headers = [...this.#core.contactHeaders(this.#dialog.listener), ...(reply.headers ?? [])];
      transaction.respond({ ...reply, headers });
      if (reply.status >= 200 && reply.status < 300)
        this.awaitAck(request.cseq?.sequenceNumber ?? 0, transaction);
    });
  }

  #takeTurn(request: SipRequest, transaction: { respond(reply: Reply): void }): boolean {
    if (!isInOrder(this.#dialog, request)) {
      transaction.respond({ status: 500 });
      return false;
    }
    this.#dialog = {
      ...this.#dialog,
      remoteSequenceNumber: request.cseq?.sequenceNumber,
    };
    return true;
  }

  /** Sends a request inside the dialog; `outcome` is called once. */
  send(method: string, parts: RequestBody, outcome: Outcome): void {
    const request = requestInDialog(this.#dialog, method);
    this.#dialog = request.dialog;
    this.#core.sendInDialog(request, method, parts, this.#flow, outcome);
  }

  /** ACK to a 2xx, outside of any transaction (RFC 3261 §13.2.2.4). */
  ack(sequenceNumber: number, parts: RequestBody): () => void {
    const request = requestInDialog(this.#dialog, "ACK", sequenceNumber);
    return this.#core.ackSender(request, parts, this.#flow);
  }

  /** Ends the usage with a BYE; the dialog stays until it is answered, to answer a BYE that crosses it. */
  bye(parts: RequestBody, outcome: Outcome): void {
    if (this.#hasEnded) return;
    this.#stop();
    this.send("BYE", parts, (response) => {
      this.#core.dialogs.delete(keyOfDialog(this.#dialog));
      outcome(response);
    });
  }

  /** The peer ended it, or it never came to be. */
  end(): void {
    this.#stop();
    this.#core.dialogs.delete(keyOfDialog(this.#dialog));
  }

  #stop(): void {
    this.#hasEnded = true;
    for (const awaited of this.#awaitedAcks.values()) awaited.stop();
    this.#awaitedAcks.clear();
  }
}
