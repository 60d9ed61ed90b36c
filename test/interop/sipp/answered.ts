import { isup, ISUP, sdp, sipT } from "./body.ts";
import type { Script } from "./script.ts";

/** One SIPp scenario that calls the carrier. */
export interface AnsweredScenario {
  /** What the carrier does. */
  readonly proves: string;
  readonly clause: string;
  /** Added to `tandem carrier answer`. */
  readonly args?: readonly string[];
  readonly steps: (sipp: Script) => void;
  /** What `tandem carrier answer --json` says of the call. */
  readonly outcome: Readonly<Record<string, unknown>>;
}

const RELEASED_BY_PEER = { outcome: "answered", releasedBy: "peer", cause: { value: 16 } };
const NORMAL = { headers: ["Reason: Q.850;cause=16"] };

/** What `tandem carrier answer` does when SIPp calls. */
export const ANSWERED_SCENARIOS: readonly AnsweredScenario[] = [
  {
    proves: "rings, answers with SDP, and takes the caller's BYE",
    clause: "RFC 3261 §13.3.1, §15.1.2",
    outcome: RELEASED_BY_PEER,
    steps: (sipp) => {
      sipp.call({ body: sdp() }, { text: "m=audio" });
      sipp.bye(NORMAL);
    },
  },
  {
    proves: "offers in its 200 where the INVITE has no SDP",
    clause: "RFC 3261 §13.2.1",
    outcome: RELEASED_BY_PEER,
    steps: (sipp) => {
      sipp.invite();
      sipp.answered({ text: "m=audio" });
      sipp.ack({ body: sdp() });
      sipp.bye(NORMAL);
    },
  },
  {
    proves: "is cancelled while it rings",
    clause: "RFC 3261 §9.2",
    args: ["--after", "30s"],
    outcome: { outcome: "cancelled" },
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.rings();
      sipp.giveUp();
    },
  },
  {
    proves: "refuses with the status it is given, after it has rung",
    clause: "RFC 3261 §21.4",
    args: ["--reject", "603"],
    outcome: { outcome: "rejected", status: 603 },
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.rings();
      sipp.response(603);
      sipp.ack();
    },
  },
  {
    proves: "releases an answered call, after its ACK",
    clause: "RFC 3261 §15",
    args: ["--release-after", "100ms"],
    outcome: { outcome: "answered", releasedBy: "us" },
    steps: (sipp) => {
      sipp.invite({ body: sdp() });
      sipp.answered();
      // A BYE in this time would be unexpected.
      sipp.pause(300);
      sipp.ack();
      sipp.byeReceived({ has: { Reason: "Q.850;cause=16" } });
    },
  },
  {
    proves: "confirms a SIP-I caller's REL with RLC",
    clause: "Q.1912.5 profile C, Q.764 §2.3",
    args: ["--profile", "sip-i"],
    outcome: RELEASED_BY_PEER,
    steps: (sipp) => {
      sipp.call({ body: sipT({ handling: "required" }) }, { has: { "Content-Type": "multipart/mixed" } });
      sipp.bye(
        { body: isup(ISUP.rel, { handling: "required" }) },
        { has: { "Content-Type": "application/isup" } },
      );
    },
  },
];
