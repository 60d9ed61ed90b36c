import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { equalUris } from "./uri-equality.ts";
import { parseUri } from "./uri.ts";

function equal(one: string, other: string): boolean {
  const [first, second] = [parseUri(one), parseUri(other)];
  if (first === undefined || second === undefined) throw new TypeError(`no URI: ${one} or ${other}`);
  const result = equalUris(first, second);
  expect(equalUris(second, first)).toBe(result);
  return result;
}

describe("equalUris (RFC 3261 §19.1.4)", () => {
  it.each([
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"],
    ["sip:a@b.example?x=1&y=2", "sip:a@b.example?y=2&X=1"],
    ["sip:bob@[2001:DB8::9:1]", "sip:bob@[2001:db8:0:0:0:0:9:01]"],
    ["sip:bob@[::ffff:192.0.2.128]", "sip:bob@[::ffff:c000:280]"],
    ["tel:+1-201-555-0123", "tel:+12015550123"],
    ["tel:7042;phone-context=Example.com", "tel:7042;phone-context=example.com"],
    ["urn:service:sos", "urn:service:sos"],
  ])("takes %s and %s for one", (one, other) => {
    expect(equal(one, other)).toBe(true);
  });

  it.each([
    ["sip:ALICE@b.example", "sip:alice@b.example"],
    ["sip:a@b.example", "sips:a@b.example"],
    ["sip:a@b.example", "sip:b.example"],
    ["sip:a:x@b.example", "sip:a:y@b.example"],
    ["sip:a@b.example", "sip:a@b.example:5060"],
    ["sip:a@b.example", "sip:a@b.example;transport=udp"],
    ["sip:a@b.example", "sip:a@b.example;maddr=192.0.2.1"],
    ["sip:a@b.example;security=on", "sip:a@b.example;security=off"],
    ["sip:a@b.example?subject=x", "sip:a@b.example"],
    ["sip:a%3Bx@b.example", "sip:a;x@b.example"],
    ["tel:+12015550123", "tel:+12015550124"],
    ["tel:7042;phone-context=a.example", "tel:7042"],
    ["urn:service:sos", "urn:service:sos.fire"],
  ])("tells %s from %s", (one, other) => {
    expect(equal(one, other)).toBe(false);
  });
});

const ROOT = resolve(import.meta.dirname, "../../../..");
const FILE = join(resolve(ROOT, process.env["TANDEM_CORPUS"] ?? "../shared/corpus"), "sip/uri-equality.json");
if (!existsSync(FILE)) console.warn(`SKIPPED: pairs of URIs, since there is no ${FILE} (TANDEM_CORPUS)`);

(existsSync(FILE) ? describe : describe.skip)("the corpus of URI pairs", () => {
  it("is judged as labelled", () => {
    const pairs = JSON.parse(readFileSync(FILE, "utf8")) as Record<"equal" | "notEqual", [string, string][]>;
    const wrong = [
      ...pairs.equal.filter(([one, other]) => !equal(one, other)),
      ...pairs.notEqual.filter(([one, other]) => equal(one, other)),
    ];
    expect(pairs.equal.length + pairs.notEqual.length).toBe(16);
    expect(wrong).toEqual([]);
  });
});
