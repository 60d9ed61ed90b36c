import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAuthParams, parseAuthValue } from "../message/auth-params.ts";
import { buildRequest, buildResponse, type HeaderField } from "../message/build-message.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { parseMessage } from "../message/parse-message.ts";
import { systemHash as hash } from "../node/digest-hash.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { DigestClient, type DigestClientOptions } from "./digest-client.ts";
import { DigestServer, type DigestServerOptions } from "./digest-server.ts";
import {
  digestResponse,
  ha1Of,
  isSameDigest,
  namedAlgorithm,
  userhashOf,
  type DigestAlgorithm,
} from "./digest.ts";

const NO_BODY = new Uint8Array();
const PASSWORD = "zanzibar";

function request(headers: readonly HeaderField[] = [], method = "INVITE", body?: Uint8Array): SipRequest {
  const parsed = parseMessage(
    buildRequest({
      method,
      requestUri: "sip:bob@biloxi.com",
      headers: [
        ["Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"],
        ["From", "<sip:alice@atlanta.com>;tag=1"],
        ["To", "<sip:bob@biloxi.com>"],
        ["Call-ID", "1"],
        ["CSeq", `1 ${method}`],
        ...headers,
      ],
      body,
    }),
  );
  if (!parsed.ok || parsed.message.kind !== "request") throw new TypeError("no request");
  return parsed.message;
}

function response(status: number, headers: readonly HeaderField[]): SipResponse {
  const parsed = parseMessage(buildResponse(request(), { status, headers }));
  if (!parsed.ok || parsed.message.kind !== "response") throw new TypeError("no response");
  return parsed.message;
}

function server(more: Partial<DigestServerOptions> = {}): { clock: VirtualClock; server: DigestServer } {
  const clock = new VirtualClock();
  const ha1 = (username: string, algorithm: DigestAlgorithm): string | undefined =>
    username === "alice"
      ? ha1Of(hash, algorithm, { username, realm: "biloxi.com", password: PASSWORD })
      : undefined;
  const options = { hash, clock, random: new SeededRandom(1), realm: "biloxi.com", ha1, ...more };
  return { clock, server: new DigestServer(options) };
}

function client(more: Partial<DigestClientOptions> = {}): DigestClient {
  const account = (): { username: string; password: string } => ({ username: "alice", password: PASSWORD });
  return new DigestClient({ hash, random: new SeededRandom(2), account, ...more });
}

const sent = (credentials: readonly HeaderField[] = [], body?: Uint8Array) => ({
  method: "INVITE",
  requestUri: "sip:bob@biloxi.com",
  body,
  credentials,
});

