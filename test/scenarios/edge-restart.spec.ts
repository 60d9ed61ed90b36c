import { afterAll, describe, expect, it } from "@jest/globals";
import { eventsByCall, eventsOf, expectWhole, releaseOf, wordsOf, type CallEvent } from "../helpers/calls.ts";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import { ISUP, TestCall } from "../helpers/sip-call.ts";
import { closeClients, readMessage, SipClient } from "../helpers/sip-client.ts";
import { startSipp, type SippMessage } from "../helpers/sipp.ts";

const CALLS = 500;
const PER_SECOND = 50;
/** So many calls are answered when the process dies: some have ended, some are open, some are just set up. */
const ANSWERED_AT_KILL = 250;
const HOLD_MS = 2_000;
const TIME_MS = 90_000;

afterAll(async () => {
  closeClients();
  await removeEdges();
});

/** SIP Call-IDs whose caller was told 200 to this method. */
function confirmed(messages: readonly SippMessage[], method: string): Set<string> {
  const read = messages
    .filter(({ direction }) => direction === "received")
    .map(({ text }) => readMessage(Buffer.from(text, "latin1")));
  const answers = read.filter((message) => message.status === 200 && message.method === method);
  return new Set(answers.map((message) => message.header("call-id") ?? ""));
}

const RECOVERED = {
  side: "gateway",
  class: "internal",
  mapping: "derived",
  sip: null,
  q850: { value: 127 },
  detail: "gateway-recovery",
};

describe("kill -9 in the middle of a run", () => {
  it(
    "loses nothing that was confirmed, ends each open call once, and knows no dialog of before",
    async () => {
      const edge = await startEdge();
      const client = await SipClient.open(edge);
      const open = new TestCall(client, edge, { iam: ISUP.iam });
      await open.establish();
      const target = `${edge.address}:${edge.port}`;
      const options = { scenario: "sip-t-call.xml", target, calls: CALLS, rate: PER_SECOND, holdMs: HOLD_MS };
      const sipp = await startSipp({ ...options, hasMessages: true });
      const answered = await edge.until(
        ({ counters }) => (counters["tandem_events_total"]?.["answered"] ?? 0) >= ANSWERED_AT_KILL,
        30_000,
      );
      // An answer is never given without its commit; where a BYE's 200 was, the precision below would be too much asked.
      expect(answered.counters["tandem_barrier_timeouts_total"]).toBeUndefined();
      await edge.kill();
      sipp.kill();
      const { messages } = await sipp.result;
      const [answers, ends] = [confirmed(messages, "INVITE"), confirmed(messages, "BYE")];
      // A few may have been in SIPp's socket, not read yet.
      expect(answers.size).toBeGreaterThanOrEqual(ANSWERED_AT_KILL * 0.9);
      expect(ends.size).toBeGreaterThan(0);

      const again = await startEdge({ directory: edge.directory, port: edge.port });
      const events = await again.events();
      const calls = [...eventsByCall(events).values()];
      for (const each of calls) expectWhole(each);
      const bySipCallId = new Map(
        calls.map((each): [string, CallEvent[]] => [each[0]!.data.sip.callId, each]),
      );
      expect(bySipCallId.size).toBe(calls.length);
      for (const callId of answers) expect(wordsOf(bySipCallId.get(callId) ?? [])).toContain("answered");
      for (const callId of ends) {
        expect(releaseOf(bySipCallId.get(callId) ?? []).cause).toMatchObject({
          side: "caller",
          mapping: "received",
        });
      }
      const isRecovered = (each: CallEvent[]): boolean => releaseOf(each).cause.detail === "gateway-recovery";
      const recovered = calls.filter(isRecovered);
      expect(recovered.length).toBeGreaterThan(0);
      for (const each of recovered) expect(releaseOf(each).cause).toMatchObject(RECOVERED);
      // Whoever was neither confirmed nor recovered had its BYE on disk, and died before its 200.
      for (const each of calls) {
        const isEnded = isRecovered(each) || releaseOf(each).cause.side === "caller";
        expect(isEnded).toBe(true);
      }
      expect(releaseOf(eventsOf(events, open.callId)).cause).toMatchObject(RECOVERED);
      expect(again.log.join("\n")).toContain(
        `calls left open by the last run were released calls=${recovered.length}`,
      );

      open.send("BYE");
      await open.response(481, "BYE");
      const { calls: openCalls, sip } = await again.health();
      expect({ openCalls, dialogs: sip.dialogs }).toEqual({ openCalls: 0, dialogs: 0 });
      // New calls are taken, and the old ones are not ended a second time.
      const next = new TestCall(client, again, { iam: ISUP.iam });
      await next.establish();
      await next.bye();
      expect(await again.stop()).toBe(0);
      const third = await startEdge({ directory: edge.directory });
      expect(await third.events()).toHaveLength(events.length + 4);
      expect(await third.stop()).toBe(0);
    },
    TIME_MS,
  );
});
