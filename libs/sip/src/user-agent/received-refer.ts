import type { HeaderField } from "../message/header-field.ts";
import type { SipRequest } from "../message/message.ts";
import { parseNameAddrs, type NameAddr } from "../message/name-addr.ts";
import { octetsOf } from "../message/octets.ts";
import { statusPhrase } from "../message/status-phrases.ts";
import type { Reply } from "../transaction/server-transaction.ts";
import { parseEvent } from "./event-name.ts";
import { Notifier } from "./notifier.ts";
import { RETRY_AFTER_S_MAX, type OpenDialog } from "./open-dialog.ts";
import { addReference, type Reference } from "./references.ts";
import type { UserAgentCore } from "./user-agent-core.ts";

/** How long a reference may take; the notifier chooses (RFC 3515 §2.4.4), and three minutes of ringing fit in. */
const REFER_EXPIRES_S = 300;

/**
 * A REFER of theirs (RFC 3515): accept it, do what it asks, and say how that goes. Its subscription ends with the
 * final status; where the sender wants none there is none (RFC 4488, RFC 7614), and where it wants to subscribe by
 * itself it is told where (RFC 7614).
 */
export class ReceivedRefer {
  readonly request: SipRequest;
  readonly referTo: NameAddr;
  readonly #core: UserAgentCore;
  readonly #open: OpenDialog;
  readonly #respond: (reply: Reply) => void;
  #notifier: Notifier | undefined;
  #reference: Reference | undefined;
  #status = 100;
  #isAnswered = false;

  private constructor(
    core: UserAgentCore,
    open: OpenDialog,
    request: SipRequest,
    referTo: NameAddr,
    respond: (reply: Reply) => void,
  ) {
    this.#core = core;
    this.#open = open;
    this.request = request;
    this.referTo = referTo;
    this.#respond = respond;
  }

  /** RFC 3515 §2.4.2: exactly one Refer-To, or 400. */
  static take(
    core: UserAgentCore,
    open: OpenDialog,
    request: SipRequest,
    respond: (reply: Reply) => void,
    hand: (refer: ReceivedRefer) => void,
  ): void {
    const referTo = parseNameAddrs(request.headers("refer-to"));
    const [only] = referTo ?? [];
    const required = request.list("require") ?? [];
    // Who wants none cannot want one of its own.
    const isContradiction = required.includes("nosub") && required.includes("explicitsub");
    if (only === undefined || referTo?.length !== 1 || isContradiction) respond({ status: 400 });
    else hand(new ReceivedRefer(core, open, request, only, respond));
  }

  accept(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const required = this.request.list("require") ?? [];
    const isUnwanted =
      required.includes("nosub") || this.request.header("refer-sub")?.trim().toLowerCase() === "false";
    const { listener, isSecure } = this.#open.data;
    const contact = this.#core.contactHeaders(listener, isSecure);
    if (required.includes("explicitsub")) {
      this.#acceptExplicitly(contact);
      return;
    }
    // RFC 7614 §4.2: 2xx without a subscription; RFC 4488 §4: Refer-Sub says that there is none.
    if (isUnwanted) {
      const header = required.includes("nosub") ? [] : [["Refer-Sub", "false"] as const];
      this.#respond({ status: 200, headers: [...contact, ...header] });
      return;
    }
    this.#respond({ status: 202, headers: contact });
    this.#notifier = new Notifier(this.#core, this.#open, {
      event: parseEvent(`refer;id=${this.request.cseq?.sequenceNumber ?? 0}`),
      expiresS: REFER_EXPIRES_S,
      expiresMaxS: REFER_EXPIRES_S,
      state: "active",
      content: () => this.#fragment(),
    });
  }

  /** RFC 7614 §4: the 200 says where to subscribe, and nothing is sent unasked. */
  #acceptExplicitly(contact: readonly HeaderField[]): void {
    const { listener } = this.#open.data;
    const added = addReference(this.#core, listener, REFER_EXPIRES_S, () => this.#fragment());
    if (added === undefined) {
      this.#respond({ status: 503, headers: [["Retry-After", String(RETRY_AFTER_S_MAX)]] });
      return;
    }
    this.#reference = added.reference;
    this.#respond({ status: 200, headers: [...contact, ["Refer-Events-At", `<${added.uri}>`]] });
  }

  reject(reply: Reply): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#respond(reply);
  }

  /** Status of the request that the reference made; a final one ends the subscription. */
  report(status: number): void {
    this.#status = status;
    if (status < 200) {
      this.#notifier?.notify();
      this.#reference?.notify();
    } else {
      this.#notifier?.end("noresource");
      this.#reference?.end();
    }
  }

  /** RFC 3420: the status line alone. */
  #fragment(): { headers: [string, string][]; body: Uint8Array } {
    const line = `SIP/2.0 ${this.#status} ${statusPhrase(this.#status)}\r\n`;
    return { headers: [["Content-Type", "message/sipfrag;version=2.0"]], body: octetsOf(line) };
  }
}
