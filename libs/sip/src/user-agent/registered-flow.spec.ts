import { describe, expect, it } from "@jest/globals";
import type { HeaderField } from "../message/build-message.ts";
import { octetString } from "../message/octets.ts";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { ReliableTransport } from "../transport/reliable-transport.ts";
import type { SoftState } from "./soft-state.ts";
import { UserAgent, type UserAgentListener } from "./user-agent.ts";

const REGISTRAR = { host: "192.0.2.2", port: 5060 };
const REG_ID = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=1';
const OUTBOUND: HeaderField[] = [["Require", "outbound"]];

/** Alice registers over TCP; the registrar answers with those header fields. */
class RegisteredFlow {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly near: ReliableTransport;
  readonly registration: SoftState;
  readonly #answer: readonly HeaderField[];
  readonly #random = new SeededRandom(5);
  readonly #opened: { readonly agent: UserAgent; readonly transport: ReliableTransport }[] = [];
  registers = 0;

  constructor(answer: readonly HeaderField[], contactParams = REG_ID) {
    this.#answer = answer;
    this.network = new MemoryNetwork(this.clock, this.#random);
    this.near = this.network.stream({ id: "near", protocol: "TCP", host: "192.0.2.1", port: 5060 });
    this.openRegistrar();
    this.registration = this.#agent(this.near).register(
      {
        requestUri: "sip:example.com",
        from: "<sip:alice@example.com>",
        to: "<sip:alice@example.com>",
        target: { listener: "near", address: REGISTRAR.host, port: REGISTRAR.port },
        contactUri: "sip:alice@192.0.2.1;transport=tcp",
        contactParams,
        expiresS: 3_600,
      },
      { onHeld: () => undefined, onFailed: () => undefined },
    );
    this.clock.advance(100);
  }

  #agent(transport: ReliableTransport, requests: UserAgentListener["requests"] = {}): UserAgent {
    const options = { clock: this.clock, random: this.#random, transports: [transport], accept: [] };
    const listener = { admit: () => undefined, requests, onRefused: () => undefined };
    const agent = new UserAgent(options, listener);
    this.#opened.push({ agent, transport });
    return agent;
  }

  openRegistrar(): ReliableTransport {
    const far = this.network.stream({ id: "far", protocol: "TCP", ...REGISTRAR });
    this.#agent(far, {
      REGISTER: (_request, respond) => {
        this.registers++;
        respond({ status: 200, headers: [["Expires", "3600"], ...this.#answer] });
      },
    });
    return far;
  }

  /** The registrar closes its connections, and is there again. */
  async restartRegistrar(): Promise<void> {
    const closed = this.#opened
      .map(({ transport }) => transport)
      .find(({ id }) => id === "far")
      ?.close();
    this.openRegistrar();
    this.clock.advance(100);
    await closed;
  }

  /** Pings of Alice's so far. */
  get pings(): number {
    return this.network.sent.filter(
      ({ from, octets }) => from.startsWith("192.0.2.1:") && octetString(octets) === "\r\n\r\n",
    ).length;
  }

  async close(): Promise<void> {
    for (const { agent } of this.#opened) agent.close();
    const closed = Promise.all(this.#opened.map(({ transport }) => transport.close()));
    this.clock.advance(60_000);
    await closed;
  }
}

describe("a registered flow (RFC 5626)", () => {
  it.each<[string, HeaderField[], number, number]>([
    ["95 to 120 s where the registrar does not say (§4.4.1)", OUTBOUND, 95_000, 120_000],
    ["80 to 100 % of its Flow-Timer (§4.4)", [...OUTBOUND, ["Flow-Timer", "60"]], 48_000, 60_000],
  ])("is pinged in %s", async (_when, answer, leastMs, mostMs) => {
    const flow = new RegisteredFlow(answer);
    flow.clock.advance(leastMs - 200);
    expect(flow.pings).toBe(0);
    flow.clock.advance(mostMs - leastMs + 200);
    expect(flow.pings).toBe(1);
    flow.clock.advance(3 * mostMs);
    expect(flow.pings).toBeGreaterThanOrEqual(4);
    expect(flow.near.connections).toBe(1);
    await flow.close();
  });

  it("is pinged no oftener than a pong may take, whatever its Flow-Timer", async () => {
    const flow = new RegisteredFlow([...OUTBOUND, ["Flow-Timer", "0"]]);
    flow.clock.advance(60_000);
    expect(flow.pings).toBeLessThanOrEqual(8);
    await flow.close();
  });

  it.each<[string, HeaderField[], string]>([
    ["the registrar has not taken it as one", [], REG_ID],
    ["it was not offered as one", OUTBOUND, ""],
  ])("is not pinged where %s (§4.2.1)", async (_why, answer, contactParams) => {
    const flow = new RegisteredFlow(answer, contactParams);
    flow.clock.advance(300_000);
    expect(flow.pings).toBe(0);
    await flow.close();
  });

  it("that ends is registered anew at once, over another connection (§4.2)", async () => {
    const flow = new RegisteredFlow(OUTBOUND);
    expect(flow.registers).toBe(1);
    await flow.restartRegistrar();
    expect([flow.registers, flow.registration.state, flow.near.connections]).toEqual([2, "held", 1]);
    flow.clock.advance(120_000);
    expect(flow.pings).toBe(1);
    await flow.close();
    expect(flow.clock.pendingTimers).toBe(0);
  });

  it("is let go where the registration is removed", async () => {
    const flow = new RegisteredFlow(OUTBOUND);
    flow.registration.remove();
    flow.clock.advance(100);
    expect(flow.registration.state).toBe("ended");
    flow.clock.advance(300_000);
    expect(flow.pings).toBe(0);
    await flow.close();
    expect(flow.clock.pendingTimers).toBe(0);
  });
});
