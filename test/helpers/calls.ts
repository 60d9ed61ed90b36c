import { expect } from "@jest/globals";
import type { CallReleased, EventData } from "@tandem/call-events";
import type { PrintedEvent } from "./edge.ts";

type Word = "incoming" | "progress" | "ringing" | "answered" | "isup" | "released";
export type CallEvent = Extract<PrintedEvent, { readonly type: `tandem.call.${Word}.v1` }>;

function isCallEvent(event: PrintedEvent): event is CallEvent {
  return event.type.startsWith("tandem.call.") && event.type !== "tandem.call.event.omitted.v1";
}

/** Events of calls by call id, each in the order they were printed. */
export function eventsByCall(events: readonly PrintedEvent[]): Map<string, CallEvent[]> {
  const calls = new Map<string, CallEvent[]>();
  for (const event of events.filter(isCallEvent)) {
    const call = calls.get(event.subject);
    if (call === undefined) calls.set(event.subject, [event]);
    else call.push(event);
  }
  return calls;
}

/** The events of the call with this SIP Call-ID. */
export function eventsOf(events: readonly PrintedEvent[], sipCallId: string): CallEvent[] {
  return events.filter(isCallEvent).filter(({ data }) => data.sip.callId === sipCallId);
}

/** `incoming`, `ringing`, …: the life of a call in words. */
export function wordsOf(events: readonly CallEvent[]): string[] {
  return events.map(({ type }) => type.split(".")[2] ?? "");
}

/** The data of each event of one type. */
export function dataOf<W extends Word>(
  events: readonly CallEvent[],
  word: W,
): EventData[`tandem.call.${W}.v1`][] {
  const found = events.filter(({ type }) => type === `tandem.call.${word}.v1`);
  return found.map(({ data }) => data as EventData[`tandem.call.${W}.v1`]);
}

/** The one release of a call; a call without, or with two, fails the test. */
export function releaseOf(events: readonly CallEvent[]): CallReleased {
  const released = dataOf(events, "released");
  expect(released).toHaveLength(1);
  expect(events.at(-1)?.type).toBe("tandem.call.released.v1");
  return released[0]!;
}

/** Each event once, in order, without gaps, and exactly one release, which is the last. */
export function expectWhole(events: readonly CallEvent[]): void {
  const { subject } = events[0]!;
  const sequences = events.map((_, index) => index + 1);
  expect(events.map(({ data }) => data.sequence)).toEqual(sequences);
  expect(events.map(({ id }) => id)).toEqual(sequences.map((sequence) => `${subject}/1.${sequence}`));
  const times = events.map(({ time }) => time);
  expect(times).toEqual(times.toSorted());
  releaseOf(events);
}
