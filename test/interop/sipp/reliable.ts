import { expect } from "@jest/globals";
import { dataOf } from "../../helpers/calls.ts";
import { sdp } from "./body.ts";
import { CALLED, LIFE, type Scenario } from "./suite.ts";

const RELIABLE = ["Supported: 100rel"];

/** Reliable provisional responses. */
export const RELIABLE_RINGING: readonly Scenario[] = [
  ...(["Supported", "Require"] as const).map((name): Scenario => ({
    proves: `rings reliably where the caller says ${name}: 100rel, and is acknowledged by PRACK`,
    clause: "RFC 3262 §3, §4",
    called: CALLED.soon,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: [`${name}: 100rel`] });
      sipp.ringsReliably();
      sipp.response(200, { method: "INVITE" });
      sipp.ack();
      sipp.bye();
    },
  })),
  {
    proves: "rings without PRACK where the caller does not know it",
    clause: "RFC 3262 §3",
    called: CALLED.soon,
    over: ["udp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.rings({ lacks: ["RSeq"] });
      sipp.response(200);
      sipp.ack();
      sipp.bye();
    },
  },
  {
    proves:
      "offers in a reliable 180 where the INVITE has no SDP, takes the answer from PRACK, and has none in the 200",
    clause: "RFC 3262 §5",
    called: CALLED.soon,
    over: ["udp", "tcp"],
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.invite({ headers: RELIABLE });
      sipp.rings({ has: { Require: "100rel", RSeq: "[0-9]+" }, text: "m=audio" });
      sipp.prack({ body: sdp() });
      sipp.response(200, { method: "INVITE", lacks: ["Content-Type"] });
      sipp.ack();
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "answered")[0]?.codec).toBe("PCMA");
    },
  },
  {
    proves: "answers a PRACK that comes again with the same 200",
    clause: "RFC 3261 §17.2.2, RFC 3262 §3",
    called: CALLED.late,
    over: ["udp"],
    seesAll: true,
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: RELIABLE });
      sipp.ringsReliably();
      sipp.repeat();
      sipp.response(200);
      sipp.giveUp();
    },
  },
  {
    proves: "rings again with the same RSeq until PRACK comes",
    clause: "RFC 3262 §3",
    called: CALLED.late,
    over: ["udp"],
    seesAll: true,
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: RELIABLE });
      sipp.rings();
      sipp.ringsReliably();
      sipp.giveUp();
    },
  },
  {
    proves: "tells a PRACK of another response 481, and goes on to wait for its own",
    clause: "RFC 3262 §3",
    called: CALLED.late,
    over: ["udp", "tcp"],
    events: LIFE.cancelled,
    steps: (sipp) => {
      sipp.invite({ body: sdp(), headers: RELIABLE });
      sipp.rings({ has: { RSeq: "[0-9]+" } });
      sipp.request("PRACK", { headers: ["RAck: 1 1 INVITE"] });
      sipp.response(481);
      sipp.prack();
      sipp.giveUp();
    },
  },
];
