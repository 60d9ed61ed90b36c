import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf, editIsup, isupMessage, type IsupMessage, type IsupMessageOf } from "@tandem/isup";
import { rlc } from "./answers.ts";
import { Q1912_5 } from "./cause-profiles.ts";
import type { SipToIsupOptions } from "./sip-to-isup-machine.ts";
import {
  acm,
  anm,
  con,
  cause,
  cpg,
  failing,
  iam,
  inBand,
  ITU,
  rel,
  sipCaller,
  suspend,
  type SipCaller,
} from "./testing/simulated-gateway.ts";

const TRANSIT = 3;

function placed(options?: SipToIsupOptions): SipCaller {
  const call = sipCaller(options);
  expect(call.give({ type: "invite", iam })).toEqual(["IAM"]);
  return call;
}

/** What the last step sent to SIP. */
function toSip(call: SipCaller): { status?: number; isup?: IsupMessage; headers: string[] } {
  const output = call.last.find((each) => each.to === "sip" && each.type === "response");
  if (output === undefined) throw new TypeError("no response");
  const { status, isup, headers } = output;
  return { status, ...(isup && { isup }), headers: headers.map(([name, value]) => `${name}: ${value}`) };
}

describe("SIP → ISUP, the state machine (RFC 3398 §7.2)", () => {
  it("§7.2.1: sends the IAM and runs T7, 20 to 30 s", () => {
    const { T7 = 0 } = placed().state.timers;
    expect(T7).toBeGreaterThanOrEqual(20_000);
    expect(T7).toBeLessThanOrEqual(30_000);
    expect(placed({ variant: ITU, T7Ms: 21_000 }).state.timers).toEqual({ T7: 21_000 });
  });

  it("§7.2.2: T7 → REL 102 first, then 504 with the cause in Reason; RLC ends it", () => {
    const call = placed();
    expect(call.expire()).toEqual(["REL 102", "504"]);
    expect(toSip(call).headers).toEqual([
      'Reason: Q.850;cause=102;text="Recovery on timer expiry";location=LN',
    ]);
    expect(call.isup(rlc(ITU))).toEqual([]);
    expect(call.state.name).toBe("Ended");
  });

  it.each([
    ["Trying", []],
    ["Progressing", [acm(183)]],
    ["Alerting", [acm(180)]],
    ["NotAlerting", [failing]],
  ])("§7.2.3: BYE or CANCEL in state %s → 200, 487, REL with its cause", (name, before) => {
    for (const type of ["bye", "cancel"] as const) {
      const call = placed();
      for (const message of before) call.isup(message);
      expect(call.state.name).toBe(name);
      expect(call.give({ type, cause: cause(16) })).toEqual(["200 OK", "487", "REL 16"]);
      expect(call.state.timers).toEqual({});
    }
  });

  it("§7.2.4: REL → RLC at once, the final response, and the REL itself for a caller with ISUP", () => {
    const call = placed();
    const busy = rel(17);
    expect(call.isup(busy)).toEqual(["RLC", "486"]);
    expect(toSip(call).isup).toBe(busy);
    expect(call.state).toMatchObject({ name: "Ended", timers: {} });
    expect(call.isup(rel(17))).toEqual([]);
  });

  it.each([
    [1, "404"],
    [2, "404"],
    [3, "404"],
    [16, "500"],
    [17, "486"],
    [18, "408"],
    [19, "480"],
    [20, "480"],
    [21, "403"],
    [22, "410"],
    [23, "410"],
    [26, "404"],
    [27, "502"],
    [28, "484"],
    [29, "501"],
    [31, "480"],
    [34, "503"],
    [38, "503"],
    [41, "503"],
    [42, "503"],
    [44, "500"],
    [47, "503"],
    [55, "403"],
    [57, "403"],
    [58, "503"],
    [65, "488"],
    [70, "488"],
    [79, "501"],
    [87, "403"],
    [88, "503"],
    [99, "500"],
    [102, "504"],
    [111, "500"],
    [127, "500"],
  ])("§7.2.4.1: cause %i → %s", (value, status) => {
    const message = isupMessage("REL", { causeIndicators: causeIndicatorsOf(value, TRANSIT) });
    expect(placed().isup(message)).toEqual(["RLC", status]);
  });

  it("§7.2.4.1: cause 21 of the user → 603", () => {
    expect(placed().isup(rel(21))).toEqual(["RLC", "603"]);
  });

  it.each([34, 38, 41, 42, 47])("§7.2.4.1: resource unavailable, %i: the caller may try later", (value) => {
    const call = placed();
    call.isup(rel(value));
    expect(toSip(call).headers.at(-1)).toBe("Retry-After: 30");
  });

  it("goes by the profile of the trunk in place of RFC 3398 §7.2.4.1", () => {
    expect(placed({ variant: ITU, profile: Q1912_5 }).isup(rel(34))).toEqual(["RLC", "480"]);
    const call = placed({ variant: ITU, profile: Q1912_5 });
    call.isup(editIsup(failing, { causeIndicators: cause(34) }));
    expect(call.expire()).toEqual(["480", "REL 34"]);
  });

  it("§7.2.5: early ACM → 183 with the ACM; T7 ends, T9 begins", () => {
    const call = placed({ variant: ITU, T9Ms: 100_000 });
    const early = acm(183);
    expect(call.isup(early)).toEqual(["183"]);
    expect(toSip(call).isup).toBe(early);
    expect(call.state).toMatchObject({ name: "Progressing", timers: { T9: 100_000 } });
  });

  it("§7.2.6: ACM, subscriber free → 180 with the ACM, and T9 of 90 s to 3 min", () => {
    const call = placed();
    const free = acm(180);
    expect(call.isup(free)).toEqual(["180"]);
    expect(toSip(call).isup).toBe(free);
    expect(call.state.name).toBe("Alerting");
    const { T9 = 0 } = call.state.timers;
    expect(T9).toBeGreaterThanOrEqual(90_000);
    expect(T9).toBeLessThanOrEqual(180_000);
  });

  it("§7.2.6: in-band information, or interworking met → 183 with backward media", () => {
    expect(placed().isup(inBand)).toEqual(["183 SDP"]);
    const interworking = { interworking: 1 };
    const met = editIsup(acm(183) as IsupMessageOf<"ACM">, { backwardCallIndicators: interworking });
    expect(placed().isup(met)).toEqual(["183 SDP"]);
  });

  it.each([
    ["CON", con, []],
    ["ANM after an early ACM", anm, [acm(183)]],
    ["ANM without any ACM", anm, []],
    ["ANM after alerting", anm, [acm(180), cpg(3)]],
  ])("§7.2.7: %s → 200 with the message", (_name, answer, before) => {
    const call = placed();
    for (const message of before) call.isup(message);
    expect(call.isup(answer)).toEqual(["200"]);
    expect(toSip(call).isup).toBe(answer);
    expect(call.state).toMatchObject({ name: "WaitingForAck", timers: {} });
  });

  it("§7.2.8: T9 → REL 19, 480 with the cause in Reason, from each state that runs it", () => {
    for (const message of [acm(183), acm(180), cpg(2), inBand]) {
      const call = placed();
      call.isup(message);
      expect(call.expire()).toEqual(["REL 19", "480"]);
      expect(toSip(call).headers[0]).toMatch(/^Reason: Q\.850;cause=19;/);
    }
  });

  it.each([
    [1, "180"],
    [2, "183"],
    [3, "183 SDP"],
    [4, "181"],
    [5, "181"],
    [6, "181"],
    [0, "183"],
  ])("§7.2.9: CPG, event %i → %s with the CPG", (event, words) => {
    const call = placed();
    call.isup(acm(183));
    const progress = cpg(event);
    expect(call.isup(progress)).toEqual([words]);
    expect(toSip(call).isup).toBe(progress);
    expect(call.state.name).toBe(event === 1 ? "Alerting" : "Progressing");
  });

  it("§7.3: ACK → nothing to ISUP", () => {
    const call = placed();
    call.isup(anm);
    expect(call.give({ type: "ack" })).toEqual([]);
    expect(call.state.name).toBe("Connected");
  });
});

