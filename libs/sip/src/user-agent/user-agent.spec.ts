import { describe, expect, it } from "@jest/globals";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { parseMessage } from "../message/parse-message.ts";
import { octetString, octetsOf } from "../message/octets.ts";
import { MemoryNetwork, type NetworkFaults } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { T4, TIMEOUT } from "../transaction/timers.ts";
import type { InviteClientSession, InviteClientSessionListener } from "./invite-client-session.ts";
import type { InviteServerSession, InviteServerSessionListener } from "./invite-server-session.ts";
import { UserAgent } from "./user-agent.ts";

/** Two user agents over a network in memory, and what each was told. */
class Pair {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly caller: UserAgent;
  readonly callee: UserAgent;
  readonly told: string[] = [];
  readonly sessions: InviteServerSession[] = [];
  readonly refused: string[] = [];
  onSession: (session: InviteServerSession) => void = () => undefined;

  constructor(faults?: NetworkFaults, seed = 1) {
    const random = new SeededRandom(seed);
    this.network = new MemoryNetwork(this.clock, random, faults);
    const make = (host: string): UserAgent =>
      new UserAgent(
        {
          clock: this.clock,
          random,
          transports: [this.network.transport("udp", host)],
          locate: (name) => name,
          accept: ["application/sdp"],
          callMethods: ["INFO"],
        },
        {
          admit: () => undefined,
          onInvite: (session) => {
            this.sessions.push(session);
            session.listener = this.serverListener(session);
            this.onSession(session);
          },
          onRefused: (reason, status) => this.refused.push(`${reason} ${status ?? "silence"}`),
        },
      );
    this.caller = make("192.0.2.1");
    this.callee = make("192.0.2.2");
  }

  serverListener(session: InviteServerSession): InviteServerSessionListener {
    return {
      onAck: () => this.told.push("callee: ACK"),
      onAckTimeout: () => this.told.push("callee: no ACK"),
      onBye: (_request, respond) => {
        this.told.push("callee: BYE");
        respond({ status: 200 });
      },
      onInfo: (_request, respond) => {
        respond({ status: 200 });
      },
      onCancel: (_request, respond) => {
        this.told.push("callee: CANCEL");
        respond({ status: 200 });
        session.reject({ status: 487 });
      },
      onResponseLost: () => this.told.push("callee: response lost"),
    };
  }

  call(): InviteClientSession {
    const listener: InviteClientSessionListener = {
      onProvisional: (response: SipResponse) => this.told.push(`caller: ${response.status}`),
      onAccepted: (response) => {
        this.told.push(`caller: ${response.status}`);
        return undefined;
      },
      onRejected: (response) => this.told.push(`caller: ${response.status}`),
      onFailed: (reason) => this.told.push(`caller: ${reason}`),
      onAck: () => undefined,
      onAckTimeout: () => undefined,
      onBye: (_request: SipRequest, respond) => {
        this.told.push("caller: BYE");
        respond({ status: 200 });
      },
      onInfo: (_request, respond) => {
        respond({ status: 200 });
      },
    };
    return this.caller.invite(
      {
        requestUri: "sip:bob@192.0.2.2",
        from: "<sip:alice@192.0.2.1>",
        to: "<sip:bob@192.0.2.2>",
        target: { listener: "udp", address: "192.0.2.2", port: 5060 },
      },
      listener,
    );
  }

  /** Start lines sent, in order. */
  get lines(): string[] {
    return this.network.sent.map(({ octets }) => octetString(octets).split("\r\n")[0] ?? "");
  }

  get leftovers(): number {
    const of = (agent: UserAgent): number =>
      agent.dialogs +
      agent.layer.serverTransactions +
      agent.layer.clientTransactions +
      agent.layer.timers.size;
    return of(this.caller) + of(this.callee) + this.clock.pendingTimers;
  }
}

