import { isSipUri } from "../message/uri.ts";
import type { Timer, TimerOwner } from "../transaction/timers.ts";
import type { IncomingSubscription } from "./incoming-subscription.ts";
import type { Notifier } from "./notifier.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

/** References that can be subscribed to at once: beyond, a REFER that asks for one more gets 503. */
const REFERENCES_MAX = 1_000;
/** How long what became of a reference is told to who subscribes late: as long as a lost SUBSCRIBE is repeated, 64·T1. */
const LINGER_MS = 32_000;

/**
 * A reference with a URI of its own, where its sender may subscribe to how it goes (RFC 7614 §4). It is there while the
 * request that it made goes on, and a while after.
 */
export class Reference implements TimerOwner {
  readonly #core: UserAgentCore;
  readonly #token: string;
  readonly #expiresS: number;
  readonly #content: () => RequestBody;
  readonly #notifiers = new Set<Notifier>();
  #timer: Timer;
  #isOver = false;

  constructor(core: UserAgentCore, token: string, expiresS: number, content: () => RequestBody) {
    this.#core = core;
    this.#token = token;
    this.#expiresS = expiresS;
    this.#content = content;
    this.#timer = core.timers.start(this, "reference", expiresS * 1_000);
  }

  subscribe(subscription: IncomingSubscription): void {
    const notifier = subscription.accept({
      state: "active",
      expiresDefaultS: this.#expiresS,
      expiresMaxS: this.#expiresS,
      content: this.#content,
      onEnded: () => {
        if (notifier !== undefined) this.#notifiers.delete(notifier);
      },
    });
    if (notifier === undefined || notifier.state === "terminated") return;
    this.#notifiers.add(notifier);
    if (this.#isOver) notifier.end();
  }

  notify(): void {
    for (const notifier of this.#notifiers) notifier.notify();
  }

  /** The request that the reference made has its final answer. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const notifier of [...this.#notifiers]) notifier.end();
    this.#core.timers.stop(this.#timer);
    this.#timer = this.#core.timers.start(this, "reference", LINGER_MS);
  }

  /** Nobody has said for its whole time how it goes, or who was late has had the time to ask. */
  onTimer(): void {
    this.#isOver = true;
    for (const notifier of [...this.#notifiers]) notifier.end();
    this.#core.references.delete(this.#token);
  }
}

/** One more; its URI is nobody's to guess: the token has 80 random bits. Undefined where there are as many as may be. */
export function addReference(
  core: UserAgentCore,
  listener: string,
  expiresS: number,
  content: () => RequestBody,
): { readonly reference: Reference; readonly uri: string } | undefined {
  if (core.references.size >= REFERENCES_MAX) return undefined;
  const token = core.identifiers.tag();
  const reference = new Reference(core, token, expiresS, content);
  core.references.set(token, reference);
  return { reference, uri: core.contactUri(listener, false).replace(":", `:${token}@`) };
}

/** A SUBSCRIBE to a reference: 404 where its URI is that of none. */
export function subscribeToReference(core: UserAgentCore, subscription: IncomingSubscription): void {
  const { requestUri } = subscription.request;
  const user = requestUri !== undefined && isSipUri(requestUri) ? requestUri.user : undefined;
  const reference = core.references.get(user ?? "");
  if (reference instanceof Reference) reference.subscribe(subscription);
  else subscription.reject({ status: 404 });
}
