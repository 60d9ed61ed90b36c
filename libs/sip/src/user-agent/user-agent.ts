import { dialogKey } from "../dialog/dialog.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest } from "../message/message.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  Reply,
} from "../transaction/server-transaction.ts";
import { TransactionLayer, type TransactionUser } from "../transaction/transaction-layer.ts";
import type { Clock, Random } from "../transport/clock.ts";
import type { Flow, Transport } from "../transport/flow.ts";
import { Identifiers } from "./identifiers.ts";
import {
  InviteClientSession,
  type InviteClientSessionListener,
  type InviteParts,
} from "./invite-client-session.ts";
import { InviteServerSession } from "./invite-server-session.ts";
import {
  ALLOW,
  METHODS,
  SUPPORTED,
  UserAgentCore,
  type DialogUsage,
  type Locate,
} from "./user-agent-core.ts";

export interface UserAgentOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly transports: readonly Transport[];
  readonly locate: Locate;
  /** Minted into tags, branches and Call-IDs. */
  readonly identifierPrefix?: string;
  /** Media types the owner reads, for Accept. */
  readonly accept: readonly string[];
}

export interface UserAgentListener {
  /** Asked first, for every new request: a status refuses it without a transaction. */
  admit(request: SipRequest, flow: Flow): number | undefined;
  /** A new INVITE outside of any dialog. 100 has not been sent. */
  onInvite(session: InviteServerSession): void;
  onRefused(reason: string, status: number | undefined, detail: string, flow: Flow): void;
}

