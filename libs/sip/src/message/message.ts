import { parseCSeq, type CSeq } from "./cseq.ts";
import { textOf } from "./octets.ts";
import type { HeaderType } from "./headers/header-type.ts";
import { parseNameAddr, parseNameAddrs, type NameAddr } from "./name-addr.ts";
import { splitOutside } from "./token.ts";
import { parseUri, type Uri } from "./uri.ts";
import { tagInUsualAddress } from "./usual-address.ts";
import { parseVia, type Via } from "./via.ts";

/** Where a header field lies in the head: `id` is the lower-case long name, the rest are offsets. */
export interface HeaderIndex {
  readonly ids: readonly string[];
  /** Some value may be on several lines. */
  readonly isFolded: boolean;
  /** No octet is above 0x7F: each value is its own text. */
  readonly isAscii: boolean;
  readonly nameStarts: readonly number[];
  readonly valueStarts: readonly number[];
  readonly valueEnds: readonly number[];
}

const NO_CONTACTS: readonly NameAddr[] = [];

/** An octet string and what was found in it; see {@link SipRequest} and {@link SipResponse}. */
export interface IndexedOctets {
  readonly octets: Uint8Array;
  /** The head, one character per octet. */
  readonly head: string;
  readonly index: HeaderIndex;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/**
 * A received message: immutable octets plus an index (RFC 3261 §7). Header fields are parsed when asked for and
 * keep the sender's order and spelling; a value that cannot be parsed fails its own accessor only.
 */
abstract class SipMessageBase {
  readonly octets: Uint8Array;
  readonly head: string;
  readonly index: HeaderIndex;
  readonly #bodyStart: number;
  readonly #bodyEnd: number;
  #topVia: Via | undefined | null = null;
  #from: NameAddr | undefined | null = null;
  #to: NameAddr | undefined | null = null;
  #cseq: CSeq | undefined | null = null;
  #callId: string | undefined | null = null;
  #fromTag: string | undefined | null = null;
  #toTag: string | undefined | null = null;
  #contacts: readonly NameAddr[] | undefined | null = null;

  constructor(indexed: IndexedOctets) {
    this.octets = indexed.octets;
    this.head = indexed.head;
    this.index = indexed.index;
    this.#bodyStart = indexed.bodyStart;
    this.#bodyEnd = indexed.bodyEnd;
  }

