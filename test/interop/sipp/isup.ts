import { expect } from "@jest/globals";
import { dataOf, releaseOf, type CallEvent } from "../../helpers/calls.ts";
import { isup, ISUP, multipart, sdp, sipT, textBody, type Body } from "./body.ts";
import { CALLED, LIFE, SIP_I, type Scenario } from "./suite.ts";

const MULTIPART = { has: { "Content-Type": "multipart/mixed" }, text: "application/isup" };
const ALL = ["IAM", "ACM", "ANM", "REL"];

const messagesOf = (events: readonly CallEvent[]): (string | undefined)[] =>
  events.map(({ data }) => data.isup?.messageType);

/** A SIP-T call whose INVITE has that body. */
function sipTCall(proves: string, clause: string, body: Body, over?: Scenario["over"]): Scenario {
  return {
    ...{ proves, clause, events: LIFE.normal },
    ...(over && { over }),
    steps: (sipp) => {
      sipp.call({ body }, MULTIPART);
      sipp.bye({ body: isup(ISUP.rel) });
    },
    verify: (events) => {
      expect(messagesOf(events)).toEqual(ALL);
      expect(dataOf(events, "incoming")[0]).toMatchObject({
        calling: { e164: "+4989123456789" },
        callingPartysCategory: "ordinary",
        isup: { messageType: "IAM" },
      });
    },
  };
}

/** Calls that carry ISUP. */
export const ISUP_CALLS: readonly Scenario[] = [
  sipTCall("answers a SIP-T call with ACM and ANM and reads its REL", "RFC 3372 §4, RFC 3398 §7.2", sipT(), [
    ...(["udp", "tcp", "tcp-n", "tls", "mtls"] as const),
  ]),
  sipTCall(
    "reads ISUP and SDP in whatever order they stand",
    "RFC 5621 §4, RFC 2046 §5.1.3",
    multipart(isup(ISUP.iam), sdp()),
  ),
  sipTCall("reads ISUP in base64", "RFC 2045 §6.8, RFC 3204 §4", sipT({ isBase64: true })),
  sipTCall(
    "passes over a part that may be passed over",
    "RFC 5621 §8.2, RFC 3261 §20.11",
    multipart(sdp(), textBody("text/plain", "hello", "render;handling=optional"), isup(ISUP.iam)),
    ["udp"],
  ),
  {
    proves: "refuses with REL in the final response, with the cause of Reason",
    clause: "RFC 3398 §8.2.6, RFC 3372 §4",
    called: CALLED.busy,
    over: ["udp", "tcp"],
    events: `${LIFE.refused} 17`,
    steps: (sipp) => {
      sipp.invite({ body: sipT() });
      sipp.response(100, { isOptional: true });
      sipp.response(486, { has: { "Content-Type": "application/isup", Reason: "Q.850;cause=17" } });
      sipp.ack();
    },
    verify: (events) => {
      expect(messagesOf(events)).toEqual(["IAM", "REL"]);
    },
  },
  {
    proves: "ends a cancelled SIP-T call with REL in the 487",
    clause: "RFC 3398 §7.2.3, §8.2.6",
    called: CALLED.late,
    over: ["udp", "tcp"],
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sipT() });
      sipp.rings({ has: { "Content-Type": "application/isup" } });
      sipp.cancel();
      sipp.response(200);
      sipp.response(487, { method: "INVITE", has: { "Content-Type": "application/isup" } });
      sipp.ack();
    },
  },
  {
    proves: "takes the cause of the REL in a BYE",
    clause: "RFC 3398 §7.2.3",
    over: ["udp", "tcp"],
    events: "incoming ringing answered released 17",
    steps: (sipp) => {
      sipp.call({ body: sipT() });
      sipp.bye({ body: isup(ISUP.relBusy) });
    },
    verify: (events) => {
      expect(releaseOf(events).cause).toMatchObject({ mapping: "received", isup: { value: 17 } });
    },
  },
  {
    proves: "takes a call whose IAM cannot be decoded, and shows its octets",
    clause: "RFC 3204 §3, Q.764 §2.9.5",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: multipart(sdp(), isup("0100")) });
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.isup).toMatchObject({ messageType: "undecodable", raw: "AQA=" });
    },
  },
  {
    proves: "confirms a release with RLC where the trunk speaks SIP-I",
    clause: "Q.1912.5 profile C, Q.764 §2.3",
    from: SIP_I,
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sipT({ handling: "required" }) }, MULTIPART);
      sipp.bye(
        { body: isup(ISUP.rel, { handling: "required" }) },
        { has: { "Content-Type": "application/isup" } },
      );
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.trunkId).toBe("exchange");
    },
  },
  {
    proves: "sends no ISUP to a caller who sent none",
    clause: "RFC 3398 §7.2.5",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() }, { has: { "Content-Type": "application/sdp" } });
      sipp.bye({}, { lacks: ["Content-Type"] });
    },
  },
  {
    proves: "refuses ISUP of a version that it does not know with 415 where it must be understood",
    clause: "RFC 3204 §3.1, RFC 5621 §4",
    over: ["udp"],
    events: LIFE.none,
    steps: (sipp) => {
      sipp.invite({ body: sipT({ version: "martian", handling: "required" }) });
      sipp.response(100, { isOptional: true });
      sipp.response(415);
      sipp.ack();
    },
  },
  {
    proves: "takes a call whose ISUP it need not understand, and does not, without it",
    clause: "RFC 3204 §3.1, RFC 3261 §20.11",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sipT({ version: "martian" }) }, { has: { "Content-Type": "application/sdp" } });
      sipp.bye();
    },
  },
];
