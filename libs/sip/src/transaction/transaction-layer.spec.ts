import { describe, expect, it } from "@jest/globals";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { octetsOf, octetString } from "../message/octets.ts";
import { parseMessage } from "../message/parse-message.ts";
import { MemoryNetwork, type MemoryTransport } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Target } from "../transport/flow.ts";
import type { ClientTransactionListener, OutgoingRequest } from "./client-transaction.ts";
import type { InviteServerTransaction, NonInviteServerTransaction } from "./server-transaction.ts";
import { T1, T4, TIMEOUT } from "./timers.ts";
import { TransactionLayer } from "./transaction-layer.ts";

/** A layer at 192.0.2.2 and a bare transport at 192.0.2.1 that speaks to it. */
class Bench {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock, new SeededRandom(1));
  readonly peer: MemoryTransport = this.network.transport("peer", "192.0.2.1");
  readonly layer: TransactionLayer;
  /** What came up to the user of the layer. */
  readonly told: string[] = [];
  readonly invites: InviteServerTransaction[] = [];
  readonly requests: NonInviteServerTransaction[] = [];
  readonly cancels: (InviteServerTransaction | undefined)[] = [];
  admit: (request: SipRequest) => number | undefined = () => undefined;

  constructor(transactionsMax?: number) {
    const transports = [this.network.transport("udp", "192.0.2.2")];
    this.layer = new TransactionLayer(
      this.clock,
      transports,
      {
        admit: (request) => this.admit(request),
        onInvite: (_request, transaction) => {
          this.told.push("INVITE");
          this.invites.push(transaction);
        },
        onRequest: (request, transaction) => {
          this.told.push(request.method);
          this.requests.push(transaction);
        },
        onCancel: (_request, transaction, invite) => {
          this.told.push("CANCEL");
          this.cancels.push(invite);
          transaction.respond({ status: invite === undefined ? 481 : 200 });
        },
        onAck: () => this.told.push("ACK"),
        onStrayResponse: (response) => this.told.push(`stray ${response.status}`),
        onRefused: (reason, status) => this.told.push(`refused ${reason} ${status ?? "silence"}`),
      },
      transactionsMax,
    );
  }

  /** Sends a request from the peer and lets it arrive, and what it causes come back. */
  receive(text: string): void {
    this.peer.send(octetsOf(text), "192.0.2.2", 5060);
    this.clock.advance(2);
  }

  /** What the layer has sent so far. */
  get sent(): readonly Uint8Array[] {
    return this.network.sent.filter(({ from }) => from === "192.0.2.2:5060").map(({ octets }) => octets);
  }

  get sentLines(): string[] {
    return this.sent.map((octets) => octetString(octets).split("\r\n")[0] ?? "");
  }

  get open(): number {
    const { layer, clock } = this;
    return layer.serverTransactions + layer.clientTransactions + layer.timers.size + clock.pendingTimers;
  }
}

interface Parts {
  readonly branch?: string;
  readonly toTag?: string;
  readonly cseq?: string;
  readonly fromTag?: string;
}

