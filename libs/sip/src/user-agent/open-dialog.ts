import {
  confirmed,
  dialogWith,
  isInOrder,
  keyOfDialog,
  requestInDialog,
  wayInDialog,
  type Dialog,
} from "../dialog/dialog.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  Reply,
} from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { AckOf2xx } from "./ack-of-2xx.ts";
import { approximateOctets, ClientRequest, type ClientRequestListener } from "./client-request.ts";
import type { DialogEntry, RequestBody, UserAgentCore } from "./user-agent-core.ts";
import { NOT_AMENDED, type Amendment } from "./amendment.ts";
import { eventOf } from "./event-name.ts";
import type { SessionIdentity } from "./session-identity.ts";

/** A call as another one sees it that takes its place (RFC 3891). */
export interface ReplaceableCall {
  readonly dialog: Dialog;
  readonly isCaller: boolean;
  readonly hasEnded: boolean;
  readonly identity: SessionIdentity | undefined;
  /** BYE, or CANCEL where it is an early one of ours. */
  terminate(): void;
}

/** What takes requests of one dialog (RFC 5057 §2): a call, or a subscription. */
export interface DialogUsage {
  /** False where the request is for another usage of the dialog. */
  receive(request: SipRequest, transaction: NonInviteServerTransaction): boolean;
  receiveInvite?(request: SipRequest, transaction: InviteServerTransaction): void;
  receiveAck?(request: SipRequest): void;
  readonly call?: ReplaceableCall | undefined;
  /** A CANCEL for an INVITE of the dialog; true where it took effect. */
  receiveCancel?(transaction: InviteServerTransaction): boolean;
}

/** Methods whose requests carry a Contact: they refresh the target, or make a dialog (RFC 3261 §12.2.1.1). */
const WITH_CONTACT: ReadonlySet<string> = new Set([
  ...["INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER", "ACK"],
]);

/** RFC 3261 §14.2: seconds after which a request that came too early may come again. */
export const RETRY_AFTER_S_MAX = 10;

const NO_HEADERS: readonly HeaderField[] = [];

export type DialogRequestParts = RequestBody | ((amendment: Amendment) => RequestBody);

/**
 * A dialog in the user agent's table with the usages that share it. It is there as long as one of them is (RFC 5057
 * §4.1).
 */
export class OpenDialog implements DialogEntry {
  readonly #core: UserAgentCore;
  readonly flow: Flow;
  /** One nearly always; a REFER adds another. */
  #usages: readonly DialogUsage[] = [];
  readonly #key: string;
  /** Of the call, where Session-ID is spoken. */
  identity: SessionIdentity | undefined;
  /** That the peer, or who stands before it, has accepted last. */
  credentials: readonly HeaderField[] = NO_HEADERS;
  #data: Dialog;

  constructor(core: UserAgentCore, data: Dialog, flow: Flow) {
    this.#core = core;
    this.#key = keyOfDialog(data);
    this.#data = data;
    this.flow = flow;
  }

