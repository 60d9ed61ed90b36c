import { buildResponse, type HeaderField } from "../message/build-message.ts";
import { checkRequest, checkResponse, isAnswerable } from "../message/check-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { parseMessage, type ParseError } from "../message/parse-message.ts";
import type { Clock } from "../transport/clock.ts";
import type { Flow, Target, Transport } from "../transport/flow.ts";
import { responseTarget } from "../transport/response-target.ts";
import {
  InviteClientTransaction,
  NonInviteClientTransaction,
  type ClientTransactionHost,
  type ClientTransactionListener,
  type OutgoingRequest,
} from "./client-transaction.ts";
import { cancelledKey, clientKey, clientKeyOf, hasBranch, mergeKey, serverKey } from "./matching.ts";
import {
  classOf,
  InviteServerTransaction,
  NonInviteServerTransaction,
  sourceOf,
  type ServerTransactionHost,
} from "./server-transaction.ts";
import { TimerQueues } from "./timers.ts";

/** Open transactions: at 32 s each this is 31,000 new ones a second, and about 1 GB. Beyond, requests are dropped. */
const TRANSACTIONS_MAX = 1_000_000;

/** RFC 3261 §5: what sits on the transactions. */
export interface TransactionUser {
  /** Asked before a transaction is made; a status refuses the request without one (RFC 3261 §8.2.7). */
  admit(request: SipRequest, flow: Flow): number | undefined;
  onInvite(request: SipRequest, transaction: InviteServerTransaction): void;
  onRequest(request: SipRequest, transaction: NonInviteServerTransaction): void;
  /** `invite` is undefined where nothing is there to cancel: 481 (RFC 3261 §9.2). */
  onCancel(
    request: SipRequest,
    transaction: NonInviteServerTransaction,
    invite: InviteServerTransaction | undefined,
  ): void;
  /** An ACK that belongs to a 2xx. */
  onAck(request: SipRequest, flow: Flow): void;
  /** A response of no transaction: a 2xx of a fork or one repeated after timer M (RFC 3261 §13.2.2.4). */
  onStrayResponse(response: SipResponse, flow: Flow): void;
  /** Each datagram that was refused or dropped, with a reason of a closed set and what was answered. */
  onRefused(reason: string, status: number | undefined, detail: string, flow: Flow): void;
}

type ServerTransaction = InviteServerTransaction | NonInviteServerTransaction;

/** Transactions of RFC 3261 §17 over a set of listeners. */
export class TransactionLayer {
  readonly timers: TimerQueues;
  readonly #transports = new Map<string, Transport>();
  readonly #server = new Map<string, ServerTransaction>();
  /** Open requests by what copies of them have in common. */
  readonly #merges = new Map<string, ServerTransaction>();
  /** INVITEs that came over connections, by listener and source: a lost response concerns them alone. */
  readonly #connected = new Map<string, Set<InviteServerTransaction>>();
  readonly #client = new Map<string, InviteClientTransaction | NonInviteClientTransaction>();
  readonly #user: TransactionUser;
  readonly #serverHost: ServerTransactionHost;
  readonly #clientHost: ClientTransactionHost;

  readonly #transactionsMax: number;

