import type { HeaderField } from "../message/build-message.ts";
import type { SipResponse } from "../message/message.ts";
import type { Timer, TimerOwner } from "../transaction/timers.ts";
import type { FlowKeeper, Target } from "../transport/flow.ts";
import { ClientRequest } from "./client-request.ts";
import { OutOfDialog, type Addressing } from "./out-of-dialog.ts";
import {
  SOFT_STATE_START,
  stepSoftState,
  type SoftState as State,
  type SoftStateInput,
} from "./soft-state-machine.ts";
import type { RequestBody, UserAgentCore } from "./user-agent-core.ts";

export interface SoftStateListener {
  /** The server holds it; a registration's response has Service-Route and the bindings. */
  onHeld(response: SipResponse): void;
  /** Refused, or no answer; it is tried again by itself. */
  onFailed(response: SipResponse | undefined): void;
  onEnded?(): void;
}

export interface SoftStateParts extends Addressing, RequestBody {
  readonly expiresS: number;
}

/** What of it depends on the method. */
export interface SoftStateKind {
  readonly method: "REGISTER" | "PUBLISH";
  /** Seconds that the 2xx grants. */
  granted(response: SipResponse, askedS: number): number;
  /** Header fields of a request for what the server already has, and of the removal. */
  headersFor(phase: "whole" | "refresh" | "change" | "removal"): readonly HeaderField[];
  /** False for a refresh, whose body would only repeat itself. */
  hasBody(phase: "whole" | "refresh" | "change" | "removal"): boolean;
  noteAccepted?(response: SipResponse): void;
  /** How often the flow that it went over is to be kept alive, where the server says so; undefined where it is none. */
  keepAlive?(response: SipResponse): { readonly intervalMs: number | undefined } | undefined;
}

/** A registration or publication that refreshes itself until it is removed. */
export class SoftState implements TimerOwner, FlowKeeper {
  readonly #core: UserAgentCore;
  readonly #kind: SoftStateKind;
  readonly #listener: SoftStateListener;
  readonly #requests: OutOfDialog;
  readonly #expiresS: number;
  readonly #timers = new Map<string, Timer>();
  #content: RequestBody;
  #state: State = SOFT_STATE_START;
  #isChange = false;
  #last: SipResponse | undefined;
  #letGo: (() => void) | undefined;
  #credentials: readonly HeaderField[] = [];

  constructor(core: UserAgentCore, kind: SoftStateKind, parts: SoftStateParts, listener: SoftStateListener) {
    this.#core = core;
    this.#kind = kind;
    this.#listener = listener;
    this.#expiresS = parts.expiresS;
    this.#content = parts;
    this.#requests = new OutOfDialog(core, parts);
    this.#input("start");
  }

  get state(): State["name"] {
    return this.#state.name;
  }

  /** Another body, other header fields: sent at once where the server holds the old ones, or as soon as it does. */
  change(content: RequestBody): void {
    this.#content = content;
    this.#isChange = true;
    this.#input("change");
  }

  /** Takes it back. */
  remove(): void {
    this.#input("remove");
  }

  onTimer(name: string): void {
    this.#timers.delete(name);
    this.#input(name === "refresh" ? "timer refresh" : "timer retry");
  }

  onFlowEnded(): void {
    this.#letGo = undefined;
    this.#input("flow ended");
  }

  #input(input: SoftStateInput, expiresS?: number): void {
    const { state, outputs } = stepSoftState(this.#state, input, expiresS);
    this.#state = state;
    for (const output of outputs) {
      if (output === "send") this.#send(this.#isChange ? "change" : "refresh");
      else if (output === "send whole") this.#send("whole");
      else if (output === "send removal") this.#send("removal");
      else if (output === "held" && this.#last !== undefined) this.#listener.onHeld(this.#last);
      else if (output === "failed") this.#listener.onFailed(this.#last);
      else if (output === "ended") this.#end();
      else if (typeof output !== "string") {
        const name = "start" in output ? output.start : output.stop;
        this.#core.timers.stop(this.#timers.get(name));
        this.#timers.delete(name);
        if ("start" in output) this.#timers.set(name, this.#core.timers.start(this, name, output.afterMs));
      }
    }
  }

  #end(): void {
    this.#letGo?.();
    this.#letGo = undefined;
    this.#listener.onEnded?.();
  }

  #keepFlow(response: SipResponse, target: Target | undefined): void {
    const wanted = this.#kind.keepAlive?.(response);
    const letGoBefore = this.#letGo;
    const transport = target && this.#core.layer.transport(target.listener);
    this.#letGo =
      wanted === undefined || target === undefined
        ? undefined
        : transport?.keepAlive?.(target, wanted.intervalMs, this);
    letGoBefore?.();
  }

  #send(phase: Parameters<SoftStateKind["headersFor"]>[0]): void {
    this.#isChange = false;
    const kind = this.#kind;
    const content = this.#content;
    const plan = this.#requests.plan(kind.method, () => ({
      headers: [
        ...kind.headersFor(phase),
        ["Expires", phase === "removal" ? "0" : String(this.#expiresS)],
        ...(kind.hasBody(phase) ? (content.headers ?? []) : []),
      ],
      body: kind.hasBody(phase) ? content.body : undefined,
    }));
    const request: ClientRequest = new ClientRequest(
      this.#core,
      { ...plan, credentials: this.#credentials },
      {
        onFinal: (response) => {
          this.#last = response;
          if (response === undefined || response.status >= 300) {
            this.#input(kind.method === "PUBLISH" && response?.status === 412 ? "forgotten" : "refused");
            return;
          }
          this.#credentials = request.nextCredentials;
          kind.noteAccepted?.(response);
          if (phase !== "removal") this.#keepFlow(response, request.target);
          this.#input("accepted", kind.granted(response, this.#expiresS));
        },
      },
    );
  }
}
