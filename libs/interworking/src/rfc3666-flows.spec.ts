import { describe, expect, it } from "@jest/globals";
import { editIsup, isupNumber, type IsupMessage, type IsupMessageOf } from "@tandem/isup";
import { iamFrom, relFromCause, rlc } from "./answers.ts";
import { causeOfResponse } from "./causes.ts";
import {
  anm,
  ANSI,
  cause,
  inBand,
  isupCaller,
  rel,
  sipCaller,
  type IsupCaller,
  type SipCaller,
} from "./testing/simulated-gateway.ts";

/*
 * The gateway of each flow between its SIP side and a simulated ISUP peer; proxies are left out, as the gateway sees one
 * SIP side only. §2.2, §2.4 and §3.3 have no ISUP: Q.931, SIP alone, and a PBX with MF signalling. What is printed of the
 * ISUP messages are the parties' numbers and the causes. Messages are ANSI's, as the numbers are.
 */

const ALICE = "+13145551111";
const BOB = "+19725552222";
const COUNTRY = "1";
const options = { variant: ANSI } as const;

const iamTo = (called: string): IsupMessageOf<"IAM"> =>
  iamFrom({ called, calling: ALICE, country: COUNTRY }, ANSI);
const confirm = rlc(ANSI);

/** NOA and NPI as the RFC writes them. */
const NATIONAL = { natureOfAddress: "national", numberingPlan: "isdn" };

function partiesOf({ parameters }: IsupMessageOf<"IAM">): unknown {
  const { calledPartyNumber, callingPartyNumber } = parameters;
  return { CdPN: calledPartyNumber, CgPN: callingPartyNumber };
}

