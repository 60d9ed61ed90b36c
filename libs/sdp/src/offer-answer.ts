import {
  acceptable,
  directionTowards,
  formatsToOffer,
  mediaOf,
  negotiated,
  rejectedSection,
  section,
  withEvents,
  type LocalAudio,
  type LocalMedia,
  type LocalStream,
  type NegotiatedStream,
} from "./local-media.ts";
import { parseSdp, type MediaStream, type SessionDescription } from "./session-description.ts";

/** The kind of stream that holds a place among the m= lines, which it keeps for good (RFC 3264 §8). */
type Place = Pick<MediaStream, "type" | "protocol" | "payloads">;

/** A description of ours: what was said, and the places it has. */
interface Described {
  /** Without its o= line. */
  readonly lines: string;
  readonly text: string;
  readonly places: readonly Place[];
}

/**
 * Offer and answer of one leg, RFC 3264 with RFC 6337, as data. The session identity is ours for the life of the leg:
 * the o= line keeps its id, and its version rises by one with each change and only then (RFC 3264 §8).
 *
 * | phase       | means                     | leaves by                                        |
 * | ----------- | ------------------------- | ------------------------------------------------ |
 * | stable      | nothing open              | receiveOffer, makeOffer, receiveForkedAnswer     |
 * | remoteOffer | theirs waits for ours     | makeAnswer, rejectOffer → stable                 |
 * | localOffer  | ours waits for theirs     | receiveAnswer, withdrawOffer → stable            |
 */
export interface OfferAnswer {
  readonly phase: "stable" | "remoteOffer" | "localOffer";
  readonly sessionId: string;
  /** Of what was sent last, refused offers included: no version is ever used for two descriptions. */
  readonly version: number;
  /** What stands on our side, as sent. */
  readonly local: string | undefined;
  readonly localDescribed: Described | undefined;
  /** Our offer, open or the last one: another fork may answer it, too (RFC 3261 §13.2.2.4). */
  readonly offered: Described | undefined;
  readonly remote: SessionDescription | undefined;
  readonly remoteText: string | undefined;
  readonly pendingRemote: SessionDescription | undefined;
  readonly pendingText: string | undefined;
  /** By place; undefined where the stream was rejected. */
  readonly streams: readonly (NegotiatedStream | undefined)[];
  /** The first audio stream that was agreed on. */
  readonly audio: NegotiatedAudio | undefined;
}

/** The audio both sides agreed on. */
export type NegotiatedAudio = Omit<NegotiatedStream, "type" | "protocol" | "remoteAttributes">;

export type OfferAnswerError =
  | "bad-sdp"
  | "wrong-phase"
  | "nothing-acceptable"
  /** Fewer m= lines than before, or another kind in a place (RFC 3264 §6, §8). */
  | "streams-moved";

export type OfferAnswerResult<T = object> =
  | ({ readonly ok: true; readonly state: OfferAnswer } & T)
  | { readonly ok: false; readonly error: { readonly code: OfferAnswerError; readonly message: string } };

type WithText = OfferAnswerResult<{ readonly text: string }>;

/** `sessionId`: digits, unique for this leg (RFC 8866 §5.2). */
export function newOfferAnswer(sessionId: string): OfferAnswer {
  return {
    phase: "stable",
    sessionId,
    version: 0,
    local: undefined,
    localDescribed: undefined,
    offered: undefined,
    remote: undefined,
    remoteText: undefined,
    pendingRemote: undefined,
    pendingText: undefined,
    streams: [],
    audio: undefined,
  };
}

/** `isRefresh`: the description that stands, again, with its o= version as it was (RFC 4028 §7.4). */
export function receiveOffer(
  state: OfferAnswer,
  text: string,
  parsed = parseSdp(text),
): OfferAnswerResult<{ readonly isRefresh: boolean }> {
  if (state.phase !== "stable") return failed("wrong-phase", `an offer in phase ${state.phase}`);
  if (!parsed.ok) return failed("bad-sdp", parsed.error.message);
  const { media } = parsed.session;
  const before = state.localDescribed?.places ?? [];
  if (media.length < before.length)
    return failed("streams-moved", `${media.length} streams, ${before.length} before`);
  const isRefresh =
    state.remote?.sessionVersion === parsed.session.sessionVersion && state.remoteText === text;
  const next: OfferAnswer = {
    ...state,
    phase: "remoteOffer",
    pendingRemote: parsed.session,
    pendingText: text,
  };
  return { ok: true, state: next, isRefresh };
}

