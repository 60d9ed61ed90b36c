import {
  parseSdp,
  type Direction,
  type Format,
  type MediaStream,
  type SessionDescription,
} from "./session-description.ts";

/** What a leg can do with audio: where it listens and which encodings, best first. */
export interface LocalAudio {
  readonly address: string;
  readonly port: number;
  readonly encodings: readonly string[];
}

/** The audio both sides agreed on. */
export interface NegotiatedAudio {
  readonly encoding: string;
  readonly payloadType: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** As seen from our side. */
  readonly direction: Direction;
}

/**
 * Offer and answer of one leg, RFC 3264, as data. The session identity is ours for the life of the leg: the o= line
 * keeps its id, and its version rises by one with each change and only then (RFC 3264 §8).
 *
 * | phase       | means                     | leaves by                           |
 * | ----------- | ------------------------- | ----------------------------------- |
 * | stable      | nothing open              | receiveOffer, makeOffer             |
 * | remoteOffer | theirs waits for ours     | makeAnswer, rejectOffer → stable    |
 * | localOffer  | ours waits for theirs     | receiveAnswer → stable              |
 */
export interface OfferAnswer {
  readonly phase: "stable" | "remoteOffer" | "localOffer";
  readonly sessionId: string;
  readonly version: number;
  /** What was last sent, without its o= line, and whole. */
  readonly localLines: string | undefined;
  readonly local: string | undefined;
  readonly remote: SessionDescription | undefined;
  readonly pendingRemote: SessionDescription | undefined;
  readonly audio: NegotiatedAudio | undefined;
}

export type OfferAnswerError = "bad-sdp" | "wrong-phase" | "nothing-acceptable";

export type OfferAnswerResult<T = object> =
  | ({ readonly ok: true; readonly state: OfferAnswer } & T)
  | { readonly ok: false; readonly error: { readonly code: OfferAnswerError; readonly message: string } };

/** `sessionId`: digits, unique for this leg (RFC 8866 §5.2). */
export function newOfferAnswer(sessionId: string): OfferAnswer {
  return {
    phase: "stable",
    sessionId,
    version: 0,
    localLines: undefined,
    local: undefined,
    remote: undefined,
    pendingRemote: undefined,
    audio: undefined,
  };
}

export function receiveOffer(state: OfferAnswer, text: string): OfferAnswerResult {
  if (state.phase !== "stable") return failed("wrong-phase", `an offer in phase ${state.phase}`);
  const parsed = parseSdp(text);
  if (!parsed.ok) return failed("bad-sdp", parsed.error.message);
  return { ok: true, state: { ...state, phase: "remoteOffer", pendingRemote: parsed.session } };
}

/** The offer falls, all stays as it was before it (RFC 3264 §4, RFC 6337 §2.1). */
export function rejectOffer(state: OfferAnswer): OfferAnswer {
  return state.phase === "remoteOffer" ? { ...state, phase: "stable", pendingRemote: undefined } : state;
}

/** Accepts the first audio stream with an encoding of ours; all others get port 0 (RFC 3264 §6). */
export function makeAnswer(
  state: OfferAnswer,
  local: LocalAudio,
): OfferAnswerResult<{ readonly text: string }> {
  const remote = state.pendingRemote;
  if (state.phase !== "remoteOffer" || remote === undefined) {
    return failed("wrong-phase", `an answer in phase ${state.phase}`);
  }
  let audio: NegotiatedAudio | undefined;
  const sections: string[] = [];
  for (const stream of remote.media) {
    const chosen = audio === undefined ? acceptable(stream, local) : undefined;
    if (chosen === undefined) {
      sections.push(`m=${stream.type} 0 ${stream.protocol} ${stream.payloads}\r\n`);
      continue;
    }
    const direction = directionTowards(stream);
    audio = negotiated(stream, chosen, direction);
    sections.push(audioSection(local.port, formatsWithEvents(stream, chosen), direction, stream.ptime));
  }
  if (audio === undefined)
    return failed("nothing-acceptable", `no audio stream with ${local.encodings.join(" or ")}`);
  const next = describe(state, local.address, sections);
  return {
    ok: true,
    state: { ...next.state, phase: "stable", remote, pendingRemote: undefined, audio },
    text: next.text,
  };
}

const OFFERED: Readonly<Record<string, number>> = { PCMU: 0, PCMA: 8 };

