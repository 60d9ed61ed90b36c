import { describe, expect, it } from "@jest/globals";
import { octetsOf } from "../message/octets.ts";
import { MemoryNetwork } from "../testing/memory-network.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Listeners, type NextHop } from "./listeners.ts";
import { identityOf, isPeer } from "./peer-identity.ts";

function setUp() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock, new SeededRandom(1));
  const udp = network.transport("udp", "192.0.2.1", 5060);
  const otherUdp = network.transport("other-udp", "192.0.2.9", 5060);
  const tcp = network.stream({ id: "tcp", protocol: "TCP", host: "192.0.2.1", port: 5060 });
  const otherTcp = network.stream({ id: "other-tcp", protocol: "TCP", host: "192.0.2.9", port: 5060 });
  const tls = network.stream({ id: "tls", protocol: "TLS", host: "192.0.2.1", port: 5061 });
  const udp6 = network.transport("udp6", "[2001:db8::1]", 5060);
  return { clock, network, tcp, listeners: new Listeners([udp, otherUdp, tcp, otherTcp, tls, udp6]) };
}

const hop = (transport: NextHop["transport"], address = "192.0.2.2"): NextHop => ({
  transport,
  address,
  port: 5060,
});
const SMALL = 600;
const LARGE = 1_301;

describe("Listeners", () => {
  it("writes Via and Contact of the listener that was chosen; over TLS it offers its connection (RFC 5923 §8.1)", () => {
    const { listeners } = setUp();
    expect(listeners.via("udp", "z9hG4bK1")).toBe("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport");
    expect(listeners.via("tls", "z9hG4bK1")).toBe("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;alias");
    expect(listeners.contactUri("udp")).toBe("sip:192.0.2.1:5060");
    expect(listeners.contactUri("tcp")).toBe("sip:192.0.2.1:5060;transport=tcp");
    expect(listeners.contactUri("tls")).toBe("sip:192.0.2.1:5061;transport=tls");
    expect(listeners.contactUri("tls", "sips")).toBe("sips:192.0.2.1:5061");
    expect(() => listeners.via("none", "z9hG4bK1")).toThrow(TypeError);
  });

  it("sends a request of more than 1,300 octets by TCP, then by UDP (RFC 3261 §18.1.1)", () => {
    const { listeners } = setUp();
    const ids = (octets: number, options = {}): string[] =>
      listeners.targets(hop("UDP"), octets, options).map(({ listener }) => listener);
    expect(ids(SMALL)).toEqual(["udp"]);
    expect(ids(LARGE)).toEqual(["tcp", "udp"]);
    expect(ids(LARGE, { large: "udp" })).toEqual(["udp"]);
    expect(ids(LARGE, { listener: "other-udp" })).toEqual(["other-tcp", "other-udp"]);
  });

  it("does not ask a TCP again that did not answer a moment ago", () => {
    const { clock, network, tcp, listeners } = setUp();
    network.silence("192.0.2.2", 5060);
    tcp.send(octetsOf("x"), "192.0.2.2", 5060);
    clock.advance(1_500);
    expect(listeners.targets(hop("UDP"), LARGE).map(({ listener }) => listener)).toEqual(["udp"]);
    clock.advance(40_000);
    expect(listeners.targets(hop("UDP"), LARGE).map(({ listener }) => listener)).toEqual(["tcp", "udp"]);
  });

  it("takes a listener of the address's family and transport, or none", () => {
    const { listeners } = setUp();
    expect(listeners.targets(hop("UDP", "2001:db8::2"), SMALL)).toEqual([
      { listener: "udp6", address: "2001:db8::2", port: 5060, connection: undefined, serverName: undefined },
    ]);
    expect(listeners.targets(hop("WS"), SMALL)).toEqual([]);
    expect(
      listeners.targets({ ...hop("TLS"), serverName: "b.example", connection: 4 }, LARGE)[0],
    ).toMatchObject({ listener: "tls", serverName: "b.example", connection: 4 });
    expect(listeners.protocols).toEqual(["UDP", "TCP", "TLS"]);
  });

  it("refuses two listeners of one id", () => {
    const network = new MemoryNetwork(new VirtualClock(), new SeededRandom(1));
    const twice = [network.transport("a", "192.0.2.1"), network.transport("a", "192.0.2.2")];
    expect(() => new Listeners(twice)).toThrow(TypeError);
  });
});

describe("the identity of a certificate (RFC 5922 §7)", () => {
  const none = { uris: [], dnsNames: [], addresses: [], commonNames: ["Common.Example"] };

  it("is its sip URIs, else its DNS names, else its common name", () => {
    const uris = ["sip:Example.com", "sip:alice@example.net", "https://example.org", "sips:x.example"];
    expect(identityOf({ ...none, uris, dnsNames: ["dns.example"] }).domains).toEqual(["example.com"]);
    expect(identityOf({ ...none, uris: ["https://x"], dnsNames: ["DNS.example"] }).domains).toEqual([
      "dns.example",
    ]);
    expect(identityOf(none).domains).toEqual(["common.example"]);
    expect(identityOf({ ...none, addresses: ["192.0.2.1"] })).toEqual({
      domains: [],
      addresses: ["192.0.2.1"],
    });
  });

  it("matches whole names in any case, and no wildcard", () => {
    const identity = identityOf({ ...none, dnsNames: ["*.example.com", "sip.example"] });
    expect(isPeer(identity, "SIP.example")).toBe(true);
    expect(isPeer(identity, "a.example.com")).toBe(false);
    expect(isPeer(identity, "example")).toBe(false);
    expect(isPeer(identityOf({ ...none, addresses: ["::1"] }), "[::1]")).toBe(true);
  });
});
