import { EVENT } from "../message/headers/event.ts";
import type { Valued } from "../message/headers/valued.ts";
import type { SipRequest } from "../message/message.ts";

/** What Event says (RFC 6665 §8.2.1): package and id say whether two are the same subscription. */
export interface EventName {
  readonly text: string;
  readonly name: string;
  readonly id: string | undefined;
}

function eventName(event: Valued): EventName {
  return { text: EVENT.print(event), name: event.value, id: event.params.get("id") };
}

/** An event that we name ourselves: what is no value of Event stands as it is, for the peer to refuse. */
export function parseEvent(text: string): EventName {
  return eventName(EVENT.parse(text) ?? { value: text, params: new Map() });
}

/** Undefined where there is none that can be read. */
export function eventOf(request: SipRequest): EventName | undefined {
  const event = request.get(EVENT);
  return event && eventName(event);
}

export function isSameEvent(a: EventName | undefined, b: EventName): boolean {
  return a?.name === b.name && a.id === b.id;
}
