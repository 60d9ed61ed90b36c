import {
  stepClientSession,
  type ClientSessionInput,
  type ClientSessionOutput,
  type ClientSessionState,
} from "../dialog/client-session-machine.ts";
import { dialogFromResponse, dialogWith, isSips, type Dialog } from "../dialog/dialog.ts";
import { isNextReliable } from "../dialog/reliable-provisional-machine.ts";
import { intervalHeaders, intervalOfResponse } from "../dialog/session-interval.ts";
import type { HeaderField } from "../message/build-message.ts";
import { RSEQ } from "../message/headers/rack.ts";
import type { SipResponse } from "../message/message.ts";
import type { OutgoingRequest } from "../transaction/client-transaction.ts";
import type { Target } from "../transport/flow.ts";
import type { AckOf2xx } from "./ack-of-2xx.ts";
import type { Amendment } from "./amendment.ts";
import { ClientRequest, type ClientRequestListener } from "./client-request.ts";
import { descriptionIn, descriptionOfReply, SDP_CONTENT } from "./description.ts";
import { InviteUsage, type InviteUsageListener } from "./invite-usage.ts";
import { OutOfDialog, type Addressing } from "./out-of-dialog.ts";
import type { SessionIdentity } from "./session-identity.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

export interface InviteClientSessionListener extends InviteUsageListener {
  /** Of reliable ones each is told once, in order (RFC 3262 §4). */
  onProvisional(response: SipResponse): void;
  /** The first 2xx; what is returned goes into the ACK, where no port has an answer to put there. */
  onAccepted(response: SipResponse): RequestBody | undefined;
  /** A 2xx of another fork: true keeps its call, too; otherwise it is ended with BYE (RFC 3261 §13.2.2.4). */
  onForkAccepted?(usage: InviteUsage, response: SipResponse): boolean;
  onRejected(response: SipResponse): void;
  /** No final response: timer B, or the request could not be sent (RFC 3261 §8.1.3.1). */
  onFailed(reason: "timeout" | "transport-error"): void;
}

export interface InviteParts extends RequestBody, Addressing {
  /** Leave the offer to the called side, although the listener has a port. */
  readonly isLateOffer?: boolean;
  /** Session-ID of the call that this one goes on from: after a 3xx, a REFER, or with Replaces. */
  readonly succeeds?: SessionIdentity | undefined;
}

/** One fork: its call, the last reliable provisional of it, and the ACK of its 2xx. */
interface Fork {
  readonly tag: string;
  /** Until a call that was accepted ends. */
  usage: InviteUsage | undefined;
  rseq: number | undefined;
  ack: AckOf2xx | undefined;
}

/** What an input of the machine is about. */
interface Event {
  readonly response?: SipResponse;
  readonly fork?: Fork;
  readonly reason?: "timeout" | "transport-error";
}

/** Told of what still comes when the call is over: nothing that concerns its owner. */
const OVER: InviteClientSessionListener = {
  onProvisional: () => undefined,
  onAccepted: () => undefined,
  onRejected: () => undefined,
  onFailed: () => undefined,
  onAck: () => undefined,
  onAckTimeout: () => undefined,
  onBye: (_request, respond) => {
    respond({ status: 200 });
  },
};

/**
 * The client side of one INVITE (RFC 3261 §13.2). Each To tag of the responses is a dialog of its own; the first
 * 2xx wins, later ones of other forks are acknowledged and released (§13.2.2.4).
 */
export class InviteClientSession implements ClientRequestListener {
  readonly callId: string;
  readonly #core: UserAgentCore;
  readonly #requestUri: string;
  readonly #target: Target | undefined;
  readonly #identity: SessionIdentity | undefined;
  /** One nearly always. */
  #forks: readonly Fork[] = [];
  #listener: InviteClientSessionListener;
  #request: ClientRequest | undefined;
  #hasOffer = false;
  #accepted: Fork | undefined;
  #cancelHeaders: readonly HeaderField[] | undefined;
  #state: ClientSessionState = "calling";

