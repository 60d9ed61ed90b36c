import {
  startNotifier,
  stepNotifier,
  type NotifierInput,
  type NotifierStep,
} from "../dialog/notifier-machine.ts";
import type { HeaderField } from "../message/build-message.ts";
import { EXPIRES } from "../message/headers/seconds.ts";
import type { SipRequest } from "../message/message.ts";
import type { NonInviteServerTransaction } from "../transaction/server-transaction.ts";
import type { Timer, TimerOwner } from "../transaction/timers.ts";
import { eventOf, isSameEvent, type EventName } from "./event-name.ts";
import type { DialogUsage, OpenDialog } from "./open-dialog.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

export interface NotifierParts {
  readonly event: EventName;
  readonly expiresS: number;
  readonly state: "pending" | "active";
  /** Body of the next NOTIFY: the whole state, as packages have it unless they say otherwise. */
  readonly content: () => RequestBody;
  /** Longest duration granted to a refresh, seconds. */
  readonly expiresMaxS: number;
  readonly onEnded?: (() => void) | undefined;
}

/** RFC 6665 §4.2.2: these end the subscription; other failures leave it. */
const ENDS = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);

/** A subscription to something of ours (RFC 6665 §4.2): one NOTIFY at a time, the newest state last. */
export class Notifier implements DialogUsage, TimerOwner {
  readonly #core: UserAgentCore;
  readonly #open: OpenDialog;
  readonly #parts: NotifierParts;
  #state: NotifierStep["state"];
  #expiry: Timer | undefined;
  #expiresAtMs = 0;
  #isOut = false;
  #next: { readonly state: string } | undefined;
  #reason: string | undefined;

  constructor(core: UserAgentCore, open: OpenDialog, parts: NotifierParts) {
    this.#core = core;
    this.#open = open;
    this.#parts = parts;
    open.add(this);
    const first = startNotifier(parts.state, parts.expiresS);
    this.#state = first.state;
    this.#run(first);
  }

  get state(): NotifierStep["state"]["name"] {
    return this.#state.name;
  }

  /** The subscription was pending, and is granted. */
  activate(): void {
    this.#input("activate");
  }

  /** The state has changed. */
  notify(): void {
    this.#input("notify");
  }

  /** Ends it from our side; `reason` as in RFC 6665 §4.1.3. */
  end(reason = "noresource"): void {
    this.#reason = reason;
    this.#input("end");
  }

  receive(request: SipRequest, transaction: NonInviteServerTransaction): boolean {
    if (request.method !== "SUBSCRIBE" || !isSameEvent(eventOf(request), this.#parts.event)) return false;
    if (this.#state.name === "terminated") return false;
    const expiresS = Math.min(request.get(EXPIRES) ?? this.#parts.expiresS, this.#parts.expiresMaxS);
    this.#open.refreshTarget(request);
    const { listener, isSecure } = this.#open.data;
    const contact = this.#core.contactHeaders(listener, isSecure);
    transaction.respond({ status: 200, headers: [...contact, ["Expires", String(expiresS)]] });
    this.#input(expiresS === 0 ? "unsubscribed" : "refreshed", expiresS);
    return true;
  }

  onTimer(): void {
    this.#expiry = undefined;
    this.#input("timer expiry");
  }

  #input(input: NotifierInput, expiresS?: number): void {
    this.#run(stepNotifier(this.#state, input, expiresS));
  }

  #run(step: NotifierStep): void {
    this.#state = step.state;
    const { timers } = this.#core;
    for (const output of step.outputs) {
      if (output === "ended") this.#parts.onEnded?.();
      else if ("start" in output) {
        this.#expiry = timers.start(this, output.start, output.afterMs);
        this.#expiresAtMs = this.#expiry.deadline;
      } else if ("stop" in output) timers.stop(this.#expiry);
      else {
        const reason = output.reason ?? this.#reason;
        this.#send({ state: output.notify + (reason === undefined ? "" : `;reason=${reason}`) });
      }
    }
    if (this.#state.name === "terminated" && !this.#isOut) this.#open.remove(this);
  }

  #send(next: { readonly state: string }): void {
    if (this.#isOut) {
      this.#next = next;
      return;
    }
    this.#isOut = true;
    const leftS = Math.max(0, Math.ceil((this.#expiresAtMs - this.#core.timers.now()) / 1_000));
    const isTerminated = next.state.startsWith("terminated");
    const { headers = [], body } = this.#parts.content();
    const own: HeaderField[] = [
      ["Event", this.#parts.event.text],
      ["Subscription-State", isTerminated ? next.state : `${next.state};expires=${leftS}`],
    ];
    this.#open.request(
      "NOTIFY",
      { headers: [...own, ...headers], body },
      {
        onFinal: (response, cause) => {
          this.#isOut = false;
          const waiting = this.#next;
          this.#next = undefined;
          if (cause !== "response" || ENDS.has(response?.status ?? 0)) this.#input("NOTIFY refused");
          else if (waiting !== undefined) this.#send(waiting);
          else if (this.#state.name === "terminated") this.#open.remove(this);
        },
      },
    );
  }
}
