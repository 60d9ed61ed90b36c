/**
 * Text and octets. Inside the library a head is kept as an octet string: one character per octet, so that an
 * offset in the text is an offset in the datagram. UTF-8 is decoded only for a value that has it.
 */

/** What Node's Buffer offers: both ways in native code. */
interface Latin1Octets extends Uint8Array {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, at: number): number;
}
interface Latin1Platform {
  readonly Buffer?: {
    allocUnsafe(size: number): Latin1Octets;
    from(buffer: ArrayBufferLike, start: number, length: number): Latin1Octets;
  };
}

/** Looked for, not imported: elsewhere the same is done octet by octet. */
const platform = (globalThis as unknown as Latin1Platform).Buffer;
/** Below this a loop is faster than a call out of the engine. */
const NATIVE_OCTETS_MIN = 48;

/** Arguments of one `String.fromCharCode` call: engines limit the count. */
const CHUNK = 8_192;

export function octetString(octets: Uint8Array, start = 0, end = octets.length): string {
  const source = octets as Uint8Array & Partial<Latin1Octets>;
  if (source.latin1Slice !== undefined) return source.latin1Slice(start, end);
  if (platform !== undefined && end - start >= NATIVE_OCTETS_MIN)
    return platform.from(octets.buffer, octets.byteOffset, octets.length).latin1Slice(start, end);
  let text = "";
  for (let at = start; at < end; at += CHUNK) {
    text += String.fromCharCode(...octets.subarray(at, Math.min(at + CHUNK, end)));
  }
  return text;
}

/** One octet per character; characters above U+00FF are a fault of ours, see {@link utf8OctetString}. */
export function octetsOf(text: string, body?: Uint8Array): Uint8Array {
  const length = text.length + (body?.length ?? 0);
  if (platform !== undefined && length >= NATIVE_OCTETS_MIN) {
    const native = platform.allocUnsafe(length);
    native.latin1Write(text, 0);
    if (body !== undefined) native.set(body, text.length);
    return native;
  }
  const octets = new Uint8Array(length);
  for (let at = 0; at < text.length; at++) octets[at] = text.charCodeAt(at);
  if (body !== undefined) octets.set(body, text.length);
  return octets;
}

// eslint-disable-next-line no-control-regex -- the ASCII range is what is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** Characters of `text` as UTF-8 (RFC 3629), one character per octet. */
export function utf8OctetString(text: string): string {
  if (ASCII.test(text)) return text;
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) out += character;
    else if (code < 0x800) out += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000)
      out += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      out += String.fromCharCode(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 0x3f),
        0x80 | ((code >> 6) & 0x3f),
        0x80 | (code & 0x3f),
      );
  }
  return out;
}

/** The reverse of {@link utf8OctetString}; octets that are no UTF-8 stay as they are (ISO 8859-1). */
export function textOf(octets: string): string {
  if (ASCII.test(octets)) return octets;
  let escaped = "";
  for (let at = 0; at < octets.length; at++) {
    escaped += `%${octets.charCodeAt(at).toString(16).padStart(2, "0")}`;
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    return octets;
  }
}

export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
