import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { eventsOf, expectWhole, releaseOf } from "../helpers/calls.ts";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import { ISUP, TestCall } from "../helpers/sip-call.ts";
import { closeClients, isupOf, SipClient } from "../helpers/sip-client.ts";

jest.setTimeout(60_000);

/** Parameters nobody knows, 0xe1 and up, of so many octets each. */
const bigIam = (parameters: number): string => {
  const unknown = Array.from(
    { length: parameters },
    (_, at) => `${(0x81 + (at % 100)).toString(16)}ff${"a5".repeat(255)}`,
  );
  return `${ISUP.iam.slice(0, -2)}${unknown.join("")}00`;
};

afterEach(async () => {
  closeClients();
  await removeEdges();
});

describe("health", () => {
  it("is live and ready where everything is, and says what that was made of", async () => {
    const edge = await startEdge();
    const live = await edge.get("/health/live");
    expect(live).toEqual({ status: 200, type: "application/json; charset=utf-8", text: '{"status":"ok"}' });
    const ready = await edge.get("/health/ready");
    expect({ status: ready.status, type: ready.type }).toEqual({
      status: 200,
      type: "application/json; charset=utf-8",
    });
    expect(JSON.parse(ready.text)).toMatchObject({
      status: "ok",
      calls: 0,
      sip: { transactions: 0, dialogs: 0, timers: 0, listeners: ["udp-1"], connections: 0 },
      rtp: { portsInUse: 0, sockets: 0 },
      journal: { status: "ok", maxBytes: 256 * 1024 * 1024 },
      counters: {},
    });
    expect((await edge.get("/health")).status).toBe(404);
  });

  it("shows an open call while it is open", async () => {
    const edge = await startEdge();
    const client = await SipClient.open(edge);
    const call = new TestCall(client, edge, { iam: ISUP.iam });
    await call.establish();
    expect(await edge.health()).toMatchObject({
      calls: 1,
      sip: { dialogs: 1 },
      rtp: { portsInUse: 1, sockets: 1 },
      counters: { tandem_events_total: { incoming: 1, ringing: 1, answered: 1 } },
    });
    await call.bye();
    const after = await edge.until(({ calls }) => calls === 0);
    expect(after).toMatchObject({ calls: 0, sip: { dialogs: 0 }, rtp: { portsInUse: 0, sockets: 1 } });
  });

  it("is not ready, but live, while calls end at a shutdown; new calls get 503 with Retry-After, then it exits 0", async () => {
    const edge = await startEdge({
      routes: [
        { id: "long", when: { called: "+493099902" }, answer: { after: "10m" } },
        { id: "echo", answer: "echo" },
      ],
    });
    const client = await SipClient.open(edge);
    const [answered, ringing] = ["+493099900100", "+493099902"].map(
      (called) => new TestCall(client, edge, { iam: ISUP.iam, called }),
    );
    await answered!.establish();
    ringing!.invite();
    await ringing!.response(180, "INVITE");
    // Nobody answers the BYE: the edge waits for it for a while, and is seen to.
    const stopped = edge.stop();
    const bye = await client.request("BYE");
    expect(bye.header("reason")).toMatch(/^Q\.850;cause=31/);
    const refused = await ringing!.final(503);
    expect(isupOf(refused)).toBe("0c020002829f");
    const ready = await edge.get("/health/ready");
    expect({ status: ready.status, ...(JSON.parse(ready.text) as object) }).toMatchObject({
      status: "unavailable",
      reason: "draining",
    });
    expect(ready.status).toBe(503);
    expect((await edge.get("/health/live")).status).toBe(200);
    const late = new TestCall(client, edge);
    late.invite();
    expect((await late.final(503)).header("retry-after")).toBe("10");
    expect(await edge.counter("tandem_sip_refused_total", "draining 503")).toBe(1);
    expect(await stopped).toBe(0);
    const events = edge.journalEvents();
    expect(eventsOf(events, late.callId)).toEqual([]);
    for (const [call, sip] of [
      [answered!, null],
      [ringing!, { code: 503 }],
    ] as const) {
      const ofCall = eventsOf(events, call.callId);
      expectWhole(ofCall);
      expect(releaseOf(ofCall).cause).toMatchObject({
        side: "gateway",
        class: "internal",
        detail: "gateway-shutdown",
        sip,
        q850: { value: 31 },
      });
    }
  });

  it("is not ready where the journal is full: new calls get 503, those that are open go on", async () => {
    // Nobody takes the events, and 4 MiB are soon full of IAMs of 40 kB.
    const edge = await startEdge({ journal: { maxBytes: "4MiB" }, kafka: { brokers: ["127.0.0.1:1"] } });
    const client = await SipClient.open(edge);
    const open = new TestCall(client, edge, { iam: ISUP.iam });
    await open.establish();
    const big = bigIam(150);
    for (let calls = 0; calls < 200 && (await edge.health()).status === "ok"; calls++) {
      const call = new TestCall(client, edge, { iam: big });
      call.invite();
      const final = await client.next(
        ({ status, method }) => status >= 200 && method === "INVITE",
        "a final response to INVITE",
      );
      call.learn(final);
      if (final.status >= 300) break;
      call.ack();
      await call.bye();
    }
    const ready = await edge.get("/health/ready");
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.text)).toMatchObject({
      status: "unavailable",
      reason: "journal",
      journal: { status: "degraded", reason: "full" },
    });
    const refused = new TestCall(client, edge, { iam: ISUP.iam });
    refused.invite();
    expect((await refused.final(503)).header("retry-after")).toBe("10");
    expect(await edge.counter("tandem_sip_refused_total", "journal 503")).toBeGreaterThan(0);
    await open.bye();
    const events = edge.journalEvents();
    expectWhole(eventsOf(events, open.callId));
    expect(events.map(({ type }) => type)).toContain("tandem.gateway.journal.degraded.v1");
  });
});

describe("GET /metrics", () => {
  it("prints counters and figures as Prometheus reads them", async () => {
    const edge = await startEdge();
    const client = await SipClient.open(edge);
    const stranger = await SipClient.open(edge, "127.0.0.2");
    const refused = new TestCall(stranger, edge);
    refused.invite();
    await refused.final(403);
    const call = new TestCall(client, edge);
    await call.establish();
    const { status, type, text } = await edge.get("/metrics");
    expect({ status, type }).toEqual({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" });
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const line of samples)
      expect(line).toMatch(/^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+$/);
    expect(samples).toEqual(
      expect.arrayContaining([
        "tandem_ready 1",
        "tandem_calls 1",
        "tandem_sip_dialogs 1",
        'tandem_events_total{type="answered"} 1',
        'tandem_sip_refused_total{reason="unknown-trunk",status="403"} 1',
        "tandem_events_lost_total 0",
      ]),
    );
    await call.bye();
  });
});
