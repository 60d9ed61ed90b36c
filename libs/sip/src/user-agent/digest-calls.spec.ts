import { describe, expect, it } from "@jest/globals";
import { DigestClient } from "../authentication/digest-client.ts";
import { DigestServer, type DigestServerOptions } from "../authentication/digest-server.ts";
import { ha1Of } from "../authentication/digest.ts";
import { buildResponse, type HeaderField, type ResponseParts } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { parseMessage } from "../message/parse-message.ts";
import { systemHash as hash } from "../node/digest-hash.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { BOB, TwoAgents } from "../testing/two-agents.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Authenticator } from "./ports.ts";

const ACCOUNT = { username: "alice", password: "secret" };

function serverFor(password: string, more: Partial<DigestServerOptions> = {}): DigestServer {
  return new DigestServer({
    hash,
    clock: new VirtualClock(),
    random: new SeededRandom(3),
    realm: "bob.example",
    ha1: (username, algorithm) => ha1Of(hash, algorithm, { username, realm: "bob.example", password }),
    ...more,
  });
}

function challenging(
  password = ACCOUNT.password,
  more: Partial<DigestServerOptions> = {},
): { two: TwoAgents; verdicts: string[] } {
  const server = serverFor(password, more);
  const verdicts: string[] = [];
  const authenticator = new DigestClient({ hash, random: new SeededRandom(4), account: () => ACCOUNT });
  const two = new TwoAgents({
    alice: { authenticator },
    bobListens: {
      requests: {
        MESSAGE: (request, respond) => {
          const verdict = server.verify(request);
          verdicts.push(verdict.ok ? "ok" : verdict.reason);
          respond(verdict.ok ? { status: 200 } : { status: verdict.status ?? 400, headers: verdict.headers });
        },
      },
    },
  });
  two.onInvite = (session) => {
    const verdict = server.verify(session.request);
    verdicts.push(verdict.ok ? "ok" : verdict.reason);
    if (verdict.ok) session.accept({ status: 200 });
    else session.reject({ status: verdict.status ?? 400, headers: verdict.headers });
  };
  return { two, verdicts };
}

describe("a client with an account at a server that challenges (RFC 3261 §22, RFC 7616)", () => {
  it("has its INVITE accepted at the second try, and its owner hears of one call", () => {
    const { two, verdicts } = challenging();
    two.invite();
    two.clock.advance(20);
    expect(verdicts).toEqual(["no-credentials", "ok"]);
    expect(two.told.filter((line) => line.startsWith("alice"))).toEqual(["alice: 200", "alice: changed"]);
    expect(two.request("INVITE").header("authorization")).toBeUndefined();
  });

  it("has any other request accepted the same way, its body covered where the server asks for auth-int", () => {
    const { two, verdicts } = challenging(ACCOUNT.password, { qops: ["auth-int"] });
    const final: (number | undefined)[] = [];
    two.alice.request(
      "MESSAGE",
      {
        requestUri: `sip:bob@${BOB}`,
        from: "<sip:alice@192.0.2.1>",
        to: `<sip:bob@${BOB}>`,
        target: { listener: "udp", address: BOB, port: 5060 },
        headers: [["Content-Type", "text/plain"]],
        body: octetsOf("hi"),
      },
      { onFinal: (response) => final.push(response?.status) },
    );
    two.clock.advance(20);
    expect([verdicts, final]).toEqual([["no-credentials", "ok"], [200]]);
    const tries = two.messages.filter(({ message }) => message.kind === "request");
    expect(tries.at(-1)?.message.header("authorization")).toContain("qop=auth-int");
  });

  it("uses the nonce that the 200 names from its BYE on; its ACK has the INVITE's credentials (RFC 7616 §3.5, §22.1)", () => {
    const { two } = challenging();
    const server = serverFor(ACCOUNT.password);
    two.onInvite = (session) => {
      const verdict = server.verify(session.request);
      if (verdict.ok)
        session.accept({ status: 200, headers: [["Authentication-Info", 'nextnonce="fresh"']] });
      else session.reject({ status: 401, headers: verdict.headers });
    };
    two.invite();
    two.clock.advance(20);
    two.aliceUsage.bye({}, () => undefined);
    two.clock.advance(20);
    const credentialsOf = (method: string): string | undefined =>
      two.messages
        .filter(({ message }) => message.kind === "request" && message.method === method)
        .at(-1)
        ?.message.header("authorization");
    expect(credentialsOf("ACK")).toBe(credentialsOf("INVITE"));
    expect(credentialsOf("BYE")).toContain('nonce="fresh"');
    expect(credentialsOf("BYE")).toContain("nc=00000001");
  });

  it("is told the 401 where its password is wrong, after one try", () => {
    const { two, verdicts } = challenging("another");
    two.invite();
    two.clock.advance(20);
    expect(verdicts).toEqual(["no-credentials", "wrong-response"]);
    expect(two.told.filter((line) => line.startsWith("alice"))).toEqual(["alice: 401"]);
    expect(two.leftovers()).toBe(0);
  });
});

/** A callee behind a proxy that challenges every request it may: a UAS that keeps no state but its answers. */
class ChallengingCallee {
  readonly seen: string[] = [];
  readonly #two: TwoAgents;
  readonly #isForgetful: boolean;
  #server = serverFor(ACCOUNT.password, { role: "proxy" });

