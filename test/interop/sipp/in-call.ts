import { expect } from "@jest/globals";
import { dataOf } from "../../helpers/calls.ts";
import { isup, ISUP, sdp, textBody } from "./body.ts";
import { CALLED, LIFE, type Scenario } from "./suite.ts";

/** Requests inside of a call. */
export const IN_CALL: readonly Scenario[] = [
  inCall("answers OPTIONS with what the call takes", "RFC 3261 §11.2", "OPTIONS", 200, {
    has: { Allow: "INFO", Accept: "application/isup" },
    over: ["udp", "tcp"],
  }),
  inCall("takes an INFO without a body", "RFC 6086 §4.2.2", "INFO", 200),
  {
    ...inCall(
      "passes over digits in an INFO that may be passed over",
      "RFC 6086 §4.2.2, RFC 3261 §20.11",
      "INFO",
      200,
    ),
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      const digits = "Signal=5\nDuration=160";
      sipp.request("INFO", { body: textBody("application/dtmf-relay", digits, "render;handling=optional") });
      sipp.response(200);
      sipp.bye();
    },
  },
  {
    ...inCall(
      "refuses digits in an INFO that it must understand with 415",
      "RFC 3261 §8.2.3, §20.11",
      "INFO",
      415,
    ),
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.request("INFO", { body: textBody("application/dtmf-relay", "Signal=5\nDuration=160") });
      sipp.response(415, { has: { Accept: "application/sdp" } });
      sipp.bye();
    },
  },
  {
    ...inCall("shows the ISUP of an INFO as an event", "RFC 3204 §3, RFC 3398 §13", "INFO", 200),
    over: ["udp", "tcp", "tls"],
    events: "incoming ringing answered isup released 16",
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.request("INFO", { body: isup(ISUP.suspend) });
      sipp.response(200);
      sipp.bye();
    },
    verify: (events) => {
      expect(dataOf(events, "isup")[0]?.isup.messageType).toBe("SUS");
    },
  },
  {
    ...inCall("takes INFO and OPTIONS while the call rings", "RFC 6086 §4.2.1, RFC 3261 §12.1", "INFO", 200),
    called: CALLED.late,
    events: "incoming ringing isup released 16",
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.rings();
      sipp.request("OPTIONS");
      sipp.response(200);
      sipp.request("INFO", { body: isup(ISUP.suspend) });
      sipp.response(200);
      sipp.giveUp();
    },
  },
  {
    ...inCall("takes INFO between its 200 and the ACK", "RFC 3261 §13.2.2.4, §12.2.2", "INFO", 200),
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      sipp.request("INFO");
      sipp.response(200);
      sipp.ack();
      sipp.bye();
    },
  },
  inCall("refuses an INFO package that it does not know with 469", "RFC 6086 §4.2.2", "INFO", 469, {
    headers: ["Info-Package: conference"],
  }),
  inCall("refuses REFER with 405: it transfers nobody", "RFC 3515 §2.4, RFC 3261 §21.4.6", "REFER", 405, {
    headers: ["Refer-To: <sip:carol@example.com>"],
    has: { Allow: "UPDATE" },
    over: ["udp", "tcp"],
  }),
  inCall("refuses MESSAGE with 405", "RFC 3261 §21.4.6", "MESSAGE", 405, { has: { Allow: "UPDATE" } }),
  inCall("answers NOTIFY of no subscription with 481", "RFC 6665 §4.1.3", "NOTIFY", 481, {
    headers: ["Event: refer", "Subscription-State: active"],
  }),
  inCall(
    "refuses a method that nobody has specified with 501, and the call goes on",
    "RFC 3261 §21.5.2",
    "TELEPORT",
    501,
  ),
  inCall("refuses an extension that it does not know with 420", "RFC 3261 §8.2.2.3", "INFO", 420, {
    headers: ["Require: precondition"],
    has: { Unsupported: "precondition" },
  }),
  ...["INFO", "OPTIONS", "BYE"].map((method): Scenario => ({
    ...inCall(`refuses ${method} with a lower CSeq than the last with 500`, "RFC 3261 §12.2.2", method, 500),
    steps: (sipp) => {
      sipp.call({ body: sdp(), cseq: 10 });
      sipp.request(method, { cseq: 9 });
      sipp.response(500);
      sipp.bye();
    },
  })),
];

function inCall(
  proves: string,
  clause: string,
  method: string,
  status: number,
  parts: {
    readonly headers?: readonly string[];
    readonly has?: Readonly<Record<string, string>>;
    readonly over?: Scenario["over"];
  } = {},
): Scenario {
  const { headers = [], has = {}, over = ["udp"] } = parts;
  return {
    proves,
    clause,
    over,
    events: LIFE.normal,
    steps: (sipp) => {
      sipp.call({ body: sdp() });
      sipp.request(method, { headers });
      sipp.response(status, { has });
      sipp.bye();
    },
  };
}
