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

/** Clock rate of all static types here. */
const STATIC_RATE = 8_000;
/** Static payload types a trunk may name without rtpmap, RFC 3551 §6, table 4. */
const STATIC: Readonly<Record<number, string>> = {
  0: "PCMU",
  3: "GSM",
  4: "G723",
  8: "PCMA",
  9: "G722",
  18: "G729",
};

const DIRECTIONS: ReadonlySet<string> = new Set(["sendrecv", "sendonly", "recvonly", "inactive"]);

/** What a=, c= and the like say of the session or of one stream, as far as it has been read. */
interface Level {
  direction: Direction | undefined;
  address: string | undefined;
}

/** A stream while its lines are read. */
interface Section extends Level {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  readonly payloads: string;
  /** What follows the payload type, by payload type; the first line of one counts. */
  readonly rtpmaps: Map<number, string>;
  readonly fmtps: Map<number, string>;
  readonly attributes: string[];
  ptime: number | undefined;
}

/** RFC 8866 §5.2: user name, session id and version, network type, address type, address. */
const ORIGIN = /^\S* (\d*) (\d*) \S* IP\d \S*/;
/** Behind a slash stands the scope of a multicast address (RFC 8866 §5.7). */
const CONNECTION = /^IN IP\d ([^\s/]*)/;
/** RFC 8866 §5.14. A number of ports is for layered streams, which no telephone call has. */
const MEDIA = /^(\w+) (\d{1,5})(?:\/\d+)? (\S+) +(\S.*)$/;
const PORT_MAX = 65_535;
/** RFC 8866 §6.6. */
const RTPMAP = /^([\w\-.]*)(?:\s*\/(\d+))?/;

/** Reads one line after the other; what it does not know is passed over, or kept with the stream it belongs to. */
export function parseSdp(text: string): SdpResult {
  if (text.length > SDP_LENGTH_MAX) return bad(`${text.length} characters, at most ${SDP_LENGTH_MAX}`);
  const session: Level = { direction: undefined, address: undefined };
  const sections: Section[] = [];
  const seen = new Set<string>();
  let origin: RegExpExecArray | undefined;
  let unreadable: number | undefined;
  for (const line of linesOf(text)) {
    if (line[1] !== "=") continue;
    const value = line.slice(2);
    const section = sections.at(-1);
    switch (line[0]) {
      case "m": {
        const next = sectionOf(value);
        if (next === undefined) unreadable ??= sections.length + 1;
        else sections.push(next);
        break;
      }
      case "a":
        readAttribute(value, section, session);
        break;
      case "c":
        (section ?? session).address = CONNECTION.exec(value)?.[1] ?? (section ?? session).address;
        break;
      case "o":
        seen.add("o=");
        if (section === undefined) origin = ORIGIN.exec(value) ?? origin;
        break;
      case "v":
        if (value.startsWith("0")) seen.add("v=0");
        break;
      case "t":
        seen.add("t=");
        break;
      default:
        break;
    }
  }
  const missing = REQUIRED.find((line) => !seen.has(line));
  if (missing !== undefined) return bad(`no ${missing} line`);
  if (origin === undefined) return bad("the o= line has fewer than six fields");
  if (unreadable !== undefined) return bad(`m= line ${unreadable} cannot be read`);
  const [, sessionId = "", version] = origin;
  const media = sections.map((section) => streamOf(section, session));
  return { ok: true, session: { sessionId, sessionVersion: Number(version), media } };
}

/** RFC 8866 §5: without them it is none. */
const REQUIRED = ["v=0", "o=", "t="];

/** Lines end in CRLF; LF alone is taken, too (RFC 8866 §5), and CR alone where there is nothing else. */
function linesOf(text: string): string[] {
  if (!text.includes("\n")) return text.split("\r");
  if (!text.includes("\r")) return text.split("\n");
  return text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function sectionOf(value: string): Section | undefined {
  const [, type = "", port, protocol = "", payloads = ""] = MEDIA.exec(value) ?? [];
  if (type === "" || Number(port) > PORT_MAX) return undefined;
  return {
    type,
    port: Number(port),
    protocol,
    payloads: payloads.trimEnd(),
    rtpmaps: new Map(),
    fmtps: new Map(),
    attributes: [],
    direction: undefined,
    address: undefined,
    ptime: undefined,
  };
}

function readAttribute(value: string, section: Section | undefined, session: Level): void {
  const name = value.trimEnd();
  if (isDirection(name)) (section ?? session).direction = name;
  else if (section === undefined) return;
  else if (value.startsWith("rtpmap:")) keep(section.rtpmaps, value.slice("rtpmap:".length));
  else if (value.startsWith("fmtp:")) keep(section.fmtps, value.slice("fmtp:".length));
  else if (value.startsWith("ptime:")) {
    const ptime = Number(value.slice("ptime:".length));
    if (ptime > 0) section.ptime = ptime;
  }
  // As it came: keys of SRTP (RFC 4568) must not be re-formatted.
  else section.attributes.push(value);
}

/** `payload-type SP rest`. */
function keep(values: Map<number, string>, text: string): void {
  const space = text.indexOf(" ");
  const payloadType = space <= 0 ? NaN : Number(text.slice(0, space));
  if (!values.has(payloadType)) values.set(payloadType, text.slice(space + 1));
}

function isDirection(text: string): text is Direction {
  return DIRECTIONS.has(text);
}

function streamOf(section: Section, session: Level): MediaStream {
  const { type, port, protocol, payloads, ptime, attributes } = section;
  return {
    type,
    port,
    protocol,
    payloads,
    formats: formatsOf(section),
    direction: section.direction ?? session.direction ?? "sendrecv",
    address: section.address ?? session.address,
    ptime,
    attributes,
  };
}

function bad(message: string): SdpResult {
  return { ok: false, error: { code: "bad-sdp", message } };
}

const PAYLOAD_TYPE = /^[0-9]{1,3}$/;
const PAYLOAD_TYPE_MAX = 127;

function formatsOf({ payloads, rtpmaps, fmtps }: Section): Format[] {
  const formats: Format[] = [];
  for (const payload of payloads.split(/\s+/)) {
    const payloadType = Number(payload);
    if (!PAYLOAD_TYPE.test(payload) || payloadType > PAYLOAD_TYPE_MAX) continue;
    const map = rtpmaps.get(payloadType);
    const [, encoding, rate] = map === undefined ? [] : (RTPMAP.exec(map) ?? []);
    const known = STATIC[payloadType];
    formats.push({
      payloadType,
      encoding: encoding?.toUpperCase() ?? known,
      clockRate: rate === undefined ? (known === undefined ? undefined : STATIC_RATE) : Number(rate),
      fmtp: fmtps.get(payloadType),
    });
  }
  return formats;
}
