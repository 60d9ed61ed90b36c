import { MESSAGE_OCTETS_MAX, START_LINE_OCTETS_MAX } from "../message/limits.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { parseMessage, type ParseError } from "../message/parse-message.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A buffer begins with this and doubles as octets arrive: what Content-Length says takes no memory. */
const BUFFER_OCTETS_MIN = 1_024;

/** What a stream holds. A reader calls back before `push` returns. */
export interface StreamSink {
  /** One message; the octets are the sink's to keep. */
  onMessage(octets: Uint8Array): void;
  /** A double CRLF between messages: one CRLF is to be sent back (RFC 5626 §4.4.1). */
  onPing(): void;
  /** A CRLF between messages. The first half of a ping is one, too: without a ping of ours it means nothing. */
  onPong(): void;
  /** Nothing behind this can be framed: answer what `error` allows and close (RFC 3261 §18.3). Called once. */
  onError(error: ParseError): void;
}

/** CR and LF that came after the last message. */
type LineEnds = "" | "CR" | "CRLF" | "CRLF CR";

/**
 * Messages out of a stream (RFC 3261 §18.3, RFC 5626 §4.4.1), in whatever pieces it comes. Content-Length is
 * mandatory. A reader that holds nothing has no buffer.
 */
export class StreamReader {
  readonly #sink: StreamSink;
  #buffer: Uint8Array | undefined;
  /** The buffer is the piece given last, read where it lies. */
  #isBorrowed = false;
  #start = 0;
  #end = 0;
  /** Octets of the head before this were searched for its end. */
  #searched = 0;
  /** Octets of the message whose head is complete. */
  #messageOctets: number | undefined;
  #lineEnds: LineEnds = "";
  #isFailed = false;

  constructor(sink: StreamSink) {
    this.#sink = sink;
  }

  /** A message has begun and not ended: its sender may not take forever. */
  get isInMessage(): boolean {
    return this.#end > this.#start;
  }

  get bufferedOctets(): number {
    return this.#end - this.#start;
  }

  /** Octets reserved: what is buffered, rounded up to a power of two. */
  get capacity(): number {
    return this.#buffer?.length ?? 0;
  }