/** Their offer falls, all stays as it was before it (RFC 3264 §4, RFC 6337 §2.1). */
export function rejectOffer(state: OfferAnswer): OfferAnswer {
  if (state.phase !== "remoteOffer") return state;
  return { ...state, phase: "stable", pendingRemote: undefined, pendingText: undefined };
}

/** Our offer was refused, or its request failed: what stood before stands (RFC 6337 §3.4). */
export function withdrawOffer(state: OfferAnswer): OfferAnswer {
  return state.phase === "localOffer" ? { ...state, phase: "stable", offered: undefined } : state;
}

/** Accepts what fits our streams, each once, in the offer's order; all others get port 0 (RFC 3264 §6). */
export function makeAnswer(state: OfferAnswer, localMedia: LocalMedia | LocalAudio): WithText {
  const remote = state.pendingRemote;
  if (state.phase !== "remoteOffer" || remote === undefined)
    return failed("wrong-phase", `an answer in phase ${state.phase}`);
  const local = mediaOf(localMedia);
  const unused = [...local.streams];
  const sections: string[] = [];
  const streams = remote.media.map((stream) => {
    const at = unused.findIndex((each) => acceptable(stream, each) !== undefined);
    const [ours] = at < 0 ? [] : unused.splice(at, 1);
    const format = ours && acceptable(stream, ours);
    if (ours === undefined || format === undefined) {
      sections.push(rejectedSection(stream));
      return undefined;
    }
    const direction = directionTowards(stream, ours.direction);
    sections.push(section(ours, { formats: withEvents(stream, format), direction, ptime: stream.ptime }));
    return negotiated(stream, format, direction);
  });
  // RFC 3264 §8.2: an offer that takes every stream away from a session is answered so, and the session stands.
  const takesAllAway = state.local !== undefined && remote.media.every(({ port }) => port === 0);
  if (!streams.some((stream) => stream !== undefined) && !(takesAllAway && streams.length > 0))
    return failed("nothing-acceptable", `no stream with ${encodingsOf(local.streams)}`);
  const next = describe(state, local.address, sections, remote.media);
  const agreed: OfferAnswer = {
    ...state,
    phase: "stable",
    version: next.version,
    local: next.described.text,
    localDescribed: next.described,
    offered: undefined,
    remote,
    remoteText: state.pendingText,
    pendingRemote: undefined,
    pendingText: undefined,
    ...negotiatedOf(streams),
  };
  return { ok: true, state: agreed, text: next.described.text };
}

/** Each stream of ours in the place it has, or behind the others; places without a stream keep port 0 (§8). */
export function makeOffer(state: OfferAnswer, localMedia: LocalMedia | LocalAudio): WithText {
  if (state.phase !== "stable") return failed("wrong-phase", `an offer in phase ${state.phase}`);
  const local = mediaOf(localMedia);
  const unused = [...local.streams];
  const sections: string[] = [];
  const places: Place[] = [];
  const put = (ours: LocalStream): void => {
    const formats = formatsToOffer(ours);
    const payloads = formats.map(({ payloadType }) => payloadType).join(" ");
    sections.push(section(ours, { formats, direction: ours.direction ?? "sendrecv" }));
    places.push({ type: ours.type, protocol: ours.protocol ?? "RTP/AVP", payloads });
  };
  (state.localDescribed?.places ?? []).forEach((place, at) => {
    // A place that was rejected may be used again (RFC 3264 §8.1), for the same kind here.
    const isFree = state.streams[at] !== undefined || !hasLive(state, place.type);
    const found = unused.findIndex(({ type }) => type === place.type && isFree);
    const [ours] = found < 0 ? [] : unused.splice(found, 1);
    if (ours !== undefined) put(ours);
    else {
      sections.push(rejectedSection(place));
      places.push(place);
    }
  });
  for (const ours of unused) put(ours);
  const next = describe(state, local.address, sections, places);
  const { text } = next.described;
  const offering: OfferAnswer = {
    ...state,
    phase: "localOffer",
    version: next.version,
    offered: next.described,
  };
  return { ok: true, state: offering, text };
}

