import { sdp, textBody } from "./body.ts";
import { CALLED, LIFE, type Scenario } from "./suite.ts";

const RELIABLE = ["Supported: 100rel"];
/** A contact that nothing can be sent to. */
const NOWHERE = "sip:gone@192.0.2.1:9";
/** RFC 4028 §5: the shortest session there is. */
const TIMER_90 = "Session-Expires: 90";

/** How an answered call changes, and how long it may last. */
export const SESSIONS: readonly Scenario[] = [
  {
    proves: "is held and resumed by re-INVITE: the answer mirrors the direction",
    clause: "RFC 3261 §14.2, RFC 3264 §8.4",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.reinvite({ body: sdp({ version: 2, direction: "sendonly" }) }, 200, { text: "a=recvonly" });
      sipp.reinvite({ body: sdp({ version: 3, direction: "sendrecv" }) }, 200, { text: "a=sendrecv" });
      sipp.bye();
    },
  },
  {
    proves: "is held in the old way, with 0.0.0.0 as address",
    clause: "RFC 3264 §8.4, RFC 2543 §B.5",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.reinvite({ body: sdp({ version: 2, address: "0.0.0.0" }) }, 200, { text: "m=audio [1-9][0-9]*" });
      sipp.bye();
    },
  },
  {
    proves: "changes its codec by re-INVITE",
    clause: "RFC 3261 §14.2, RFC 3264 §8.3.2",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() }, { text: "RTP/AVP 8" });
      sipp.reinvite({ body: sdp({ version: 2, formats: "0" }) }, 200, { text: "RTP/AVP 0" });
      sipp.bye();
    },
  },
  {
    proves: "offers in the 200 to a re-INVITE without SDP, and takes the answer from the ACK",
    clause: "RFC 3261 §14.2, RFC 3264 §8",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.invite();
      sipp.response(100, { isOptional: true });
      sipp.response(200, { text: "m=audio" });
      sipp.ack({ body: sdp({ version: 2 }) });
      sipp.bye();
    },
  },
  {
    proves: "stays as it is where a re-INVITE offers no codec of ours: 488",
    clause: "RFC 3261 §14.2, §21.4.26",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.reinvite({ body: sdp({ version: 2, formats: "18" }) }, 488);
      sipp.request("INFO");
      sipp.response(200);
      sipp.bye();
    },
  },
  {
    proves: "changes its codec by UPDATE",
    clause: "RFC 3311 §5.2",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.request("UPDATE", { body: sdp({ version: 2, formats: "0" }) });
      sipp.response(200, { text: "RTP/AVP 0" });
      sipp.bye();
    },
  },
  {
    proves: "stays as it is where an UPDATE offers no codec of ours: 488",
    clause: "RFC 3311 §5.2",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.request("UPDATE", { body: sdp({ version: 2, formats: "18" }) });
      sipp.response(488);
      sipp.bye();
    },
  },
  {
    proves: "answers a re-INVITE that changes nothing",
    clause: "RFC 3264 §8, RFC 3261 §14.2",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.reinvite({ body: sdp() }, 200, { text: "m=audio" });
      sipp.bye();
    },
  },
  {
    proves: "refuses a re-INVITE for its extension, body or interval (420, 415, 422), and the call goes on",
    clause: "RFC 3261 §8.2.2.3, §8.2.3, §14.2, RFC 4028 §9",
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.reinvite({ body: sdp({ version: 2 }), headers: ["Require: foo"] }, 420, {
        has: { Unsupported: "foo" },
      });
      sipp.reinvite({ body: textBody("text/html", "<p>") }, 415, { has: { Accept: "application/sdp" } });
      const headers = ["Supported: timer", "Session-Expires: 30"];
      sipp.reinvite({ body: sdp({ version: 2 }), headers }, 422, { has: { "Min-SE": "90" } });
      sipp.bye();
    },
  },
  {
    proves: "takes an UPDATE without offer in an early dialog",
    clause: "RFC 3311 §5.2",
    called: CALLED.late,
    over: ["udp", "tcp"],
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: RELIABLE });
      sipp.ringsReliably();
      sipp.request("UPDATE");
      sipp.response(200);
      sipp.giveUp();
    },
  },
  {
    proves:
      "tells an UPDATE whose offer comes before the answer to the first to come later: 500 with Retry-After",
    clause: "RFC 3311 §5.2",
    called: CALLED.late,
    over: ["udp"],
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: RELIABLE });
      sipp.ringsReliably();
      sipp.request("UPDATE", { body: sdp({ version: 2 }) });
      sipp.response(500, { has: { "Retry-After": "[0-9]+" } });
      sipp.giveUp();
    },
  },
  {
    proves: "tells an UPDATE that crosses an offer of the edge 491",
    clause: "RFC 3311 §5.2, RFC 3261 §14.2",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite();
      sipp.answered();
      sipp.request("UPDATE", { body: sdp() });
      sipp.response(491);
      sipp.ack({ body: sdp() });
      sipp.bye();
    },
  },
  {
    proves: "sends its BYE to where a re-INVITE has moved the caller",
    clause: "RFC 3261 §12.2.2, target refresh",
    over: ["udp"],
    events: "incoming ringing answered released 65",
    steps: (sipp) => {
      sipp.call({ body: sdp(), contact: NOWHERE });
      sipp.invite();
      sipp.response(100, { isOptional: true });
      sipp.response(200);
      sipp.ack();
      sipp.byeReceived({ has: { Reason: "Q.850;cause=65" } });
    },
  },
  {
    proves: "ends a call whose ACK brings no answer to the edge's offer, over the connection it has",
    clause: "RFC 3261 §13.2.1, §18.1.1, RFC 5923",
    over: ["udp", "tcp", "tls"],
    events: "incoming ringing answered released 65",
    steps: (sipp) => {
      sipp.invite();
      sipp.answered();
      sipp.ack();
      sipp.byeReceived({ has: { Reason: "Q.850;cause=65" } });
    },
  },
  {
    proves: "sends its BYE by the routes that the INVITE recorded, in their order",
    clause: "RFC 3261 §12.1.1, §12.2.1.1, loose routing",
    over: ["udp", "tcp"],
    events: "incoming ringing answered released 65",
    steps: (sipp) => {
      const first = "<sip:[local_ip]:[local_port];transport=[transport];lr>";
      sipp.invite({
        contact: NOWHERE,
        headers: [`Record-Route: ${first}, <sip:192.0.2.7;lr;far=1>`],
      });
      sipp.answered({ has: { "Record-Route": ";lr>.*192.0.2.7;lr;far=1" } });
      sipp.ack();
      sipp.byeReceived({
        text: "^BYE sip:gone@192.0.2.1:9 SIP/2.0.*Route: <sip:127.0.0.1.*;lr>.*Route: <sip:192.0.2.7;lr;far=1>",
      });
    },
  },
  {
    proves: "gives the Request-URI to a strict router, and the target the last place in Route",
    clause: "RFC 3261 §12.2.1.1, strict routing",
    over: ["udp"],
    events: "incoming ringing answered released 65",
    steps: (sipp) => {
      sipp.invite({
        contact: NOWHERE,
        headers: ["Record-Route: <sip:[local_ip]:[local_port];strict=1>"],
      });
      sipp.answered();
      sipp.ack();
      sipp.byeReceived({
        text: "^BYE sip:127.0.0.1:[0-9]+;strict=1 SIP/2.0.*Route: <sip:gone@192.0.2.1:9>",
      });
    },
  },
  {
    proves: "agrees on a session timer that the caller refreshes, by re-INVITE",
    clause: "RFC 4028 §7.4, §9",
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = ["Supported: timer", `${TIMER_90};refresher=uac`];
      const has = { "Session-Expires": "90;refresher=uac", Require: "timer" };
      sipp.call({ body: sdp(), headers }, { has });
      sipp.reinvite({ body: sdp(), headers }, 200, { has });
      sipp.bye();
    },
  },
  {
    proves: "agrees on a session timer that the caller refreshes, by UPDATE without SDP",
    clause: "RFC 4028 §7.4, §9",
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = ["Supported: timer", `${TIMER_90};refresher=uac`];
      const has = { "Session-Expires": "90;refresher=uac" };
      sipp.call({ body: sdp(), headers }, { has });
      sipp.request("UPDATE", { headers });
      sipp.response(200, { has });
      sipp.bye();
    },
  },
  {
    proves: "refreshes itself where a proxy has asked for a timer that the caller does not know",
    clause: "RFC 4028 §9, table 2",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp(), headers: ["Session-Expires: 600", "Min-SE: 600"] },
        { has: { "Session-Expires": "600;refresher=uas" }, lacks: ["Require"] },
      );
      sipp.bye();
    },
  },
  {
    proves: "agrees on no interval shorter than the Min-SE of the caller",
    clause: "RFC 4028 §9, §5",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call(
        { body: sdp(), headers: ["Supported: timer", "Min-SE: 7200"] },
        { has: { "Session-Expires": "7200;refresher=uac" } },
      );
      sipp.bye();
    },
  },
  {
    proves: "has no timer where the caller knows none",
    clause: "RFC 4028 §9",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() }, { lacks: ["Session-Expires"] });
      sipp.bye();
    },
  },
];
