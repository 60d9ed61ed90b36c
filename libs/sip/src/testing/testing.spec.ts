import { describe, expect, it } from "@jest/globals";
import { MemoryNetwork } from "./memory-network.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

describe("VirtualClock", () => {
  it("runs timers by deadline, then in the order they were set, at their own time", () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const note = (name: string) => (): void => {
      fired.push(`${name} ${clock.now()}`);
    };
    clock.setTimeout(note("b"), 20);
    clock.setTimeout(note("a1"), 10);
    clock.setTimeout(note("a2"), 10);
    clock.clearTimeout(clock.setTimeout(note("cleared"), 5));
    clock.setTimeout(() => {
      clock.setTimeout(note("nested"), 5);
    }, 10);
    clock.advance(19);
    expect(fired).toEqual(["a1 10", "a2 10", "nested 15"]);
    expect([clock.now(), clock.pendingTimers]).toEqual([19, 1]);
    clock.advance(1);
    expect(fired.at(-1)).toBe("b 20");
  });
});

describe("SeededRandom", () => {
  it("gives the same octets for the same seed, others for another", () => {
    expect(new SeededRandom(5).octets(32)).toEqual(new SeededRandom(5).octets(32));
    expect(new SeededRandom(5).octets(32)).not.toEqual(new SeededRandom(6).octets(32));
    const random = new SeededRandom(7);
    const mean =
      Array.from({ length: 10_000 }, () => random.next()).reduce((sum, each) => sum + each) / 10_000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });
});

describe("MemoryNetwork", () => {
  const arrivals = (faults: ConstructorParameters<typeof MemoryNetwork>[2], seed = 1): number[] => {
    const clock = new VirtualClock();
    const network = new MemoryNetwork(clock, new SeededRandom(seed), faults);
    const [from, to] = [network.transport("from", "192.0.2.1"), network.transport("to", "192.0.2.2", 5070)];
    const arrived: number[] = [];
    to.onDatagram = (octets, flow) => {
      expect(flow).toMatchObject({ listener: "to", remoteAddress: "192.0.2.1", remotePort: 5060 });
      arrived.push(octets[0] ?? -1);
    };
    for (let index = 0; index < 200; index++) from.send(Uint8Array.of(index), "192.0.2.2", 5070);
    from.send(Uint8Array.of(1), "192.0.2.3", 5070);
    clock.advance(1_000);
    expect(network.sent).toHaveLength(201);
    return arrived;
  };
  const inOrder = Array.from({ length: 200 }, (_, index) => index);

  it("carries everything in order where nothing else is asked for", () => {
    expect(arrivals(undefined)).toEqual(inOrder);
  });

  it("loses, doubles and reorders by its shares, the same for the same seed", () => {
    const lossy = arrivals({ lossShare: 0.5, duplicateShare: 0, delayMs: [1, 1] });
    expect(lossy.length).toBeGreaterThan(70);
    expect(lossy.length).toBeLessThan(130);
    expect(arrivals({ lossShare: 0, duplicateShare: 1, delayMs: [1, 1] })).toHaveLength(400);
    const reordered = arrivals({ lossShare: 0, duplicateShare: 0, delayMs: [1, 50] });
    expect(reordered).not.toEqual(inOrder);
    expect([...reordered].sort((one, other) => one - other)).toEqual(inOrder);
    expect(arrivals({ lossShare: 0.5, duplicateShare: 0, delayMs: [1, 1] })).toEqual(lossy);
  });
});

it("carries messages of a reliable transport all, once and in order", () => {
  const clock = new VirtualClock();
  const faults = { lossShare: 0.5, duplicateShare: 0.5, delayMs: [5, 50] } as const;
  const network = new MemoryNetwork(clock, new SeededRandom(1), faults);
  const from = network.transport("a", "192.0.2.1", 5060, true);
  const received: string[] = [];
  network.transport("b", "192.0.2.2", 5060, true).onDatagram = (octets, flow) => {
    received.push(`${octets.join()} ${String(flow.isReliable)}`);
  };
  for (let number = 0; number < 20; number++) from.send(Uint8Array.of(number), "192.0.2.2", 5060);
  clock.advance(60);
  expect(received).toEqual(Array.from({ length: 20 }, (_, number) => `${number} true`));
});
