import { dialogFromInvite, dialogFromResponse } from "../dialog/dialog.ts";
import {
  refreshFailure,
  startSubscriber,
  stepSubscriber,
  type Subscriber,
  type SubscriberInput,
  type SubscriberStep,
} from "../dialog/subscriber-machine.ts";
import { SUBSCRIPTION_STATE } from "../message/headers/event.ts";
import { EXPIRES } from "../message/headers/seconds.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { NonInviteServerTransaction } from "../transaction/server-transaction.ts";
import type { Timer, TimerOwner } from "../transaction/timers.ts";
import type { Flow } from "../transport/flow.ts";
import { eventOf, type EventName } from "./event-name.ts";
import { OpenDialog, type DialogUsage } from "./open-dialog.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

export interface SubscriptionListener {
  /** `state` is the word of Subscription-State: active, pending, terminated. */
  onNotify(request: SipRequest, state: string): void;
  /** Called once; `response` is what refused it, where something did. */
  onEnded(response: SipResponse | undefined): void;
  /**
   * Another fork of the SUBSCRIBE or REFER has a subscription of its own, with this listener (RFC 6665 §4.1.2.4); its first
   * NOTIFY comes next. Without this handler, where a package allows one alone (§5.4.9), it is refused 481.
   */
  onFork?(fork: Subscription): SubscriptionListener;
}

/** The SUBSCRIBE of a subscription that can be refreshed; that which a REFER makes by itself cannot, here. */
export type Renew = (subscription: Subscription, expiresS: number) => void;

/** Who may be asked by one SUBSCRIBE: more is no proxy that forks to the devices of a user. */
const FORKS_MAX = 32;
/** Until its owner has said who listens to a fork, or has failed to. */
const NOBODY: SubscriptionListener = { onNotify: () => undefined, onEnded: () => undefined };

/**
 * Our subscription to something of theirs (RFC 6665 §4.1), by SUBSCRIBE or by REFER. Its dialog is made by the first
 * NOTIFY or 2xx, whichever comes first (§4.4.1).
 */
export class Subscription implements DialogUsage, TimerOwner {
  /** A REFER's has the number of its last try for an id (RFC 3515 §2.4.6). */
  event: EventName;
  readonly #core: UserAgentCore;
  #listener: SubscriptionListener;
  #renew: Renew;
  readonly #running = new Map<string, Timer>();
  readonly #expiresS: number;
  #state: Subscriber;
  #open: OpenDialog | undefined;
  #pendingKey: string | undefined;
  #forks = 0;
  #refusal: SipResponse | undefined;
  #localSequenceNumber: (() => number) | undefined;

  constructor(
    core: UserAgentCore,
    event: EventName,
    expiresS: number,
    listener: SubscriptionListener,
    renew: Renew,
  ) {
    this.event = event;
    this.#core = core;
    this.#listener = listener;
    this.#renew = renew;
    this.#expiresS = expiresS;
    const first = startSubscriber();
    this.#state = first.state;
    this.#run(first);
  }

  get state(): Subscriber["name"] {
    return this.#state.name;
  }

  get dialog(): OpenDialog | undefined {
    return this.#open;
  }

  /** In a dialog that is there already. */
  join(open: OpenDialog): void {
    this.#open = open;
    open.add(this);
  }

  /** Outside of a dialog: the first NOTIFY to this Call-ID and tag may make one. */
  await(callId: string, localTag: string, localSequenceNumber: () => number): void {
    this.#stopWaiting();
    this.#pendingKey = pendingKey(callId, localTag);
    this.#localSequenceNumber = localSequenceNumber;
    this.#core.pendingSubscriptions.set(this.#pendingKey, this);
  }

  /** A REFER's, whose peer says where to subscribe (RFC 7614 §4): another event, in a dialog of its own. */
  moveTo(event: EventName, renew: Renew): void {
    this.event = event;
    this.#renew = renew;
    this.#open?.remove(this);
    this.#open = undefined;
  }

  /** A NOTIFY that has no dialog yet: of the first fork that comes, or of another. */
  receiveFirst(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const subscription = this.#isMine(request) ? this.#forked() : undefined;
    if (subscription === undefined) transaction.respond({ status: 481 });
    else subscription.#establish(request, transaction);
  }

