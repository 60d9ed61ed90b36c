import { buildRequest, type HeaderField } from "../message/build-message.ts";
import type { SipResponse } from "../message/message.ts";
import type { Target } from "../transport/flow.ts";
import {
  startInviteClient,
  stepInviteClient,
  type InviteClientInput,
  type InviteClientState,
} from "./invite-client-machine.ts";
import type { Output, Step } from "./machine.ts";
import {
  startNonInviteClient,
  stepNonInviteClient,
  type NonInviteClientInput,
  type NonInviteClientState,
} from "./non-invite-client-machine.ts";
import { Transaction, type TransactionHost } from "./transaction.ts";

export interface ClientTransactionHost extends TransactionHost {
  send(octets: Uint8Array, target: Target): void;
}

export interface ClientTransactionListener {
  onResponse(response: SipResponse): void;
  /** Timer B or F: as if 408 had come (RFC 3261 §8.1.3.1). */
  onTimeout(): void;
  /** As if 503 had come. */
  onTransportError(): void;
}

/** A request as its transaction keeps it: enough to send it, to acknowledge and to cancel it. */
export interface OutgoingRequest {
  readonly method: string;
  readonly requestUri: string;
  readonly via: string;
  /** Without Via and Content-Length. */
  readonly headers: readonly HeaderField[];
  readonly body?: Uint8Array | undefined;
}

const REPEATED_IN_ACK = new Set(["from", "call-id", "route", "max-forwards", "session-id"]);

/** INVITE client transaction, RFC 3261 §17.1.1. */
export class InviteClientTransaction extends Transaction<InviteClientState, InviteClientInput, SipResponse> {
  readonly method = "INVITE";
  readonly target: Target;
  /** Until a 2xx: from there on nothing is sent, and the transaction stays for 32 s. */
  #sent: { readonly request: OutgoingRequest; readonly octets: Uint8Array } | undefined;
  readonly #host: ClientTransactionHost;
  readonly #listener: ClientTransactionListener;
  readonly #isReliable: boolean;

  constructor(
    key: string,
    request: OutgoingRequest,
    to: { readonly target: Target; readonly isReliable: boolean },
    host: ClientTransactionHost,
    listener: ClientTransactionListener,
  ) {
    const first = startInviteClient(to.isReliable);
    super({ key }, first.state, host);
    this.target = to.target;
    this.#isReliable = to.isReliable;
    this.#sent = { request, octets: buildRequest(request) };
    this.#host = host;
    this.#listener = listener;
    this.run(first);
  }

  /** From here the INVITE ends after 64·T1 at the latest (RFC 3261 §9.1). */
  expectCancelled(): void {
    this.input("cancel");
  }

  protected step(state: InviteClientState, input: InviteClientInput): Step<InviteClientState> {
    return stepInviteClient(state, input, this.#isReliable);
  }

  protected perform(output: Output, response: SipResponse | undefined): void {
    const sent = this.#sent;
    if (this.state.name === "Accepted") this.#sent = undefined;
    if (output.type === "send" && sent !== undefined) this.#host.send(sent.octets, this.target);
    else if (output.type === "ack" && sent !== undefined && response !== undefined)
      this.#host.send(ackOf(sent.request, response), this.target);
    else if (output.type === "pass" && response !== undefined) this.#listener.onResponse(response);
    else if (output.type === "timeout") this.#listener.onTimeout();
    else if (output.type === "transportError") this.#listener.onTransportError();
  }
}

/** RFC 3261 §17.1.1.3: the INVITE's own branch, the To of the response. */
function ackOf({ via, requestUri, headers: sent }: OutgoingRequest, response: SipResponse): Uint8Array {
  const headers: HeaderField[] = [];
  for (const [name, value] of sent) {
    const id = name.toLowerCase();
    if (REPEATED_IN_ACK.has(id)) headers.push([name, value]);
    else if (id === "to") headers.push([name, response.header("to") ?? value]);
    else if (id === "cseq") headers.push([name, value.replace("INVITE", "ACK")]);
  }
  return buildRequest({ method: "ACK", requestUri, via, headers });
}

/** Non-INVITE client transaction, RFC 3261 §17.1.2. */
export class NonInviteClientTransaction extends Transaction<
  NonInviteClientState,
  NonInviteClientInput,
  SipResponse
> {
  readonly method: string;
  readonly target: Target;
  /** Until the final response, as the listener. */
  #octets: Uint8Array | undefined;
  readonly #host: ClientTransactionHost;
  #listener: ClientTransactionListener | undefined;
  readonly #isReliable: boolean;

  constructor(
    key: string,
    request: OutgoingRequest,
    to: { readonly target: Target; readonly isReliable: boolean },
    host: ClientTransactionHost,
    listener: ClientTransactionListener,
  ) {
    const first = startNonInviteClient(to.isReliable);
    super({ key }, first.state, host);
    this.method = request.method;
    this.target = to.target;
    this.#isReliable = to.isReliable;
    this.#octets = buildRequest(request);
    this.#host = host;
    this.#listener = listener;
    this.run(first);
  }

  protected step(state: NonInviteClientState, input: NonInviteClientInput): Step<NonInviteClientState> {
    return stepNonInviteClient(state, input, this.#isReliable);
  }

  protected perform(output: Output, response: SipResponse | undefined): void {
    const listener = this.#listener;
    if (this.state.name === "Completed") {
      this.#octets = undefined;
      this.#listener = undefined;
    }
    if (output.type === "send" && this.#octets !== undefined) this.#host.send(this.#octets, this.target);
    else if (output.type === "pass" && response !== undefined) listener?.onResponse(response);
    else if (output.type === "timeout") listener?.onTimeout();
    else if (output.type === "transportError") listener?.onTransportError();
  }
}
