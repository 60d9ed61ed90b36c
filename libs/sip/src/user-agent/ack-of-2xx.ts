import { requestInDialog, wayInDialog, type Dialog } from "../dialog/dialog.ts";
import { buildRequest, type HeaderField } from "../message/build-message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import type { Flow, Target } from "../transport/flow.ts";
import { approximateOctets } from "./client-request.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

interface AckParts {
  /** As the 2xx left it. */
  readonly dialog: Dialog;
  readonly sequenceNumber: number;
  /** What it says beside what every request of the dialog does. */
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array | undefined;
  /** Where the peer was heard. */
  readonly flow: Flow;
}

const MAX_FORWARDS: HeaderField = ["Max-Forwards", "70"];

/**
 * ACK to a 2xx, outside of any transaction (RFC 3261 §13.2.2.4): every repeated 2xx is answered with the same octets by
 * the same way. For 32 s it is kept: as its branch alone, where the repeated 2xx brings all else that was in it; else as
 * text, since octets would keep the pool that they were cut from.
 */
export class AckOf2xx {
  readonly #core: UserAgentCore;
  /** Until it is sent. */
  #parts: AckParts | undefined;
  #text: string | undefined;
  #branch = "";
  #target: Target | undefined;

  constructor(core: UserAgentCore, parts: AckParts) {
    this.#core = core;
    this.#parts = parts;
  }

  send(): void {
    const parts = this.#parts;
    if (parts === undefined) return;
    const { nextHop, octets } = wayInDialog(parts.dialog);
    this.#core.targetsIn(nextHop, parts.flow, octets + approximateOctets(parts)).next((target) => {
      // It may have been asked for, and sent, again while a name was looked up.
      if (target !== undefined && this.#target === undefined) this.#sendFirst(parts, target);
    });
  }

  /** For a 2xx that came again; `dialog` and `sequenceNumber` are what that says. */
  sendAgain(dialog: Dialog, sequenceNumber: number): void {
    const target = this.#target;
    if (target === undefined) this.send();
    else {
      const octets =
        this.#text === undefined
          ? this.#octets({ dialog, sequenceNumber, headers: [], body: undefined }, target)
          : octetsOf(this.#text);
      this.#core.layer.send(octets, target);
    }
  }

  #sendFirst(parts: AckParts, target: Target): void {
    this.#parts = undefined;
    this.#target = target;
    this.#branch = this.#core.identifiers.branch();
    const octets = this.#octets(parts, target);
    if (parts.headers.length > 0 || parts.body !== undefined) this.#text = octetString(octets);
    this.#core.layer.send(octets, target);
  }

  #octets({ dialog, sequenceNumber, headers, body }: Omit<AckParts, "flow">, target: Target): Uint8Array {
    const { requestUri, headers: ofDialog } = requestInDialog(dialog, "ACK", sequenceNumber);
    const via = this.#core.via(target.listener, this.#branch);
    const contact = this.#core.contactHeaders(dialog.listener, dialog.isSecure);
    const all = [MAX_FORWARDS, ...ofDialog, ...contact, ...headers];
    return buildRequest({ method: "ACK", requestUri, via, headers: all, body });
  }
}
