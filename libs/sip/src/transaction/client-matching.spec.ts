import { expect, it } from "@jest/globals";
import { octetsOf } from "../message/octets.ts";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Target } from "../transport/flow.ts";
import { TransactionLayer } from "./transaction-layer.ts";

const BRANCH = "z9hG4bKours";
const VIA = `SIP/2.0/UDP 192.0.2.2:5060;branch=${BRANCH}`;

function responseText(status: number, method: string): string {
  return [
    `SIP/2.0 ${status} Text`,
    `Via: ${VIA}`,
    "From: <sip:bob@192.0.2.2>;tag=b",
    "To: <sip:alice@192.0.2.1>;tag=a",
    "Call-ID: c1",
    `CSeq: 1 ${method}`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

it("a response is of the transaction with its branch and its method (RFC 3261 §17.1.3)", () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, new SeededRandom(1));
  const told: string[] = [];
  const ignore = (): void => undefined;
  const layer = new TransactionLayer(clock, [network.transport("udp", "192.0.2.2")], {
    admit: () => undefined,
    onInvite: ignore,
    onRequest: ignore,
    onCancel: ignore,
    onAck: ignore,
    onStrayResponse: ({ status }) => told.push(`stray ${status}`),
    onRefused: ignore,
  });
  const target: Target = { listener: "udp", address: "192.0.2.1", port: 5060 };
  const parts = { requestUri: "sip:alice@192.0.2.1", via: VIA, headers: [] };
  const listener = (name: string) => ({
    onResponse: ({ status }: { readonly status: number }) => told.push(`${name} ${status}`),
    onTimeout: ignore,
    onTransportError: ignore,
  });
  const peer = network.transport("peer", "192.0.2.1");
  const receive = (status: number, method: string): void => {
    peer.send(octetsOf(responseText(status, method)), "192.0.2.2", 5060);
    clock.advance(2);
  };
  layer.sendInvite({ ...parts, method: "INVITE" }, BRANCH, target, listener("INVITE"));
  receive(180, "INVITE");
  layer.sendRequest({ ...parts, method: "CANCEL" }, BRANCH, target, listener("CANCEL"));
  receive(481, "BYE");
  receive(200, "CANCEL");
  receive(487, "INVITE");
  expect(told).toEqual(["INVITE 180", "stray 481", "CANCEL 200", "INVITE 487"]);
  layer.close();
});
