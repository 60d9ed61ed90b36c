import type { SessionTimerOptions } from "../dialog/session-interval.ts";
import type { HeaderField } from "../message/build-message.ts";

/** Handlers a user agent may be given; what is not given is not advertised, and is answered 405 or 420. */
export interface Wiring {
  /** Takes INVITE: with it come ACK, CANCEL, BYE, PRACK and UPDATE, which the user agent handles itself. */
  readonly takesCalls: boolean;
  /** Methods with a handler outside of dialogs: MESSAGE, PUBLISH, REGISTER, SUBSCRIBE, REFER, … */
  readonly methods: readonly string[];
  /** Methods that every call's listener takes: INFO, REFER, MESSAGE. */
  readonly callMethods: readonly string[];
  readonly reliableProvisionals: "never" | "required" | "supported";
  readonly sessionTimer: SessionTimerOptions | undefined;
  readonly replaces: boolean;
  /** Media types the owner reads. */
  readonly accept: readonly string[];
  /** Event packages that can be subscribed to here (RFC 6665 §8.2.2). */
  readonly events: readonly string[];
}

/** What a call's own listener takes. */
export interface CallWiring {
  readonly onInfo?: unknown;
  readonly onRefer?: unknown;
  readonly onMessage?: unknown;
  readonly infoPackages?: readonly string[] | undefined;
}

/** Bodies are read as they are; phrases are English, and any language is taken (RFC 3261 §20.2, §20.3). */
const NOT_CODED: readonly HeaderField[] = [
  ["Accept-Encoding", "identity"],
  ["Accept-Language", "*"],
];

/** Methods that have a specification: 405 for them, 501 for others (RFC 3261 §8.2.1, §21.5.2). */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  ...["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO"],
  ...["REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE"],
]);

/** Allow, Supported, Accept and their kin, made of what is wired (RFC 3261 §11.2, §20.5). */
export class Capabilities {
  readonly #wiring: Wiring;
  readonly #methods: ReadonlySet<string>;
  readonly #events: readonly string[];
  /** Calls differ little: what each kind says is made once. */
  readonly #ofCalls = new Map<string, readonly HeaderField[]>();
  readonly supported: readonly string[];
  readonly allow: HeaderField;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    const supported: string[] = [];
    if (wiring.reliableProvisionals !== "never") supported.push("100rel");
    if (wiring.sessionTimer !== undefined) supported.push("timer");
    if (wiring.replaces) supported.push("replaces");
    const { takesCalls, methods, callMethods } = wiring;
    const takesRefer = [...methods, ...callMethods].includes("REFER");
    if (takesRefer) supported.push("norefersub", "nosub", "explicitsub");
    this.supported = supported;
    // RFC 7614 §4: what a REFER has started may be subscribed to.
    this.#events = [...new Set([...wiring.events, ...(takesRefer ? ["refer"] : [])])];
    const calls = takesCalls ? ["INVITE", "ACK", "CANCEL", "BYE", "PRACK", "UPDATE", ...callMethods] : [];
    const subscribe = this.#events.length > 0 ? ["SUBSCRIBE"] : [];
    this.#methods = new Set([...calls, "OPTIONS", ...methods, ...subscribe]);
    this.allow = ["Allow", [...this.#methods].join(", ")];
  }

  get sessionTimer(): SessionTimerOptions | undefined {
    return this.#wiring.sessionTimer;
  }

  get reliableProvisionals(): Wiring["reliableProvisionals"] {
    return this.#wiring.reliableProvisionals;
  }

  /** Methods of requests outside of any dialog. */
  isAllowed(method: string): boolean {
    return this.#methods.has(method);
  }

  /** Empty says that no extension is done (RFC 3261 §20.37). */
  get supportedHeader(): HeaderField {
    return ["Supported", this.supported.join(", ")];
  }

  /** Media types the owner reads. */
  get mediaTypes(): readonly string[] {
    return this.#wiring.accept;
  }

  get accept(): HeaderField {
    return ["Accept", this.#wiring.accept.join(", ")];
  }

  hasEvent(name: string | undefined): boolean {
    return name !== undefined && this.#events.includes(name);
  }

  get allowEvents(): HeaderField[] {
    return this.#events.length === 0 ? [] : [["Allow-Events", this.#events.join(", ")]];
  }

  /** For 200 to OPTIONS. */
  get all(): HeaderField[] {
    return [this.allow, this.supportedHeader, this.accept, ...NOT_CODED, ...this.allowEvents];
  }

  /** For the messages of one call: its listener may take more or less than the agent says. */
  ofCall(listener: CallWiring | undefined): readonly HeaderField[] {
    const packages = (listener?.infoPackages ?? []).join(", ");
    const key = `${kindOf(listener)}${packages}`;
    let headers = this.#ofCalls.get(key);
    if (headers === undefined) {
      const methods = callMethods(listener).join(", ");
      headers = [["Allow", methods], this.supportedHeader];
      // RFC 6086 §4.2.1: Recv-Info where INFO packages are wired.
      if (packages !== "") headers = [...headers, ["Recv-Info", packages]];
      this.#ofCalls.set(key, headers);
    }
    return headers;
  }
}

/** One digit for what {@link callMethods} looks at. */
function kindOf(listener: CallWiring | undefined): number {
  if (listener === undefined) return 0;
  const { onInfo, onRefer, onMessage } = listener;
  return (onInfo === undefined ? 0 : 1) + (onRefer === undefined ? 0 : 2) + (onMessage === undefined ? 0 : 4);
}

function callMethods(listener: CallWiring | undefined): string[] {
  const methods = ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE"];
  if (listener?.onInfo !== undefined) methods.push("INFO");
  if (listener?.onRefer !== undefined) methods.push("REFER");
  if (listener?.onMessage !== undefined) methods.push("MESSAGE");
  return methods;
}
