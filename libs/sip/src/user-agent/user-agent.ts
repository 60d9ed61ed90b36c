import { dialogFromInvite, dialogKey, dialogWith, isSips } from "../dialog/dialog.ts";
import { answerInterval, type SessionTimerOptions } from "../dialog/session-interval.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
  Reply,
} from "../transaction/server-transaction.ts";
import { TransactionLayer, type TransactionUser } from "../transaction/transaction-layer.ts";
import { TurnoverMap } from "../transaction/turnover-map.ts";
import type { Clock, Random } from "../transport/clock.ts";
import type { Flow, Transport } from "../transport/flow.ts";
import { Listeners } from "../transport/listeners.ts";
import { isCodedBody } from "./body-check.ts";
import { Capabilities, KNOWN_METHODS } from "./capabilities.ts";
import { ClientRequest, type ClientRequestListener } from "./client-request.ts";
import { Identifiers } from "./identifiers.ts";
import { IncomingSubscription } from "./incoming-subscription.ts";
import {
  InviteClientSession,
  type InviteClientSessionListener,
  type InviteParts,
} from "./invite-client-session.ts";
import { InviteServerSession } from "./invite-server-session.ts";
import type { Responder } from "./invite-usage.ts";
import { OpenDialog } from "./open-dialog.ts";
import { OutOfDialog, type Addressing } from "./out-of-dialog.ts";
import type { Authenticator, TargetSource } from "./ports.ts";
import { ReceivedRefer } from "./received-refer.ts";
import { publicationKind, registrationKind } from "./registration.ts";
import { subscribeToReference } from "./references.ts";
import { replacedBy } from "./replaces.ts";
import { SoftState, type SoftStateListener, type SoftStateParts } from "./soft-state.ts";
import { referOutside, subscribe, type ReferParts, type SubscribeParts } from "./subscribe.ts";
import { pendingKey, type Subscription, type SubscriptionListener } from "./subscription.ts";
import { UserAgentCore, type Locate, type RequestBody } from "./user-agent-core.ts";

export interface UserAgentOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly transports: readonly Transport[];
  /** Addresses of hosts that need no DNS; what it does not know is the locator's. */
  readonly locate?: Locate | undefined;
  /** RFC 3263: without it only what `locate` knows can be reached, and peers who were heard from. */
  readonly locator?: TargetSource | undefined;
  /** Credentials for challenges; without it a 401 or 407 is a refusal like others. */
  readonly authenticator?: Authenticator | undefined;
  /** Minted into tags, branches and Call-IDs. */
  readonly identifierPrefix?: string;
  /** Media types the owner reads, for Accept. */
  readonly accept: readonly string[];
  /** RFC 3262: `required` sends provisionals reliably where the caller insists. Default `supported`. */
  readonly reliableProvisionals?: "never" | "required" | "supported";
  /** RFC 4028; without it no session expires, and `timer` is not advertised. */
  readonly sessionTimer?: SessionTimerOptions | undefined;
  /** Calls may be replaced (RFC 3891). */
  readonly replaces?: boolean;
  /** Calls say Session-ID (RFC 7989), which names them through back-to-back user agents. */
  readonly sessionId?: boolean;
  /** Beyond so many dialogs new calls are refused with 503. */
  readonly dialogsMax?: number;
  /** Methods that the listener of every call takes, for what is said outside of calls: INFO, REFER, MESSAGE. */
  readonly callMethods?: readonly string[];
}

export interface UserAgentListener {
  /** Asked first, for every new request: a status refuses it without a transaction. */
  admit(request: SipRequest, flow: Flow): number | undefined;
  /** A new INVITE outside of any dialog; 100 is sent after 200 ms, unless something was said. */
  onInvite?(session: InviteServerSession): void;
  /** Requests outside of dialogs by method: MESSAGE, PUBLISH, REGISTER. */
  readonly requests?: Readonly<Record<string, (request: SipRequest, respond: Responder, flow: Flow) => void>>;
  /** Event packages that can be subscribed to (RFC 6665). */
  readonly events?: Readonly<Record<string, (subscription: IncomingSubscription) => void>>;
  /** REFER outside of a dialog. */
  onRefer?(refer: ReceivedRefer): void;
  onRefused(reason: string, status: number | undefined, detail: string, flow: Flow): void;
}

export interface OutOfDialogRequest extends Addressing, RequestBody {}

/** Dialogs open at once: at some 4 kB each this is 0.8 GB. Beyond, new calls are refused with 503. */
const DIALOGS_MAX = 200_000;
/** Seconds after which a caller who met that may come again (RFC 3261 §20.33). */
const RETRY_AFTER_S = "10";

