import type { HeaderField } from "../message/build-message.ts";
import { RETRY_AFTER } from "../message/headers/retry-after.ts";
import type { SipResponse } from "../message/message.ts";
import type {
  ClientTransactionListener,
  InviteClientTransaction,
  OutgoingRequest,
} from "../transaction/client-transaction.ts";
import type { Target } from "../transport/flow.ts";
import { amended, amendmentFor, NOT_AMENDED, type Amendment } from "./amendment.ts";
import type { Targets } from "./ports.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

/** RFC 3261 §8.1.1.6. */
const MAX_FORWARDS: HeaderField = ["Max-Forwards", "70"];
/** Challenges answered for one request: a proxy's, the peer's, and one of each gone stale. */
const CHALLENGES_MAX = 4;
/** Targets tried for one request: each may cost 32 s. */
const TARGETS_MAX = 8;

/** One try of a request, before Via and what its amendment adds. */
export interface ComposedRequest {
  readonly requestUri: string;
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | undefined;
}

/** Start line, Via, Max-Forwards, Content-Length and line ends, about. */
const FRAME_OCTETS = 250;

/** About as many octets as the request will have, before it is known where it goes. */
export function approximateOctets({ headers, body }: Pick<ComposedRequest, "headers" | "body">): number {
  const head = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, FRAME_OCTETS);
  return head + (body?.length ?? 0);
}

export interface RequestPlan {
  readonly method: string;
  /** Accepted with an earlier request that went the same way: used again, before anybody asks. */
  readonly credentials?: readonly HeaderField[] | undefined;
  /** Called for each try: a retry is a new request, with the next sequence number (RFC 3261 §8.1.3.5, §22.2). */
  compose(amendment: Amendment, target: Target): ComposedRequest;
  targets(): Targets;
}

export interface ClientRequestListener {
  /** It goes out again, in a transaction that nothing was heard of yet. */
  onNextTry?(): void;
  onProvisional?(response: SipResponse): void;
  /** A final response that stands, or none: RFC 3261 §8.1.3.1 takes the one for 408 and the other for 503. */
  onFinal(response: SipResponse | undefined, reason: "response" | "timeout" | "transport-error"): void;
}

function retryAfterMs(response: SipResponse | undefined): number | undefined {
  const after = response?.get(RETRY_AFTER);
  return after && after.seconds * 1_000;
}

/**
 * A request as its user sees it: one attempt, however many transactions it takes. Challenges are answered (RFC 3261
 * §22), what can be mended is mended once (§8.1.3.5), and a target that fails is followed by the next (RFC 3263 §4.3).
 */
export class ClientRequest implements ClientTransactionListener {
  readonly #core: UserAgentCore;
  /** Until a 2xx, which nothing is tried after. */
  #plan: RequestPlan | undefined;
  readonly #listener: ClientRequestListener;
  #amendment: Amendment = NOT_AMENDED;
  #challenges = 0;
  #renewed: readonly HeaderField[] | undefined;
  /** The credentials of the try were nobody's challenge: refused, they do not say that the password is wrong. */
  #isAnticipated = false;
  /** The same. */
  #targets: Targets | undefined;
  #target: Target | undefined;
  #tried = 0;
  #request: OutgoingRequest | undefined;
  #branch = "";
  #invite: InviteClientTransaction | undefined;
  /** Set where a CANCEL is wanted: from then on nothing is tried again. */
  isLastTry = false;

  constructor(core: UserAgentCore, plan: RequestPlan, listener: ClientRequestListener) {
    this.#core = core;
    this.#plan = plan;
    this.#listener = listener;
    this.#targets = plan.targets();
    this.#next(undefined, "transport-error");
  }

  /** The try that is out. */
  get request(): OutgoingRequest | undefined {
    return this.#request;
  }

  get branch(): string {
    return this.#branch;
  }

  get target(): Target | undefined {
    return this.#target;
  }

  /** The transaction of an INVITE. */
  get invite(): InviteClientTransaction | undefined {
    return this.#invite;
  }

  /** Of the try that is out: an ACK has the same (RFC 3261 §22.1). */
  get credentials(): readonly HeaderField[] {
    return this.#amendment.credentials;
  }

