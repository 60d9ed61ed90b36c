import type { Dialog } from "../dialog/dialog.ts";
import { stepUsage, type UsageInput, type UsageOutput, type UsageState } from "../dialog/usage-machine.ts";
import { INFO_PACKAGE } from "../message/headers/event.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  Reply,
} from "../transaction/server-transaction.ts";
import { AwaitedAck } from "./awaited-ack.ts";
import type { CallWiring } from "./capabilities.ts";
import { OpenDialog, type DialogUsage, type ReplaceableCall } from "./open-dialog.ts";
import type { OfferAnswerPort } from "./ports.ts";
import { ReceivedRefer } from "./received-refer.ts";
import {
  SessionChanges,
  type ChangeOutcome,
  type SessionChangesHost,
  type SessionLoss,
} from "./session-changes.ts";
import type { SessionIdentity } from "./session-identity.ts";
import { referInDialog } from "./subscribe.ts";
import type { Subscription, SubscriptionListener } from "./subscription.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";
import type { Flow } from "../transport/flow.ts";

/** Answers one request; the first final answer counts. */
export type Responder = (reply: Reply) => void;

/** What a request of ours inside a dialog came to; `undefined` stands for no answer (RFC 3261 §12.2.1.2). */
export type Outcome = (response: SipResponse | undefined) => void;

/**
 * What the owner of a call is told; each request must be answered through its responder, once. What has no handler
 * is not advertised, and refused.
 */
export interface InviteUsageListener extends CallWiring {
  /** Offer and answer; without it no offer is taken or made inside the call (488). */
  readonly session?: OfferAnswerPort | undefined;
  onAck(request: SipRequest): void;
  /** 64·T1 passed without an ACK: RFC 3261 §13.3.1.4 wants the session ended with BYE. */
  onAckTimeout(): void;
  onBye(request: SipRequest, respond: Responder): void;
  onInfo?(request: SipRequest, respond: Responder): void;
  /** A re-INVITE, UPDATE or PRACK, which the session answers: for what its body carries beside a description. */
  onCarried?(request: SipRequest): void;
  onMessage?(request: SipRequest, respond: Responder): void;
  onRefer?(refer: ReceivedRefer): void;
  /** The port has agreed with the peer on something new, or on the same again. */
  onSessionChanged?(): void;
  /** The session is over although no BYE came: the owner ends it. Without this handler a BYE is sent. */
  onSessionLost?(reason: SessionLoss): void;
}

/** Their refusal says nothing of the call (RFC 5057 §5.1). */
const OF_SUBSCRIPTIONS: ReadonlySet<string> = new Set(["SUBSCRIBE", "NOTIFY"]);
const NONE_AWAITED: readonly AwaitedAck[] = [];

/** The INVITE usage of one dialog (RFC 5057 §2): what happens in a call, both ways. */
export class InviteUsage implements DialogUsage, ReplaceableCall, SessionChangesHost {
  readonly open: OpenDialog;
  readonly changes: SessionChanges;
  readonly isCaller: boolean;
  readonly core: UserAgentCore;
  /** None most of the time. */
  #awaitedAcks: readonly AwaitedAck[] = NONE_AWAITED;
  #state: UsageState = "open";
  /** A BYE of ours until it is out, or is not to be sent. */
  #bye: { readonly parts: RequestBody; readonly outcome: Outcome } | undefined;
  /** Our 2xx was given and has not left: it waits for a PRACK or for its description. */
  isUnsent = false;
  listener: InviteUsageListener | undefined;
  /** Of the server side while it is early: PRACK goes to its reliable provisionals. */
  onPrack: ((request: SipRequest, respond: Responder) => void) | undefined;
  /** Of the session that made it: called once, when the usage ends. */
  onEnded: (() => void) | undefined;
  /** Ends an early call of ours (RFC 3891 §3). */
  onCancel: (() => void) | undefined;

  constructor(
    core: UserAgentCore,
    dialog: Dialog,
    flow: Flow,
    isCaller: boolean,
    identity: SessionIdentity | undefined,
  ) {
    this.core = core;
    this.isCaller = isCaller;
    this.open = new OpenDialog(core, dialog, flow);
    this.open.identity = identity;
    this.open.add(this);
    this.changes = new SessionChanges(this);
  }

  get dialog(): Dialog {
    return this.open.data;
  }

  /** What Session-ID says of the call (RFC 7989); undefined where it is not spoken. */
  get identity(): SessionIdentity | undefined {
    return this.open.identity;
  }

  get call(): this {
    return this;
  }

  get hasEnded(): boolean {
    return this.#state !== "open";
  }

