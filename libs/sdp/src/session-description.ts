import sdpTransform from "sdp-transform";

/** One RTP payload format of a media stream (RFC 8866 §6.6, RFC 3551 §6 for the static ones). */
export interface Format {
  readonly payloadType: number;
  /** Encoding name in upper case; undefined where neither `rtpmap` nor RFC 3551 names it. */
  readonly encoding: string | undefined;
  readonly clockRate: number | undefined;
  readonly fmtp: string | undefined;
}

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** One m= section. A port of 0 is a rejected stream (RFC 3264 §6). */
export interface MediaStream {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly Format[];
  /** The fmt list as sent: what a rejected stream repeats. */
  readonly payloads: string;
  readonly direction: Direction;
  /** Address of the stream's or the session's c= line. */
  readonly address: string | undefined;
  readonly ptime: number | undefined;
  /** The other a= lines of the stream, without "a=", in order: crypto, setup, fingerprint, rtcp-mux and all else. */
  readonly attributes: readonly string[];
}

/** What offer/answer needs of a session description (RFC 8866). */
export interface SessionDescription {
  readonly sessionId: string;
  readonly sessionVersion: number;
  readonly media: readonly MediaStream[];
}

export type SdpResult =
  | { readonly ok: true; readonly session: SessionDescription }
  | { readonly ok: false; readonly error: { readonly code: "bad-sdp"; readonly message: string } };

/** A description of more octets is no session of a telephone call. */
export const SDP_LENGTH_MAX = 32_768;

/** Static payload types a trunk may name without rtpmap, RFC 3551 §6, table 4. */
const STATIC: Readonly<Record<number, string>> = {
  0: "PCMU",
  3: "GSM",
  4: "G723",
  8: "PCMA",
  9: "G722",
  18: "G729",
};

const DIRECTIONS: readonly string[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

export function parseSdp(text: string): SdpResult {
  if (text.length > SDP_LENGTH_MAX) return bad(`${text.length} characters, at most ${SDP_LENGTH_MAX}`);
  // The parser skips what it does not know, so the lines that must be there are looked for first (RFC 8866 §5).
  for (const line of ["v=0", "o=", "t="]) if (!hasLine(text, line)) return bad(`no ${line} line`);
  const parsed = sdpTransform.parse(text.replace(PORT_COUNT, "$1 "));
  if ((parsed.origin as unknown) === undefined) return bad("the o= line has fewer than six fields");
  const media: MediaStream[] = [];
  for (const section of parsed.media) {
    const stream = streamOf(section, parsed);
    if (stream === undefined) return bad(`m= line ${media.length + 1} cannot be read`);
    media.push(stream);
  }
  const attributes = attributesByStream(text);
  const { sessionId, sessionVersion } = parsed.origin;
  return {
    ok: true,
    session: {
      sessionId: textOf(sessionId),
      sessionVersion,
      media: media.map((stream, at) => ({ ...stream, attributes: attributes[at] ?? [] })),
    },
  };
}

/** What the fields of a stream say already. */
const READ_ATTRIBUTE = /^(?:rtpmap:|fmtp:|ptime:|(?:sendrecv|sendonly|recvonly|inactive)\s*$)/;

/** Kept as they came: keys of SRTP (RFC 4568) must not be re-formatted. */
function attributesByStream(text: string): string[][] {
  const streams: string[][] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith("m=")) streams.push([]);
    else if (line.startsWith("a=") && !READ_ATTRIBUTE.test(line.slice(2)))
      streams.at(-1)?.push(line.slice(2));
  }
  return streams;
}

/** RFC 8866 §5.14: consecutive ports of layered streams, which no telephone call has. */
const PORT_COUNT = /^(m=\w+ \d+)\/\d+ /gm;

type Section = ReturnType<typeof sdpTransform.parse>["media"][number];

/** The parser makes a number of whatever looks like one, whatever its types say. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The parser leaves out what it could not read. */
function streamOf(section: Section, session: ReturnType<typeof sdpTransform.parse>): MediaStream | undefined {
  const { type, port, protocol } = section as Partial<Section>;
  const payloads = textOf(section.payloads).trim();
  if (type === undefined || protocol === undefined || payloads === "") return undefined;
  if (typeof port !== "number" || port > 65_535) return undefined;
  const ptime: unknown = section.ptime;
  const address: unknown = section.connection?.ip ?? session.connection?.ip;
  return {
    type: textOf(type),
    port,
    protocol: textOf(protocol),
    payloads,
    formats: formatsOf(payloads, section.rtp, section.fmtp),
    direction: directionOf(section.direction ?? session.direction),
    // Behind a slash stands the scope of a multicast address (RFC 8866 §5.7).
    address: address === undefined ? undefined : textOf(address).split("/")[0],
    ptime: typeof ptime === "number" && ptime > 0 ? ptime : undefined,
    attributes: [],
  };
}

function hasLine(text: string, start: string): boolean {
  return text.startsWith(start) || text.includes(`\n${start}`);
}

function bad(message: string): SdpResult {
  return { ok: false, error: { code: "bad-sdp", message } };
}

function directionOf(value: string | undefined): Direction {
  return value !== undefined && DIRECTIONS.includes(value) ? (value as Direction) : "sendrecv";
}

function formatsOf(
  payloads: string,
  rtp: readonly { payload: number; codec: string; rate?: number | undefined }[],
  fmtp: readonly { payload: number; config: string }[],
): Format[] {
  const formats: Format[] = [];
  for (const payload of payloads.split(/\s+/)) {
    const payloadType = Number(payload);
    if (!/^[0-9]{1,3}$/.test(payload) || payloadType > 127) continue;
    const map = rtp.find((each) => each.payload === payloadType);
    const config: unknown = fmtp.find((each) => each.payload === payloadType)?.config;
    const rate: unknown = map?.rate ?? (payloadType in STATIC ? 8_000 : undefined);
    formats.push({
      payloadType,
      encoding: map === undefined ? STATIC[payloadType] : textOf(map.codec).toUpperCase(),
      clockRate: typeof rate === "number" ? rate : undefined,
      fmtp: config === undefined ? undefined : textOf(config),
    });
  }
  return formats;
}