const SCHEMES = new Set(["sip", "sips", "tel"]);

/** User agent core of RFC 3261 §8 over a transaction layer: server and client side of calls and of all else. */
export class UserAgent {
  readonly layer: TransactionLayer;
  readonly #core: UserAgentCore;
  readonly #capabilities: Capabilities;
  readonly #listener: UserAgentListener;
  readonly #replaces: boolean;
  readonly #dialogsMax: number;
  readonly #sessions = new TurnoverMap<InviteServerTransaction, InviteServerSession>();

  constructor(options: UserAgentOptions, listener: UserAgentListener) {
    this.#listener = listener;
    this.#replaces = options.replaces === true;
    this.#dialogsMax = options.dialogsMax ?? DIALOGS_MAX;
    this.#capabilities = new Capabilities({
      takesCalls: listener.onInvite !== undefined,
      methods: wiredMethods(listener),
      callMethods: options.callMethods ?? [],
      reliableProvisionals: options.reliableProvisionals ?? "supported",
      sessionTimer: options.sessionTimer,
      replaces: this.#replaces,
      accept: options.accept,
      events: Object.keys(listener.events ?? {}),
    });
    this.#core = new UserAgentCore({
      identifiers: new Identifiers(options.random, options.identifierPrefix ?? ""),
      random: options.random,
      capabilities: this.#capabilities,
      listeners: new Listeners(options.transports),
      locate: options.locate,
      locator: options.locator,
      authenticator: options.authenticator,
      sessionId: options.sessionId === true,
    });
    this.layer = new TransactionLayer(options.clock, options.transports, this.#user());
    this.#core.join(this.layer);
  }

  /** Dialogs open, early ones too. */
  get dialogs(): number {
    return this.#core.dialogs.size;
  }

  /** Subscriptions of ours that have no dialog yet. */
  get pendingSubscriptions(): number {
    return this.#core.pendingSubscriptions.size;
  }

  /** References of theirs that can be subscribed to (RFC 7614). */
  get references(): number {
    return this.#core.references.size;
  }

  /** Header fields that say what this user agent can do (RFC 3261 §11.2). */
  get capabilities(): HeaderField[] {
    return this.#capabilities.all;
  }

  invite(parts: InviteParts, listener: InviteClientSessionListener): InviteClientSession {
    return new InviteClientSession(this.#core, parts, listener);
  }

  /** One request outside of any dialog: OPTIONS, MESSAGE, …; it may be challenged, mended and sent elsewhere. */
  request(method: string, parts: OutOfDialogRequest, listener: ClientRequestListener): void {
    const headers = method === "OPTIONS" ? [this.#capabilities.accept] : [];
    const plan = new OutOfDialog(this.#core, parts).plan(method, (_amendment, target) => ({
      headers: [
        ...(method === "OPTIONS" ? this.#core.contactHeaders(target.listener, isSips(parts.requestUri)) : []),
        ...headers,
        ...(parts.headers ?? []),
      ],
      body: parts.body,
    }));
    new ClientRequest(this.#core, plan, listener);
  }

  subscribe(parts: SubscribeParts, listener: SubscriptionListener): Subscription {
    return subscribe(this.#core, parts, listener);
  }

  /** REFER outside of any dialog (RFC 3515); a call has `refer` for its own. */
  refer(parts: ReferParts, listener: SubscriptionListener): Subscription {
    return referOutside(this.#core, parts, listener);
  }

  /** Binds `contactUri` to the address of record in To, until it is removed (RFC 3261 §10.2). */
  register(
    parts: SoftStateParts & { readonly contactUri: string; readonly contactParams?: string },
    listener: SoftStateListener,
  ): SoftState {
    const kind = registrationKind(parts.contactUri, parts.contactParams);
    return new SoftState(this.#core, kind, parts, listener);
  }

  publish(parts: SoftStateParts & { readonly event: string }, listener: SoftStateListener): SoftState {
    return new SoftState(this.#core, publicationKind(parts.event), parts, listener);
  }

  /** Ends everything at once, without a word to the peers. */
  close(): void {
    this.#core.dialogs.clear();
    this.#core.pendingSubscriptions.clear();
    this.#core.references.clear();
    this.layer.close();
    this.layer.timers.clear();
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
        const dialog = this.#dialogOf(request);
        if (dialog === undefined) this.#listener.onRefused("stray-ack", undefined, "ACK of no dialog", flow);
        else dialog.receiveAck(request);
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

  #dialogOf(request: SipRequest): OpenDialog | undefined {
    const key = dialogKey(request.callId ?? "", request.toTag ?? "", request.fromTag ?? "");
    const entry = this.#core.dialogs.get(key);
    return entry instanceof OpenDialog ? entry : undefined;
  }

  #onCancel(
    request: SipRequest,
    transaction: NonInviteServerTransaction,
    invite: InviteServerTransaction | undefined,
  ): void {
    const session = invite === undefined ? undefined : this.#sessions.get(invite);
    transaction.stamp = invite?.stamp;
    if (session !== undefined) {
      session.receiveCancel(request, (reply) => {
        transaction.respond(reply);
      });
      return;
    }
    if (invite === undefined) {
      this.#respond(transaction, NO_TRANSACTION);
      this.#refused(NO_TRANSACTION, request.method, transaction);
      return;
    }
    // RFC 3261 §9.2: the 200 comes first; where the INVITE has its final response, it is all there is.
    this.#respond(transaction, { status: 200, toTag: invite.toTag });
    this.#dialogOf(request)?.receiveCancel(invite);
  }

  #onInvite(request: SipRequest, transaction: InviteServerTransaction): void {
    if (request.toTag !== undefined) {
      const dialog = this.#dialogOf(request);
      transaction.stamp = dialog?.identity;
      const refusal = dialog === undefined ? NO_DIALOG : this.#refusal(request, dialog);
      if (refusal === undefined) dialog?.receiveInvite(request, transaction);
      else {
        transaction.respond(refusal);
        this.#refused(refusal, request.method, transaction);
      }
      return;
    }
    const session = new InviteServerSession(this.#core, request, transaction);
    const replacing = this.#refusal(request) ?? this.#sessionRefusal(request) ?? this.#replacing(request);
    if ("status" in replacing) {
      session.reject(replacing);
      this.#refused(replacing, request.requestUriText, transaction);
      return;
    }
    session.replaced = replacing.replaced;
    session.identity?.succeed(replacing.replaced?.identity);
    this.#sessions.set(transaction, session);
    // After its final response a CANCEL has no effect, so the session is not looked up any more.
    session.onFinal = () => this.#sessions.delete(transaction);
    this.#listener.onInvite?.(session);
  }

  /** 503 where there is no room; RFC 4028 §9: 422 for a session that would have to be refreshed too often. */
  #sessionRefusal(request: SipRequest): Refusal | undefined {
    if (this.#core.dialogs.size >= this.#dialogsMax)
      return { reason: "dialog-limit", status: 503, headers: [["Retry-After", RETRY_AFTER_S]] };
    const interval = answerInterval(request, this.#capabilities.sessionTimer, undefined);
    return interval.ok ? undefined : { ...interval, reason: "session-interval" };
  }

  #replacing(request: SipRequest): ReturnType<typeof replacedBy> {
    return replacedBy(request, this.#replaces, (key) => {
      const entry = this.#core.dialogs.get(key);
      return entry instanceof OpenDialog ? entry.call : undefined;
    });
  }

  #onRequest(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const dialog = request.toTag === undefined ? undefined : this.#dialogOf(request);
    const refusal = this.#refusal(request, dialog);
    transaction.stamp = dialog?.identity;
    if (refusal !== undefined) {
      this.#respond(transaction, refusal);
      this.#refused(refusal, request.method, transaction);
    } else if (request.method === "OPTIONS" && (dialog !== undefined || request.toTag === undefined)) {
      if (dialog?.takeTurn(request, transaction) !== false)
        this.#respond(transaction, { status: 200, headers: this.capabilities });
    } else if (dialog !== undefined) dialog.receive(request, transaction);
    else if (request.toTag !== undefined) this.#withoutDialog(request, transaction);
    else this.#outside(request, transaction);
  }

  /** RFC 6665 §4.4.1: the first NOTIFY may come before the 2xx to SUBSCRIBE, and makes the dialog. */
  #withoutDialog(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const key = pendingKey(request.callId ?? "", request.toTag ?? "");
    const pending = request.method === "NOTIFY" ? this.#core.pendingSubscriptions.get(key) : undefined;
    if (pending !== undefined) pending.receiveFirst(request, transaction);
    else this.#noDialog(request, transaction);
  }

  #noDialog(request: SipRequest, transaction: NonInviteServerTransaction): void {
    this.#respond(transaction, NO_DIALOG);
    this.#refused(NO_DIALOG, request.method, transaction);
  }

  #refused({ reason, status }: Refusal, detail: string, { flow }: { readonly flow: Flow }): void {
    this.#listener.onRefused(reason, status, detail, flow);
  }

  #outside(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const { method } = request;
    const { flow } = transaction;
    const respond: Responder = (reply) => {
      this.#respond(transaction, reply);
    };
    const { requests = {}, events = {} } = this.#listener;
    if (method === "SUBSCRIBE") {
      const subscription = IncomingSubscription.of(this.#core, request, transaction);
      const name = subscription?.event.name;
      // RFC 7614 §4: who has sent a REFER subscribes at the URI that it was told.
      const isOfRefer = name === "refer" && this.#capabilities.hasEvent(name);
      const toReference = (of: IncomingSubscription): void => {
        subscribeToReference(this.#core, of);
      };
      const take = events[name ?? ""] ?? (isOfRefer ? toReference : undefined);
      // RFC 6665 §4.2.1.1, §7.3: a package that is not ours is 489 with those that are.
      if (subscription === undefined || take === undefined)
        respond({ status: 489, headers: this.#capabilities.allowEvents });
      else take(subscription);
    } else if (method === "REFER" && this.#listener.onRefer !== undefined) {
      const tag = this.#core.identifiers.tag();
      const data = dialogFromInvite(request, tag, flow.listener);
      const open = new OpenDialog(this.#core, dialogWith(data, { state: "confirmed" }), flow);
      const reply: Responder = (response) => {
        transaction.respond({ ...response, toTag: tag });
      };
      ReceivedRefer.take(this.#core, open, request, reply, (refer) => this.#listener.onRefer?.(refer));
    } else {
      const handler = requests[method];
      if (handler === undefined) this.#noDialog(request, transaction);
      else handler(request, respond, flow);
    }
  }

  /** RFC 3261 §8.2.6.2: every response but 100 has a To tag. */
  #respond(transaction: NonInviteServerTransaction, reply: Reply): void {
    transaction.respond({ ...reply, toTag: reply.toTag ?? this.#core.identifiers.tag() });
  }

  /** RFC 3261 §8.2.1 to §8.2.3: method, Request-URI, Require, coding, in that order; then what a dialog needs (§12.1.1). */
  #refusal(request: SipRequest, dialog?: OpenDialog): Refusal | undefined {
    const { method } = request;
    if (!KNOWN_METHODS.has(method))
      return { reason: "unknown-method", status: 501, headers: [this.#capabilities.allow] };
    // Inside a dialog its usages know what they take.
    if (dialog === undefined && !this.#isTaken(request))
      return { reason: "method-not-allowed", status: 405, headers: [this.#capabilities.allow] };
    if (!SCHEMES.has(request.requestUri?.scheme ?? "")) return { reason: "uri-scheme", status: 416 };
    const required = request.list("require");
    const unknown = required?.filter((tag) => !this.#capabilities.supported.includes(tag.toLowerCase()));
    if (required === undefined || (unknown !== undefined && unknown.length > 0)) {
      const headers: HeaderField[] = unknown === undefined ? [] : [["Unsupported", unknown.join(", ")]];
      return { reason: "bad-extension", status: 420, headers };
    }
    // A BYE ends the call whatever its body is (§15.1.2).
    if (method !== "BYE" && isCodedBody(request))
      return { reason: "content-encoding", status: 415, headers: [["Accept-Encoding", "identity"]] };
    const makesDialog = method === "INVITE" || method === "SUBSCRIBE" || method === "REFER";
    if (makesDialog && request.toTag === undefined && (request.contacts?.length ?? 0) === 0)
      return { reason: "missing-contact", status: 400 };
    return undefined;
  }

  /** Methods of calls are taken outside of them, too, to be told 481; NOTIFY comes to who has subscribed. */
  #isTaken({ method, toTag }: SipRequest): boolean {
    return this.#capabilities.isAllowed(method) || (method === "NOTIFY" && toTag !== undefined);
  }
}

interface Refusal {
  readonly reason: string;
  readonly status: number;
  readonly headers?: readonly HeaderField[];
}

const NO_DIALOG: Refusal = { reason: "no-dialog", status: 481 };
const NO_TRANSACTION: Refusal = { reason: "no-transaction", status: 481 };

function wiredMethods(listener: UserAgentListener): string[] {
  const methods = Object.keys(listener.requests ?? {});
  if (Object.keys(listener.events ?? {}).length > 0) methods.push("SUBSCRIBE");
  if (listener.onRefer !== undefined) methods.push("REFER");
  return methods;
}

const UNAVAILABLE: ReadonlySet<number> = new Set([503]);

/** OPTIONS as a ping: any final answer means that the peer is alive, but 503, or those of `dead`. */
export function meansAlive(response: SipResponse | undefined, dead = UNAVAILABLE): boolean {
  return response !== undefined && response.status >= 200 && !dead.has(response.status);
}
