import type { StoredRecord } from "@tandem/journal";
import { readEvent, type CallReleased, type PartyNumber, type TandemEvent } from "@tandem/call-events";

/** One event as a line: time, sequence, type, then what a person wants of it. */
export function eventLine(record: Pick<StoredRecord, "headers" | "value">): string {
  const headers = JSON.parse(record.headers) as Record<string, string>;
  const read = readEvent({ headers, value: record.value });
  if (!read.ok) return `? ${read.error.message}`;
  const { event } = read;
  const time = event.time.slice(11, 23);
  const sequence = event.sequence === undefined ? "" : `#${event.sequence}`;
  return `${time} ${event.subject.slice(-12)} ${sequence.padEnd(3)} ${event.type.padEnd(26)} ${wordsOf(event)}`.trimEnd();
}

function wordsOf(event: TandemEvent): string {
  switch (event.type) {
    case "tandem.call.incoming.v1": {
      const { calling, called, trunkId, isup } = event.data;
      return `${numberOf(calling)} → ${numberOf(called)} on ${trunkId}${isup === null ? "" : `, ${isup.messageType} ${isup.variant}`}`;
    }
    case "tandem.call.ringing.v1":
      return `${event.data.code}${event.data.isup === null ? "" : `, ${event.data.isup.messageType}`}`;
    case "tandem.call.answered.v1":
      return `${event.data.codec}${event.data.isup === null ? "" : `, ${event.data.isup.messageType}`}, rang ${event.data.ringMs} ms`;
    case "tandem.call.isup.v1":
      return event.data.isup.messageType;
    case "tandem.call.released.v1":
      return releaseWords(event.data);
    case "tandem.call.event.omitted.v1":
      return `${event.data.omittedType}: ${event.data.reason}`;
    case "tandem.gateway.delivery.uncertain.v1":
      return `${event.data.from} to ${event.data.to}: ${event.data.reason}`;
    case "tandem.gateway.journal.degraded.v1":
      return event.data.reason === "" ? "over" : event.data.reason;
  }
}

function releaseWords({ cause, finalState, billableMs }: CallReleased): string {
  const sip = cause.sip === null ? "" : `, SIP ${cause.sip.code}`;
  const q850 = `Q.850 ${cause.q850.value} ${cause.q850.text}`;
  return `${finalState}, ${q850}${sip} by ${cause.side}, ${Math.round(billableMs)} ms connected`;
}

function numberOf(number: PartyNumber): string {
  return number.e164 !== "" ? number.e164 : number.raw !== "" ? number.raw : "anonymous";
}
