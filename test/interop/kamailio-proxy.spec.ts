import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { TransportName } from "@tandem/sip";
import type { Certificates } from "@tandem/sip/node";
import { dataOf, eventsByCall, eventsOf, expectWhole, releaseOf, wordsOf } from "../helpers/calls.ts";
import { hasOpenssl, makeCertificateFiles, type CertificateFiles } from "../helpers/certificates.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { Kamailio, stopKamailios, type SocketKind } from "../helpers/kamailio.ts";
import { closeAgents, TestAgent, type PlacedCall } from "../helpers/sip-agent.ts";
import { expectSuccess, runSipp } from "../helpers/sipp.ts";
import { Tandem, tandem } from "../helpers/tandem.ts";

const ECHO = "+493099900100";
const RINGS_SHORTLY = "+493099901";
const RINGS_LONG = "+493099902";
const BUSY = "+493099903";
const LIFE = ["incoming", "ringing", "answered", "released"];

jest.setTimeout(30_000);

let directory: string;
let edge: TestEdge;
let shown: { readonly edge: CertificateFiles; readonly proxy: CertificateFiles } | undefined;
let ownCertificates: Certificates | undefined;

/** What the caller speaks, what the edge hears, and Kamailio's sockets for them. */
interface Path {
  readonly near: TransportName;
  readonly far: "udp" | "tcp" | "tls";
}

const PLAIN: readonly Path[] = [
  { near: "UDP", far: "udp" },
  { near: "TCP", far: "tcp" },
  { near: "UDP", far: "tcp" },
  { near: "TCP", far: "udp" },
  { near: "WS", far: "udp" },
];
const SECURE: readonly Path[] = [
  { near: "TLS", far: "tls" },
  { near: "WSS", far: "tls" },
];
const PATHS = [...PLAIN, ...(hasOpenssl ? SECURE : [])];
const SOCKETS = { UDP: "udp", TCP: "tcp", TLS: "tls", WS: "tcp", WSS: "tls" } as const;

const proxies = new Map<Path, Kamailio>();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tandem-interop-"));
  if (hasOpenssl) {
    shown = {
      edge: makeCertificateFiles(directory, "edge"),
      proxy: makeCertificateFiles(directory, "proxy"),
    };
    const own = {
      cert: readFileSync(shown.edge.certificate, "utf8"),
      key: readFileSync(shown.edge.key, "utf8"),
    };
    ownCertificates = { own, trusted: [readFileSync(shown.proxy.certificate, "utf8")] };
  } else process.stderr.write("SKIPPED: TLS and WSS through Kamailio, there is no openssl\n");
  edge = await startEdge({
    listen: [
      { id: "tcp", transport: "tcp", address: "127.0.0.1:0" },
      ...(shown === undefined
        ? []
        : [
            {
              ...{ id: "tls", transport: "tls", address: "127.0.0.1:0" },
              tls: { ...shown.edge, ca: shown.proxy.certificate, clientCertificate: "require" },
            },
          ]),
    ],
    routes: [
      { id: "short", when: { called: RINGS_SHORTLY }, answer: { after: "200ms" } },
      { id: "long", when: { called: RINGS_LONG }, answer: { after: "10m" } },
      { id: "busy", when: { called: BUSY }, reject: { sip: 486 } },
      { id: "echo", answer: "echo" },
    ],
  });
  await Promise.all(PATHS.map(async (path) => proxies.set(path, await startProxy(path))));
}, 60_000);

/** What a test leaves running, even where it fails. */
const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

afterAll(async () => {
  await closeAgents();
  await removeEdges();
  await stopKamailios();
  rmSync(directory, { recursive: true, force: true });
});

