import { expect } from "@jest/globals";
import { releaseOf } from "../../helpers/calls.ts";
import { sdp } from "./body.ts";
import { CALLED, LIFE, type Scenario } from "./suite.ts";

/** RFC 4028 §5: the shortest session there is; its refresher acts at its half. */
const TIMER_90 = "Session-Expires: 90";
/** The edge's BYE comes min(32, 90/3) s before the end (RFC 4028 §10). */
const LONG_MS = 75_000;

/** Calls that last as long as RFC 3261 and RFC 4028 have it; they run side by side. */
export const LONG: readonly Scenario[] = [
  {
    proves: "refreshes the session by UPDATE at half of its time, where it is to",
    clause: "RFC 4028 §7.4, §10",
    over: ["udp"],
    waitsMs: LONG_MS,
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = [
        "Supported: timer",
        `${TIMER_90};refresher=uas`,
        "Allow: INVITE, ACK, BYE, CANCEL, UPDATE",
      ];
      sipp.call({ body: sdp(), headers }, { has: { "Session-Expires": "90;refresher=uas" } });
      sipp.received("UPDATE", { has: { "Session-Expires": "90;refresher=uac" } });
      sipp.reply("200 OK", { headers: ["Session-Expires: 90;refresher=uac", "Require: timer"] });
      sipp.bye();
    },
  },
  {
    proves: "refreshes the session by re-INVITE with the same description, where the caller takes no UPDATE",
    clause: "RFC 4028 §7.4, RFC 3264 §8",
    over: ["tcp"],
    waitsMs: LONG_MS,
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = ["Supported: timer", `${TIMER_90};refresher=uas`, "Allow: INVITE, ACK, BYE, CANCEL"];
      sipp.call({ body: sdp(), headers });
      sipp.received("INVITE", { has: { "Session-Expires": "90;refresher=uac" }, text: "m=audio" });
      sipp.reply("200 OK", { headers: ["Session-Expires: 90;refresher=uac", "Require: timer"], body: sdp() });
      sipp.received("ACK");
      sipp.bye();
    },
  },
  {
    proves: "ends a session that its caller does not refresh, with BYE and cause 102",
    clause: "RFC 4028 §10",
    over: ["udp"],
    waitsMs: LONG_MS,
    events: "incoming ringing answered released 102",
    steps: (sipp) => {
      sipp.call({ body: sdp(), headers: ["Supported: timer", `${TIMER_90};refresher=uac`] });
      sipp.byeReceived({ has: { Reason: "Q.850;cause=102" } });
    },
  },
  {
    proves: "ends a call whose 200 is never acknowledged with BYE after 64·T1, cause 102",
    clause: "RFC 3261 §13.3.1.4",
    over: ["udp"],
    waitsMs: LONG_MS,
    events: "incoming ringing answered released 102",
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      sipp.byeReceived({ has: { Reason: "Q.850;cause=102" } });
    },
  },
  {
    proves: "refuses an INVITE whose reliable 180 is never acknowledged with 504 after 64·T1",
    clause: "RFC 3262 §3",
    called: CALLED.late,
    over: ["udp"],
    waitsMs: LONG_MS,
    events: "incoming ringing released 102",
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: ["Require: 100rel"] });
      sipp.rings({ has: { Require: "100rel" } });
      sipp.response(504);
      sipp.ack();
    },
    verify: (events) => {
      expect(releaseOf(events).cause).toMatchObject({ side: "gateway", sip: { code: 504 } });
    },
  },
];
