import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { ReliableTransport, type Account, type SoftState, type TransportName } from "@tandem/sip";
import { eventsOf, expectWhole, wordsOf } from "../helpers/calls.ts";
import { hasOpenssl, makeCertificateFiles, type CertificateFiles } from "../helpers/certificates.ts";
import { removeEdges, startEdge } from "../helpers/edge.ts";
import { Kamailio, stopKamailios } from "../helpers/kamailio.ts";
import { closeAgents, TestAgent, Told } from "../helpers/sip-agent.ts";

const ALICE: Account = { username: "alice", password: "secret" };
const AOR = "sip:alice@home.example";

jest.setTimeout(20_000);

afterEach(async () => {
  await closeAgents();
  await removeEdges();
  await stopKamailios();
});

const SOCKETS = { UDP: "udp", TCP: "tcp", TLS: "tls", WS: "tcp", WSS: "tls" } as const;
/** RFC 7118 §5.2: in a URI it is `ws`, with or without TLS. */
const TRANSPORT_PARAMS = {
  ...{ UDP: "", TCP: ";transport=tcp", TLS: ";transport=tls" },
  ...{ WS: ";transport=ws", WSS: ";transport=ws" },
} as const;
const PROTOCOLS = ["TCP", "WS", ...(hasOpenssl ? (["TLS", "WSS"] as const) : [])] as const;

let directory: string;
/** Shown and trusted by both sides. */
let certificates: CertificateFiles | undefined;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tandem-registrar-"));
  if (hasOpenssl) certificates = makeCertificateFiles(directory, "home");
  else process.stderr.write("SKIPPED: registrations over TLS and WSS, there is no openssl\n");
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface RegistrarOptions {
  readonly algorithm?: "MD5" | "SHA-256";
  readonly qop?: "none" | "auth";
  readonly minExpiresS?: number;
  readonly isStaleOnce?: boolean;
  readonly next?: string;
  /** What it listens to besides UDP. */
  readonly connections?: TransportName;
}

/**
 * Flags of a challenge in Kamailio's module auth; 16 is stale=true. auth-int (2) is left out: Kamailio 5.6.3 takes 32
 * octets of zero for the hash of the body, so nobody's auth-int by RFC 7616 §3.4.3 passes there.
 */
const QOP = { none: 0, auth: 1 } as const;
const STALE = 16;

function startRegistrar(options: RegistrarOptions = {}): Promise<Kamailio> {
  const { algorithm = "MD5", qop = "auth", minExpiresS = 1, next = "sip:127.0.0.1:9" } = options;
  return Kamailio.start({
    config: "registrar.cfg",
    listen: ["udp", ...(options.connections === undefined ? [] : [SOCKETS[options.connections]])],
    defines: () => ({
      ...(options.connections?.startsWith("WS") === true && { WITH_WEBSOCKET: true as const }),
      ...(certificates !== undefined && {
        ...{ CERTIFICATE: certificates.certificate, KEY: certificates.key },
        TRUSTED: certificates.certificate,
      }),
      ...{ ALGORITHM: algorithm, MIN_EXPIRES: minExpiresS, NEXT: next },
      ...{ QOP: String(QOP[qop]), QOP_STALE: String(QOP[qop] + STALE) },
      ...(options.isStaleOnce === true && { STALE_ONCE: true as const }),
    }),
  });
}

function openSecure(protocol: TransportName): Promise<TestAgent> {
  if (certificates === undefined) return TestAgent.open(protocol, { account: ALICE });
  const [cert, key] = [certificates.certificate, certificates.key].map((file) => readFileSync(file, "utf8"));
  const own = { cert: cert ?? "", key: key ?? "" };
  return TestAgent.open(protocol, { account: ALICE, certificates: { own, trusted: [own.cert] } });
}

/** Connections of its only socket. */
function connectionsOf({ transport }: TestAgent): number {
  return transport instanceof ReliableTransport ? transport.connections : 0;
}

/** Told `held EXPIRES`, `failed STATUS`, `ended`. */
class Registered {
  readonly told = new Told();
  readonly state: SoftState;
  readonly callIds = new Set<string>();

