import { describe, expect, it } from "@jest/globals";
import { octetsOf } from "../message/octets.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { StunKeepAlive } from "./stun-keep-alive.ts";
import { bindingRequest, readBindingResponse } from "./stun.ts";

const SERVER = { address: "192.0.2.2", port: 5060 };

/** A Binding response by type and attributes, to the request of that id. */
const response = (type: number, id: Iterable<number>, ...attributes: number[]): Uint8Array =>
  Uint8Array.from([1, type, 0, attributes.length, 0x21, 0x12, 0xa4, 0x42, ...id, ...attributes]);
/** XOR-MAPPED-ADDRESS of 192.0.2.1, port 32853 (RFC 5769 §2.2). */
const MAPPED = [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];

function kept(intervalMs?: number) {
  const clock = new VirtualClock();
  const sent: Uint8Array[] = [];
  const keepAlive = new StunKeepAlive({
    clock,
    random: new SeededRandom(1),
    send: (octets) => sent.push(octets),
  });
  const ended: string[] = [];
  const letGo = keepAlive.keep(SERVER, intervalMs, { onFlowEnded: () => ended.push("ended") });
  const answer = (type = 1, attributes = MAPPED): boolean => {
    const id = sent.at(-1)?.subarray(8, 20) ?? [];
    return keepAlive.receive(response(type, id, ...attributes), SERVER.address, SERVER.port);
  };
  return { clock, sent, keepAlive, ended, letGo, answer };
}

describe("a Binding response (RFC 5389 §6, §15.2)", () => {
  const id = Uint8Array.from({ length: 12 }, (_, at) => at);

  it("tells the address behind its mask", () => {
    expect(readBindingResponse(response(1, id, ...MAPPED))?.mapped).toBe("00018055c0000201");
    expect(
      readBindingResponse(response(1, id, 0x80, 0x22, 0, 3, 1, 2, 3, 0, ...MAPPED))?.mapped,
    ).toBeDefined();
    expect(readBindingResponse(response(0x11, id))).toEqual({ id, mapped: undefined });
  });

  it("is nothing else: no request, no SIP, none cut short, none of another cookie", () => {
    const whole = response(1, id, ...MAPPED);
    const others = [bindingRequest(id), octetsOf("SIP/2.0 200 OK\r\n\r\n\r\n\r\n"), response(1, id)];
    const cut = Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length));
    expect([...others, ...cut].filter((octets) => readBindingResponse(octets) !== undefined)).toEqual([]);
    expect(readBindingResponse(whole.map((octet, at) => (at === 4 ? 0 : octet)))).toBeUndefined();
  });
});

describe("the keep-alive of a flow (RFC 5626 §4.4.2)", () => {
  it("asks after 24 to 29 s, again and again, each time with another id", () => {
    const { clock, sent, answer, ended } = kept();
    clock.advance(23_999);
    expect(sent).toHaveLength(0);
    clock.advance(5_001);
    expect(sent[0]).toEqual(bindingRequest(sent[0]?.subarray(8, 20) ?? new Uint8Array()));
    expect(new Set(sent.map(String)).size).toBe(1);
    expect(answer()).toBe(true);
    clock.advance(29_000);
    expect(new Set(sent.map(String)).size).toBe(2);
    expect(ended).toEqual([]);
  });

  it("asks within the time that it is told", () => {
    const { clock, sent } = kept(60_000);
    clock.advance(48_000);
    expect(sent).toHaveLength(0);
    clock.advance(12_000);
    expect(sent.length).toBeGreaterThan(0);
  });

  it("has ended where seven requests find no answer (RFC 5389 §7.2.1)", () => {
    const { clock, sent, ended, keepAlive } = kept(1_000);
    clock.advance(1_000 + 39_499);
    expect(sent).toHaveLength(7);
    expect(new Set(sent.map(String)).size).toBe(1);
    clock.advance(1_000);
    expect([ended, keepAlive.flows, clock.pendingTimers]).toEqual([["ended"], 0, 0]);
  });

  it.each<[string, number, number[]]>([
    ["the answer is an error", 0x11, []],
    ["it is seen from another address than before", 1, [...MAPPED.slice(0, -1), 0]],
  ])("has ended where %s", (_why, type, attributes) => {
    const { clock, ended, answer } = kept();
    clock.advance(29_000);
    answer();
    clock.advance(29_000);
    expect(ended).toEqual([]);
    answer(type, attributes);
    expect([ended, clock.pendingTimers]).toEqual([["ended"], 0]);
  });

  it("takes no answer of another, nor to another request", () => {
    const { clock, sent, keepAlive, answer } = kept();
    expect(answer()).toBe(false);
    clock.advance(29_000);
    const id = sent[0]?.subarray(8, 20) ?? [];
    expect(keepAlive.receive(response(1, id, ...MAPPED), "192.0.2.3", 5060)).toBe(false);
    expect(keepAlive.receive(response(1, new Uint8Array(12), ...MAPPED), SERVER.address, 5060)).toBe(false);
    expect([answer(), answer()]).toEqual([true, false]);
  });

  it("stops when the last of its keepers lets go, and when the socket closes", () => {
    const { clock, keepAlive, letGo, ended } = kept();
    const another = keepAlive.keep(SERVER, undefined, { onFlowEnded: () => undefined });
    letGo();
    expect(keepAlive.flows).toBe(1);
    another();
    expect([keepAlive.flows, clock.pendingTimers]).toEqual([0, 0]);
    keepAlive.keep(SERVER, undefined, { onFlowEnded: () => ended.push("ended") });
    keepAlive.close();
    expect([keepAlive.flows, clock.pendingTimers, ended]).toEqual([0, 0, []]);
  });
});
