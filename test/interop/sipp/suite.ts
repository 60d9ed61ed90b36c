import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import {
  eventsByCall,
  eventsOf,
  expectWhole,
  releaseOf,
  wordsOf,
  type CallEvent,
} from "../../helpers/calls.ts";
import { makeCertificateFiles } from "../../helpers/certificates.ts";
import { removeEdges, startEdge, type TestEdge } from "../../helpers/edge.ts";
import { runSipp, type SippOptions, type SippResult } from "../../helpers/sipp.ts";
import { startStunnel, type RunningStunnel } from "../../helpers/stunnel.ts";
import { Script, type Protocol } from "./script.ts";

/** How SIPp reaches the edge: one connection by default, `tcp-n` one for each call; TLS goes through stunnel. */
export type Over = "udp" | "udp6" | "tcp" | "tcp-n" | "tls" | "mtls";

/** One SIPp scenario against the edge. */
export interface Scenario {
  /** What the edge does. */
  readonly proves: string;
  readonly clause: string;
  /** udp, tcp and tls where left out. */
  readonly over?: readonly Over[];
  readonly called?: string;
  /** Source address: it decides which trunk it is. */
  readonly from?: string;
  readonly steps: (sipp: Script) => void;
  /** The call's events: its words, with the cause behind the last; `|` between calls where there are several. */
  readonly events: string;
  readonly verify?: (events: readonly CallEvent[]) => void;
  /** Repeated messages count as steps, where SIPp passes over them by itself; it repeats nothing then. */
  readonly seesAll?: boolean;
  /** The edge's messages may come while SIPp sends: it takes them for unexpected otherwise. */
  readonly crosses?: boolean;
  /** Longest time between two steps. */
  readonly waitsMs?: number;
}

/** The lives of most calls. */
export const LIFE = {
  none: "",
  refused: "incoming released",
  cancelled: "incoming ringing released 16",
  normal: "incoming ringing answered released 16",
} as const;

/** Called numbers and what becomes of them. */
export const CALLED = {
  echo: "+493099900100",
  soon: "+493099901",
  late: "+493099902",
  busy: "+493099903",
  nowhere: "+12025550100",
} as const;

/** Source of the trunk that speaks SIP-I, and of nobody. */
export const SIP_I = "127.0.0.2";
export const STRANGER = "127.0.0.3";

const LOOPBACK = "127.0.0.1";
export const OVER: readonly Over[] = ["udp", "tcp", "tls"];
const WAIT_MS = 5_000;
const SETTLED_MS = 10_000;
const POLL_MS = 50;

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

function isPossible(over: Over): boolean {
  return over !== "udp6" || hasIpv6;
}

/** The scenarios as tests against one edge, side by side; in the end the edge must hold nothing of them. */
export function testScenarios(theme: string, scenarios: readonly Scenario[]): void {
  const house = new House(new Set(scenarios.flatMap(({ over = OVER }) => over)));
  const longestMs = Math.max(...scenarios.map(({ waitsMs = WAIT_MS }) => waitsMs));
  jest.setTimeout(longestMs + 60_000);
  beforeAll(() => house.open());
  afterAll(() => house.close());

  describe(theme, () => {
    for (const scenario of scenarios) {
      for (const over of scenario.over ?? OVER) {
        if (!isPossible(over))
          process.stderr.write(`SKIPPED: ${scenario.proves}: this machine has no IPv6 loopback\n`);
        const test = isPossible(over) ? it.concurrent : it.skip;
        test(`${scenario.proves} (${scenario.clause}), over ${over}`, () => house.run(scenario, over));
      }
    }
  });

  describe(`after ${theme}`, () => {
    it("the edge holds no call, dialog or RTP port, and met no fault of its own", async () => {
      expect(await house.remains()).toEqual({ calls: 0, dialogs: 0, ports: 0, faults: [] });
    });
  });
}

/** An edge with all its listeners, and what stands between them and SIPp. */
class House {
  readonly #directory = mkdtempSync(join(tmpdir(), "tandem-interop-"));
  readonly #needs: ReadonlySet<Over>;
  readonly #stunnels = new Map<Over, RunningStunnel>();
  #edge: TestEdge | undefined;

  constructor(needs: ReadonlySet<Over>) {
    this.#needs = needs;
  }

