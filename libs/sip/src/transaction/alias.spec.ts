import { describe, expect, it } from "@jest/globals";
import { octetsOf, octetString } from "../message/octets.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Channel } from "../transport/channel.ts";
import type { PeerIdentity } from "../transport/flow.ts";
import { ReliableTransport } from "../transport/reliable-transport.ts";
import { TransactionLayer } from "./transaction-layer.ts";

/** Over TLS a peer sends one request with that Via; gives where a later request to its port 5071 goes. */
function laterRequest(via: string, peer: PeerIdentity | undefined, status?: number): string {
  const clock = new VirtualClock();
  const dialled: string[] = [];
  const transport = new ReliableTransport({
    ...{ id: "tls", protocol: "TLS", clock, sentBy: { host: "192.0.2.1", port: 5061 } },
    dial: ({ address, port }) => {
      dialled.push(`dialled ${address}:${port}`);
      return { destroy: () => undefined };
    },
  });
  const layer = new TransactionLayer(clock, [transport], {
    admit: () => status,
    onInvite: () => undefined,
    onRequest: () => undefined,
    onCancel: () => undefined,
    onAck: () => undefined,
    onStrayResponse: () => undefined,
    onRefused: () => undefined,
  });
  const written: string[] = [];
  const channel: Channel = {
    ...{ remoteAddress: "192.0.2.9", remotePort: 40_000, localAddress: "192.0.2.1", localPort: 5061 },
    ...{ peer, unsentOctets: 0 },
    write: (octets) => written.push(octetString(octets)),
    end: () => undefined,
    destroy: () => undefined,
  };
  const head = [
    "OPTIONS sip:192.0.2.1 SIP/2.0",
    `Via: SIP/2.0/TLS b.example:5071;branch=z9hG4bK1${via}`,
    "From: <sip:b.example>;tag=1",
    "To: <sip:192.0.2.1>",
    "Call-ID: 1",
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
  ];
  transport.accept(channel).onOctets(octetsOf(`${head.join("\r\n")}\r\n\r\n`));
  layer.send(octetsOf("later"), {
    ...{ listener: "tls", address: "192.0.2.9", port: 5071, serverName: "b.example" },
  });
  return written.includes("later") ? "its connection" : (dialled[0] ?? "nowhere");
}

const B: PeerIdentity = { domains: ["b.example"], addresses: [] };

describe("an alias in Via (RFC 5923 §5)", () => {
  it.each([
    ["is taken where the certificate names the domain", ";alias", B, undefined, "its connection"],
    ["is not there", "", B, undefined, "dialled 192.0.2.9:5071"],
    [
      "is nothing where the certificate names another",
      ";alias",
      { domains: ["c.example"], addresses: [] },
      undefined,
      "dialled 192.0.2.9:5071",
    ],
    ["is nothing without a certificate", ";alias", undefined, undefined, "dialled 192.0.2.9:5071"],
    ["is nothing of who is refused", ";alias", B, 403, "dialled 192.0.2.9:5071"],
  ])("%s", (_what, via, peer, status, expected) => {
    expect(laterRequest(via, peer, status)).toBe(expected);
  });
});
