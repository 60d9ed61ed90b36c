import type { HeaderField } from "../message/build-message.ts";
import type { SipResponse } from "../message/message.ts";
import type { Target } from "../transport/flow.ts";

/** What a session description was answered with: another one, or the status that refuses it. */
export type DescriptionResult =
  | { readonly ok: true; readonly description: Uint8Array }
  | { readonly ok: false; readonly status: number; readonly headers?: readonly HeaderField[] };

/**
 * Offer and answer of one call (RFC 3264), which the user agent asks for and never reads. Each `done` is called once,
 * at once or later; requests that come in the meantime are refused as RFC 3261 §14.2 and RFC 3311 §5.2 say.
 */
export interface OfferAnswerPort {
  /** Our offer; for a refresh it is the last one again, its version too (RFC 4028 §7.4). */
  offer(done: (result: DescriptionResult) => void): void;
  /** Our answer to an offer of theirs. */
  answer(offer: Uint8Array, done: (result: DescriptionResult) => void): void;
  /** Their answer to the last offer of ours; false where it is none. A later one of another fork counts instead. */
  accept(answer: Uint8Array, done: (isUsable: boolean) => void): void;
  /** The open offer, whoever made it, has fallen: all is as before (RFC 3264 §4, RFC 6337 §3.4). */
  rollBack(): void;
}

export interface ChallengedRequest {
  readonly method: string;
  readonly requestUri: string;
  readonly body: Uint8Array | undefined;
  /** Credential header fields that the challenged try had. */
  readonly credentials: readonly HeaderField[];
}

/** Digest as a client (RFC 3261 §22): credentials for the challenges of a 401 or 407. */
export interface Authenticator {
  /** All credential header fields of the next try; undefined where nothing new can be said. */
  answer(challenge: SipResponse, request: ChallengedRequest): readonly HeaderField[] | undefined;
  /** Credentials of a request whose `credentials` were accepted, for the next one there (RFC 3261 §22.2, §22.3). */
  next?(request: ChallengedRequest): readonly HeaderField[];
  /** Credentials that a 2xx has accepted, as it wants the next ones (RFC 7616 §3.5). */
  renewed?(response: SipResponse, credentials: readonly HeaderField[]): readonly HeaderField[];
}

/** Where one request may go, best first (RFC 3263 §4); nothing is looked up before it is asked for. */
export interface Targets {
  /** `done` may be called at once; undefined where there is none left. */
  next(done: (target: Target | undefined) => void): void;
  /**
   * 503, no answer, or nothing could be sent: others come before it for a while (RFC 3263 §4.3), or for the milliseconds
   * that its Retry-After names (RFC 3261 §21.5.4).
   */
  failed?(target: Target, forMs?: number): void;
  succeeded?(target: Target): void;
}

/**
 * Finds targets for a URI. `near` is the listener a call came in by, where there is one; `requestOctets`, about, decides
 * between UDP and TCP (RFC 3261 §18.1.1).
 */
export interface TargetSource {
  locate(uriText: string, near: string | undefined, requestOctets: number): Targets;
}

export function targetsOf(list: readonly Target[]): Targets {
  const left = [...list];
  return {
    next: (done) => {
      done(left.shift());
    },
  };
}

/** `first`, and `fallback` where it has not one. */
export function orElse(first: Targets, fallback: Target | undefined): Targets {
  let hasOne = false;
  return {
    next: (done) => {
      first.next((target) => {
        const isNothing = target === undefined && !hasOne;
        hasOne = true;
        done(isNothing ? fallback : target);
      });
    },
    failed: (target, forMs) => first.failed?.(target, forMs),
    succeeded: (target) => first.succeeded?.(target),
  };
}