  #forked(): Subscription | undefined {
    if (this.#open === undefined) return this;
    if (this.#listener.onFork === undefined || this.#forks >= FORKS_MAX) return undefined;
    this.#forks++;
    const fork = new Subscription(this.#core, this.event, this.#expiresS, NOBODY, this.#renew);
    fork.#localSequenceNumber = this.#localSequenceNumber;
    fork.#listener = this.#listener.onFork(fork);
    return fork;
  }

  #establish(request: SipRequest, transaction: NonInviteServerTransaction): void {
    const { flow } = transaction;
    const dialog = dialogFromInvite(request, request.toTag ?? "", flow.listener);
    const open = new OpenDialog(
      this.#core,
      {
        ...dialog,
        state: "confirmed",
        local: request.header("to") ?? "",
        localSequenceNumber: this.#localSequenceNumber?.() ?? 0,
        remoteSequenceNumber: undefined,
      },
      flow,
    );
    this.join(open);
    open.receive(request, transaction);
  }

  /** A REFER that was to have no subscription, or has none (RFC 4488 §4.1), was accepted. */
  acceptedAlone(): void {
    this.#input("accepted alone");
  }

  accepted(response: SipResponse, flow: Flow): void {
    if (this.#open === undefined && this.#state.name !== "terminated") {
      const dialog = dialogFromResponse(response, flow.listener, "");
      if (dialog !== undefined) {
        this.join(new OpenDialog(this.#core, dialog, flow));
        // Ended before there was a dialog to say so in.
        if (this.#state.name === "ending") this.#renew(this, 0);
      }
    }
    this.#input("accepted", response.get(EXPIRES));
  }

  refused(response: SipResponse | undefined): void {
    this.#refusal = response;
    if (this.#state.name === "notifyWait") this.#input("refused");
    else this.#input(refreshFailure(response?.status));
  }

  /** Ends it: Expires: 0, and the last NOTIFY is waited for. */
  end(): void {
    this.#input("unsubscribe");
  }

  receive(request: SipRequest, transaction: NonInviteServerTransaction): boolean {
    if (request.method !== "NOTIFY" || !this.#isMine(request) || this.#state.name === "terminated")
      return false;
    const given = request.get(SUBSCRIPTION_STATE);
    if (given === undefined) {
      transaction.respond({ status: 400 });
      return true;
    }
    const { state: word, expires } = given;
    transaction.respond({ status: 200 });
    // §4.1.3: what is neither pending nor terminated is active, extensions too.
    const state = word === "pending" || word === "terminated" ? word : "active";
    this.#notify = { request, word };
    this.#input(`NOTIFY ${state}`, expires);
    this.#notify = undefined;
    return true;
  }

  #notify: { readonly request: SipRequest; readonly word: string } | undefined;

  onTimer(name: string): void {
    this.#running.delete(name);
    this.#input(`timer ${name}` as SubscriberInput);
  }

  /** RFC 3515 §2.4.6: the id of a REFER's subscription is its sequence number, and may be left out. */
  #isMine(request: SipRequest): boolean {
    const event = eventOf(request);
    if (event?.name !== this.event.name) return false;
    return event.id === this.event.id || (event.id === undefined && this.event.name === "refer");
  }

  #input(input: SubscriberInput, expiresS?: number): void {
    this.#run(stepSubscriber(this.#state, input, expiresS));
  }

  #run(step: SubscriberStep): void {
    const wasTerminated = this.#state.name === "terminated";
    this.#state = step.state;
    const { timers } = this.#core;
    for (const output of step.outputs) {
      if (typeof output !== "string") {
        if ("start" in output)
          this.#running.set(output.start, timers.start(this, output.start, output.afterMs));
        else {
          timers.stop(this.#running.get(output.stop));
          this.#running.delete(output.stop);
        }
      } else if (output === "notified" && this.#notify !== undefined)
        this.#listener.onNotify(this.#notify.request, this.#notify.word);
      else if (output === "refresh") this.#renew(this, this.#expiresS);
      else if (output === "send unsubscribe") this.#renew(this, 0);
      else if (output === "no more forks") this.#stopWaiting();
      else if (output === "ended") this.#end(wasTerminated);
    }
  }

  #stopWaiting(): void {
    if (this.#pendingKey !== undefined) this.#core.pendingSubscriptions.delete(this.#pendingKey);
    this.#pendingKey = undefined;
  }

  #end(wasTerminated: boolean): void {
    if (wasTerminated) return;
    this.#open?.remove(this);
    this.#listener.onEnded(this.#refusal);
  }
}

export function pendingKey(callId: string, localTag: string): string {
  return `${callId} ${localTag}`;
}
