import { expect, it } from "@jest/globals";
import { octetsOf, octetString } from "../message/octets.ts";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { TIMEOUT } from "./timers.ts";
import { TransactionLayer } from "./transaction-layer.ts";

function requestText(method: string, number: number): string {
  return [
    `${method} sip:bob@192.0.2.2 SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${number}`,
    "From: <sip:alice@192.0.2.1>;tag=a",
    "To: <sip:bob@192.0.2.2>",
    "Call-ID: c1@192.0.2.1",
    `CSeq: ${number} ${method}`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

it("a user that throws costs its request 500, and nobody else anything (RFC 3261 §21.5.1)", () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, new SeededRandom(1));
  const refused: string[] = [];
  let answered = 0;
  let isBroken = true;
  const throwing = (): void => {
    if (isBroken) throw new TypeError("a mistake of ours");
  };
  const layer = new TransactionLayer(clock, [network.transport("udp", "192.0.2.2")], {
    admit: () => undefined,
    onInvite: throwing,
    onRequest: (_request, transaction) => {
      throwing();
      answered++;
      transaction.respond({ status: 200 });
    },
    onCancel: throwing,
    onAck: throwing,
    onStrayResponse: throwing,
    onRefused: (reason, status, detail) => {
      expect(detail).toContain("a mistake of ours");
      refused.push(`${reason} ${status ?? "silence"}`);
    },
  });
  const peer = network.transport("peer", "192.0.2.1");
  const receive = (text: string): void => {
    peer.send(octetsOf(text), "192.0.2.2", 5060);
    clock.advance(2);
  };
  receive(requestText("INVITE", 1));
  receive(requestText("OPTIONS", 2));
  receive(requestText("ACK", 3));
  isBroken = false;
  receive(requestText("OPTIONS", 4));
  const sent = network.sent.filter(({ from }) => from === "192.0.2.2:5060");
  expect(sent.map(({ octets }) => octetString(octets).split("\r\n")[0])).toEqual([
    "SIP/2.0 500 Server Internal Error",
    "SIP/2.0 500 Server Internal Error",
    "SIP/2.0 200 OK",
  ]);
  expect(refused).toEqual(["internal-error 500", "internal-error 500", "internal-error silence"]);
  expect(answered).toBe(1);
  clock.advance(2 * TIMEOUT);
  expect(layer.serverTransactions + layer.timers.size + clock.pendingTimers).toBe(0);
});
