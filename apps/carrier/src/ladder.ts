import { describeIsup } from "@tandem/isup";
import { parseMessage, type SipMessage } from "@tandem/sip";
import { readContent } from "./profile.ts";

/** Calls remembered, so that a ladder may be printed for days; whoever reads it looks at fewer calls at a time. */
const CALLS_MAX = 10_000;

const ARROWS = { sent: "→", received: "←" } as const;
/** ISUP stands below its SIP message, behind its time and arrow. */
const INDENT = " ".repeat(12);
/** A line that is no message stands where times do. */
const NOTE_INDENT = " ".repeat(3);

interface LadderCall {
  readonly label: string;
  readonly startedMs: number;
  readonly seen: Set<string>;
}

/** Prints what crosses the wire, message by message, with the ISUP inside in words. */
export class Ladder {
  readonly #write: (line: string) => void;
  readonly #hasLabels: boolean;
  readonly #calls = new Map<string, LadderCall>();
  #numbered = 0;

  /** `hasLabels`: lines begin with the number of their call, for where there are several. */
  constructor(write: (line: string) => void, hasLabels: boolean) {
    this.#write = write;
    this.#hasLabels = hasLabels;
  }

  message(direction: keyof typeof ARROWS, octets: Uint8Array): void {
    const parsed = parseMessage(octets);
    if (!parsed.ok) {
      this.#write(`${ARROWS[direction]} ${octets.length} octets that are no SIP: ${parsed.error.message}`);
      return;
    }
    const { message } = parsed;
    const call = this.#call(message.callId ?? "", message.header("subject"));
    const title = titleOf(message);
    const key = `${direction} ${title} ${message.cseq?.sequenceNumber ?? ""} ${message.toTag ?? ""}`;
    const again = call.seen.has(key) ? " (again)" : "";
    call.seen.add(key);
    const seconds = ((performance.now() - call.startedMs) / 1_000).toFixed(3).padStart(8);
    this.#write(`${call.label}${seconds} ${ARROWS[direction]} ${title}${contentWords(message)}${again}`);
    if (again !== "") return;
    for (const reason of message.headers("reason")) this.#write(`${call.label}${INDENT}Reason: ${reason}`);
    for (const line of isupLines(message)) this.#write(`${call.label}${INDENT}${line}`);
  }

  /** A line that is no message. */
  note(callId: string, text: string): void {
    this.#write(`${this.#call(callId).label}${NOTE_INDENT}${text}`);
  }

  #call(callId: string, subject?: string): LadderCall {
    let call = this.#calls.get(callId);
    if (call === undefined) {
      const label = this.#hasLabels ? `#${String(++this.#numbered).padEnd(3)} ` : "";
      call = { label, startedMs: performance.now(), seen: new Set() };
      this.#calls.set(callId, call);
      const [oldest] = this.#calls.keys();
      if (this.#calls.size > CALLS_MAX && oldest !== undefined) this.#calls.delete(oldest);
      if (this.#hasLabels)
        this.#write(`${label}${NOTE_INDENT}Call-ID ${callId}${subject === undefined ? "" : `: ${subject}`}`);
    }
    return call;
  }
}

function titleOf(message: SipMessage): string {
  if (message.kind === "request")
    return message.method === "INVITE" ? `INVITE ${message.requestUriText}` : message.method;
  const method = message.cseq?.method ?? "INVITE";
  return `${message.status} ${message.reasonPhrase}${method === "INVITE" ? "" : ` (${method})`}`;
}

function contentWords(message: SipMessage): string {
  if (message.body.length === 0) return "";
  const content = readContent(message);
  if (content === undefined) return "  a body that cannot be read";
  const words = [
    ...(content.sdp === undefined ? [] : ["SDP"]),
    ...(content.isupPart === undefined ? [] : [`ISUP ${content.isupPart.version}`.trimEnd()]),
  ];
  return words.length === 0 ? `  ${message.header("content-type") ?? ""}` : `  ${words.join(" + ")}`;
}

function isupLines(message: SipMessage): readonly string[] {
  if (message.body.length === 0) return [];
  const content = readContent(message);
  if (content?.isupFault !== undefined) return [`ISUP that cannot be read: ${content.isupFault}`];
  return content?.isup === undefined ? [] : describeIsup(content.isup);
}
