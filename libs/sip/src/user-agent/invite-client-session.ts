import { dialogFromResponse } from "../dialog/dialog.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipResponse } from "../message/message.ts";
import type { InviteClientTransaction, OutgoingRequest } from "../transaction/client-transaction.ts";
import type { Flow, Target } from "../transport/flow.ts";
import { InviteUsage, type InviteUsageListener } from "./invite-usage.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

export interface InviteClientSessionListener extends InviteUsageListener {
  onProvisional(response: SipResponse): void;
  /** The first 2xx; what is returned goes into the ACK (an answer, where the offer came in the 2xx). */
  onAccepted(response: SipResponse): RequestBody | undefined;
  onRejected(response: SipResponse): void;
  /** No final response: timer B, or the request could not be sent (RFC 3261 §8.1.3.1). */
  onFailed(reason: "timeout" | "transport-error"): void;
}

export interface InviteParts extends RequestBody {
  readonly requestUri: string;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  readonly target: Target;
}

/**
 * The client side of one INVITE (RFC 3261 §13.2). Each To tag of the responses is a dialog of its own; the first
 * 2xx wins, later ones of other forks are acknowledged and released (§13.2.2.4).
 */
export class InviteClientSession {
  readonly callId: string;
  readonly #core: UserAgentCore;
  readonly #target: Target;
  readonly #request: OutgoingRequest;
  readonly #transaction: InviteClientTransaction;
  readonly #usages = new Map<string, InviteUsage>();
  readonly #acks = new Map<string, () => void>();
  readonly #listener: InviteClientSessionListener;
  #accepted: InviteUsage | undefined;
  readonly #flow: Flow;
  #cancelHeaders: readonly HeaderField[] = [];
  #isCancelWanted = false;
  #isCancelSent = false;
  #hasFinal = false;

  constructor(core: UserAgentCore, parts: InviteParts, listener: InviteClientSessionListener) {
    this.#core = core;
    this.#listener = listener;
    this.#target = parts.target;
    const { listener: listenerId } = parts.target;
    const transport = core.layer.transport(listenerId);
    this.#flow = {
      listener: listenerId,
      transport: transport?.protocol ?? "UDP",
      isReliable: transport?.isReliable ?? false,
      remoteAddress: parts.target.address,
      remotePort: parts.target.port,
    };
    this.callId = core.identifiers.callId(transport?.sentBy.host ?? "invalid");
    const branch = core.identifiers.branch();
    const headers: HeaderField[] = [
      ["Max-Forwards", "70"],
      ["From", `${parts.from};tag=${core.identifiers.tag()}`],
      ["To", parts.to],
      ["Call-ID", this.callId],
      ["CSeq", "1 INVITE"],
      ...core.contactHeaders(listenerId),
      ...(parts.headers ?? []),
    ];
    const via = core.via(listenerId, branch);
    this.#request = {
      method: "INVITE",
      requestUri: parts.requestUri,
      via,
      headers,
      body: parts.body,
    };
    this.#transaction = core.layer.sendInvite(this.#request, branch, parts.target, {
      onResponse: (response) => {
        this.#receive(response);
      },
      onTimeout: () => {
        this.#fail("timeout");
      },
      onTransportError: () => {
        this.#fail("transport-error");
      },
    });
  }

  /** The usage of the first 2xx. */
  get usage(): InviteUsage | undefined {
    return this.#accepted;
  }

  /**
   * CANCEL, as soon as a provisional allows it (RFC 3261 §9.1); without a final response the call fails after 64·T1.
   * After a 2xx it does nothing, and a 2xx may cross it: then `onAccepted` is called, and it is BYE that ends the call.
   */
  cancel(headers: readonly HeaderField[] = []): void {
    if (this.#hasFinal || this.#isCancelWanted) return;
    this.#isCancelWanted = true;
    this.#cancelHeaders = headers;
    if (this.#transaction.canCancel) this.#sendCancel();
  }

  #sendCancel(): void {
    if (this.#isCancelSent) return;
    this.#isCancelSent = true;
    const same = this.#request.headers.filter(([name]) => REPEATED_IN_CANCEL.has(name));
    const headers = same.map(([name, value]): HeaderField => [name, name === "CSeq" ? "1 CANCEL" : value]);
    const { via, requestUri } = this.#request;
    const branch = /;branch=([^;]+)/.exec(via)?.[1] ?? "";
    const request: OutgoingRequest = {
      method: "CANCEL",
      requestUri,
      via,
      headers: [...headers, ...this.#cancelHeaders],
    };
    // The answer to CANCEL says nothing about the INVITE, whose own final response is waited for.
    const ignore = (): void => undefined;
    const listener = {
      onResponse: ignore,
      onTimeout: ignore,
      onTransportError: ignore,
    };
    this.#core.layer.sendRequest(request, branch, this.#target, listener);
    this.#transaction.expectCancelled();
  }

  #receive(response: SipResponse): void {
    if (response.status < 200) this.#provisional(response);
    else if (response.status < 300) this.#acceptedBy(response);
    else {
      this.#hasFinal = true;
      this.#endEarly();
      this.#listener.onRejected(response);
    }
  }

  #provisional(response: SipResponse): void {
    this.#usage(response);
    this.#listener.onProvisional(response);
    if (this.#isCancelWanted && this.#transaction.canCancel) this.#sendCancel();
  }

  #acceptedBy(response: SipResponse): void {
    const tag = response.toTag ?? "";
    const repeated = this.#acks.get(tag);
    if (repeated !== undefined) {
      repeated();
      return;
    }
    const usage = this.#usage(response);
    if (usage === undefined) return;
    usage.confirm();
    const isFirst = this.#accepted === undefined;
    this.#hasFinal = true;
    if (isFirst) this.#accepted = usage;
    const parts = isFirst ? this.#listener.onAccepted(response) : undefined;
    const ack = usage.ack(response.cseq?.sequenceNumber ?? 1, parts ?? {});
    this.#acks.set(tag, ack);
    ack();
    if (!isFirst) usage.bye({}, () => undefined);
    else for (const [other, early] of this.#usages) if (other !== tag) early.end();
  }

  #usage(response: SipResponse): InviteUsage | undefined {
    const dialog = dialogFromResponse(response, this.#target.listener, this.#request.requestUri);
    if (dialog === undefined) return undefined;
    const tag = dialog.remoteTag;
    const known = this.#usages.get(tag);
    if (known !== undefined && !known.hasEnded) {
      known.replaceDialog(dialog);
      return known;
    }
    const usage = new InviteUsage(this.#core, dialog, this.#flow);
    usage.listener = this.#listener;
    this.#usages.set(tag, usage);
    return usage;
  }

  #fail(reason: "timeout" | "transport-error"): void {
    this.#hasFinal = true;
    this.#endEarly();
    this.#listener.onFailed(reason);
  }

  #endEarly(): void {
    for (const usage of this.#usages.values()) if (usage !== this.#accepted) usage.end();
  }
}

const REPEATED_IN_CANCEL = new Set(["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Route"]);
