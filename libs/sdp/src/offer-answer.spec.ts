import { describe, expect, it } from "@jest/globals";
import {
  makeAnswer,
  makeOffer,
  newOfferAnswer,
  receiveAnswer,
  receiveOffer,
  rejectOffer,
  type LocalAudio,
  type OfferAnswer,
} from "./offer-answer.ts";

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
    ["no SDP", "hello", "bad-sdp"],
  ])("is not closed by %s", (_what, text, code) => {
    expect(receiveAnswer(made.state, text, LOCAL)).toMatchObject({ ok: false, error: { code } });
  });
});

describe("phases", () => {
  const stable = newOfferAnswer("99");
  const remoteOffer = offered("m=audio 4 RTP/AVP 8");
  const made = makeOffer(stable, LOCAL);
  const localOffer = made.ok ? made.state : stable;
  const text = sdp("m=audio 4 RTP/AVP 8");

  it.each([
    ["receiveOffer", "stable", receiveOffer(stable, text).ok, true],
    ["receiveOffer", "remoteOffer", receiveOffer(remoteOffer, text).ok, false],
    ["receiveOffer", "localOffer", receiveOffer(localOffer, text).ok, false],
    ["makeAnswer", "stable", makeAnswer(stable, LOCAL).ok, false],
    ["makeAnswer", "remoteOffer", makeAnswer(remoteOffer, LOCAL).ok, true],
    ["makeAnswer", "localOffer", makeAnswer(localOffer, LOCAL).ok, false],
    ["makeOffer", "stable", made.ok, true],
    ["makeOffer", "remoteOffer", makeOffer(remoteOffer, LOCAL).ok, false],
    ["makeOffer", "localOffer", makeOffer(localOffer, LOCAL).ok, false],
    ["receiveAnswer", "stable", receiveAnswer(stable, text, LOCAL).ok, false],
    ["receiveAnswer", "remoteOffer", receiveAnswer(remoteOffer, text, LOCAL).ok, false],
    ["receiveAnswer", "localOffer", receiveAnswer(localOffer, text, LOCAL).ok, true],
    ["rejectOffer", "stable", rejectOffer(stable) === stable, true],
    ["rejectOffer", "remoteOffer", rejectOffer(remoteOffer).phase === "stable", true],
    ["rejectOffer", "localOffer", rejectOffer(localOffer) === localOffer, true],
  ])("%s in %s", (_what, _phase, ok, expected) => {
    expect(ok).toBe(expected);
  });

  it("of a wrong kind are named", () => {
    expect(receiveOffer(localOffer, text)).toMatchObject({ ok: false, error: { code: "wrong-phase" } });
    expect(receiveOffer(stable, "v=0")).toMatchObject({ ok: false, error: { code: "bad-sdp" } });
  });
});