describe("other messages of ISUP (RFC 3398 §13.1)", () => {
  const request = isupMessage("INR", { informationRequestIndicators: { callingPartyAddress: 1 } });

  it("§13.1: the first message backwards travels in a 183, the next in INFO", () => {
    const call = placed();
    expect(call.isup(request)).toEqual(["183"]);
    expect(toSip(call).isup).toBe(request);
    expect(call.state).toMatchObject({ name: "Trying", timers: { T7: 25_000 } });
    expect(call.isup(request)).toEqual(["INFO"]);
  });

  it("§13.1: one INFO is outstanding, the others wait in their order", () => {
    const call = placed();
    call.isup(acm(180));
    expect(call.isup(request)).toEqual(["INFO"]);
    expect(call.isup(suspend)).toEqual([]);
    expect(call.give({ type: "infoEnded" })).toEqual(["INFO"]);
    expect(call.last[0]).toMatchObject({ isup: suspend });
    expect(call.give({ type: "infoEnded" })).toEqual([]);
    expect(call.isup(request)).toEqual(["INFO"]);
  });

  it("§5.6: an INFO that fails ends nothing; a peer that answers none does not make the queue grow", () => {
    const call = placed();
    call.isup(acm(180));
    for (let count = 0; count < 100; count++) call.isup(request);
    expect(call.state.infos).toHaveLength(16);
    expect(call.give({ type: "infoEnded" })).toEqual(["INFO"]);
    expect(call.state.name).toBe("Alerting");
  });

  it("§9.1: without ISUP in SIP nothing travels in INFO, and SUS, RES hold the media", () => {
    const call = placed({ variant: ITU, hasIsup: false });
    call.isup(acm(180));
    expect(call.isup(request)).toEqual([]);
    call.isup(anm);
    call.give({ type: "ack" });
    expect(call.isup(suspend)).toEqual(["INVITE sendonly"]);
    const resume = isupMessage("RES", { suspendResumeIndicators: { networkInitiated: 0 } });
    expect(call.isup(resume)).toEqual(["INVITE sendrecv"]);
    expect(call.isup(request)).toEqual([]);
  });

  it("§11: messages about circuits change nothing in any state", () => {
    const circuit = (["BLO", "UBL", "CCR", "UCIC", "OLM"] as const).map((type) => isupMessage(type, {}));
    const call = placed();
    for (const message of circuit) expect(call.isup(message)).toEqual([]);
    call.isup(anm);
    for (const message of circuit) expect(call.isup(message)).toEqual([]);
    expect(call.state.name).toBe("WaitingForAck");
  });

  it("§11.1: RSC before the answer → RLC, and the response of a temporary failure", () => {
    expect(placed().isup(isupMessage("RSC", {}))).toEqual(["RLC", "503"]);
  });

  it("says by COT whether the caller's preconditions are met (RFC 3312)", () => {
    const call = placed();
    expect(call.give({ type: "preconditions", areMet: true })).toEqual(["COT 1"]);
    expect(call.give({ type: "preconditions", areMet: false })).toEqual(["COT 0"]);
    expect(call.state.name).toBe("Trying");
  });
});