  constructor(core: UserAgentCore, parts: InviteParts, listener: InviteClientSessionListener) {
    this.#core = core;
    this.#listener = listener;
    this.#requestUri = parts.requestUri;
    this.#target = parts.target;
    this.#identity = core.newIdentity();
    this.#identity?.succeed(parts.succeeds);
    const requests = new OutOfDialog(core, parts);
    this.callId = requests.callId;
    const port = listener.session;
    if (parts.body !== undefined || port === undefined || parts.isLateOffer === true)
      this.#send(requests, parts);
    else
      port.offer((result) => {
        if (!result.ok || this.#state === "cancelling") this.#input("failed", { reason: "transport-error" });
        else
          this.#send(requests, {
            headers: [...(parts.headers ?? []), SDP_CONTENT],
            body: result.description,
          });
      });
  }

  /** What Session-ID says before a peer has answered (RFC 7989); undefined where it is not spoken. */
  get identity(): SessionIdentity | undefined {
    return this.#identity;
  }

  /** The usage of the first 2xx, until it ends. */
  get usage(): InviteUsage | undefined {
    return this.#accepted?.usage;
  }

  /** The usage of the fork that a response came from, early or answered; undefined where it made no dialog. */
  usageOf({ toTag }: SipResponse): InviteUsage | undefined {
    return this.#forks.find(({ tag }) => tag === toTag)?.usage;
  }

  #send(requests: OutOfDialog, content: RequestBody): void {
    this.#hasOffer = descriptionOfReply(content) !== undefined;
    const parts = (amendment: Amendment, target: Target): RequestBody => ({
      headers: [...this.#ownHeaders(amendment, target), ...(content.headers ?? [])],
      body: content.body,
    });
    this.#request = new ClientRequest(this.#core, requests.plan("INVITE", parts), this);
  }

  /** Of its request, as {@link onFinal}: the session is told itself, since closures would stay for 32 s. */
  onProvisional(response: SipResponse): void {
    const fork = this.#fork(response);
    const rseq = reliableNumber(response);
    if (fork?.usage !== undefined && rseq !== undefined) {
      // RFC 3262 §4: a repeated one is acknowledged already, one out of order comes again.
      if (!isNextReliable(fork.rseq, rseq)) return;
      fork.rseq = rseq;
      this.#acknowledge(fork.usage, response, rseq);
    }
    this.#input("1xx", { response });
  }

  onNextTry(): void {
    this.#input("next try");
  }

  onFinal(response: SipResponse | undefined, reason: "response" | "timeout" | "transport-error"): void {
    if (response === undefined)
      this.#input("failed", { reason: reason === "timeout" ? "timeout" : "transport-error" });
    else if (response.status >= 300) this.#input("300-699", { response });
    else {
      const fork = this.#fork(response);
      if (fork !== undefined) this.#input(fork.ack === undefined ? "2xx" : "2xx again", { response, fork });
    }
  }

  #input(input: ClientSessionInput, event: Event = {}): void {
    const { state, outputs } = stepClientSession(this.#state, input);
    this.#state = state;
    for (const output of outputs) this.#perform(output, event);
  }

  #perform(output: ClientSessionOutput, { response, fork, reason }: Event): void {
    switch (output) {
      case "send CANCEL":
        this.#sendCancel();
        return;
      case "last try":
        if (this.#request !== undefined) this.#request.isLastTry = true;
        return;
      case "end others":
        for (const other of this.#forks) if (other !== fork) other.usage?.end();
        return;
      case "roll back":
        if (this.#hasOffer) this.#listener.session?.rollBack();
        return;
      case "tell failed":
        this.#listener.onFailed(reason ?? "transport-error");
        return;
      default:
        if (response !== undefined) this.#performOn(response, output, fork);
    }
  }

  /** Outputs that are about what has come. */
  #performOn(response: SipResponse, output: ClientSessionOutput, fork: Fork | undefined): void {
    if (output === "tell 1xx") this.#listener.onProvisional(response);
    else if (output === "tell rejected") this.#listener.onRejected(response);
    else if (fork === undefined) return;
    else if (output === "ACK again") this.#acknowledgeAgain(fork, response);
    else this.#acceptedBy(fork, response, output);
  }

  #ownHeaders({ minSeS }: Amendment, target: Target): HeaderField[] {
    const { capabilities } = this.#core;
    const canAnswer = this.#hasOffer || this.#listener.session !== undefined;
    const ofCall = capabilities.ofCall(this.#listener);
    const timer = capabilities.sessionTimer;
    return [
      ...this.#core.contactHeaders(target.listener, isSips(this.#requestUri)),
      // An offer in a provisional would have to be answered in its PRACK, and nobody is there to do it.
      ...(canAnswer ? ofCall : ofCall.map(withoutReliable)),
      ...(timer === undefined ? [] : intervalHeaders(timer, undefined, minSeS)),
      ...(this.#identity === undefined ? [] : [this.#identity.header]),
    ];
  }

  /**
   * CANCEL, as soon as a provisional allows it (RFC 3261 §9.1); without a final response the call fails after 64·T1.
   * After a 2xx it does nothing, and a 2xx may cross it: then `onAccepted` is called, and it is BYE that ends the call.
   */
  cancel(headers: readonly HeaderField[] = []): void {
    this.#cancelHeaders ??= headers;
    this.#input("cancel");
  }

  #sendCancel(): void {
    const { invite, request, branch = "", target } = this.#request ?? {};
    if (invite === undefined || request === undefined || target === undefined) return;
    const same = request.headers.filter(([name]) => REPEATED_IN_CANCEL.has(name));
    const headers = same.map(([name, value]): HeaderField => [
      name,
      name === "CSeq" ? value.replace("INVITE", "CANCEL") : value,
    ]);
    const cancel: OutgoingRequest = {
      method: "CANCEL",
      requestUri: request.requestUri,
      via: request.via,
      headers: [...headers, ...(this.#cancelHeaders ?? [])],
    };
    // The answer to CANCEL says nothing about the INVITE, whose own final response is waited for.
    const ignore = (): void => undefined;
    const listener = { onResponse: ignore, onTimeout: ignore, onTransportError: ignore };
    this.#core.layer.sendRequest(cancel, branch, target, listener);
    invite.expectCancelled();
  }

  /** PRACK, and the offer or answer that goes with it (RFC 3262 §4, §5). */
  #acknowledge({ open, changes }: InviteUsage, response: SipResponse, rseq: number): void {
    const rack: HeaderField = ["RAck", `${rseq} ${response.cseq?.sequenceNumber ?? 0} INVITE`];
    const prack = (content: RequestBody): void => {
      const headers = [rack, ...(content.headers ?? [])];
      open.request("PRACK", { headers, body: content.body }, { onFinal: () => undefined });
    };
    const description = descriptionIn(response);
    const port = this.#listener.session;
    if (description !== undefined && changes.exchange.offer === "theyOwe" && port !== undefined) {
      changes.step("receive offer");
      port.answer(description, (result) => {
        prack(result.ok ? { headers: [SDP_CONTENT], body: result.description } : {});
        changes.step("send answer");
        if (result.ok) this.#listener.onSessionChanged?.();
        else this.cancel();
      });
      return;
    }
    prack({});
    if (description !== undefined && changes.exchange.offer === "ours") changes.takeAnswer(description);
  }

  #acknowledgeAgain({ ack }: Fork, response: SipResponse): void {
    const dialog = this.#dialogOf(response);
    if (dialog !== undefined) ack?.sendAgain(dialog, response.cseq?.sequenceNumber ?? 1);
  }

  /** The first 2xx of a fork: the call of the first fork, or one more, which its owner keeps or not. */
  #acceptedBy(fork: Fork, response: SipResponse, output: ClientSessionOutput): void {
    const { usage } = fork;
    if (usage === undefined) return;
    usage.onEnded = () => {
      this.#over(fork);
    };
    usage.confirm();
    usage.open.credentials = this.#request?.nextCredentials ?? [];
    usage.changes.notePeer(response);
    if (output === "tell accepted") {
      this.#accepted = fork;
      const content = this.#listener.onAccepted(response);
      this.#complete(fork, usage, response, content ?? {});
      return;
    }
    const isWanted = output === "offer fork" && this.#listener.onForkAccepted?.(usage, response) === true;
    this.#complete(fork, usage, response, {}, isWanted);
    if (!isWanted) usage.bye({}, () => undefined);
  }

  /** For as long as a 2xx may be repeated, its ACK is all that has to stay; later forks nobody waits for end. */
  #over(fork: Fork): void {
    fork.usage = undefined;
    if (fork === this.#accepted && this.#listener.onForkAccepted === undefined) this.#listener = OVER;
  }

  /** ACK with the answer that is due, or after the answer that came. */
  #complete(
    fork: Fork,
    usage: InviteUsage,
    response: SipResponse,
    content: RequestBody,
    isWanted = true,
  ): void {
    const { open, changes } = usage;
    const number = response.cseq?.sequenceNumber ?? 1;
    const description = descriptionIn(response);
    const port = isWanted ? this.#listener.session : undefined;
    const acknowledge = (parts: RequestBody): void => {
      fork.ack = open.ack(number, parts, this.#request?.credentials ?? []);
      fork.ack.send();
    };
    const { offer } = changes.exchange;
    if (
      offer === "theyOwe" &&
      description !== undefined &&
      port !== undefined &&
      content.body === undefined
    ) {
      changes.step("receive offer");
      port.answer(description, (result) => {
        acknowledge(result.ok ? { headers: [SDP_CONTENT], body: result.description } : {});
        changes.step("our INVITE accepted");
        if (result.ok) this.#listener.onSessionChanged?.();
        else usage.lost("no-usable-answer");
      });
    } else {
      acknowledge(content);
      if (offer === "ours" && isWanted) changes.takeAnswer(description);
      changes.step("our INVITE accepted");
    }
    if (this.#core.capabilities.sessionTimer !== undefined && !usage.hasEnded)
      changes.agree(intervalOfResponse(response));
  }

  get #sentTo(): Target | undefined {
    return this.#request?.target ?? this.#target;
  }

  #dialogOf(response: SipResponse): Dialog | undefined {
    const target = this.#sentTo;
    return target && dialogFromResponse(response, target.listener, this.#requestUri);
  }

  #fork(response: SipResponse): Fork | undefined {
    const target = this.#sentTo;
    const dialog = this.#dialogOf(response);
    if (target === undefined || dialog === undefined) return undefined;
    const known = this.#forks.find(({ tag }) => tag === dialog.remoteTag);
    if (known?.usage?.hasEnded === false) {
      known.usage.open.replaceData(dialog);
      known.usage.identity?.note(response);
      return known;
    }
    // A 2xx that is repeated after its call has ended is acknowledged again, and no new call.
    if (known?.ack !== undefined) return known;
    // An early dialog that another fork's 2xx has ended goes on from its PRACKs (RFC 3261 §12.2.1.1).
    const counted = known?.usage?.dialog.localSequenceNumber ?? 0;
    const localSequenceNumber = Math.max(dialog.localSequenceNumber, counted);
    const usage = new InviteUsage(
      this.#core,
      dialogWith(dialog, { localSequenceNumber }),
      this.#core.flowTo(target),
      true,
      this.#identity?.fork(),
    );
    usage.listener = this.#listener;
    usage.open.credentials = this.#request?.credentials ?? [];
    usage.identity?.note(response);
    usage.changes.notePeer(response);
    usage.changes.step(this.#hasOffer ? "send INVITE+offer" : "send INVITE");
    usage.onCancel = () => {
      this.cancel();
    };
    const fork: Fork = { tag: dialog.remoteTag, usage, rseq: known?.rseq, ack: undefined };
    this.#forks = [...this.#forks.filter((each) => each !== known), fork];
    return fork;
  }
}

const REPEATED_IN_CANCEL = new Set(["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Route", "Session-ID"]);

/** The same field; a Supported without 100rel (RFC 3262). */
function withoutReliable(field: HeaderField): HeaderField {
  const [name, value] = field;
  if (name !== "Supported") return field;
  const tags = value.split(", ").filter((tag) => tag !== "100rel");
  return [name, tags.join(", ")];
}

function reliableNumber(response: SipResponse): number | undefined {
  const isReliable = (response.list("require") ?? []).some((tag) => tag.toLowerCase() === "100rel");
  return isReliable && response.status > 100 ? response.get(RSEQ) : undefined;
}
