import { describe, expect, it } from "@jest/globals";
import { iamFrom } from "@tandem/interworking";
import { editIsup, isupNumber, type IsupMessage } from "@tandem/isup";
import { octetsOf, parseMessage, SipRequest } from "@tandem/sip";
import type { Setup } from "../calls/primitives.ts";
import { checkConfig } from "../config/check.ts";
import { setupOf as setupOfSources } from "./setup.ts";

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

const setupOf = (request: SipRequest, carried?: IsupMessage, moreDigits = ""): Setup =>
  setupOfSources({ request, iam: carried, moreDigits }, undefined, trunk());

const iam = iamFrom({ called: "3022", calling: "3011" }, "itu-t92+");

describe("the neutral set-up of an INVITE", () => {
  it("says the same of a number with and without ISUP (RFC 3398 §12.2)", () => {
    const plain = setupOf(invite());
    const carried = setupOf(invite(), iam);
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
    expect(setupOf(invite(anonymous), iam).calling).toMatchObject({
      raw: "3011",
      e164: "+493011",
      natureOfAddress: "national",
      presentation: "restricted",
      source: "isup",
    });
  });

  it("tells redirections of Diversion, else of History-Info", () => {
    const history = "History-Info: <tel:+493066>;index=1, <sip:+493022@b.example;cause=486>;index=1.1";
    expect(setupOf(invite(history)).redirecting).toMatchObject([
      { number: { e164: "+493066", source: "historyInfo" }, reason: "userBusy", count: 1 },
    ]);
    const both = invite("Diversion: <tel:+493055>;reason=no-answer", history);
    expect(setupOf(both).redirecting).toMatchObject([
      {
        number: { e164: "+493055", source: "diversion", natureOfAddress: "international" },
        reason: "noReply",
        count: 1,
      },
    ]);
  });

  it("has header fields over the redirecting number of ISUP, and that where they say nothing (RFC 3398 §7.2.1.1)", () => {
    const redirected = editIsup(iam, {
      redirectingNumber: isupNumber({
        digits: "3088",
        natureOfAddressIndicator: 3,
        numberingPlanIndicator: 1,
        presentationIndicator: 1,
      }),
      redirectionInformation: {
        redirectingIndicator: 3,
        originalReasonIndicator: 0,
        redirectionCounter: 1,
        redirectingReasonIndicator: 2,
      },
    });
    const { redirecting, originalCalled } = setupOf(invite(), redirected);
    expect(redirecting).toMatchObject([
      {
        number: { e164: "+493088", presentation: "restricted", source: "isup" },
        reason: "noReply",
        count: 1,
      },
    ]);
    expect(originalCalled).toEqual(redirecting[0]?.number);
    const over = setupOf(invite("Diversion: <tel:+493055>;reason=user-busy"), redirected);
    expect(over.redirecting).toMatchObject([{ number: { e164: "+493055" }, reason: "userBusy" }]);
    expect(over.originalCalled).toMatchObject({ e164: "+493055", source: "diversion" });
  });

  it("has the hop counter of Max-Forwards, and no more than ISUP allows (Q.1912.5)", () => {
    const few = editIsup(iam, { hopCounter: { value: 7 } });
    expect(setupOf(invite()).hopCounter).toBeUndefined();
    expect(setupOf(invite("Max-Forwards: 70")).hopCounter).toBe(31);
    expect(setupOf(invite("Max-Forwards: 70"), few).hopCounter).toBe(7);
    expect(setupOf(invite("Max-Forwards: 3"), few).hopCounter).toBe(3);
  });

  it("has the category of cpc over that of ISUP, and the ordinary one where neither is there", () => {
    const payphone = editIsup(iam, { callingPartysCategory: { value: 15 } });
    const priority = invite("P-Asserted-Identity: <tel:+493011;cpc=priority>");
    expect(setupOf(invite()).category).toBe("ordinary");
    expect(setupOf(invite(), payphone).category).toBe("payphone");
    expect(setupOf(priority, payphone).category).toBe("priority");
    expect(setupOf(priority).calling).toMatchObject({ source: "pai", screening: "network" });
  });

  it("puts digits of SAMs behind the called number, in the URI and in ISUP (RFC 3578 §2)", () => {
    expect(setupOf(invite(), iam, "44").called).toMatchObject({ raw: "+49302244", e164: "+49302244" });
  });
});