describe("digestResponse", () => {
  it("gives the response of RFC 7616 §3.9.1 for both algorithms, and of RFC 2069 without qop", () => {
    const login = { username: "Mufasa", realm: "http-auth@example.org", password: "Circle of Life" };
    const input = {
      isSession: false,
      nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
      method: "GET",
      uri: "/dir/index.html",
      qop: "auth",
      nc: "00000001",
      cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
      body: NO_BODY,
    } as const;
    const respond = (algorithm: DigestAlgorithm): string =>
      digestResponse(hash, { ...input, algorithm, ha1: ha1Of(hash, algorithm, login) });
    expect(respond("MD5")).toBe("8ca523f5e9506fed4657c9700eebdbec");
    expect(respond("SHA-256")).toBe("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  });

  it("gives the response of RFC 7616 §3.9.2, with the hash that its errata correct, for a name in UTF-8", () => {
    const login = { username: "J\u00e4s\u00f8n Doe", realm: "api@example.org", password: "Secret, or not?" };
    const algorithm = "SHA-512-256";
    const value = digestResponse(hash, {
      algorithm,
      isSession: false,
      ha1: ha1Of(hash, algorithm, login),
      nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
      method: "GET",
      uri: "/doe.json",
      qop: "auth",
      nc: "00000001",
      cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
      body: NO_BODY,
    });
    expect(value).toBe("3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
  });

  it("covers the body with auth-int, the hash of nothing where there is none (RFC 8760 §2.6)", () => {
    const input = {
      algorithm: "SHA-256",
      isSession: false,
      ha1: "x",
      nonce: "n",
      method: "M",
      uri: "u",
    } as const;
    const respond = (qop: "auth" | "auth-int", body: Uint8Array): string =>
      digestResponse(hash, { ...input, qop, nc: "00000001", cnonce: "c", body });
    expect(respond("auth", NO_BODY)).toBe(respond("auth", Uint8Array.of(1)));
    expect(respond("auth-int", NO_BODY)).not.toBe(respond("auth-int", Uint8Array.of(1)));
    expect(respond("auth-int", NO_BODY)).not.toBe(respond("auth", NO_BODY));
  });

  it("knows the algorithms of RFC 8760 by name, MD5 where there is none", () => {
    expect(namedAlgorithm(undefined)).toEqual({ algorithm: "MD5", isSession: false });
    expect(namedAlgorithm("sha-512-256-SESS")).toEqual({ algorithm: "SHA-512-256", isSession: true });
    expect(namedAlgorithm("SHA-1")).toBeUndefined();
  });

  it("compares all characters", () => {
    expect(isSameDigest("abc", "abc")).toBe(true);
    expect(isSameDigest("abc", "abd")).toBe(false);
    expect(isSameDigest("abc", "ab")).toBe(false);
  });
});

describe("parseAuthValue", () => {
  it("reads quoted values with commas, equals signs and escapes", () => {
    const value = parseAuthValue(
      'Digest realm="a, \\"b\\"=c", nonce="x==" ,qop="auth,auth-int", stale=FALSE',
    );
    expect(value?.scheme).toBe("digest");
    expect(Object.fromEntries(value?.params ?? [])).toEqual({
      realm: 'a, "b"=c',
      nonce: "x==",
      qop: "auth,auth-int",
      stale: "FALSE",
    });
  });

  it.each(['Digest realm="open', 'Digest realm="a" x, nonce=b', "Digest a=1, a=2", "Digest a", "", "=,"])(
    "refuses %s",
    (text) => {
      expect(parseAuthValue(text)).toBeUndefined();
    },
  );

  it("takes a value without parameters", () => {
    expect(parseAuthValue("Negotiate")?.params.size).toBe(0);
    expect(parseAuthParams('nextnonce="x"')?.get("nextnonce")).toBe("x");
  });
});

describe("DigestServer and DigestClient", () => {
  it.each([
    ["MD5", "auth"],
    ["SHA-256", "auth"],
    ["SHA-512-256", "auth-int"],
  ] as const)("agree on %s with qop %s", (algorithm, qop) => {
    const { server: uas } = server({ algorithms: [algorithm], qops: [qop] });
    const body = Uint8Array.of(1, 2, 3);
    const first = uas.verify(request([], "INVITE", body));
    if (first.ok) throw new TypeError("taken without credentials");
    expect(first).toMatchObject({ reason: "no-credentials", status: 401 });
    const credentials = client().answer(response(401, first.headers), sent([], body));
    const second = uas.verify(request(credentials, "INVITE", body));
    expect(second).toMatchObject({ ok: true, username: "alice" });
    if (second.ok) expect(second.info(body)[1]).toMatch(/rspauth="[0-9a-f]+", qop=/);
    const other = uas.verify(request(credentials, "INVITE", Uint8Array.of(4)));
    expect(other).toMatchObject({ reason: qop === "auth" ? "replayed" : "wrong-response" });
  });

  it("offers algorithms best first, of which the client takes the topmost it may use (RFC 8760 §2.4)", () => {
    const { server: uas } = server({ algorithms: ["SHA-512-256", "MD5"] });
    const challenges = uas.challenge();
    expect(challenges.map(([, value]) => /algorithm=([^,]+)/.exec(value)?.[1])).toEqual([
      "SHA-512-256",
      "MD5",
    ]);
    const [credentials] = client().answer(response(401, challenges), sent()) ?? [];
    expect(credentials?.[1]).toContain("algorithm=SHA-512-256");
    const onlyMd5 = server({ algorithms: ["MD5"] }).server.challenge();
    expect(client({ isMd5Allowed: false }).answer(response(401, onlyMd5), sent())).toBeUndefined();
    const unknown: HeaderField[] = [["WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=SHA3']];
    const basic: HeaderField[] = [["WWW-Authenticate", 'Basic realm="r"']];
    expect(client().answer(response(401, [...unknown, ...basic]), sent())).toBeUndefined();
  });

  it("take the nonce that a 2xx names for the next request (RFC 7616 §3.5)", () => {
    const alice = client();
    const credentials = alice.answer(response(401, server().server.challenge()), sent()) ?? [];
    const accepted = response(200, [["Authentication-Info", 'nextnonce="fresh", qop=auth']]);
    const renewed = alice.renewed(accepted, credentials);
    const [again] = alice.next(sent(renewed));
    expect(again?.[1]).toContain('nonce="fresh"');
    expect(again?.[1]).toContain("nc=00000001");
    expect(alice.renewed(response(200, []), credentials)).toEqual(credentials);
    // Of two realms nobody says which is meant.
    const two = credentials.concat(credentials);
    expect(alice.renewed(accepted, two)).toEqual(two);
  });

  it.each(["auth", "auth-int"] as const)(
    "take it from nobody whose rspauth for %s is not that of the password (RFC 7616 §3.5)",
    (qop) => {
      const { server: uas } = server({ qops: [qop] });
      const alice = client();
      const credentials = alice.answer(response(401, uas.challenge()), sent()) ?? [];
      const verdict = uas.verify(request(credentials));
      if (!verdict.ok) throw new TypeError(verdict.reason);
      const [name, info] = verdict.info();
      const nonceAfter = (value: string): string | undefined => {
        const [field] = alice.renewed(response(200, [[name, value]]), credentials);
        return parseAuthValue(field?.[1] ?? "")?.params.get("nonce");
      };
      expect(nonceAfter(`${info}, nextnonce="fresh"`)).toBe("fresh");
      const forged = info.replace(/rspauth="[^"]+"/, `rspauth="${"0".repeat(32)}"`);
      const [, first] = credentials[0] ?? ["", ""];
      const before = parseAuthValue(first)?.params.get("nonce");
      expect(before).toBeDefined();
      expect(nonceAfter(`${forged}, nextnonce="fresh"`)).toBe(before);
    },
  );

  it("hide the username where the challenge asks for it (RFC 7616 §3.4.4)", () => {
    const challenge = 'Digest realm="biloxi.com", nonce="n", algorithm=SHA-256, qop="auth", userhash=true';
    const alice = client();
    const fields = alice.answer(response(401, [["WWW-Authenticate", challenge]]), sent()) ?? [];
    const hidden = hash.digest("SHA-256", Buffer.from("alice:biloxi.com"));
    for (const [, value] of [...fields, ...alice.next(sent(fields))]) {
      expect(value).toContain(`username="${hidden}"`);
      expect(value).toMatch(/, userhash=true$/);
      expect(value).not.toContain("alice");
    }
    expect(fields).toHaveLength(1);
  });

  it.each(["SHA-256", "MD5"] as const)(
    "find who hides behind a hash with %s, where the server says how (RFC 7616 §3.4.4)",
    (algorithm) => {
      const realm = "biloxi.com";
      const usernameOf = (userhash: string, by: DigestAlgorithm): string | undefined =>
        userhash === userhashOf(hash, by, { username: "alice", realm }) ? "alice" : undefined;
      const { server: uas } = server({ algorithms: [algorithm], usernameOf });
      const credentials = client().answer(response(401, uas.challenge()), sent()) ?? [];
      expect(credentials.map(([, value]) => value.includes("alice"))).toEqual([false]);
      expect(uas.verify(request(credentials))).toMatchObject({ ok: true, username: "alice" });
      const foreign = credentials.map(([name, value]): HeaderField => [
        name,
        value.replace(/username="./, 'username="x'),
      ]);
      expect(uas.verify(request(foreign))).toMatchObject({ reason: "unknown-user", status: 401 });
      // A server that does not ask for them knows none.
      const plain = server({ algorithms: [algorithm] }).server;
      expect(plain.verify(request(credentials))).toMatchObject({ reason: "unknown-user" });
    },
  );

  it("give up after one wrong password, and go on after a stale nonce", () => {
    const { clock, server: uas } = server({ nonceMs: 60_000 });
    const wrong = client({ account: () => ({ username: "alice", password: "no" }) });
    const credentials = wrong.answer(response(401, uas.challenge()), sent()) ?? [];
    const refused = uas.verify(request(credentials));
    if (refused.ok) throw new TypeError("taken");
    expect(refused).toMatchObject({ reason: "wrong-response", status: 401 });
    expect(wrong.answer(response(401, refused.headers), sent(credentials))).toBeUndefined();
    const right = client();
    const old = right.answer(response(401, uas.challenge()), sent()) ?? [];
    clock.advance(60_000);
    const stale = uas.verify(request(old));
    if (stale.ok) throw new TypeError("taken");
    expect(stale.reason).toBe("stale-nonce");
    expect(stale.headers[0]?.[1]).toContain("stale=true");
    const fresh = right.answer(response(401, stale.headers), sent(old));
    expect(uas.verify(request(fresh))).toMatchObject({ ok: true });
  });

  it("count the uses of a nonce, whatever their order, and take each once", () => {
    const { server: uas } = server();
    const uac = client();
    const first = uac.answer(response(401, uas.challenge()), sent()) ?? [];
    const tries = [first];
    for (let count = 0; count < 40; count++) tries.push(uac.next(sent(first)));
    expect(tries[1]?.[0]?.[1]).toContain("nc=00000002");
    const verdict = (at: number): string => {
      const result = uas.verify(request(tries[at]));
      return result.ok ? "ok" : result.reason;
    };
    expect([3, 1, 2, 1, 3, 0, 40, 8, 9, 9].map(verdict)).toEqual([
      ...["ok", "ok", "ok", "replayed", "replayed", "ok"],
      // 32 counts behind the highest are remembered, the rest is taken for seen.
      ...["ok", "replayed", "ok", "replayed"],
    ]);
    expect(uas.nonces).toBe(1);
  });

  it("spend no memory on challenges, strangers, or wrong passwords", () => {
    const { server: uas } = server();
    for (let count = 0; count < 1_000; count++) uas.verify(request());
    const wrong = client({ account: () => ({ username: "alice", password: "no" }) });
    const stranger = client({ account: () => ({ username: "mallory", password: PASSWORD }) });
    const verdicts = [wrong, stranger].map((uac) =>
      uas.verify(request(uac.answer(response(401, uas.challenge()), sent()))),
    );
    expect(verdicts).toMatchObject([{ reason: "wrong-response" }, { reason: "unknown-user" }]);
    expect(uas.nonces).toBe(0);
  });

  it("take no nonce that was not made here, nor one that was altered", () => {
    const [one, other] = [server().server, server({ random: new SeededRandom(9) }).server];
    const credentials = client().answer(response(401, one.challenge()), sent());
    expect(other.verify(request(credentials))).toMatchObject({ reason: "stale-nonce" });
    const [, value = ""] = one.challenge()[0] ?? [];
    const altered = value.replace(/nonce="../, 'nonce="ff');
    const forged = client().answer(response(401, [["WWW-Authenticate", altered]]), sent());
    expect(one.verify(request(forged))).toMatchObject({ reason: "stale-nonce" });
  });

  it("forget nonces with time", () => {
    const { clock, server: uas } = server({ nonceMs: 1_000 });
    uas.verify(request(client().answer(response(401, uas.challenge()), sent())));
    expect(uas.nonces).toBe(1);
    clock.advance(1_001);
    uas.verify(request(client().answer(response(401, uas.challenge()), sent())));
    expect(uas.nonces).toBe(1);
  });

  it("answer a proxy and a server in turn, and keep what the first was told (RFC 3261 §22.3)", () => {
    const { server: proxy } = server({ role: "proxy" });
    const { server: uas } = server({ random: new SeededRandom(5) });
    const uac = client();
    const toProxy = uac.answer(response(407, proxy.challenge()), sent()) ?? [];
    expect(proxy.verify(request(toProxy)).ok).toBe(true);
    const both = uac.answer(response(401, uas.challenge()), sent(toProxy)) ?? [];
    expect(both.map(([name]) => name)).toEqual(["Authorization", "Proxy-Authorization"]);
    expect(proxy.verify(request(both)).ok).toBe(true);
    expect(uas.verify(request(both)).ok).toBe(true);
  });

  it("answer each realm that there is an account for", () => {
    const account = (realm: string) => (realm === "none" ? undefined : { username: realm, password: "x" });
    const challenges = ["a", "b", "none", "a"].map((realm): HeaderField => [
      "WWW-Authenticate",
      `Digest realm="${realm}", nonce="n${realm}", qop="auth"`,
    ]);
    const credentials = client({ account }).answer(response(401, challenges), sent()) ?? [];
    expect(credentials.map(([, value]) => parseAuthValue(value)?.params.get("username"))).toEqual(["a", "b"]);
  });

  it("never challenge ACK and CANCEL (RFC 3261 §22.1)", () => {
    const { server: uas } = server();
    for (const method of ["ACK", "CANCEL"])
      expect(uas.verify(request([], method))).toEqual({
        ok: false,
        reason: "not-challengeable",
        status: undefined,
        headers: [],
      });
  });

  it("take each nonce of a client without qop once (RFC 2069), and refuse what is malformed with 400", () => {
    const { server: uas } = server({ algorithms: ["MD5"] });
    const [, value = ""] = uas.challenge()[0] ?? [];
    const without = value.replace(/, qop="[^"]*"/, "");
    const credentials = client().answer(response(401, [["WWW-Authenticate", without]]), sent()) ?? [];
    expect(credentials[0]?.[1]).not.toContain("nc=");
    expect([uas.verify(request(credentials)), uas.verify(request(credentials))]).toMatchObject([
      { ok: true },
      { reason: "replayed", status: 401 },
    ]);
    const bad = (text: string) => uas.verify(request([["Authorization", text]]));
    expect(bad('Digest realm="biloxi.com"')).toMatchObject({ reason: "malformed", status: 400 });
    expect(bad("Digest realm=")).toMatchObject({ ok: false });
    expect(bad('Digest realm="elsewhere"')).toMatchObject({ reason: "no-credentials", status: 401 });
  });

  it("take credentials for another URI only where its owner says so (RFC 8760 §2.6)", () => {
    const forUri = (requestUri: string, uas: DigestServer) =>
      uas.verify(request(client().answer(response(401, uas.challenge()), { ...sent(), requestUri })));
    expect(forUri("sip:bob@BILOXI.com", server().server).ok).toBe(true);
    expect(forUri("sip:carol@biloxi.com", server().server)).toMatchObject({ reason: "foreign-uri" });
    const { server: forwarding } = server({ isUriAccepted: (uri) => uri.startsWith("sip:carol@") });
    expect(forUri("sip:carol@biloxi.com", forwarding).ok).toBe(true);
  });
});

interface Vector {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly ha1: string;
  readonly method?: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly qop: "auth";
  readonly response: string;
}
const ROOT = resolve(import.meta.dirname, "../../../..");
const FILE = join(resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus"), "sip/digest.json");
if (!existsSync(FILE)) console.warn(`SKIPPED: digest vectors, since there is no ${FILE} (TANDEM_CORPUS)`);

(existsSync(FILE) ? describe : describe.skip)("the corpus of digests", () => {
  it("is computed as labelled", () => {
    const vectors = JSON.parse(readFileSync(FILE, "utf8")) as Vector[];
    expect(vectors).toHaveLength(4);
    for (const vector of vectors) {
      expect(ha1Of(hash, vector.algorithm, vector)).toBe(vector.ha1);
      if (vector.method === undefined) continue;
      const input = { ...vector, method: vector.method, isSession: false, body: NO_BODY };
      expect(digestResponse(hash, input)).toBe(vector.response);
    }
  });
});