  get wiring(): CallWiring | undefined {
    return this.listener;
  }

  get port(): OfferAnswerPort | undefined {
    return this.listener?.session;
  }

  /** An offer and its answer have met. */
  changed(): void {
    this.listener?.onSessionChanged?.();
  }

  /** The 2xx has come, or gone: what the early dialog needed is let go. */
  confirm(): void {
    this.open.confirm();
    this.onCancel = undefined;
  }

  terminate(): void {
    if (this.onCancel !== undefined) this.onCancel();
    else this.bye({}, () => undefined);
  }

  /** The session cannot go on: its owner ends it, or a BYE does. */
  lost(reason: SessionLoss): void {
    const { outputs } = stepUsage(this.#state, "loss");
    if (!outputs.includes("tell loss")) return;
    if (this.listener?.onSessionLost !== undefined) this.listener.onSessionLost(reason);
    else this.bye({}, () => undefined);
  }

  #input(input: UsageInput): void {
    const { state, outputs } = stepUsage(this.#state, input);
    this.#state = state;
    for (const output of outputs) this.#perform(output);
  }

  /** What concerns no request of theirs; those are answered where they are received. */
  #perform(output: UsageOutput): void {
    switch (output) {
      case "stop changes":
        this.changes.stop();
        return;
      case "stop 2xx":
        for (const awaited of this.#awaitedAcks) awaited.stop();
        this.#awaitedAcks = NONE_AWAITED;
        this.onCancel = undefined;
        return;
      case "send BYE":
        this.#sendBye();
        return;
      case "no BYE":
        this.#takeBye()?.outcome(undefined);
        return;
      case "leave":
        this.#leave();
        return;
      case "hand on":
      case "200":
      case "481":
      case "tell loss":
        return;
    }
  }

  /** From here the 2xx of this transaction is sent until its ACK comes. */
  awaitAck(sequenceNumber: number, transaction: InviteServerTransaction): void {
    const awaited = new AwaitedAck(sequenceNumber, this.core.timers, transaction, () => {
      const isEnding = this.#forgetAck(awaited);
      if (!isEnding && !this.hasEnded) this.listener?.onAckTimeout();
    });
    this.#awaitedAcks = [...this.#awaitedAcks, awaited];
  }

  /** True where the BYE of an ended call was waiting for it. */
  #forgetAck(awaited: AwaitedAck): boolean {
    const left = this.#awaitedAcks.filter((each) => each !== awaited);
    this.#awaitedAcks = left.length === 0 ? NONE_AWAITED : left;
    // RFC 3262 §3: a PRACK may come after the 2xx, and hardly after its ACK.
    this.onPrack = undefined;
    const isEnding = this.#state === "ending";
    if (left.length === 0) this.#input("ACKs done");
    return isEnding;
  }

  receiveAck(request: SipRequest): void {
    const number = request.cseq?.sequenceNumber ?? -1;
    const awaited = this.#awaitedAcks.find(({ sequenceNumber }) => sequenceNumber === number);
    if (awaited === undefined) return;
    awaited.stop();
    if (this.#forgetAck(awaited)) return;
    this.listener?.onAck(request);
    this.changes.receiveAck(request);
  }

  receive(request: SipRequest, transaction: NonInviteServerTransaction): boolean {
    const { method } = request;
    if (method === "SUBSCRIBE" || method === "NOTIFY") return false;
    const respond: Responder = (reply) => {
      transaction.respond(reply);
    };
    if (method === "BYE") this.#receiveBye(request, respond);
    else if (!this.#isHandedOn("request") || this.listener === undefined) respond({ status: 481 });
    else this.#dispatch(request, transaction, respond, this.listener);
    return true;
  }

  #isHandedOn(input: "BYE" | "request"): boolean {
    return stepUsage(this.#state, input).outputs[0] === "hand on";
  }

  #dispatch(
    request: SipRequest,
    transaction: NonInviteServerTransaction,
    respond: Responder,
    listener: InviteUsageListener,
  ): void {
    if (request.method === "PRACK" || request.method === "UPDATE") listener.onCarried?.(request);
    switch (request.method) {
      case "PRACK":
        if (this.onPrack === undefined) respond({ status: 481 });
        else this.onPrack(request, respond);
        return;
      case "UPDATE":
        this.changes.receiveUpdate(request, transaction);
        return;
      case "INFO":
        this.#receiveInfo(request, respond, listener);
        return;
      case "REFER":
        if (listener.onRefer === undefined) break;
        ReceivedRefer.take(this.core, this.open, request, respond, (refer) => listener.onRefer?.(refer));
        return;
      case "MESSAGE":
        if (listener.onMessage === undefined) break;
        listener.onMessage(request, respond);
        return;
      default:
        break;
    }
    const [allow] = this.core.capabilities.ofCall(listener);
    respond({ status: 405, headers: allow === undefined ? [] : [allow] });
  }

  #receiveBye(request: SipRequest, respond: Responder): void {
    // RFC 3261 §15.1.2: a BYE ends the dialog, whatever its answer is.
    const end: Responder = (reply) => {
      respond(reply);
      if (reply.status >= 200) this.#input("BYE answered");
    };
    // A crossing BYE: ours is out, theirs is answered all the same.
    if (!this.#isHandedOn("BYE") || this.listener === undefined) end({ status: 200 });
    else this.listener.onBye(request, end);
  }

  /** RFC 6086 §4.2.2: a package that is not ours is 469; what has none is INFO as it was before packages. */
  #receiveInfo(request: SipRequest, respond: Responder, listener: InviteUsageListener): void {
    const isNamed = request.header(INFO_PACKAGE.id) !== undefined;
    const named = request.get(INFO_PACKAGE)?.value.toLowerCase();
    const packages = listener.infoPackages ?? [];
    if (listener.onInfo === undefined) {
      const [allow] = this.core.capabilities.ofCall(listener);
      respond({ status: 405, headers: allow === undefined ? [] : [allow] });
    } else if (isNamed && !packages.some((name) => name.toLowerCase() === named))
      respond({ status: 469, headers: [["Recv-Info", packages.join(", ")]] });
    else listener.onInfo(request, respond);
  }

