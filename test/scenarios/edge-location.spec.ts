import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { NameServer } from "../../libs/sip/src/node/testing/name-server.ts";
import { eventsOf, releaseOf } from "../helpers/calls.ts";
import { removeEdges, startEdge, type TestEdge } from "../helpers/edge.ts";
import { TestCall } from "../helpers/sip-call.ts";
import { closeClients, okTo, SipClient, type RawMessage } from "../helpers/sip-client.ts";
import { acceptTcp, tcpWire, type Peer, type TcpAcceptor } from "../helpers/sip-wires.ts";

jest.setTimeout(20_000);

const NOBODY = "nobody.example";
const BROKEN = "broken.example";

let names: NameServer;
let edge: TestEdge;
let caller: SipClient;
/** Where the edge is sent to, as the caller itself is somewhere else. */
let elsewhere: SipClient;
let acceptors: TcpAcceptor[] = [];

beforeAll(async () => {
  names = await NameServer.open({});
  names.failing.add(BROKEN);
  edge = await startEdge({
    listen: [{ id: "tcp", transport: "tcp", address: "127.0.0.1:0" }],
    trunks: [
      { id: "carrier", profile: "sip-t", sources: ["127.0.0.1"] },
      { id: "fragments", profile: "sip-t", sources: ["127.0.0.3"], largeRequests: "udp" },
    ],
    dns: { servers: [names.address], timeout: "500ms" },
  });
  caller = await SipClient.open(edge);
  elsewhere = await SipClient.open(edge);
  names.zone = {
    A: { "phone.example": ["127.0.0.1"] },
    SRV: { "_sip._udp.srv.example": [srv(elsewhere.port)] },
  };
});

afterAll(async () => {
  for (const acceptor of acceptors) acceptor.close();
  acceptors = [];
  closeClients();
  await removeEdges();
  await names.close();
});

function srv(port: number, priority = 0) {
  return { priority, weight: 0, port, target: "phone.example" };
}

async function tcpElsewhere(): Promise<TcpAcceptor> {
  const acceptor = await acceptTcp();
  acceptors.push(acceptor);
  return acceptor;
}

const overTcp = async (): Promise<SipClient> => {
  const peer: Peer = { address: edge.address, port: edge.portOf("tcp") };
  return new SipClient(await tcpWire(peer), peer);
};

/** A call that the edge ends at once: it made the offer, and the ACK has no answer (RFC 3261 §13.2.1). */
async function ended(client: SipClient, contact: string, headers: readonly string[] = []): Promise<TestCall> {
  const peer = {
    address: edge.address,
    port: client.wire.transport === "TCP" ? edge.portOf("tcp") : edge.port,
  };
  const call = new TestCall(client, peer, { sdp: null, contact, headers });
  call.invite();
  await call.final(200);
  call.ack();
  return call;
}

async function byeAt(client: SipClient): Promise<RawMessage> {
  const bye = await client.request("BYE");
  client.send(okTo(bye));
  return bye;
}

async function byeOver(acceptor: TcpAcceptor): Promise<RawMessage> {
  const wire = await acceptor.accepted;
  return byeAt(new SipClient(wire, wire));
}

describe("a trunk whose source is a name", () => {
  it("is who calls from the addresses that the configured name servers give it, of either family", async () => {
    const own = await NameServer.open({
      A: { "sbc.example": ["127.0.0.9"] },
      AAAA: { "sbc6.example": ["::1"] },
    });
    const named = await startEdge({
      trunks: [{ id: "named", sources: ["sbc.example", "sbc6.example", NOBODY] }],
      dns: { servers: [own.address], timeout: "500ms" },
    });
    const call = new TestCall(await SipClient.open(named, "127.0.0.9"), named);
    await call.establish();
    await call.bye();
    expect(eventsOf(named.journalEvents(), call.callId)[0]?.data.trunkId).toBe("named");
    const stranger = new TestCall(await SipClient.open(named), named);
    stranger.invite();
    await stranger.final(403);
    expect(own.asked).toEqual(expect.arrayContaining(["A sbc.example", "AAAA sbc6.example", `A ${NOBODY}`]));
    expect(named.log.find((line) => line.includes("cannot be resolved"))).toContain(NOBODY);
    await named.stop();
    await own.close();
  });
});

