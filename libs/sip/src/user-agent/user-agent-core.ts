import type { Dialog } from "../dialog/dialog.ts";
import { portOf, transportAskedBy } from "../location/uri-transport.ts";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest } from "../message/message.ts";
import { isSipUri, parseUri } from "../message/uri.ts";
import type {
  InviteServerTransaction,
  NonInviteServerTransaction,
} from "../transaction/server-transaction.ts";
import type { TransactionLayer } from "../transaction/transaction-layer.ts";
import { TurnoverMap } from "../transaction/turnover-map.ts";
import type { TimerOwner, TimerQueues } from "../transaction/timers.ts";
import type { Random } from "../transport/clock.ts";
import type { Flow, Target } from "../transport/flow.ts";
import { contactUri, viaValue, type Listeners } from "../transport/listeners.ts";
import type { Capabilities } from "./capabilities.ts";
import { dialogTargets } from "./dialog-targets.ts";
import type { Identifiers } from "./identifiers.ts";
import { SessionIdentity } from "./session-identity.ts";
import { targetsOf, type Authenticator, type TargetSource, type Targets } from "./ports.ts";

/** Finds the address of a host; numeric ones at least. `undefined` where it cannot. */
export type Locate = (host: string) => string | undefined;

export interface RequestBody {
  readonly headers?: readonly HeaderField[];
  readonly body?: Uint8Array | undefined;
}

/** A dialog of the table, as requests find it. */
export interface DialogEntry {
  readonly data: Dialog;
  receive(request: SipRequest, transaction: NonInviteServerTransaction): void;
  receiveInvite(request: SipRequest, transaction: InviteServerTransaction): void;
  receiveAck(request: SipRequest): void;
  /** True where the CANCEL took effect. */
  receiveCancel(transaction: InviteServerTransaction): boolean;
}

export interface NotifyTaker {
  receiveFirst(request: SipRequest, transaction: NonInviteServerTransaction): void;
}

export interface CoreParts {
  readonly identifiers: Identifiers;
  readonly random: Random;
  readonly capabilities: Capabilities;
  readonly listeners: Listeners;
  readonly locate: Locate | undefined;
  readonly locator: TargetSource | undefined;
  readonly authenticator: Authenticator | undefined;
  readonly sessionId: boolean;
}

/** What sessions share: the dialogs, the identifiers, and how a request finds its way out. */
export class UserAgentCore {
  readonly dialogs = new TurnoverMap<string, DialogEntry>();
  /** Subscriptions of ours whose dialog the first NOTIFY may make. */
  readonly pendingSubscriptions = new Map<string, NotifyTaker>();
  /** References of theirs that can be subscribed to (RFC 7614), by the user part of their URIs. */
  readonly references = new Map<string, TimerOwner>();
  readonly identifiers: Identifiers;
  readonly capabilities: Capabilities;
  readonly authenticator: Authenticator | undefined;
  readonly #hasSessionId: boolean;
  readonly #random: Random;
  readonly #listeners: Listeners;
  readonly #locate: Locate | undefined;
  readonly #locator: TargetSource | undefined;
  /** By listener: what every message of a call says. */
  readonly #contacts = new Map<string, readonly HeaderField[]>();
  readonly #secureContacts = new Map<string, readonly HeaderField[]>();
  #layer: TransactionLayer | undefined;

  constructor(parts: CoreParts) {
    this.identifiers = parts.identifiers;
    this.capabilities = parts.capabilities;
    this.authenticator = parts.authenticator;
    this.#hasSessionId = parts.sessionId;
    this.#random = parts.random;
    this.#listeners = parts.listeners;
    this.#locate = parts.locate;
    this.#locator = parts.locator;
  }

  /** The layer needs its user and the user its layer: joined once, by the user agent. */
  join(layer: TransactionLayer): void {
    this.#layer = layer;
  }

