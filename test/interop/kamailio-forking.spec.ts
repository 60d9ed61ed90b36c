import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Listeners, ServerLocator, TargetLocator } from "@tandem/sip";
import { openTransport, systemClock as clock, systemRandom as random } from "@tandem/sip/node";
import { MemoryResolver } from "@tandem/sip/testing";
import { Kamailio, stopKamailios } from "../helpers/kamailio.ts";
import { closeAgents, TestAgent, type PlacedCall } from "../helpers/sip-agent.ts";

const NUMBER = "+493099900100";

jest.setTimeout(20_000);

afterEach(closeAgents);
afterAll(stopKamailios);

describe("a call that Kamailio forks to two user agents at once (RFC 3261 §16.6)", () => {
  let proxy: Kamailio;
  let caller: TestAgent;
  let callees: readonly [TestAgent, TestAgent];

  beforeEach(async () => {
    caller = await TestAgent.open("UDP");
    callees = [await TestAgent.open("UDP"), await TestAgent.open("UDP")];
    const [first, second] = callees;
    for (const each of callees) {
      each.onCall = (call) => {
        call.ring();
      };
    }
    proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp"],
      defines: () => ({
        FORK_1: `sip:first@127.0.0.1:${first.port}`,
        FORK_2: `sip:second@127.0.0.1:${second.port}`,
      }),
    });
  });

  afterEach(() => proxy.stop());

  async function ringing(): Promise<PlacedCall> {
    const call = caller.call(NUMBER, proxy.ports[0] ?? 0);
    await Promise.all(callees.map((callee) => callee.told.hears("call")));
    await call.told.hears("180", 2);
    return call;
  }

  it("rings twice in two early dialogs, each with PRACKs of its own; who answers has it, the other gets CANCEL", async () => {
    const call = await ringing();
    expect(caller.agent.dialogs).toBe(2);
    const [loser, winner] = callees.map(({ incoming }) => incoming);
    winner?.answer();
    await call.told.hears("200");
    await loser?.told.hears("CANCEL");
    await winner?.told.hears("ACK");
    expect(winner?.told.lines).not.toContain("CANCEL");
    expect(caller.agent.dialogs).toBe(1);
    expect(await call.bye()).toBe(200);
    await winner?.told.hears("BYE");
    expect(call.forks).toBe(0);
    expect(loser?.session.finalStatus).toBe(487);
  });

  it("is answered twice where a 200 crosses the CANCEL: the second is acknowledged and released (RFC 3261 §13.2.2.4)", async () => {
    const call = await ringing();
    const [late, early] = callees.map(({ incoming }) => incoming);
    if (late === undefined || early === undefined) throw new TypeError("two were called");
    late.onCancelled = () => {
      late.answer();
    };
    early.answer();
    await call.told.hears("fork 200");
    await late.told.hears("BYE");
    expect(late.told.lines).toEqual(["CANCEL", "agreed", "ACK", "BYE"]);
    expect(call.told.lines.filter((line) => line === "200")).toHaveLength(1);
    expect(early.told.lines).not.toContain("BYE");
    expect(await call.bye()).toBe(200);
  });

  it("is cancelled everywhere where the caller gives up, and is told one 487 (RFC 3261 §16.7)", async () => {
    const call = await ringing();
    call.session.cancel();
    await call.told.hears("487");
    for (const { incoming } of callees) await incoming.told.hears("CANCEL");
    expect(call.told.lines).toEqual(["180", "180", "487"]);
    expect(caller.agent.dialogs).toBe(0);
  });

  it("is busy where both are: one final response for all branches, and no dialog is left (RFC 3261 §16.7)", async () => {
    const call = await ringing();
    for (const { incoming } of callees) incoming.session.reject({ status: 486 });
    await call.told.hears("486");
    expect(call.told.lines).toEqual(["180", "180", "486"]);
    expect(caller.agent.dialogs).toBe(0);
  });
});

describe("a call that Kamailio cannot place", () => {
  let dead: number;

  beforeAll(async () => {
    // A port where nobody is: it was free a moment ago.
    const agent = await TestAgent.open("UDP");
    dead = agent.port;
    await agent.close();
  });

  it("is told 408 where the next hop says nothing (RFC 3261 §16.8)", async () => {
    const proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp"],
      defines: () => ({ NEXT: `sip:127.0.0.1:${dead}` }),
    });
    const caller = await TestAgent.open("UDP");
    const call = caller.call(NUMBER, proxy.ports[0] ?? 0);
    await call.told.hears("408");
    expect(call.told.lines).toEqual(["408"]);
    await proxy.stop();
  });

  it("is told 500 where the next hop said 503: a proxy's 503 is about itself (RFC 3261 §16.7 step 6)", async () => {
    const callee = await TestAgent.open("UDP");
    callee.onCall = ({ session }) => {
      session.reject({ status: 503 });
    };
    const proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp"],
      defines: () => ({ NEXT: `sip:127.0.0.1:${callee.port}` }),
    });
    const caller = await TestAgent.open("UDP");
    const call = caller.call(NUMBER, proxy.ports[0] ?? 0);
    await call.told.hears("500");
    await proxy.stop();
  });

  it("goes to the second proxy where the first says 503, and is told 503 where there is none (RFC 3263 §4.3)", async () => {
    const callee = await TestAgent.open("UDP");
    const proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp", "udp"],
      defines: ([refusing = ""]) => ({
        REFUSED_PORT: Number(refusing.split(":").at(-1)),
        NEXT: `sip:127.0.0.1:${callee.port}`,
      }),
    });
    const [refusing = 0, taking = 0] = proxy.ports;
    const srv = (
      priority: number,
      port: number,
    ): { priority: number; weight: number; port: number; target: string } => ({
      ...{ priority, weight: 0, port },
      target: "proxy.example",
    });
    const transport = await openTransport({ id: "socket", protocol: "UDP", address: "127.0.0.1", port: 0 });
    const locator = new TargetLocator(
      new ServerLocator({
        resolver: new MemoryResolver({
          SRV: {
            "_sip._udp.two.example": [srv(1, refusing), srv(2, taking)],
            "_sip._udp.one.example": [srv(1, refusing)],
          },
          A: { "proxy.example": ["127.0.0.1"] },
        }),
        ...{ clock, random, transports: ["UDP"] },
      }),
      new Listeners([transport]),
    );
    const caller = TestAgent.on(transport, { locator });
    const anywhere = (host: string): PlacedCall =>
      caller.call(NUMBER, 0, { requestUri: `sip:${NUMBER}@${host}`, target: undefined });
    const two = anywhere("two.example");
    await two.told.hears("200");
    // Its module sl keeps the ACK to its own 503 from the script.
    await proxy.expectRequests(two.callId, ["> udp INVITE", "> udp INVITE", "> udp ACK"]);
    expect(await two.bye()).toBe(200);
    const one = anywhere("one.example");
    await one.told.hears("503");
    expect(one.told.lines).toEqual(["503"]);
    await proxy.stop();
  });
});
