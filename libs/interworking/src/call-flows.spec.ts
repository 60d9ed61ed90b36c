import { describe, expect, it } from "@jest/globals";
import { isupMessage } from "@tandem/isup";
import { rlc } from "./answers.ts";
import type { IsupToSipOptions } from "./isup-to-sip-call.ts";
import type { SipToIsupOptions } from "./sip-to-isup-machine.ts";
import {
  acm,
  anm,
  ANSI,
  cause,
  con,
  cpg,
  failing,
  iam,
  inBand,
  isupCaller,
  ITU,
  rel,
  sipCaller,
  suspend,
  type IsupCaller,
  type SipCaller,
} from "./testing/simulated-gateway.ts";

describe("SIP → ISUP call flows (RFC 3398 §7.1)", () => {
  const placed = (options?: SipToIsupOptions): SipCaller => {
    const call = sipCaller(options);
    expect(call.give({ type: "invite", iam })).toEqual(["IAM"]);
    return call;
  };
  const answered = (): SipCaller => {
    const call = placed();
    call.isup(con);
    call.give({ type: "ack" });
    expect(call.state).toMatchObject({ name: "Connected", timers: {}, cause: undefined });
    return call;
  };

  it("§7.1.1: en-bloc with progress: ACM, CPG, ANM → 18x, 200", () => {
    const call = placed();
    expect(call.isup(acm(183))).toEqual(["183"]);
    expect(call.isup(cpg(1))).toEqual(["180"]);
    expect(call.isup(anm)).toEqual(["200"]);
    expect(call.state.timers).toEqual({});
    expect(call.give({ type: "ack" })).toEqual([]);
    expect(call.state.name).toBe("Connected");
  });

  it("§7.1.2: answered at once: CON → 200 without an 18x", () => {
    const call = placed();
    expect(call.isup(con)).toEqual(["200"]);
  });

  it("§7.1.3: T7 expires → REL 102, then 504", () => {
    const call = placed({ variant: ITU, T7Ms: 20_000 });
    expect(call.state.timers).toEqual({ T7: 20_000 });
    expect(call.expire()).toEqual(["REL 102", "504"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§7.1.4: the 200 is never acknowledged → BYE and REL 102", () => {
    const call = placed();
    call.isup(con);
    expect(call.give({ type: "ackTimeout" })).toEqual(["BYE", "REL 102"]);
  });

  it.each([
    [1, "404"],
    [17, "486"],
    [34, "503"],
    [16, "500"],
  ])("§7.1.5: REL %i before the answer → RLC, then %s", (value, status) => {
    expect(placed().isup(rel(value))).toEqual(["RLC", status]);
  });

  it("§7.1.6: ACM with cause → 183 with SDP; the interwork timer ends the call with its status", () => {
    const call = placed();
    expect(call.isup(failing)).toEqual(["183 SDP"]);
    expect(call.state.name).toBe("NotAlerting");
    expect(call.expire()).toEqual(["486", "REL 17"]);
  });

  it("§7.1.7: CANCEL → 200 to it, 487 to the INVITE, REL 16", () => {
    const call = placed();
    call.isup(acm(180));
    expect(call.give({ type: "cancel", cause: cause(16) })).toEqual(["200 OK", "487", "REL 16"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
  });

  it("§7.2.8: T9 expires → REL 19, then 480; it starts once, with the first ACM", () => {
    const call = placed({ variant: ITU, T9Ms: 90_000 });
    call.isup(acm(183));
    call.now = 10_000;
    call.isup(cpg(1));
    expect(call.state.timers).toEqual({ T9: 90_000 });
    expect(call.expire()).toEqual(["REL 19", "480"]);
  });

  it("§7.2.9: a CPG that is not alerting does not take alerting back", () => {
    const call = placed();
    call.isup(acm(180));
    expect(call.isup(cpg(3))).toEqual(["183 SDP"]);
    expect(call.state.name).toBe("Alerting");
  });

  it("takes ANM and CPG without an ACM (T1.113, a lost message)", () => {
    expect(placed().isup(anm)).toEqual(["200"]);
    expect(placed().isup(cpg(1))).toEqual(["180"]);
  });

  it("§9.1, §13.1: SUS and what SIP has no word for travel in INFO", () => {
    const call = answered();
    expect(call.isup(suspend)).toEqual(["INFO"]);
    expect(call.give({ type: "info", message: suspend })).toEqual(["200 OK", "SUS"]);
  });

  it("§9.2: hold and retrieval of the ISUP side are re-INVITEs, those of SIP a CPG", () => {
    const call = answered();
    expect(call.isup(cpg(2, { genericNotificationIndicator: [{ value: 0x79 }] }))).toEqual([
      "INVITE sendonly",
    ]);
    expect(call.isup(cpg(2, { genericNotificationIndicator: [{ value: 0x7a }] }))).toEqual([
      "INVITE sendrecv",
    ]);
    expect(call.give({ type: "hold", notification: cpg(2) })).toEqual(["200 OK", "CPG 2"]);
  });

  it("§10.1: BYE → 200 at once, REL; its RLC ends the call", () => {
    const call = answered();
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§10.2: REL → RLC, BYE; one that crosses our REL gets its RLC and is no second release", () => {
    expect(answered().isup(rel(16))).toEqual(["RLC", "BYE"]);
    const crossing = answered();
    crossing.give({ type: "bye", cause: cause(16) });
    expect(crossing.isup(rel(16))).toEqual(["RLC"]);
    expect(crossing.isup(rlc(ITU))).toEqual([]);
  });

  it("§11: a reset circuit is a REL, maintenance of circuits nothing", () => {
    expect(answered().isup(isupMessage("RSC", {}))).toEqual(["RLC", "BYE"]);
    expect(answered().isup(isupMessage("BLO", {}))).toEqual([]);
  });
});

describe("ISUP → SIP call flows (RFC 3398 §8.1)", () => {
  const placed = (options?: IsupToSipOptions): IsupCaller => {
    const call = isupCaller(options);
    expect(call.isup(iam)).toEqual(["INVITE"]);
    return call;
  };
  const answered = (): IsupCaller => {
    const call = placed();
    call.response(200);
    return call;
  };

  it("§8.1.1: en-bloc: 100 is nothing, 180 → ACM, 183 → CPG, 200 → ACK and ANM", () => {
    const call = placed();
    expect(call.response(100)).toEqual([]);
    expect(call.response(180)).toEqual(["ACM 1"]);
    expect(call.response(183)).toEqual(["CPG 2"]);
    expect(call.state.name).toBe("Alerting");
    expect(call.response(200)).toEqual(["ACK", "ANM"]);
    expect(call.response(200)).toEqual(["ACK"]);
  });

  it("§8.1.2: answered at once → CON, in ANSI ANM", () => {
    expect(placed().response(200)).toEqual(["ACK", "CON"]);
    expect(placed({ variant: ANSI }).response(200)).toEqual(["ACK", "ANM"]);
  });

  it("§8.1.3: nobody answers: T11 → early ACM; Timer B → REL 18", () => {
    const call = placed({ variant: ITU, T11Ms: 15_000 });
    expect(call.expire()).toEqual(["ACM 0"]);
    expect(call.give({ type: "timeout" })).toEqual(["REL 18"]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it("§8.1.4: REL of the far T9 before any response → RLC; the INVITE is given up without CANCEL (RFC 3261 §9.1)", () => {
    const call = placed({ variant: ITU, T11Ms: 15_000 });
    call.expire();
    expect(call.isup(rel(19))).toEqual(["RLC", "ABANDON"]);
    expect(call.give({ type: "timeout" })).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it.each([
    [486, 17],
    [404, 1],
  ])("§8.1.5: %i → REL %i", (status, value) => {
    expect(placed().response(status, value)).toEqual([`REL ${value}`]);
  });

  it("§8.1.7: REL of the caller → RLC, CANCEL; a 200 that crosses it → ACK, BYE", () => {
    const call = placed();
    call.response(180);
    expect(call.isup(rel(16))).toEqual(["RLC", "CANCEL"]);
    expect(call.response(487)).toEqual([]);
    expect(call.state.name).toBe("Ended");
    const crossing = placed();
    crossing.response(180);
    crossing.isup(rel(16));
    expect(crossing.response(200)).toEqual(["ACK", "BYE"]);
  });

  it("§8.2.3, §8.2.4: 181 before an ACM needs two messages, 182 after T11 a CPG", () => {
    expect(placed().response(181)).toEqual(["ACM 0", "CPG 6"]);
    const late = placed({ variant: ITU, T11Ms: 1 });
    late.expire();
    expect(late.response(182)).toEqual(["CPG 2"]);
  });

  it("takes the messages a SIP-T peer sent as they are, where they fit", () => {
    const call = placed();
    expect(call.give({ type: "response", status: 183, isup: inBand })).toEqual(["ACM 0 in-band"]);
    expect(call.give({ type: "response", status: 180, isup: acm(180) })).toEqual(["CPG 1"]);
    expect(call.give({ type: "response", status: 200, isup: anm })).toEqual(["ACK", "ANM"]);
    expect(call.give({ type: "bye", cause: cause(16), isup: rel(31) })).toEqual(["200 OK", "REL 31"]);
  });

  it("§9, §13.1: hold, retrieval and other messages after the answer", () => {
    const call = answered();
    expect(call.isup(cpg(2, { genericNotificationIndicator: [{ value: 0x79 }] }))).toEqual([
      "INVITE sendonly",
    ]);
    expect(call.isup(suspend)).toEqual(["INFO"]);
    expect(call.give({ type: "info", message: suspend })).toEqual(["200 OK", "SUS"]);
    expect(call.give({ type: "retrieve", notification: cpg(2) })).toEqual(["200 OK", "CPG 2"]);
  });

  it("§10: BYE → 200, REL; REL → RLC, BYE; one that crosses is answered alone", () => {
    const call = answered();
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK", "REL 16"]);
    expect(call.isup(rel(16))).toEqual(["RLC"]);
    expect(call.give({ type: "bye", cause: cause(16) })).toEqual(["200 OK"]);
    expect(answered().isup(rel(16))).toEqual(["RLC", "BYE"]);
  });
});
