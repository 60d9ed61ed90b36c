import { describe, expect, it } from "@jest/globals";
import { iamFrom } from "@tandem/interworking";
import { octetsOf, parseMessage, SipRequest } from "@tandem/sip";
import { checkConfig } from "../config/check.ts";
import { setupOf } from "./setup.ts";

const CONFIG = `
version: 1
listen: [{ id: u, transport: udp, address: "127.0.0.1:5060" }]
trunks: [{ id: t, sources: [127.0.0.1], numbers: { country: "49" } }]
routes: [{ id: r, reject: 404 }]
`;

function trunk() {
  const result = checkConfig(CONFIG, "test.yaml", () => "");
  if (!result.ok) throw new TypeError(JSON.stringify(result.faults));
  const [first] = result.config.trunks;
  if (first === undefined) throw new TypeError("no trunk");
  return first;
}

function invite(...headers: readonly string[]): SipRequest {
  const lines = [
    "INVITE sip:+493022@gw.example;user=phone SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
    ...(headers.some((line) => line.startsWith("From:")) ? [] : ["From: <sip:+493011@a.example>;tag=1"]),
    "To: <sip:b.example>",
    "Call-ID: c",
    "CSeq: 1 INVITE",
    ...headers,
  ];
  const parsed = parseMessage(octetsOf(`${lines.join("\r\n")}\r\n\r\n`));
  if (!parsed.ok || !(parsed.message instanceof SipRequest)) throw new TypeError("no request");
  return parsed.message;
}

const iam = iamFrom({ called: "3022", calling: "3011" }, "itu-t92+");

describe("the neutral set-up of an INVITE", () => {
  it("says the same of a number with and without ISUP (RFC 3398 §12.2)", () => {
    const plain = setupOf(invite(), undefined, undefined, trunk());
    const carried = setupOf(invite(), iam, undefined, trunk());
    for (const { called, calling } of [plain, carried]) {
      expect(called).toMatchObject({ raw: "+493022", e164: "+493022", source: "ruri" });
      expect(calling).toMatchObject({ raw: "+493011", e164: "+493011", source: "from" });
      for (const number of [called, calling])
        expect(number).toMatchObject({ natureOfAddress: "international", numberingPlan: "isdn" });
    }
    expect(carried.calling.screening).toBe("network");
  });

  it("has the nature of ISUP where SIP gives no number", () => {
    const anonymous = 'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1';
    expect(setupOf(invite(anonymous), iam, undefined, trunk()).calling).toMatchObject({
      raw: "3011",
      e164: "+493011",
      natureOfAddress: "national",
      presentation: "restricted",
      source: "isup",
    });
  });

  it("tells redirections of Diversion, else of ISUP, else of History-Info", () => {
    const history = "History-Info: <tel:+493066>;index=1, <sip:+493022@b.example;cause=486>;index=1.1";
    expect(setupOf(invite(history), undefined, undefined, trunk()).redirecting).toMatchObject([
      { number: { e164: "+493066", source: "historyInfo" }, reason: "userBusy", count: 1 },
    ]);
    const both = invite("Diversion: <tel:+493055>;reason=no-answer", history);
    expect(setupOf(both, undefined, undefined, trunk()).redirecting).toMatchObject([
      {
        number: { e164: "+493055", source: "diversion", natureOfAddress: "international" },
        reason: "no-answer",
      },
    ]);
  });
});
