import { describe, expect, it } from "@jest/globals";
import { ServerLocator } from "../location/server-locator.ts";
import { TargetLocator } from "../location/target-locator.ts";
import { MemoryResolver } from "../testing/memory-resolver.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { Flow, PeerIdentity, Target, Transport, TransportName } from "../transport/flow.ts";
import { Listeners } from "../transport/listeners.ts";
import { dialogTargets } from "./dialog-targets.ts";

const LISTENERS: readonly TransportName[] = ["UDP", "TCP", "TLS", "WS"];

function transport(protocol: TransportName): Transport {
  return {
    id: protocol.toLowerCase(),
    protocol,
    isReliable: protocol !== "UDP",
    sentBy: { host: "192.0.2.1", port: 5060 },
    send: () => undefined,
    onDatagram: undefined,
    onError: undefined,
  };
}

const locator = new TargetLocator(
  new ServerLocator({
    clock: new VirtualClock(),
    random: new SeededRandom(1),
    transports: LISTENERS,
    resolver: new MemoryResolver({
      SRV: { "_sip._tcp.srv.example": [{ priority: 0, weight: 0, port: 5070, target: "peer.example" }] },
      A: { "peer.example": ["192.0.2.9"], "other.example": ["192.0.2.8"] },
    }),
  }),
  new Listeners(LISTENERS.map(transport)),
);

/** The peer's own port is not the one it has called from. */
function flow(protocol: TransportName, peer?: PeerIdentity): Flow {
  const isReliable = protocol !== "UDP";
  return {
    ...{ listener: protocol.toLowerCase(), transport: protocol, isReliable, peer },
    ...{ remoteAddress: "192.0.2.9", remotePort: 40_000, connection: isReliable ? 7 : undefined },
  };
}

function shown({ listener, address, port, connection }: Target): string {
  return `${listener} ${address}:${port}${connection === undefined ? "" : ` over ${connection}`}`;
}

function ways(nextHop: string, from: Flow): string[] {
  const targets = dialogTargets(nextHop, from, (uri) => locator.locate(uri, from.listener));
  const found: string[] = [];
  const take = (target: Target | undefined): void => {
    if (target === undefined) return;
    found.push(shown(target));
    targets.next(take);
  };
  targets.next(take);
  return found;
}

describe("a request in a dialog", () => {
  it.each<[string, string, string[]]>([
    ["to the address it is told", "sip:a@192.0.2.9:5080", ["udp 192.0.2.9:5080"]],
    ["by the transport it is told", "sip:a@192.0.2.9;transport=tcp", ["tcp 192.0.2.9:5060"]],
    ["by TLS to the port of TLS", "sips:a@192.0.2.9", ["tls 192.0.2.9:5061"]],
    ["to where a name leads", "sip:other.example:5080", ["udp 192.0.2.8:5080"]],
    ["to where SRV leads", "sip:a@srv.example", ["tcp 192.0.2.9:5070"]],
    ["back where a name leads nowhere", "sip:a@nowhere.example", ["udp 192.0.2.9:40000"]],
    ["back where we have no such transport", "sip:a@192.0.2.8;transport=sctp", ["udp 192.0.2.9:40000"]],
    ["nowhere where sips leads nowhere", "sips:a@nowhere.example", []],
  ])("after datagrams goes %s (RFC 3263 §4)", (_what, nextHop, expected) => {
    expect(ways(nextHop, flow("UDP"))).toEqual(expected);
  });

  it.each<[string, string, string[]]>([
    ["to the same host takes it", "sip:a@192.0.2.9:5080;transport=tcp", ["tcp 192.0.2.9:5080 over 7"]],
    ["to a name of the same host takes it", "sip:a@srv.example", ["tcp 192.0.2.9:5070 over 7"]],
    [
      "to the same host without a transport asks it first",
      "sip:a@192.0.2.9:5080",
      ["tcp 192.0.2.9:5080 over 7", "udp 192.0.2.9:5080"],
    ],
    [
      "to another host comes back to it last",
      "sip:a@192.0.2.8;transport=tcp",
      ["tcp 192.0.2.8:5060", "tcp 192.0.2.9:40000 over 7"],
    ],
    [
      "by another transport comes back to it last",
      "sip:a@192.0.2.9;transport=udp",
      ["udp 192.0.2.9:5060", "tcp 192.0.2.9:40000 over 7"],
    ],
    ["to nowhere comes back to it", "sip:a@nowhere.example", ["tcp 192.0.2.9:40000 over 7"]],
    ["with ob takes nothing else (RFC 5626 §4.3)", "sip:a@192.0.2.8;ob", ["tcp 192.0.2.9:40000 over 7"]],
    ["to a sips URI never takes it", "sips:a@192.0.2.9", ["tls 192.0.2.9:5061"]],
  ])("after a TCP connection %s", (_what, nextHop, expected) => {
    expect(ways(nextHop, flow("TCP"))).toEqual(expected);
  });

  it("after WebSocket takes its connection, whatever its Contact says (RFC 7118 §5)", () => {
    expect(ways("sip:a@df7jal23ls0d.invalid;transport=ws", flow("WS"))).toEqual([
      "ws 192.0.2.9:40000 over 7",
    ]);
  });

  it("to a domain takes a TLS connection first where the peer's certificate names it (RFC 5923 §5)", () => {
    const nextHop = "sips:a@peer.example:5061";
    const [first] = ways(nextHop, flow("TLS", { domains: ["peer.example"], addresses: [] }));
    expect(first).toBe("tls 192.0.2.9:5061 over 7");
    expect(ways(nextHop, flow("TLS"))).toEqual(["tls 192.0.2.9:5061", "tls 192.0.2.9:40000 over 7"]);
  });
});
