import { dialogFromInvite, dialogWith } from "../dialog/dialog.ts";
import { EXPIRES } from "../message/headers/seconds.ts";
import type { SipRequest } from "../message/message.ts";
import type { NonInviteServerTransaction, Reply } from "../transaction/server-transaction.ts";
import { eventOf, type EventName } from "./event-name.ts";
import { Notifier, type NotifierParts } from "./notifier.ts";
import { OpenDialog } from "./open-dialog.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

export type Grant = Pick<NotifierParts, "state" | "content" | "onEnded"> & {
  /** Longest duration that is granted, seconds. */
  readonly expiresMaxS: number;
  /** Granted where the request names none (the package's default). */
  readonly expiresDefaultS: number;
};

/** A SUBSCRIBE of theirs outside of any dialog (RFC 6665 §4.2.1): accept or reject it, once. */
export class IncomingSubscription {
  readonly request: SipRequest;
  readonly event: EventName;
  readonly #core: UserAgentCore;
  readonly #transaction: NonInviteServerTransaction;
  #isAnswered = false;

  private constructor(
    core: UserAgentCore,
    request: SipRequest,
    event: EventName,
    transaction: NonInviteServerTransaction,
  ) {
    this.#core = core;
    this.request = request;
    this.event = event;
    this.#transaction = transaction;
  }

  static of(
    core: UserAgentCore,
    request: SipRequest,
    transaction: NonInviteServerTransaction,
  ): IncomingSubscription | undefined {
    const event = eventOf(request);
    return event && new IncomingSubscription(core, request, event, transaction);
  }

  /** 200, and the first NOTIFY at once. Undefined where it was answered already. */
  accept(grant: Grant): Notifier | undefined {
    if (this.#isAnswered) return undefined;
    this.#isAnswered = true;
    const { flow } = this.#transaction;
    const tag = this.#core.identifiers.tag();
    const expiresS = Math.min(this.request.get(EXPIRES) ?? grant.expiresDefaultS, grant.expiresMaxS);
    const dialog = dialogFromInvite(this.request, tag, flow.listener);
    const open = new OpenDialog(this.#core, dialogWith(dialog, { state: "confirmed" }), flow);
    const contact = this.#core.contactHeaders(flow.listener, dialog.isSecure);
    this.#transaction.respond({
      status: 200,
      toTag: tag,
      headers: [...contact, ["Expires", String(expiresS)]],
    });
    const notifier = new Notifier(this.#core, open, { ...grant, event: this.event, expiresS });
    // §4.4.3: Expires: 0 asks for the state once.
    if (expiresS === 0) notifier.end("timeout");
    return notifier;
  }

  reject(reply: Reply): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#transaction.respond({ ...reply, toTag: this.#core.identifiers.tag() });
  }
}
