import { sdp, textBody } from "./body.ts";
import type { Expected, Script, Sent } from "./script.ts";
import { CALLED, LIFE, STRANGER, type Scenario } from "./suite.ts";

const ALLOWED = { Allow: "INVITE, ACK, CANCEL, BYE" };
const UNKNOWN_TAG = (text: string): string => text.replace(/^(To: .*)$/m, "$1;tag=gone");

/** An INVITE that is turned down, and the ACK of that. */
function refused(status: number, sent: Sent, expected: Expected = {}): (sipp: Script) => void {
  return (sipp) => {
    sipp.invite({ body: sdp(), ...sent });
    sipp.response(100, { isOptional: true });
    sipp.response(status, expected);
    sipp.ack();
  };
}

/** A request outside of any dialog, and its answer. */
function answered(
  method: string,
  status: number,
  sent: Sent = {},
  expected: Expected = {},
): (sipp: Script) => void {
  return (sipp) => {
    sipp.request(method, sent);
    sipp.response(status, expected);
  };
}

/** INVITEs that are turned down. */
export const REFUSED_CALLS: readonly Scenario[] = [
  {
    proves: "refuses with the status of the route, and says the cause",
    clause: "RFC 3261 §21.4.24, RFC 3326",
    called: CALLED.busy,
    events: `${LIFE.refused} 17`,
    steps: refused(486, {}, { has: { Reason: "Q.850;cause=17" } }),
  },
  {
    proves: "refuses a number that no route has with 404",
    clause: "RFC 3261 §21.4.5, RFC 3398 §8.2.6.1",
    called: CALLED.nowhere,
    events: `${LIFE.refused} 1`,
    steps: refused(404, {}, { has: { Reason: "Q.850;cause=1" } }),
  },
  {
    proves: "refuses an offer without a codec of ours with 488",
    clause: "RFC 3264 §6, RFC 3261 §21.4.26",
    events: `${LIFE.refused} 65`,
    steps: refused(488, { body: sdp({ formats: "18 9" }) }),
  },
  {
    proves: "refuses SDP that cannot be read with 400",
    clause: "RFC 8866 §5, RFC 3261 §21.4.1",
    over: ["udp"],
    events: `${LIFE.refused} 95`,
    steps: refused(400, { body: textBody("application/sdp", "no description") }),
  },
  {
    proves: "refuses who is no trunk with 403, and keeps nothing of it",
    clause: "RFC 3261 §21.4.4, §8.2.7",
    over: ["udp", "tcp"],
    from: STRANGER,
    events: LIFE.none,
    steps: refused(403, {}),
  },
  {
    proves: "refuses a body of a type that it does not read with 415 and says what it does",
    clause: "RFC 3261 §8.2.3, §21.4.13",
    events: LIFE.none,
    steps: refused(
      415,
      { body: textBody("application/pidf+xml", "<presence/>") },
      { has: { Accept: "application/sdp" } },
    ),
  },
  {
    proves: "refuses a coding of the body that it does not read with 415",
    clause: "RFC 3261 §8.2.3, §20.12",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(415, { headers: ["Content-Encoding: gzip"] }, { has: { "Accept-Encoding": "identity" } }),
  },
  {
    proves: "refuses a URI scheme that it does not know with 416",
    clause: "RFC 3261 §8.2.2.1, §21.4.14",
    over: ["udp", "tcp"],
    events: LIFE.none,
    steps: refused(416, { uri: "http://example.com/" }),
  },
  {
    proves: "refuses an extension that it must know and does not with 420 and names it",
    clause: "RFC 3261 §8.2.2.3, §21.4.15",
    events: LIFE.none,
    steps: refused(420, { headers: ["Require: precondition"] }, { has: { Unsupported: "precondition" } }),
  },
  {
    proves: "refuses a session that would expire too soon with 422, and takes the next try",
    clause: "RFC 4028 §9, §7.3",
    events: LIFE.normal,
    steps: (sipp) => {
      const headers = (deltaS: number): string[] => ["Supported: timer", `Session-Expires: ${deltaS}`];
      sipp.invite({ body: sdp(), headers: headers(30) });
      sipp.response(100, { isOptional: true });
      sipp.response(422, { has: { "Min-SE": "90" } });
      sipp.ack();
      sipp.call(
        { body: sdp(), headers: [...headers(90), "Min-SE: 90"] },
        { has: { "Session-Expires": "90" } },
      );
      sipp.bye();
    },
  },
  {
    proves: "refuses Require: replaces with 420, as nothing here is replaced",
    clause: "RFC 3891 §3, RFC 3261 §8.2.2.3",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(
      420,
      { headers: ["Require: replaces", "Replaces: gone@example.com;to-tag=1;from-tag=2"] },
      { has: { Unsupported: "replaces" } },
    ),
  },
  {
    proves: "refuses to join a call that is not there with 481",
    clause: "RFC 3911 §4",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(481, { headers: ["Join: gone@example.com;to-tag=1;from-tag=2"] }),
  },
  {
    proves: "refuses another version of SIP with 505",
    clause: "RFC 3261 §21.5.6",
    over: ["udp", "tcp"],
    events: LIFE.none,
    steps: refused(505, { edit: (text) => text.replace(" SIP/2.0\n", " SIP/3.0\n") }),
  },
  {
    proves: "refuses a Request-URI with header fields in it with 400",
    clause: "RFC 3261 §19.1.1, RFC 4475 §3.1.2.11",
    over: ["udp", "tcp"],
    events: LIFE.none,
    steps: refused(400, { uri: `sip:${CALLED.echo}@[remote_ip]?Route=%3Csip:example.com%3E` }),
  },
  {
    proves: "refuses a header field twice that may be there once with 400",
    clause: "RFC 3261 §7.3.1, RFC 4475 §3.3.8",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(400, { headers: ["Max-Forwards: 5"] }),
  },
  {
    proves: "refuses an INVITE without Contact with 400",
    clause: "RFC 3261 §8.1.1.8, §12.1.1",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(400, { edit: (text) => text.replace(/^Contact: .*\n/m, "") }),
  },
  {
    proves: "refuses a multipart that cannot be read with 400",
    clause: "RFC 5621 §4, RFC 2046 §5.1",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(400, { body: textBody("multipart/mixed;boundary=b1", "no boundary in here") }),
  },
];

