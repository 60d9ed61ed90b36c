import { describe, expect, it } from "@jest/globals";
import { octetsOf } from "../message/octets.ts";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Channel } from "../transport/channel.ts";
import { CONNECT_MS } from "../transport/connection-limits.ts";
import type { InviteServerTransaction } from "./server-transaction.ts";
import { TIMEOUT } from "./timers.ts";
import { TransactionLayer } from "./transaction-layer.ts";

/** A layer that a peer calls over a TCP connection, which the peer can break. */
class Bench {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock, new SeededRandom(1));
  readonly layer: TransactionLayer;
  readonly invites: InviteServerTransaction[] = [];
  readonly told: string[] = [];
  readonly #transport = this.network.stream({ id: "tcp", protocol: "TCP", host: "192.0.2.2", port: 5060 });

  constructor() {
    this.layer = new TransactionLayer(this.clock, [this.#transport], {
      admit: () => undefined,
      onInvite: (request, transaction) => {
        this.invites.push(transaction);
        transaction.listener = {
          onTimeout: () => this.told.push(`${request.callId ?? ""} timeout`),
          onTransportError: () => this.told.push(`${request.callId ?? ""} transport error`),
        };
      },
      onRequest: () => undefined,
      onCancel: () => undefined,
      onAck: () => undefined,
      onStrayResponse: () => undefined,
      onRefused: (reason) => this.told.push(reason),
    });
  }

  /** An INVITE over a connection of its own; gives what breaks that connection. */
  invite(callId: string): (error: Error | undefined) => void {
    const channel: Channel = {
      ...{ remoteAddress: "192.0.2.1", remotePort: 40_000, localAddress: "192.0.2.2", localPort: 5060 },
      ...{ peer: undefined, unsentOctets: 0 },
      write: () => undefined,
      end: () => undefined,
      destroy: () => undefined,
    };
    const connection = this.#transport.accept(channel);
    const invite = [
      "INVITE sip:bob@192.0.2.2 SIP/2.0",
      `Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK${callId}`,
      `From: <sip:alice@192.0.2.1>;tag=${callId}`,
      "To: <sip:bob@192.0.2.2>",
      `Call-ID: ${callId}`,
      "CSeq: 1 INVITE",
      "Content-Length: 0",
      "",
      "",
    ];
    connection.onOctets(octetsOf(invite.join("\r\n")));
    return (error) => {
      connection.onClosed(error);
      this.clock.advance(1);
    };
  }

  respond(at: number, status: number): void {
    this.invites[at]?.respond({ status, toTag: "b" });
    this.clock.advance(1);
  }
}

const RESET = new Error("connection reset");

describe("a response that a connection did not carry (RFC 3261 §17.2.4, §18.4)", () => {
  it("is told to the user of its transaction where the connection breaks after it, and to nobody else's", () => {
    const bench = new Bench();
    const breakFirst = bench.invite("one");
    const breakSecond = bench.invite("two");
    bench.respond(0, 486);
    bench.respond(1, 486);
    breakFirst(RESET);
    expect(bench.told).toEqual(["one transport error"]);
    breakSecond(RESET);
    expect(bench.told).toEqual(["one transport error", "two transport error"]);
  });

  it("is no matter before the final response, which opens a connection of its own (§18.2.2)", () => {
    const bench = new Bench();
    const caller = bench.network.stream({ id: "c", protocol: "TCP", host: "192.0.2.1", port: 5060 });
    const heard: number[] = [];
    caller.onDatagram = (octets) => heard.push(octets.length);
    const breakIt = bench.invite("one");
    bench.respond(0, 180);
    breakIt(RESET);
    bench.respond(0, 486);
    bench.clock.advance(10);
    expect([heard.length, bench.told]).toEqual([1, []]);
  });

  it.each([180, 200, 486])("is told where no connection can be opened for a %i either", (status) => {
    const bench = new Bench();
    bench.invite("one")(undefined);
    bench.respond(0, status);
    bench.clock.advance(CONNECT_MS);
    expect(bench.told).toEqual(["one transport error"]);
  });

  it("leaves nothing behind when the transactions have ended", () => {
    const bench = new Bench();
    bench.invite("one")(undefined);
    bench.respond(0, 486);
    bench.clock.advance(TIMEOUT + CONNECT_MS);
    expect(bench.told).toEqual(["one transport error", "one timeout"]);
    expect([bench.layer.serverTransactions, bench.layer.timers.size]).toEqual([0, 0]);
  });
});