describe("a call between two user agents", () => {
  it("is set up with 100, 180, 200, ACK and ended with BYE (RFC 3261 §13, §15)", () => {
    const pair = new Pair();
    pair.onSession = (session) => {
      session.trying();
      session.progress({ status: 180 });
      session.accept({ status: 200 });
    };
    const session = pair.call();
    pair.clock.advance(100);
    expect(pair.lines).toEqual([
      "INVITE sip:bob@192.0.2.2 SIP/2.0",
      "SIP/2.0 100 Trying",
      "SIP/2.0 180 Ringing",
      "SIP/2.0 200 OK",
      "ACK sip:192.0.2.2:5060 SIP/2.0",
    ]);
    session.usage?.bye({}, (response) => pair.told.push(`caller: BYE ${response?.status}`));
    pair.clock.advance(100);
    expect(pair.told).toEqual([
      "caller: 100",
      "caller: 180",
      "caller: 200",
      "callee: ACK",
      "callee: BYE",
      "caller: BYE 200",
    ]);
    expect(pair.callee.dialogs + pair.caller.dialogs).toBe(0);
    pair.clock.advance(TIMEOUT + T4);
    expect(pair.leftovers).toBe(0);
  });

  it("is cancelled: 200 to CANCEL, 487 to INVITE, ACK (RFC 3261 §9)", () => {
    const pair = new Pair();
    pair.onSession = (session) => {
      session.progress({ status: 180 });
    };
    const session = pair.call();
    pair.clock.advance(100);
    session.cancel();
    pair.clock.advance(100);
    expect(pair.told).toEqual(["caller: 180", "callee: CANCEL", "caller: 487"]);
    expect(pair.lines.slice(2)).toEqual([
      "CANCEL sip:bob@192.0.2.2 SIP/2.0",
      "SIP/2.0 200 OK",
      "SIP/2.0 487 Request Terminated",
      "ACK sip:bob@192.0.2.2 SIP/2.0",
    ]);
    pair.clock.advance(TIMEOUT + T4);
    expect(pair.leftovers).toBe(0);
  });

  it("retransmits the 2xx until its ACK comes, gives up after 64·T1 (RFC 3261 §13.3.1.4)", () => {
    const pair = new Pair();
    pair.onSession = (session) => {
      session.accept({ status: 200 });
    };
    pair.caller.layer.transport("udp")!.onDatagram = undefined;
    pair.call();
    pair.clock.advance(TIMEOUT - 1);
    expect(pair.lines.filter((line) => line === "SIP/2.0 200 OK")).toHaveLength(11);
    expect(pair.told).toEqual([]);
    pair.clock.advance(TIMEOUT);
    expect(pair.told).toEqual(["caller: timeout", "callee: no ACK"]);
  });

  it("leaves nothing behind on a network that loses, doubles and reorders", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const pair = new Pair({ lossShare: 0.2, duplicateShare: 0.2, delayMs: [1, 80] }, seed);
      pair.onSession = (session) => {
        session.progress({ status: 180 });
        session.accept({ status: 200 });
      };
      const session = pair.call();
      pair.clock.advance(20_000);
      session.usage?.bye({}, () => undefined);
      pair.clock.advance(2 * (TIMEOUT + T4));
      for (const server of pair.sessions) expect(server.finalStatus).toBe(200);
      expect(pair.caller.dialogs).toBe(0);
      expect(pair.told.filter((line) => line === "callee: BYE").length).toBeLessThanOrEqual(1);
      expect(pair.caller.layer.clientTransactions + pair.caller.layer.timers.size).toBe(0);
      expect(pair.callee.layer.serverTransactions).toBe(0);
    }
  });
});

