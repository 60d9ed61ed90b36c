import { expect } from "@jest/globals";
import { dataOf } from "../../helpers/calls.ts";
import { sdp } from "./body.ts";
import { CALLED, LIFE, type Scenario } from "./suite.ts";

/** Octets of the header field that makes an INVITE a large one. */
const LARGE_OCTETS = 8_000;

/** Names of RFC 3261 §7.3.3 and of the registry. */
const COMPACT: Readonly<Record<string, string>> = {
  ...{ Via: "v", From: "f", To: "t", "Call-ID": "i", Contact: "m", "Content-Type": "c" },
  ...{ "Content-Length": "l", Supported: "k", Subject: "s" },
};

function compacted(text: string): string {
  return text.replace(/^[A-Z][A-Za-z-]*(?=:)/gm, (name) => COMPACT[name] ?? name);
}

const without =
  (name: string) =>
  (text: string): string =>
    text.replace(new RegExp(`^${name}: .*\n`, "m"), "");

/** Calls as carriers' equipment writes them. */
export const CALLS: readonly Scenario[] = [
  {
    proves: "answers a call: 100, 180, 200 with SDP, and ends it when the caller does",
    clause: "RFC 3261 §13.3, §15.1.2",
    over: ["udp", "tcp", "tcp-n", "tls", "mtls"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp() },
        { has: { "Content-Type": "application/sdp", Allow: "UPDATE" }, text: "m=audio [0-9]+ RTP/AVP 8" },
      );
      sipp.bye();
    },
  },
  {
    proves: "answers over IPv6, with an IPv6 address in Contact and SDP",
    clause: "RFC 3261 §19.1.1, RFC 8866 §5.7",
    over: ["udp6"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp({ address: "::1" }) },
        { has: { Contact: "<sip:[[]::1]:[0-9]+>" }, text: "c=IN IP6 ::1" },
      );
      sipp.bye();
    },
  },
  {
    proves: "offers in the 200 where the INVITE has no SDP, and takes the answer from the ACK",
    clause: "RFC 3261 §13.2.1, RFC 3264 §5",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite();
      sipp.answered({ has: { "Content-Type": "application/sdp" }, text: "m=audio" });
      sipp.ack({ body: sdp() });
      sipp.bye();
    },
  },
  {
    proves: "gives the caller's Timestamp back in the 100",
    clause: "RFC 3261 §8.2.6.1",
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: ["Timestamp: 54.21"] });
      sipp.response(100, { has: { Timestamp: "54.21" } });
      sipp.response(180);
      sipp.response(200);
      sipp.ack();
      sipp.bye();
    },
  },
  {
    proves: "lets a call ring before it answers",
    clause: "RFC 3261 §13.3.1.1",
    called: CALLED.soon,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "answered")[0]?.ringMs).toBeGreaterThanOrEqual(300);
    },
  },
  {
    proves: "reads compact header names",
    clause: "RFC 3261 §7.3.3",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp(), headers: ["Supported: timer", "Subject: compact"], edit: compacted },
        { has: { "Session-Expires": "[0-9]+" } },
      );
      sipp.bye({ edit: compacted });
    },
  },
  {
    proves: "reads header fields folded over several lines, and white space around the colon",
    clause: "RFC 3261 §7.3.1",
    events: LIFE.normal,
    steps: (sipp) => {
      // SIPp takes white space off the beginning of a line, but not where it is written as an octet.
      const fold = String.raw`${"\n"}\x20`;
      sipp.call(
        {
          body: sdp(),
          headers: [
            `Subject: I know you're there,${fold}pick up the phone`,
            `Supported : 100rel2,${fold}timer`,
          ],
          edit: (text) => text.replace("Max-Forwards: ", `Max-Forwards:${fold}`),
        },
        { has: { "Session-Expires": "[0-9]+" } },
      );
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.headers).toMatchObject({
        subject: "I know you're there, pick up the phone",
      });
    },
  },
  {
    proves: "reads header fields whose values stand in one line or in several, and header names in any case",
    clause: "RFC 3261 §7.3.1",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        {
          body: sdp(),
          headers: [
            "SUPPORTED: replaces, norefersub",
            "supported: timer",
            "Accept: application/sdp, text/plain",
          ],
          edit: (text) => text.replace("CSeq:", "cSEQ:").replace("Content-Type:", "CONTENT-type:"),
        },
        { has: { "Session-Expires": "[0-9]+" } },
      );
      sipp.bye();
    },
  },
  {
    proves:
      "reads names in quotes, escapes in them, parameters of addresses and URIs, and a Contact without brackets",
    clause: "RFC 3261 §20.10, §25.1, RFC 4475 §3.1.1.1",
    over: ["udp", "tcp"],
    events: "incoming ringing answered released 65",
    steps: (sipp) => {
      sipp.invite({
        edit: (text) =>
          text
            .replace("From: <", String.raw`From: "Al \"<sip:x@y>;tag=z\" B,C" <`)
            .replace(/^To: <(.*)>/m, 'To: Bob Q. <$1;a=%5B>;x="y;z"')
            .replace(/^Contact: <(.*)>/m, "Contact: $1"),
      });
      sipp.answered();
      // Without an answer in it the edge ends the call: its BYE shows what it has read.
      sipp.ack();
      sipp.byeReceived({ has: { To: String.raw`"Al ..<sip:x@y>;tag=z.. B,C" <` } });
    },
  },
  {
    proves: "passes over a Route that led to it",
    clause: "RFC 3261 §8.2.2.1, §16.12.1",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp(), headers: ["Route: <sip:[remote_ip]:[remote_port];lr>"] },
        { lacks: ["Route"] },
      );
      sipp.bye({ headers: ["Route: <sip:[remote_ip]:[remote_port];lr>"] });
    },
  },
  {
    proves: "copies every Via into its answers, in order",
    clause: "RFC 3261 §8.2.6.2",
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const below =
        "Via: SIP/2.0/TLS first.example;branch=z9hG4bK-1, SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-2";
      const edit = (text: string): string => text.replace("Max-Forwards", `${below}\nMax-Forwards`);
      const text = "first.example;branch=z9hG4bK-1.*192.0.2.1:5070;branch=z9hG4bK-2";
      sipp.invite({ body: sdp(), edit });
      sipp.answered({ text });
      sipp.ack();
      sipp.bye({ edit }, { text });
    },
  },
  {
    proves: "says where a request came from, and answers there, whatever its Via says: received and rport",
    clause: "RFC 3261 §18.2.1, RFC 3581 §4",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const edit = (text: string): string =>
        text.replace(/^(Via: SIP\/2.0\/UDP )[^;]*/m, "$1behind-nat.example:5060;rport");
      const has = { Via: "behind-nat.example:5060.*received=127.0.0.1" };
      sipp.call({ body: sdp(), edit }, { has, text: "rport=[0-9]+" });
      sipp.bye({ edit }, { has, text: "rport=[0-9]+" });
    },
  },
  {
    proves: "takes a call whose Max-Forwards is 0, since it goes no further",
    clause: "RFC 3261 §8.2, §20.22",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp(), edit: (text) => text.replace("Max-Forwards: 70", "Max-Forwards: 0") });
      sipp.bye();
    },
  },
  {
    proves: "takes a call without Max-Forwards, as RFC 2543 equipment places it",
    clause: "RFC 3261 §16.3",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp(), edit: without("Max-Forwards") });
      sipp.bye();
    },
  },
  {
    proves: "takes a number called as tel URI",
    clause: "RFC 3966, RFC 3261 §19.1.6",
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp(), uri: "tel:+49-30-99900100" });
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.called).toMatchObject({ e164: CALLED.echo, source: "ruri" });
    },
  },
  {
    proves: "takes a number with escapes, separators and parameters of its own",
    clause: "RFC 3261 §19.1.4, RFC 3966 §5.1.1, RFC 4694 §4",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const user = "%2B49(30)9990-%3100;npdi;rn=+4930123";
      sipp.call({ body: sdp(), uri: `sip:${user}@[remote_ip]:[remote_port];user=phone` });
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.called.e164).toBe("+49309990100");
    },
  },
  {
    proves: "answers audio and turns video down with port 0",
    clause: "RFC 3264 §6",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const { headers, text } = sdp();
      const video = String.raw`m=video 40002 RTP/AVP 96\x0d\x0aa=rtpmap:96 H264/90000\x0d\x0a`;
      sipp.call({ body: { headers, text: text + video } }, { text: "m=audio [1-9].*m=video 0 " });
      sipp.bye();
    },
  },
  {
    proves: "answers telephone events in the payload type that is offered",
    clause: "RFC 4733 §2.5.1, RFC 3264 §6.1",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const offer = sdp({ formats: "8 97\na=rtpmap:97 telephone-event/8000" });
      sipp.call({ body: offer }, { text: "m=audio [0-9]+ RTP/AVP 8 97.*a=rtpmap:97 telephone-event/8000" });
      sipp.bye();
    },
  },
  {
    proves: "takes an INVITE of 8 kB",
    clause: "RFC 3261 §18.1.1, §7",
    events: LIFE.normal,
    steps: (sipp) => {
      const large = "x".repeat(LARGE_OCTETS);
      sipp.call({ body: sdp(), headers: [`X-Large: ${large}`] });
      sipp.bye();
    },
  },
  {
    proves:
      "answers a call as a new one where it would replace another: a header field nobody knows is passed over",
    clause: "RFC 3261 §8.2.2, RFC 3891 §3",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp(), headers: ["Replaces: gone@example.com;to-tag=1;from-tag=2"] },
        { has: { Supported: "100rel, timer" } },
      );
      sipp.bye();
    },
  },
  {
    proves: "takes a sips URI over TLS",
    clause: "RFC 3261 §26.2.2, RFC 5630 §5",
    over: ["tls"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp(), uri: `sips:${CALLED.echo}@[remote_ip]:[remote_port]` });
      sipp.bye();
    },
  },
  {
    proves: "hides a caller who wants privacy, whom the network asserts",
    clause: "RFC 3323 §4.1, RFC 3325 §9.1",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = ["Privacy: id", "P-Asserted-Identity: <sip:+4989555@carrier.example;user=phone>"];
      sipp.call({ body: sdp(), headers });
      sipp.bye();
    },
    verify: (events) => {
      const [incoming] = dataOf(events, "incoming");
      expect(incoming?.calling).toMatchObject({ presentation: "restricted", e164: "", source: "pai" });
      expect(JSON.stringify(incoming)).not.toContain("+4989555");
    },
  },
  {
    proves: "takes a caller without a name",
    clause: "RFC 3323 §4.1.1.3, RFC 3261 §8.1.1.3",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const edit = (text: string): string =>
        text.replace(/^From: <[^>]*>/m, `From: "Anonymous" <sip:anonymous@anonymous.invalid>`);
      sipp.call({ body: sdp(), edit });
      sipp.bye({ edit });
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.calling).toMatchObject({ presentation: "restricted", raw: "" });
    },
  },
  {
    proves: "tells by Diversion who redirected the call",
    clause: "RFC 5806 §4, RFC 3398 §7.2.1",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = ["Diversion: <sip:+493012345@carrier.example>;reason=user-busy;counter=1"];
      sipp.call({ body: sdp(), headers });
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.redirecting).toMatchObject([
        { number: { e164: "+493012345", source: "diversion" }, reason: "userBusy", count: 1 },
      ]);
    },
  },
  {
    proves: "tells by History-Info who redirected the call",
    clause: "RFC 7044 §5, RFC 7544 §5",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const history = [
        "History-Info: <sip:+493012345@carrier.example>;index=1",
        "History-Info: <sip:+493099900100@carrier.example;cause=302>;index=1.1;mp=1",
      ];
      sipp.call({ body: sdp(), headers: history });
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "incoming")[0]?.redirecting).toMatchObject([
        { number: { e164: "+493012345", source: "historyInfo" } },
      ]);
    },
  },
];
