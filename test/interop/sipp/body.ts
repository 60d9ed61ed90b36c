/** A body as a SIPp scenario has it: the header fields that name it, and its text with SIPp's escapes. */
export interface Body {
  readonly headers: readonly string[];
  readonly text: string;
}

/** SIPp cuts white space at both ends of a message: the last line's end is written as octets. */
const CRLF = "\\x0d\\x0a";

/** Octets as SIPp takes them in a message. */
function escaped(hex: string): string {
  return hex.replace(/../g, String.raw`\x$&`);
}

export interface SdpParts {
  readonly address?: string;
  readonly formats?: string;
  /** sendrecv, sendonly, recvonly or inactive. */
  readonly direction?: string;
  /** Of the o= line: one more for each change (RFC 3264 §8). */
  readonly version?: number;
}

/** A description with one audio stream. */
export function sdp(parts: SdpParts = {}): Body {
  const { address = "127.0.0.1", formats = "8 0", direction, version = 1 } = parts;
  const family = address.includes(":") ? "IP6" : "IP4";
  const lines = [
    "v=0",
    `o=sipp 1 ${version} IN ${family} ${address}`,
    "s=-",
    `c=IN ${family} ${address}`,
    "t=0 0",
    `m=audio 40000 RTP/AVP ${formats}`,
    ...(direction === undefined ? [] : [`a=${direction}`]),
  ];
  return { headers: ["Content-Type: application/sdp"], text: lines.join("\n") + CRLF };
}

export function textBody(type: string, text: string, disposition?: string): Body {
  return {
    headers: [
      `Content-Type: ${type}`,
      ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
    ],
    text: text + CRLF,
  };
}

/** ISUP in hex. */
export const ISUP = {
  /** Called 3099900100 national, calling 89123456789 national, ordinary subscriber, 3.1 kHz audio, hop counter 31. */
  iam: "010020010a0302090703100399091000" + "0a0883139821436587093d011f00",
  /** User busy, location user. */
  relBusy: "0c0200028091",
  /** Normal call clearing, location user. */
  rel: "0c0200028090",
  suspend: "0d0100",
} as const;

export interface IsupParts {
  readonly version?: string;
  readonly handling?: "optional" | "required";
  readonly isBase64?: boolean;
}

export function isup(hex: string, parts: IsupParts = {}): Body {
  const { version = "itu-t92+", handling = "optional", isBase64 = false } = parts;
  return {
    headers: [
      `Content-Type: application/isup;version=${version}`,
      `Content-Disposition: signal;handling=${handling}`,
      ...(isBase64 ? ["Content-Transfer-Encoding: base64"] : []),
    ],
    text: isBase64 ? Buffer.from(hex, "hex").toString("base64") : escaped(hex),
  };
}

/** The parts in their order (RFC 2046 §5.1). */
export function multipart(...parts: readonly Body[]): Body {
  const texts = parts.map(({ headers, text }) => `--b1\n${headers.join("\n")}\n\n${text}\n`);
  return {
    headers: ["MIME-Version: 1.0", "Content-Type: multipart/mixed;boundary=b1"],
    text: `${texts.join("")}--b1--${CRLF}`,
  };
}

/** What a SIP-T caller sends: SDP and IAM. */
export function sipT(parts: IsupParts = {}): Body {
  return multipart(sdp(), isup(ISUP.iam, parts));
}