  get layer(): TransactionLayer {
    if (this.#layer === undefined) throw new TypeError("the user agent core has no transaction layer yet");
    return this.#layer;
  }

  get timers(): TimerQueues {
    return this.layer.timers;
  }

  /** A whole number from `least` to `most`, evenly. */
  draw(least: number, most: number): number {
    const octets = this.#random.octets(4);
    let drawn = 0;
    for (const octet of octets) drawn = drawn * 256 + octet;
    return least + (drawn % (most - least + 1));
  }

  /** Of a new call of ours or theirs; undefined where Session-ID is not spoken. */
  newIdentity(): SessionIdentity | undefined {
    return this.#hasSessionId ? new SessionIdentity(this.identifiers.uuid()) : undefined;
  }

  contactHeaders(listener: string, isSecure: boolean): readonly HeaderField[] {
    const contacts = isSecure ? this.#secureContacts : this.#contacts;
    let headers = contacts.get(listener);
    if (headers === undefined) {
      headers = [["Contact", `<${this.contactUri(listener, isSecure)}>`]];
      contacts.set(listener, headers);
    }
    return headers;
  }

  /** A sips URI where it is wanted and the listener can keep its promise. */
  contactUri(listener: string, isSecure: boolean): string {
    const transport = this.layer.transport(listener);
    if (transport === undefined) return "sip:invalid.invalid";
    const isTls = transport.protocol === "TLS" || transport.protocol === "WSS";
    return contactUri(transport, isSecure && isTls ? "sips" : "sip");
  }

  /** Via of a new client transaction on that listener (RFC 3261 §18.1.1, RFC 3581 §3). */
  via(listener: string, branch: string): string {
    const transport = this.layer.transport(listener);
    // The transaction layer has no such listener either, and reports that nothing was sent.
    return transport === undefined
      ? `SIP/2.0/UDP invalid.invalid;branch=${branch}`
      : viaValue(transport, branch);
  }

  /** Where a flow's peer is heard. */
  flowTo(target: Target): Flow {
    const transport = this.layer.transport(target.listener);
    return {
      listener: target.listener,
      transport: transport?.protocol ?? "UDP",
      isReliable: transport?.isReliable ?? false,
      remoteAddress: target.address,
      remotePort: target.port,
    };
  }

  /** Targets of a URI outside of any dialog (RFC 3263). */
  targetsOf(uriText: string, requestOctets: number): Targets {
    return (
      this.#locator?.locate(uriText, undefined, requestOctets) ??
      targetsOf(this.#withoutDns(uriText, this.layer.defaultListener, requestOctets))
    );
  }

  /** Targets inside a dialog, where `flow` is how the peer was heard. */
  targetsIn(nextHop: string, flow: Flow, requestOctets: number): Targets {
    const known = this.#withoutDns(nextHop, flow.listener, requestOctets);
    // With no connection that could be preferred to them, there is nothing else to try.
    if (known.length > 0 && flow.connection === undefined) return targetsOf(known);
    return dialogTargets(nextHop, flow, (uriText) => {
      const located =
        known.length > 0 ? undefined : this.#locator?.locate(uriText, flow.listener, requestOctets);
      return located ?? targetsOf(known);
    });
  }

  /** RFC 3263 §4.1 and §4.2 for a host whose address is known; without a transport in its URI, `near` keeps its own. */
  #withoutDns(uriText: string, near: string, requestOctets: number): Target[] {
    const uri = this.#locate === undefined ? undefined : parseUri(uriText);
    if (uri === undefined || !isSipUri(uri)) return [];
    const address = this.#locate?.(uri.params.get("maddr") ?? uri.host);
    const byDefault = uri.scheme === "sips" ? "TLS" : this.layer.transport(near)?.protocol;
    const transport = transportAskedBy(uri) ?? byDefault;
    if (address === undefined || transport === undefined || transport === "unknown") return [];
    const hop = { transport, address, port: portOf(uri, transport) };
    return this.#listeners.targets(hop, requestOctets, { listener: near });
  }
}
