import { buildResponse, type ResponseParts } from "../message/build-message.ts";
import type { SipRequest } from "../message/message.ts";
import type { Flow, Target } from "../transport/flow.ts";
import { responseTarget } from "../transport/response-target.ts";
import {
  INVITE_SERVER_START,
  stepInviteServer,
  type InviteServerInput,
  type InviteServerState,
} from "./invite-server-machine.ts";
import type { Output, Step } from "./machine.ts";
import {
  NON_INVITE_SERVER_START,
  stepNonInviteServer,
  type NonInviteServerInput,
  type NonInviteServerState,
} from "./non-invite-server-machine.ts";
import { Transaction, type Keys, type TransactionHost } from "./transaction.ts";

export interface ServerTransactionHost extends TransactionHost {
  send(octets: Uint8Array, target: Target): void;
  /** ACK of a 2xx that carried the INVITE's own branch (RFC 6026 §7.1). */
  passAck(ack: SipRequest, flow: Flow): void;
}

/** Told when a final response to INVITE was never acknowledged (timer H) or could not be sent. */
export interface ServerTransactionListener {
  onTimeout(): void;
  onTransportError(): void;
}

/** The status and headers of one response; the rest comes from the request. */
export type Reply = ResponseParts;

/** Adds to a response what every one of a session says: its Session-ID (RFC 7989). */
export interface ReplyStamp {
  stamp(reply: Reply, request: SipRequest): Reply;
}

/** INVITE server transaction, RFC 3261 §17.2.1. Made by the layer, ended by timer H, I or L. */
export class InviteServerTransaction extends Transaction<InviteServerState, InviteServerInput, SipRequest> {
  readonly flow: Flow;
  readonly #host: ServerTransactionHost;
  /** Where responses go. */
  readonly target: Target;
  #request: SipRequest | undefined;
  #last: Uint8Array | undefined;
  #toTag: string | undefined;
  /** For every response but 100, which is hop by hop. */
  stamp: ReplyStamp | undefined;
  listener: ServerTransactionListener | undefined;

  constructor(keys: Keys, request: SipRequest, flow: Flow, host: ServerTransactionHost) {
    super(keys, INVITE_SERVER_START, host);
    this.#host = host;
    this.flow = flow;
    this.#request = request;
    this.target = responseTarget(request, flow);
  }

  /** Sends a response; the first final one decides, later ones of another class are ignored (RFC 3261 §17.2.1). */
  respond(reply: Reply): void {
    const request = this.#request;
    if (request === undefined) return;
    this.#toTag = reply.toTag;
    this.#last = responseTo(request, stamped(reply, request, this.stamp), this.flow);
    this.input(classOf(reply.status));
    // What was needed of the request is in the response, and a finished transaction stays for 32 s.
    if (reply.status >= 200) this.#request = undefined;
  }

  /** To tag of the last response: a CANCEL is answered with it (RFC 3261 §9.2). */
  get toTag(): string | undefined {
    return this.#toTag;
  }

  /** The user was given the INVITE: from here the 100 is due, where nothing has been said. */
  awaitUser(): void {
    this.input("unanswered");
  }

  /** Sends the 2xx again: the user agent core does so until the ACK comes (RFC 3261 §13.3.1.4). */
  resend(): void {
    this.input("2xx");
  }

  /** Sends the last provisional again: a reliable one (RFC 3262 §3), or to keep proxies waiting (RFC 3261 §13.3.1.1). */
  resendProvisional(): void {
    this.input("1xx");
  }

  /** Lets go of the 2xx, and of who waits for its fate, once it is acknowledged; retransmissions are still absorbed. */
  forget(): void {
    this.#last = undefined;
    this.listener = undefined;
  }

  protected step(state: InviteServerState, input: InviteServerInput): Step<InviteServerState> {
    return stepInviteServer(state, input, this.flow.isReliable);
  }

  protected perform(output: Output, message: SipRequest | undefined): void {
    if (output.type === "send" && this.#last !== undefined) this.#host.send(this.#last, this.target);
    else if (output.type === "trying") this.#sendTrying();
    else if (output.type === "pass" && message !== undefined) this.#host.passAck(message, this.flow);
    else if (output.type === "timeout") this.listener?.onTimeout();
    else if (output.type === "transportError") this.listener?.onTransportError();
  }

  #sendTrying(): void {
    if (this.#request === undefined) return;
    this.#last = responseTo(this.#request, TRYING_REPLY, this.flow);
    this.#host.send(this.#last, this.target);
  }
}

/** RFC 3261 §8.2.6.1: 100 has no To tag of ours. */
const TRYING_REPLY: Reply = { status: 100 };

function stamped(reply: Reply, request: SipRequest, stamp: ReplyStamp | undefined): Reply {
  return stamp === undefined || reply.status === 100 ? reply : stamp.stamp(reply, request);
}

function responseTo(request: SipRequest, reply: Reply, flow: Flow): Uint8Array {
  return buildResponse(request, reply, sourceOf(flow));
}

export function classOf(status: number): "1xx" | "2xx" | "300-699" {
  return status < 200 ? "1xx" : status < 300 ? "2xx" : "300-699";
}

/** Non-INVITE server transaction, RFC 3261 §17.2.2. Ended by timer J. */
export class NonInviteServerTransaction extends Transaction<
  NonInviteServerState,
  NonInviteServerInput,
  SipRequest
> {
  readonly flow: Flow;
  readonly #host: ServerTransactionHost;
  /** Until the final response. */
  #request: SipRequest | undefined;
  /**
   * The final response as it was given. A retransmission of the request brings all else that is needed to send it
   * again, so that a finished transaction costs little in its 32 s.
   */
  #final: Reply | undefined;
  /** For the final response. */
  stamp: ReplyStamp | undefined;

  constructor(keys: Keys, request: SipRequest, flow: Flow, host: ServerTransactionHost) {
    super(keys, NON_INVITE_SERVER_START, host);
    this.#host = host;
    this.flow = flow;
    this.#request = request;
  }

  /** The user was given the request: from here the 100 is due, and the client's patience runs out. */
  awaitUser(): void {
    if (this.#request !== undefined) this.input("unanswered");
  }

  /**
   * The first final response counts. RFC 4320: 408 is not sent, since it cannot arrive in time, nor is any
   * provisional but 100, which over UDP the transaction sends itself when it is due.
   */
  respond(reply: Reply): void {
    const request = this.#request;
    if (request === undefined || reply.status === 408) return;
    if (reply.status < 200) {
      if (reply.status === 100) this.input("100");
      return;
    }
    this.#final = stamped(reply, request, this.stamp);
    this.stamp = undefined;
    this.#request = undefined;
    this.input("200-699", request);
  }

  protected step(state: NonInviteServerState, input: NonInviteServerInput): Step<NonInviteServerState> {
    return stepNonInviteServer(state, input, this.flow.isReliable);
  }

  protected perform(output: Output, message: SipRequest | undefined): void {
    if (output.type === "timeout") this.#request = undefined;
    if (output.type !== "send" && output.type !== "trying") return;
    const request = message ?? this.#request;
    if (request === undefined) return;
    const octets = responseTo(request, this.#final ?? TRYING_REPLY, this.flow);
    this.#host.send(octets, responseTarget(request, this.flow));
  }
}

export function sourceOf(flow: Flow): {
  readonly address: string;
  readonly port: number;
} {
  return { address: flow.remoteAddress, port: flow.remotePort };
}
