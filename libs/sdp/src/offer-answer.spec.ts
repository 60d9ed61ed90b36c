import { describe, expect, it } from "@jest/globals";
import {
  makeAnswer,
  makeOffer,
  newOfferAnswer,
  receiveAnswer,
  receiveForkedAnswer,
  receiveOffer,
  rejectOffer,
  withdrawOffer,
  type OfferAnswer,
} from "./offer-answer.ts";
import { Descriptions } from "./descriptions.ts";
import type { LocalAudio, LocalMedia } from "./local-media.ts";

const LOCAL: LocalAudio = { address: "192.0.2.2", port: 30_000, encodings: ["PCMA", "PCMU"] };
const SESSION = ["v=0", "o=- 17 4 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
const sdp = (...media: string[]): string => `${[...SESSION, ...media].join("\r\n")}\r\n`;

function offered(...media: string[]): OfferAnswer {
  const received = receiveOffer(newOfferAnswer("99"), sdp(...media));
  if (!received.ok) throw new TypeError(received.error.message);
  return received.state;
}

function answered(state: OfferAnswer, local = LOCAL): { state: OfferAnswer; text: string; media: string[] } {
  const made = makeAnswer(state, local);
  if (!made.ok) throw new TypeError(made.error.message);
  return {
    state: made.state,
    text: made.text,
    media: made.text.split("\r\n").filter((line) => line.startsWith("m=")),
  };
}

/** The next offer of the peer in a session that stands, and our answer to it. */
function again(
  state: OfferAnswer,
  local: LocalAudio,
  ...media: string[]
): { state: OfferAnswer; text: string } {
  const received = receiveOffer(state, sdp(...media));
  if (!received.ok) throw new TypeError(received.error.message);
  return answered(received.state, local);
}

describe("an answer (RFC 3264 §6)", () => {
  it("has the offer's format, our address and identity", () => {
    const { text, state } = answered(offered("m=audio 40000 RTP/AVP 8 0", "a=ptime:20"));
    expect(text.split("\r\n")).toEqual([
      "v=0",
      "o=- 99 1 IN IP4 192.0.2.2",
      "s=-",
      "c=IN IP4 192.0.2.2",
      "t=0 0",
      "m=audio 30000 RTP/AVP 8",
      "a=rtpmap:8 PCMA/8000",
      "a=ptime:20",
      "a=sendrecv",
      "",
    ]);
    expect(state).toMatchObject({ phase: "stable", version: 1, pendingRemote: undefined });
    expect(state.audio).toEqual({
      encoding: "PCMA",
      payloadType: 8,
      remoteAddress: "192.0.2.1",
      remotePort: 40_000,
      direction: "sendrecv",
    });
  });

  it.each([
    ["the offerer's order counts, not ours", ["m=audio 4 RTP/AVP 0 8"], 0, ["m=audio 30000 RTP/AVP 0"]],
    ["a format of one alone", ["m=audio 4 RTP/AVP 8"], 8, ["m=audio 30000 RTP/AVP 8"]],
    [
      "formats nobody here knows are passed over",
      ["m=audio 4 RTP/AVP 18 9 0"],
      0,
      ["m=audio 30000 RTP/AVP 0"],
    ],
    [
      "a dynamic number for a known encoding",
      ["m=audio 4 RTP/AVP 96", "a=rtpmap:96 PCMA/8000"],
      96,
      ["m=audio 30000 RTP/AVP 96"],
    ],
    [
      "not the same name at another rate",
      ["m=audio 4 RTP/AVP 96 8", "a=rtpmap:96 PCMA/16000"],
      8,
      ["m=audio 30000 RTP/AVP 8"],
    ],
    [
      "events ride along (RFC 4733)",
      ["m=audio 4 RTP/AVP 101 8", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"],
      8,
      ["m=audio 30000 RTP/AVP 8 101"],
    ],
    [
      "events without a rate do not",
      ["m=audio 4 RTP/AVP 8 101", "a=rtpmap:101 telephone-event"],
      8,
      ["m=audio 30000 RTP/AVP 8"],
    ],
    [
      "rejected streams stay in their place with port 0",
      ["m=video 6 RTP/AVP 31 34", "m=audio 4 RTP/AVP 8", "m=image 8 udptl t38", "m=audio 9 RTP/AVP 0"],
      8,
      ["m=video 0 RTP/AVP 31 34", "m=audio 30000 RTP/AVP 8", "m=image 0 udptl t38", "m=audio 0 RTP/AVP 0"],
    ],
    [
      "the first stream that can be taken",
      ["m=audio 0 RTP/AVP 8", "m=audio 4 RTP/SAVP 8", "m=audio 6 RTP/AVP 18", "m=audio 8 RTP/AVP 0"],
      0,
      ["m=audio 0 RTP/AVP 8", "m=audio 0 RTP/SAVP 8", "m=audio 0 RTP/AVP 18", "m=audio 30000 RTP/AVP 0"],
    ],
  ])("%s", (_what, offer, payloadType, media) => {
    const { state, media: lines } = answered(offered(...offer));
    expect(lines).toEqual(media);
    expect(state.audio?.payloadType).toBe(payloadType);
  });

  it.each([
    ["sendrecv", "192.0.2.1", "sendrecv"],
    ["sendonly", "192.0.2.1", "recvonly"],
    ["recvonly", "192.0.2.1", "sendonly"],
    ["inactive", "192.0.2.1", "inactive"],
    // The old way to hold (§8.4): nothing is sent there.
    ["sendrecv", "0.0.0.0", "recvonly"],
    ["sendonly", "0.0.0.0", "recvonly"],
    ["recvonly", "0.0.0.0", "inactive"],
    ["inactive", "0.0.0.0", "inactive"],
  ])("to %s at %s is %s (§6.1)", (direction, address, ours) => {
    const { state, text } = answered(offered("m=audio 4 RTP/AVP 8", `c=IN IP4 ${address}`, `a=${direction}`));
    expect(text).toContain(`a=${ours}\r\n`);
    expect(state.audio?.direction).toBe(ours);
  });

  it("has IP6 where our address is one", () => {
    const { text } = answered(offered("m=audio 4 RTP/AVP 8"), { ...LOCAL, address: "2001:db8::2" });
    expect(text).toContain("c=IN IP6 2001:db8::2\r\n");
    expect(text).toContain("o=- 99 1 IN IP6 2001:db8::2\r\n");
  });

  it.each([
    ["no common format", ["m=audio 4 RTP/AVP 18"]],
    ["no audio", ["m=video 4 RTP/AVP 31"]],
    ["no stream", []],
    ["a stream that is rejected already", ["m=audio 0 RTP/AVP 8"]],
    ["another profile", ["m=audio 4 RTP/SAVP 8"]],
  ])("cannot be made to %s, and the offer stays open", (_what, media) => {
    const state = offered(...media);
    expect(makeAnswer(state, LOCAL)).toMatchObject({ ok: false, error: { code: "nothing-acceptable" } });
    expect(rejectOffer(state)).toMatchObject({ phase: "stable", pendingRemote: undefined, audio: undefined });
  });

  it("cannot be made where nothing says the address", () => {
    const received = receiveOffer(newOfferAnswer("9"), sdp("m=audio 4 RTP/AVP 8").replace(/c=.*\r\n/, ""));
    expect(received.ok && makeAnswer(received.state, LOCAL)).toMatchObject({ ok: false });
  });
});

describe("the version of our description (RFC 3264 §8)", () => {
  it("stays where nothing changed, and the text is the same octet for octet", () => {
    const first = answered(offered("m=audio 4 RTP/AVP 8"));
    const second = again(first.state, LOCAL, "m=audio 6 RTP/AVP 8");
    expect(second.text).toBe(first.text);
    expect(second.state.version).toBe(1);
    expect(second.state.audio?.remotePort).toBe(6);
  });

  it("rises by one with each change: hold, resume, address", () => {
    const first = answered(offered("m=audio 4 RTP/AVP 8"));
    const held = again(first.state, LOCAL, "m=audio 4 RTP/AVP 8", "a=sendonly");
    const resumed = again(held.state, LOCAL, "m=audio 4 RTP/AVP 8");
    const moved = again(resumed.state, { ...LOCAL, port: 30_002 }, "m=audio 4 RTP/AVP 8");
    const versions = [first, held, resumed, moved].map(({ text }) => /^o=- 99 (\d+) /m.exec(text)?.[1]);
    expect(versions).toEqual(["1", "2", "3", "4"]);
  });

  it("does not rise with an offer that was refused; what stood before stands", () => {
    const first = answered(offered("m=audio 4 RTP/AVP 8"));
    const received = receiveOffer(first.state, sdp("m=audio 6 RTP/AVP 18"));
    if (!received.ok) throw new TypeError(received.error.message);
    expect(makeAnswer(received.state, LOCAL).ok).toBe(false);
    expect(rejectOffer(received.state)).toEqual(first.state);
  });
});

describe("a late offer: ours in the 2xx, theirs in the ACK (RFC 3261 §13.2.1)", () => {
  const made = makeOffer(newOfferAnswer("99"), LOCAL);
  if (!made.ok) throw new TypeError(made.error.message);

  it("names every encoding of ours, best first", () => {
    expect(made.state.phase).toBe("localOffer");
    expect(made.text).toContain(
      "m=audio 30000 RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n",
    );
    expect(made.text).toContain("a=sendrecv\r\n");
  });

  it("is closed by the answer", () => {
    const done = receiveAnswer(made.state, sdp("m=audio 50000 RTP/AVP 0", "a=recvonly"), LOCAL);
    expect(done).toMatchObject({
      ok: true,
      state: {
        phase: "stable",
        version: 1,
        audio: {
          encoding: "PCMU",
          payloadType: 0,
          remoteAddress: "192.0.2.1",
          remotePort: 50_000,
          direction: "sendonly",
        },
      },
    });
  });

  it.each([
    ["a rejected stream", sdp("m=audio 0 RTP/AVP 8"), "nothing-acceptable"],
    ["a format nobody offered", sdp("m=audio 4 RTP/AVP 18"), "nothing-acceptable"],
    ["no stream", sdp(), "nothing-acceptable"],
    ["more streams", sdp("m=audio 4 RTP/AVP 8", "m=video 6 RTP/AVP 31"), "streams-moved"],
    ["another kind of stream", sdp("m=image 4 udptl t38"), "streams-moved"],
    ["no SDP", "hello", "bad-sdp"],
  ])("is not closed by %s", (_what, text, code) => {
    expect(receiveAnswer(made.state, text, LOCAL)).toMatchObject({ ok: false, error: { code } });
  });
});

describe("phases (RFC 3264 §4, RFC 6337 §2)", () => {
  const text = sdp("m=audio 4 RTP/AVP 8");
  const made = makeOffer(newOfferAnswer("99"), LOCAL);
  if (!made.ok) throw new TypeError(made.error.message);
  const forked = receiveAnswer(made.state, text, LOCAL);
  if (!forked.ok) throw new TypeError(forked.error.message);
  const states = {
    stable: newOfferAnswer("99"),
    remoteOffer: offered("m=audio 4 RTP/AVP 8"),
    localOffer: made.state,
    answered: forked.state,
  };
  const acts = {
    receiveOffer: (state: OfferAnswer) => receiveOffer(state, text),
    makeAnswer: (state: OfferAnswer) => makeAnswer(state, LOCAL),
    makeOffer: (state: OfferAnswer) => makeOffer(state, LOCAL),
    receiveAnswer: (state: OfferAnswer) => receiveAnswer(state, text, LOCAL),
    receiveForkedAnswer: (state: OfferAnswer) => receiveForkedAnswer(state, text, LOCAL),
    rejectOffer: (state: OfferAnswer) => ({ ok: true as const, state: rejectOffer(state) }),
    withdrawOffer: (state: OfferAnswer) => ({ ok: true as const, state: withdrawOffer(state) }),
  };
  /** The phase each leads to; "-" is refused as wrong-phase. */
  const table: Record<keyof typeof states, Record<keyof typeof acts, string>> = {
    stable: {
      receiveOffer: "remoteOffer",
      makeAnswer: "-",
      makeOffer: "localOffer",
      receiveAnswer: "-",
      receiveForkedAnswer: "-",
      rejectOffer: "stable",
      withdrawOffer: "stable",
    },
    remoteOffer: {
      receiveOffer: "-",
      makeAnswer: "stable",
      makeOffer: "-",
      receiveAnswer: "-",
      receiveForkedAnswer: "-",
      rejectOffer: "stable",
      withdrawOffer: "remoteOffer",
    },
    localOffer: {
      receiveOffer: "-",
      makeAnswer: "-",
      makeOffer: "-",
      receiveAnswer: "stable",
      receiveForkedAnswer: "-",
      rejectOffer: "localOffer",
      withdrawOffer: "stable",
    },
    answered: {
      receiveOffer: "remoteOffer",
      makeAnswer: "-",
      makeOffer: "localOffer",
      receiveAnswer: "-",
      receiveForkedAnswer: "stable",
      rejectOffer: "stable",
      withdrawOffer: "stable",
    },
  };
  const names = Object.keys(states) as (keyof typeof states)[];
  const cells = names.flatMap((phase) =>
    (Object.keys(acts) as (keyof typeof acts)[]).map((act) => [act, phase, table[phase][act]] as const),
  );

  it.each(cells)("%s in %s: %s", (act, phase, expected) => {
    const result = acts[act](states[phase]);
    expect(result.ok ? result.state.phase : result.error.code === "wrong-phase" ? "-" : result).toBe(
      expected,
    );
  });

  it("of a description that cannot be read is no question", () => {
    expect(receiveOffer(states.stable, "v=0")).toMatchObject({ ok: false, error: { code: "bad-sdp" } });
  });
});

describe("a session that stands", () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (each) => each.charCodeAt(0));
  const textOf = (octets: Uint8Array): string => String.fromCharCode(...octets);
  const mediaOf = (text: string): string[] => text.split("\r\n").filter((line) => /^(m=|a=[sri])/.test(line));
  let local: LocalMedia = { address: "192.0.2.2", streams: [] };

  function standing(streams: LocalMedia["streams"], ...offer: string[]): Descriptions {
    local = { address: "192.0.2.2", streams };
    const descriptions = new Descriptions("99", () => local);
    expect(descriptions.makeAnswer(bytes(sdp(...offer))).ok).toBe(true);
    return descriptions;
  }
  const offerOf = (descriptions: Descriptions): string => {
    const made = descriptions.makeOffer();
    return made.ok ? textOf(made.description) : made.message;
  };
  const AUDIO = { type: "audio", port: 30_000, encodings: ["PCMA"] };
  const VIDEO = { type: "video", port: 30_002, encodings: ["H264"], clockRate: 90_000 };

  it("knows a refresh: the same description with the same o= version (RFC 4028 §7.4)", () => {
    const first = answered(offered("m=audio 4 RTP/AVP 8"));
    const refresh = receiveOffer(first.state, sdp("m=audio 4 RTP/AVP 8"));
    const change = receiveOffer(first.state, sdp("m=audio 6 RTP/AVP 8").replace("o=- 17 4 ", "o=- 17 5 "));
    expect([refresh.ok && refresh.isRefresh, change.ok && change.isRefresh]).toEqual([true, false]);
  });

  it("repeats itself in an offer of ours, its version too", () => {
    const descriptions = standing([AUDIO], "m=audio 4 RTP/AVP 8");
    const answer = descriptions.state.local;
    expect(offerOf(descriptions)).toBe(answer);
  });

  it("is held by ours and resumed, each with the next version (RFC 3264 §8.4)", () => {
    const descriptions = standing([AUDIO], "m=audio 4 RTP/AVP 8");
    local = { ...local, streams: [{ ...AUDIO, direction: "sendonly" }] };
    const hold = offerOf(descriptions);
    expect([/^o=- 99 (\d+)/m.exec(hold)?.[1], mediaOf(hold).at(-1)]).toEqual(["2", "a=sendonly"]);
    expect(descriptions.takeAnswer(bytes(sdp("m=audio 4 RTP/AVP 8", "a=recvonly")))).toBeUndefined();
    expect(descriptions.state.audio?.direction).toBe("sendonly");
    local = { ...local, streams: [AUDIO] };
    expect(/^o=- 99 (\d+)/m.exec(offerOf(descriptions))?.[1]).toBe("3");
  });

  it("stays held from our side whatever they offer", () => {
    const descriptions = standing([AUDIO], "m=audio 4 RTP/AVP 8");
    local = { ...local, streams: [{ ...AUDIO, direction: "inactive" }] };
    const answer = descriptions.makeAnswer(bytes(sdp("m=audio 4 RTP/AVP 8")));
    expect(answer.ok && mediaOf(textOf(answer.description)).at(-1)).toBe("a=inactive");
  });

  it("keeps the order of its streams: what was rejected keeps its place, what is new comes last (§8)", () => {
    const descriptions = standing([AUDIO], "m=image 8 udptl t38", "m=audio 4 RTP/AVP 8");
    local = { ...local, streams: [VIDEO, AUDIO] };
    const offer = offerOf(descriptions);
    expect(offer.split("\r\n").filter((line) => line.startsWith("m="))).toEqual([
      "m=image 0 udptl t38",
      "m=audio 30000 RTP/AVP 8",
      "m=video 30002 RTP/AVP 96",
    ]);
    const answer = sdp(
      "m=image 0 udptl t38",
      "m=audio 4 RTP/AVP 8",
      "m=video 6 RTP/AVP 96",
      "a=rtpmap:96 H264/90000",
    );
    expect(descriptions.takeAnswer(bytes(answer))).toBeUndefined();
    expect(descriptions.state.streams.map((stream) => stream?.remotePort)).toEqual([undefined, 4, 6]);
    // A stream that goes away leaves its place behind.
    local = { ...local, streams: [VIDEO] };
    expect(mediaOf(offerOf(descriptions)).filter((line) => line.startsWith("m="))).toEqual([
      "m=image 0 udptl t38",
      "m=audio 0 RTP/AVP 8",
      "m=video 30002 RTP/AVP 96",
    ]);
  });

  it("answers several streams at once, each of ours once", () => {
    const descriptions = standing(
      [AUDIO, { ...AUDIO, port: 30_004 }, VIDEO],
      ...["m=audio 4 RTP/AVP 8", "m=video 6 RTP/AVP 97", "a=rtpmap:97 H264/90000"],
      ...["m=audio 8 RTP/AVP 8", "m=audio 10 RTP/AVP 8"],
    );
    expect(descriptions.state.local?.match(/^m=.*$/gm)?.map((line) => line.trim())).toEqual([
      "m=audio 30000 RTP/AVP 8",
      "m=video 30002 RTP/AVP 97",
      "m=audio 30004 RTP/AVP 8",
      "m=audio 0 RTP/AVP 8",
    ]);
  });

  it("refuses an offer with fewer m= lines than before (§8), and stands", () => {
    const descriptions = standing([AUDIO], "m=image 8 udptl t38", "m=audio 4 RTP/AVP 8");
    expect(descriptions.makeAnswer(bytes(sdp("m=audio 4 RTP/AVP 8")))).toMatchObject({
      ok: false,
      status: 488,
    });
    expect(descriptions.state).toMatchObject({ phase: "stable", audio: { remotePort: 4 } });
  });

  it("lets every stream be taken away (§8.2)", () => {
    const descriptions = standing([AUDIO], "m=audio 4 RTP/AVP 8");
    const answer = descriptions.makeAnswer(bytes(sdp("m=audio 0 RTP/AVP 8")));
    expect(answer.ok && mediaOf(textOf(answer.description))).toEqual(["m=audio 0 RTP/AVP 8"]);
    expect(descriptions.state.audio).toBeUndefined();
  });

  it("keeps the keys of SRTP as they came, and answers its profile with ours (RFC 4568)", () => {
    const ours = "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:b3Vycw==";
    const theirs = "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:dGhlaXJz|2^20|1:4";
    const secure = { ...AUDIO, protocol: "RTP/SAVP", attributes: [ours] };
    const descriptions = standing([secure], "m=audio 4 RTP/SAVP 8", `a=${theirs}`);
    expect(descriptions.state.local).toContain(
      `m=audio 30000 RTP/SAVP 8\r\na=rtpmap:8 PCMA/8000\r\na=${ours}\r\n`,
    );
    expect(descriptions.state.streams[0]?.remoteAttributes).toEqual([theirs]);
    expect(descriptions.makeAnswer(bytes(sdp("m=audio 4 RTP/AVP 8"))).ok).toBe(false);
  });

  it("takes back an offer that was refused: what stood stands, and no version is used twice (RFC 6337 §3.4)", () => {
    const descriptions = standing([AUDIO], "m=audio 4 RTP/AVP 8");
    const { audio, local: text } = descriptions.state;
    local = { ...local, streams: [{ ...AUDIO, direction: "sendonly" }] };
    offerOf(descriptions);
    descriptions.rollBack();
    expect(descriptions.state).toMatchObject({ phase: "stable", audio, local: text });
    local = { ...local, streams: [{ ...AUDIO, port: 30_006 }] };
    expect(/^o=- 99 (\d+)/m.exec(offerOf(descriptions))?.[1]).toBe("3");
  });

  it("takes the answer of another fork in the place of the first (RFC 3261 §13.2.2.4)", () => {
    const descriptions = new Descriptions("99", () => LOCAL);
    offerOf(descriptions);
    expect(descriptions.takeAnswer(bytes(sdp("m=audio 4 RTP/AVP 8")))).toBeUndefined();
    expect(descriptions.takeAnswer(bytes(sdp("m=audio 6 RTP/AVP 0")))).toBeUndefined();
    expect(descriptions.state.audio).toMatchObject({ remotePort: 6, encoding: "PCMU" });
    expect(descriptions.takeAnswer(bytes(sdp("m=audio 8 RTP/AVP 18")))).toContain("rejects");
  });
});
