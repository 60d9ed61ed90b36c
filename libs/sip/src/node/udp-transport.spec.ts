import { afterEach, describe, expect, it } from "@jest/globals";
import { networkInterfaces } from "node:os";
import type { Flow } from "../transport/flow.ts";
import { systemClock, systemRandom } from "./clock.ts";
import { UdpTransport } from "./udp-transport.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPED: UDP over IPv6, since there is no ::1");

const opened: UdpTransport[] = [];
async function open(
  address: string,
  port = 0,
  { advertise, answersStun = true }: { readonly advertise?: string; readonly answersStun?: boolean } = {},
): Promise<UdpTransport> {
  const transport = await UdpTransport.open({ id: "udp", address, port, advertise, answersStun });
  opened.push(transport);
  return transport;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
});

const nextDatagram = (transport: UdpTransport): Promise<{ octets: Uint8Array; flow: Flow }> =>
  new Promise((resolve) => {
    transport.onDatagram = (octets, flow) => {
      resolve({ octets, flow });
    };
  });

describe("UdpTransport", () => {
  it.each(["127.0.0.1", ...(hasIpv6 ? ["::1"] : [])])(
    "carries octets both ways on %s and names their flow",
    async (address) => {
      const [one, other] = [await open(address), await open(address)];
      const arrived = nextDatagram(other);
      one.send(Uint8Array.from([0, 13, 10, 255]), address, other.port);
      const { octets, flow } = await arrived;
      expect([...octets]).toEqual([0, 13, 10, 255]);
      expect(flow).toEqual({
        listener: "udp",
        transport: "UDP",
        isReliable: false,
        remoteAddress: address,
        remotePort: one.port,
      });
      const back = nextDatagram(one);
      other.send(octets, flow.remoteAddress, flow.remotePort);
      expect((await back).octets).toHaveLength(4);
    },
  );

  (hasIpv6 ? it : it.skip)(
    "names an IPv4 peer of a socket for both families by its IPv4 address",
    async () => {
      const both = await open("::");
      const peer = await open("127.0.0.1");
      const arrived = nextDatagram(both);
      peer.send(Uint8Array.of(1), "127.0.0.1", both.port);
      const { flow } = await arrived;
      expect(flow.remoteAddress).toBe("127.0.0.1");
      const back = nextDatagram(peer);
      both.send(Uint8Array.of(1, 2), flow.remoteAddress, flow.remotePort);
      expect((await back).octets).toHaveLength(2);
    },
  );

  it.each([1_301, 8_192, 65_507])(
    "carries a datagram of %i octets, which the network takes apart and puts together (RFC 3261 §18.1.1)",
    async (length) => {
      const [one, other] = [await open("127.0.0.1"), await open("127.0.0.1")];
      const arrived = nextDatagram(other);
      const octets = Uint8Array.from({ length }, (_, at) => at % 251);
      one.send(octets, "127.0.0.1", other.port);
      expect(Buffer.compare((await arrived).octets, octets)).toBe(0);
    },
  );

  it("asks by STUN for as long as a flow is kept, and tells when it is seen from elsewhere (RFC 5626 §4.4.2)", async () => {
    const [one, server] = [await open("127.0.0.1"), await open("127.0.0.1", 0, { answersStun: false })];
    let answers = 0;
    server.onDatagram = (request, { remoteAddress, remotePort }) => {
      // XOR-MAPPED-ADDRESS: the second answer names another port.
      const attribute = [0, 0x20, 0, 8, 0, 1, 0, answers++, 1, 2, 3, 4];
      server.send(
        Uint8Array.from([1, 1, 0, 12, ...request.subarray(4, 20), ...attribute]),
        remoteAddress,
        remotePort,
      );
    };
    const heard: Uint8Array[] = [];
    one.onDatagram = (octets) => heard.push(octets);
    await new Promise<void>((onFlowEnded) => {
      one.keepAlive({ address: "127.0.0.1", port: server.port }, 20, { onFlowEnded });
    });
    // What answers STUN is no SIP, and is not passed on.
    expect([answers, heard]).toEqual([2, []]);
  });

  it("answers the STUN of others, which keep their flows by it, and passes none of it on (RFC 5626 §8)", async () => {
    const [one, other] = [await open("127.0.0.1"), await open("127.0.0.1")];
    const heard: Uint8Array[] = [];
    one.onDatagram = (octets) => heard.push(octets);
    other.onDatagram = (octets) => heard.push(octets);
    let hasEnded = false;
    const letGo = one.keepAlive({ address: "127.0.0.1", port: other.port }, 10, {
      onFlowEnded: () => (hasEnded = true),
    });
    // What begins as STUN does and is none is passed on, to be refused as no SIP.
    const passedOn = new Promise<void>((resolve) => {
      other.onDatagram = (octets) => {
        heard.push(octets);
        resolve();
      };
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    one.send(Uint8Array.of(0, 1, 0, 0), "127.0.0.1", other.port);
    await passedOn;
    letGo();
    expect([hasEnded, heard.map((octets) => [...octets])]).toEqual([false, [[0, 1, 0, 0]]]);
  });

  it("says its own address in Via and Contact, or the one it is told to", async () => {
    const plain = await open("127.0.0.1");
    expect(plain.sentBy).toEqual({ host: "127.0.0.1", port: plain.port });
    if (hasIpv6) expect((await open("::1")).sentBy.host).toBe("[::1]");
    expect((await open("127.0.0.1", 0, { advertise: "sip.example" })).sentBy.host).toBe("sip.example");
  });

  it("rejects with the system's error where the port is taken", async () => {
    const { port } = await open("127.0.0.1");
    await expect(open("127.0.0.1", port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it.each([
    ["more octets than a datagram has", 70_000, 9],
    ["port 0, which a Via may name", 1, 0],
    ["a port that is none", 1, 5060.5],
  ])("reports what cannot be sent: %s", async (_what, octets, port) => {
    const transport = await open("127.0.0.1");
    const failed = new Promise<unknown[]>((resolve) => {
      transport.onError = (_error, ...where) => {
        resolve(where);
      };
    });
    transport.send(new Uint8Array(octets), "127.0.0.1", port);
    expect(await failed).toEqual(["127.0.0.1", port]);
    await transport.close();
  });

  it("sends what it was given before it closes", async () => {
    const [one, other] = [await open("127.0.0.1"), await open("127.0.0.1")];
    const arrived = nextDatagram(other);
    one.send(Uint8Array.of(7), "127.0.0.1", other.port);
    await one.close();
    expect([...(await arrived).octets]).toEqual([7]);
  });

  it("sends in its order what one turn of the loop gives it, also where that is more than may wait", async () => {
    const [one, other] = [await open("127.0.0.1"), await open("127.0.0.1")];
    const sent = Array.from({ length: 300 }, (_, index) => index);
    const heard: number[] = [];
    const arrived = new Promise<void>((resolve) => {
      other.onDatagram = (octets) => {
        heard.push(Number(Buffer.from(octets).toString()));
        if (heard.length === sent.length) resolve();
      };
    });
    for (const index of sent) one.send(Buffer.from(String(index)), "127.0.0.1", other.port);
    await one.close();
    await arrived;
    expect(heard).toEqual(sent);
  });

  it("may be closed twice, and sends nothing afterwards", async () => {
    const transport = await open("127.0.0.1");
    await transport.close();
    await transport.close();
    expect(() => {
      transport.send(new Uint8Array(1), "127.0.0.1", 9);
    }).not.toThrow();
  });
});

describe("the process's clock and randomness", () => {
  it("go forward, and can be stopped", async () => {
    const before = systemClock.now();
    const fired: string[] = [];
    const stopped = systemClock.setTimeout(() => fired.push("stopped"), 1);
    systemClock.clearTimeout(stopped);
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(resolve, 3);
    });
    expect(systemClock.now()).toBeGreaterThan(before);
    expect(fired).toEqual([]);
    expect(systemRandom.octets(16)).not.toEqual(systemRandom.octets(16));
  });
});
