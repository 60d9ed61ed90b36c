import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { dataOf, eventsOf, expectWhole, releaseOf } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { bodyOf, ISUP, newBranch, sdpFor, TestCall, type CallOptions } from "../helpers/sip-call.ts";
import { closeClients, sdpOf, SipClient, type RawMessage } from "../helpers/sip-client.ts";

/** A called number that rings until the caller has had enough. */
const RINGS_LONG = "+493099902";
const RELIABLE = { headers: ["Supported: 100rel"] };

let edge: TestEdge;
let carrier: SipClient;

beforeAll(async () => {
  edge = await startEdge({
    routes: [
      { id: "long", when: { called: RINGS_LONG }, answer: { after: "10m" } },
      { id: "echo", answer: "echo" },
    ],
  });
  carrier = await SipClient.open(edge);
});
jest.setTimeout(20_000);

afterAll(async () => {
  closeClients();
  await removeEdges();
});

const called = (options: CallOptions = {}): TestCall =>
  new TestCall(carrier, edge, { iam: ISUP.iam, ...options });
const sdpWith = (direction: string, formats = "8 0"): string =>
  `${sdpFor("127.0.0.1", 40_000, formats)}a=${direction}\r\n`;
const versionOf = (message: RawMessage): number => Number(/^o=- \d+ (\d+) /m.exec(sdpOf(message) ?? "")?.[1]);
const contactOf = ({ address, port }: SipClient): string => `Contact: <sip:carrier@${address}:${port}>`;

/** PRACK for a reliable provisional of the call. */
function acknowledge(call: TestCall, response: RawMessage): void {
  call.learn(response);
  call.send("PRACK", { headers: [`RAck: ${response.header("rseq")} 1 INVITE`] });
}

describe("a caller that supports 100rel", () => {
  it("hears ringing reliably, acknowledges it, and is answered (RFC 3262 §3, §4)", async () => {
    const call = called(RELIABLE);
    call.invite();
    const ringing = await call.response(180, "INVITE");
    expect(ringing.header("require")).toBe("100rel");
    acknowledge(call, ringing);
    await call.response(200, "PRACK");
    await call.final(200);
    call.ack();
    await call.bye();
    expectWhole(eventsOf(edge.journalEvents(), call.callId));
  });

  it("hears it again until its PRACK comes; a PRACK of nothing is 481 (RFC 3262 §3)", async () => {
    const call = called({ ...RELIABLE, called: RINGS_LONG });
    call.invite();
    const ringing = await call.response(180, "INVITE");
    const again = await call.response(180, "INVITE");
    expect(again.header("rseq")).toBe(ringing.header("rseq"));
    acknowledge(call, ringing);
    await call.response(200, "PRACK");
    call.send("PRACK", { headers: ["RAck: 1 1 INVITE"] });
    await call.response(481, "PRACK");
    call.cancel();
    await call.final(487);
  });

  it.concurrent(
    "and sends no PRACK is refused with 504 after 64·T1, with cause 102 (RFC 3262 §3)",
    async () => {
      const lonely = await startEdge({ routes: [{ id: "long", answer: { after: "10m" } }] });
      const caller = await SipClient.open(lonely);
      const call = new TestCall(caller, lonely, { headers: ["Require: 100rel"] });
      call.invite();
      await call.final(504, 40_000);
      const events = eventsOf(lonely.journalEvents(), call.callId);
      expectWhole(events);
      expect(releaseOf(events)).toMatchObject({
        cause: { side: "gateway", sip: { code: 504 }, q850: { value: 102 } },
      });
    },
    60_000,
  );
});

describe("Session-ID (RFC 7989)", () => {
  const theirs = "5".repeat(32);
  const sessionIdOf = (message: RawMessage): { local: string | undefined; remote: string | undefined } => {
    const [, local, remote] =
      /^([0-9a-f]{32});remote=([0-9a-f]{32})$/.exec(message.header("session-id") ?? "") ?? [];
    return { local, remote };
  };

  it("keeps one UUID of the edge's through a call, and repeats the caller's, to the BYE (§6)", async () => {
    const call = called({ headers: ["Supported: 100rel", `Session-ID: ${theirs};remote=${"0".repeat(32)}`] });
    call.invite();
    const ringing = await call.response(180, "INVITE");
    acknowledge(call, ringing);
    const answers = [await call.response(200, "PRACK"), await call.final(200)];
    call.ack();
    call.send("INFO");
    answers.push(await call.response(200, "INFO"), await call.bye());
    const { local } = sessionIdOf(ringing);
    expect(local).toMatch(/^.{12}4/);
    expect([ringing, ...answers].map(sessionIdOf)).toEqual(
      [ringing, ...answers].map(() => ({ local, remote: theirs })),
    );
  });
});