  push(octets: Uint8Array): void {
    let rest = octets;
    while (rest.length > 0 && !this.#isFailed) {
      // Never more at once than one message may have, so that the buffer stays bounded whatever the piece.
      const taken = Math.min(rest.length, MESSAGE_OCTETS_MAX);
      this.#append(rest.subarray(0, taken));
      rest = rest.subarray(taken);
      while (this.#readOne());
      if (this.#start === this.#end) this.#release();
      else if (this.#isBorrowed) this.#reserve(0);
    }
  }

  #append(octets: Uint8Array): void {
    if (this.#buffer === undefined) {
      this.#buffer = octets;
      this.#isBorrowed = true;
      this.#end = octets.length;
      return;
    }
    if (this.#end + octets.length > this.#buffer.length) this.#reserve(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Moves what is held into a buffer of our own that has room for so many octets more. */
  #reserve(octets: number): void {
    const held = this.#end - this.#start;
    let capacity = BUFFER_OCTETS_MIN;
    while (capacity < held + octets) capacity *= 2;
    const buffer = new Uint8Array(capacity);
    if (this.#buffer !== undefined) buffer.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = buffer;
    this.#isBorrowed = false;
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = held;
  }

  #release(): void {
    this.#buffer = undefined;
    this.#isBorrowed = false;
    this.#start = 0;
    this.#end = 0;
    this.#searched = 0;
  }

  /** True where a message was read and the next may be there. */
  #readOne(): boolean {
    const buffer = this.#buffer;
    if (buffer === undefined) return false;
    if (this.#messageOctets === undefined) {
      this.#skipLineEnds(buffer);
      if (this.#start === this.#end) return false;
      const head = this.#findHead(buffer);
      if (head === undefined) return false;
      if (!this.#readLength(buffer, head)) return false;
    }
    const length = this.#messageOctets ?? 0;
    if (this.#end - this.#start < length) return false;
    // Not `buffer.slice`, which is a view where the octets are Node's.
    const message = Uint8Array.prototype.slice.call(buffer, this.#start, this.#start + length);
    this.#start += length;
    this.#searched = this.#start;
    this.#messageOctets = undefined;
    this.#lineEnds = "";
    this.#sink.onMessage(message);
    return true;
  }

  /** RFC 3261 §7.5: line ends before a start line are skipped; two of them in a row are a ping. */
  #skipLineEnds(buffer: Uint8Array): void {
    // Behind the first octet of a message there is nothing to skip.
    if (this.#searched > this.#start) return;
    for (; this.#start < this.#end; this.#start++) {
      const octet = buffer[this.#start];
      if (octet === CARRIAGE_RETURN) this.#lineEnds = this.#lineEnds === "CRLF" ? "CRLF CR" : "CR";
      else if (octet === LINE_FEED) this.#lineFeed();
      else break;
    }
    this.#searched = this.#start;
  }

  #lineFeed(): void {
    const before = this.#lineEnds;
    this.#lineEnds = before === "CR" ? "CRLF" : "";
    if (before === "CR" || before === "CRLF CR") this.#sink.onPong();
    if (before === "CRLF CR") this.#sink.onPing();
  }

  /** Length of the head with its empty line, once that is there. */
  #findHead(buffer: Uint8Array): number | undefined {
    // From three octets before, since the end may have come in pieces.
    for (let at = Math.max(this.#start, this.#searched - 3); at + 3 < this.#end; at++) {
      const isEnd =
        buffer[at] === CARRIAGE_RETURN &&
        buffer[at + 1] === LINE_FEED &&
        buffer[at + 2] === CARRIAGE_RETURN &&
        buffer[at + 3] === LINE_FEED;
      if (!isEnd) continue;
      this.#searched = at + 4;
      const octets = at + 4 - this.#start;
      return this.#isHeadTooLong(buffer, octets) ? undefined : octets;
    }
    this.#searched = this.#end;
    this.#isHeadTooLong(buffer, this.#end - this.#start);
    return undefined;
  }

  #isHeadTooLong(buffer: Uint8Array, octets: number): boolean {
    if (octets > START_LINE_OCTETS_MAX) {
      const end = buffer.indexOf(LINE_FEED, this.#start);
      if (end < 0 || end - this.#start > START_LINE_OCTETS_MAX)
        this.#fail("bad-start-line", "start line too long", START_LINE_OCTETS_MAX);
    }
    if (octets > MESSAGE_OCTETS_MAX && !this.#isFailed) this.#refuseHead(buffer);
    return this.#isFailed;
  }

  /** False where the stream ends here. */
  #readLength(buffer: Uint8Array, headOctets: number): boolean {
    const head = octetString(buffer, this.#start, this.#start + headOctets);
    const length = contentLength(head);
    if (typeof length === "string") {
      this.#fail("bad-content-length", length, headOctets, 400, head);
      return false;
    }
    if (headOctets + length > MESSAGE_OCTETS_MAX) {
      const text = `message of ${headOctets + length} octets`;
      this.#fail("too-large", text, headOctets, 513, head);
      return false;
    }
    this.#messageOctets = headOctets + length;
    return true;
  }

  /** RFC 3261 §21.4.11: what was readable of a head without end is answered 513. */
  #refuseHead(buffer: Uint8Array): void {
    const text = octetString(buffer, this.#start, this.#start + MESSAGE_OCTETS_MAX);
    const head = `${text.slice(0, text.lastIndexOf("\r\n"))}\r\n\r\n`;
    this.#fail("too-large", "header fields without end", MESSAGE_OCTETS_MAX, 513, head);
  }

  #fail(code: ParseError["code"], message: string, offset: number, status?: 400 | 513, head?: string): void {
    this.#isFailed = true;
    this.#release();
    const partial = head === undefined ? undefined : requestIn(head);
    this.#sink.onError({
      code,
      message,
      offset,
      status: partial === undefined ? undefined : status,
      partial,
    });
  }
}

const CONTENT_LENGTH = /\r\n(?:content-length|l)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)/gi;
/** More digits than any length that could be taken; leading zeros are odd, but readable. */
const LENGTH = /^0*([0-9]{1,9})$/;

/** The one length that all Content-Length fields of a head agree on; a text says why there is none. */
function contentLength(head: string): number | string {
  let length: number | undefined;
  for (const [, value = ""] of head.matchAll(CONTENT_LENGTH)) {
    const digits = LENGTH.exec(value.trim())?.[1];
    if (digits === undefined) return `Content-Length "${value.trim().slice(0, 20)}"`;
    if (length !== undefined && length !== Number(digits)) return "two different Content-Length";
    length = Number(digits);
  }
  return length ?? "no Content-Length over a stream";
}

/** The request in a head, as far as it can be read; without Content-Length, since no body is there. */
function requestIn(head: string): ParseError["partial"] {
  const bare = head.replace(CONTENT_LENGTH, "");
  const parsed = parseMessage(octetsOf(bare).subarray(0, MESSAGE_OCTETS_MAX));
  const message = parsed.ok ? parsed.message : parsed.error.partial;
  return message?.kind === "request" ? message : undefined;
}
