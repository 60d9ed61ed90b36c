import { hostOf, type DialogRequest } from "../dialog/dialog.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { octetsOfRequest, type OutgoingRequest } from "../transaction/client-transaction.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
} from "../transaction/server-transaction.ts";
import type { TransactionLayer } from "../transaction/transaction-layer.ts";
import type { Flow, Target } from "../transport/flow.ts";
import type { Identifiers } from "./identifiers.ts";

/** RFC 3261 §8.1.1.6. */
const MAX_FORWARDS = "70";
const DEFAULT_PORT = 5060;

/** What the user agent and its usages answer by more than a refusal. */
export const METHODS: readonly string[] = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO"];
export const ALLOW: HeaderField = ["Allow", METHODS.join(", ")];
/** No extension is done here; empty says so (RFC 3261 §20.37). */
export const SUPPORTED: HeaderField = ["Supported", ""];

/** Finds the address of a host; numeric ones at least. `undefined` where it cannot. */
export type Locate = (host: string) => string | undefined;

/** What a request of ours inside a dialog came to; `undefined` stands for no answer (RFC 3261 §12.2.1.2). */
export type Outcome = (response: SipResponse | undefined) => void;

export interface RequestBody {
  readonly headers?: readonly HeaderField[];
  readonly body?: Uint8Array | undefined;
}

/** What takes the requests of one dialog (RFC 5057 §2). */
export interface DialogUsage {
  receive(request: SipRequest, transaction: NonInviteServerTransaction): void;
  receiveInvite(request: SipRequest, transaction: InviteServerTransaction): void;
  receiveAck(request: SipRequest): void;
  end(): void;
}

/** What sessions share: the dialogs, the identifiers, and how a request finds its way out. */
export class UserAgentCore {
  readonly dialogs = new Map<string, DialogUsage>();
  readonly identifiers: Identifiers;
  readonly #locate: Locate;
  #layer: TransactionLayer | undefined;

  constructor(identifiers: Identifiers, locate: Locate) {
    this.identifiers = identifiers;
    this.#locate = locate;
  }

  /** The layer needs its user and the user its layer: joined once, by the user agent. */
  join(layer: TransactionLayer): void {
    this.#layer = layer;
  }

  get layer(): TransactionLayer {
    if (this.#layer === undefined) throw new TypeError("the user agent core has no transaction layer yet");
    return this.#layer;
  }

  contactHeaders(listener: string): HeaderField[] {
    return [["Contact", `<${this.contactUri(listener)}>`]];
  }

  contactUri(listener: string): string {
    const sentBy = this.layer.transport(listener)?.sentBy;
    return sentBy === undefined ? "sip:invalid.invalid" : `sip:${sentBy.host}:${sentBy.port}`;
  }

  /** Via of a new client transaction on that listener (RFC 3261 §18.1.1, RFC 3581 §3). */
  via(listener: string, branch: string): string {
    const transport = this.layer.transport(listener);
    const sentBy = transport?.sentBy;
    return `SIP/2.0/${transport?.protocol ?? "UDP"} ${sentBy?.host}:${sentBy?.port};branch=${branch};rport`;
  }

  sendInDialog(
    request: DialogRequest,
    method: string,
    parts: RequestBody,
    flow: Flow,
    outcome: Outcome,
  ): void {
    const branch = this.identifiers.branch();
    const outgoing = this.#outgoing(request, method, branch, parts);
    this.layer.sendRequest(outgoing, branch, this.#target(request, flow), {
      onResponse: (response) => {
        if (response.status >= 200) outcome(response);
      },
      onTimeout: () => {
        outcome(undefined);
      },
      onTransportError: () => {
        outcome(undefined);
      },
    });
  }

  /** Builds the ACK once, so that every repeated 2xx is answered with the same octets. */
  ackSender(request: DialogRequest, parts: RequestBody, flow: Flow): () => void {
    const octets = octetsOfRequest(this.#outgoing(request, "ACK", this.identifiers.branch(), parts));
    const target = this.#target(request, flow);
    return () => {
      this.layer.send(octets, target);
    };
  }

  #outgoing(request: DialogRequest, method: string, branch: string, parts: RequestBody): OutgoingRequest {
    const { listener } = request.dialog;
    const headers: HeaderField[] = [["Max-Forwards", MAX_FORWARDS], ...request.headers];
    if (method !== "BYE") headers.push(...this.contactHeaders(listener));
    headers.push(...(parts.headers ?? []));
    return {
      method,
      requestUri: request.requestUri,
      via: this.via(listener, branch),
      headers,
      body: parts.body,
    };
  }

  /** Route set and remote target decide; a name nobody can resolve falls back to where the peer was heard from. */
  #target(request: DialogRequest, flow: Flow): Target {
    const { listener } = request.dialog;
    const next = hostOf(request.nextHop);
    const address = next === undefined ? undefined : this.#locate(next.host);
    if (next !== undefined && address !== undefined)
      return { listener, address, port: next.port ?? DEFAULT_PORT };
    return {
      listener,
      address: flow.remoteAddress,
      port: flow.remotePort,
    };
  }
}