  /** `isForgetful`: nonces are known for one request. */
  constructor(two: TwoAgents, isForgetful: boolean) {
    this.#two = two;
    this.#isForgetful = isForgetful;
    const transport = two.network.transport("callee", CALLEE);
    transport.onDatagram = (octets, flow) => {
      const parsed = parseMessage(octets);
      if (!parsed.ok || parsed.message.kind !== "request") return;
      for (const reply of this.#replies(parsed.message)) {
        const source = { address: flow.remoteAddress, port: flow.remotePort };
        const response = buildResponse(parsed.message, { toTag: "callee", ...reply }, source);
        transport.send(response, flow.remoteAddress, flow.remotePort);
      }
    };
  }

  #replies(request: SipRequest): ResponseParts[] {
    const { method } = request;
    const verdict = this.#server.verify(request);
    const isFree = method === "ACK" || method === "CANCEL";
    this.seen.push(verdict.ok || isFree ? method : `${method} ${verdict.status}`);
    if (isFree) return [];
    if (!verdict.ok) {
      // A challenge as a server gives it that knows nothing of the nonce: not stale.
      const headers = verdict.headers.map(([name, value]): HeaderField => [
        name,
        value.replace(/, stale=true/i, ""),
      ]);
      return [{ status: verdict.status ?? 400, headers: this.#isForgetful ? headers : verdict.headers }];
    }
    if (this.#isForgetful)
      this.#server = serverFor(ACCOUNT.password, {
        role: "proxy",
        random: new SeededRandom(100 + this.seen.length),
      });
    const answer = { headers: [CONTACT, SDP], body: octetsOf(`callee 1 to ${octetString(request.body)}`) };
    if (method === "INVITE" && request.toTag === undefined) {
      this.#invite = request;
      const reliable: HeaderField[] = [
        ["Require", "100rel"],
        ["RSeq", "1"],
      ];
      return [{ status: 183, ...answer, headers: [...answer.headers, ...reliable] }];
    }
    return [{ status: 200, ...(method === "INVITE" || method === "UPDATE" ? answer : {}) }];
  }

  #invite: SipRequest | undefined;

  answer(): void {
    if (this.#invite === undefined) throw new TypeError("nobody has called");
    const octets = buildResponse(this.#invite, { status: 200, toTag: "callee", headers: [CONTACT] });
    this.#two.network.transport("callee-2", CALLEE, 5070).send(octets, "192.0.2.1", 5060);
    this.#two.clock.advance(20);
  }
}

const CALLEE = "192.0.2.9";
const CONTACT: HeaderField = ["Contact", `<sip:callee@${CALLEE}>`];
const SDP: HeaderField = ["Content-Type", "application/sdp"];

describe("a proxy that challenges everything (RFC 3261 §22.1, §22.3)", () => {
  const client = (): DigestClient =>
    new DigestClient({ hash, random: new SeededRandom(4), account: () => ACCOUNT });

  /** INVITE, PRACK, UPDATE, re-INVITE and BYE of Alice's, as the callee has seen them. */
  function call(authenticator: Authenticator, isForgetful = false): { two: TwoAgents; seen: string[] } {
    const two = new TwoAgents({ alice: { authenticator } });
    const callee = new ChallengingCallee(two, isForgetful);
    two.invite({
      requestUri: `sip:callee@${CALLEE}`,
      target: { listener: "udp", address: CALLEE, port: 5060 },
    });
    two.clock.advance(50);
    callee.answer();
    const outcomes: (number | undefined)[] = [];
    const note = (response: SipResponse | undefined): number => outcomes.push(response?.status);
    two.aliceMedia.change();
    two.aliceUsage.change("UPDATE", {}, note);
    two.clock.advance(50);
    two.aliceUsage.change("INVITE", {}, note);
    two.clock.advance(50);
    two.aliceUsage.bye({}, note);
    two.clock.advance(50);
    expect(outcomes).toEqual([200, 200, 200]);
    return { two, seen: callee.seen };
  }

  it("is answered for INVITE, PRACK, UPDATE, re-INVITE and BYE, each once; ACK has the INVITE's credentials", () => {
    const digest = client();
    const { two, seen } = call({ answer: (challenge, request) => digest.answer(challenge, request) });
    expect(seen).toEqual([
      ...["INVITE 407", "ACK", "INVITE", "PRACK 407", "PRACK", "ACK", "UPDATE 407", "UPDATE"],
      ...["INVITE 407", "ACK", "INVITE", "ACK", "BYE 407", "BYE"],
    ]);
    const acks = two.messages.filter(({ message }) => message.kind === "request" && message.method === "ACK");
    const invites = two.messages.filter(
      ({ message }) => message.kind === "request" && message.method === "INVITE",
    );
    const said = (list: typeof acks): (string | undefined)[] =>
      list.map(({ message }) => message.header("proxy-authorization"));
    expect(said(acks)).toEqual(said(invites));
    expect(two.leftovers()).toBe(0);
  });

  it("asks once in a call: what it has accepted is counted on for the requests that follow (§22.3)", () => {
    const { two, seen } = call(client());
    expect(seen).toEqual([
      ...["INVITE 407", "ACK", "INVITE", "PRACK", "ACK", "UPDATE", "INVITE", "ACK", "BYE"],
    ]);
    const counts = two.messages.flatMap(({ message }) => {
      const credentials = message.kind === "request" && message.method !== "ACK" ? message : undefined;
      return /nc=(\d+)/.exec(credentials?.header("proxy-authorization") ?? "")?.[1] ?? [];
    });
    expect(counts).toEqual(["00000001", "00000002", "00000003", "00000004", "00000005"]);
  });

  it("asks again where it has forgotten what it accepted, although it does not say stale", () => {
    const { seen } = call(client(), true);
    expect(seen.filter((line) => line.endsWith(" 407"))).toEqual([
      ...["INVITE 407", "PRACK 407", "UPDATE 407", "INVITE 407", "BYE 407"],
    ]);
  });
});