  async open(): Promise<void> {
    const needed = (over: Over): boolean => this.#needs.has(over) && isPossible(over);
    const listen: { id: string; [setting: string]: unknown }[] = [
      { id: "tcp-1", transport: "tcp", address: `${LOOPBACK}:0` },
    ];
    if (needed("udp6")) listen.push({ id: "udp-6", transport: "udp", address: "[::1]:0" });
    const needsTls = needed("tls") || needed("mtls");
    const certificates = (name: string) => makeCertificateFiles(this.#directory, name);
    const own = needsTls ? certificates("edge") : undefined;
    const carriers = needed("mtls") ? certificates("carrier") : undefined;
    const tls = { transport: "tls", address: `${LOOPBACK}:0` };
    if (needed("tls")) listen.push({ id: "tls-1", ...tls, tls: own });
    if (needed("mtls"))
      listen.push({
        id: "tls-2",
        ...tls,
        tls: { ...own, ca: carriers?.certificate, clientCertificate: "require" },
      });
    const edge = await startEdge({
      listen,
      trunks: [
        {
          ...{ id: "carrier", profile: "sip-t", numbers: { country: "49" } },
          sources: [LOOPBACK, ...(needed("udp6") ? ["::1"] : [])],
        },
        { id: "exchange", profile: "sip-i", sources: [SIP_I], numbers: { country: "49" } },
      ],
      routes: [
        { id: "busy", when: { called: CALLED.busy }, reject: 486 },
        { id: "late", when: { called: CALLED.late }, answer: { after: "10m" } },
        { id: "soon", when: { called: CALLED.soon }, answer: { after: "300ms" } },
        { id: "echo", when: { called: "+49*" }, answer: "echo" },
      ],
    });
    this.#edge = edge;
    for (const [over, listener, shown] of [
      ["tls", "tls-1", undefined],
      ["mtls", "tls-2", carriers],
    ] as const) {
      if (!needed(over) || own === undefined) continue;
      const options = { port: edge.portOf(listener), ca: own.certificate };
      this.#stunnels.set(over, await startStunnel({ ...options, ...(shown && { own: shown }) }));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#stunnels.values()].map((stunnel) => stunnel.stop()));
    await removeEdges();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async run(scenario: Scenario, over: Over): Promise<void> {
    const { proves, clause, called = CALLED.echo, steps, waitsMs = WAIT_MS } = scenario;
    const { protocol, options } = this.#way(over, scenario.from);
    const script = new Script(protocol, "caller", called);
    steps(script);
    const xml = script.xml(`${proves} (${clause})`);
    const callId = randomUUID();
    const result = await runSipp({
      ...options,
      scenario: { xml },
      calls: 1,
      rate: 100,
      timeoutMs: waitsMs + 30_000,
      hasMessages: true,
      args: [
        // A percent sign is SIPp's own: %u is the number of the call.
        ...["-cid_str", `%u-${callId}`, "-recv_timeout", String(waitsMs)],
        ...(scenario.seesAll === true ? ["-nr"] : []),
        ...(scenario.crosses === true ? ["-default_behaviors", "all,-abortunexp"] : []),
      ],
    });
    expectPlayed(result, xml);
    expectEvents(await this.#events(`1-${callId}`, scenario), scenario);
  }

  /** A final response leaves before its event where the disk is slow: the event may come a little later. */
  async #events(callId: string, { events: expected }: Scenario): Promise<CallEvent[]> {
    for (const deadline = Date.now() + SETTLED_MS; ; await setTimeout(POLL_MS)) {
      const events = eventsOf(this.#open.journalEvents(), callId);
      const ends = wordsOf(events).filter((word) => word === "released").length;
      const isComplete = expected === LIFE.none || ends === expected.split("|").length;
      if (isComplete || Date.now() > deadline) return events;
    }
  }

  async remains(): Promise<object> {
    const edge = this.#open;
    const report = await edge.until(
      ({ calls, sip, rtp }) => calls === 0 && sip.dialogs === 0 && rtp.portsInUse === 0,
      SETTLED_MS,
    );
    const refused = Object.keys(report.counters["tandem_sip_refused_total"] ?? {});
    const faults = refused.filter((label) => label.startsWith("internal-error"));
    return { calls: report.calls, dialogs: report.sip.dialogs, ports: report.rtp.portsInUse, faults };
  }

  get #open(): TestEdge {
    if (this.#edge === undefined) throw new TypeError("the edge is not open");
    return this.#edge;
  }

  #way(
    over: Over,
    from = over === "udp6" ? "::1" : LOOPBACK,
  ): {
    readonly protocol: Protocol;
    readonly options: Pick<SippOptions, "target" | "transport" | "address">;
  } {
    const edge = this.#open;
    const udp = { transport: "u1", address: from } as const;
    const tcp = { transport: over === "tcp-n" ? "tn" : "t1", address: from } as const;
    switch (over) {
      case "udp":
        return { protocol: "UDP", options: { ...udp, target: `${LOOPBACK}:${edge.port}` } };
      case "udp6":
        return {
          protocol: "UDP",
          options: { ...udp, target: `[::1]:${edge.portOf("udp-6")}` },
        };
      case "tcp":
      case "tcp-n":
        return {
          protocol: "TCP",
          options: { ...tcp, target: `${LOOPBACK}:${edge.portOf("tcp-1")}` },
        };
      case "tls":
      case "mtls":
        return {
          protocol: "TLS",
          options: { ...tcp, target: `${LOOPBACK}:${this.#stunnels.get(over)?.port}` },
        };
    }
  }
}

/** SIPp went through its scenario to the end; where it did not, what it saw is the message. */
export function expectPlayed({ exitCode, successful, errors, messages }: SippResult, xml: string): void {
  if (exitCode === 0 && successful === 1) return;
  const seen = messages.map(({ direction, text }) => `${direction}:\n${text}`).join("\n");
  throw new TypeError(`SIPp ended by ${exitCode}:\n${errors}\n${seen}\nThe scenario:\n${xml}`);
}

function expectEvents(events: readonly CallEvent[], scenario: Scenario): void {
  const calls = [...eventsByCall(events).values()];
  const lives = calls.map((call) => {
    expectWhole(call);
    return [...wordsOf(call), releaseOf(call).cause.q850.value].join(" ");
  });
  expect(lives.join(" | ")).toBe(scenario.events);
  scenario.verify?.(events);
}