export function receiveAnswer(
  state: OfferAnswer,
  text: string,
  local: LocalMedia | LocalAudio,
): OfferAnswerResult {
  if (state.phase !== "localOffer") return failed("wrong-phase", `an answer in phase ${state.phase}`);
  return applyAnswer(state, text, local);
}

/** Another fork's answer to the offer that one has answered already: the later counts (RFC 3261 §13.2.2.4). */
export function receiveForkedAnswer(
  state: OfferAnswer,
  text: string,
  local: LocalMedia | LocalAudio,
): OfferAnswerResult {
  if (state.phase !== "stable" || state.offered === undefined)
    return failed("wrong-phase", `another answer in phase ${state.phase}`);
  return applyAnswer(state, text, local);
}

function applyAnswer(
  state: OfferAnswer,
  text: string,
  localMedia: LocalMedia | LocalAudio,
): OfferAnswerResult {
  const parsed = parseSdp(text);
  if (!parsed.ok) return failed("bad-sdp", parsed.error.message);
  const { offered } = state;
  const { media } = parsed.session;
  const places = offered?.places ?? [];
  if (media.length === 0) return failed("nothing-acceptable", "the answer has no stream");
  // RFC 3264 §6: as many m= lines as the offer has, of the same kinds.
  if (media.length !== places.length || media.some(({ type }, at) => type !== places[at]?.type))
    return failed("streams-moved", `${media.length} streams in answer to ${places.length}`);
  const unused = [...mediaOf(localMedia).streams];
  const streams = media.map((stream, at) => {
    const found = unused.findIndex(({ type }) => type === places[at]?.type);
    const [ours] = found < 0 || isRejected(offered, at) ? [] : unused.splice(found, 1);
    const format = ours && acceptable(stream, ours);
    return ours && format && negotiated(stream, format, directionTowards(stream, ours.direction));
  });
  if (!streams.some((stream) => stream !== undefined))
    return failed("nothing-acceptable", "the answer rejects every stream");
  const agreed: OfferAnswer = {
    ...state,
    phase: "stable",
    local: offered?.text,
    localDescribed: offered,
    remote: parsed.session,
    remoteText: text,
    ...negotiatedOf(streams),
  };
  return { ok: true, state: agreed };
}

function isRejected(offered: Described | undefined, at: number): boolean {
  return /^m=\S+ 0 /.test(offered?.lines.split(/(?=^m=)/m)[at + 1] ?? "");
}

function hasLive(state: OfferAnswer, type: string): boolean {
  return state.streams.some((stream) => stream?.type === type);
}

function negotiatedOf(
  streams: readonly (NegotiatedStream | undefined)[],
): Pick<OfferAnswer, "streams" | "audio"> {
  const found = streams.find((stream) => stream?.type === "audio");
  if (found === undefined) return { streams, audio: undefined };
  const { encoding, payloadType, remoteAddress, remotePort, direction } = found;
  return { streams, audio: { encoding, payloadType, remoteAddress, remotePort, direction } };
}

function encodingsOf(streams: readonly LocalStream[]): string {
  return streams.flatMap(({ encodings }) => encodings).join(" or ");
}

function failed(
  code: OfferAnswerError,
  message: string,
): { readonly ok: false; readonly error: { code: OfferAnswerError; message: string } } {
  return { ok: false, error: { code, message } };
}

/** What stands is said again octet for octet; anything else gets the next version. */
function describe(
  state: OfferAnswer,
  address: string,
  sections: readonly string[],
  places: readonly Place[],
): { readonly described: Described; readonly version: number } {
  const family = address.includes(":") ? "IP6" : "IP4";
  const lines = `s=-\r\nc=IN ${family} ${address}\r\nt=0 0\r\n${sections.join("")}`;
  const standing = state.localDescribed;
  if (standing?.lines === lines) return { described: standing, version: state.version };
  const version = state.version + 1;
  const text = `v=0\r\no=- ${state.sessionId} ${version} IN ${family} ${address}\r\n${lines}`;
  const kept = places.map(({ type, protocol, payloads }) => ({ type, protocol, payloads }));
  return { described: { lines, text, places: kept }, version };
}
