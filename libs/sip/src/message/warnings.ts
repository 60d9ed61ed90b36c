import type { SipMessage } from "./message.ts";
import { textOf, utf8OctetString } from "./octets.ts";
import { EVENT, SUBSCRIPTION_STATE } from "./headers/event.ts";
import type { HeaderType } from "./headers/header-type.ts";
import { CONTENT_DISPOSITION, CONTENT_TYPE } from "./headers/media.ts";
import { RACK, RSEQ } from "./headers/rack.ts";
import { EXPIRES, MAX_FORWARDS, MIN_EXPIRES, MIN_SE } from "./headers/seconds.ts";
import { SESSION_EXPIRES } from "./headers/session-expires.ts";
import { SESSION_ID } from "./headers/session-id.ts";
import { BRANCH_COOKIE } from "./via.ts";

export type WarningCode =
  | "leading-line-ends"
  | "extra-octets"
  | "content-length-missing"
  | "max-forwards-missing"
  | "branch-without-cookie"
  | "from-tag-missing"
  | "to-tag-missing"
  | "contact-missing"
  | "sequence-number-too-large"
  | "repeated-header"
  | "unreadable-header"
  | "not-utf-8";

/** What a message is read in spite of. */
export interface MessageWarning {
  readonly code: WarningCode;
  readonly message: string;
  /** Octets from the start of the datagram; the start of what is odd, or of the message where something is missing. */
  readonly offset: number;
}

/** RFC 3261 §8.1.1.5. */
const SEQUENCE_NUMBER_END = 2 ** 31;

/** Read by the stack, one value each: a second line has no effect, and what is unreadable is as if absent. */
const READ_ONCE: readonly HeaderType<unknown>[] = [
  ...[CONTENT_DISPOSITION, CONTENT_TYPE, EVENT, EXPIRES, MAX_FORWARDS, MIN_EXPIRES, MIN_SE],
  ...[RACK, RSEQ, SESSION_EXPIRES, SESSION_ID, SUBSCRIPTION_STATE],
];
const ONCE = new Set([...READ_ONCE.map(({ id }) => id), "content-length"]);

/**
 * What is merely odd in a message that was parsed, and is accepted all the same. Looked for when asked for: reading a
 * message costs nothing more.
 */
export function warningsOf(message: SipMessage): MessageWarning[] {
  return [...framingOf(message), ...absencesOf(message), ...fieldsOf(message)];
}

function framingOf({ octets, head, index, body, extraOctets }: SipMessage): MessageWarning[] {
  const warnings: MessageWarning[] = [];
  // RFC 3261 §7.5.
  if (/^[\r\n]/.test(head))
    warnings.push({ code: "leading-line-ends", message: "line ends before the start line", offset: 0 });
  if (extraOctets > 0) {
    const offset = octets.length - extraOctets;
    warnings.push({ code: "extra-octets", message: `${extraOctets} octets behind the body`, offset });
  }
  // RFC 3261 §20.14: without it a body cannot be sent over a connection.
  if (body.length > 0 && !index.ids.includes("content-length"))
    warnings.push({ code: "content-length-missing", message: "a body without Content-Length", offset: 0 });
  return warnings;
}

/** What RFC 3261 wants to be there, and senders of RFC 2543 do not know. */
function absencesOf(message: SipMessage): MessageWarning[] {
  const warnings: MessageWarning[] = [];
  const missing = (code: WarningCode, text: string): void => {
    warnings.push({ code, message: text, offset: 0 });
  };
  const { cseq, topVia } = message;
  if (topVia !== undefined && topVia.branch?.startsWith(BRANCH_COOKIE) !== true)
    missing("branch-without-cookie", "the branch is not unique by itself (RFC 3261 §8.1.1.7)");
  if (message.fromTag === undefined) missing("from-tag-missing", "From has no tag (RFC 3261 §8.1.1.3)");
  const isDialogForming = cseq?.method === "INVITE" && isAccepted(message);
  if (message.kind === "request") {
    if (!message.index.ids.includes("max-forwards"))
      missing("max-forwards-missing", "no Max-Forwards (RFC 3261 §8.1.1.6)");
  } else if (message.status > 100 && message.toTag === undefined)
    missing("to-tag-missing", "To has no tag (RFC 3261 §8.2.6.2)");
  if (isDialogForming && !message.index.ids.includes("contact"))
    missing("contact-missing", "a 2xx to INVITE without Contact (RFC 3261 §12.1.1)");
  if (cseq !== undefined && cseq.sequenceNumber >= SEQUENCE_NUMBER_END)
    missing("sequence-number-too-large", `CSeq ${cseq.sequenceNumber} (RFC 3261 §8.1.1.5)`);
  return warnings;
}

function isAccepted(message: SipMessage): boolean {
  return message.kind === "response" && message.status >= 200 && message.status < 300;
}

function fieldsOf(message: SipMessage): MessageWarning[] {
  const { ids, valueStarts, valueEnds } = message.index;
  const warnings: MessageWarning[] = [];
  ids.forEach((id, at) => {
    const offset = valueStarts[at] ?? 0;
    if (ONCE.has(id) && ids.indexOf(id) !== at)
      warnings.push({ code: "repeated-header", message: `${id} again`, offset });
    const type = READ_ONCE.find((each) => each.id === id);
    if (type !== undefined && type.parse(message.text(at)) === undefined)
      warnings.push({ code: "unreadable-header", message: `${id}: ${message.text(at)}`, offset });
    const octets = message.head.slice(offset, valueEnds[at]);
    if (utf8OctetString(textOf(octets)) !== octets)
      warnings.push({ code: "not-utf-8", message: `${id} has octets that are no UTF-8`, offset });
  });
  return warnings;
}