  receiveInvite(request: SipRequest, transaction: InviteServerTransaction): void {
    if (!this.#isHandedOn("request") || this.listener === undefined) transaction.respond({ status: 481 });
    else {
      this.listener.onCarried?.(request);
      // RFC 3261 §14.2: while the first INVITE has no final response, another is early, whoever sent it.
      this.changes.receiveInvite(request, transaction);
    }
  }

  receiveCancel(transaction: InviteServerTransaction): boolean {
    return this.changes.receiveCancel(transaction);
  }

  /** Sends a request inside the dialog, as INFO; `outcome` is called once. A call that the peer has forgotten ends. */
  send(method: string, parts: RequestBody, outcome: Outcome): void {
    this.open.request(method, parts, {
      onFinal: (response, reason) => {
        outcome(response);
        // RFC 3261 §12.2.1.2: 481, 408 or nothing at all say that the peer has the dialog no more.
        const isGone = reason === "timeout" || response?.status === 481 || response?.status === 408;
        if (isGone && !OF_SUBSCRIPTIONS.has(method) && this.dialog.state === "confirmed")
          this.lost("dialog-lost");
      },
    });
  }

  /** REFER in the call (RFC 3515): how the reference goes comes in NOTIFYs. */
  refer(referTo: string, parts: RequestBody, listener: SubscriptionListener): Subscription {
    return referInDialog(this.core, this.open, referTo, parts, listener);
  }

  /** A new offer of the port, or a target refresh, by re-INVITE (RFC 3261 §14.1) or UPDATE (RFC 3311). */
  change(method: "INVITE" | "UPDATE", parts: RequestBody, outcome: ChangeOutcome): void {
    this.changes.change(method, parts, outcome);
  }

  /**
   * Ends the usage with a BYE; the dialog stays until it is answered, to answer a BYE that crosses it. RFC 3261 §15:
   * the called side waits for the ACK first. Where it has ended already nothing is sent, and nobody answers.
   */
  bye(parts: RequestBody, outcome: Outcome): void {
    if (this.hasEnded) {
      outcome(undefined);
      return;
    }
    this.#bye = { parts, outcome };
    if (this.isUnsent) this.#input("bye, 2xx unsent");
    else this.#input(this.#awaitedAcks.length > 0 ? "bye, ACK awaited" : "bye");
  }

  #takeBye(): { readonly parts: RequestBody; readonly outcome: Outcome } | undefined {
    const bye = this.#bye;
    this.#bye = undefined;
    return bye;
  }

  #sendBye(): void {
    const { parts = {}, outcome } = this.#takeBye() ?? {};
    this.send("BYE", parts, (response) => {
      this.#input("BYE done");
      outcome?.(response);
    });
  }

  /** The dialog is gone; who made the usage may keep it for a while, but nothing that its owner has. */
  #leave(): void {
    this.open.remove(this);
    this.onEnded?.();
    this.onEnded = undefined;
    this.listener = undefined;
  }

  /** It never came to be, or its session ends it. */
  end(): void {
    this.#input("end");
  }
}
