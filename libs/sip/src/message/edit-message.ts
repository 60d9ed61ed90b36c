import { fieldText } from "./build-message.ts";
import type { HeaderField } from "./header-field.ts";
import type { SipMessage } from "./message.ts";
import { octetsOf } from "./octets.ts";
import { splitOutside } from "./token.ts";

/** What of a message is to be other than it came. Names are lower-case long ones, whatever form the sender used. */
export interface MessageEdits {
  /** Of a request. */
  readonly requestUri?: string | undefined;
  /** In place of all fields of that name, where the first one stood, or at the end; an empty list removes them. */
  readonly replace?: Readonly<Record<string, readonly HeaderField[]>> | undefined;
  /** Takes the first value of a list away: our own Via of a response, the Route that led here. */
  readonly dropFirst?: readonly string[] | undefined;
  /** Before the first field of the same name, or on top: Via and Record-Route of a proxy (RFC 3261 §16.6). */
  readonly prepend?: readonly HeaderField[] | undefined;
  readonly append?: readonly HeaderField[] | undefined;
  /** With its Content-Length; Content-Type is the caller's to replace. */
  readonly body?: Uint8Array | undefined;
}

const line = ([name, value]: HeaderField): string => `${name}: ${fieldText(value)}\r\n`;

/**
 * A message to be forwarded: header fields that are not named keep every octet, order, spelling and folding, and so
 * does the body. A missing Content-Length is added, since streams need it; octets behind the body are left out.
 */
export function editMessage(message: SipMessage, edits: MessageEdits): Uint8Array {
  const { ids, nameStarts } = message.index;
  const { head } = message;
  const body = edits.body ?? message.body;
  const replace = new Map(Object.entries(edits.replace ?? {}));
  if (edits.body !== undefined || !ids.includes("content-length"))
    replace.set("content-length", [["Content-Length", String(body.length)]]);
  const dropped = new Set(edits.dropFirst);
  const prepend = new Map<string, string>();
  for (const field of edits.prepend ?? []) {
    const id = field[0].toLowerCase();
    prepend.set(id, (prepend.get(id) ?? "") + line(field));
  }
  let text = startLine(message, edits.requestUri);
  for (const [id, lines] of prepend) if (!ids.includes(id)) text += lines;
  const done = new Set<string>();
  for (const [at, id] of ids.entries()) {
    if (!done.has(id)) text += prepend.get(id) ?? "";
    const isFirst = !done.has(id);
    done.add(id);
    const instead = replace.get(id);
    if (instead !== undefined) {
      if (isFirst) text += instead.map(line).join("");
    } else if (dropped.has(id)) {
      dropped.delete(id);
      text += withoutFirst(message, at);
    } else text += head.slice(nameStarts[at], nameStarts[at + 1] ?? head.length);
  }
  for (const [id, fields] of replace) if (!done.has(id)) text += fields.map(line).join("");
  for (const field of edits.append ?? []) text += line(field);
  return octetsOf(`${text}\r\n`, body);
}

const LINE_ENDS = /^[\r\n]+/;

function startLine(message: SipMessage, requestUri: string | undefined): string {
  if (requestUri !== undefined && message.kind === "request")
    return `${message.method} ${fieldText(requestUri)} SIP/2.0\r\n`;
  return message.head.slice(0, message.index.nameStarts[0] ?? message.head.length).replace(LINE_ENDS, "");
}

/** The rest of a line with several values; nothing where it had one. */
function withoutFirst(message: SipMessage, at: number): string {
  const { nameStarts, valueStarts } = message.index;
  const values = splitOutside(message.rawValue(at), ",") ?? [];
  if (values.length < 2) return "";
  // With the sender's own name and colon.
  const name = message.head.slice(nameStarts[at], valueStarts[at]);
  return `${name}${values.slice(1).join(",").trimStart()}\r\n`;
}