export function makeOffer(
  state: OfferAnswer,
  local: LocalAudio,
): OfferAnswerResult<{ readonly text: string }> {
  if (state.phase !== "stable") return failed("wrong-phase", `an offer in phase ${state.phase}`);
  const formats = local.encodings.flatMap((encoding): Format[] => {
    const payloadType = OFFERED[encoding];
    return payloadType === undefined ? [] : [{ payloadType, encoding, clockRate: 8_000, fmtp: undefined }];
  });
  const next = describe(state, local.address, [audioSection(local.port, formats, "sendrecv", undefined)]);
  return { ok: true, state: { ...next.state, phase: "localOffer" }, text: next.text };
}

export function receiveAnswer(state: OfferAnswer, text: string, local: LocalAudio): OfferAnswerResult {
  if (state.phase !== "localOffer") return failed("wrong-phase", `an answer in phase ${state.phase}`);
  const parsed = parseSdp(text);
  if (!parsed.ok) return failed("bad-sdp", parsed.error.message);
  const [stream] = parsed.session.media;
  const chosen = stream === undefined ? undefined : acceptable(stream, local);
  if (stream === undefined || chosen === undefined)
    return failed("nothing-acceptable", "the answer rejects our audio");
  const audio = negotiated(stream, chosen, directionTowards(stream));
  return { ok: true, state: { ...state, phase: "stable", remote: parsed.session, audio } };
}

function failed(
  code: OfferAnswerError,
  message: string,
): { readonly ok: false; readonly error: { code: OfferAnswerError; message: string } } {
  return { ok: false, error: { code, message } };
}

const RTP_PROFILES: readonly string[] = ["RTP/AVP"];

function acceptable(stream: MediaStream, local: LocalAudio): Format | undefined {
  if (stream.type !== "audio" || stream.port === 0 || !RTP_PROFILES.includes(stream.protocol))
    return undefined;
  if (stream.address === undefined) return undefined;
  // The offerer's order counts (RFC 3264 §5.1): the first of theirs that is one of ours.
  return stream.formats.find(({ encoding, clockRate }) => {
    return encoding !== undefined && clockRate === 8_000 && local.encodings.includes(encoding);
  });
}

function negotiated(stream: MediaStream, format: Format, direction: Direction): NegotiatedAudio {
  return {
    encoding: format.encoding ?? "",
    payloadType: format.payloadType,
    remoteAddress: stream.address ?? "",
    remotePort: stream.port,
    direction,
  };
}

/** RFC 4733: events ride beside the speech where they were offered. */
function formatsWithEvents(stream: MediaStream, chosen: Format): Format[] {
  const events = stream.formats.find(({ encoding, clockRate }) => {
    return encoding === "TELEPHONE-EVENT" && clockRate === chosen.clockRate;
  });
  return events === undefined ? [chosen] : [chosen, events];
}

function audioSection(
  port: number,
  formats: readonly Format[],
  direction: Direction,
  ptime: number | undefined,
): string {
  let section = `m=audio ${port} RTP/AVP ${formats.map(({ payloadType }) => payloadType).join(" ")}\r\n`;
  for (const { payloadType, encoding, clockRate, fmtp } of formats) {
    const name = encoding === "TELEPHONE-EVENT" ? "telephone-event" : encoding;
    section += `a=rtpmap:${payloadType} ${name}/${clockRate}\r\n`;
    if (fmtp !== undefined) section += `a=fmtp:${payloadType} ${fmtp}\r\n`;
  }
  if (ptime !== undefined) section += `a=ptime:${ptime}\r\n`;
  return `${section}a=${direction}\r\n`;
}

/** RFC 3264 §6.1: what they send we receive. To the address 0.0.0.0 nothing is sent, the old way to hold (§8.4). */
function directionTowards({ direction, address }: MediaStream): Direction {
  const isHeld = address === "0.0.0.0";
  switch (direction) {
    case "sendrecv":
      return isHeld ? "recvonly" : "sendrecv";
    case "sendonly":
      return "recvonly";
    case "recvonly":
      return isHeld ? "inactive" : "sendonly";
    case "inactive":
      return "inactive";
  }
}

function describe(
  state: OfferAnswer,
  address: string,
  sections: readonly string[],
): { state: OfferAnswer; text: string } {
  const family = address.includes(":") ? "IP6" : "IP4";
  const localLines = `s=-\r\nc=IN ${family} ${address}\r\nt=0 0\r\n${sections.join("")}`;
  if (localLines === state.localLines && state.local !== undefined) return { state, text: state.local };
  const version = state.version + 1;
  const text = `v=0\r\no=- ${state.sessionId} ${version} IN ${family} ${address}\r\n${localLines}`;
  return { state: { ...state, version, localLines, local: text }, text };
}