describe("a BYE of the edge", () => {
  it("goes to where the name in the caller's Contact leads (RFC 3263 §4.2)", async () => {
    const call = await ended(caller, `phone.example:${elsewhere.port}`);
    const bye = await byeAt(elsewhere);
    expect([bye.header("call-id"), bye.startLine]).toEqual([
      call.callId,
      `BYE sip:carrier@phone.example:${elsewhere.port} SIP/2.0`,
    ]);
    // RFC 3581 §3: over UDP the answer comes back by the port it was sent from.
    expect(bye.header("via")).toMatch(/;rport$/);
    await edge.until(({ sip }) => sip.dialogs === 0);
    expect(releaseOf(eventsOf(edge.journalEvents(), call.callId))).toBeDefined();
  });

  it("goes to the port of SRV where the Contact has none", async () => {
    const call = await ended(caller, "srv.example");
    expect((await byeAt(elsewhere)).header("call-id")).toBe(call.callId);
    expect(names.asked).toEqual(
      expect.arrayContaining(["NAPTR srv.example", "SRV _sip._udp.srv.example", "A phone.example"]),
    );
  });

  it("goes by the transport of NAPTR, whose listener Via names (RFC 3263 §4.1)", async () => {
    const acceptor = await tcpElsewhere();
    const naptr = {
      ...{ order: 1, preference: 1, flags: "s" },
      service: "SIP+D2T",
      replacement: "_s.naptr.example",
    };
    names.zone = {
      ...names.zone,
      NAPTR: { "naptr.example": [naptr] },
      SRV: { ...names.zone.SRV, "_s.naptr.example": [srv(acceptor.port)] },
    };
    const call = await ended(caller, "naptr.example");
    const bye = await byeOver(acceptor);
    expect(bye.header("call-id")).toBe(call.callId);
    expect(bye.header("via")).toMatch(
      new RegExp(`^SIP/2\\.0/TCP 127\\.0\\.0\\.1:${edge.portOf("tcp")};branch=z9hG4bK[^;]+$`),
    );
  });

  it("goes by the transport that an address asks for", async () => {
    const acceptor = await tcpElsewhere();
    const call = await ended(caller, `127.0.0.1:${acceptor.port};transport=tcp`);
    expect((await byeOver(acceptor)).header("call-id")).toBe(call.callId);
  });

  it("goes to the proxy that has recorded its route, with the name of the caller in it", async () => {
    const headers = [`Record-Route: <sip:phone.example:${elsewhere.port};lr>`];
    await ended(caller, NOBODY, headers);
    const bye = await byeAt(elsewhere);
    expect(bye.startLine).toBe(`BYE sip:carrier@${NOBODY} SIP/2.0`);
    expect(bye.header("route")).toBe(`<sip:phone.example:${elsewhere.port};lr>`);
  });

  it("goes to the next target where the first takes no connection (RFC 3263 §4.3)", async () => {
    const [closed, open] = [await tcpElsewhere(), await tcpElsewhere()];
    closed.close();
    names.zone = {
      ...names.zone,
      SRV: { "_sip._tcp.two.example": [srv(closed.port, 1), srv(open.port, 2)] },
    };
    const call = await ended(caller, "two.example;transport=tcp");
    expect((await byeOver(open)).header("call-id")).toBe(call.callId);
  });

  it.each([
    ["is not there", NOBODY],
    ["cannot be asked for", BROKEN],
  ])("goes back to where the caller was heard where the name %s", async (_what, host) => {
    const call = await ended(caller, host);
    expect((await byeAt(caller)).header("call-id")).toBe(call.callId);
  });

  it("goes back there where no name server answers", async () => {
    names.isSilent = true;
    const call = await ended(caller, "silent.example:5080");
    const bye = await byeAt(caller);
    names.isSilent = false;
    expect(bye.header("call-id")).toBe(call.callId);
  });

  it.each([
    "127.0.0.1:9;transport=tcp",
    "127.0.0.1:9",
    "phone.example:9;transport=tcp",
    `${NOBODY};transport=tcp`,
  ])(
    "takes the connection that the caller has opened where its Contact is %s (RFC 5923)",
    async (contact) => {
      const client = await overTcp();
      const call = await ended(client, contact);
      expect((await byeAt(client)).header("call-id")).toBe(call.callId);
      client.close();
    },
  );

  describe("of more than 1,300 octets (RFC 3261 §18.1.1)", () => {
    /** Each `Record-Route` comes back as a Route. */
    const recorded = (address: string, port: number): string[] =>
      Array.from(
        { length: 4 },
        (_, at) => `Record-Route: <sip:${address}:${port};lr;hop=${at};id=${"x".repeat(400)}>`,
      );
    const OVER_TCP = /^SIP\/2\.0\/TCP /;
    const OVER_UDP = /^SIP\/2\.0\/UDP /;

    it("goes by TCP, which its Via names", async () => {
      const acceptor = await tcpElsewhere();
      const call = await ended(caller, NOBODY, recorded("127.0.0.1", acceptor.port));
      const bye = await byeOver(acceptor);
      expect([bye.header("call-id"), bye.octets.length > 1_300]).toEqual([call.callId, true]);
      expect(bye.header("via")).toMatch(OVER_TCP);
    });

    it("goes by UDP where TCP is refused, and the next one too though TCP is there by then: that is remembered", async () => {
      const byeOverUdp = async (): Promise<void> => {
        const call = await ended(caller, NOBODY, recorded("127.0.0.1", elsewhere.port));
        const bye = await byeAt(elsewhere);
        expect(bye.header("call-id")).toBe(call.callId);
        expect(bye.header("via")).toMatch(OVER_UDP);
      };
      await byeOverUdp();
      acceptors.push(await acceptTcp({ address: "127.0.0.1", port: elsewhere.port }));
      await byeOverUdp();
    });

    it("goes by UDP where the trunk of its target is configured so, though TCP is there", async () => {
      const peer = await SipClient.open(edge, "127.0.0.3");
      const acceptor = await acceptTcp({ address: peer.address, port: peer.port });
      acceptors.push(acceptor);
      const call = await ended(caller, NOBODY, recorded(peer.address, peer.port));
      const bye = await byeAt(peer);
      expect([bye.header("call-id"), bye.octets.length > 1_300]).toEqual([call.callId, true]);
      expect(bye.header("via")).toMatch(OVER_UDP);
    });
  });

  it("goes to where the Contact leads once that connection is gone", async () => {
    const acceptor = await tcpElsewhere();
    const client = await overTcp();
    const peer = { address: edge.address, port: edge.portOf("tcp") };
    const call = new TestCall(client, peer, { contact: `phone.example:${acceptor.port};transport=tcp` });
    await call.establish();
    const { connections } = (await edge.health()).sip;
    client.close();
    await edge.until(({ sip }) => sip.connections < connections);
    const stopped = edge.stop();
    expect((await byeOver(acceptor)).header("call-id")).toBe(call.callId);
    expect(await stopped).toBe(0);
  });
});