  constructor(agent: TestAgent, registrar: Kamailio, expiresS = 60, port = registrar.ports[0] ?? 0) {
    this.state = agent.agent.register(
      {
        requestUri: "sip:home.example",
        ...{ from: `<${AOR}>`, to: `<${AOR}>`, target: agent.targetAt(port) },
        ...{
          contactUri: `sip:alice@127.0.0.1:${agent.port}${TRANSPORT_PARAMS[agent.transport.protocol]}`,
          expiresS,
        },
      },
      {
        onHeld: (response) => {
          this.callIds.add(response.callId ?? "");
          const contacts = response.contacts?.map(({ params }) => params.get("expires")).join(" ");
          this.told.note(`held ${contacts}`);
        },
        onFailed: (response) => {
          this.callIds.add(response?.callId ?? "");
          this.told.note(`failed ${response?.status}`);
        },
        onEnded: () => {
          this.told.note("ended");
        },
      },
    );
  }

  /** All requests of a registration have one Call-ID (RFC 3261 §10.2). */
  get callId(): string {
    expect(this.callIds.size).toBe(1);
    return [...this.callIds].join();
  }
}

describe("a registration at Kamailio", () => {
  it.each([
    ["MD5", "none"],
    ["MD5", "auth"],
    ["SHA-256", "none"],
    ["SHA-256", "auth"],
  ] as const)("is made with Digest %s, qop %s (RFC 7616, RFC 8760)", async (algorithm, qop) => {
    const registrar = await startRegistrar({ algorithm, qop });
    const agent = await TestAgent.open("UDP", { account: ALICE, isMd5Allowed: algorithm === "MD5" });
    const registered = new Registered(agent, registrar);
    await registered.told.hears("held 60");
    expect(registered.told.lines).toEqual(["held 60"]);
    await registrar.expectChallenges(registered.callId, ["REGISTER no-credentials"]);
  });

  it("is refreshed at half of its time and taken back, each with the same Call-ID (RFC 3261 §10.2)", async () => {
    const registrar = await startRegistrar();
    const agent = await TestAgent.open("UDP", { account: ALICE });
    const registered = new Registered(agent, registrar, 2);
    await registered.told.hears("held 2", 3);
    registered.state.remove();
    await registered.told.hears("ended");
    expect(registered.told.lines).toEqual(["held 2", "held 2", "held 2", "ended"]);
    // Nobody is registered any more: a call goes to the next hop, which is silent.
    const caller = await TestAgent.open("UDP", { account: ALICE });
    const call = caller.call("alice", registrar.ports[0] ?? 0, { requestUri: AOR });
    await call.told.hears("408");
    expect(agent.taken).toHaveLength(0);
    expect(registered.callId).not.toBe("");
  });

  it("fails with a wrong password after one try, and is not tried again at once (RFC 3261 §22.1)", async () => {
    const registrar = await startRegistrar();
    const agent = await TestAgent.open("UDP", { account: { ...ALICE, password: "wrong" } });
    const registered = new Registered(agent, registrar);
    await registered.told.hears("failed 401");
    expect(registered.state.state).toBe("waiting");
    await registrar.expectChallenges(registered.callId, [
      "REGISTER no-credentials",
      "REGISTER wrong-password",
    ]);
    await registrar.expectRequests(registered.callId, ["> udp REGISTER", "> udp REGISTER"]);
  });

  it("is refused where only MD5 is offered and it is not allowed: nothing is sent (RFC 8760 §3)", async () => {
    const registrar = await startRegistrar({ algorithm: "MD5" });
    const agent = await TestAgent.open("UDP", { account: ALICE, isMd5Allowed: false });
    const registered = new Registered(agent, registrar);
    await registered.told.hears("failed 401");
    await registrar.expectRequests(registered.callId, ["> udp REGISTER"]);
  });

  it("asks again for as long as the registrar wants: 423 with Min-Expires (RFC 3261 §10.2.8)", async () => {
    const registrar = await startRegistrar({ minExpiresS: 120 });
    const agent = await TestAgent.open("UDP", { account: ALICE });
    const registered = new Registered(agent, registrar, 10);
    await registered.told.hears("held 120");
    expect(registered.told.lines).toEqual(["held 120"]);
  });

  it("answers a stale nonce with the same password and the new nonce (RFC 7616 §3.3)", async () => {
    const registrar = await startRegistrar({ isStaleOnce: true });
    const agent = await TestAgent.open("UDP", { account: ALICE });
    const registered = new Registered(agent, registrar);
    await registered.told.hears("held 60");
    await registrar.expectChallenges(registered.callId, ["REGISTER no-credentials", "REGISTER stale"]);
    expect(registered.told.lines).toEqual(["held 60"]);
  });

  it.each(PROTOCOLS)(
    "over %s brings calls over the connection that it has, until the end of each",
    async (protocol) => {
      const registrar = await startRegistrar({ connections: protocol });
      const callee = await openSecure(protocol);
      await new Registered(callee, registrar, 60, registrar.ports[1]).told.hears("held 60");
      const caller = await TestAgent.open("UDP", { account: ALICE });
      const call = caller.call("alice", registrar.ports[0] ?? 0, { requestUri: AOR });
      await call.told.hears("agreed");
      const taken = callee.incoming;
      await taken.told.hears("ACK");
      expect(connectionsOf(callee)).toBe(1);
      call.isHolding = true;
      expect(await call.change("INVITE")).toBe(200);
      taken.isHolding = true;
      expect(await taken.change("UPDATE")).toBe(200);
      expect(await call.bye()).toBe(200);
      await taken.told.hears("BYE");
      expect(connectionsOf(callee)).toBe(1);
    },
  );

  it("brings calls: the registrar finds the Contact, and the call is taken, held and ended there (RFC 3261 §16.5)", async () => {
    const registrar = await startRegistrar();
    const callee = await TestAgent.open("UDP", { account: ALICE });
    await new Registered(callee, registrar).told.hears("held 60");
    const caller = await TestAgent.open("UDP", { account: ALICE });
    const call = caller.call("alice", registrar.ports[0] ?? 0, { requestUri: AOR });
    await call.told.hears("200");
    const taken = callee.incoming;
    expect(taken.session.request.requestUriText).toBe(`sip:alice@127.0.0.1:${callee.port}`);
    await taken.told.hears("ACK");
    taken.isHolding = true;
    // Whoever is called is challenged, too: the proxy does not ask who placed the call.
    expect(await taken.change("INVITE")).toBe(200);
    expect(await taken.bye()).toBe(200);
    await registrar.expectChallenges(call.callId, [
      // What was accepted for the INVITE goes with the BYE, and Kamailio takes each nonce once.
      ...["INVITE no-credentials", "INVITE no-credentials", "BYE stale"],
    ]);
  });
});

