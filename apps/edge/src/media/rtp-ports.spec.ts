import { describe, expect, it } from "@jest/globals";
import { SeededRandom } from "@tandem/sip/testing";
import { QUARANTINE_MS, REST_MS, RtpPorts } from "./rtp-ports.ts";

const takeAll = (ports: RtpPorts, nowMs: number): number[] => {
  const taken: number[] = [];
  for (let port = ports.take(nowMs); port !== undefined; port = ports.take(nowMs)) taken.push(port);
  return taken;
};

describe("RtpPorts", () => {
  it("has the even ports of the range, each once (RFC 3550 §11)", () => {
    const ports = new RtpPorts(20_001, 20_010, new SeededRandom(1));
    expect(ports.free).toBe(5);
    expect(takeAll(ports, 0).sort()).toEqual([20_002, 20_004, 20_006, 20_008, 20_010]);
    expect(ports.free).toBe(0);
    expect(ports.take(0)).toBeUndefined();
  });

  it("has none where the range has no even port", () => {
    expect(new RtpPorts(20_001, 20_001, new SeededRandom(1)).take(0)).toBeUndefined();
  });

  it("begins at a port that follows from the randomness", () => {
    const first = [1, 2, 3, 4].map((seed) => new RtpPorts(20_000, 29_998, new SeededRandom(seed)).take(0));
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it("takes a used port again when it has rested, and a new one before", () => {
    const ports = new RtpPorts(20_000, 20_999, new SeededRandom(1));
    const first = ports.take(0)!;
    ports.giveBack(first, 1_000);
    const second = ports.take(1_000 + REST_MS - 1);
    expect(second).not.toBe(first);
    expect(ports.take(1_000 + REST_MS)).toBe(first);
  });

  it("takes the port that has rested longest where all were used just now", () => {
    const ports = new RtpPorts(20_000, 20_005, new SeededRandom(1));
    const taken = takeAll(ports, 0);
    for (const [index, port] of taken.entries()) ports.giveBack(port, 10 + index);
    expect(takeAll(ports, 20)).toEqual(taken);
  });

  it("leaves a port that cannot be bound alone for a while", () => {
    const ports = new RtpPorts(20_000, 20_001, new SeededRandom(1));
    ports.quarantine(ports.take(0)!, 1_000);
    expect(ports.free).toBe(1);
    expect(ports.take(1_000 + QUARANTINE_MS - 1)).toBeUndefined();
    expect(ports.take(1_000 + QUARANTINE_MS)).toBe(20_000);
  });
});