function startProxy({ near, far }: Path): Promise<Kamailio> {
  const sockets: SocketKind[] = [SOCKETS[near], far];
  const port = far === "udp" ? edge.port : edge.portOf(far);
  return Kamailio.start({
    config: "proxy.cfg",
    listen: sockets,
    defines: ([, socket = ""]) => ({
      FAR: socket,
      NEXT: `sip:${edge.address}:${port};transport=${far}`,
      ...(near.startsWith("WS") && { WITH_WEBSOCKET: true as const }),
      ...(shown !== undefined &&
        sockets.includes("tls") && {
          CERTIFICATE: shown.proxy.certificate,
          KEY: shown.proxy.key,
          TRUSTED: shown.edge.certificate,
        }),
    }),
  });
}

function proxyOf(path: Path): Kamailio {
  const proxy = proxies.get(path);
  if (proxy === undefined) throw new TypeError(`no Kamailio for ${path.near} to ${path.far}`);
  return proxy;
}

const openAgent = (path: Path): Promise<TestAgent> =>
  TestAgent.open(path.near, ownCertificates === undefined ? {} : { certificates: ownCertificates });

const callThrough = (agent: TestAgent, path: Path, number: string): PlacedCall =>
  agent.call(number, proxyOf(path).ports[0] ?? 0);

const [UDP_PATH] = PLAIN;
if (UDP_PATH === undefined) throw new TypeError("there is no path");

describe("our carrier behind Kamailio, over UDP", () => {
  it("places SIP-T calls on the edge: ISUP passes untouched, and ACK and BYE follow the recorded route", async () => {
    const count = 10;
    const proxy = proxyOf(UDP_PATH);
    const target = `sip:${proxy.address}:${proxy.ports[0]}`;
    const numbers = ["--from", "+493012345601", "--to", "+4930990101"];
    const load = ["--count", String(count), "--rate", "20", "--duration", "300ms", "--json"];
    const placed = await tandem(["carrier", "call", "--target", target, ...numbers, ...load]);
    expect(placed).toMatchObject({ code: 0, stderr: "" });
    const reports = placed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly callId: string });
    expect(reports).toHaveLength(count);
    for (const { callId } of reports) {
      await proxy.expectRequests(callId, ["> udp INVITE", "> udp ACK", "> udp BYE"]);
      const events = eventsOf(edge.journalEvents(), callId);
      expectWhole(events);
      expect(wordsOf(events)).toEqual(LIFE);
      expect(events.map(({ data }) => data.isup?.messageType)).toEqual(["IAM", "ACM", "ANM", "REL"]);
      expect(events[0]?.data).toMatchObject({ source: { transport: "udp", port: proxy.ports[1] } });
    }
  });
});

describe("our carrier at both ends, over UDP", () => {
  it("releases a call that it has taken: its BYE with REL goes back by the recorded route (RFC 3261 §12.2.1.1)", async () => {
    const taking = ["--listen", "127.0.0.1:0", "--after", "100ms", "--release-after", "200ms", "--json"];
    const callee = new Tandem(["carrier", "answer", ...taking]);
    endings.push(() => callee.signal("SIGINT"));
    const [, address = ""] = await callee.says(/takes calls on (\S+)/);
    const proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp", "udp"],
      defines: ([, far = ""]) => ({ FAR: far, NEXT: `sip:${address}` }),
    });
    const target = ["--target", `sip:${proxy.address}:${proxy.ports[0]}`, "--duration", "10s"];
    const numbers = ["--from", "+493012345601", "--to", "+4930990101"];
    const placed = await tandem(["carrier", "call", ...target, ...numbers, "--json"]);
    expect(placed).toMatchObject({ code: 0, stderr: "" });
    const report = JSON.parse(placed.stdout) as { callId: string };
    expect(report).toMatchObject({ outcome: "answered", releasedBy: "peer", cause: { value: 16 } });
    await proxy.expectRequests(report.callId, ["> udp INVITE", "> udp ACK", "< udp BYE"]);
    expect((await callee.signal("SIGINT")).code).toBe(0);
  });
});

