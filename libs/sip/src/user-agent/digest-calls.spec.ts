import { describe, expect, it } from "@jest/globals";
import { DigestClient } from "../authentication/digest-client.ts";
import { DigestServer } from "../authentication/digest-server.ts";
import { ha1Of } from "../authentication/digest.ts";
import { octetsOf } from "../message/octets.ts";
import { systemHash as hash } from "../node/digest-hash.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { BOB, TwoAgents } from "../testing/two-agents.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";

const ACCOUNT = { username: "alice", password: "secret" };

function challenging(password = ACCOUNT.password): { two: TwoAgents; verdicts: string[] } {
  const server = new DigestServer({
    hash,
    clock: new VirtualClock(),
    random: new SeededRandom(3),
    realm: "bob.example",
    ha1: (username, algorithm) => ha1Of(hash, algorithm, { username, realm: "bob.example", password }),
  });
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
    const { two, verdicts } = challenging();
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
