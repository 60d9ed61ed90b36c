import { describe, expect, it } from "@jest/globals";
import type { HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { BOB, TwoAgents, type TwoAgentsOptions } from "../testing/two-agents.ts";
import { TIMEOUT } from "../transaction/timers.ts";
import type { Target } from "../transport/flow.ts";
import type { Responder } from "./invite-usage.ts";
import { targetsOf } from "./ports.ts";
import { pathsOf, serviceRoutesOf } from "./registration.ts";
import { meansAlive } from "./user-agent.ts";

const TARGET: Target = { listener: "udp", address: BOB, port: 5060 };
const TO_BOB = {
  requestUri: `sip:bob@${BOB}`,
  from: "<sip:alice@192.0.2.1>",
  to: `<sip:bob@${BOB}>`,
  target: TARGET,
};

/** Bob answers requests of a method one after the other, as he is told; `seen` is what came. */
function answering(
  method: string,
  answers: ((request: SipRequest) => Parameters<Responder>[0])[],
  alice: TwoAgentsOptions["alice"] = {},
): { two: TwoAgents; seen: SipRequest[] } {
  const seen: SipRequest[] = [];
  const handler = (request: SipRequest, respond: Responder): void => {
    seen.push(request);
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    if (answer !== undefined) respond(answer(request));
  };
  return { two: new TwoAgents({ alice, bobListens: { requests: { [method]: handler } } }), seen };
}

describe("PUBLISH (RFC 3903)", () => {
  const tagged = (tag: string) => () => ({
    status: 200,
    headers: [
      ["SIP-ETag", tag],
      ["Expires", "60"],
    ] as HeaderField[],
  });

  it("is refreshed without body under its entity-tag, changed with one, and removed (§4)", () => {
    const { two, seen } = answering("PUBLISH", [tagged("a"), tagged("b"), tagged("c"), tagged("d")]);
    const content = { headers: [["Content-Type", "text/plain"] as HeaderField], body: octetsOf("1") };
    const publication = two.alice.publish(
      { ...TO_BOB, ...content, event: "presence", expiresS: 3_600 },
      {
        onHeld: () => two.told.push("held"),
        onFailed: () => two.told.push("failed"),
        onEnded: () => two.told.push("ended"),
      },
    );
    two.clock.advance(30_100);
    publication.change({ ...content, body: octetsOf("2") });
    two.clock.advance(10);
    publication.remove();
    two.clock.advance(10);
    const rows = seen.map((request) => [
      request.header("sip-if-match"),
      request.header("expires"),
      octetString(request.body),
    ]);
    expect(rows).toEqual([
      [undefined, "3600", "1"],
      ["a", "3600", ""],
      ["b", "3600", "2"],
      ["c", "0", ""],
    ]);
    expect(two.told).toEqual(["held", "held", "held", "ended"]);
    expect(two.leftovers()).toBe(0);
  });

  it("that changes while a request is out is sent once the answer is there, as it is then (§4)", () => {
    const { two, seen } = answering("PUBLISH", [tagged("a"), tagged("b")]);
    const headers: HeaderField[] = [["Content-Type", "text/plain"]];
    const publication = two.alice.publish(
      { ...TO_BOB, headers, body: octetsOf("1"), event: "presence", expiresS: 60 },
      { onHeld: () => two.told.push("held"), onFailed: () => undefined },
    );
    publication.change({ headers, body: octetsOf("2") });
    publication.change({ headers, body: octetsOf("3") });
    expect(seen).toHaveLength(0);
    two.clock.advance(100);
    expect(seen.map((request) => [request.header("sip-if-match"), octetString(request.body)])).toEqual([
      [undefined, "1"],
      ["a", "3"],
    ]);
    expect([two.told, publication.state]).toEqual([["held", "held"], "held"]);
  });

  it("is sent whole again where the server has forgotten it: 412 (§4.1)", () => {
    const { two, seen } = answering("PUBLISH", [tagged("a"), () => ({ status: 412 }), tagged("b")]);
    two.alice.publish(
      {
        ...TO_BOB,
        event: "presence",
        expiresS: 60,
        body: octetsOf("1"),
        headers: [["Content-Type", "text/plain"]],
      },
      { onHeld: () => undefined, onFailed: () => undefined },
    );
    two.clock.advance(30_100);
    expect(seen.map((request) => [request.header("sip-if-match"), octetString(request.body)])).toEqual([
      [undefined, "1"],
      ["a", ""],
      [undefined, "1"],
    ]);
  });
});

describe("REGISTER, client side (RFC 3261 §10.2)", () => {
  const parts = {
    ...TO_BOB,
    requestUri: "sip:192.0.2.2",
    contactUri: "sip:alice@192.0.2.1:5060",
    expiresS: 3_600,
  };

  it("binds, refreshes at the half with the same Call-ID and the next number, and removes; it tells the Service-Route (RFC 3608 §5)", () => {
    const held = (request: SipRequest) => ({
      status: 200,
      headers: [
        ["Contact", `${request.header("contact")};expires=${request.header("expires") === "0" ? 0 : 60}`],
        ["Service-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"],
      ] as HeaderField[],
    });
    const { two, seen } = answering("REGISTER", [held]);
    const registration = two.alice.register(parts, {
      onHeld: (response) => two.told.push(serviceRoutesOf(response).join(" ")),
      onFailed: () => two.told.push("failed"),
      onEnded: () => two.told.push("ended"),
    });
    two.clock.advance(30_100);
    registration.remove();
    two.clock.advance(10);
    expect(new Set(seen.map(({ callId }) => callId)).size).toBe(1);
    expect(seen.map((request) => [request.cseq?.sequenceNumber, request.header("expires")])).toEqual([
      [1, "3600"],
      [2, "3600"],
      [3, "0"],
    ]);
    expect(two.told).toEqual([...Array<string>(2).fill("<sip:p1.example;lr> <sip:p2.example;lr>"), "ended"]);
    expect(two.leftovers()).toBe(0);
  });

  it("finds its binding by URI equality (§10.2.4)", () => {
    const binding = "<sip:alice@192.0.2.1:5060;x=%31;METHOD=invite>;expires=60";
    const { two, seen } = answering("REGISTER", [
      () => ({ status: 200, headers: [["Contact", binding]] satisfies HeaderField[] }),
    ]);
    const told = { onHeld: () => undefined, onFailed: () => undefined };
    const contactUri = "sip:alice@192.0.2.1:5060;method=INVITE;x=1";
    const registration = two.alice.register({ ...parts, contactUri }, told);
    two.clock.advance(31_000);
    expect(seen).toHaveLength(2);
    registration.remove();
    expect(two.leftovers()).toBe(0);
  });

  it("binds all numbers of a trunk (RFC 6140 §5.1): gin is required, and not given up by a refusal", () => {
    const { two, seen } = answering("REGISTER", [() => ({ status: 200 })]);
    const told = { onHeld: () => undefined, onFailed: () => two.told.push("failed") };
    const bulk = { ...parts, contactUri: "sip:192.0.2.1:5060;bnc" };
    const registration = two.alice.register(bulk, told);
    two.clock.advance(20);
    const sent = two.request("REGISTER");
    expect([sent.header("require"), sent.header("proxy-require")]).toEqual(["gin", "gin"]);
    expect([sent.header("contact"), sent.header("supported")]).toEqual(["<sip:192.0.2.1:5060;bnc>", "path"]);
    // Bob is no registrar that knows it: 420, and nothing else is tried.
    expect([two.trace, seen.length]).toEqual([["> REGISTER", "< 420 REGISTER"], 0]);
    expect(two.told).toEqual(["refused bad-extension 420", "failed"]);
    registration.remove();
    expect(two.leftovers()).toBe(0);
    const withUser = { ...parts, contactUri: "sip:alice@192.0.2.1;bnc" };
    expect(() => two.alice.register(withUser, told)).toThrow("RFC 6140 §5.1");
  });

  it("tells of Path (RFC 3327 §5.1), and names a flow's extensions (RFC 5626 §4.2)", () => {
    const { two, seen } = answering("REGISTER", [
      () => ({
        status: 200,
        headers: [["Path", "<sip:p1.example;lr>,<sip:p2.example;lr>"]] satisfies HeaderField[],
      }),
    ]);
    const flow = {
      ...parts,
      contactParams: ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=1',
    };
    const registration = two.alice.register(flow, {
      onHeld: (response) => two.told.push(...pathsOf(response)),
      onFailed: () => two.told.push("failed"),
    });
    two.clock.advance(20);
    expect(seen[0]?.header("supported")).toBe("path, outbound");
    expect(two.told).toEqual(["<sip:p1.example;lr>", "<sip:p2.example;lr>"]);
    registration.remove();
    expect(two.leftovers()).toBe(0);
  });

  it("comes again with the Min-Expires of a 423 (§10.2.8)", () => {
    const { two, seen } = answering("REGISTER", [
      () => ({ status: 423, headers: [["Min-Expires", "7200"]] }),
      () => ({ status: 200 }),
    ]);
    two.alice.register(parts, {
      onHeld: () => two.told.push("held"),
      onFailed: () => two.told.push("failed"),
    });
    two.clock.advance(20);
    expect(seen.map((request) => request.header("expires"))).toEqual(["3600", "7200"]);
    expect(two.told).toEqual(["held"]);
  });

  it("tries again after 30 s, then 60 s, where it is refused (RFC 5626 §4.5)", () => {
    const { two, seen } = answering("REGISTER", [() => ({ status: 500 })]);
    const registration = two.alice.register(parts, {
      onHeld: () => undefined,
      onFailed: () => two.told.push("failed"),
    });
    two.clock.advance(29_000);
    expect(seen).toHaveLength(1);
    two.clock.advance(2_000);
    expect(seen).toHaveLength(2);
    two.clock.advance(61_000);
    expect(seen).toHaveLength(3);
    registration.remove();
    expect(two.leftovers()).toBe(0);
  });
});

describe("a request that is refused is mended once (RFC 3261 §8.1.3.5)", () => {
  const message = (headers: HeaderField[]) => ({ ...TO_BOB, headers, body: octetsOf("hi") });
  const TEXT: HeaderField = ["Content-Type", "text/plain"];

  function sent(
    refusal: { status: number; headers?: HeaderField[] },
    headers: HeaderField[],
    body?: Uint8Array,
  ): { seen: SipRequest[]; final: (number | undefined)[] } {
    const { two, seen } = answering("MESSAGE", [() => refusal, () => ({ status: 200 })]);
    const final: (number | undefined)[] = [];
    two.alice.request(
      "MESSAGE",
      { ...message(headers), ...(body && { body }) },
      { onFinal: (response) => final.push(response?.status) },
    );
    two.clock.advance(20);
    return { seen, final };
  }

  it("420: without the extensions the peer does not know", () => {
    const { seen, final } = sent({ status: 200 }, [TEXT, ["Require", "foo, bar"]]);
    // The user agent refuses before its owner sees anything.
    expect([seen.length, seen[0]?.header("require"), final]).toEqual([1, undefined, [200]]);
    // What was not required cannot be taken back.
    const other = sent({ status: 420, headers: [["Unsupported", "foo"]] }, [TEXT]);
    expect([other.seen.length, other.final]).toEqual([1, [420]]);
  });

  it("421: with the extension that the peer wants to see, where it is ours", () => {
    const { seen, final } = sent({ status: 421, headers: [["Require", "100rel"]] }, [
      TEXT,
      ["Supported", "x"],
    ]);
    expect(seen.map((request) => request.header("supported"))).toEqual(["x", "x, 100rel"]);
    expect(final).toEqual([200]);
    expect(sent({ status: 421, headers: [["Require", "foo"]] }, [TEXT]).final).toEqual([421]);
  });

  it("415: with the part of a multipart that the peer takes", () => {
    const body = octetsOf(
      [
        "--b",
        "Content-Type: text/html",
        "",
        "<p>",
        "--b",
        "Content-Type: text/plain",
        "",
        "hi",
        "--b--",
        "",
      ].join("\r\n"),
    );
    const { seen, final } = sent(
      { status: 415, headers: [["Accept", "text/plain"]] },
      [["Content-Type", 'multipart/alternative;boundary="b"']],
      body,
    );
    expect(seen.map((request) => request.header("content-type"))).toEqual([
      'multipart/alternative;boundary="b"',
      "text/plain",
    ]);
    expect([octetString(seen[1]?.body ?? octetsOf("")), final]).toEqual(["hi", [200]]);
    expect(sent({ status: 415, headers: [["Accept", "text/html"]] }, [TEXT]).final).toEqual([415]);
  });

  it("each with a new branch and the next number, and no more than once", () => {
    const { seen } = sent({ status: 421, headers: [["Require", "100rel"]] }, [TEXT]);
    expect(seen.map(({ cseq }) => cseq?.sequenceNumber)).toEqual([1, 2]);
    expect(new Set(seen.map(({ topVia }) => topVia?.branch)).size).toBe(2);
    const { two, seen: all } = answering("MESSAGE", [
      () => ({ status: 421, headers: [["Require", "100rel"]] }),
    ]);
    two.alice.request("MESSAGE", message([TEXT]), {
      onFinal: (response) => two.told.push(`${response?.status}`),
    });
    two.clock.advance(20);
    expect([all.length, two.told]).toEqual([2, ["421"]]);
  });
});

describe("a challenge and its answer are one attempt (RFC 3261 §22)", () => {
  const authenticator = {
    answer: (): readonly HeaderField[] => [["Authorization", 'Digest username="alice"']],
  };
  const challenge = {
    status: 401,
    headers: [["WWW-Authenticate", 'Digest realm="r",nonce="n"']] as HeaderField[],
  };

  it("for MESSAGE, with the next number; without an authenticator the 401 stands", () => {
    const { two, seen } = answering("MESSAGE", [() => challenge, () => ({ status: 200 })], { authenticator });
    two.alice.request(
      "MESSAGE",
      { ...TO_BOB },
      { onFinal: (response) => two.told.push(`${response?.status}`) },
    );
    two.clock.advance(20);
    expect(seen.map((request) => [request.cseq?.sequenceNumber, request.header("authorization")])).toEqual([
      [1, undefined],
      [2, 'Digest username="alice"'],
    ]);
    expect(two.told).toEqual(["200"]);
    const without = answering("MESSAGE", [() => challenge]);
    without.two.alice.request(
      "MESSAGE",
      { ...TO_BOB },
      { onFinal: (response) => without.two.told.push(`${response?.status}`) },
    );
    without.two.clock.advance(20);
    expect(without.two.told).toEqual(["401"]);
  });

  it("for INVITE, whose ACK to the 2xx has the same credentials (§22.1), and for BYE", () => {
    const two = new TwoAgents({ alice: { authenticator } });
    two.onInvite = (session) => {
      if (session.request.header("authorization") === undefined) session.reject(challenge);
    };
    two.invite();
    two.clock.advance(20);
    expect(two.trace).toEqual(["> INVITE", "< 401 INVITE", "> ACK", "> INVITE"]);
    two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    const acks = two.messages.filter(({ message }) => message.kind === "request" && message.method === "ACK");
    expect(acks.at(-1)?.message.header("authorization")).toBe('Digest username="alice"');
    expect(two.told.filter((line) => line.startsWith("alice"))).toEqual(["alice: 200", "alice: changed"]);
  });

  it("never for ACK or CANCEL: a CANCEL that is challenged changes nothing, and the INVITE is not tried again", () => {
    const two = new TwoAgents({ alice: { authenticator } });
    const call = two.invite();
    two.incoming.progress({ status: 180 });
    two.clock.advance(10);
    call.cancel();
    two.clock.advance(10);
    expect(two.told.at(-1)).toBe("alice: 487");
    expect(two.trace.filter((line) => line === "> INVITE")).toHaveLength(1);
  });

  it("ends after four challenges that no credentials satisfy", () => {
    const { two, seen } = answering("MESSAGE", [() => challenge], { authenticator });
    two.alice.request(
      "MESSAGE",
      { ...TO_BOB },
      { onFinal: (response) => two.told.push(`${response?.status}`) },
    );
    two.clock.advance(100);
    expect([seen.length, two.told]).toEqual([5, ["401"]]);
  });
});

describe("failover (RFC 3263 §4.3)", () => {
  const DEAD: Target = { listener: "udp", address: "192.0.2.99", port: 5060 };
  const { target: _target, ...unaimed } = TO_BOB;

  function locating(
    targets: Target[],
    bobListens: TwoAgentsOptions["bobListens"] = {},
  ): { two: TwoAgents; failed: string[] } {
    const failed: string[] = [];
    const locator = {
      locate: () => ({
        ...targetsOf(targets),
        failed: ({ address }: Target, forMs?: number): void => {
          failed.push(forMs === undefined ? address : `${address} for ${forMs}`);
        },
      }),
    };
    return { two: new TwoAgents({ alice: { locator }, bobListens }), failed };
  }

  it("sends an INVITE to the next target where the first does not answer (timer B)", () => {
    const { two, failed } = locating([DEAD, TARGET]);
    two.alice.invite(unaimed, {
      session: two.aliceMedia,
      onProvisional: () => undefined,
      onAccepted: ({ status }) => void two.told.push(String(status)),
      onRejected: () => undefined,
      onFailed: (reason) => two.told.push(reason),
      onAck: () => undefined,
      onAckTimeout: () => undefined,
      onBye: () => undefined,
    });
    two.clock.advance(TIMEOUT + 50);
    two.incoming.accept({ status: 200 });
    two.clock.advance(20);
    expect(two.told).toEqual(["bob: changed", "200", "bob: ACK"]);
    expect(failed).toEqual(["192.0.2.99"]);
  });

  it("sends any request on after 503, and tells the last answer where no target is left", () => {
    const seen: string[] = [];
    const two = new TwoAgents({
      alice: { locator: { locate: () => targetsOf([TARGET, TARGET]) } },
      bobListens: {
        requests: {
          MESSAGE: (_request, respond) => {
            seen.push("MESSAGE");
            respond({ status: 503 });
          },
        },
      },
    });
    two.alice.request("MESSAGE", unaimed, { onFinal: (response) => two.told.push(`${response?.status}`) });
    two.clock.advance(20);
    expect([seen, two.told]).toEqual([["MESSAGE", "MESSAGE"], ["503"]]);
  });

  it("leaves a target alone for as long as its 503 asks (§21.5.4)", () => {
    const busy = { status: 503, headers: [["Retry-After", "120 (maintenance)"]] satisfies HeaderField[] };
    const { two, failed } = locating([TARGET], {
      requests: {
        MESSAGE: (_request, respond) => {
          respond(busy);
        },
      },
    });
    two.alice.request("MESSAGE", unaimed, { onFinal: () => undefined });
    two.clock.advance(20);
    expect(failed).toEqual([`${BOB} for 120000`]);
  });

  it("fails at once where nothing is located", () => {
    const { two } = locating([]);
    two.alice.request("OPTIONS", unaimed, { onFinal: (_response, reason) => two.told.push(reason) });
    expect(two.told).toEqual(["transport-error"]);
  });

  it("takes any final but 503 to OPTIONS for a sign of life", () => {
    const two = new TwoAgents();
    const alive: boolean[] = [];
    two.alice.request("OPTIONS", TO_BOB, { onFinal: (response) => alive.push(meansAlive(response)) });
    two.clock.advance(20);
    expect([alive, meansAlive(undefined)]).toEqual([[true], false]);
  });

  it("takes what it is told for a sign of death, 503 alone where it is told nothing", () => {
    const two = new TwoAgents();
    const final: (SipResponse | undefined)[] = [];
    two.alice.request("OPTIONS", TO_BOB, { onFinal: (response) => final.push(response) });
    two.clock.advance(20);
    expect([meansAlive(final[0]), meansAlive(final[0], new Set([200, 503]))]).toEqual([true, false]);
  });
});
