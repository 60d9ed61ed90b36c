import { describe, expect, it } from "@jest/globals";
import { causeIndicatorsOf } from "@tandem/isup";
import { CAUSE_FROM_STATUS, STATUS_FROM_CAUSE } from "./cause-tables.ts";
import { RFC3398, withOverrides } from "./cause-profiles.ts";
import {
  causeFromStatus,
  causeOfRequest,
  causeOfResponse,
  statusFromCause,
  type CauseRules,
  type ReasonRule,
} from "./causes.ts";

const USER = 0;
const TRANSIT = 3;

describe("statusFromCause (RFC 3398 §7.2.4.1)", () => {
  it.each(Object.entries(STATUS_FROM_CAUSE))("%s → %s", (cause, status) => {
    expect(statusFromCause(causeIndicatorsOf(Number(cause), TRANSIT))).toEqual({
      status,
      row: `RFC 3398 §7.2.4.1: ${cause} → ${status}`,
    });
  });

  it("gives 603 for a rejection by the user", () => {
    expect(statusFromCause(causeIndicatorsOf(21, USER)).status).toBe(603);
    expect(statusFromCause(causeIndicatorsOf(17, USER)).status).toBe(486);
  });

  it("gives 500 for a cause without a row, and says where the RFC wants none", () => {
    expect(statusFromCause(causeIndicatorsOf(99, TRANSIT))).toEqual({
      status: 500,
      row: "RFC 3398 §7.2.4.1: default → 500",
    });
    expect(statusFromCause(causeIndicatorsOf(16, TRANSIT)).row).toBe(
      "RFC 3398 §7.2.4.1: 16 has no status, default → 500",
    );
  });

  it("reads ANSI's own causes under national coding", () => {
    expect(statusFromCause(causeIndicatorsOf(23, TRANSIT, 2)).status).toBe(404);
    expect(statusFromCause(causeIndicatorsOf(26, TRANSIT, 2)).status).toBe(404);
  });
});

describe("causeFromStatus (RFC 3398 §8.2.6.1)", () => {
  it.each(Object.entries(CAUSE_FROM_STATUS))("%s → %s", (status, cause) => {
    const decision = causeFromStatus(Number(status));
    expect(decision.cause.causeValue).toBe(cause);
    expect(decision.row).toBe(`RFC 3398 §8.2.6.1: ${status} → ${cause}`);
    expect(decision.cause.locationValue).toBe(Number(status) >= 600 ? USER : 10);
  });

  it("gives 31 for a status without a row", () => {
    expect(causeFromStatus(499)).toMatchObject({
      cause: { causeValue: 31 },
      row: "RFC 3398 §8.2.6.1: default → 31",
    });
    expect(causeFromStatus(487).row).toBe("RFC 3398 §8.2.6.1: 487 has no cause, default → 31");
  });

  it("gives 65 where a Warning speaks of the bearer", () => {
    expect(causeFromStatus(488, [399, 305]).cause.causeValue).toBe(65);
    expect(causeFromStatus(606, [399]).cause.causeValue).toBe(31);
    expect(causeFromStatus(486, [305]).cause.causeValue).toBe(17);
  });
});

describe("precedence", () => {
  const rel = causeIndicatorsOf(34, TRANSIT);
  const reasons = ["SIP;cause=200", 'Q.850;cause=17;text="busy";location=LN'];

  it("of a request: Reason, then the REL, then 16 (RFC 3398 §7.2.3)", () => {
    expect(causeOfRequest({ reasons, rel })).toMatchObject({
      cause: { causeValue: 17, locationValue: 2 },
      mapping: "received",
      row: "RFC 3398 §7.2.3: Reason",
    });
    expect(causeOfRequest({ reasons: ["SIP;cause=200"], rel })).toMatchObject({
      cause: { causeValue: 34 },
      row: "RFC 3398 §7.2.3: encapsulated REL",
    });
    expect(causeOfRequest({ reasons: [], rel: undefined })).toMatchObject({
      cause: { causeValue: 16, locationValue: USER },
      mapping: "derived",
    });
  });

  it("of a response: the REL, then Reason, then the status (RFC 3398 §8.2.6.1)", () => {
    expect(causeOfResponse(486, { reasons, rel }).cause.causeValue).toBe(34);
    expect(causeOfResponse(480, { reasons, rel: undefined }).cause.causeValue).toBe(17);
    expect(causeOfResponse(480, { reasons: [], rel: undefined })).toMatchObject({
      cause: { causeValue: 18 },
      mapping: "derived",
    });
  });

  it.each<readonly [ReasonRule, number, number]>([
    ["by-clause", 17, 34],
    ["first", 17, 17],
    ["after-rel", 34, 34],
    ["ignore", 34, 34],
  ])("by a trunk's rule %s: %i of a BYE, %i of a response", (reason, ofRequest, ofResponse) => {
    const rules: CauseRules = { profile: RFC3398, reason };
    const request = causeOfRequest({ reasons, rel }, rules);
    const response = causeOfResponse(486, { reasons, rel }, rules);
    expect(request.cause.causeValue).toBe(ofRequest);
    expect(response.cause.causeValue).toBe(ofResponse);
    const source = (cause: number): string => (cause === 17 ? "Reason" : "encapsulated REL");
    const named = (clause: string, cause: number): string =>
      `${reason === "by-clause" ? clause : `reason rule ${reason}`}: ${source(cause)}`;
    expect(request.row).toBe(named("RFC 3398 §7.2.3", ofRequest));
    expect(response.row).toBe(named("RFC 3398 §8.2.6.1", ofResponse));
  });

  it("does not fall back to a Reason that a trunk ignores", () => {
    const rules: CauseRules = { profile: RFC3398, reason: "ignore" };
    expect(causeOfRequest({ reasons, rel: undefined }, rules).row).toBe("RFC 3398 §7.2.3: default 16");
    expect(causeOfResponse(486, { reasons, rel: undefined }, rules).row).toBe("RFC 3398 §8.2.6.1: 486 → 17");
  });

  it("of a response ends in the trunk's own rows, with Warning codes", () => {
    const profile = withOverrides(RFC3398, {
      causeFromStatus: [{ status: 480, cause: 20, source: "trunk vienna" }],
    });
    const none = { reasons: [], rel: undefined };
    const rules: CauseRules = { profile, reason: "by-clause" };
    expect(causeOfResponse(480, none, rules).row).toBe("trunk vienna: 480 → 20");
    expect(causeOfResponse(488, none, rules, [305]).row).toBe("RFC 3398 §8.2.6.1: 488, Warning → 65");
  });

  it("takes the REL's location where the Reason names none", () => {
    const decision = causeOfRequest({ reasons: ["q.850; cause=31"], rel });
    expect(decision.cause).toMatchObject({ causeValue: 31, locationValue: TRANSIT });
  });

  it.each(["Q.850", "Q.850;cause=0", "Q.850;cause=128", "Q.850;cause=x", ";", 'Q.850;text="'])(
    "passes over %s",
    (reason) => {
      expect(causeOfRequest({ reasons: [reason], rel }).cause.causeValue).toBe(34);
    },
  );

  it("does not take a cut REL for a cause", () => {
    expect(causeOfRequest({ reasons: [], rel: causeIndicatorsOf(0, 0) }).cause.causeValue).toBe(16);
    expect(causeOfResponse(404, { reasons: [], rel: causeIndicatorsOf(0, 0) }).cause.causeValue).toBe(1);
  });
});
