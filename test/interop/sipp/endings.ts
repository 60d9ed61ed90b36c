import { expect } from "@jest/globals";
import { releaseOf } from "../../helpers/calls.ts";
import { sdp } from "./body.ts";
import type { Script } from "./script.ts";
import { CALLED, LIFE, type Scenario } from "./suite.ts";

/** An INVITE that rings until somebody gives up. */
function ring(sipp: Script): void {
  sipp.invite({ body: sdp() });
  sipp.rings();
}

/** How calls end, and messages that are lost, repeated or cross each other. */
export const ENDINGS: readonly Scenario[] = [
  {
    proves: "ends a ringing call on CANCEL: 200 to it, 487 to the INVITE",
    clause: "RFC 3261 §9.2",
    called: CALLED.late,
    events: LIFE.cancelled,
    steps: (sipp) => {
      ring(sipp);
      sipp.giveUp({ headers: ["Reason: SIP;cause=487"] });
    },
  },
  {
    proves: "takes a CANCEL that comes right behind its INVITE",
    clause: "RFC 3261 §9.1, §9.2",
    called: CALLED.late,
    crosses: true,
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), isOnce: true });
      sipp.cancel();
      sipp.response(100, { isOptional: true, method: "INVITE" });
      sipp.response(180, { isOptional: true, method: "INVITE" });
      sipp.response(200, { method: "CANCEL" });
      sipp.response(487, { method: "INVITE" });
      sipp.ack();
    },
  },
  {
    proves: "answers a CANCEL that comes behind the 200, and the call goes on",
    clause: "RFC 3261 §9.2, §15",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      sipp.cancel();
      sipp.response(200);
      sipp.ack();
      sipp.bye();
    },
  },
  {
    proves: "ends an INVITE that still rings when its Expires is over with 487, cause 102",
    clause: "RFC 3261 §13.3.1, §20.19",
    called: CALLED.late,
    over: ["udp", "tcp"],
    events: "incoming ringing released 102",
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: ["Expires: 1"] });
      sipp.rings();
      sipp.response(487, { has: { Reason: "Q.850;cause=102" } });
      sipp.ack();
    },
  },
  {
    proves: "takes a BYE in the early dialog: 200 to it, 487 to the INVITE",
    clause: "RFC 3261 §15.1.2",
    called: CALLED.late,
    events: LIFE.cancelled,
    steps: (sipp) => {
      ring(sipp);
      sipp.bye();
      sipp.response(487, { method: "INVITE" });
      sipp.ack();
    },
  },
  {
    proves: "takes the cause of a call's end from the Reason of its BYE",
    clause: "RFC 3326, RFC 3398 §7.2.3",
    events: "incoming ringing answered released 31",
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.bye({ headers: [`Reason: Q.850;cause=31;text="Normal, unspecified"`] });
    },
    verify: (events) => {
      expect(releaseOf(events).cause).toMatchObject({ side: "caller", mapping: "received" });
    },
  },
  {
    proves: "finds the Q.850 cause among several Reasons",
    clause: "RFC 3326 §2",
    over: ["udp"],
    events: "incoming ringing answered released 31",
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.bye({ headers: [`Reason: SIP;cause=200;text="elsewhere, or not", Q.850;cause=31`] });
    },
  },
  {
    proves: "takes the cause of a call's end from the Reason of its CANCEL",
    clause: "RFC 3326, RFC 3398 §7.2.3",
    called: CALLED.late,
    over: ["udp"],
    events: "incoming ringing released 19",
    steps: (sipp) => {
      ring(sipp);
      sipp.giveUp({ headers: ["Reason: Q.850;cause=19"] });
    },
  },
  {
    proves: "sends its provisional again for an INVITE that comes again, and has one call",
    clause: "RFC 3261 §17.2.1",
    called: CALLED.late,
    over: ["udp"],
    seesAll: true,
    events: LIFE.cancelled,
    steps: (sipp) => {
      ring(sipp);
      sipp.repeat();
      sipp.response(180);
      sipp.giveUp();
    },
  },
  {
    proves: "sends its 200 again until the ACK comes",
    clause: "RFC 3261 §13.3.1.4",
    over: ["udp", "tcp"],
    seesAll: true,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      sipp.response(200);
      sipp.response(200);
      sipp.ack();
      sipp.bye();
    },
  },
  {
    proves: "sends its refusal again until the ACK comes",
    clause: "RFC 3261 §17.2.1, timer G",
    called: CALLED.busy,
    over: ["udp"],
    seesAll: true,
    events: `${LIFE.refused} 17`,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.response(100, { isOptional: true });
      sipp.response(486);
      sipp.response(486);
      sipp.ack();
    },
  },
  {
    proves: "answers a BYE that comes again with the same 200, and has one end",
    clause: "RFC 3261 §17.2.2",
    over: ["udp"],
    seesAll: true,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.bye();
      sipp.repeat();
      sipp.response(200);
    },
  },
  {
    proves: "takes a BYE that comes before the ACK, and repeats its 200 no more",
    clause: "RFC 3261 §15, §13.3.1.4",
    over: ["udp", "tcp"],
    seesAll: true,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      sipp.bye();
      // Longer than T1: another 200 to the INVITE would be unexpected.
      sipp.pause(800);
    },
  },
  {
    proves: "takes an ACK with another CSeq for none, and sends its 200 again",
    clause: "RFC 3261 §13.2.2.4, §17.1.1.3",
    over: ["udp"],
    seesAll: true,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      sipp.ack({ edit: (text) => text.replace("CSeq: 1 ACK", "CSeq: 2 ACK") });
      sipp.response(200);
      sipp.ack();
      sipp.bye();
    },
  },
  {
    proves: "takes a sequence number far ahead of the last",
    clause: "RFC 3261 §12.2.2",
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.bye({ cseq: 2_147_483_647 });
    },
  },
  {
    proves: "passes over an ACK that comes again",
    clause: "RFC 3261 §13.3.1.4",
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.repeat();
      sipp.bye();
    },
  },
  {
    proves: "takes a new try with the Call-ID and From tag of a call that was refused for a new call",
    clause: "RFC 3261 §8.1.3.5, §8.2.2.2",
    called: CALLED.busy,
    over: ["udp", "tcp"],
    events: `${LIFE.refused} 17 | ${LIFE.normal}`,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.response(100, { isOptional: true });
      sipp.response(486);
      sipp.ack();
      sipp.call({ body: sdp(), uri: `sip:${CALLED.echo}@[remote_ip]:[remote_port]` });
      sipp.bye();
    },
  },
  {
    proves: "refuses the same INVITE over another path with 482, and the first goes on",
    clause: "RFC 3261 §8.2.2.2",
    called: CALLED.late,
    over: ["udp", "tcp"],
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), branch: "first" });
      sipp.rings();
      sipp.invite({ body: sdp(), branch: "second", cseq: 1, isOutside: true });
      sipp.response(482);
      sipp.ack();
      sipp.cancel({ branch: "first" });
      sipp.response(200);
      sipp.response(487, { method: "INVITE" });
      sipp.ack({ branch: "first" });
    },
  },
];
