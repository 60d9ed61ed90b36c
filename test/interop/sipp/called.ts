import { isup, ISUP, multipart, sdp } from "./body.ts";
import type { Script } from "./script.ts";

/** One SIPp scenario that a call of the carrier meets. */
export interface CalledScenario {
  /** What the carrier does. */
  readonly proves: string;
  readonly clause: string;
  /** Added to `tandem carrier call`. */
  readonly args?: readonly string[];
  readonly steps: (sipp: Script) => void;
  /** What `tandem carrier call --json` says of the call. */
  readonly outcome: Readonly<Record<string, unknown>>;
  /** As in Scenario. */
  readonly seesAll?: boolean;
}

const RELEASED_BY_US = { outcome: "answered", releasedBy: "us", wentAsAsked: true };
const NOWHERE = "sip:gone@192.0.2.1:9";
const RINGING = "180 Ringing";
const OK = "200 OK";

function answer(sipp: Script): void {
  sipp.received("INVITE", { text: "m=audio" });
  sipp.answer(RINGING);
  sipp.answer(OK, { body: sdp() });
  sipp.received("ACK");
}

function twoRings(sipp: Script): void {
  sipp.received("INVITE");
  sipp.answer("100 Trying");
  sipp.answer(RINGING);
}

/** What calls of ours do when SIPp takes them. */
export const CALLED_SCENARIOS: readonly CalledScenario[] = [
  {
    proves: "acknowledges the 200 and ends the call with BYE",
    clause: "RFC 3261 §13.2.2.4, §15.1.1",
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      answer(sipp);
      sipp.byeReceived({ has: { Reason: "Q.850;cause=16" } });
    },
  },
  {
    proves: "takes the BYE of who was called",
    clause: "RFC 3261 §15.1.2",
    args: ["--duration", "30s"],
    outcome: { outcome: "answered", releasedBy: "peer", cause: { value: 16 } },
    steps: (sipp) => {
      answer(sipp);
      sipp.bye({ headers: ["Reason: Q.850;cause=16"] });
    },
  },
  {
    proves: "reads the cause of a refusal from Reason and acknowledges it",
    clause: "RFC 3261 §17.1.1.3, RFC 3326",
    outcome: { outcome: "rejected", status: 486, cause: { value: 17 }, wentAsAsked: false },
    steps: (sipp) => {
      sipp.received("INVITE");
      sipp.answer("486 Busy Here", { headers: [`Reason: Q.850;cause=17;text="User busy"`] });
      sipp.received("ACK");
    },
  },
  {
    proves: "gives up where it has no credentials for a challenge",
    clause: "RFC 3261 §22.2",
    outcome: { outcome: "rejected", status: 407 },
    steps: (sipp) => {
      sipp.received("INVITE");
      const challenge = `Proxy-Authenticate: Digest realm="sipp", nonce="1234", algorithm=MD5`;
      sipp.answer("407 Proxy Authentication Required", { headers: [challenge] });
      sipp.received("ACK");
    },
  },
  {
    proves: "takes early media, and the 200 that repeats its description",
    clause: "RFC 3261 §13.2.1, RFC 3960 §3",
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      sipp.received("INVITE");
      sipp.answer("183 Session Progress", { body: sdp() });
      sipp.answer(OK, { body: sdp() });
      sipp.received("ACK");
      sipp.byeReceived();
    },
  },
  {
    proves: "acknowledges every 200 that comes again",
    clause: "RFC 3261 §13.2.2.4",
    args: ["--duration", "1s"],
    outcome: RELEASED_BY_US,
    seesAll: true,
    steps: (sipp) => {
      twoRings(sipp);
      sipp.answer(OK, { body: sdp() });
      sipp.received("ACK");
      sipp.repeat();
      sipp.received("ACK");
      sipp.byeReceived();
    },
  },
  {
    proves: "acknowledges the 200 of a second fork and ends that dialog at once",
    clause: "RFC 3261 §13.2.2.4",
    args: ["--duration", "1s"],
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      twoRings(sipp);
      sipp.answer(OK, { body: sdp(), tag: "first" });
      sipp.received("ACK", { has: { To: "tag=first" } });
      sipp.answer(OK, { body: sdp(), tag: "second" });
      sipp.received("ACK", { has: { To: "tag=second" } });
      sipp.byeReceived({ has: { To: "tag=second" } });
      sipp.byeReceived({ has: { To: "tag=first" } });
    },
  },
  {
    proves: "ends a call whose answer has no codec of ours",
    clause: "RFC 3261 §13.2.2.4, RFC 3264 §7",
    outcome: { outcome: "failed", wentAsAsked: false },
    steps: (sipp) => {
      sipp.received("INVITE");
      sipp.answer(OK, { body: sdp({ formats: "18" }) });
      sipp.received("ACK");
      sipp.byeReceived();
    },
  },
  {
    proves: "cancels a call that rings",
    clause: "RFC 3261 §9.1",
    args: ["--cancel-after", "200ms"],
    outcome: { outcome: "cancelled", wentAsAsked: true },
    steps: (sipp) => {
      twoRings(sipp);
      sipp.received("CANCEL", { has: { CSeq: "[0-9]+ CANCEL" } });
      sipp.reply(OK);
      sipp.answer("487 Request Terminated");
      sipp.received("ACK");
    },
  },
  {
    proves: "sends no CANCEL before a provisional response",
    clause: "RFC 3261 §9.1",
    args: ["--cancel-after", "100ms"],
    outcome: { outcome: "cancelled" },
    steps: (sipp) => {
      sipp.received("INVITE");
      // A CANCEL in this time would be unexpected, and the scenario would fail.
      sipp.pause(400);
      sipp.answer("100 Trying");
      sipp.received("CANCEL");
      sipp.reply(OK);
      sipp.answer("487 Request Terminated");
      sipp.received("ACK");
    },
  },
  {
    proves: "ends with BYE what is answered although it was cancelled",
    clause: "RFC 3261 §9.1, §15",
    args: ["--cancel-after", "200ms"],
    outcome: { outcome: "failed", detail: "answered before it was cancelled" },
    steps: (sipp) => {
      twoRings(sipp);
      sipp.received("CANCEL");
      sipp.reply(OK);
      sipp.answer(OK, { body: sdp() });
      sipp.received("ACK");
      sipp.byeReceived();
    },
  },
  {
    proves: "tries again with the interval that a 422 asks for",
    clause: "RFC 4028 §7.3",
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      sipp.received("INVITE", { has: { "Session-Expires": "1800" } });
      sipp.answer("422 Session Interval Too Small", { headers: ["Min-SE: 3600"] });
      sipp.received("ACK");
      sipp.received("INVITE", { has: { "Session-Expires": "3600", "Min-SE": "3600" } });
      sipp.answer(OK, { body: sdp() });
      sipp.received("ACK");
      sipp.byeReceived();
    },
  },
  {
    proves: "sends ACK and BYE by the routes that the 200 recorded, the last first",
    clause: "RFC 3261 §12.1.2, §12.2.1.1, loose routing",
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      const text =
        "sip:gone@192.0.2.1:9 SIP/2.0.*Route: <sip:127.0.0.1:[0-9]+;lr>.*Route: <sip:192.0.2.7;lr;far=1>";
      const headers = [
        "Record-Route: <sip:192.0.2.7;lr;far=1>",
        "Record-Route: <sip:[local_ip]:[local_port];lr>",
      ];
      sipp.received("INVITE");
      sipp.answer(OK, { body: sdp(), contact: NOWHERE, headers });
      sipp.received("ACK", { text });
      sipp.byeReceived({ text });
    },
  },
  {
    proves: "gives the Request-URI to a strict router, and the target the last place in Route",
    clause: "RFC 3261 §12.2.1.1, strict routing",
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      const text = "sip:127.0.0.1:[0-9]+;strict=1 SIP/2.0.*Route: <sip:gone@192.0.2.1:9>";
      const headers = ["Record-Route: <sip:[local_ip]:[local_port];strict=1>"];
      sipp.received("INVITE");
      sipp.answer(OK, { body: sdp(), contact: NOWHERE, headers });
      sipp.received("ACK", { text });
      sipp.byeReceived({ text });
    },
  },
  {
    proves: "is held and resumed by who was called",
    clause: "RFC 3261 §14.2, RFC 3264 §8.4",
    args: ["--duration", "1s"],
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      answer(sipp);
      sipp.reinvite({ body: sdp({ version: 2, direction: "sendonly" }) }, 200, { text: "a=recvonly" });
      sipp.reinvite({ body: sdp({ version: 3 }) }, 200, { text: "m=audio" });
      sipp.byeReceived();
    },
  },
  {
    proves: "offers in the 200 to a re-INVITE without SDP",
    clause: "RFC 3261 §14.2",
    args: ["--duration", "1s"],
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      answer(sipp);
      sipp.invite();
      sipp.response(100, { isOptional: true });
      sipp.response(200, { text: "m=audio" });
      sipp.ack({ body: sdp({ version: 2 }) });
      sipp.byeReceived();
    },
  },
  {
    proves: "answers UPDATE, INFO and OPTIONS of who was called",
    clause: "RFC 3311 §5.2, RFC 6086 §4.2.2, RFC 3261 §11.2",
    args: ["--duration", "1s"],
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      answer(sipp);
      sipp.request("UPDATE", { body: sdp({ version: 2 }) });
      sipp.response(200, { text: "m=audio" });
      sipp.request("INFO");
      sipp.response(200);
      sipp.request("OPTIONS");
      sipp.response(200, { has: { Allow: "UPDATE" } });
      sipp.byeReceived();
    },
  },
  {
    proves: "sends IAM and REL, and reads ACM and ANM",
    clause: "RFC 3372 §4, RFC 3398 §7, §8",
    args: ["--profile", "sip-t"],
    outcome: RELEASED_BY_US,
    steps: (sipp) => {
      // Address complete, subscriber free; answer.
      const acm = "06160400";
      const anm = "0900";
      sipp.received("INVITE", { has: { "Content-Type": "multipart/mixed" }, text: "application/isup" });
      sipp.answer(RINGING, { body: isup(acm) });
      sipp.answer(OK, { body: multipart(sdp(), isup(anm)) });
      sipp.received("ACK");
      sipp.byeReceived({ has: { "Content-Type": "application/isup", Reason: "Q.850;cause=16" } });
    },
  },
  {
    proves: "takes a refusal's cause from its REL where there is no Reason",
    clause: "RFC 3398 §8.2.6.1",
    args: ["--profile", "sip-t"],
    outcome: { outcome: "rejected", status: 480, cause: { value: 17 } },
    steps: (sipp) => {
      sipp.received("INVITE");
      sipp.answer("480 Temporarily Unavailable", { body: isup(ISUP.relBusy) });
      sipp.received("ACK");
    },
  },
];
