import type { StoredRecord } from "@tandem/journal";
import {
  readEvent,
  type CallReleased,
  type Isup,
  type PartyNumber,
  type TandemEvent,
} from "@tandem/call-events";

/** Digits of a call id that a line shows: its random end (RFC 9562 §5.7). */
const ID_SHOWN = 12;

/** One event as a line: time, end of the call id, sequence, type, then what a person wants of it. */
export function eventLine(record: Pick<StoredRecord, "headers" | "value">): string {
  const headers = JSON.parse(record.headers) as Record<string, string>;
  const read = readEvent({ headers, value: record.value });
  if (!read.ok) return `event that cannot be read: ${read.error.message}`;
  const { event } = read;
  const time = `${event.time.slice(0, 23)}Z`;
  const sequence = event.sequence === undefined ? "-" : String(event.sequence);
  const type = event.type.replace(/^tandem\./, "").replace(/\.v[0-9]+$/, "");
  const name = `${event.subject.slice(-ID_SHOWN)} ${sequence.padStart(2)} ${type.padEnd(13)}`;
  return `${time} event ${name} ${wordsOf(event)}`.trimEnd();
}

function wordsOf(event: TandemEvent): string {
  switch (event.type) {
    case "tandem.call.incoming.v1": {
      const { calling, called, trunkId, isup, sip } = event.data;
      const variant = isup === null ? "" : ` ${isup.variant}`;
      return `${numberOf(calling)} → ${numberOf(called)} on ${trunkId}${isupWord(isup)}${variant}, Call-ID ${sip.callId}`;
    }
    case "tandem.call.progress.v1": {
      const { code, earlyMedia, isup } = event.data;
      return `${code}${earlyMedia ? ", early media" : ""}${isupWord(isup)}`;
    }
    case "tandem.call.ringing.v1":
      return `${event.data.code}${isupWord(event.data.isup)}`;
    case "tandem.call.answered.v1": {
      const { codec, isup, ringMs } = event.data;
      return `rang ${seconds(ringMs)}, ${codec === "" ? "no codec yet" : codec}${isupWord(isup)}`;
    }
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

function releaseWords({ cause, finalState, billableMs, isup }: CallReleased): string {
  const words = [
    `${finalState}, ended by ${cause.side}`,
    `Q.850 ${cause.q850.value} ${cause.q850.text}`,
    ...(cause.sip === null ? [] : [`SIP ${cause.sip.code}`]),
    ...(billableMs > 0 ? [`connected ${seconds(billableMs)}`] : []),
    ...(cause.detail === "" ? [] : [cause.detail]),
  ];
  return `${words.join(", ")}${isupWord(isup)}`;
}

function isupWord(isup: Isup | null): string {
  return isup === null ? "" : `, ${isup.messageType}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function numberOf(number: PartyNumber): string {
  if (number.e164 !== "") return number.e164;
  return number.raw === "" ? "anonymous" : number.raw;
}
