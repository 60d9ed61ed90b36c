import type { SipRequest } from "../message/message.ts";
import { parseParams } from "../message/params.ts";

/** Value of Event (RFC 6665 §8.2.1): package and id say whether two are the same subscription. */
export interface EventName {
  readonly text: string;
  readonly name: string;
  readonly id: string | undefined;
}

export function parseEvent(text: string): EventName {
  const semicolon = text.indexOf(";");
  const name = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  const id = semicolon < 0 ? undefined : parseParams(text, semicolon)?.get("id");
  return { text: text.trim(), name, id };
}

export function eventOf(request: SipRequest): EventName | undefined {
  const text = request.header("event");
  return text === undefined || text.trim() === "" ? undefined : parseEvent(text);
}

export function isSameEvent(a: EventName | undefined, b: EventName): boolean {
  return a?.name === b.name && a.id === b.id;
}