describe("SIPp behind Kamailio", () => {
  const calls = 100;

  it.each(PLAIN.filter(({ near, far }) => near !== "WS" && near.toLowerCase() !== far))(
    "places 100 SIP-T calls over $near to the edge on $far: none fails, and every BYE went by the proxy",
    async (path) => {
      const proxy = proxyOf(path);
      const before = new Set(eventsByCall(edge.journalEvents()).keys());
      const sipp = await runSipp({
        ...{ scenario: "sip-t-call.xml", target: `${proxy.address}:${proxy.ports[0]}`, calls },
        ...{ rate: 50, holdMs: 300, transport: path.near === "TCP" ? "t1" : "u1" },
      });
      expectSuccess(sipp, calls);
      const made = [...eventsByCall(edge.journalEvents())].filter(([id]) => !before.has(id));
      expect(made).toHaveLength(calls);
      const near = path.near.toLowerCase();
      for (const [, events] of made) {
        expectWhole(events);
        expect(wordsOf(events)).toEqual(LIFE);
        const callId = events[0]?.data.sip.callId ?? "";
        await proxy.expectRequests(callId, [`> ${near} INVITE`, `> ${near} ACK`, `> ${near} BYE`]);
      }
    },
  );
});

describe.each(PATHS.map((path) => [path.near, path.far, path] as const))(
  "a caller over %s, the edge on %s, and Kamailio between them",
  (near, far, path) => {
    const word = near.toLowerCase();

    it("ring with PRACK, hold by re-INVITE, resume by UPDATE, and end: all of it by the route set (RFC 3261 §12.2)", async () => {
      const agent = await openAgent(path);
      const call = callThrough(agent, path, RINGS_SHORTLY);
      await call.told.hears("200");
      await call.told.hears("agreed");
      call.isHolding = true;
      expect(await call.change("INVITE")).toBe(200);
      call.isHolding = false;
      expect(await call.change("UPDATE")).toBe(200);
      expect(await call.info()).toBe(200);
      expect(await call.bye()).toBe(200);
      expect(call.told.lines).toEqual(["180", "200", "agreed", "agreed", "agreed"]);
      await proxyOf(path).expectRequests(
        call.callId,
        ["INVITE", "PRACK", "ACK", "INVITE", "ACK", "UPDATE", "INFO", "BYE"].map(
          (method) => `> ${word} ${method}`,
        ),
      );
      const events = eventsOf(edge.journalEvents(), call.callId);
      expectWhole(events);
      expect(wordsOf(events)).toEqual(LIFE);
      expect(events[0]?.data).toMatchObject({ source: { transport: far } });
      await agent.close();
    });

    it("give up by CANCEL: Kamailio hands it on, and the 487 comes back (RFC 3261 §9, §16.10)", async () => {
      const agent = await openAgent(path);
      const call = callThrough(agent, path, RINGS_LONG);
      await call.told.hears("180");
      call.session.cancel();
      await call.told.hears("487");
      const events = eventsOf(edge.journalEvents(), call.callId);
      expectWhole(events);
      expect(releaseOf(events)).toMatchObject({ finalState: "cancelled", cause: { side: "caller" } });
      await agent.close();
    });
  },
);

describe("a call that the edge refuses", () => {
  it("is 486 at the caller, through the proxy; the ACK of each hop is its own (RFC 3261 §17.1.1.3)", async () => {
    const agent = await openAgent(UDP_PATH);
    const call = callThrough(agent, UDP_PATH, BUSY);
    await call.told.hears("486");
    expect(call.told.lines).toEqual(["486"]);
    await proxyOf(UDP_PATH).expectRequests(call.callId, ["> udp INVITE", "> udp ACK"]);
    expect((await edge.until(({ sip }) => sip.dialogs === 0)).sip.dialogs).toBe(0);
    const events = eventsOf(edge.journalEvents(), call.callId);
    expectWhole(events);
    expect(dataOf(events, "incoming")).toHaveLength(1);
    expect(releaseOf(events).cause).toMatchObject({ sip: { code: 486 } });
    await agent.close();
  });
});

