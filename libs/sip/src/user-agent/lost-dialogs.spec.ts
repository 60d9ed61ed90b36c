import { describe, expect, it } from "@jest/globals";
import { TwoAgents } from "../testing/two-agents.ts";
import { TIMEOUT } from "../transaction/timers.ts";

/** A call in which Bob answers INFO with that status. */
function informed(status: number, losses?: string[]): TwoAgents {
  const two = new TwoAgents({
    bobInCall: { onInfo: (_request, respond) => respond({ status }) },
    ...(losses !== undefined && { aliceInCall: { onSessionLost: (reason) => losses.push(reason) } }),
  });
  const { alice } = two.establish();
  alice.send("INFO", {}, (response) => two.told.push(`INFO ${response?.status}`));
  two.clock.advance(20);
  return two;
}

describe("a request in a call that the peer has no more (RFC 3261 §12.2.1.2)", () => {
  it("ends the call with BYE where the answer is 481", () => {
    const two = informed(481);
    expect(two.told).toEqual(["INFO 481", "bob: BYE"]);
    expect(two.trace).toEqual(["> INFO", "< 481 INFO", "> BYE", "< 200 BYE"]);
    expect(two.leftovers()).toBe(0);
  });

  it("ends it where no answer comes at all, after 64·T1", () => {
    const two = new TwoAgents();
    const { alice } = two.establish();
    two.network.silence("192.0.2.2", 5060);
    alice.send("INFO", {}, (response) => two.told.push(`INFO ${response?.status}`));
    two.clock.advance(TIMEOUT + 10);
    expect(two.told).toEqual(["INFO undefined"]);
    expect(two.trace.at(-1)).toBe("> BYE");
  });

  it("is told to the owner who ends calls himself", () => {
    const losses: string[] = [];
    const two = informed(481, losses);
    expect(losses).toEqual(["dialog-lost"]);
    expect(two.trace).not.toContain("> BYE");
  });

  it("goes on where the answer is about the request alone", () => {
    const losses: string[] = [];
    const two = informed(415, losses);
    expect(two.told).toEqual(["INFO 415"]);
    expect(losses).toEqual([]);
  });

  it("goes on while it is early: the INVITE's own final response decides", () => {
    const two = new TwoAgents({ bobInCall: { onInfo: (_request, respond) => respond({ status: 481 }) } });
    two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(20);
    const ringing = two.response(180, "INVITE");
    two.call?.usageOf(ringing)?.send("INFO", {}, () => undefined);
    two.clock.advance(20);
    expect(two.trace).toContain("< 481 INFO");
    two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    expect(two.told).toContain("alice: 200");
    expect(two.trace).not.toContain("> BYE");
  });
});