/** Requests outside of calls. */
export const REQUESTS: readonly Scenario[] = [
  {
    proves: "answers OPTIONS with what it can do",
    clause: "RFC 3261 §11.2",
    over: ["udp", "tcp", "tls"],
    events: LIFE.none,
    steps: answered(
      "OPTIONS",
      200,
      {},
      {
        has: {
          ...ALLOWED,
          Accept: "application/sdp, application/isup, multipart/mixed",
          Supported: "100rel, timer",
        },
      },
    ),
  },
  ...["MESSAGE", "REGISTER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER"].map((method): Scenario => ({
    proves: `refuses ${method} outside of calls with 405 and says what it takes`,
    clause: "RFC 3261 §8.2.1, §21.4.6",
    over: method === "MESSAGE" ? ["udp", "tcp"] : ["udp"],
    events: LIFE.none,
    steps: answered(
      method,
      405,
      { headers: ["Event: presence", "Refer-To: <sip:carol@example.com>"] },
      { has: ALLOWED },
    ),
  })),
  {
    proves: "refuses a method that nobody has specified with 501",
    clause: "RFC 3261 §21.5.2",
    over: ["udp"],
    events: LIFE.none,
    steps: answered("TELEPORT", 501, {}, { has: ALLOWED }),
  },
  ...["BYE", "INFO", "UPDATE", "PRACK"].map((method): Scenario => ({
    proves: `answers ${method} of a dialog that it does not know with 481`,
    clause: "RFC 3261 §12.2.2, §15.1.2",
    over: method === "BYE" ? ["udp", "tcp"] : ["udp"],
    events: LIFE.none,
    steps: answered(method, 481, { edit: UNKNOWN_TAG, headers: ["RAck: 1 1 INVITE"] }),
  })),
  {
    proves: "refuses a re-INVITE of a dialog that it does not know with 481",
    clause: "RFC 3261 §12.2.2",
    over: ["udp"],
    events: LIFE.none,
    steps: refused(481, { edit: UNKNOWN_TAG }),
  },
  {
    proves: "answers a CANCEL of nothing with 481",
    clause: "RFC 3261 §9.2",
    over: ["udp"],
    events: LIFE.none,
    steps: answered("CANCEL", 481),
  },
];