describe("SIP to PSTN (RFC 3666 §2)", () => {
  const iam = iamTo(BOB);
  const placed = (message = iam): SipCaller => {
    const call = sipCaller(options);
    expect(call.give({ type: "invite", iam: message })).toEqual(["IAM"]);
    return call;
  };

  it("§2.1, F5: the IAM has both numbers, national", () => {
    expect(partiesOf(iam)).toMatchObject({
      CdPN: { ...NATIONAL, digits: "9725552222" },
      CgPN: { ...NATIONAL, digits: "3145551111" },
    });
  });

  // In §2.3 a first gateway without circuits answers 503 by itself: no ISUP is sent before the second has the call.
  it.each(["§2.1: successful SIP to ISUP PSTN call", "§2.3: the second gateway of a call with overflow"])(
    "%s: IAM, ACM → 183, ANM → 200, BYE → REL 16, RLC (RFC 3666 §2.1, §2.3)",
    () => {
      const call = placed();
      expect(call.isup(inBand)).toEqual(["183 SDP"]);
      expect(call.isup(anm)).toEqual(["200"]);
      expect(call.give({ type: "ack" })).toEqual([]);
      expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
      expect(call.isup(confirm)).toEqual([]);
      expect(call.state.name).toBe("Ended");
    },
  );

  it("§2.5: treatment from the PSTN: CANCEL → 200, 487, REL 16 (F13 prints 18; RFC 3398 §7.2.3 has 16)", () => {
    const call = placed();
    expect(call.isup(inBand)).toEqual(["183 SDP"]);
    expect(call.give({ type: "cancel", cause: cause(16) })).toEqual(["200 OK", "487", "REL 16"]);
    expect(call.isup(confirm)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§2.6: REL with cause 1 → RLC, 404; F5 calls another country", () => {
    const abroad = iamTo("+441234");
    expect(partiesOf(abroad)).toMatchObject({
      CdPN: { natureOfAddress: "international", digits: "441234" },
      CgPN: { ...NATIONAL, digits: "3145551111" },
    });
    expect(placed(abroad).isup(rel(1))).toEqual(["RLC", "404"]);
  });

  it("§2.7: ANM timeout: REL 19, RLC, 480 (F9 prints 18; RFC 3398 §7.2.8 has 19)", () => {
    const call = placed();
    expect(call.isup(inBand)).toEqual(["183 SDP"]);
    expect(call.expire()).toEqual(["REL 19", "480"]);
    expect(call.isup(confirm)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });
});

describe("PSTN to SIP (RFC 3666 §3)", () => {
  const iam = iamTo(BOB);
  const placed = (more = {}, message: IsupMessage = iam): IsupCaller => {
    const call = isupCaller({ ...options, ...more });
    expect(call.isup(message)).toEqual(["INVITE"]);
    return call;
  };
  const failed = (status: number): Parameters<IsupCaller["give"]>[0] => ({
    type: "response",
    status,
    cause: causeOfResponse(status, { reasons: [], rel: undefined }).cause,
  });

  it("§3.1: successful call: 180 → ACM, 200 → ACK, ANM; REL 16 → RLC, BYE", () => {
    const call = placed();
    expect(call.response(100)).toEqual([]);
    expect(call.response(180)).toEqual(["ACM 1"]);
    expect(call.response(200)).toEqual(["ACK", "ANM"]);
    expect(call.isup(rel(16))).toEqual(["RLC", "BYE"]);
    expect(call.state.name).toBe("Ended");
  });

  it("§3.2: fast answer: 200 without a 180 → ACK, ANM, as ANSI has no CON", () => {
    const call = placed();
    expect(call.response(100)).toEqual([]);
    expect(call.response(200)).toEqual(["ACK", "ANM"]);
    expect(call.isup(rel(16))).toEqual(["RLC", "BYE"]);
  });

  it("§3.4: SIP error mapped to REL: 604 → REL 1, RLC; F1 calls 972-555-9999", () => {
    const call = placed({}, iamTo("+19725559999"));
    expect(call.give(failed(604))).toEqual(["REL 1"]);
    expect(call.isup(confirm)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§3.5: SIP busy mapped to REL: 600 → REL 17, RLC", () => {
    const call = placed();
    expect(call.response(100)).toEqual([]);
    expect(call.give(failed(600))).toEqual(["REL 17"]);
    expect(call.isup(confirm)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  describe("SIP error interworking to tones (RFC 3666 §3.6)", () => {
    // F1 prints "Interworking=encountered".
    const behind = editIsup(iam, { forwardCallIndicators: { interworking: 1 } });

    it("§3.6: 600 → ACM with in-band information; REL 16 of the caller → RLC, nothing to SIP", () => {
      const call = placed({ toneMs: 20_000 }, behind);
      expect(call.response(100)).toEqual([]);
      expect(call.give(failed(600))).toEqual(["ACM 0 in-band"]);
      expect(call.isup(rel(16))).toEqual(["RLC"]);
      expect(call.state.name).toBe("Ended");
    });

    it("§3.6: a caller that does not hang up is released with the cause after the tone", () => {
      const call = placed({ toneMs: 20_000 }, behind);
      call.give(failed(600));
      expect(call.state).toMatchObject({ name: "Announcing", timers: { tone: 20_000 } });
      expect(call.expire()).toEqual(["REL 17"]);
      expect(call.isup(confirm)).toEqual([]);
      expect(call.state.name).toBe("Ended");
    });

    it("§3.6: after an ACM a CPG tells of the tone; without interworking, or without a tone, it is a REL", () => {
      const alerted = placed({ toneMs: 20_000 }, behind);
      alerted.response(180);
      expect(alerted.give(failed(486))).toEqual(["CPG 3"]);
      expect(placed({ toneMs: 20_000 }).give(failed(600))).toEqual(["REL 17"]);
      expect(placed({}, behind).give(failed(600))).toEqual(["REL 17"]);
    });
  });

  it("§3.7: ACM timeout: the caller's switch gives up after a 100 → RLC, CANCEL", () => {
    const call = placed();
    call.response(100);
    expect(call.isup(rel(16))).toEqual(["RLC", "CANCEL"]);
    expect(call.response(487)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§3.8: ACM timeout behind a stateless proxy: no response, no CANCEL; F14 is REL 102", () => {
    const call = placed();
    expect(call.isup(rel(102))).toEqual(["RLC", "ABANDON"]);
    expect(call.give({ type: "timeout" })).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§3.9: caller abandonment: 180 → ACM, REL 16 → RLC, CANCEL, 487", () => {
    const call = placed();
    call.response(100);
    expect(call.response(180)).toEqual(["ACM 1"]);
    expect(call.isup(rel(16))).toEqual(["RLC", "CANCEL"]);
    expect(call.response(487)).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });
});

describe("PSTN to PSTN over SIP (RFC 3666 §4.1)", () => {
  it("§4.1: both gateways in one call, the far side hangs up", () => {
    const privateNumber = isupNumber({
      digits: "4443333",
      natureOfAddressIndicator: 1,
      numberingPlanIndicator: 5,
      internalNetworkNumber: 1,
    });
    const incoming = isupCaller(options);
    const outgoing = sipCaller(options);
    expect(incoming.isup(iamTo("+19185553333"))).toEqual(["INVITE"]);
    const iam = editIsup(iamTo("+19185553333"), { calledPartyNumber: privateNumber });
    expect(outgoing.give({ type: "invite", iam })).toEqual(["IAM"]);
    expect(outgoing.isup(inBand)).toEqual(["183 SDP"]);
    expect(incoming.give({ type: "response", status: 183, hasMedia: true })).toEqual(["ACM 0 in-band"]);
    expect(outgoing.isup(anm)).toEqual(["200"]);
    expect(incoming.response(200)).toEqual(["ACK", "ANM"]);
    outgoing.give({ type: "ack" });
    expect(outgoing.isup(relFromCause(cause(16), ANSI))).toEqual(["RLC", "BYE"]);
    expect(incoming.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
    expect(incoming.isup(confirm)).toEqual([]);
    expect([incoming.state.name, outgoing.state.name]).toEqual(["Ended", "Ended"]);
  });
});