function requestText(method: string, parts: Parts = {}): string {
  const { branch = ";branch=z9hG4bK1", toTag, cseq = `1 ${method}`, fromTag = "a" } = parts;
  return [
    `${method} sip:bob@192.0.2.2 SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.1:5060${branch}`,
    `From: <sip:alice@192.0.2.1>;tag=${fromTag}`,
    `To: <sip:bob@192.0.2.2>${toTag === undefined ? "" : `;tag=${toTag}`}`,
    "Call-ID: c1@192.0.2.1",
    `CSeq: ${cseq}`,
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

function responseOf(octets: Uint8Array | undefined): SipResponse {
  const parsed = parseMessage(octets ?? new Uint8Array(0));
  if (!parsed.ok || parsed.message.kind !== "response") throw new TypeError("not a response");
  return parsed.message;
}

describe("server transactions", () => {
  it("absorb a retransmitted INVITE, and answer it with the last provisional (RFC 3261 §17.2.1)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("INVITE"));
    expect(bench.sentLines).toEqual([]);
    bench.invites[0]?.respond({ status: 100 });
    bench.invites[0]?.respond({ status: 180, toTag: "b" });
    bench.receive(requestText("INVITE"));
    expect(bench.told).toEqual(["INVITE"]);
    expect(bench.sentLines).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 180 Ringing", "SIP/2.0 180 Ringing"]);
    expect(bench.sent[2]).toEqual(bench.sent[1]);
  });

  it("send 100 after 200 ms in which the user says nothing, and repeat that (RFC 3261 §17.2.1)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.clock.advance(197);
    expect(bench.sentLines).toEqual([]);
    bench.clock.advance(3);
    expect(bench.sentLines).toEqual(["SIP/2.0 100 Trying"]);
    expect(responseOf(bench.sent[0]).toTag).toBeUndefined();
    bench.receive(requestText("INVITE"));
    expect(bench.sentLines).toEqual(["SIP/2.0 100 Trying", "SIP/2.0 100 Trying"]);
  });

  it("send 100 to another request after 3.5 s, and nothing where no answer comes in 32 s (RFC 4320)", () => {
    const bench = new Bench();
    bench.receive(requestText("OPTIONS"));
    // §4.1: a user's own provisional does not leave over UDP, nor, §4.2, a 408 ever.
    bench.requests[0]?.respond({ status: 183 });
    bench.requests[0]?.respond({ status: 408 });
    bench.clock.advance(3_490);
    expect(bench.sentLines).toEqual([]);
    bench.clock.advance(10);
    expect(bench.sentLines).toEqual(["SIP/2.0 100 Trying"]);
    bench.clock.advance(TIMEOUT);
    expect(bench.open).toBe(0);
    bench.requests[0]?.respond({ status: 200, toTag: "late" });
    bench.clock.advance(10);
    expect(bench.sentLines).toEqual(["SIP/2.0 100 Trying"]);
  });

  it.each(["INVITE", "OPTIONS"])("answer 482 to a %s that came by another way too (§8.2.2.2)", (method) => {
    const bench = new Bench();
    bench.receive(requestText(method));
    bench.receive(requestText(method, { branch: ";branch=z9hG4bKother" }));
    expect(bench.told).toEqual([method, "refused merged 482"]);
    expect(bench.sentLines).toEqual(["SIP/2.0 482 Loop Detected"]);
    // Once the first has ended, the same request is a new one.
    for (const each of [...bench.invites, ...bench.requests]) each.respond({ status: 404, toTag: "b" });
    bench.clock.advance(TIMEOUT + T4);
    bench.receive(requestText(method, { branch: ";branch=z9hG4bKthird" }));
    expect(bench.told.at(-1)).toBe(method);
  });

  it("find what a CANCEL cancels although a NAT has changed its sent-by (§9.2)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.receive(
      requestText("CANCEL", { cseq: "1 CANCEL" }).replace("192.0.2.1:5060;", "198.51.100.7:1024;"),
    );
    bench.receive(requestText("CANCEL", { branch: ";branch=z9hG4bKother", cseq: "1 CANCEL" }));
    expect(bench.cancels).toEqual([bench.invites[0], undefined]);
  });

  it("send a final ≥ 300 until its ACK comes, which stays in the transaction (RFC 3261 §17.2.1)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.invites[0]?.respond({ status: 486, toTag: "b" });
    bench.clock.advance(T1 + 2 * T1);
    expect(bench.sentLines).toHaveLength(3);
    // The ACK has the branch of its INVITE, and a To tag that the INVITE had not.
    bench.receive(requestText("ACK", { toTag: "b" }));
    bench.receive(requestText("ACK", { toTag: "b" }));
    bench.clock.advance(T4 - 10);
    expect(bench.layer.serverTransactions).toBe(1);
    expect(bench.told).toEqual(["INVITE"]);
    bench.clock.advance(20);
    expect(bench.open).toBe(0);
    expect(bench.sentLines).toHaveLength(3);
  });

  it("tell their user where the ACK never comes, after timer H (RFC 3261 §17.2.1)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.invites[0]!.listener = {
      onTimeout: () => bench.told.push("timeout"),
      onTransportError: () => undefined,
    };
    bench.invites[0]?.respond({ status: 404, toTag: "b" });
    bench.clock.advance(TIMEOUT);
    // At once, then after 0.5, 1.5, 3.5, 7.5, 11.5 … 31.5 s.
    expect(bench.sentLines).toHaveLength(11);
    expect(bench.told).toEqual(["INVITE", "timeout"]);
    expect(bench.open).toBe(0);
  });

  it("absorb the INVITE after a 2xx and pass its ACK up, until timer L (RFC 6026 §7.1)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.invites[0]?.respond({ status: 200, toTag: "b" });
    bench.receive(requestText("INVITE"));
    expect(bench.sentLines).toEqual(["SIP/2.0 200 OK"]);
    bench.receive(requestText("ACK", { toTag: "b" }));
    bench.receive(requestText("ACK", { toTag: "b", branch: ";branch=z9hG4bK2" }));
    expect(bench.told).toEqual(["INVITE", "ACK", "ACK"]);
    bench.invites[0]?.resend();
    expect(bench.sentLines).toHaveLength(2);
    bench.clock.advance(TIMEOUT);
    expect(bench.open).toBe(0);
  });

  it("take the first final response only", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("BYE", { branch: ";branch=z9hG4bK2" }));
    bench.invites[0]?.respond({ status: 486, toTag: "b" });
    bench.invites[0]?.respond({ status: 200, toTag: "b" });
    bench.requests[0]?.respond({ status: 481 });
    bench.requests[0]?.respond({ status: 200 });
    expect(bench.sentLines).toEqual(["SIP/2.0 486 Busy Here", "SIP/2.0 481 Call/Transaction Does Not Exist"]);
  });

  it("answer a retransmitted non-INVITE once answered, discard it before (RFC 3261 §17.2.2)", () => {
    const bench = new Bench();
    bench.receive(requestText("OPTIONS"));
    bench.receive(requestText("OPTIONS"));
    expect(bench.told).toEqual(["OPTIONS"]);
    expect(bench.sentLines).toEqual([]);
    bench.requests[0]?.respond({ status: 200, toTag: "b" });
    bench.receive(requestText("OPTIONS"));
    expect(bench.sentLines).toEqual(["SIP/2.0 200 OK", "SIP/2.0 200 OK"]);
    bench.clock.advance(TIMEOUT);
    expect(bench.open).toBe(0);
    bench.receive(requestText("OPTIONS"));
    expect(bench.told).toEqual(["OPTIONS", "OPTIONS"]);
  });

  it("find the INVITE a CANCEL names, and are told where there is none (RFC 3261 §9.2)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("CANCEL", { cseq: "1 CANCEL" }));
    bench.receive(requestText("CANCEL", { cseq: "1 CANCEL" }));
    bench.receive(requestText("CANCEL", { cseq: "1 CANCEL", branch: ";branch=z9hG4bKother" }));
    expect(bench.told).toEqual(["INVITE", "CANCEL", "CANCEL"]);
    expect(bench.cancels).toEqual([bench.invites[0], undefined]);
    expect(bench.sentLines).toEqual([
      "SIP/2.0 200 OK",
      "SIP/2.0 200 OK",
      "SIP/2.0 481 Call/Transaction Does Not Exist",
    ]);
  });

  it("do not mix a BYE with an INVITE of the same branch, nor two hosts with the same branch (§17.2.3)", () => {
    const bench = new Bench();
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("BYE", { toTag: "b" }));
    bench.receive(requestText("INVITE", { fromTag: "other" }).replace("192.0.2.1:5060", "192.0.2.1:5070"));
    expect(bench.told).toEqual(["INVITE", "BYE", "INVITE"]);
  });

  it.each([
    ["without a branch", ""],
    ["with a branch of RFC 2543", ";branch=1"],
    ["with the bare cookie (RFC 4475 §3.2.1)", ";branch=z9hG4bK"],
  ])("match requests %s by Call-ID, From tag, CSeq and Via (RFC 3261 §17.2.3)", (_what, branch) => {
    const bench = new Bench();
    bench.receive(requestText("INVITE", { branch }));
    bench.receive(requestText("INVITE", { branch }));
    bench.receive(requestText("CANCEL", { branch, cseq: "1 CANCEL" }));
    bench.invites[0]?.respond({ status: 487, toTag: "b" });
    bench.receive(requestText("ACK", { branch, toTag: "b" }));
    expect(bench.told).toEqual(["INVITE", "CANCEL"]);
    expect(bench.cancels).toEqual([bench.invites[0]]);
    bench.receive(requestText("INVITE", { branch, cseq: "2 INVITE" }));
    bench.receive(requestText("INVITE", { branch, fromTag: "other" }));
    expect(bench.told).toEqual(["INVITE", "CANCEL", "INVITE", "INVITE"]);
  });
});

