import { afterAll, describe, expect, it } from "@jest/globals";
import { eventsByCall, expectWhole, wordsOf } from "../helpers/calls.ts";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import { expectSuccess, runSipp } from "../helpers/sipp.ts";

const CALLS = 1_000;
const PER_SECOND = 50;
const TIME_MS = 120_000;
const LIFE = ["incoming", "ringing", "answered", "released"];

afterAll(removeEdges);

describe("SIPp places SIP-T calls", () => {
  it(
    "1,000 at 50 a second, none fails, and the journal holds the events of each once, in order, without gaps",
    async () => {
      const edge = await startEdge();
      const target = `${edge.address}:${edge.port}`;
      const sipp = await runSipp({
        scenario: "sip-t-call.xml",
        target,
        calls: CALLS,
        rate: PER_SECOND,
        holdMs: 1_000,
      });
      expectSuccess(sipp, CALLS);
      const calls = eventsByCall(await edge.events());
      expect(calls.size).toBe(CALLS);
      for (const events of calls.values()) {
        expectWhole(events);
        expect(wordsOf(events)).toEqual(LIFE);
        expect(events.map(({ data }) => data.isup?.messageType)).toEqual(["IAM", "ACM", "ANM", "REL"]);
      }
      const sipCallIds = [...calls.values()].map(([first]) => first?.data.sip.callId);
      expect(new Set(sipCallIds).size).toBe(CALLS);
      expect(await edge.stop()).toBe(0);
      // The end of the process adds nothing: every call had ended.
      expect(await edge.events()).toHaveLength(CALLS * LIFE.length);
    },
    TIME_MS,
  );
});
