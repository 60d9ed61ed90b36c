import { describe, expect, it } from "@jest/globals";
import { editIsup, isupMessage, isupNumber, type IsupMessage } from "@tandem/isup";
import { iamFrom, rlc } from "./answers.ts";
import { acm, ANSI, anm, cause, iam, isupCaller, ITU, rel, sipCaller } from "./testing/simulated-gateway.ts";

const sam = (digits: string, stSignal = false): IsupMessage =>
  isupMessage("SAM", { subsequentNumber: { digits, stSignal } });
const short = iamFrom({ called: "30", calling: "+493011" }, ITU);

describe("Overlap from ISUP, en-bloc to SIP (RFC 3578 §2)", () => {
  const overlap = { variant: ITU, digitsMin: 6, digitsMax: 12, T10Ms: 4_000, T35Ms: 15_000 };

  it("§2.1, §2.2: waits for the fewest digits with T35, then with T10 for more", () => {
    const call = isupCaller(overlap);
    expect(call.isup(short)).toEqual([]);
    expect(call.state.timers).toEqual({ T35: 15_000 });
    call.now = 1_000;
    expect(call.isup(sam("2233"))).toEqual([]);
    expect(call.state.timers).toEqual({ T10: 5_000 });
    expect(call.expire()).toEqual(["INVITE +2233"]);
    expect(call.isup(sam("44"))).toEqual([]);
  });

  it("§2.2: does not wait behind ST, nor behind the most digits there are", () => {
    const withSt = isupCaller(overlap);
    withSt.isup(short);
    expect(withSt.isup(sam("1", true))).toEqual(["INVITE +1"]);
    const full = isupCaller(overlap);
    full.isup(short);
    expect(full.isup(sam("1234567890"))).toEqual(["INVITE +1234567890"]);
    const stInIam = editIsup(short, {
      calledPartyNumber: isupNumber({ digits: "30", natureOfAddressIndicator: 3, stSignal: true }),
    });
    expect(isupCaller(overlap).isup(stInIam)).toEqual(["INVITE"]);
  });

  it("§2.1: releases with 28 where too few digits came in time, and ends with the caller's REL", () => {
    const call = isupCaller(overlap);
    call.isup(short);
    expect(call.expire()).toEqual(["REL 28"]);
    const gone = isupCaller(overlap);
    gone.isup(short);
    expect(gone.isup(rel(16))).toEqual(["RLC"]);
    expect(gone.state.name).toBe("Ended");
  });
});

describe("Overlap from ISUP, overlap to SIP (RFC 3578 §3)", () => {
  const overlap = { variant: ITU, digitsMin: 4, digitsMax: 12, T10Ms: 4_000, isOverlapInSip: true };
  const failure = (status: number, value: number): Parameters<ReturnType<typeof isupCaller>["give"]>[0] => ({
    type: "response",
    status,
    cause: cause(value),
  });
  const dialled = (): ReturnType<typeof isupCaller> => {
    const call = isupCaller(overlap);
    expect(call.isup(short)).toEqual([]);
    expect(call.isup(sam("22"))).toEqual(["INVITE +22"]);
    return call;
  };

  it("§3.2: an INVITE at the fewest digits and with each SAM, which starts T10 again", () => {
    const call = dialled();
    expect(call.state).toMatchObject({ name: "Trying", timers: { T10: 4_000 }, invites: 1 });
    call.now = 1_000;
    expect(call.isup(sam("3"))).toEqual(["INVITE +223"]);
    expect(call.state).toMatchObject({ name: "Trying", timers: { T10: 5_000 }, invites: 2 });
    expect(call.isup(sam("", true))).toEqual(["INVITE +223"]);
    expect(call.state.timers).toEqual({});
    expect(call.isup(sam("4"))).toEqual([]);
  });

  it("§3.2: a failure before T10 is no REL; after it the best one is", () => {
    const call = dialled();
    expect(call.give(failure(484, 28))).toEqual([]);
    call.isup(sam("3"));
    expect(call.give(failure(486, 17))).toEqual([]);
    call.isup(sam("4"));
    expect(call.give(failure(484, 28))).toEqual([]);
    expect(call.expire()).toEqual(["REL 17"]);
  });

  it("§3.2: after T10 the call waits for all its INVITEs", () => {
    const call = dialled();
    call.isup(sam("3"));
    expect(call.expire()).toEqual([]);
    expect(call.give(failure(503, 41))).toEqual([]);
    expect(call.give({ type: "timeout" })).toEqual(["REL 18"]);
  });

  it.each([
    [[484, 404, 503], 404],
    [[503, 600, 404], 600],
    [[302, 404], 302],
    [[486, 480], 486],
  ])("§3.2: of %j the best is %i (RFC 3261 §16.7)", (statuses, best) => {
    const call = dialled();
    for (let digit = 1; digit < statuses.length; digit++) call.isup(sam(String(digit)));
    for (const status of statuses) call.give(failure(status, status % 100));
    expect(call.expire()).toEqual([`REL ${best % 100}`]);
  });

  it("§3.4: an answer cancels the other INVITEs, and not before", () => {
    const call = dialled();
    call.isup(sam("3"));
    expect(call.response(180)).toEqual(["ACM 1"]);
    // The earlier INVITE fails late: the other one goes on.
    expect(call.isup(sam("4"))).toEqual([]);
    expect(call.response(200)).toEqual(["ACK", "CANCELOTHERS", "ANM"]);
    const alone = dialled();
    expect(alone.response(200)).toEqual(["ACK", "CON"]);
  });

  it("§3.4: a caller who gives up ends each of them", () => {
    const call = dialled();
    call.isup(sam("3"));
    call.response(180);
    expect(call.isup(rel(16))).toEqual(["RLC", "CANCEL"]);
    expect(call.response(487)).toEqual([]);
    expect(call.state.name).toBe("Cancelling");
    expect(call.response(200)).toEqual(["ACK", "BYE"]);
    expect(call.state.name).toBe("Ended");
  });
});

describe("Overlap from SIP (RFC 3578 §3.5)", () => {
  const longer = iamFrom({ called: "+4930223", calling: "+493011" }, ITU);
  const digits = { type: "digits", iam: longer, sam: sam("3") } as const;

  it("§3.5: a longer INVITE → SAM; the earlier one ends with 484, and T7 starts again", () => {
    const call = sipCaller({ variant: ITU, T7Ms: 20_000 });
    call.give({ type: "invite", iam });
    call.now = 3_000;
    expect(call.give(digits)).toEqual(["484", "SAM"]);
    expect(call.state).toMatchObject({ name: "Trying", timers: { T7: 23_000 } });
    expect(call.isup(acm(180))).toEqual(["180"]);
    expect(call.give(digits)).toEqual([]);
    expect(call.isup(anm)).toEqual(["200"]);
  });

  it("§3.5: where there is no SAM → REL and a new IAM; the RLC of the first is none of the second", () => {
    const call = sipCaller({ variant: ANSI });
    call.give({ type: "invite", iam });
    expect(call.give(digits)).toEqual(["484", "REL 16", "IAM"]);
    expect(call.isup(rlc(ANSI))).toEqual([]);
    expect(call.isup(acm(180))).toEqual(["180"]);
  });
});