describe("refusals without a transaction", () => {
  it("carry the same To tag for each retransmission, another for another request (RFC 3261 §8.2.7)", () => {
    const bench = new Bench();
    bench.admit = () => 403;
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("INVITE", { branch: ";branch=z9hG4bK2" }));
    const tags = bench.sent.map((octets) => responseOf(octets).toTag);
    expect(bench.sentLines).toEqual(Array.from({ length: 3 }, () => "SIP/2.0 403 Forbidden"));
    expect(tags[0]).toBe(tags[1]);
    expect(tags[0]).not.toBe(tags[2]);
    // Its ACK goes up, and nobody knows it.
    bench.receive(requestText("ACK", { toTag: tags[0] ?? "" }));
    expect(bench.told).toEqual(["ACK"]);
    expect(bench.open).toBe(0);
  });

  it.each([
    [
      "no header line can be read",
      "INVITE sip:bob@192.0.2.2 SIP/2.0\r\nnonsense\r\n\r\n",
      "bad-header silence",
      undefined,
    ],
    ["the version is not 2.0", requestText("INVITE").replace("SIP/2.0", "SIP/7.0"), "bad-version 505", 505],
    [
      "Content-Length is too large",
      requestText("INVITE").replace("Length: 0", "Length: 9"),
      "bad-content-length 400",
      400,
    ],
    ["CSeq names another method", requestText("INVITE", { cseq: "1 BYE" }), "method-mismatch 400", 400],
    [
      "an ACK is broken: it is never answered",
      requestText("ACK", { cseq: "1 BYE" }),
      "method-mismatch silence",
      undefined,
    ],
    ["the empty line is missing", requestText("INVITE").slice(0, -2), "no-end-of-head 400", 400],
    ["it is no SIP", "GET / HTTP/1.1\r\n\r\n", "not-sip silence", undefined],
    ["it keeps a NAT open (RFC 5626 §3.5.1)", "\r\n\r\n", "keep-alive silence", undefined],
  ])("are counted, and answered where they can be: %s", (_what, text, told, status) => {
    const bench = new Bench();
    bench.receive(text);
    expect(bench.told).toEqual([`refused ${told}`]);
    expect(bench.sent.map((octets) => responseOf(octets).status)).toEqual(
      status === undefined ? [] : [status],
    );
    expect(bench.open).toBe(0);
  });

  it("go to `received` and `rport` (RFC 3261 §18.2.2, RFC 3581 §4)", () => {
    const bench = new Bench();
    bench.admit = () => 403;
    bench.receive(requestText("OPTIONS").replace("192.0.2.1:5060;", "10.0.0.1:5070;rport;"));
    bench.receive(requestText("OPTIONS").replace("192.0.2.1:5060;", "10.0.0.1:5070;"));
    const [first, second] = bench.network.sent.filter(({ from }) => from === "192.0.2.2:5060");
    expect(first?.to).toBe("192.0.2.1:5060");
    expect(responseOf(first?.octets).header("via")).toBe(
      "SIP/2.0/UDP 10.0.0.1:5070;rport=5060;branch=z9hG4bK1;received=192.0.2.1",
    );
    expect(second?.to).toBe("192.0.2.1:5070");
    expect(responseOf(second?.octets).topVia?.params.get("received")).toBe("192.0.2.1");
  });

  it("stop at the limit of transactions: beyond it requests are dropped, retransmissions still answered", () => {
    const bench = new Bench(2);
    for (const branch of [1, 2, 3])
      bench.receive(
        requestText("OPTIONS", { branch: `;branch=z9hG4bK${branch}`, cseq: `${branch} OPTIONS` }),
      );
    expect(bench.told).toEqual(["OPTIONS", "OPTIONS", "refused transaction-limit silence"]);
    bench.requests[0]?.respond({ status: 200, toTag: "b" });
    bench.receive(requestText("OPTIONS"));
    expect(bench.sentLines).toHaveLength(2);
  });
});