  /** The call among the usages. */
  get call(): ReplaceableCall | undefined {
    for (const { call } of this.#usages) if (call !== undefined) return call;
    return undefined;
  }

  get data(): Dialog {
    return this.#data;
  }

  /** With its first usage the dialog comes into the table. */
  add(usage: DialogUsage): void {
    this.#usages = this.#usages.length === 0 ? [usage] : [...this.#usages, usage];
    this.#core.dialogs.set(this.#key, this);
  }

  remove(usage: DialogUsage): void {
    this.#usages = this.#usages.filter((each) => each !== usage);
    if (this.#usages.length === 0) this.#core.dialogs.delete(this.#key);
  }

  confirm(): void {
    this.#data = confirmed(this.#data);
  }

  /** A later response of the same dialog may bring a newer target (RFC 3261 §12.2.1.2, §13.2.2.4). */
  replaceData(data: Dialog): void {
    // A provisional that the 2xx has overtaken says nothing new.
    if (data.state === "early" && this.#data.state === "confirmed") return;
    this.#data = dialogWith(data, {
      localSequenceNumber: Math.max(data.localSequenceNumber, this.#data.localSequenceNumber),
      remoteSequenceNumber: this.#data.remoteSequenceNumber,
    });
  }

  /** Target refresh by a request or a 2xx of theirs (RFC 3261 §12.2.1.2, §12.2.2). */
  refreshTarget(message: SipRequest | SipResponse): void {
    const contact = message.contacts?.[0]?.uriText;
    if (contact !== undefined) this.#data = dialogWith(this.#data, { remoteTarget: contact });
  }

  receive(request: SipRequest, transaction: NonInviteServerTransaction): void {
    if (!this.takeTurn(request, transaction)) return;
    for (const usage of this.#usages) if (usage.receive(request, transaction)) return;
    transaction.respond(this.#withoutUsage(request));
  }

  /** A NOTIFY of no subscription is 481 (RFC 6665 §4.1.3); a SUBSCRIBE is first asked what it is for (§4.2.1.1, §7.3). */
  #withoutUsage(request: SipRequest): Reply {
    const { capabilities } = this.#core;
    if (request.method !== "SUBSCRIBE") return { status: 481 };
    if (!capabilities.isAllowed("SUBSCRIBE")) return { status: 405, headers: [capabilities.allow] };
    // RFC 6665 §4.5.1: a new subscription makes a dialog of its own; what this one asks to refresh is not there.
    if (capabilities.hasEvent(eventOf(request)?.name)) return { status: 481 };
    return { status: 489, headers: capabilities.allowEvents };
  }

  receiveInvite(request: SipRequest, transaction: InviteServerTransaction): void {
    if (!this.takeTurn(request, transaction)) return;
    for (const usage of this.#usages) {
      if (usage.receiveInvite === undefined) continue;
      usage.receiveInvite(request, transaction);
      return;
    }
    transaction.respond({ status: 481 });
  }

  receiveAck(request: SipRequest): void {
    this.identity?.note(request);
    for (const usage of this.#usages) usage.receiveAck?.(request);
  }

  receiveCancel(transaction: InviteServerTransaction): boolean {
    for (const usage of this.#usages) if (usage.receiveCancel?.(transaction) === true) return true;
    return false;
  }

  /** RFC 3261 §12.2.2: a lower sequence number than the last is answered 500, and false. */
  takeTurn(request: SipRequest, transaction: { respond(reply: Reply): void }): boolean {
    if (!isInOrder(this.#data, request)) {
      transaction.respond({ status: 500 });
      return false;
    }
    this.#data = dialogWith(this.#data, { remoteSequenceNumber: request.cseq?.sequenceNumber });
    return true;
  }

  /** A request of ours in the dialog; each try has the next sequence number. */
  request(method: string, parts: DialogRequestParts, listener: ClientRequestListener): ClientRequest {
    const request: ClientRequest = new ClientRequest(
      this.#core,
      {
        method,
        credentials: this.credentials,
        compose: (amendment) => {
          const request = requestInDialog(this.#data, method);
          this.#data = request.dialog;
          const { headers = [], body } = typeof parts === "function" ? parts(amendment) : parts;
          const { listener: near, isSecure } = this.#data;
          const contact = WITH_CONTACT.has(method) ? this.#core.contactHeaders(near, isSecure) : [];
          return {
            requestUri: request.requestUri,
            headers: [...request.headers, ...contact, ...this.#identityHeaders, ...headers],
            body,
          };
        },
        targets: () => {
          const { nextHop, octets } = wayInDialog(this.#data);
          const content = typeof parts === "function" ? parts(NOT_AMENDED) : parts;
          const headers = [...this.#identityHeaders, ...(content.headers ?? [])];
          const others = approximateOctets({ headers, body: content.body });
          return this.#core.targetsIn(nextHop, this.flow, octets + others);
        },
      },
      this.#isNoting ? this.#noting(listener, () => request.nextCredentials) : listener,
    );
    return request;
  }

  /** Answers have something to tell the dialog itself. */
  get #isNoting(): boolean {
    return this.identity !== undefined || this.#core.authenticator !== undefined;
  }

  #noting(listener: ClientRequestListener, credentials: () => readonly HeaderField[]): ClientRequestListener {
    return {
      onProvisional: (response) => listener.onProvisional?.(response),
      onFinal: (response, reason) => {
        this.identity?.noteFinal(response);
        if (response !== undefined && response.status < 300) this.credentials = credentials();
        listener.onFinal(response, reason);
      },
    };
  }

  get #identityHeaders(): readonly HeaderField[] {
    return this.identity === undefined ? NO_HEADERS : [this.identity.header];
  }

  /** The ACK to a 2xx, ready to be sent. `credentials` are the INVITE's (RFC 3261 §22.1). */
  ack(sequenceNumber: number, parts: RequestBody, credentials: readonly HeaderField[]): AckOf2xx {
    return new AckOf2xx(this.#core, {
      dialog: this.#data,
      sequenceNumber,
      headers: [...this.#identityHeaders, ...credentials, ...(parts.headers ?? [])],
      body: parts.body,
      flow: this.flow,
    });
  }
}
