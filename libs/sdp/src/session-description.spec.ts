import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseSdp, SDP_LENGTH_MAX, type SessionDescription } from "./session-description.ts";

const SESSION = ["v=0", "o=- 17 4 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
const sdp = (...media: string[]): string => `${[...SESSION, ...media].join("\r\n")}\r\n`;

function read(text: string): SessionDescription {
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new TypeError(parsed.error.message);
  return parsed.session;
}

describe("parseSdp", () => {
  it("reads streams, formats, direction and address (RFC 8866 §5)", () => {
    const session = read(
      sdp(
        "m=audio 40000 RTP/AVP 8 0 101",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4",
        "a=sendonly",
      ),
    );
    expect(session).toEqual({
      sessionId: "17",
      sessionVersion: 4,
      media: [
        {
          type: "audio",
          port: 40_000,
          protocol: "RTP/AVP",
          payloads: "8 0 101",
          direction: "sendonly",
          address: "192.0.2.1",
          ptime: 20,
          attributes: [
            "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4",
          ],
          formats: [
            { payloadType: 8, encoding: "PCMA", clockRate: 8_000, fmtp: undefined },
            { payloadType: 0, encoding: "PCMU", clockRate: 8_000, fmtp: undefined },
            { payloadType: 101, encoding: "TELEPHONE-EVENT", clockRate: 8_000, fmtp: "0-15" },
          ],
        },
      ],
    });
  });

  it("reads a stream of one format", () => {
    expect(read(sdp("m=audio 40000 RTP/AVP 0")).media[0]?.formats[0]?.encoding).toBe("PCMU");
  });

  it("lets a stream have an address and a direction of its own (RFC 8866 §5.7, RFC 3264 §5.1)", () => {
    const session = read(
      sdp(
        "a=sendonly",
        "m=audio 4 RTP/AVP 0",
        "m=audio 6 RTP/AVP 8",
        "c=IN IP6 2001:db8::1",
        "a=inactive",
        "m=video 8 RTP/AVP 31",
      ),
    );
    expect(session.media.map(({ direction, address }) => [direction, address])).toEqual([
      ["sendonly", "192.0.2.1"],
      ["inactive", "2001:db8::1"],
      ["sendonly", "192.0.2.1"],
    ]);
  });

  it("names dynamic formats by rtpmap, in capitals, static ones also without (RFC 3551 §6)", () => {
    const [stream] = read(
      sdp("m=audio 4 RTP/AVP 96 97 9 18", "a=rtpmap:96 pcma/8000", "a=rtpmap:97 16/8000"),
    ).media;
    expect(stream?.formats.map(({ encoding }) => encoding)).toEqual(["PCMA", "16", "G722", "G729"]);
    const [nameless] = read(sdp("m=audio 4 RTP/AVP 96")).media;
    expect(nameless?.formats).toEqual([
      { payloadType: 96, encoding: undefined, clockRate: undefined, fmtp: undefined },
    ]);
  });

  it("reads lines that end in LF, several ports, the scope of an address, an odd ptime, a huge version", () => {
    expect(read(sdp("m=audio 4 RTP/AVP 8").replaceAll("\r", "")).media).toHaveLength(1);
    expect(read(sdp("m=audio 4/2 RTP/AVP 8")).media[0]?.port).toBe(4);
    expect(read(sdp("m=audio 4 RTP/AVP 8", "c=IN IP4 233.252.0.1/127")).media[0]?.address).toBe(
      "233.252.0.1",
    );
    expect(read(sdp("m=audio 4 RTP/AVP 8", "a=ptime:")).media[0]?.ptime).toBeUndefined();
    const version = "18446744073709551615";
    expect(read(sdp().replace("17 4", `${version} ${version}`)).sessionId).toBe(version);
  });

  it.each([
    ["nothing", ""],
    ["no v=", sdp().replace("v=0\r\n", "")],
    ["no o=", sdp().replace(/o=.*\r\n/, "")],
    ["an o= of too few fields", sdp().replace("o=- 17 4", "o=- 17")],
    ["no t=", sdp().replace("t=0 0\r\n", "")],
    ["an m= that cannot be read", sdp("m=audio")],
    ["a port that is no number", sdp("m=audio x RTP/AVP 0")],
    ["a port beyond 65535", sdp("m=audio 65536 RTP/AVP 0")],
    ["an m= without formats", sdp("m=audio 4 RTP/AVP")],
    ["too many characters", sdp(`a=x:${"x".repeat(SDP_LENGTH_MAX)}`)],
  ])("refuses %s", (_what, text) => {
    expect(parseSdp(text)).toMatchObject({ ok: false, error: { code: "bad-sdp" } });
  });

  it("never throws, on lines of SDP in any order and with anything in them", () => {
    const word = fc.constantFrom(
      ...[
        "0",
        "8",
        "101",
        "16",
        "IN",
        "IP4",
        "IP6",
        "192.0.2.1",
        "-",
        "RTP/AVP",
        "audio",
        "4000",
        "telephone-event/8000",
        "x",
      ],
    );
    const start = fc.constantFrom(
      ...[
        "v=",
        "o=",
        "s=",
        "c=",
        "t=",
        "m=",
        "m=audio 4 RTP/AVP ",
        "a=rtpmap:",
        "a=fmtp:",
        "a=ptime:",
        "a=candidate:",
      ],
      ...[
        "a=ssrc:",
        "a=crypto:",
        "a=rtcp:",
        "a=group:",
        "a=",
        "a=rid:",
        "a=simulcast:",
        "b=AS:",
        "a=source-filter:",
        "a=sendonly",
      ],
    );
    const rest = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.array(word, { maxLength: 6 }).map((words) => words.join(" ")),
    );
    const lines = fc.array(fc.tuple(start, rest), { maxLength: 20 });
    fc.assert(
      fc.property(lines, fc.boolean(), (list, isWhole) => {
        const text = list.map(([first, second]) => `${first}${second}\r\n`).join("");
        const parsed = parseSdp(isWhole ? sdp() + text : text);
        for (const stream of parsed.ok ? parsed.session.media : []) {
          expect(stream.payloads).not.toBe("");
          expect(typeof stream.port).toBe("number");
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
