import type { HeaderField } from "../message/header-field.ts";
import { headerField } from "../message/headers/header-type.ts";
import { SESSION_ID, type SessionId } from "../message/headers/session-id.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Reply, ReplyStamp } from "../transaction/server-transaction.ts";

/** RFC 7989 §5: the UUID of a peer that has not said its own. */
const NIL_UUID = "0".repeat(32);

/**
 * What one dialog says in Session-ID (RFC 7989): a UUID of its own that stays for the whole session, and the one that
 * the peer has said last. The peer's may change at any time, and has no effect on the call.
 */
export class SessionIdentity implements ReplyStamp {
  #local: string;
  #remote = NIL_UUID;
  /** What our messages say, until a UUID changes. */
  #header: HeaderField | undefined;
  /** The peer says the same in nearly every message, and is read once. */
  #heard: { readonly text: string; readonly value: SessionId | undefined } | undefined;

  /** `local` is 32 lower-case hexadecimal digits. */
  constructor(local: string) {
    this.#local = local;
  }

  get value(): SessionId {
    return { local: this.#local, remote: this.#remote };
  }

  /** Of a request that is sent. */
  get header(): HeaderField {
    this.#header ??= headerField(SESSION_ID, this.value);
    return this.#header;
  }

  /** Another fork: the same UUID of ours, and a peer that has said nothing yet. */
  fork(): SessionIdentity {
    return new SessionIdentity(this.#local);
  }

  /** RFC 7989 §6: a call that takes the place of another keeps our UUID, and not the peer's. */
  succeed(replaced: SessionIdentity | undefined): void {
    if (replaced === undefined) return;
    this.#local = replaced.#local;
    this.#header = undefined;
  }

  /** The peer's UUID counts from here. What is malformed is as if it were not there. */
  note(message: SipRequest | SipResponse): void {
    const { local, remote } = this.#read(message) ?? {};
    // A peer of RFC 7329 repeats our UUID and has none.
    const isEcho = remote === undefined && local === this.#local;
    if (local === undefined || local === this.#remote || isEcho) return;
    this.#remote = local;
    this.#header = undefined;
  }

  /**
   * The response with its Session-ID: the peer's UUID as the request has it. It is kept where a 2xx or 3xx answers;
   * never that of a CANCEL, which repeats what its INVITE said (RFC 7989).
   */
  stamp(reply: Reply, request: SipRequest): Reply {
    if (request.method !== "CANCEL" && isAccepting(reply.status)) this.note(request);
    const { local: remote = this.#remote } = this.#read(request) ?? {};
    const isKnown = remote === this.#remote;
    const field = isKnown ? this.header : headerField(SESSION_ID, { local: this.#local, remote });
    return { ...reply, headers: reply.headers === undefined ? [field] : [...reply.headers, field] };
  }

  /** What a final response to a request of ours says; a refusal changes nothing (RFC 7989). */
  noteFinal(response: SipResponse | undefined): void {
    if (response !== undefined && isAccepting(response.status)) this.note(response);
  }

  #read(message: SipRequest | SipResponse): SessionId | undefined {
    const text = message.header(SESSION_ID.id);
    if (text === undefined) return undefined;
    if (this.#heard?.text !== text) this.#heard = { text, value: SESSION_ID.parse(text) };
    return this.#heard.value;
  }
}

function isAccepting(status: number): boolean {
  return status >= 200 && status < 400;
}