describe("a user agent alone", () => {
  const raw = (lines: string[]): Uint8Array => octetsOf(`${lines.join("\r\n")}\r\n\r\n`);
  const flow = {
    listener: "udp",
    transport: "UDP",
    isReliable: false,
    remoteAddress: "192.0.2.9",
    remotePort: 5070,
  };
  const request = (method: string, extra: string[] = []): Uint8Array =>
    raw([
      `${method} sip:bob@192.0.2.2 SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bK${method}${extra.length}`,
      "From: <sip:alice@192.0.2.9>;tag=a",
      "To: <sip:bob@192.0.2.2>",
      "Call-ID: c1",
      `CSeq: 1 ${method}`,
      "Max-Forwards: 70",
      "Contact: <sip:alice@192.0.2.9:5070>",
      ...extra,
    ]);
  const withoutContact = (method: string, extra: string[] = []): Uint8Array =>
    octetsOf(octetString(request(method, extra)).replace("Contact: <sip:alice@192.0.2.9:5070>\r\n", ""));
  const answerTo = (octets: Uint8Array): SipResponse | undefined => {
    const pair = new Pair();
    pair.network.transport("far", "192.0.2.9", 5070);
    pair.callee.layer.receive(octets, flow);
    const sent = pair.network.sent[0];
    const parsed = sent === undefined ? undefined : parseMessage(sent.octets);
    return parsed?.ok === true && parsed.message.kind === "response" ? parsed.message : undefined;
  };

  it("answers OPTIONS with what it can do (RFC 3261 §11.2)", () => {
    const response = answerTo(request("OPTIONS"));
    expect(response?.status).toBe(200);
    expect(response?.header("allow")).toBe("INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS");
    expect(response?.header("accept")).toBe("application/sdp");
    expect(response?.header("supported")).toBe("100rel");
    expect(response?.header("accept-encoding")).toBe("identity");
    expect(response?.header("accept-language")).toBe("*");
  });

  it.each([
    ["an unknown method", request("FOO"), 501],
    ["a method it does not do", request("REFER"), 405],
    ["a BYE of no dialog", request("BYE"), 481],
    ["a CANCEL of nothing", request("CANCEL"), 481],
    ["an extension it does not know", request("INVITE", ["Require: precondition"]), 420],
    ["a body in a coding it does not read", request("INVITE", ["Content-Encoding: gzip", "", "gz"]), 415],
    ["an INVITE with two Max-Forwards", request("INVITE", ["Max-Forwards: 3"]), 400],
    ["an INVITE without a Contact", withoutContact("INVITE"), 400],
    ["a Contact without a value", withoutContact("INVITE", ["Contact:"]), 400],
  ])("refuses %s", (_what, octets, status) => {
    expect(answerTo(octets)?.status).toBe(status);
  });

  it("is where the way ends: Max-Forwards 0 is no matter for it, and 483 a proxy's answer (RFC 3261 §11, §16.3)", () => {
    const last = (method: string): Uint8Array =>
      octetsOf(octetString(request(method)).replace("Max-Forwards: 70", "Max-Forwards: 0"));
    expect(answerTo(last("OPTIONS"))?.status).toBe(200);
    const pair = new Pair();
    pair.callee.layer.receive(last("INVITE"), flow);
    expect([pair.sessions.length, pair.refused]).toEqual([1, []]);
  });

  it("leaves STUN to its transports (RFC 5626 §8): to it such a datagram is no SIP", () => {
    const binding = Uint8Array.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...new Array<number>(12).fill(7)]);
    const pair = new Pair();
    pair.callee.layer.receive(binding, flow);
    expect([pair.network.sent.length, pair.refused.length]).toEqual([0, 1]);
    expect(answerTo(request("OPTIONS"))?.status).toBe(200);
  });

  it("never answers an ACK", () => {
    expect(answerTo(request("ACK"))).toBeUndefined();
  });
});

describe("the Contact of a user agent with TLS (RFC 3261 §8.1.1.8, §12.1.1)", () => {
  const NEAR = "192.0.2.1";
  const FAR = "192.0.2.2";

  /** Schemes of all Contacts in a call and a re-INVITE of it. */
  function contactsOf(requestUri: string, isTls = true): string[] {
    const clock = new VirtualClock();
    const random = new SeededRandom(1);
    const network = new MemoryNetwork(clock, random);
    const protocol = isTls ? "TLS" : "TCP";
    const make = (host: string, onInvite?: (session: InviteServerSession) => void): UserAgent =>
      new UserAgent(
        {
          ...{ clock, random, locate: (name: string) => name, accept: [] },
          transports: [network.stream({ id: "l", protocol, host, port: 5061 })],
        },
        { admit: () => undefined, onRefused: () => undefined, ...(onInvite && { onInvite }) },
      );
    const inCall = { onAck() {}, onAckTimeout() {}, onBye() {} };
    const caller = make(NEAR);
    make(FAR, (session) => {
      session.listener = { ...inCall, onCancel() {}, onResponseLost() {} };
      session.accept({ status: 200 });
    });
    const target = { listener: "l", address: FAR, port: 5061 };
    const call: InviteClientSession = caller.invite(
      { requestUri, from: `<sip:a@${NEAR}>`, to: `<sip:b@${FAR}>`, target },
      { ...inCall, onProvisional() {}, onAccepted: () => undefined, onRejected() {}, onFailed() {} },
    );
    clock.advance(100);
    call.usage?.change("INVITE", {}, () => undefined);
    clock.advance(100);
    return network.sent.flatMap(({ octets }) => {
      const parsed = parseMessage(octets);
      const contact = parsed.ok ? parsed.message.contacts?.[0]?.uriText : undefined;
      return contact === undefined ? [] : [contact.replace(/192.*/, "")];
    });
  }

  it("is a sips URI in a call that is meant so, and sip with TLS in others", () => {
    const secure = contactsOf(`sips:b@${FAR}`);
    expect(secure.length).toBeGreaterThanOrEqual(4);
    expect(new Set(secure)).toEqual(new Set(["sips:"]));
    expect(new Set(contactsOf(`sip:b@${FAR};transport=tls`))).toEqual(new Set(["sip:"]));
  });

  it("never promises what its listener cannot keep", () => {
    expect(new Set(contactsOf(`sips:b@${FAR}`, false))).toEqual(new Set(["sip:"]));
  });
});