  get body(): Uint8Array {
    return this.octets.subarray(this.#bodyStart, this.#bodyEnd);
  }

  /** Octets behind Content-Length, which a datagram may have and nobody may use (RFC 3261 §18.3). */
  get extraOctets(): number {
    return this.octets.length - this.#bodyEnd;
  }

  /** The value at an index position as sent, but unfolded (RFC 3261 §7.3.1). One character per octet. */
  rawValue(at: number): string {
    const { valueStarts, valueEnds, isFolded } = this.index;
    const value = this.head.slice(valueStarts[at], valueEnds[at]);
    return isFolded && value.includes("\n") ? value.replace(/\r\n[ \t]+/g, " ") : value;
  }

  /** The value at an index position as text. */
  text(at: number): string {
    return this.index.isAscii ? this.rawValue(at) : textOf(this.rawValue(at));
  }

  /** First value of a header field by its lower-case long name, as text. */
  header(id: string): string | undefined {
    const at = this.index.ids.indexOf(id);
    return at < 0 ? undefined : this.text(at);
  }

  /** All lines of a header field, in order; comma-separated lists are not split. */
  headers(id: string): string[] {
    const values: string[] = [];
    const { ids } = this.index;
    for (let at = ids.indexOf(id); at >= 0; at = ids.indexOf(id, at + 1)) values.push(this.text(at));
    return values;
  }

  /** All values of a comma-separated header field (RFC 3261 §7.3.1); undefined where a quote stays open. */
  list(id: string): string[] | undefined {
    const values: string[] = [];
    for (const line of this.headers(id)) {
      const parts = splitOutside(line, ",");
      if (parts === undefined) return undefined;
      for (const part of parts) if (part.trim() !== "") values.push(part.trim());
    }
    return values;
  }

  /** The first value of a typed header field; undefined where it is absent or cannot be read. */
  get<T>(type: HeaderType<T>): T | undefined {
    const line = this.header(type.id);
    if (line === undefined) return undefined;
    const first = type.isList ? splitOutside(line, ",")?.[0] : line;
    return first === undefined ? undefined : type.parse(first.trim());
  }

  /** All values of a typed header field, in order; undefined where one of them cannot be read. */
  all<T>(type: HeaderType<T>): T[] | undefined {
    const texts = type.isList ? this.list(type.id) : this.headers(type.id);
    const values: T[] = [];
    for (const text of texts ?? []) {
      const value = type.parse(text);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return texts === undefined ? undefined : values;
  }

  get topVia(): Via | undefined {
    if (this.#topVia === null) {
      const at = this.index.ids.indexOf("via");
      const line = at < 0 ? undefined : this.rawValue(at);
      const first = line?.includes(",") === true ? splitOutside(line, ",")?.[0]?.trim() : line;
      this.#topVia = first === undefined ? undefined : parseVia(first);
    }
    return this.#topVia;
  }

  get from(): NameAddr | undefined {
    if (this.#from === null) this.#from = this.#single("from", parseNameAddr);
    return this.#from;
  }

  get to(): NameAddr | undefined {
    if (this.#to === null) this.#to = this.#single("to", parseNameAddr);
    return this.#to;
  }

  /** Whether {@link from} or {@link to} is there, without making it where it need not be made. */
  isReadable(id: "from" | "to"): boolean {
    const tag = this.#usualTag(id);
    if (tag === null) return this[id] !== undefined;
    if (id === "from") this.#fromTag = tag;
    else this.#toTag = tag;
    return true;
  }

  get cseq(): CSeq | undefined {
    if (this.#cseq === null) this.#cseq = this.#single("cseq", parseCSeq);
    return this.#cseq;
  }

  get callId(): string | undefined {
    if (this.#callId === null) this.#callId = this.header("call-id");
    return this.#callId;
  }

  get fromTag(): string | undefined {
    if (this.#fromTag === null)
      this.#fromTag = this.#from === null ? this.#tag("from") : this.#from?.params.get("tag");
    return this.#fromTag;
  }

  get toTag(): string | undefined {
    if (this.#toTag === null) this.#toTag = this.#to === null ? this.#tag("to") : this.#to?.params.get("tag");
    return this.#toTag;
  }

  get contacts(): readonly NameAddr[] | undefined {
    if (this.#contacts === null)
      this.#contacts = this.index.ids.includes("contact")
        ? parseNameAddrs(this.headers("contact"))
        : NO_CONTACTS;
    return this.#contacts;
  }

  #tag(id: "from" | "to"): string | undefined {
    const tag = this.#usualTag(id);
    return tag === null ? this[id]?.params.get("tag") : tag;
  }

  /** A tag is all that most want of From and To; null where more has to be read to find it. */
  #usualTag(id: "from" | "to"): string | undefined | null {
    const at = this.index.ids.indexOf(id);
    const end = this.index.valueEnds[at] ?? 0;
    const tag = at < 0 ? -1 : tagInUsualAddress(this.octets, this.index.valueStarts[at] ?? 0, end);
    if (tag < 0) return null;
    return tag === end ? undefined : this.head.slice(tag, end);
  }

  #single<T>(id: string, parse: (text: string) => T | undefined): T | undefined {
    const at = this.index.ids.indexOf(id);
    return at < 0 ? undefined : parse(this.text(at));
  }
}

export class SipRequest extends SipMessageBase {
  readonly kind = "request";
  readonly method: string;
  readonly requestUriText: string;
  #requestUri: Uri | undefined | null = null;

  constructor(indexed: IndexedOctets, method: string, requestUriText: string) {
    super(indexed);
    this.method = method;
    this.requestUriText = requestUriText;
  }

  get requestUri(): Uri | undefined {
    if (this.#requestUri === null) this.#requestUri = parseUri(this.requestUriText);
    return this.#requestUri;
  }
}

export class SipResponse extends SipMessageBase {
  readonly kind = "response";
  readonly status: number;
  readonly reasonPhrase: string;

  constructor(indexed: IndexedOctets, status: number, reasonPhrase: string) {
    super(indexed);
    this.status = status;
    this.reasonPhrase = reasonPhrase;
  }
}

export type SipMessage = SipRequest | SipResponse;