  /** For the next request that goes the same way, once a 2xx has accepted those. */
  get nextCredentials(): readonly HeaderField[] {
    return this.#renewed ?? this.credentials;
  }

  onTimeout(): void {
    this.#next(undefined, "timeout");
  }

  onTransportError(): void {
    this.#next(undefined, "transport-error");
  }

  /** Sends to the next target; where none is left, what the last one said stands. */
  #next(response: SipResponse | undefined, reason: "response" | "timeout" | "transport-error"): void {
    if (this.#target !== undefined) this.#targets?.failed?.(this.#target, retryAfterMs(response));
    const isOver = this.#tried > 0 && (this.isLastTry || this.#tried >= TARGETS_MAX);
    if (isOver) {
      this.#listener.onFinal(response, reason);
      return;
    }
    this.#tried++;
    this.#targets?.next((target) => {
      if (target === undefined || this.isLastTry) this.#listener.onFinal(response, reason);
      else {
        this.#target = target;
        this.#send(target);
      }
    });
  }

  #send(target: Target): void {
    const core = this.#core;
    const plan = this.#plan;
    if (plan === undefined) return;
    const { method } = plan;
    if (this.#request !== undefined) this.#listener.onNextTry?.();
    const composed = plan.compose(this.#amendment, target);
    if (this.#challenges === 0) this.#anticipate(plan, composed);
    const branch = core.identifiers.branch();
    this.#branch = branch;
    const parts = { headers: [MAX_FORWARDS, ...composed.headers], body: composed.body };
    const { headers, body } = amended(parts, this.#amendment);
    const via = core.via(target.listener, branch);
    const request: OutgoingRequest = { method, requestUri: composed.requestUri, via, headers, body };
    this.#request = request;
    if (method === "INVITE") this.#invite = core.layer.sendInvite(request, branch, target, this);
    else core.layer.sendRequest(request, branch, target, this);
  }

  #anticipate({ method, credentials: accepted = [] }: RequestPlan, composed: ComposedRequest): void {
    if (accepted.length === 0) return;
    const { requestUri, body } = composed;
    const next = this.#core.authenticator?.next?.({ method, requestUri, body, credentials: accepted });
    if (next === undefined || next.length === 0) return;
    this.#amendment = { ...this.#amendment, credentials: next };
    this.#isAnticipated = true;
  }

  /** An answer to one of the tries; one that is over may only be late with a call. */
  onResponse(response: SipResponse): void {
    if (response.status >= 300 && response.topVia?.branch !== this.#branch) return;
    if (response.status < 200) this.#listener.onProvisional?.(response);
    else if (response.status === 503) this.#next(response, "response");
    else {
      if (this.#target !== undefined) this.#targets?.succeeded?.(this.#target);
      if (response.status < 300) {
        if (this.credentials.length > 0)
          this.#renewed = this.#core.authenticator?.renewed?.(response, this.credentials);
        this.#plan = undefined;
        this.#targets = undefined;
        this.#request = undefined;
        this.#listener.onFinal(response, "response");
      } else if (!this.#triesAgain(response)) this.#listener.onFinal(response, "response");
    }
  }

  #triesAgain(response: SipResponse): boolean {
    if (this.isLastTry || this.#request === undefined || this.#target === undefined) return false;
    const next = this.#amendmentFor(response, this.#request);
    if (next === undefined) return false;
    this.#amendment = next;
    this.#send(this.#target);
    return true;
  }

  #amendmentFor(response: SipResponse, sent: OutgoingRequest): Amendment | undefined {
    const { status } = response;
    if (status !== 401 && status !== 407) {
      const parts = { headers: sent.headers, body: sent.body };
      return amendmentFor(response, parts, this.#amendment, this.#core.capabilities.supported);
    }
    if (this.#challenges >= CHALLENGES_MAX) return undefined;
    this.#challenges++;
    const { method, requestUri, body } = sent;
    const credentials = this.#core.authenticator?.answer(response, {
      method,
      requestUri,
      body,
      credentials: this.#isAnticipated ? [] : this.#amendment.credentials,
    });
    this.#isAnticipated = false;
    return credentials && { ...this.#amendment, credentials };
  }
}