describe("a call through Kamailio, which challenges each of its requests (RFC 3261 §22.3)", () => {
  it("is placed on the edge with INVITE, re-INVITE, UPDATE, INFO and BYE answered for, and the edge sees none of it twice", async () => {
    const edge = await startEdge();
    const registrar = await startRegistrar({ next: `sip:${edge.address}:${edge.port}` });
    const caller = await TestAgent.open("UDP", { account: ALICE, reliableProvisionals: "never" });
    const call = caller.call("+493099900100", registrar.ports[0] ?? 0);
    await call.told.hears("agreed");
    call.isHolding = true;
    expect(await call.change("INVITE")).toBe(200);
    expect(await call.change("UPDATE")).toBe(200);
    expect(await call.info()).toBe(200);
    expect(await call.bye()).toBe(200);
    // What was accepted goes with each next request (§22.3), and Kamailio takes each nonce once.
    const challenged = ["INVITE", "UPDATE", "INFO", "BYE"].map((method) => `${method} stale`);
    await registrar.expectChallenges(call.callId, ["INVITE no-credentials", ...challenged]);
    await registrar.expectRequests(
      call.callId,
      [
        ...["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"],
        ...["UPDATE", "UPDATE", "INFO", "INFO", "BYE", "BYE"],
      ].map((method) => `> udp ${method}`),
    );
    const events = eventsOf(edge.journalEvents(), call.callId);
    expectWhole(events);
    expect(wordsOf(events)).toEqual(["incoming", "ringing", "answered", "released"]);
  });

  it("is not placed with a wrong password: 407 at the caller, and the edge hears nothing", async () => {
    const edge = await startEdge();
    const registrar = await startRegistrar({ next: `sip:${edge.address}:${edge.port}` });
    const caller = await TestAgent.open("UDP", { account: { ...ALICE, password: "wrong" } });
    const call = caller.call("+493099900100", registrar.ports[0] ?? 0);
    await call.told.hears("407");
    expect(call.told.lines).toEqual(["407"]);
    expect(edge.journalEvents()).toEqual([]);
  });
});
