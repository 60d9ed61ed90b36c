import type { Direction, Format, MediaStream } from "./session-description.ts";

/** One stream of ours: where we listen and what we can take, best first. */
export interface LocalStream {
  /** As in m=: audio, video, … */
  readonly type: string;
  readonly port: number;
  readonly encodings: readonly string[];
  /** What we want of it; `sendrecv` where it is absent. `sendonly` and `inactive` hold (RFC 3264 §8.4). */
  readonly direction?: Direction | undefined;
  /** `RTP/AVP` where it is absent; an offer of another profile is not taken (RFC 3264 §6). */
  readonly protocol?: string | undefined;
  /** 8000 where it is absent. */
  readonly clockRate?: number | undefined;
  /** Further a= lines without "a=": crypto (RFC 4568), setup, fingerprint. */
  readonly attributes?: readonly string[] | undefined;
}

export interface LocalMedia {
  readonly address: string;
  readonly streams: readonly LocalStream[];
}

/** A leg that has audio and nothing else. */
export interface LocalAudio {
  readonly address: string;
  readonly port: number;
  readonly encodings: readonly string[];
  readonly direction?: Direction | undefined;
}

export function mediaOf(local: LocalMedia | LocalAudio): LocalMedia {
  if ("streams" in local) return local;
  const { address, port, encodings, direction } = local;
  return { address, streams: [{ type: "audio", port, encodings, direction }] };
}

/** A stream both sides agreed on. */
export interface NegotiatedStream {
  readonly type: string;
  readonly protocol: string;
  readonly encoding: string;
  readonly payloadType: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** As seen from our side. */
  readonly direction: Direction;
  /** Further a= lines of the peer: its SRTP keys among them. */
  readonly remoteAttributes: readonly string[];
}

const DEFAULT_PROTOCOL = "RTP/AVP";
const DEFAULT_CLOCK_RATE = 8_000;

/** Numbers of RFC 3551 §6 for the encodings that have one; others get dynamic ones from 96. */
const STATIC: Readonly<Record<string, number>> = { PCMU: 0, GSM: 3, PCMA: 8, G722: 9, G729: 18 };
const DYNAMIC_FROM = 96;

/** The format list of an offer of ours. */
export function formatsToOffer({ encodings, clockRate = DEFAULT_CLOCK_RATE }: LocalStream): Format[] {
  let dynamic = DYNAMIC_FROM;
  return encodings.map((encoding): Format => {
    const fixed = clockRate === DEFAULT_CLOCK_RATE ? STATIC[encoding] : undefined;
    return { payloadType: fixed ?? dynamic++, encoding, clockRate, fmtp: undefined };
  });
}

/** Their first format that is one of ours (RFC 3264 §5.1: the offerer's order counts). */
export function acceptable(stream: MediaStream, local: LocalStream): Format | undefined {
  const { protocol = DEFAULT_PROTOCOL, clockRate: ourRate = DEFAULT_CLOCK_RATE } = local;
  if (stream.type !== local.type || stream.port === 0 || stream.protocol !== protocol) return undefined;
  if (stream.address === undefined) return undefined;
  return stream.formats.find(({ encoding, clockRate }) => {
    return encoding !== undefined && clockRate === ourRate && local.encodings.includes(encoding);
  });
}

export function negotiated(stream: MediaStream, format: Format, direction: Direction): NegotiatedStream {
  return {
    type: stream.type,
    protocol: stream.protocol,
    encoding: format.encoding ?? "",
    payloadType: format.payloadType,
    remoteAddress: stream.address ?? "",
    remotePort: stream.port,
    direction,
    remoteAttributes: stream.attributes,
  };
}

const SENDS: readonly Direction[] = ["sendrecv", "sendonly"];
const RECEIVES: readonly Direction[] = ["sendrecv", "recvonly"];

/**
 * RFC 3264 §6.1: what they send we may receive, and the other way, as far as we want it ourselves. To the address
 * 0.0.0.0 nothing is sent, the old way to hold (§8.4).
 */
export function directionTowards(
  { direction, address }: MediaStream,
  wish: Direction = "sendrecv",
): Direction {
  const sends = SENDS.includes(wish) && RECEIVES.includes(direction) && address !== "0.0.0.0";
  const receives = RECEIVES.includes(wish) && SENDS.includes(direction);
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : "inactive";
}

/** RFC 4733: events ride beside the speech where they were offered. */
export function withEvents(stream: MediaStream, chosen: Format): Format[] {
  const events = stream.formats.find(({ encoding, clockRate }) => {
    return encoding === "TELEPHONE-EVENT" && clockRate === chosen.clockRate;
  });
  return events === undefined ? [chosen] : [chosen, events];
}

export interface SectionParts {
  readonly formats: readonly Format[];
  readonly direction: Direction;
  readonly ptime?: number | undefined;
}

/** An m= section of ours. */
export function section(local: LocalStream, { formats, direction, ptime }: SectionParts): string {
  const numbers = formats.map(({ payloadType }) => payloadType).join(" ");
  let text = `m=${local.type} ${local.port} ${local.protocol ?? DEFAULT_PROTOCOL} ${numbers}\r\n`;
  for (const { payloadType, encoding, clockRate, fmtp } of formats) {
    const name = encoding === "TELEPHONE-EVENT" ? "telephone-event" : encoding;
    text += `a=rtpmap:${payloadType} ${name}/${clockRate}\r\n`;
    if (fmtp !== undefined) text += `a=fmtp:${payloadType} ${fmtp}\r\n`;
  }
  if (ptime !== undefined) text += `a=ptime:${ptime}\r\n`;
  for (const attribute of local.attributes ?? []) text += `a=${attribute}\r\n`;
  return `${text}a=${direction}\r\n`;
}

/** A stream that is not there, or no more: its place is kept (RFC 3264 §6, §8.2). */
export function rejectedSection({
  type,
  protocol,
  payloads,
}: Pick<MediaStream, "type" | "protocol" | "payloads">): string {
  return `m=${type} 0 ${protocol} ${payloads}\r\n`;
}
