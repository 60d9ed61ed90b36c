import { describe, expect, it } from "@jest/globals";
import { octetsOf } from "../message/octets.ts";
import { answerBinding, bindingRequest, readBindingResponse } from "./stun.ts";

/** Transaction id, addresses and port of RFC 5769 §2.2 and §2.3. */
const ID = Uint8Array.of(0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae);
const PORT = 32_853;
const hex = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString("hex");

/** A Binding request with attributes: type, then value. */
function request(...attributes: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const body = attributes.flatMap(([type, value]) => {
    const padding = new Array<number>((4 - (value.length % 4)) % 4).fill(0);
    return [type >> 8, type & 0xff, value.length >> 8, value.length & 0xff, ...value, ...padding];
  });
  const octets = Uint8Array.from([...bindingRequest(ID), ...body]);
  octets[2] = body.length >> 8;
  octets[3] = body.length & 0xff;
  return octets;
}

describe("the answer to a Binding request (RFC 5389 §7.3.1, RFC 5626 §8)", () => {
  it.each([
    ["192.0.2.1", "00200008" + "0001a147e112a643"],
    ["2001:db8:1234:5678:11:2233:4455:6677", "00200014" + "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"],
  ])("tells %s and its port behind the mask (§15.2, RFC 5769 §2)", (address, attribute) => {
    const answer = answerBinding(request(), address, PORT);
    const length = (attribute.length / 2).toString(16).padStart(4, "0");
    expect(hex(answer)).toBe(`0101${length}2112a442${hex(ID)}${attribute}`);
    expect(readBindingResponse(answer ?? new Uint8Array(0))?.mapped).toBeDefined();
  });

  it.each([
    ["::1", "0".repeat(31) + "1"],
    ["fe80::1%eth0", "fe80" + "0".repeat(27) + "1"],
    ["::ffff:192.0.2.1", "0".repeat(20) + "ffffc0000201"],
    ["2001:db8::", "20010db8" + "0".repeat(24)],
  ])("knows the address %s", (address, octets) => {
    const answer = answerBinding(request(), address, PORT) ?? new Uint8Array(0);
    expect(readBindingResponse(answer)?.mapped).toBe(`00028055${octets}`);
  });

  it("passes over what may be ignored, and what a server without passwords has no use for", () => {
    const octets = request(
      [0x8022, Uint8Array.of(1, 2, 3)],
      [0x0006, Uint8Array.of(1)],
      [0x0008, new Uint8Array(20)],
    );
    expect(hex(answerBinding(octets, "192.0.2.1", PORT)).slice(0, 4)).toBe("0101");
  });

  it("is 420 where an attribute would have to be understood, and says which (§15.6, §15.9), eight at most", () => {
    const one = hex(answerBinding(request([0x0024, Uint8Array.of(0, 0, 0, 1)]), "192.0.2.1", PORT));
    const phrase = Buffer.from("Unknown Attribute").toString("hex");
    expect(one).toBe(`011100242112a442${hex(ID)}0009001500000414${phrase}000000` + "000a000200240000");
    const many = Array.from({ length: 50 }, (_, at): [number, Uint8Array] => [
      0x0100 + at,
      new Uint8Array(0),
    ]);
    expect(answerBinding(request(...many), "192.0.2.1", PORT)).toHaveLength(20 + 28 + 20);
  });

  it("is none to what is no request: SIP, responses, another cookie, wrong lengths, any cut", () => {
    const whole = request([0x8022, Uint8Array.of(1, 2, 3, 4)]);
    const answer = answerBinding(whole, "192.0.2.1", PORT) ?? new Uint8Array(0);
    const others = [
      octetsOf("OPTIONS sip:a SIP/2.0\r\n\r\n"),
      answer,
      whole.map((octet, at) => (at === 4 ? 0 : octet)),
      Uint8Array.from([...whole, 0, 0, 0, 0]),
      whole.map((octet, at) => (at === 23 ? 200 : octet)),
      ...Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length)),
    ];
    expect(others.filter((octets) => answerBinding(octets, "192.0.2.1", PORT) !== undefined)).toEqual([]);
  });
});