  constructor(
    clock: Clock,
    transports: readonly Transport[],
    user: TransactionUser,
    transactionsMax = TRANSACTIONS_MAX,
  ) {
    this.#transactionsMax = transactionsMax;
    this.timers = new TimerQueues(clock);
    this.#user = user;
    const send = this.send.bind(this);
    const { timers } = this;
    this.#serverHost = {
      timers,
      send,
      passAck: (ack, flow) => {
        user.onAck(ack, flow);
      },
      terminated: ({ key, mergeKey: merged }) => {
        if (this.#connected.size > 0) this.#disconnect(this.#server.get(key));
        this.#server.delete(key);
        if (merged !== undefined) this.#merges.delete(merged);
      },
    };
    this.#clientHost = {
      timers,
      send,
      terminated: ({ key }) => {
        this.#client.delete(key);
      },
    };
    for (const transport of transports) {
      this.#transports.set(transport.id, transport);
      transport.onDatagram = (octets, flow) => {
        this.receive(octets, flow);
      };
      transport.onError = (_error, address, port, connection) => {
        if (address === undefined) return;
        this.#requestsFailed(transport.id, address, port, connection);
        this.#responsesFailed(transport.id, address, port, connection);
      };
      transport.onUnframed = (error, flow) => {
        this.#refuseUnparsed(error, flow);
      };
    }
  }

  get serverTransactions(): number {
    return this.#server.size;
  }

  get clientTransactions(): number {
    return this.#client.size;
  }

  /** For requests that no listener was named for. */
  get defaultListener(): string {
    const [id = ""] = this.#transports.keys();
    return id;
  }

  transport(listener: string): Transport | undefined {
    return this.#transports.get(listener);
  }

  /** What a message makes its user throw is a fault of ours and ends that message alone; other calls go on. */
  receive(octets: Uint8Array, flow: Flow): void {
    try {
      const parsed = parseMessage(octets);
      if (!parsed.ok) this.#refuseUnparsed(parsed.error, flow);
      else if (parsed.message.kind === "response") this.#receiveResponse(parsed.message, flow);
      else this.#receiveRequest(parsed.message, flow);
    } catch (error) {
      this.#user.onRefused("internal-error", undefined, describe(error), flow);
    }
  }

  sendInvite(
    request: OutgoingRequest,
    branch: string,
    target: Target,
    listener: ClientTransactionListener,
  ): InviteClientTransaction {
    const key = clientKey(branch, "INVITE");
    const transaction = new InviteClientTransaction(
      key,
      request,
      this.#to(target),
      this.#clientHost,
      listener,
    );
    if (transaction.state.name !== "Terminated") this.#client.set(key, transaction);
    return transaction;
  }

  sendRequest(
    request: OutgoingRequest,
    branch: string,
    target: Target,
    listener: ClientTransactionListener,
  ): void {
    const key = clientKey(branch, request.method);
    const transaction = new NonInviteClientTransaction(
      key,
      request,
      this.#to(target),
      this.#clientHost,
      listener,
    );
    if (transaction.state.name !== "Terminated") this.#client.set(key, transaction);
  }

  /** Sends outside of any transaction: an ACK to a 2xx (RFC 3261 §13.2.2.4). */
  send(octets: Uint8Array, target: Target): void {
    this.#transports.get(target.listener)?.send(octets, target.address, target.port, target);
  }

  /** Answers without a transaction: same tag for the same request, no memory (RFC 3261 §8.2.7). */
  replyStateless(request: SipRequest, flow: Flow, status: number, headers?: readonly HeaderField[]): void {
    const toTag = statelessTag(request);
    const octets = buildResponse(request, { status, toTag, headers: headers ?? [] }, sourceOf(flow));
    this.send(octets, responseTarget(request, flow));
  }

  /** Drops every transaction and timer. */
  close(): void {
    for (const transaction of [...this.#server.values(), ...this.#client.values()]) transaction.drop();
    this.#server.clear();
    this.#merges.clear();
    this.#connected.clear();
    this.#client.clear();
  }

  #to(target: Target): {
    readonly target: Target;
    readonly isReliable: boolean;
  } {
    return {
      target,
      isReliable: this.#transports.get(target.listener)?.isReliable ?? false,
    };
  }

  #refuseUnparsed(error: ParseError, flow: Flow): void {
    const { partial, status } = error;
    // What has no readable top Via, From, To, Call-ID and CSeq line cannot be answered; an ACK never is.
    const isAnswered = status !== undefined && partial !== undefined && isAnswerable(partial);
    if (isAnswered) this.replyStateless(partial, flow, status);
    this.#user.onRefused(error.code, isAnswered ? status : undefined, error.message, flow);
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    const fault = checkResponse(response);
    // RFC 3261 §18.1.2: a response with more than our own Via was not meant for a user agent (§8.1.3.3).
    if (fault !== undefined || hasSeveralVias(response)) {
      this.#user.onRefused(
        fault?.code ?? "foreign-response",
        undefined,
        fault?.message ?? "more than one Via",
        flow,
      );
      return;
    }
    const transaction = this.#client.get(clientKeyOf(response));
    if (transaction?.method !== response.cseq?.method) this.#user.onStrayResponse(response, flow);
    else if (transaction instanceof InviteClientTransaction)
      transaction.input(classOf(response.status), response);
    else transaction?.input(response.status < 200 ? "1xx" : "200-699", response);
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    const fault = checkRequest(request);
    if (fault !== undefined) {
      const isAnswered = isAnswerable(request);
      if (isAnswered) this.replyStateless(request, flow, fault.status);
      this.#user.onRefused(fault.code, isAnswered ? fault.status : undefined, fault.message, flow);
      return;
    }
    const key = serverKey(request);
    const existing = this.#server.get(key);
    if (request.method === "ACK") {
      if (existing instanceof InviteServerTransaction) existing.input("ACK", request);
      else this.#user.onAck(request, flow);
    } else if (existing instanceof InviteServerTransaction) existing.input("INVITE", request);
    else if (existing !== undefined) existing.input("request", request);
    else this.#open(key, request, flow);
  }

  #open(key: string, request: SipRequest, flow: Flow): void {
    if (this.#server.size >= this.#transactionsMax) {
      const detail = `${this.#transactionsMax} transactions are open`;
      this.#user.onRefused("transaction-limit", undefined, detail, flow);
      return;
    }
    const status = this.#user.admit(request, flow);
    if (status !== undefined) {
      this.replyStateless(request, flow, status);
      return;
    }
    if (flow.peer !== undefined) this.#noteAlias(request, flow);
    // RFC 3261 §8.2.2.2: the same request by another way, while the first is in hand.
    const merged = request.method === "CANCEL" ? undefined : mergeKey(request);
    if (merged !== undefined && this.#merges.has(merged)) {
      this.replyStateless(request, flow, 482);
      this.#user.onRefused("merged", 482, request.requestUriText, flow);
      return;
    }
    const parts = { key, mergeKey: merged };
    const transaction =
      request.method === "INVITE"
        ? new InviteServerTransaction(parts, request, flow, this.#serverHost)
        : new NonInviteServerTransaction(parts, request, flow, this.#serverHost);
    this.#server.set(key, transaction);
    if (merged !== undefined) this.#merges.set(merged, transaction);
    if (flow.isReliable && transaction instanceof InviteServerTransaction) this.#connect(transaction);
    try {
      this.#hand(request, transaction);
    } catch (error) {
      transaction.respond({ status: 500, toTag: statelessTag(request) });
      this.#user.onRefused("internal-error", 500, describe(error), flow);
    }
    transaction.awaitUser();
  }

  /** RFC 5923 §5: the port that responses would go to on a connection of our own. */
  #noteAlias(request: SipRequest, flow: Flow): void {
    if (request.topVia?.params.has("alias") !== true) return;
    this.#transports.get(flow.listener)?.alias?.(flow, responseTarget(request, flow).port);
  }

  #hand(request: SipRequest, transaction: ServerTransaction): void {
    if (transaction instanceof InviteServerTransaction) this.#user.onInvite(request, transaction);
    else if (request.method === "CANCEL")
      this.#user.onCancel(request, transaction, this.#cancelledBy(request));
    else this.#user.onRequest(request, transaction);
  }

  /** RFC 3261 §9.2; where a NAT has changed the sent-by, the branch and what copies have in common tell. */
  #cancelledBy(cancel: SipRequest): InviteServerTransaction | undefined {
    const named = this.#server.get(cancelledKey(cancel));
    if (named instanceof InviteServerTransaction) return named;
    const common = mergeKey(cancel, "INVITE");
    const found = common === undefined ? undefined : this.#merges.get(common);
    if (!(found instanceof InviteServerTransaction)) return undefined;
    return hasBranch(found.key, cancel.topVia?.branch) ? found : undefined;
  }

  #connect(transaction: InviteServerTransaction): void {
    const source = sourceKey(transaction.flow.listener, transaction.flow.remoteAddress);
    const transactions = this.#connected.get(source);
    if (transactions === undefined) this.#connected.set(source, new Set([transaction]));
    else transactions.add(transaction);
  }

  #disconnect(transaction: ServerTransaction | undefined): void {
    if (transaction?.flow.isReliable !== true || !(transaction instanceof InviteServerTransaction)) return;
    const source = sourceKey(transaction.flow.listener, transaction.flow.remoteAddress);
    const transactions = this.#connected.get(source);
    transactions?.delete(transaction);
    if (transactions?.size === 0) this.#connected.delete(source);
  }

  /**
   * A datagram bounced (ICMP) or a connection failed: every client transaction towards that address hears of it
   * (RFC 3261 §17.1.4). ICMP names no port that a socket would tell.
   */
  #requestsFailed(
    listener: string,
    address: string,
    port: number | undefined,
    connection: number | undefined,
  ): void {
    for (const transaction of [...this.#client.values()]) {
      const { target } = transaction;
      if (target.listener !== listener || target.address !== address) continue;
      const isSameConnection = connection !== undefined && target.connection === connection;
      if (isSameConnection || port === undefined || target.port === port)
        transaction.input("transport error");
    }
  }

  /**
   * A response over a connection did not arrive (RFC 3261 §17.2.4). Where a connection was there and broke, this is
   * about final responses: whoever has none yet opens another for it (§18.2.2).
   */
  #responsesFailed(
    listener: string,
    address: string,
    port: number | undefined,
    connection: number | undefined,
  ): void {
    for (const transaction of [...(this.#connected.get(sourceKey(listener, address)) ?? [])]) {
      const { flow, target, state } = transaction;
      const isBroken = connection !== undefined;
      const isMeant = target.port === port || (isBroken && flow.connection === connection);
      if (isMeant && !(isBroken && state.name === "Proceeding")) transaction.input("transport error");
    }
  }
}

function sourceKey(listener: string, address: string): string {
  return `${listener} ${address}`;
}

function hasSeveralVias(response: SipResponse): boolean {
  const { ids } = response.index;
  const first = ids.indexOf("via");
  // Nearly all have one line with one value, and need not be taken apart.
  const isOne = ids.lastIndexOf("via") === first && !response.rawValue(first).includes(",");
  return !isOne && (response.list("via")?.length ?? 0) > 1;
}

/** For those who have to find it: a fault of ours is rare, and its place is what counts. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** FNV-1a over what identifies the request: a retransmission gets the same tag. */
function statelessTag(request: SipRequest): string {
  const text = `${request.topVia?.branch ?? ""} ${request.callId ?? ""} ${request.header("cseq") ?? ""}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `sl-${(hash >>> 0).toString(16)}`;
}