describe("two user agents of ours, over UDP and TCP, with Kamailio between them", () => {
  it("send each other re-INVITE, UPDATE and INFO both ways, and the called one ends the call", async () => {
    const callee = await TestAgent.open("TCP");
    const caller = await TestAgent.open("UDP");
    const proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp", "tcp"],
      defines: ([, far = ""]) => ({ FAR: far, NEXT: `sip:127.0.0.1:${callee.port};transport=tcp` }),
    });
    const call = caller.call(ECHO, proxy.ports[0] ?? 0);
    await call.told.hears("200");
    const taken = callee.incoming;
    await taken.told.hears("ACK");
    for (const [side, other] of [
      [taken, call],
      [call, taken],
    ] as const) {
      side.isHolding = true;
      const agreed = other.told.lines.filter((line) => line === "agreed").length;
      expect(await side.change("INVITE")).toBe(200);
      await other.told.hears("agreed", agreed + 1);
      expect(await side.change("UPDATE")).toBe(200);
      expect(await side.info()).toBe(200);
      side.isHolding = false;
    }
    expect(await taken.bye()).toBe(200);
    expect(call.told.lines.at(-1)).toBe("BYE");
    await proxy.expectRequests(call.callId, [
      ...["> udp INVITE", "> udp ACK"],
      ...["< tcp INVITE", "< tcp ACK", "< tcp UPDATE", "< tcp INFO"],
      ...["> udp INVITE", "> udp ACK", "> udp UPDATE", "> udp INFO"],
      "< tcp BYE",
    ]);
    await Promise.all([caller.close(), callee.close(), proxy.stop()]);
  });

  it("take a proxy without lr for a strict router: its URI is the Request-URI, the target the last Route (RFC 3261 §12.2.1.1)", async () => {
    const callee = await TestAgent.open("UDP");
    const caller = await TestAgent.open("UDP");
    const proxy = await Kamailio.start({
      config: "proxy.cfg",
      listen: ["udp"],
      defines: ([socket = ""]) => ({
        // Kamailio reads the escapes.
        STRICT: `Record-Route: <${socket.replace("udp", "sip")}>\\r\\n`,
        NEXT: `sip:127.0.0.1:${callee.port}`,
      }),
    });
    const call = caller.call(ECHO, proxy.ports[0] ?? 0);
    await call.told.hears("200");
    const taken = callee.incoming;
    await taken.told.hears("ACK");
    expect(taken.usage.dialog.routeSet).toEqual([`<sip:127.0.0.1:${proxy.ports[0]}>`]);
    expect(await call.change("INVITE")).toBe(200);
    await taken.told.hears("ACK", 2);
    expect(await taken.info()).toBe(200);
    expect(await taken.bye()).toBe(200);
    await proxy.expectRequests(
      call.callId,
      ["> INVITE", "> ACK", "> INVITE", "> ACK", "< INFO", "< BYE"].map((line) => line.replace(" ", " udp ")),
    );
    await Promise.all([caller.close(), callee.close(), proxy.stop()]);
  });
});

describe("an edge that ends while calls are open", () => {
  it("sends each its BYE by way of the proxy, over the transport it came by", async () => {
    const calls = await Promise.all(
      PATHS.map(async (path) => {
        const agent = await openAgent(path);
        const call = callThrough(agent, path, ECHO);
        await call.told.hears("agreed");
        return { path, call };
      }),
    );
    await edge.until((report) => report.calls === PATHS.length);
    expect(await edge.stop()).toBe(0);
    for (const { path, call } of calls) {
      await call.told.hears("BYE");
      const near = path.near.toLowerCase();
      // A provisional may have asked for a PRACK.
      const sent = proxyOf(path)
        .requests(call.callId)
        .filter((line) => !line.endsWith("PRACK"));
      expect(sent).toEqual([`> ${near} INVITE`, `> ${near} ACK`, `< ${path.far} BYE`]);
      const events = eventsOf(edge.journalEvents(), call.callId);
      expectWhole(events);
      expect(releaseOf(events)).toMatchObject({ finalState: "answered", cause: { side: "gateway" } });
    }
  });
});