/** Methods that have a specification: 405 for them, 501 for others (RFC 3261 §8.2.1, §21.5.2). */
const KNOWN = new Set([
  ...METHODS,
  ...["REGISTER", "PRACK", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE"],
]);
const SCHEMES = new Set(["sip", "sips", "tel"]);

interface Refusal {
  readonly reason: string;
  readonly status: number;
  readonly headers?: readonly HeaderField[];
}

const MISSING_CONTACT: Refusal = { reason: "missing-contact", status: 400 };
const NO_DIALOG: Refusal = { reason: "no-dialog", status: 481 };
const NO_TRANSACTION: Refusal = { reason: "no-transaction", status: 481 };

/** User agent core of RFC 3261 §8 over a transaction layer: server and client side of calls, OPTIONS, refusals. */
export class UserAgent {
  readonly layer: TransactionLayer;
  readonly #core: UserAgentCore;
  readonly #listener: UserAgentListener;
  readonly #accept: string;
  readonly #sessions = new Map<InviteServerTransaction, InviteServerSession>();

  constructor(options: UserAgentOptions, listener: UserAgentListener) {
    this.#listener = listener;
    this.#accept = options.accept.join(", ");
    const identifiers = new Identifiers(options.random, options.identifierPrefix ?? "");
    this.#core = new UserAgentCore(identifiers, options.locate);
    this.layer = new TransactionLayer(options.clock, options.transports, this.#user());
    this.#core.join(this.layer);
  }

  /** Dialogs open, early ones too. */
  get dialogs(): number {
    return this.#core.dialogs.size;
  }

  /** Header fields that say what this user agent can do (RFC 3261 §11.2). */
  get capabilities(): HeaderField[] {
    return [ALLOW, ["Accept", this.#accept], SUPPORTED];
  }

  invite(parts: InviteParts, listener: InviteClientSessionListener): InviteClientSession {
    const headers: HeaderField[] = [ALLOW, ...(parts.headers ?? [])];
    return new InviteClientSession(this.#core, { ...parts, headers }, listener);
  }

  close(): void {
    for (const usage of [...this.#core.dialogs.values()]) usage.end();
    this.layer.close();
    this.#sessions.clear();
  }

  #user(): TransactionUser {
    return {
      admit: (request, flow) => this.#admit(request, flow),
      onInvite: (request, transaction) => {
        this.#onInvite(request, transaction);
      },
      onRequest: (request, transaction) => {
        this.#onRequest(request, transaction);
      },
      onCancel: (request, transaction, invite) => {
        this.#onCancel(request, transaction, invite);
      },
      onAck: (request, flow) => {
        const usage = this.#usageOf(request);
        if (usage === undefined) this.#listener.onRefused("stray-ack", undefined, "ACK of no dialog", flow);
        else usage.receiveAck(request);
      },
      // A 2xx of a fork after timer M: its dialog was never known here (RFC 3261 §13.2.2.4).
      onStrayResponse: (response, flow) => {
        this.#listener.onRefused("stray-response", undefined, `${response.status} of no transaction`, flow);
      },
      onRefused: (reason, status, detail, flow) => {
        this.#listener.onRefused(reason, status, detail, flow);
      },
    };
  }

  /** In a dialog the peer is known already; CANCEL is let through to find what it cancels. */
  #admit(request: SipRequest, flow: Flow): number | undefined {
    if (request.method === "CANCEL" || request.toTag !== undefined) return undefined;
    return this.#listener.admit(request, flow);
  }

  #usageOf(request: SipRequest): DialogUsage | undefined {
    return this.#core.dialogs.get(
      dialogKey(request.callId ?? "", request.toTag ?? "", request.fromTag ?? ""),
    );
  }

  #onInvite(request: SipRequest, transaction: InviteServerTransaction): void {
    if (request.toTag !== undefined) {
      this.#onReinvite(request, transaction);
      return;
    }
    const session = new InviteServerSession(this.#core, request, transaction);
    // A dialog needs a target (RFC 3261 §12.1.1).
    const hasContact = (request.contacts?.length ?? 0) > 0;
    const refusal = this.#refusal(request) ?? (hasContact ? undefined : MISSING_CONTACT);
    if (refusal !== undefined) {
      session.reject(refusal);
      this.#refused(refusal, request.requestUriText, transaction);
      return;
    }
    this.#sessions.set(transaction, session);
    // After its final response a CANCEL has no effect, so the session is not looked up any more.
    session.onFinal = () => this.#sessions.delete(transaction);
    this.#listener.onInvite(session);
  }

  #onReinvite(request: SipRequest, transaction: InviteServerTransaction): void {
    const usage = this.#usageOf(request);
    const refusal = usage === undefined ? NO_DIALOG : this.#refusal(request);
    if (refusal === undefined) {
      usage?.receiveInvite(request, transaction);
      return;
    }
    transaction.respond(refusal);
    this.#refused(refusal, request.method, transaction);
  }

  #onRequest(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const usage = request.toTag === undefined ? undefined : this.#usageOf(request);
    const isOptions = request.method === "OPTIONS" && (usage !== undefined || request.toTag === undefined);
    const refusal = this.#refusal(request) ?? (usage !== undefined || isOptions ? undefined : NO_DIALOG);
    if (refusal !== undefined) {
      this.#respond(transaction, refusal);
      this.#refused(refusal, request.method, transaction);
    } else if (isOptions) this.#respond(transaction, { status: 200, headers: this.capabilities });
    else usage?.receive(request, transaction);
  }

  /** RFC 3261 §9.2: 481 where nothing is there to cancel; after the final response 200 and no effect. */
  #onCancel(
    request: SipRequest,
    transaction: NonInviteServerTransaction,
    invite: InviteServerTransaction | undefined,
  ): void {
    const session = invite === undefined ? undefined : this.#sessions.get(invite);
    if (session !== undefined) {
      session.receiveCancel(request, (reply) => {
        transaction.respond(reply);
      });
    } else if (invite !== undefined) this.#respond(transaction, { status: 200 });
    else {
      this.#respond(transaction, NO_TRANSACTION);
      this.#refused(NO_TRANSACTION, request.method, transaction);
    }
  }

  #refused({ reason, status }: Refusal, detail: string, { flow }: { readonly flow: Flow }): void {
    this.#listener.onRefused(reason, status, detail, flow);
  }

  /** RFC 3261 §8.2.6.2: every response but 100 has a To tag. */
  #respond(transaction: NonInviteServerTransaction, reply: Reply): void {
    transaction.respond({ ...reply, toTag: this.#core.identifiers.tag() });
  }

  /** RFC 3261 §8.2.1 to §8.2.2: method, Request-URI, Require, in that order. */
  #refusal(request: SipRequest): Refusal | undefined {
    const allow: HeaderField[] = [ALLOW];
    if (!KNOWN.has(request.method)) return { reason: "unknown-method", status: 501, headers: allow };
    if (!METHODS.includes(request.method))
      return { reason: "method-not-allowed", status: 405, headers: allow };
    if (!SCHEMES.has(request.requestUri?.scheme ?? "")) return { reason: "uri-scheme", status: 416 };
    const required = request.list("require");
    if (required === undefined || required.length > 0) {
      const unsupported: HeaderField[] = required === undefined ? [] : [["Unsupported", required.join(", ")]];
      return { reason: "bad-extension", status: 420, headers: unsupported };
    }
    return undefined;
  }
}