describe("client transactions", () => {
  const target: Target = { listener: "udp", address: "192.0.2.1", port: 5060 };
  const outgoing = (method: string): OutgoingRequest => ({
    method,
    requestUri: "sip:alice@192.0.2.1",
    via: "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKours",
    headers: [
      ["Max-Forwards", "70"],
      ["From", "<sip:bob@192.0.2.2>;tag=b"],
      ["To", "<sip:alice@192.0.2.1>"],
      ["Call-ID", "c2"],
      ["CSeq", `1 ${method}`],
      ["Route", "<sip:192.0.2.1;lr>"],
      ["Subject", "not in the ACK"],
    ],
    body: octetsOf("v=0"),
  });
  const responseText = (status: number, method: string, toTag = "a"): string =>
    [
      `SIP/2.0 ${status} Text`,
      "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKours",
      "From: <sip:bob@192.0.2.2>;tag=b",
      `To: <sip:alice@192.0.2.1>;tag=${toTag}`,
      "Call-ID: c2",
      `CSeq: 1 ${method}`,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n");
  const listenerOf = (bench: Bench): ClientTransactionListener => ({
    onResponse: (response) => bench.told.push(String(response.status)),
    onTimeout: () => bench.told.push("timeout"),
    onTransportError: () => bench.told.push("transport error"),
  });

  it("send INVITE after 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s and give up after 32 s (RFC 3261 §17.1.1.2)", () => {
    const bench = new Bench();
    bench.layer.sendInvite(outgoing("INVITE"), "z9hG4bKours", target, listenerOf(bench));
    bench.clock.advance(TIMEOUT);
    expect(bench.sentLines).toHaveLength(7);
    expect(bench.told).toEqual(["timeout"]);
    expect(bench.open).toBe(0);
  });

  it("acknowledge a final ≥ 300, again for each repetition, with the INVITE's branch (§17.1.1.3)", () => {
    const bench = new Bench();
    bench.layer.sendInvite(outgoing("INVITE"), "z9hG4bKours", target, listenerOf(bench));
    bench.receive(responseText(180, "INVITE"));
    bench.receive(responseText(486, "INVITE"));
    bench.receive(responseText(486, "INVITE"));
    expect(bench.told).toEqual(["180", "486"]);
    expect(bench.sentLines.slice(1)).toEqual([
      "ACK sip:alice@192.0.2.1 SIP/2.0",
      "ACK sip:alice@192.0.2.1 SIP/2.0",
    ]);
    const parsed = parseMessage(bench.sent[1] ?? new Uint8Array(0));
    if (!parsed.ok) throw new TypeError(parsed.error.message);
    const ack = parsed.message;
    expect(ack.topVia?.branch).toBe("z9hG4bKours");
    expect(ack.cseq).toEqual({ sequenceNumber: 1, method: "ACK" });
    expect(ack.toTag).toBe("a");
    expect(ack.header("route")).toBe("<sip:192.0.2.1;lr>");
    expect(ack.header("subject")).toBeUndefined();
    expect(ack.body).toHaveLength(0);
    bench.clock.advance(TIMEOUT);
    expect(bench.open).toBe(0);
  });

  it("pass every 2xx up until timer M, after that it is a stray one (RFC 6026 §7.2)", () => {
    const bench = new Bench();
    bench.layer.sendInvite(outgoing("INVITE"), "z9hG4bKours", target, listenerOf(bench));
    bench.receive(responseText(200, "INVITE"));
    bench.receive(responseText(200, "INVITE", "fork"));
    bench.receive(responseText(180, "INVITE", "fork"));
    bench.clock.advance(TIMEOUT);
    bench.receive(responseText(200, "INVITE"));
    expect(bench.told).toEqual(["200", "200", "stray 200"]);
    expect(bench.open).toBe(0);
  });

  it("absorb what follows a non-INVITE final, until timer K (RFC 3261 §17.1.2.2)", () => {
    const bench = new Bench();
    bench.layer.sendRequest(outgoing("BYE"), "z9hG4bKours", target, listenerOf(bench));
    bench.receive(responseText(200, "BYE"));
    bench.receive(responseText(200, "BYE"));
    bench.clock.advance(T4);
    expect(bench.told).toEqual(["200"]);
    expect(bench.open).toBe(0);
  });

  it("match by branch and CSeq method: the 200 of a CANCEL is none of its INVITE (§17.1.3)", () => {
    const bench = new Bench();
    bench.layer.sendInvite(outgoing("INVITE"), "z9hG4bKours", target, listenerOf(bench));
    bench.layer.sendRequest(outgoing("CANCEL"), "z9hG4bKours", target, {
      ...listenerOf(bench),
      onResponse: (response) => bench.told.push(`CANCEL ${response.status}`),
    });
    bench.receive(responseText(200, "CANCEL"));
    bench.receive(responseText(487, "INVITE"));
    expect(bench.told).toEqual(["CANCEL 200", "487"]);
  });

  it("drop a response with a second Via, or a broken one (RFC 3261 §8.1.3.3)", () => {
    const bench = new Bench();
    bench.layer.sendRequest(outgoing("BYE"), "z9hG4bKours", target, listenerOf(bench));
    const two =
      "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKours, SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\n";
    bench.receive(responseText(200, "BYE").replace(/Via: .*\r\n/, two));
    bench.receive(responseText(200, "BYE").replace("Call-ID: c2\r\n", ""));
    expect(bench.told).toEqual(["refused foreign-response silence", "refused missing-header silence"]);
  });

  it("end where the transport fails (RFC 3261 §17.1.4)", () => {
    const bench = new Bench();
    bench.layer.sendRequest(outgoing("BYE"), "z9hG4bKours", target, listenerOf(bench));
    bench.layer.transport("udp")?.onError?.(new RangeError("unreachable"), "192.0.2.7");
    expect(bench.told).toEqual([]);
    bench.layer.transport("udp")?.onError?.(new RangeError("unreachable"), "192.0.2.1");
    expect(bench.told).toEqual(["transport error"]);
    expect(bench.layer.clientTransactions + bench.layer.timers.size).toBe(0);
  });

  it("are gone after close, as are the server's, and no timer is left", () => {
    const bench = new Bench();
    bench.layer.sendInvite(outgoing("INVITE"), "z9hG4bKours", target, listenerOf(bench));
    bench.layer.sendRequest(outgoing("BYE"), "z9hG4bKbye", target, listenerOf(bench));
    bench.receive(requestText("INVITE"));
    bench.receive(requestText("OPTIONS"));
    bench.invites[0]?.respond({ status: 486, toTag: "b" });
    bench.requests[0]?.respond({ status: 200, toTag: "b" });
    expect(bench.layer.timers.size).toBe(7);
    bench.layer.close();
    bench.clock.advance(2);
    expect(bench.open).toBe(0);
    expect(bench.told).toEqual(["INVITE", "OPTIONS"]);
  });
});