describe("a session", () => {
  it("is held and resumed by re-INVITE, each with the next version (RFC 3264 §8.4)", async () => {
    const call = called();
    const first = await call.establish();
    call.invite({ sdp: sdpWith("sendonly") });
    const held = await call.final(200);
    call.ack();
    call.invite({ sdp: sdpWith("sendrecv") });
    const resumed = await call.final(200);
    call.ack();
    expect([held, resumed].map((answer) => /a=(sendrecv|recvonly)/.exec(sdpOf(answer) ?? "")?.[1])).toEqual([
      "recvonly",
      "sendrecv",
    ]);
    expect([held, resumed].map((answer) => versionOf(answer) - versionOf(first))).toEqual([1, 2]);
    await call.bye();
  });

  it("changes its codec by UPDATE, and is refreshed by one without a body (RFC 3311 §5, RFC 4028 §7.4)", async () => {
    const call = called();
    await call.establish();
    const content = bodyOf({ sdp: sdpWith("sendrecv", "0") });
    call.send("UPDATE", { ...content, headers: [...content.headers, contactOf(carrier)] });
    const changed = await call.response(200, "UPDATE");
    expect(sdpOf(changed)).toMatch(/m=audio \d+ RTP\/AVP 0\r\n/);
    expect(changed.header("contact")).toBe(`<sip:127.0.0.1:${edge.port}>`);
    call.send("UPDATE", { headers: [contactOf(carrier)] });
    const refreshed = await call.response(200, "UPDATE");
    expect(refreshed.body).toHaveLength(0);
    await call.bye();
    expect(dataOf(eventsOf(edge.journalEvents(), call.callId), "answered")[0]?.codec).toBe("PCMA");
  });

  it("keeps what it is where a change is refused: 488 for no common codec, 415 for a foreign body (§14.2, §8.2.3)", async () => {
    const call = called();
    await call.establish();
    call.invite({ sdp: sdpWith("sendrecv", "18") });
    await call.final(488);
    call.send("UPDATE", {
      headers: [contactOf(carrier), "Content-Type: text/html"],
      body: Buffer.from("<p>"),
    });
    const refused = await call.response(415, "UPDATE");
    expect(refused.header("accept")).toContain("application/sdp");
    call.send("INFO");
    await call.response(200, "INFO");
    await call.bye();
  });

  it("has a timer where the caller knows timers, refreshed by whom the caller names (RFC 4028 §9)", async () => {
    const call = called({
      headers: ["Supported: timer", "Session-Expires: 120;refresher=uac", "Min-SE: 90"],
    });
    call.invite();
    const answer = await call.final(200);
    call.ack();
    expect(answer.header("session-expires")).toBe("120;refresher=uac");
    expect(answer.header("require")).toBe("timer");
    await call.bye();
    const plain = called();
    expect((await plain.establish()).header("session-expires")).toBeUndefined();
    await plain.bye();
  });

  it("that would expire too soon is refused with 422 and Min-SE (RFC 4028 §9)", async () => {
    const call = called({ headers: ["Supported: timer", "Session-Expires: 30"] });
    call.invite();
    const refused = await call.final(422);
    expect(refused.header("min-se")).toBe("90");
  });

  it("is refreshed by the edge where it is to, at the half of its time (RFC 4028 §10)", async () => {
    const call = called({
      headers: [
        "Supported: timer",
        "Session-Expires: 90;refresher=uas",
        "Allow: INVITE, ACK, BYE, CANCEL, UPDATE",
      ],
    });
    await call.establish();
    const refresh = await carrier.request("UPDATE", 50_000);
    expect(refresh.header("session-expires")).toBe("90;refresher=uac");
    expect(refresh.body).toHaveLength(0);
    await call.bye();
  }, 60_000);
});

describe("a request inside a call", () => {
  it("OPTIONS is answered with what is wired (RFC 3261 §11.2)", async () => {
    const call = called();
    await call.establish();
    call.send("OPTIONS");
    const able = await call.response(200, "OPTIONS");
    expect(able.header("allow")).toBe("INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS");
    expect(able.header("supported")).toBe("100rel, timer");
    expect(able.header("accept")).toContain("application/isup");
    await call.bye();
  });

  it.each(["REFER", "MESSAGE", "SUBSCRIBE"])(
    "%s has no handler: 405 with Allow (§21.4.6)",
    async (method) => {
      const call = called();
      await call.establish();
      call.send(method, { headers: ["Event: presence", contactOf(carrier)] });
      expect((await call.response(405, method)).header("allow")).toContain("UPDATE");
      await call.bye();
    },
  );

  it("of a package nobody takes is 469 (RFC 6086 §4.2.2); an unknown extension 420 (§8.2.2.3)", async () => {
    const call = called();
    await call.establish();
    call.send("INFO", { headers: ["Info-Package: conference"] });
    expect((await call.response(469, "INFO")).header("recv-info")).toBe("");
    call.send("INFO", { headers: ["Require: precondition"] });
    expect((await call.response(420, "INFO")).header("unsupported")).toBe("precondition");
    await call.bye();
  });

  it("a re-INVITE against a late offer that the ACK has not answered yet is glare: 491 (RFC 3261 §14.2)", async () => {
    const call = called({ sdp: null });
    call.invite();
    await call.final(200);
    call.send("UPDATE", { ...bodyOf({ sdp: sdpWith("sendrecv") }), branch: newBranch() });
    await call.response(491, "UPDATE");
    call.ack({ cseq: 1, ...bodyOf({ sdp: sdpWith("sendrecv") }) });
    await call.bye();
  });

  it("a late offer without an answer in the ACK ends the call with BYE (RFC 3261 §13.2.1)", async () => {
    const call = called({ sdp: null });
    call.invite();
    await call.final(200);
    call.ack();
    const bye = await carrier.request("BYE");
    expect(bye.header("reason")).toContain("cause=65");
    expectWhole(eventsOf(edge.journalEvents(), call.callId));
  });
});
