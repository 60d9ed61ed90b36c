import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { dataOf, eventsOf, expectWhole, releaseOf, type CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { RtpPhone } from "../helpers/rtp-phone.ts";
import { bodyOf, ISUP, sdpFor, TestCall } from "../helpers/sip-call.ts";
import { closeClients, okTo, sdpOf, SipClient } from "../helpers/sip-client.ts";

const PCMU = 0;
const PCMA = 8;
const EVENTS = 101;
const SPEECH = Buffer.from(Array.from({ length: 160 }, (_, at) => at));
/** Long enough for an echo, where there would be one: five packets. */
const SILENCE_MS = 100;

let edge: TestEdge;
let carrier: SipClient;
let phone: RtpPhone;

beforeAll(async () => {
  edge = await startEdge();
  carrier = await SipClient.open(edge);
  phone = await RtpPhone.open();
});
jest.setTimeout(20_000);

afterAll(async () => {
  phone.close();
  closeClients();
  await removeEdges();
});

function eventsOfCall(call: TestCall): CallEvent[] {
  return eventsOf(edge.journalEvents(), call.callId);
}

const offering = (formats: string, more = ""): string =>
  `${sdpFor(phone.address, phone.port, formats)}${more}`;

describe("the echo", () => {
  it.each([
    ["PCMU", PCMU, "0 8"],
    ["PCMA", PCMA, "8 0"],
  ])(
    "sends %s back as it was heard (RFC 3551), and the event names the codec",
    async (codec, payloadType, formats) => {
      const call = new TestCall(carrier, edge, { iam: ISUP.iam, sdp: offering(formats) });
      const sdp = sdpOf(await call.establish()) ?? "";
      expect(sdp).toMatch(new RegExp(`^m=audio \\d+ RTP/AVP ${payloadType}\r$`, "m"));
      expect(await phone.echoFrom(sdp, payloadType, SPEECH)).toEqual({ payloadType, payload: SPEECH });
      await call.bye();
      expect(dataOf(eventsOfCall(call), "answered")[0]?.codec).toBe(codec);
      expect(await phone.echoFrom(sdp, payloadType, SPEECH, SILENCE_MS)).toBeUndefined();
    },
  );

  it("sends telephone events back where they were offered (RFC 4733)", async () => {
    const sdp = offering(
      `8 ${EVENTS}`,
      `a=rtpmap:${EVENTS} telephone-event/8000\r\na=fmtp:${EVENTS} 0-15\r\n`,
    );
    const call = new TestCall(carrier, edge, { sdp });
    const answer = sdpOf(await call.establish()) ?? "";
    expect(answer).toContain(`a=rtpmap:${EVENTS} telephone-event/8000`);
    const digit = Buffer.from([5, 0x0a, 0, 160]);
    expect(await phone.echoFrom(answer, EVENTS, digit)).toEqual({ payloadType: EVENTS, payload: digit });
    await call.bye();
  });

  it("hears nobody but the negotiated address", async () => {
    const call = new TestCall(carrier, edge, { sdp: offering("8") });
    const sdp = sdpOf(await call.establish()) ?? "";
    const stranger = await RtpPhone.open("127.0.0.9");
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toBeDefined();
    expect(await stranger.echoFrom(sdp, PCMA, SPEECH, SILENCE_MS)).toBeUndefined();
    stranger.close();
    await call.bye();
  });

  it("is silent while the caller holds the call, and speaks again after (RFC 3264 §8.4)", async () => {
    const call = new TestCall(carrier, edge, { sdp: offering("8") });
    const sdp = sdpOf(await call.establish()) ?? "";
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toBeDefined();
    call.invite({ sdp: offering("8", "a=sendonly\r\n") });
    await call.final(200);
    call.ack();
    expect(await phone.echoFrom(sdp, PCMA, SPEECH, SILENCE_MS)).toBeUndefined();
    call.invite({ sdp: offering("8", "a=sendrecv\r\n") });
    await call.final(200);
    call.ack();
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toBeDefined();
    await call.bye();
    expectWhole(eventsOfCall(call));
  });

  it("keeps what was agreed where a new offer is refused: 488, and the call goes on (RFC 3261 §14.2)", async () => {
    const call = new TestCall(carrier, edge, { sdp: offering("8") });
    const sdp = sdpOf(await call.establish()) ?? "";
    call.invite({ sdp: offering("18") });
    await call.final(488);
    expect(await phone.echoFrom(sdp, PCMA, SPEECH)).toBeDefined();
    await call.bye();
    expect(releaseOf(eventsOfCall(call)).finalState).toBe("answered");
  });
});

describe("an INVITE without an offer", () => {
  it("gets one in its 200, and the ACK brings the answer (RFC 3261 §13.2.1, RFC 3264 §4)", async () => {
    const call = new TestCall(carrier, edge, { sdp: null, iam: ISUP.iam });
    call.invite();
    const sdp = sdpOf(await call.final(200)) ?? "";
    expect(sdp).toMatch(/^m=audio \d+ RTP\/AVP 8 0\r$/m);
    call.ack(bodyOf({ sdp: offering("0") }));
    expect(await phone.echoFrom(sdp, PCMU, SPEECH)).toEqual({ payloadType: PCMU, payload: SPEECH });
    await call.bye();
    expectWhole(eventsOfCall(call));
  });

  it.each([
    ["has no answer", undefined],
    ["rejects the audio", "m=audio 0 RTP/AVP 8"],
    ["cannot be read", "nonsense"],
  ])("is ended by BYE with cause 65 where its ACK %s", async (_what, answer) => {
    const call = new TestCall(carrier, edge, { sdp: null });
    call.invite();
    await call.final(200);
    const sdp = answer?.startsWith("m=") === true ? offering("8").replace(/m=audio.*/, answer) : answer;
    call.ack(bodyOf({ sdp }));
    const bye = await carrier.request("BYE");
    expect(bye.header("reason")).toMatch(/^Q\.850;cause=65/);
    carrier.send(okTo(bye));
    const { calls } = await edge.until((report) => report.calls === 0 && report.sip.dialogs === 0);
    expect(calls).toBe(0);
    const events = eventsOfCall(call);
    expectWhole(events);
    expect(releaseOf(events).cause).toMatchObject({
      side: "gateway",
      class: "media",
      sip: null,
      q850: { value: 65 },
    });
  });
});
